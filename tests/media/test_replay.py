"""A call that sounded bad, tapped, and played again: the same losses, the same audio, as often as one likes."""

from __future__ import annotations

import asyncio
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from media import tap
from media.events import DigitHeard, TapEnded
from media.paths import Codec
from media.words import RoomId, StreamId
from tests.stage.media_house import ROOT, house
from tests.stage.replay import Datagram, datagrams, flows, replay
from tests.stage.rtp_peer import Peer, purity, rms_dbfs, sine


def test_what_is_no_pcap_is_refused_and_what_is_cut_short_is_read_as_far_as_it_goes() -> None:
    for data in (b"", b"\0" * 40, tap.HEADER[:20] + struct.pack("<I", 147)):
        with pytest.raises(ValueError, match=r"pcap|link type"):
            datagrams(data)
    one = tap.record(5.0, ("10.0.0.1", 7), ("10.0.0.2", 8), b"x" * 30)
    assert len(datagrams(tap.HEADER + one + one[:40])) == 1
    (found,) = datagrams(tap.HEADER + one)
    assert found == Datagram(5.0, ("10.0.0.1", 7), ("10.0.0.2", 8), b"x" * 30) and found.ssrc is None


def stored(gaps: dict[int, float] | None = None, seconds: float = 4.0) -> list[Datagram]:
    """A flow of a 440 Hz tone with packets missing (nan) or late by so many seconds."""
    codes = Peer(Codec.PCMU).encode(sine(440.0))
    found = []
    for n in range(int(seconds * 50)):
        late = (gaps or {}).get(n, 0.0)
        if late == late:
            at = n * 160 % 8000
            head = struct.pack(">BBHII", 0x80, 0, n, n * 160, 77)
            sound = (codes + codes)[at : at + 160]
            found.append(Datagram(n * 0.02 + late, ("10.0.0.1", 7), ("10.0.0.2", 8), head + sound))
    return sorted(found, key=lambda packet: packet.at)


def test_ten_times_the_same_and_faster_than_the_call_was() -> None:
    rng = random.Random(3)
    gaps = {n: float("nan") if rng.random() < 0.1 else rng.random() * 0.03 for n in range(20, 200)}
    first, second = replay(stored(gaps)), replay(stored(gaps))
    assert (first.heard == second.heard).all() and first.report.lost == second.report.lost
    missing = sum(late != late for late in gaps.values())
    assert first.report.lost == missing and first.report.packets_in == 200 - missing
    assert first.report.concealed_ms >= 20 * missing and first.report.dropped == {}


def test_a_whole_flow_is_heard_whole() -> None:
    found = replay(stored())
    assert found.report.lost == found.report.late == 0 and found.report.concealed_ms <= 60  # its end fades
    assert purity(found.heard[800:24000], 440) > 0.99


@pytest.mark.whole
async def test_a_tapped_fault_becomes_a_test(tmp_path: Path) -> None:
    """Over a network that loses, delays, reorders and doubles; what the file gives is what the call had."""
    a, b = StreamId("leg-1"), StreamId("leg-2")
    rng, sent, left_out = random.Random(11), 0, 0
    target = tmp_path / "bad.pcap"
    async with house(tmp_path) as h:
        peers = []
        for name in (a, b):
            peers.append(peer := await Peer.at())
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            peer.to = ("127.0.0.1", address.port)
        speaker, ear = peers
        ear.speak(address, b"\0" * 16000)
        h.desk.bridge(RoomId("c"), [a, b])
        codes = speaker.encode(sine(440.0))
        speaker.put(codes[:160])  # the lock's first packet comes through the door
        await asyncio.sleep(0.1)
        h.desk.tap([a], target, 20.0)
        await asyncio.sleep(0.1)
        for n in range(200):
            at = n * 160 % 8000
            speaker.ts += 160
            if rng.random() < 0.12 and n > 5:
                speaker.seq += 1
                left_out += 1
            else:
                sent += 1
                packet = (codes + codes)[at : at + 160]
                speaker.put(packet)
                if rng.random() < 0.05:
                    speaker.seq -= 1
                    speaker.put(packet)
                    sent += 1
            if n == 100:
                await speaker.digit(5)
                sent += 8
            await asyncio.sleep(0.02 + (0.05 if rng.random() < 0.04 else 0.0))
        await asyncio.sleep(0.3)
        live = await h.desk.close_stream(a)
        (ended,) = await h.told(TapEnded)
        heard_live = ear.pcm()[8000:16000]
        for peer in peers:
            peer.close()
    assert ended.failed == "" and ended.dropped == 0
    (came,) = (found for (*_, ssrc), found in flows(datagrams(target.read_bytes())).items() if ssrc == speaker.ssrc)
    again = replay(came)
    assert len(came) == sent
    assert again.report.packets_in + again.report.duplicate >= sent - 1
    assert again.report.lost == live.lost
    # A double that a tick parts from its first is late instead; the replay's ticks fall otherwise.
    assert live.duplicate >= 5 and abs(again.report.duplicate - live.duplicate) <= 4
    assert [event.digit for event in again.events if isinstance(event, DigitHeard)] == ["5"]
    assert abs(again.report.concealed_ms - live.concealed_ms) <= 0.3 * live.concealed_ms + 200
    third = replay(came)
    assert (third.heard == again.heard).all() and third.report.late == again.report.late
    assert purity(again.heard[8000:16000], 440) > 0.8
    assert abs(rms_dbfs(again.heard[8000:16000]) - rms_dbfs(heard_live)) < 3
    run = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.stage.replay", str(target), "--wav", str(tmp_path / "wav")],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    assert f"lost           {live.lost}" in run.stdout and (tmp_path / "wav" / "1.wav").stat().st_size > 60_000
