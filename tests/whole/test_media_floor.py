"""The floor over real packets: who speaks in a conference is told, and only the loudest is let through."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from media.events import FloorChanged
from media.paths import Codec, LocalAddress
from media.words import RoomId, StreamId
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer
from tests.stage.spoken import speech
from tests.whole.test_media_ties import seated

pytestmark = pytest.mark.whole
ROOM = RoomId("conference")


def loudness(peer: Peer) -> float:
    return float(np.sqrt((peer.pcm()[-4000:].astype(float) ** 2).mean()))


async def test_speakers_are_told_and_a_limit_leaves_the_fainter_one_out(tmp_path: Path) -> None:
    names = [StreamId(f"m{n}") for n in range(4)]
    said = speech()[:64000].astype(float)
    async with house(tmp_path) as h:
        peers = []
        for n, name in enumerate(names):
            peer = await Peer.at((Codec.PCMU, Codec.PCMA)[n % 2])
            peers.append(peer)
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            level = {1: 1.0, 2: 0.15}.get(n, 0.0)
            peer.speak(address, (np.roll(said, n * 9000) * level).astype("<i2").tobytes())
        h.desk.bridge(ROOM, names)
        h.desk.watch_floor(ROOM)
        await asyncio.sleep(2.5)
        events = [event for event in h.events if isinstance(event, FloorChanged)]
        assert {name for event in events for name in event.speakers} == {"m1", "m2"}
        assert all(len(event.speakers) == len(event.levels_dbm0) for event in events)
        both = loudness(peers[1])
        assert both > 100  # m1 hears m2
        h.desk.watch_floor(ROOM, loudest=1)
        await asyncio.sleep(2.5)
        assert loudness(peers[1]) < both / 5  # and does no more: only the loudest is let through
        assert loudness(peers[0]) > 500
        h.desk.watch_floor(ROOM, on=False)
        await asyncio.sleep(1.0)
        assert loudness(peers[1]) > both / 3
        before = len([event for event in h.events if isinstance(event, FloorChanged)])
        await asyncio.sleep(1.0)
        assert len([event for event in h.events if isinstance(event, FloorChanged)]) == before


async def test_who_speaks_is_told_by_name_whatever_engine_they_are_on(tmp_path: Path) -> None:
    said = speech()[:48_000].astype(float)
    async with house(tmp_path, 2) as h:
        peers = await seated(h, "e1", "e2", "e2", level=0.0)
        names = list(peers)
        h.desk.bridge(ROOM, names)
        h.desk.watch_floor(ROOM)
        for nth in (0, 2):
            peer = peers[names[nth]]
            peer.quiet()
            assert peer.to is not None
            peer.speak(LocalAddress(*peer.to), np.roll(said, 20_000 * nth).astype("<i2").tobytes())

        def told() -> list[FloorChanged]:
            return [event for event in h.events if isinstance(event, FloorChanged)]

        async with asyncio.timeout(6):
            while not any(set(event.speakers) == {names[0], names[2]} for event in told()):
                await asyncio.sleep(0.05)
        assert {name for event in told() for name in event.speakers} == {names[0], names[2]}
        for peer in peers.values():
            peer.close()
