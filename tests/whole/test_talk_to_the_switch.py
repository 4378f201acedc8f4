"""What callers do with the switch rather than with an agent: leave messages and hear them, meet, answer, vote."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.softphone import ear
from apps.softphone.drive import Phone
from tests.stage.cast import Cast, connected, heard, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole

PLAN = """\
routes:
  - {to: "4105", do: message}
  - {to: "4101", do: room}
  - {to: "4102", do: served}
  - {to: "4103", do: ballot}
  - {to: "4104", do: order}
scripts:
  served:
    - queue:
        name: sales
        connected: [{survey: {name: service, ask: {friendly: {en: "One to five?", zh: "一到五？"}}}}]
  ballot:
    - vote: {poll: best, say: {en: "One or two?", zh: "一还是二？"}, choices: {"1": red, "2": blue},
             voted: {hangup: busy}}
  order:
    - form:
        name: order
        review: true
        ask: {what: {say: {en: "What?", zh: "什么？"}, record: 20},
              number: {say: {en: "Number?", zh: "号码？"}, digits: 4}}
  room:
    - conference: {room: weekly, pin: "123", moderator_pin: "999", wait_for_moderator: true, end_with_moderator: true,
                   announce: false}
  message:
    - voicemail: {box: "2001", say: {en: "Yes?", zh: "请讲。"}}
"""


def change(one: Switch) -> None:
    (one.site / "dialplan" / "alone.yaml").write_text(PLAN, "utf-8")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("alone"), change=change) as running:
        yield running


def books(house: Switch, asked: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{house.site / 'zongji.db'}?mode=ro", uri=True) as database:
        return list(database.execute(asked))


def tone_in(phone: Phone, hz: int, *, call: int = 1, least_s: float = 1.0) -> None:
    """Assert that somewhere the phone heard that tone for so long on end."""
    samples = heard(phone, call)
    long = round(least_s * 8000)
    parts = (samples[at : at + long] for at in range(0, len(samples) - long, 800))
    assert any(ear.is_tone(part, hz) for part in parts), f"{phone.name} heard {ear.dominant(samples)}"


def test_a_message_is_left_heard_saved_and_deleted(house: Switch, cast: Cast) -> None:
    caller = cast.caller(hz=440)
    caller.dial("4105")
    caller.wait("answered")
    house.until("a message is recorded", lambda: house.calls()[0]["state"] == "voicemail", 8)
    talk(4.0)
    caller.order("hangup")
    house.until("it is there", lambda: house.ask("mailboxes.list")["mailboxes"])
    owner = cast.desk("2001")
    owner.dial("*97")
    owner.wait("answered")
    talk(4.2)  # how many there are, which one, and some of it
    owner.order("digits", digits="2")
    house.until("it is saved", lambda: house.ask("mailboxes.list")["mailboxes"][0].get("saved") == 1)
    assert books(house, "SELECT mailbox, folder FROM message") == [("2001", "saved")]
    owner.order("digits", digits="2")  # of the menu: the saved ones
    talk(1.0)
    owner.order("digits", digits="7")
    talk(0.6)
    owner.order("hangup")
    owner.wait("ended")
    tone_in(owner, 440)
    house.until("it is gone", lambda: not house.ask("mailboxes.list")["mailboxes"])
    assert books(house, "SELECT count(*) FROM message") == [(0,)]
    assert [kind for (kind,) in books(house, "SELECT mailbox FROM recording")] == ["2001"]


def test_members_wait_for_the_moderator_hear_each_other_and_leave_with_the_moderator(house: Switch, cast: Cast) -> None:
    def room() -> dict[str, Any]:
        found = house.ask("conferences.list")["conferences"]
        return dict(found[0]) if found else {"members": []}

    def come(phone: Phone, pin: str, count: int) -> None:
        phone.dial("4101")
        phone.wait("answered")
        phone.order("digits", digits=pin)
        house.until("a member is in", lambda: len(room()["members"]) == count, 8)

    bob, alice = cast.desk("2002", hz=1000), cast.desk("2001", hz=440)
    come(bob, "123#", 1)
    assert room()["waiting"]
    talk(0.6)
    began = time.monotonic()
    come(alice, "999#", 2)
    alice.order("digits", digits="*4")
    house.until("it is recorded", lambda: room().get("recording_id"))
    talk(3.0)
    alice.order("digits", digits="*1")
    house.until("bob is muted", lambda: room()["quiet"] and room()["members"][0]["muted"])
    talk(1.0)
    alice.order("hangup")
    bob.wait("ended", 8)
    alice.wait("ended")
    assert time.monotonic() - began < 15
    tone_in(bob, 440)
    tone_in(alice, 1000)
    house.until("the room is over", lambda: not room()["members"])
    ended = "SELECT path FROM recording WHERE kind = 'conference' AND ended_at > 0"
    ((path,),) = house.until("the recording is booked", lambda: books(house, ended))
    kept = ear.read(Path(str(path)))
    assert ear.onset_s(kept, 440) is not None and ear.onset_s(kept, 1000) is not None, ear.dominant(kept)
    labels = books(house, "SELECT DISTINCT label FROM segment WHERE kind = 'talk'")
    assert labels == [("conference weekly",)]


def test_a_caller_answers_after_the_agent_has_hung_up(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    caller = cast.caller(hz=1000)
    caller.dial("4102")
    connected(caller, alice)
    talk(2.4)
    alice.order("hangup")
    alice.wait("ended")
    house.until("the survey asks", lambda: str(house.calls()[0].get("step")).startswith("served"))
    caller.order("digits", digits="4")
    caller.wait("ended", 10)
    tone_in(alice, 1000)
    house.ask("agents.logout", agent="alice")
    asked = f"SELECT survey, question, answer, agent, queue FROM survey_answer WHERE caller = '{caller.name}'"
    assert books(house, asked) == [("service", "friendly", "4", "alice", "sales")]
    (row,) = house.ask("surveys.report", by="agent")["rows"]
    assert (row["who"], row["mean"]) == ("alice", 4.0)


def test_a_number_votes_once(house: Switch, cast: Cast) -> None:
    caller = cast.caller()
    for call, cause in ((1, "normal"), (2, "busy")):
        caller.dial("4103")
        caller.wait("answered")
        if call == 1:
            caller.order("digits", digits="2")
        caller.wait("ended", 10)
        assert house.booked(caller=caller.name, count=call)[-1]["cause"] == cause
    assert set(house.ask("polls.show", poll="best")["counts"]) == {"blue"}
    asked = f"SELECT poll, choice FROM vote WHERE number = '{caller.name}'"
    assert books(house, asked) == [("best", "blue")]


def test_a_form_has_what_was_said_and_keyed(house: Switch, cast: Cast) -> None:
    caller = cast.caller(hz=600)
    caller.dial("4104")
    caller.wait("answered")
    house.until("the answer is recorded", lambda: house.calls()[0]["state"] == "voicemail", 8)
    talk(2.5)
    caller.order("digits", digits="#1")  # the end of it, and hear it
    talk(2.5)
    caller.order("digits", digits="3")
    talk(0.5)
    caller.order("digits", digits="4711")
    caller.wait("ended", 10)
    tone_in(caller, 600)
    (record,) = (one for one in house.ask("forms.list", form="order")["forms"] if one["caller"] == caller.name)
    what, number = record["answers"]
    assert (number["value"], what["spoken"]) == ("4711", True)
    assert ear.is_tone(ear.read(Path(what["value"]))[8000:16000], 600)
