"""What goes wrong: strangers, silence, killed processes, disks that refuse. Calls go on, and it is told by name."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import rtcp
from media.desk import MediaError, NoPort
from media.events import EngineLost, PlayEnded, RecordingFailed, RtpBack, RtpLost
from media.paths import Direction
from media.words import File, RoomId, StreamId, Tone
from tests.stage.media_house import House, house
from tests.stage.rtp_peer import Peer, loudest, purity, rms_dbfs, sine
from tests.whole.test_media_calls import talking

pytestmark = pytest.mark.whole

A, B = StreamId("leg-a"), StreamId("leg-b")


async def pair(h: House) -> tuple[Peer, Peer]:
    a, b = await talking(h, A, 440), await talking(h, B, 1000)
    h.desk.bridge(RoomId("r"), [A, B])
    return a, b


async def test_a_stranger_is_neither_heard_nor_answered(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await asyncio.sleep(0.2)
        stranger = await Peer.at()
        stranger.ssrc = 7
        assert a.to is not None
        stranger.speak(type(await h.desk.open(StreamId("x")))("127.0.0.1", a.to[1]), sine(2500))
        await asyncio.sleep(1.0)
        assert purity(b.pcm(40), 440) > 0.98
        assert stranger.packets == []
        report = await h.desk.close_stream(A)
        assert report.dropped["source"] >= 40 and report.lost == 0
        for peer in (a, b, stranger):
            peer.close()


async def test_a_phone_behind_nat_is_found_where_it_speaks_from(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await talking(h, A, 0), await talking(h, B, 1000)
        h.desk.bridge(RoomId("r"), [A, B])
        address = await h.desk.open(StreamId("n"))
        nat = await Peer.at()
        h.desk.set_path(StreamId("n"), nat.path(remote_port=9, remote_ip="127.0.0.9"))
        h.desk.bridge(RoomId("r"), [StreamId("n"), B])
        nat.speak(address, sine(700))
        await asyncio.sleep(0.8)
        assert purity(b.pcm(20), 700) > 0.98 and purity(nat.pcm(20), 1000) > 0.98
        for peer in (a, b, nat):
            peer.close()


async def test_silence_and_its_end_are_told_once(tmp_path: Path) -> None:
    async with house(tmp_path, 1, "--rtp-lost-s", "0.6") as h:
        a, b = await pair(h)
        await asyncio.sleep(0.5)
        a.quiet()
        (lost,) = await h.told(RtpLost)
        assert lost.stream == A and 0.5 < lost.seconds < 1.5
        await asyncio.sleep(0.8)
        assert a.to is not None
        a.speak(type(await h.desk.open(StreamId("x")))("127.0.0.1", a.to[1]), sine(440))
        assert await h.told(RtpBack) == [RtpBack(A)]
        assert len([e for e in h.events if isinstance(e, RtpLost)]) == 1
        a.close(), b.close()


async def test_rtcp_says_goodbye_with_what_was_sent(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await asyncio.sleep(0.5)
        report = await h.desk.close_stream(A)
        await asyncio.sleep(0.05)
        last = rtcp.read(a.rtcp[-1])
        assert last is not None and last.bye and last.sent is not None
        assert last.sent.packets == report.packets_out == len(a.packets)
        assert last.blocks[0].ssrc == a.ssrc and last.blocks[0].lost == 0
        a.close(), b.close()


async def test_an_engine_that_is_killed_is_told_and_its_successor_serves(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        target = tmp_path / "call.wav"
        await h.desk.record("rec", target, A, B)
        await h.desk.play(A, [Tone((400.0,))])
        await asyncio.sleep(2.6)
        await h.kill("e1")
        (lost,) = await h.told(EngineLost)
        assert lost.streams == (A, B)
        assert [e.why for e in await h.told(PlayEnded)] == ["closed"]
        await h.told(RecordingFailed)
        report = await h.desk.record_stop("rec")
        pcm, _ = soundfile.read(target)
        assert report.seconds >= 1.0 and len(pcm) == report.seconds * 8000 and "e1" in report.failed
        assert purity(pcm[4000:8000, 0], 440) > 0.98
        with pytest.raises(MediaError):
            await h.desk.open(A)
        await h.start("e1")
        async with asyncio.timeout(5):
            while not (await h.desk.engines())[0]["connected"]:
                await asyncio.sleep(0.02)
        a.close(), b.close()
        a, b = await pair(h)
        await asyncio.sleep(0.8)
        assert abs(loudest(b.pcm(20)) - 440) < 10
        a.close(), b.close()


async def test_a_recording_goes_on_in_the_same_file_when_the_disk_process_is_killed(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        target = tmp_path / "call.wav"
        await h.desk.record("rec", target, A, B)
        await asyncio.sleep(1.6)
        await h.kill("disk")
        assert len(soundfile.read(target)[0]) >= 4000
        await asyncio.sleep(1.2)
        await h.start("disk")
        await asyncio.sleep(1.4)
        report = await h.desk.record_stop("rec")
        pcm, _ = soundfile.read(target)
        assert report.failed == "" and len(pcm) == round(report.seconds * 8000)
        assert abs(report.seconds - 4.3) < 0.8
        assert purity(pcm[-8000:, 1], 1000) > 0.98 and purity(pcm[2000:4000, 0], 440) > 0.97
        a.close(), b.close()


async def test_a_disk_that_refuses_fails_the_recording_and_not_the_call(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        there = tmp_path / "there.wav"
        there.write_bytes(b"precious")
        await h.desk.record("one", there, A, B)
        await h.desk.record("two", Path("/proc/none/x.wav"), A, B)
        failed = await h.told(RecordingFailed, 2)
        assert {e.recording for e in failed} == {"one", "two"}
        assert (await h.desk.record_stop("one")).failed == "File exists"
        assert there.read_bytes() == b"precious"
        await asyncio.sleep(0.5)
        assert purity(b.pcm(20), 440) > 0.98
        a.close(), b.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await h.desk.record("rec", Path("/dev/full"), A, B)
        assert (await h.told(RecordingFailed))[0].recording == "rec"
        assert (await h.desk.record_stop("rec")).failed != ""
        a.close(), b.close()


async def test_a_mono_recording_gains_its_second_party(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await asyncio.sleep(0.2)
        await h.desk.record("mail", tmp_path / "mail.wav", A, None)
        await h.desk.record("call", tmp_path / "call.wav", A, None)
        await asyncio.sleep(1.0)
        h.desk.record_right("call", B)
        await asyncio.sleep(1.0)
        mail, call = await h.desk.record_stop("mail"), await h.desk.record_stop("call")
        assert (mail.channels, call.channels) == (1, 2)
        assert soundfile.info(tmp_path / "mail.wav").channels == 1
        pcm, _ = soundfile.read(tmp_path / "call.wav")
        assert pcm.shape[1] == 2 and np.abs(pcm[:7000, 1]).max() < 0.001
        assert purity(pcm[-6400:, 1], 1000) > 0.98 and purity(pcm[1000:-1000, 0], 440) > 0.98
        a.close(), b.close()


async def test_a_play_is_replaced_and_stopped_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 0)
        first = await h.desk.play(A, [Tone((600.0,))])
        await asyncio.sleep(0.4)
        second = await h.desk.play(A, [Tone((900.0,), on_ms=200, off_ms=100, repeat=0)])
        await asyncio.sleep(0.4)
        h.desk.stop_play(A)
        ended = await h.told(PlayEnded, 2)
        await asyncio.sleep(0.1)
        heard = len(a.packets)
        await asyncio.sleep(0.1)
        assert [(e.play, e.why) for e in ended] == [(first, "stopped"), (second, "stopped")]
        assert 300 <= ended[0].heard_ms <= 500
        assert rms_dbfs(a.pcm(4)) < -60 and len(a.packets) > heard
        third = await h.desk.play(A, [File("/nowhere.wav"), Tone((500.0,), on_ms=100)])
        assert (await h.told(PlayEnded, 3))[2] == PlayEnded(A, third, "failed", 100)
        a.close()


async def test_hold_is_heard_one_way_and_inactive_none(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await asyncio.sleep(0.3)
        h.desk.set_path(A, a.path(direction=Direction.SENDONLY))
        h.desk.music(A, "none of that name")
        await asyncio.sleep(0.6)
        assert rms_dbfs(b.pcm(10)) < -60
        assert -40 < rms_dbfs(a.pcm(15)) < -8
        h.desk.set_path(A, a.path(direction=Direction.INACTIVE))
        await asyncio.sleep(0.1)
        count = len(a.packets)
        await asyncio.sleep(0.2)
        assert len(a.packets) == count
        h.desk.music(A, None)
        h.desk.set_path(A, a.path())
        await asyncio.sleep(0.6)
        assert purity(b.pcm(15), 440) > 0.98 and purity(a.pcm(15), 1000) > 0.98
        a.close(), b.close()


async def test_rubbish_only_counts(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await pair(h)
        await asyncio.sleep(0.2)
        chance = random.Random(3)
        assert a.to is not None and a.transport is not None and a.control is not None
        for _ in range(150):
            a.transport.sendto(chance.randbytes(chance.randrange(0, 700)), a.to)
            a.control.sendto(chance.randbytes(chance.randrange(0, 200)), (a.to[0], a.to[1] + 1))
            a.transport.sendto(bytes([0x80, 0]) + chance.randbytes(chance.randrange(0, 60)), a.to)
            await asyncio.sleep(0.015)
        await asyncio.sleep(0.4)
        assert abs(loudest(b.pcm(15)) - 440) < 10
        report = await h.desk.report(A)
        assert report.dropped["version"] > 60 and report.dropped["type"] > 10 and report.dropped["short"] > 10
        a.close(), b.close()


async def test_ports_run_out_with_a_name(tmp_path: Path) -> None:
    async with house(tmp_path, 1, "--rows", "4") as h:
        for n in range(3):
            await h.desk.open(StreamId(f"s{n}"))
        with pytest.raises(NoPort):
            await h.desk.open(StreamId("s3"))
        await h.desk.close_stream(StreamId("s1"))
        await h.desk.open(StreamId("s3"))


async def test_audio_is_through_in_less_than_sixty_milliseconds(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await talking(h, A, 0), await talking(h, B, 0)
        h.desk.bridge(RoomId("r"), [A, B])
        delays, loud = [], a.encode(sine(1000)[:320])
        start = time.monotonic()
        for n in range(100):
            await asyncio.sleep(max(0.0, start + n * 0.02 - time.monotonic()))
            if n % 10 == 9:
                sent, before = time.monotonic(), len(b.packets)
                a.put(loud)
                a.ts += 160
                await asyncio.sleep(0)
                delays.append((sent, before))
            else:
                a.put(b"\xff" * 160)
                a.ts += 160
        await asyncio.sleep(0.2)
        found = []
        for sent, before in delays:
            at = next(at for at, packet in b.packets[before:] if packet[12:] == loud)
            found.append(at - sent)
        print("one way ms", [round(1000 * f, 1) for f in found])
        assert max(found) < 0.060
        a.close(), b.close()


async def test_speech_survives_loss_reordering_and_duplicates(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a, b = await talking(h, A, 0), await talking(h, B, 1000)
        h.desk.bridge(RoomId("r"), [A, B])
        chance = random.Random(5)
        codes = a.encode(sine(440))
        start, held = time.monotonic(), None
        for n in range(150):
            await asyncio.sleep(max(0.0, start + n * 0.02 - time.monotonic()))
            payload = codes[n * 160 % 8000 : n * 160 % 8000 + 160]
            head = struct.pack(">BBHII", 0x80, 0, n, n * 160, 99)
            if chance.random() < 0.05:
                continue
            if chance.random() < 0.1 and held is None:
                held = head + payload
                continue
            a.transport.sendto(head + payload, a.to)
            if chance.random() < 0.1:
                a.transport.sendto(head + payload, a.to)
            if held is not None:
                a.transport.sendto(held, a.to)
                held = None
        await asyncio.sleep(0.1)
        assert purity(b.pcm()[-16000:], 440) > 0.8
        report = await h.desk.report(A)
        assert 3 <= report.lost <= 14 and 5 <= report.duplicate <= 30 and report.concealed_ms > 0
        a.close(), b.close()
