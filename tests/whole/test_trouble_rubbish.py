"""What comes from outside and is no sense: hostile names and numbers in calls, rubbish on the API's socket."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage import wire
from tests.stage.cast import Cast
from tests.stage.switch import CARRIER_IP, Switch, switch

pytestmark = pytest.mark.whole


def change(one: Switch) -> None:
    """A mailbox that the caller names."""
    one.rewrite(
        "dialplan/main.yaml", '  - {to: "7XXX", dial: ', '  - {to: "/.*mail/", do: mail}\n  - {to: "7XXX", dial: '
    )
    one.rewrite(
        "dialplan/main.yaml",
        "scripts:\n",
        'scripts:\n  mail:\n    - voicemail: {box: "{called}", say: {pause: 200}, max: 5}\n',
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("rubbish"), change=change) as running:
        yield running


# ---- names that want to be more ------------------------------------------------------------------------------------

ESC = "\x1b"
HOSTILE = [
    # display name, From user, called
    (f"{ESC}[2J{ESC}]0;owned\x07", "1380", "4001"),
    ("%1b[31mred", "13%1b%5b31m80", "55%1b%5d0%3bowned%07"),
    ("name", "1380%0d%0aBcc%3ax", "55%0d%0aX%3a1"),
    ("\u202egnp.exe", "1380%e2%80%ae0", "55%e2%80%ae1"),
    ("\u2028line", "13%00800", "55%00"),
    ("N" * 10_000, "1380", "4001"),
    ("name", "1" * 10_000, "4001"),
    ("name", "1380", "5" * 10_000),
    ("N" * 900, "1" * 900, "5" * 900),
    ("'; DROP TABLE interaction; --", "1'%3bDROP%20TABLE%20segment%3b--", "5'OR'1'='1"),
    ('=HYPERLINK(\\"http://x\\")', "=1+1", "=2+5"),
    ("+SUM(A1)", "+cmd", "+5cmd"),
    ("@SUM(1,2)", "-1+1", "-2+3"),
    ("\t=1+1", "%09=1+1", "%09=5+5"),
    ("name", "1380", "..%2f..%2f..%2f..%2fowned-mail"),
    ("../../../owned", "../../owned", "../../../../../owned-mail"),
    ("name", "1380", "%2ftmp%2fowned-mail"),
    ("name", "1380", "x%00%2fowned-mail"),
    ("name", "1380", "2001%2f..%2f..%2fowned-mail"),
    ("${jndi:ldap://x}{called}", "{called}", "{caller}{secret}"),
    ("\xff\xfe\ud800".encode("utf-8", "replace").decode(), "%ff%fe", "55%ff%c0%af"),
    ("<script>alert(1)</script>", "%3cscript%3e", "55%3cscript%3e"),
]


def test_hostile_names_and_numbers_stay_text(house: Switch, tmp_path: Path) -> None:
    outside = {path for path in house.site.parent.rglob("*owned*")}
    before = len(house.ask("cdr.list")["rows"])
    answers = []
    for name, number, called in HOSTILE:
        with wire.Caller(house.address, called, media_port=40000, ip=CARRIER_IP) as one:
            one.us = f'"{name}" <sip:{number}@{CARRIER_IP}>;tag={secrets.token_hex(4)}'
            one.invite()
            # The guard says nothing to what is no message at all: too long, or with control characters.
            sound = len(name + number + called) < 3000 and name.isprintable()
            answer = one.receive(3 if sound else 0.2)
            while answer is not None and answer.status < 200:
                answer = one.receive(5)
            assert answer is not None or not sound, f"no answer to {name, number, called}"
            answers.append(answer.status if answer else 0)
            if answer is not None:
                one.ack(answer)
                if answer.status == 200:
                    one.bye()
    house.idle(8)
    calls = sum(1 for status in answers if status in (200, 404, 480, 486))
    assert calls >= 10, f"too many never became calls: {answers}"
    rows = house.booked(count=before + calls)[before:]
    assert len(rows) == calls

    # The log, and what the commands print, have no control character but the end of a line.
    texts = {"log": house.log.read_text("utf-8", "replace")}
    for words in (["cdr", "list"], ["cdr", "list", "--json"], ["cdr", "export"], ["recordings", "list"], ["status"]):
        done = house.command(*words)
        assert done.returncode == 0, done.stderr
        texts[" ".join(words)] = done.stdout
    shown = house.command("calls", "trace", rows[0]["call_id"])
    assert shown.returncode == 0, shown.stderr
    texts["trace"] = shown.stdout
    for what, text in texts.items():
        bad = sorted({sign for sign in text if not sign.isprintable() and sign != "\n"})
        assert not bad, f"{what} holds {bad}"
        assert "Traceback" not in text
        assert max(map(len, text.splitlines()), default=0) < 3000, f"{what} has an endless line"

    # No cell is a formula, no row is two.
    table = list(csv.DictReader(io.StringIO(texts["cdr export"])))
    assert len(table) == before + calls
    for row in table:
        for column, cell in row.items():
            assert cell is not None, f"{column} is not there in {row}"
            assert not re.match(r"[=@\t\r]|[+-](?!\d+$)", cell), f"{column}: {cell!r}"
    assert {"interaction", "segment"} <= tables(house)

    # What a called number says is no path.
    assert {path for path in house.site.parent.rglob("*owned*")} == outside
    assert not Path("/tmp/owned-mail").exists()
    for recording in house.ask("recordings.list")["recordings"]:
        assert Path(recording["path"]).resolve().is_relative_to(house.site.resolve())
    assert all(
        path.parent == house.site / "voicemail" for path in (house.site / "voicemail").rglob("*") if path.is_dir()
    )


def tables(house: Switch) -> set[str]:
    import sqlite3

    with contextlib.closing(sqlite3.connect(f"file:{house.site / 'zongji.db'}?mode=ro", uri=True)) as books:
        return {name for (name,) in books.execute("select name from sqlite_master where type='table'")}


# ---- rubbish on the API's socket -----------------------------------------------------------------------------------


class Rude:
    """A client that does as it likes."""

    def __init__(self, house: Switch) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(house.socket))
        self.rest = b""

    def line(self) -> dict[str, object] | None:
        """The next line; None at the end."""
        while b"\n" not in self.rest:
            try:
                piece = self.sock.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return None
            self.rest += piece
        text, _, self.rest = self.rest.partition(b"\n")
        return dict(json.loads(text))

    def error(self, text: bytes) -> int:
        """Send; the code of the error object that comes back."""
        self.sock.sendall(text)
        said = self.line()
        assert said is not None and "error" in said, said
        return int(said["error"]["code"])  # type: ignore[index]


def test_rubbish_on_the_socket_harms_nobody(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1")
    alice = cast.desk("2001")
    alice.dial("2002")
    alice.wait("answered")
    clients = [Rude(house) for _ in range(55)]
    one = clients[0]
    assert one.line() is not None
    assert one.error(b"\x00\xff\xfe\x80 binary \x1b[2J\n") == -32700
    assert one.error(b"hello\n") == -32700
    assert one.error(b"[" * 100_000 + b"\n") == -32700
    assert one.error(b'{"jsonrpc":"2.0","id":1,"method":"calls.hangup","params":{"call_id":7}}\n') == -32602
    assert one.error(b'{"jsonrpc":"2.0","id":1,"method":"\\u001b[2J"}\n') == -32601
    assert one.error(b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"x"}\n') in (-32700, -32600, -32601)
    one.sock.sendall(b'{"jsonrpc":"2.0","id":5,"method":"sta')  # half a line, and then nothing
    clients[1].sock.sendall(b'{"jsonrpc":"2.0","id":5,"method":"status.get"')
    clients[1].sock.close()
    long = clients[2]
    assert long.line() is not None
    with contextlib.suppress(ConnectionError, TimeoutError):
        long.sock.sendall(b"x" * 5_000_000 + b"\n")
    said = long.line()
    assert said is None or "error" in said
    assert long.line() is None, "a client with an endless line is still connected"
    # One who asks for events and never reads them.
    deaf = clients[3]
    deaf.sock.sendall(b'{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{}}\n')
    extra = [Rude(house) for _ in range(12)]
    refusals = [said for said in (rude.line() for rude in extra) if said and "error" in said]
    assert refusals, "more than 64 clients were let in"
    for rude in (*clients[4:], *extra):
        rude.sock.close()
    house.until("a client is served", lambda: house.ask("status.get")["state"] == "running")
    assert [call["caller"] for call in house.calls()] == ["2001"]
    alice.order("hangup")
    bob.wait("ended")
    house.idle()
    alice.dial("2002")
    alice.wait("answered")
    alice.order("hangup")
    bob.wait("ended")
    for rude in clients[:4]:
        rude.sock.close()
    assert "Traceback" not in house.log.read_text()
