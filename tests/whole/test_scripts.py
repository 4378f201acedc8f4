"""A script that looks things up, keeps a secret and remembers, met by a caller with a real phone."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from apps.softphone import ear, tones
from tests.stage.cast import Cast, heard
from tests.stage.phone import phones
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole

PIN = "73914826"
TONES = {"ask": 500, "again": 1000, "spoken/twenty": 600, "spoken/one": 800, "spoken/yuan": 700}
PLAN = """
routes: [{{to: "4010", do: account}}]
scripts:
  account:
    - if: {{test: 'caller.visits >= 1', then: [{{play: again}}, hangup]}}
    - gather: {{play: ask, into: pin, num_digits: 8, hidden: true, timeout: 6, no_input: hangup, no_match: hangup}}
    - set: {{copy: "{{pin}}"}}
    - sql: {{source: crm, query: "SELECT name FROM pins WHERE pin = :copy", into: name, none: hangup, failed: hangup}}
    - http: {{url: "http://127.0.0.1:{port}/due/{{name}}", into: {{due: due}}, failed: hangup}}
    - run: {{function: billing.more, values: {{due: "{{due}}"}}, into: due, failed: hangup}}
    - remember: {{visits: {{value: "number(default(caller.visits, 0)) + 1"}}}}
    - switch: {{value: due, cases: {{"21": [{{say: "{{due:money}}"}}]}}, otherwise: hangup}}
    - hangup
"""
CODE = """
from ivr.script_call import Call


async def more(call: Call, due: str) -> str:
    call.set("seen", call.get("name"))
    return str(int(due) + 1)
"""


class Due(BaseHTTPRequestHandler):
    """What is due: 20 of whoever it is."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = json.dumps({"due": 20}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Due)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def change(one: Switch) -> None:
        (one.site / "dialplan" / "account.yaml").write_text(PLAN.format(port=server.server_port), "utf-8")
        (one.site / "scripts").mkdir()
        (one.site / "scripts" / "billing.py").write_text(CODE, "utf-8")
        with sqlite3.connect(one.site / "crm.db") as connection:
            connection.execute("CREATE TABLE pins (pin TEXT, name TEXT)")
            connection.execute("INSERT INTO pins VALUES (?, 'Wang Wu')", (PIN,))
        one.rewrite("switch.yaml", "limits:", "databases: {crm: crm.db}\nlimits:")
        for name, hz in TONES.items():
            for language in ("en", "zh"):
                path = one.site / "prompts" / language / f"{name}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                tones.write(path, tones.signed(hz, 8.0 if name == "ask" else 0.6, seed=hz))

    with switch(tmp_path_factory.mktemp("scripts"), change=change) as running:
        yield running
    server.shutdown()


@pytest.fixture
def cast(house: Switch, tmp_path: Path) -> Iterator[Cast]:
    with phones(tmp_path, house.address) as them:
        yield Cast(house, them)
    house.idle()


def test_a_caller_proves_a_secret_hears_what_is_due_and_is_known_the_next_time(house: Switch, cast: Cast) -> None:
    caller = cast.caller()
    caller.dial("4010")
    caller.wait("answered")
    threading.Event().wait(1.0)
    caller.order("digits", digits=PIN)
    caller.wait("ended", 12)
    sound = heard(caller)
    asked, *said = (ear.onset_s(sound, TONES[name]) for name in TONES if name != "again")
    assert asked is not None and None not in said and said == sorted(said), "twenty, one, yuan, in this order"
    assert not ear.present(sound[round(said[0] * tones.RATE_HZ) :], TONES["ask"]).any(), "the question went on"
    (row,) = house.booked(caller=caller.name)
    assert Due.asked == ["/due/Wang%20Wu"]
    books = sqlite3.connect(house.site / "zongji.db")
    told = dict(books.execute("SELECT name, value FROM variable WHERE call_id = ?", (row["call_id"],)).fetchall())
    assert told["pin"] == told["copy"] == "****" and (told["due"], told["seen"]) == ("21", "Wang Wu")
    assert books.execute("SELECT number, name, value FROM caller_memory").fetchall() == [(caller.name, "visits", "1")]
    for kept in (house.site / "zongji.db", house.site / "zongji.db-wal", house.log):
        assert PIN.encode() not in kept.read_bytes() if kept.exists() else True, kept
    assert PIN not in json.dumps(house.ask("cdr.list", segments=True))

    caller.dial("4010")
    caller.wait("ended", 8, call=2)
    assert ear.onset_s(heard(caller, 2), TONES["again"]) is not None
    assert ear.onset_s(heard(caller, 2), TONES["ask"]) is None
