"""Real packets through real engines: what goes in at one end comes out at the other."""

from __future__ import annotations

import asyncio
import itertools
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.events import DigitHeard, PlayEnded, ToneHeard
from media.paths import Codec, LocalAddress
from media.words import File, RoomId, StreamId, Tone
from tests.stage.media_house import House, house
from tests.stage.rtp_peer import Peer, loudest, purity, rms_dbfs, sine

pytestmark = pytest.mark.whole

A, B, C = StreamId("leg-a"), StreamId("leg-b"), StreamId("leg-c")


async def talking(h: House, name: StreamId, freq: float, codec: Codec = Codec.PCMU, ptime: int = 20) -> Peer:
    peer = await Peer.at(codec, ptime)
    address = await h.desk.open(name)
    h.desk.set_path(name, peer.path())
    if freq:
        peer.speak(address, sine(freq))
    else:
        peer.to = (address.ip, address.port)
    return peer


@pytest.mark.parametrize(
    ("codec_a", "codec_b", "ptime_a", "ptime_b"),
    [
        (Codec.PCMU, Codec.PCMU, 20, 20),
        (Codec.PCMU, Codec.PCMA, 20, 20),
        (Codec.PCMA, Codec.PCMA, 10, 30),
        (Codec.PCMA, Codec.PCMU, 60, 40),
    ],
)
async def test_two_hear_each_other(tmp_path: Path, codec_a: Codec, codec_b: Codec, ptime_a: int, ptime_b: int) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440, codec_a, ptime_a)
        b = await talking(h, B, 1000, codec_b, ptime_b)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.6)
        at_a, at_b = a.pcm()[-6400:], b.pcm()[-6400:]
        assert abs(loudest(at_a) - 1000) < 5 and purity(at_a, 1000) > 0.98
        assert abs(loudest(at_b) - 440) < 5 and purity(at_b, 440) > 0.98
        report = await h.desk.close_stream(A)
        assert (
            report.packets_in > 1000 // ptime_a and report.lost == 0 and not report.dropped.keys() - {"early", "waited"}
        )
        a.close(), b.close()


async def test_both_channels_of_a_recording_hold_what_each_said(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440)
        b = await talking(h, B, 1000, Codec.PCMA)
        h.desk.bridge(RoomId("r"), [A, B])
        target = tmp_path / "deep" / "er" / "call.wav"
        await h.desk.record("rec", target, A, B)
        await asyncio.sleep(2.0)
        report = await h.desk.record_stop("rec")
        pcm, rate = soundfile.read(target, dtype="int16")
        assert rate == 8000 and pcm.shape[1] == 2 and report.failed == "" and report.dropped_blocks == 0
        assert abs(report.seconds - 2.0) < 0.2 and len(pcm) == round(report.seconds * 8000)
        assert purity(pcm[4000:, 0], 440) > 0.98 and purity(pcm[4000:, 1], 1000) > 0.98
        assert target.stat().st_mode & 0o777 == 0o640
        a.close(), b.close()


async def test_a_file_is_played_and_its_end_is_told(tmp_path: Path) -> None:
    wav = tmp_path / "prompt.wav"
    soundfile.write(wav, 0.3 * np.sin(2 * np.pi * 600 * np.arange(44100) / 44100), 44100)
    async with house(tmp_path) as h:
        a = await talking(h, A, 0)
        play = await h.desk.play(A, [File(str(wav)), Tone((900.0,), on_ms=500)])
        (ended,) = await h.told(PlayEnded)
        assert ended == PlayEnded(A, play, "done", 1500)
        heard = np.trim_zeros(a.pcm())
        assert purity(heard[1000:7000], 600) > 0.98
        assert purity(heard[8400:11600], 900) > 0.98
        a.close()


async def test_digits_go_both_ways(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440)
        await asyncio.sleep(0.1)
        await a.digit(1)
        await a.digit(1, ends=0)
        await a.digit(11)
        assert [e.digit for e in await h.told(DigitHeard, 3)] == ["1", "1", "#"]
        h.desk.send_digits(A, "5#")
        await asyncio.sleep(0.6)
        events = [p for _, p in a.packets if p[1] & 0x7F == 101]
        codes = [struct.unpack(">BBH", p[12:16]) for p in events]
        assert [c[0] for c in codes] == [5] * 7 + [11] * 7
        assert [c[2] for c in codes[:7]] == [160, 320, 480, 640, 800, 800, 800]
        assert [c[1] >> 7 for c in codes[:7]] == [0, 0, 0, 0, 1, 1, 1]
        assert [p[1] >> 7 for p in events[:7]] == [1, 0, 0, 0, 0, 0, 0]
        assert len({p[4:8] for p in events}) == 2
        seqs = [struct.unpack(">H", p[2:4])[0] for _, p in a.packets]
        assert all((y - x) & 0xFFFF == 1 for x, y in itertools.pairwise(seqs))
        a.close()


async def test_tones_are_heard_on_the_streams_that_are_watched_for_them(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await talking(h, A, 0), await talking(h, B, 0)
        h.desk.watch_tones(A, True)
        h.desk.watch_progress(A, "eu")
        await asyncio.sleep(0.1)
        time_s = np.arange(8000) / 8000
        five = 6000 * (np.sin(2 * np.pi * 770 * time_s) + np.sin(2 * np.pi * 1336 * time_s)) * (time_s < 0.1)
        busy = 9000 * np.sin(2 * np.pi * 425 * time_s) * (time_s >= 0.5)
        for peer in (a, b):
            assert peer.to is not None
            peer.speak(LocalAddress(*peer.to), (five + busy).astype("<i2").tobytes())
        await asyncio.sleep(3.4)
        digits = [event for event in h.events if isinstance(event, DigitHeard)]
        assert 3 <= len(digits) <= 5 and set(digits) == {DigitHeard(A, "5", by_sound=True)}
        h.desk.watch_tones(A, False)
        a.quiet()
        await asyncio.sleep(0.1)
        before = len(h.events)
        a.speak(LocalAddress(*a.to), busy.astype("<i2").tobytes())  # type: ignore[misc]
        assert [event for event in await h.told(ToneHeard)] == [ToneHeard(A, "busy")]
        assert all(isinstance(event, ToneHeard) for event in h.events[before:])
        a.close(), b.close()


async def test_all_listeners_of_one_music_hear_the_same_position(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await talking(h, A, 0), await talking(h, B, 0)
        h.desk.music(A, "default")
        await asyncio.sleep(0.3)
        h.desk.music(B, "default")
        await asyncio.sleep(1.0)
        assert -35 < rms_dbfs(a.pcm(40)) < -10
        last = b.audio()[-2][12:]
        assert last in [p[12:] for p in a.audio()[-4:]]
        a.close(), b.close()


async def test_three_in_a_room_hear_the_others_and_not_themselves(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b, c = await talking(h, A, 400), await talking(h, B, 1000), await talking(h, C, 2000)
        h.desk.bridge(RoomId("r"), [A, B, C])
        h.desk.hear(RoomId("r"), {(C, A): 0.0})
        await asyncio.sleep(1.2)
        assert purity(a.pcm(30), 1000) > 0.98
        assert purity(b.pcm(30), 400) + purity(b.pcm(30), 2000) > 0.98 and purity(b.pcm(30), 1000) < 0.01
        assert purity(c.pcm(30), 400) + purity(c.pcm(30), 1000) > 0.98
        for peer in (a, b, c):
            peer.close()
