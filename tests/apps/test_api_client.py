"""Clients: typed answers, clear sentences when nobody answers."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import msgspec
import pytest

from apps.api import catalogue
from apps.api import types as t
from apps.api.catalogue import SIGNATURES
from apps.api.client import AsyncClient, Client, Unreachable
from apps.api.event_filter import TypeFilter
from apps.api.events import AlarmCleared
from apps.api.hub import EventHub
from apps.api.params import ByCall, CallFilter
from apps.api.protocol import ApiError, Code, plain
from tests.apps import board as paper


async def test_every_answer_comes_back_as_the_record_it_was(tmp_path: Path) -> None:
    board = paper.Board(tmp_path / "s")
    await board.server.start()
    client = await AsyncClient.connect(board.server.path)
    asked = {"calls.show": ByCall("a"), "calls.list": CallFilter()}
    for name in ("calls.show", "calls.list", "status.get", "phones.list", "engines.list", "snapshot.get"):
        signature = SIGNATURES[name]
        params = asked.get(name) or signature.params()
        assert await client.call(signature, params) == board.answer(name, params)
    await client.close()
    await board.server.stop()


async def test_overlapping_calls_get_their_own_answers(tmp_path: Path) -> None:
    board = paper.Board(tmp_path / "s")
    await board.server.start()
    client = await AsyncClient.connect(board.server.path)
    details = await asyncio.gather(*(client.call(catalogue.CALLS_HANGUP, ByCall(str(n))) for n in range(50)))
    assert [detail.call_id for detail in details] == [str(n) for n in range(50)]
    await client.close()
    await board.server.stop()


def test_the_plain_client_keeps_events_that_come_between(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    board = paper.Board(tmp_path / "s")
    asyncio.run_coroutine_threadsafe(board.server.start(), loop).result(5)
    with Client(board.server.path) as client:
        client.call(catalogue.EVENTS_SUBSCRIBE)
        for n in range(20):
            loop.call_soon_threadsafe(board.hub.publish, AlarmCleared(str(n)))
            assert client.call(catalogue.STATUS_GET) == paper.STATUS
        seen = [told.data["what"] for told, _ in zip(client.events(5), range(20), strict=False)]  # type: ignore[union-attr]
        assert seen == [str(n) for n in range(20)]
        with pytest.raises(ApiError) as caught:
            client.call(catalogue.CALLS_SHOW, ByCall("none"))
        assert caught.value.code is Code.NOT_FOUND
        asyncio.run_coroutine_threadsafe(board.server.stop(), loop).result(5)
        with pytest.raises(Unreachable, match="broke"):
            client.call(catalogue.STATUS_GET)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


async def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"not running: there is no socket .*/s$"):
        await AsyncClient.connect(tmp_path / "s")
    with pytest.raises(Unreachable, match=r"not running: there is no socket .*/s$"):
        Client(tmp_path / "s")


def test_a_later_servers_new_fields_are_ignored() -> None:
    text = b'{"call_id":"a","was":"menu","mood":"cheerful"}'
    assert msgspec.json.decode(text, type=t.HangupInfo) == t.HangupInfo("a", "menu")


def test_instants_are_utc_to_the_millisecond() -> None:
    assert t.utc(0.0015).isoformat() == "1970-01-01T00:00:00.002000+00:00"
    assert t.utc_ms(-1).isoformat() == "1969-12-31T23:59:59.999000+00:00"
    for ms in (1_767_323_045_678, 1_767_323_045_999, 1_767_323_045_001):
        assert round(t.utc_ms(ms).timestamp() * 1000) == ms


def test_shown_text_has_no_control_characters_and_an_end() -> None:
    assert plain("a\x1b[31m\n总\u202e") == "a\\x1b[31m\\x0a总\\x202e"
    assert plain("x" * 100) == "x" * 80 + "..."


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        ([], {"call.opened", "alarm.raised", "calling"}),
        (["call.*"], {"call.opened"}),
        (["alarm.raised", "call.opened"], {"alarm.raised", "call.opened"}),
        (["*"], {"call.opened", "alarm.raised", "calling"}),
        (["no.such"], set()),
    ],
)
def test_a_filter_takes_names_and_prefixes(patterns: list[str], wanted: set[str]) -> None:
    chosen = TypeFilter(patterns)
    assert {kind for kind in ("call.opened", "alarm.raised", "calling") if chosen.wants(kind)} == wanted


def test_the_hub_keeps_so_many_events_and_so_many_bytes() -> None:
    hub = EventHub(clock=lambda: 0.0, keep_events=5)
    for n in range(8):
        assert hub.publish(AlarmCleared(str(n))) == n + 1
    assert (hub.seq, hub.oldest) == (8, 4)
    small = EventHub(clock=lambda: 0.0, keep_bytes=1000)
    for _ in range(50):
        small.publish(AlarmCleared("x" * 200))
    assert small.seq == 50 and 46 <= small.oldest <= 50
    big = EventHub(keep_bytes=10)
    big.publish(AlarmCleared("x" * 200))
    assert (big.oldest, big.after(0)[1]) == (2, [])


def test_reading_the_hub_gives_every_number_or_says_it_is_lost() -> None:
    hub = EventHub(clock=lambda: 0.0, keep_events=20)
    cursor, seen = 0, []
    for round_ in range(40):
        for _ in range(round_):
            hub.publish(AlarmCleared("x"))
        for _ in range(3):
            lost, events = hub.after(cursor, most=4)
            if lost:
                assert lost.from_seq == cursor + 1 and lost.count == lost.to_seq - lost.from_seq + 1
                seen += range(lost.from_seq, lost.to_seq + 1)
                cursor = lost.to_seq
            seen += [event.seq for event in events]
            cursor = seen[-1] if seen else 0
    assert seen == list(range(1, cursor + 1))
