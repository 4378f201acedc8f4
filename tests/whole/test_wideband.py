"""G.722 through a running switch and PJSUA2 phones, and through engines with real packets."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from apps.softphone.drive import Phone
from media.g722 import G722
from media.paths import Codec, LocalAddress
from media.words import File, RoomId, StreamId, Tone
from tests.stage.cast import Cast, connected, talk
from tests.stage.media_house import House
from tests.stage.media_house import house as media_house
from tests.stage.rtp_peer import Peer, loudest, purity, rms_dbfs, sine
from tests.stage.switch import Switch

pytestmark = pytest.mark.whole

A, B, C = StreamId("leg-a"), StreamId("leg-b"), StreamId("leg-c")


def saved(phone: Phone) -> tuple[np.ndarray, int]:
    """What a phone heard in its first call, and at which rate."""
    phone.wait("saved", 3, since=0, call=1)
    (wav,) = (Path(told["wav"]) for told in phone.told("saving") if told["call"] == 1)
    return soundfile.read(wav, dtype="int16")


def spoken(house: Switch) -> list[str]:
    """Codecs of the running call's streams."""
    (call,) = house.calls()
    return [leg["stream"]["codec"] for leg in house.ask("calls.show", call_id=call["call_id"])["legs"]]


def say(phone: Phone, hz: int) -> None:
    phone.order("send_tone", hz=str(hz))


def pair(cast: Cast, mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[Phone, Phone]:
    """2001 and 2002 talking, each with codecs in order of liking."""
    bob = cast.desk("2002", "--answer", "0.1", *(word for codec in theirs for word in ("--codec", codec)))
    alice = cast.desk("2001", *(word for codec in mine for word in ("--codec", codec)))
    alice.dial("2002")
    connected(alice, bob)
    return alice, bob


def test_two_phones_with_g722_hear_each_other_at_5_khz(house: Switch, cast: Cast, tmp_path: Path) -> None:
    alice, bob = pair(cast, ("PCMU", "G722"), ("PCMA", "G722"))
    assert spoken(house) == ["G722", "G722"]
    say(alice, 5000)
    say(bob, 6200)
    pcap = tmp_path / "talk.pcap"
    (call,) = house.calls()
    house.ask("media.tap", call_id=call["call_id"], file=str(pcap), seconds=1.5)
    talk(2.5)
    alice.order("hangup")
    for phone, hz in ((alice, 6200), (bob, 5000)):
        heard, rate = saved(phone)
        steady = heard[-24000:-1600]
        assert rate == 16000 and abs(loudest(steady, rate) - hz) < 5 and purity(steady, hz, rate) > 0.9
    # Bit by bit what PJMEDIA's own codec makes of the same bytes; that one shifts by two bits where we shift by one.
    packets = audio(pcap.read_bytes())
    heard = saved(bob)[0]
    assert any(found(decoded(codes), heard) for codes in packets.values())


def audio(pcap: bytes) -> dict[int, bytes]:
    """G.722 by SSRC."""
    streams: dict[int, bytes] = {}
    at = 24
    link = struct.unpack_from("<I", pcap, 20)[0]
    skip = {1: 14, 101: 0, 228: 0}[link] + 28
    while at < len(pcap):
        size = struct.unpack_from("<I", pcap, at + 8)[0]
        packet = pcap[at + 16 + skip : at + 16 + size]
        at += 16 + size
        if len(packet) == 172 and packet[1] & 0x7F == 9:
            ssrc = struct.unpack_from(">I", packet, 8)[0]
            streams[ssrc] = streams.get(ssrc, b"") + packet[12:]
    return streams


def decoded(codes: bytes) -> np.ndarray:
    coder = G722(1)
    coder.begin(0)
    return np.concatenate(
        [coder.decode([0], f, [3])[0].copy() for f in np.frombuffer(codes, np.uint8).reshape(-1, 1, 160)]
    )


def found(ours: np.ndarray, heard: np.ndarray) -> bool:
    """Whether 100 ms out of the midst of `ours`, twice as loud, are in `heard` sample by sample."""
    piece = (ours[ours.size // 2 :][:1600].astype(int) * 2).astype(np.int16)
    if np.abs(piece).max() < 1000:
        return False
    first = np.flatnonzero(heard[: heard.size - piece.size] == piece[0])
    return any((heard[at : at + piece.size] == piece).all() for at in first)


def test_a_phone_without_g722_hears_one_that_has_it_without_what_is_too_high(house: Switch, cast: Cast) -> None:
    alice, bob = pair(cast, ("G722", "PCMU"), ("PCMA",))
    assert set(spoken(house)) == {"PCMU", "PCMA"}, "nobody pays for wideband that only one of them has"
    alice.order("hangup")
    bob.wait("ended")


def test_a_phone_that_has_g722_alone_talks_with_one_that_has_not(house: Switch, cast: Cast) -> None:
    alice, bob = pair(cast, ("G722",), ("PCMA",))
    assert set(spoken(house)) == {"G722", "PCMA"}
    say(alice, 5000)
    say(bob, 700)
    talk(1.5)
    say(alice, 1000)
    talk(1.5)
    alice.order("hangup")
    heard, rate = saved(bob)
    assert rate == 8000
    end = heard.size - 800
    assert purity(heard[end - 6400 : end], 1000) > 0.9
    high = heard[end - 16000 : end - 14400]
    assert rms_dbfs(high) < rms_dbfs(heard[end - 6400 : end]) - 25 and purity(high, 3000) * rms(high) < 40
    heard, rate = saved(alice)
    assert rate == 16000 and purity(heard[-14400:-1600], 700, rate) > 0.9


def rms(pcm: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(pcm, dtype=float))))


# ---- engines --------------------------------------------------------------------------------------------------


async def talking(h: House, name: StreamId, freq: float, codec: Codec, ptime: int = 20) -> tuple[Peer, LocalAddress]:
    peer = await Peer.at(codec, ptime)
    address = await h.desk.open(name)
    h.desk.set_path(name, peer.path())
    peer.to = (address.ip, address.port)
    if freq:
        peer.speak(address, sine(freq, rate_hz=peer.rate_hz))
    return peer, address


def hears(peer: Peer, freq: float, least: float = 0.97) -> bool:
    pcm = peer.pcm()[-peer.rate_hz * 4 // 5 :]
    return abs(loudest(pcm, peer.rate_hz) - freq) < 5 and purity(pcm, freq, peer.rate_hz) > least


@pytest.mark.parametrize(
    ("codec_a", "codec_b", "ptime_a", "ptime_b"),
    [
        (Codec.G722, Codec.G722, 20, 20),
        (Codec.G722, Codec.G722, 10, 30),
        (Codec.G722, Codec.PCMU, 20, 20),
        (Codec.G722, Codec.PCMA, 40, 20),
        (Codec.G722, Codec.PCMA, 10, 60),
        (Codec.L16, Codec.PCMU, 20, 20),
        (Codec.L16, Codec.L16, 10, 20),
        (Codec.L16_16K, Codec.L16_16K, 20, 20),
        (Codec.L16_16K, Codec.G722, 10, 20),
        (Codec.L16_16K, Codec.PCMA, 20, 20),
        (Codec.L16, Codec.L16_16K, 20, 10),
    ],
)
async def test_two_hear_each_other(tmp_path: Path, codec_a: Codec, codec_b: Codec, ptime_a: int, ptime_b: int) -> None:
    async with media_house(tmp_path) as h:
        a, _ = await talking(h, A, 440, codec_a, ptime_a)
        b, _ = await talking(h, B, 1000, codec_b, ptime_b)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.8)
        assert hears(a, 1000) and hears(b, 440)
        report = await h.desk.close_stream(A)
        assert report.lost == 0 and not report.dropped.keys() - {"early", "waited"} and codec_a.sdp_name in report.path
        a.close(), b.close()


@pytest.mark.parametrize("other", [Codec.G722, Codec.L16_16K])
async def test_5_khz_go_between_any_two_wideband_codecs(tmp_path: Path, other: Codec) -> None:
    async with media_house(tmp_path) as h:
        a, _ = await talking(h, A, 5000, Codec.L16_16K)
        b, _ = await talking(h, B, 6000, other)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.8)
        assert hears(a, 6000, 0.9) and hears(b, 5000, 0.9)
        a.close(), b.close()


async def test_the_codec_changes_in_mid_call(tmp_path: Path) -> None:
    async with media_house(tmp_path) as h:
        a, address = await talking(h, A, 440, Codec.G722)
        b, _ = await talking(h, B, 5000, Codec.G722)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.5)
        assert hears(a, 5000, 0.9) and hears(b, 440)
        a.quiet()
        a.codec, a.rate_hz, a.packets = Codec.PCMA, 8000, []
        h.desk.set_path(A, a.path())
        a.speak(address, sine(700))
        await asyncio.sleep(1.5)
        assert hears(b, 700) and rms_dbfs(a.pcm()[-4000:]) < -40, "5 kHz do not fold down"
        a.quiet()
        a.codec, a.rate_hz, a.packets = Codec.G722, 16000, []
        h.desk.set_path(A, a.path())
        a.speak(address, sine(900, rate_hz=16000))
        await asyncio.sleep(1.5)
        assert hears(b, 900) and hears(a, 5000, 0.9)
        a.close(), b.close()


async def test_three_of_two_widths_and_a_play_and_a_recording(tmp_path: Path) -> None:
    wav = tmp_path / "p.wav"
    soundfile.write(wav, 0.3 * np.sin(2 * np.pi * 600 * np.arange(24000) / 8000), 8000)
    async with media_house(tmp_path) as h:
        a, _ = await talking(h, A, 5000, Codec.G722)
        b, _ = await talking(h, B, 0, Codec.G722)
        c, _ = await talking(h, C, 1000, Codec.PCMA)
        h.desk.bridge(RoomId("r"), [A, B, C])
        await h.desk.record("rec", tmp_path / "rec.wav", A, C)
        await asyncio.sleep(1.5)
        heard = b.pcm()[-12800:]
        assert min(purity(heard, 5000, 16000), purity(heard, 1000, 16000)) > 0.4
        assert rms_dbfs(c.pcm()[-4000:]) < -40 and hears(a, 1000)
        await h.desk.play(B, [File(str(wav))])
        await asyncio.sleep(1.2)
        assert hears(b, 600)
        await h.desk.record_stop("rec")
        pcm, rate = soundfile.read(tmp_path / "rec.wav", dtype="int16")
        assert rate == 8000 and rms_dbfs(pcm[4000:, 0]) < -40 and purity(pcm[4000:, 1], 1000) > 0.97
        a.close(), b.close(), c.close()


async def test_two_who_were_passed_on_are_recorded_and_spoken_to_later(tmp_path: Path) -> None:
    async with media_house(tmp_path) as h:
        a, _ = await talking(h, A, 440, Codec.G722)
        b, _ = await talking(h, B, 1000, Codec.G722)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.2)
        await h.desk.record("rec", tmp_path / "rec.wav", A, B)
        await asyncio.sleep(1.2)
        await h.desk.record_stop("rec")
        pcm, _ = soundfile.read(tmp_path / "rec.wav", dtype="int16")
        assert purity(pcm[:, 0], 440) > 0.98 and purity(pcm[:, 1], 1000) > 0.98
        await asyncio.sleep(0.5)
        h.desk.announce(RoomId("r"), [Tone((700.0,), on_ms=1200)], duck_db=0.0)
        await asyncio.sleep(1.1)
        heard = a.pcm()[-9600:]
        assert purity(heard, 700, 16000) > 0.1 and purity(heard, 1000, 16000) > 0.4
        assert purity(heard, 700, 16000) + purity(heard, 1000, 16000) > 0.95
        await asyncio.sleep(1.2)
        assert hears(a, 1000) and hears(b, 440)
        a.close(), b.close()


async def test_odd_packets_in_g722_do_no_harm(tmp_path: Path) -> None:
    async with media_house(tmp_path) as h:
        a, _ = await talking(h, A, 0, Codec.G722)
        b, _ = await talking(h, B, 1000, Codec.PCMA)
        h.desk.bridge(RoomId("r"), [A, B])
        rng = np.random.default_rng(5)
        for n in range(120):
            size = int(rng.choice([0, 1, 7, 79, 80, 81, 160, 161, 320, 480, 481, 620]))
            if rng.random() < 0.8:
                a.put(rng.integers(0, 256, size, dtype=np.uint8).tobytes())
            a.ts += size if n % 10 else int(rng.integers(0, 4000))
            await asyncio.sleep(0.01)
        assert hears(a, 1000)
        report = await h.desk.report(A)
        assert report.packets_in > 50 and report.dropped.get("long")
        a.close(), b.close()
