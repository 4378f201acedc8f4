"""Several engines, and an exchange that was restarted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from media.desk import Desk, NoEngine
from media.events import EngineLost
from media.words import RoomId, StreamId
from tests.stage.media_house import house

pytestmark = pytest.mark.whole


async def test_streams_go_to_the_engine_with_least_to_do_and_those_of_one_room_together(tmp_path: Path) -> None:
    async with house(tmp_path, 2) as h:
        names = [StreamId(f"s{n}") for n in range(4)]
        for name in names:
            await h.desk.open(name)
        assert [engine["streams"] for engine in await h.desk.engines()] == [2, 2]
        await h.desk.open(StreamId("t"), near=names[1])
        h.desk.bridge(RoomId("r"), [names[1], StreamId("t")])
        await h.kill("e1")
        (lost,) = await h.told(EngineLost)
        assert lost == EngineLost("e1", (names[0], names[2]))
        assert (await h.desk.report(names[0])).packets_in == 0
        await h.desk.open(StreamId("u"))
        facts = await h.desk.engines()
        assert [fact.get("connected") for fact in facts] == [False, True]
        assert facts[1]["streams"] == 4 and facts[1]["rooms"] == 1


async def test_a_new_exchange_finds_the_engines_empty(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        for n in range(3):
            await h.desk.open(StreamId(f"s{n}"))
        await h.desk.record("rec", tmp_path / "x.wav", StreamId("s0"))
        await h.desk.close()
        other = Desk({"e1": tmp_path / "e1.sock"}, h.events.append)
        await other.connect()
        await asyncio.sleep(0.1)
        (facts,) = await other.engines()
        assert (facts["streams"], facts["recordings"]) == (0, 0)
        await other.open(StreamId("s0"))
        await other.close()


async def test_no_engine_is_a_sentence(tmp_path: Path) -> None:
    desk = Desk({"e1": tmp_path / "none.sock"}, lambda event: None)
    with pytest.raises(NoEngine):
        await desk.open(StreamId("s"))
    assert (await desk.close_stream(StreamId("s"))).packets_in == 0
    assert (await desk.record_stop("r")).failed == "no such recording"
    await desk.close()


async def test_rubbish_on_the_socket_harms_nothing(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        for rubbish in (
            b"\xff" * 100,
            b"GET / HTTP/1.0\r\n\r\n",
            b"\0\0\0\3abc",
            b"\0\0\0\1\x90",
            b"\0\0\0\3\x92\1\xc0",
        ):
            _, writer = await asyncio.open_unix_connection(tmp_path / "e1.sock")
            writer.write(rubbish)
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.close()
        await h.desk.open(StreamId("s"))
        assert (await h.desk.engines())[0]["streams"] == 1
