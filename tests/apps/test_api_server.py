"""The socket: greets, answers, tells events, and nothing a client sends harms it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from apps.api import catalogue
from apps.api.client import AsyncClient, SeenEvent, Unreachable
from apps.api.events import AlarmCleared, ConfigReloaded
from apps.api.hub import EventHub
from apps.api.listening import SocketError
from apps.api.params import ByCall, Subscribe
from apps.api.protocol import ApiError, Code, EventLost
from apps.api.server import MAX_CLIENTS, ApiServer
from tests.apps.board import CALL, Board


@pytest.fixture
async def board(tmp_path: Path) -> AsyncIterator[Board]:
    made = Board(tmp_path / "api.sock")
    await made.server.start()
    yield made
    await made.server.stop()


class Wire:
    """A client that sends bytes and reads JSON."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, board: Board) -> Wire:
        return cls(*await asyncio.open_unix_connection(board.server.path, limit=64 << 20))

    async def next(self) -> Any:
        return json.loads(await asyncio.wait_for(self.reader.readline(), 5))

    async def ask(self, text: bytes | str) -> Any:
        self.writer.write(text if isinstance(text, bytes) else text.encode())
        return await self.next()


@pytest.fixture
async def wire(board: Board) -> AsyncIterator[Wire]:
    made = await Wire.to(board)
    made.greeting = await made.next()  # type: ignore[attr-defined]
    yield made
    made.writer.close()


async def _still_serves(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    assert (await client.call(catalogue.STATUS_GET)).calls == 3
    await client.close()


async def test_the_first_line_is_a_greeting(board: Board) -> None:
    wire = await Wire.to(board)
    hello = await wire.next()
    assert hello["method"] == "greeting" and hello["jsonrpc"] == "2.0"
    assert hello["params"] == {
        "version": "0.1.0",
        "api": 1,
        "capabilities": ["batch", "events.resume", "snapshot", "rpc.discover"],
        "instance": board.hub.instance,
        "started_at": "2026-01-02T03:04:05.678000Z",
        "seq": 0,
    }
    wire.writer.close()


async def test_an_answer_carries_the_id_it_was_asked_with(wire: Wire) -> None:
    for number in ('"x"', "7", "-1", "null", "1.5"):
        reply = await wire.ask(
            f'{{"jsonrpc":"2.0","id":{number},"method":"dial","params":{{"from":"201","to":"9"}}}}\n'
        )
        assert reply == {"jsonrpc": "2.0", "id": json.loads(number), "result": {"call_id": CALL}}


async def test_a_notification_is_done_and_not_answered(board: Board, wire: Wire) -> None:
    wire.writer.write(b'{"jsonrpc":"2.0","method":"calls.hangup","params":{"call_id":"a"}}\n')
    reply = await wire.ask(b'{"jsonrpc":"2.0","id":2,"method":"status.get"}\n')
    assert reply["id"] == 2
    assert board.asked[0][0] == "calls.hangup"


async def test_a_batch_is_answered_in_one_line(wire: Wire) -> None:
    reply = await wire.ask(
        b'[{"jsonrpc":"2.0","id":1,"method":"engines.list"},{"jsonrpc":"2.0","method":"engines.list"},7,'
        b'{"jsonrpc":"2.0","id":2,"method":"no.such"}]\n'
    )
    assert [(member["id"], member.get("error", {}).get("code")) for member in reply] == [
        (1, None),
        (None, Code.INVALID_REQUEST),
        (2, Code.METHOD_NOT_FOUND),
    ]


async def test_a_batch_of_nothing_or_of_too_much_is_refused(wire: Wire) -> None:
    assert (await wire.ask(b"[]\n"))["error"]["code"] == Code.INVALID_REQUEST
    assert (await wire.ask(b"[" + b",".join([b"1"] * 101) + b"]\n"))["error"]["code"] == Code.INVALID_REQUEST


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"hello\n", Code.PARSE),
        (b"{\n", Code.PARSE),
        (b"\xff\xfe\x00\n", Code.PARSE),
        (b"7\n", Code.INVALID_REQUEST),
        (b'{"id":1}\n', Code.INVALID_REQUEST),
        (b'{"id":1,"method":"status.get"}\n', Code.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":{},"method":"status.get"}\n', Code.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":7}\n', Code.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":"no\x1b[31m"}\n', Code.PARSE),
        (b'{"jsonrpc":"2.0","id":1,"method":"no\\u001b[31m"}\n', Code.METHOD_NOT_FOUND),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show"}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":[1]}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":7}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":{"call_id":7}}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":{"call_id":""}}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":{"call_id":"a","x":1}}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"cdr.list","params":{"limit":0}}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"cdr.list","params":{"since":"yesterday"}}\n', Code.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"since_seq":-1}}\n', Code.INVALID_PARAMS),
        (b"[" * 200_000 + b"\n", Code.PARSE),
        (b'{"jsonrpc":"2.0","id":1,"method":"status.get","params":' + b"[" * 200_000 + b"\n", Code.PARSE),
        (b'{"a":' * 200_000 + b"\n", Code.PARSE),
    ],
)
async def test_rubbish_is_answered_by_an_error_object(board: Board, wire: Wire, text: bytes, code: Code) -> None:
    reply = await wire.ask(text)
    assert reply["error"]["code"] == code
    assert all(c.isprintable() for c in reply["error"]["message"])
    assert (await wire.ask(b'{"jsonrpc":"2.0","id":"after","method":"status.get"}\n'))["id"] == "after"


async def test_a_wrong_parameter_is_named_with_a_hint(wire: Wire) -> None:
    reply = await wire.ask(b'{"jsonrpc":"2.0","id":1,"method":"cdr.list","params":{"limit":"ten"}}\n')
    assert reply["error"] == {
        "code": Code.INVALID_PARAMS,
        "message": "Expected `int`, got `str`",
        "data": {
            "what": "params",
            "where": "limit",
            "hint": "Parameters: since, until, caller, called, queue, agent, cause, direction, call_id, oldest_first, "
            "segments, limit, after",
        },
    }


async def test_a_line_without_end_is_answered_and_closed(tmp_path: Path) -> None:
    server = ApiServer(tmp_path / "s", {}, EventHub(), version="1", started_at=0, max_line=1000)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(server.path)
    await reader.readline()
    writer.write(b"x" * 5000)
    reply = json.loads(await reader.readline())
    assert reply["error"]["code"] == Code.INVALID_REQUEST and "1000 bytes" in reply["error"]["message"]
    assert await reader.read() == b""
    writer.close()
    await server.stop()


async def test_half_a_line_and_gone_harms_nothing(board: Board) -> None:
    for rest in (b'{"jsonrpc":"2.0","id":1,"met', b"", b"\n\n  \n"):
        wire = await Wire.to(board)
        wire.writer.write(rest)
        wire.writer.transport.abort()
    await _still_serves(board)


async def test_a_last_line_without_newline_is_answered(board: Board) -> None:
    wire = await Wire.to(board)
    await wire.next()
    wire.writer.write(b'{"jsonrpc":"2.0","id":1,"method":"status.get"}')
    wire.writer.write_eof()
    assert (await wire.next())["id"] == 1
    assert await wire.reader.read() == b""
    wire.writer.close()


async def test_random_bytes_never_stop_the_server(board: Board) -> None:
    chance = random.Random(7)
    seeds = [b'{"jsonrpc":"2.0","id":1,"method":"calls.show","params":{"call_id":"a"}}', b"[1,2]", b'"\\ud800"']
    for _ in range(30):
        wire = await Wire.to(board)
        for _ in range(40):
            text = bytearray(chance.choice(seeds) * chance.choice([1, 1, 3]))
            for _ in range(chance.randrange(8)):
                text[chance.randrange(len(text))] = chance.randrange(256)
            wire.writer.write(bytes(text) + chance.choice([b"\n", b"\r\n", b""]))
        wire.writer.write(b"\n")
        wire.writer.close()
    await _still_serves(board)


async def test_what_a_method_refuses_reaches_the_client_as_it_is(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    with pytest.raises(ApiError) as caught:
        await client.call(catalogue.CALLS_SHOW, ByCall("none"))
    assert (caught.value.code, caught.value.message) == (Code.NOT_FOUND, "There is no call none")
    assert caught.value.data.hint == "zongji calls list shows those that run."
    await client.close()


async def test_a_method_that_breaks_is_an_internal_error_that_tells_nothing(board: Board, wire: Wire) -> None:
    board.refused["status.get"] = ZeroDivisionError("secret")  # type: ignore[assignment]
    reply = await wire.ask(b'{"jsonrpc":"2.0","id":1,"method":"status.get"}\n')
    assert reply["error"]["code"] == Code.INTERNAL and "secret" not in json.dumps(reply)


async def test_the_socket_is_for_the_owner_and_the_group(board: Board) -> None:
    assert stat.S_IMODE(os.stat(board.server.path).st_mode) == 0o660


async def test_a_dead_switchs_socket_is_replaced_and_a_living_ones_is_not(board: Board, tmp_path: Path) -> None:
    with pytest.raises(SocketError, match="Another switch is running"):
        await Board(board.server.path).server.start()
    stale = tmp_path / "stale.sock"
    import socket

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(stale))
    second = Board(stale)
    await second.server.start()
    await second.server.stop()
    assert not stale.exists()


async def test_a_path_that_cannot_be_a_socket_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "no" / "such", tmp_path / ("x" * 120)):
        with pytest.raises(SocketError):
            await Board(path).server.start()
    assert (tmp_path / "file").read_text() == "x"


async def test_more_clients_than_allowed_are_told_so(board: Board) -> None:
    clients = [await AsyncClient.connect(board.server.path) for _ in range(MAX_CLIENTS)]
    with pytest.raises(Unreachable, match="serves 64 clients already"):
        await AsyncClient.connect(board.server.path)
    for client in clients:
        await client.close()


# ---- events -----------------------------------------------------------------------------------------------------


async def _seqs(client: AsyncClient, last: int) -> list[int | tuple[int, int, int]]:
    seen: list[int | tuple[int, int, int]] = []
    async with asyncio.timeout(5):
        async for told in client.events():
            if isinstance(told, EventLost):
                seen.append((told.count, told.from_seq, told.to_seq))
            else:
                seen.append(told.seq)
                if told.seq >= last:
                    break
    return seen


async def test_events_come_in_order_after_the_answer_to_subscribe(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    board.hub.publish(AlarmCleared("before"))
    subscribed = await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe())
    assert (subscribed.seq, subscribed.oldest_seq) == (1, 1)
    for _ in range(200):
        board.hub.publish(AlarmCleared("x"))
    assert await _seqs(client, 201) == list(range(2, 202))
    await client.close()


async def test_a_subscription_resumes_without_loss_or_repetition(board: Board) -> None:
    for _ in range(50):
        board.hub.publish(AlarmCleared("x"))
    client = await AsyncClient.connect(board.server.path)
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe(since_seq=20, instance=board.hub.instance))
    assert await _seqs(client, 50) == list(range(21, 51))
    await client.close()


async def test_a_number_of_an_earlier_run_resumes_from_the_beginning_of_this_one(board: Board) -> None:
    for _ in range(5):
        board.hub.publish(AlarmCleared("x"))
    for asked in (Subscribe(since_seq=3, instance="another"), Subscribe(since_seq=3000)):
        client = await AsyncClient.connect(board.server.path)
        await client.call(catalogue.EVENTS_SUBSCRIBE, asked)
        assert await _seqs(client, 5) == [1, 2, 3, 4, 5]
        await client.close()


async def test_who_asks_too_late_is_told_what_is_lost(tmp_path: Path) -> None:
    hub = EventHub(keep_events=10)
    server = ApiServer(tmp_path / "s", {}, hub, version="1", started_at=0)
    await server.start()
    for _ in range(30):
        hub.publish(AlarmCleared("x"))
    client = await AsyncClient.connect(server.path)
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe(since_seq=5))
    assert await _seqs(client, 30) == [(15, 6, 20), *range(21, 31)]
    await client.close()
    await server.stop()


async def test_a_client_that_does_not_read_loses_events_and_holds_nobody_up(tmp_path: Path) -> None:
    hub = EventHub(keep_events=100)
    server = ApiServer(tmp_path / "s", {}, hub, version="1", started_at=0)
    await server.start()
    slow = await asyncio.open_unix_connection(server.path, limit=1024)
    await slow[0].readline()
    slow[1].write(b'{"jsonrpc":"2.0","id":1,"method":"events.subscribe"}\n')
    quick = await AsyncClient.connect(server.path)
    await quick.call(catalogue.EVENTS_SUBSCRIBE, Subscribe())

    quickly: list[int] = []

    async def follow() -> None:
        async for told in quick.events():
            assert isinstance(told, SeenEvent)
            quickly.append(told.seq)

    following = asyncio.create_task(follow())
    async with asyncio.timeout(20):
        for n in range(1, 4001):
            hub.publish(ConfigReloaded(["y" * 500]))
            while n % 20 == 0 and quickly[-1:] != [n]:
                await asyncio.sleep(0)  # the quick one reads; the slow one never does
    assert quickly == list(range(1, 4001))
    following.cancel()
    seen: list[int] = []
    losses = 0
    while not seen or seen[-1] != 4000:
        message = json.loads(await asyncio.wait_for(slow[0].readline(), 5))
        if message.get("method") == "event":
            seen.append(message["params"]["seq"])
        elif message.get("method") == "events.lost":
            lost = message["params"]
            losses += 1
            assert lost["from_seq"] == seen[-1] + 1 and lost["count"] == lost["to_seq"] - lost["from_seq"] + 1
            seen.extend(range(lost["from_seq"], lost["to_seq"] + 1))
    assert seen == list(range(1, 4001)) and losses
    slow[1].close()
    await quick.close()
    await server.stop()


async def test_only_the_types_asked_for_come(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe(types=["alarm.*", "config.reloaded"]))
    from apps.api.events import PhoneUnregistered

    board.hub.publish(PhoneUnregistered("201", "expired"))
    board.hub.publish(AlarmCleared("disk"))
    board.hub.publish(ConfigReloaded(["a"]))
    seen = []
    async for told in client.events():
        assert isinstance(told, SeenEvent)
        seen.append((told.type, told.data))
        if len(seen) == 2:
            break
    assert seen == [("alarm.cleared", {"what": "disk"}), ("config.reloaded", {"changes": ["a"]})]
    await client.close()


async def test_unsubscribing_ends_it(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe())
    await client.call(catalogue.EVENTS_UNSUBSCRIBE)
    board.hub.publish(AlarmCleared("unheard"))
    await client.call(catalogue.STATUS_GET)
    assert client._told.empty()
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe())
    board.hub.publish(AlarmCleared("heard"))
    assert await _seqs(client, 2) == [2]
    await client.close()


async def test_stopping_ends_every_client(board: Board) -> None:
    client = await AsyncClient.connect(board.server.path)
    await client.call(catalogue.EVENTS_SUBSCRIBE, Subscribe())
    await board.server.stop()
    assert [told async for told in client.events()] == []
    with pytest.raises(Unreachable):
        await client.call(catalogue.STATUS_GET)
    await client.close()
