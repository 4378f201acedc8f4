"""Rooms over several engines: real engines, real RTP; tones go in, and what each member hears is judged."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.desk import Desk
from media.events import AnnouncementEnded, EngineLost
from media.hearing import talk
from media.paths import Codec
from media.words import RoomId, StreamId, Tone
from tests.stage.media_house import House, house
from tests.stage.rtp_peer import Peer, purity, sine

pytestmark = pytest.mark.whole

ROOM = RoomId("r")
HZ = (400, 650, 900, 1250, 1700, 2300)


async def seated(h: House, *engines: str, level: float = 0.1, codec: Codec = Codec.PCMU) -> dict[StreamId, Peer]:
    """A peer on each of the engines named, speaking a tone of its own."""
    peers: dict[StreamId, Peer] = {}
    for nth, engine in enumerate(engines):
        name = StreamId(f"s{nth}")
        peers[name] = await placed(h, name, engine, HZ[nth], level, codec)
    return peers


async def placed(h: House, name: StreamId, engine: str, hz: int, level: float = 0.1, codec: Codec = Codec.PCMU) -> Peer:
    """A peer whose stream is on that engine: others are taken until one comes to lie there."""
    peer = await Peer.at(codec)
    spare = []
    while (address := await h.desk.open(name)) and h.desk.where(name) != engine:
        await h.desk.close_stream(name)
        spare.append(StreamId(f"spare{len(spare)}"))
        await h.desk.open(spare[-1])
        assert len(spare) < 20
    for one in spare:
        await h.desk.close_stream(one)
    h.desk.set_path(name, peer.path())
    peer.to = (address.ip, address.port)
    if hz:
        peer.speak(address, sine(hz, level))
    return peer


def level_of(pcm: np.ndarray, hz: int) -> float:
    """Amplitude of one tone, as a share of full scale."""
    window = np.hanning(pcm.size)
    at = np.exp(-2j * np.pi * hz * np.arange(pcm.size) / 8000)
    return float(2 * abs((pcm * window * at).sum()) / window.sum() / 32768)


def hears(peer: Peer, packets: int = 40) -> list[float]:
    pcm = peer.pcm(packets)
    return [level_of(pcm, hz) for hz in HZ]


def gaps_ms(peer: Peer, hz: int, packets: int) -> int:
    """Time in which a listener who should hear a steady tone did not: frames of less than half its power."""
    pcm = peer.pcm(packets).astype(float)
    frames = pcm[: pcm.size // 160 * 160].reshape(-1, 160)
    power = (frames**2).mean(axis=1)
    return int((power < np.median(power) / 2).sum()) * 20


async def ties(h: House) -> list[int]:
    return [engine.get("ties", -1) for engine in await h.desk.engines()]


def doors(directory: Path) -> list[Path]:
    """Files of the ties' sockets."""
    return sorted(directory.glob("tie*"))


def close(peers: dict[StreamId, Peer]) -> None:
    for peer in peers.values():
        peer.close()


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
async def test_two_on_different_engines_hear_each_other_without_a_gap(tmp_path: Path, codec: Codec) -> None:
    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2", level=0.3, codec=codec)
        a, b = peers.values()
        h.desk.bridge(ROOM, list(peers))
        await asyncio.sleep(2.5)
        assert await ties(h) == [1, 1]
        for peer, hz in ((b, HZ[0]), (a, HZ[1])):
            assert purity(peer.pcm(100), hz) > 0.98
            assert abs(level_of(peer.pcm(100), hz) - 0.3) < 0.02
            assert gaps_ms(peer, hz, 100) == 0
        assert [engine["streams"] for engine in await h.desk.engines()] == [1, 1]
        h.desk.unbridge(StreamId("s1"))
        await asyncio.sleep(0.3)
        assert await ties(h) == [0, 0]
        assert max(hears(a, 5)) < 0.001 and max(hears(b, 5)) < 0.001
        assert not doors(tmp_path), "sockets' files stayed behind"
        close(peers)


async def delay_ms(h: House, talker: Peer, listener: Peer) -> float:
    """From a click's packet to the packet in which it is heard; several times, the median."""
    found = []
    for _ in range(9):
        since = len(listener.packets)
        said = time.monotonic()
        click = b"\x00" * 160
        talker.put(click)
        talker.ts += 160
        deadline = said + 0.5
        while time.monotonic() < deadline:
            loud = [at for at, p in listener.packets[since:] if p[1] & 0x7F == 0 and p[12:].count(0) > 80]
            if loud:
                found.append(1000 * (loud[0] - said))
                break
            await asyncio.sleep(0.005)
            # Silence goes on, in step.
        for _ in range(13):
            talker.put(b"\xff" * 160)
            talker.ts += 160
            await asyncio.sleep(0.02)
    assert len(found) >= 7, found
    return float(np.median(found))


async def test_a_tie_costs_at_most_40_ms(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as h:
        names = [StreamId(f"s{n}") for n in range(3)]
        peers = dict(
            zip(names, [await placed(h, n, e, 0) for n, e in zip(names, ("e1", "e1", "e2"), strict=True)], strict=True)
        )
        a, b, c = peers.values()
        for peer in (a, b, c):
            for _ in range(20):
                peer.put(b"\xff" * 160)
                peer.ts += 160
                await asyncio.sleep(0.02)
        h.desk.bridge(ROOM, names[:2])
        await asyncio.sleep(0.2)
        near = await delay_ms(h, a, b)
        h.desk.bridge(ROOM, [names[0], names[2]])
        await asyncio.sleep(0.3)
        far = await delay_ms(h, a, c)
        print(f"one engine {near:.0f} ms, two {far:.0f} ms")
        assert far - near <= 45
        close(peers)


@pytest.mark.parametrize(
    "engines", [("e1", "e1", "e1", "e2", "e2", "e2"), ("e1", "e2", "e3", "e1", "e2", "e3")], ids=["two", "three"]
)
async def test_a_conference_of_six_over_engines_hears_all_but_itself(tmp_path: Path, engines: tuple[str, ...]) -> None:
    async with house(tmp_path, len(set(engines))) as h:
        peers = await seated(h, *engines)
        h.desk.bridge(ROOM, list(peers))
        await asyncio.sleep(1.6)
        for nth, peer in enumerate(peers.values()):
            for other, level in enumerate(hears(peer)):
                assert abs(level - (0.0 if other == nth else 0.1)) < 0.008, f"{nth} hears {hears(peer)}"
        assert await ties(h) == ([1, 1] if len(set(engines)) == 2 else [2, 1, 1])
        close(peers)


async def test_gains_mute_deaf_and_whisper_are_right_across_engines(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as h:
        peers = await seated(h, "e1", "e2", "e2", "e3")
        names = list(peers)
        boss, agent, client, other = names
        modes = [
            talk(*names),
            talk(*names).mute(agent),
            talk(*names).deafen(client).gained(other, 0.5),
            talk(*names).whisper(boss, agent),
            talk(*names).whisper(boss, agent, other).hold(client),
            talk(*names).listen(boss),
        ]
        for hearing in modes:
            h.desk.arrange(ROOM, hearing)
            await asyncio.sleep(1.3)
            for listener in names:
                if listener in hearing.held:
                    continue
                for nth, speaker in enumerate(names):
                    wanted, got = 0.1 * hearing.gain(speaker, listener), hears(peers[listener])[nth]
                    assert abs(got - wanted) < 0.008, f"{listener} hears {speaker} at {got:.3f}, not {wanted}"
        h.desk.arrange(ROOM, talk(*names[1:3]))
        await asyncio.sleep(0.3)
        assert await ties(h) == [0, 0, 0]
        close(peers)


async def test_an_engine_that_dies_takes_only_its_part_of_a_room(tmp_path: Path) -> None:
    async with house(tmp_path, 3) as h:
        peers = await seated(h, "e1", "e2", "e2", "e3")
        names = list(peers)
        h.desk.bridge(ROOM, names)
        await asyncio.sleep(0.8)
        await h.kill("e1")  # the hub
        (lost,) = await h.told(EngineLost)
        assert lost == EngineLost("e1", (names[0],))
        await asyncio.sleep(1.2)
        assert await ties(h) == [-1, 1, 1]
        assert len(doors(tmp_path)) == 2, "the dead one's doors stayed behind"
        for nth in (1, 2, 3):
            for other, level in enumerate(hears(peers[names[nth]], 30)):
                assert abs(level - (0.1 if other in {1, 2, 3} - {nth} else 0.0)) < 0.008
        await h.start("e1")
        async with asyncio.timeout(5):
            while not (await h.desk.engines())[0]["connected"]:
                await asyncio.sleep(0.02)
        back = await placed(h, StreamId("back"), "e1", HZ[0])
        h.desk.join(ROOM, StreamId("back"))
        await asyncio.sleep(1.2)
        assert abs(hears(peers[names[1]], 30)[0] - 0.1) < 0.008 and abs(hears(back, 30)[3] - 0.1) < 0.008
        close(peers)
        back.close()


async def test_a_recording_has_a_party_of_another_engine_alone_on_its_channel(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2", "e2", level=0.2)
        names = list(peers)
        h.desk.bridge(ROOM, names)
        await asyncio.sleep(0.5)
        await h.desk.record("rec", tmp_path / "call.wav", names[0], names[1])
        await asyncio.sleep(1.2)
        h.desk.record_right("rec", names[2])
        await asyncio.sleep(1.2)
        assert await ties(h) == [2, 2]
        h.desk.unbridge(names[2])  # on hold they are recorded all the same
        await asyncio.sleep(0.8)
        report = await h.desk.record_stop("rec")
        assert await ties(h) == [1, 1]
        assert report.failed == "" and abs(report.seconds - 3.2) < 0.3 and report.missing_s <= 0.03
        assert [(m.what, m.right) for m in report.marks] == [("begin", names[1]), ("right", names[2]), ("end", "")]
        pcm, _ = soundfile.read(tmp_path / "call.wav", dtype="int16")
        assert purity(pcm[1600:, 0], HZ[0]) > 0.98
        assert purity(pcm[1600:8000, 1], HZ[1]) > 0.97 and purity(pcm[-9000:, 1], HZ[2]) > 0.97
        close(peers)


async def test_what_is_announced_into_a_room_is_heard_on_all_its_engines_once(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2")
        h.desk.bridge(ROOM, list(peers))
        await asyncio.sleep(0.5)
        number = h.desk.announce(ROOM, [Tone((2300.0,), on_ms=900, level_dbm0=-20.0)])
        await asyncio.sleep(0.8)
        levels = [hears(peer, 20)[5] for peer in peers.values()]
        assert abs(levels[0] - levels[1]) < 0.01 and levels[0] > 0.03, levels
        assert await h.told(AnnouncementEnded) == [AnnouncementEnded(number, "done", 900)]
        h.desk.doorbell(ROOM, [Tone((1700.0,), on_ms=300, level_dbm0=-20.0)])
        late = await placed(h, StreamId("late"), "e2", 0)
        h.desk.join(ROOM, StreamId("late"))
        await asyncio.sleep(0.45)
        for peer in peers.values():
            assert hears(peer, 22)[4] > 0.02
        assert len([e for e in h.events if isinstance(e, AnnouncementEnded)]) == 1
        late.close()
        close(peers)


async def test_a_new_exchange_finds_no_ties(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2")
        h.desk.bridge(ROOM, list(peers))
        await h.desk.record("rec", tmp_path / "x.wav", *peers)
        await asyncio.sleep(0.2)
        assert await ties(h) == [2, 2]
        await h.desk.close()
        other = Desk({name: tmp_path / f"{name}.sock" for name in ("e1", "e2")}, h.events.append)
        await other.connect()
        await asyncio.sleep(0.1)
        assert [(e["streams"], e["ties"], e["rooms"]) for e in await other.engines()] == [(0, 0, 0)] * 2
        await other.close()
        close(peers)


async def test_strangers_on_the_same_machine_cannot_speak_into_a_tie(tmp_path: Path) -> None:
    import socket

    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2")
        h.desk.bridge(ROOM, list(peers))
        await asyncio.sleep(0.5)
        found = doors(tmp_path)
        assert len(found) == 2 and all(door.stat().st_mode & 0o777 == 0o600 for door in found)
        for door in found:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger, pytest.raises(PermissionError):
                stranger.connect(str(door))
        close(peers)
