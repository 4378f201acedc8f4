"""After a talk at a real phone: the disposition that is owed is keyed, heard, booked and reported, over a killed exchange."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator

import pytest

from apps.softphone import ear
from tests.stage.cast import Cast, heard, talk
from tests.stage.switch import Switch

pytestmark = pytest.mark.whole

QUEUE = """
  results:
    ring: 6
    wrap_up: 1
    announce_position_every: never
    disposition_required: yes
    disposition_within: 60
    dispositions: {"1": {en: Solved, zh: 解决}, "2": {en: Call back, zh: 回电}}
"""


@pytest.fixture(autouse=True)
def a_queue_that_wants_to_know(house: Switch) -> Iterator[None]:
    queues = house.site / "queues.yaml"
    if "results:" not in queues.read_text("utf-8"):
        house.rewrite("queues.yaml", "queues:\n", "queues:" + QUEUE)
        house.rewrite("agents.yaml", 'extension: "2001", queues: [sales', 'extension: "2001", queues: [results, sales')
        house.rewrite("dialplan/main.yaml", "routes:\n", 'routes:\n  - {to: "4014", do: results}\n')
        house.rewrite("dialplan/main.yaml", "scripts:\n", "scripts:\n  results: [{queue: results}]\n")
        assert house.ask("config.reload")["ok"]
    yield
    house.ask("agents.logout", agent="alice")


def stays(house: Switch, call_id: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{house.site / 'zongji.db'}?mode=ro", uri=True) as books:
        asked = "SELECT agent, disposition, talk_ms > 500, wrap_up_ms > 500 FROM stay WHERE call_id = ?"
        return books.execute(asked, (call_id,)).fetchall()


def test_what_is_owed_is_keyed_and_reported(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1")
    caller = cast.caller()
    caller.dial("4014")
    alice.wait("answered")
    talk(0.8)
    call_id = house.calls()[0]["call_id"]
    caller.order("hangup")
    alice.wait("ended")
    house.until("alice wraps up", lambda: house.agent("alice")["disposition_owed"])
    alice.dial("*14")
    alice.wait("ended", 10, call=2)
    assert ear.speech_s(heard(alice, call=2)) > 0.5, "nobody said that a result is owed"
    assert house.agent("alice")["activity"] == "wrapping up"
    alice.dial("*152")
    alice.wait("ended", 10, call=3)
    assert ear.speech_s(heard(alice, call=3)) > 0.5, "the result was not confirmed"
    house.until("alice is free", lambda: house.agent("alice")["activity"] == "idle")
    house.until("the books have it", lambda: stays(house, call_id) == [("alice", "2", 1, 1)])
    told = house.command("reports", "dispositions", "--queue", "results", "--format", "csv")
    assert {(row["code"], row["name"]) for row in csv.DictReader(io.StringIO(told.stdout))} >= {("2", "Call back")}
    told = house.command("reports", "queues", "--queue", "results", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(told.stdout))
    assert int(row["answered"]) >= 1 and float(row["service_level"]) > 0


def test_a_wrap_up_outlives_the_exchange(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1")
    caller = cast.caller()
    caller.dial("4014")
    alice.wait("answered")
    talk(0.8)
    call_id = house.calls()[0]["call_id"]
    caller.order("hangup")
    alice.wait("ended")
    house.until("alice wraps up", lambda: house.agent("alice")["disposition_owed"])
    talk(0.3)  # the books gather rows for some 20 ms
    house.kill_child("exchange")
    house.until("the API answers", lambda: answers(house), 15)
    assert house.agent("alice")["activity"] == "wrapping up" and house.agent("alice")["disposition_owed"]
    assert house.command("agents", "disposition", "alice", "1").returncode == 0
    house.until("alice is free", lambda: house.agent("alice")["activity"] == "idle")
    house.until("the books have it", lambda: [row[:2] for row in stays(house, call_id)] == [("alice", "1")])


def answers(house: Switch) -> bool:
    try:
        return bool(house.ask("status.get"))
    except Exception:
        return False
