"""What callers do with the switch rather than with an agent: leave messages and hear them, meet in rooms."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.softphone import ear
from apps.softphone.drive import Phone
from tests.stage.cast import Cast, heard, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole

PLAN = """\
routes:
  - {to: "4100", do: message}
  - {to: "4101", do: room}
scripts:
  room:
    - conference: {room: weekly, pin: "123", moderator_pin: "999", wait_for_moderator: true, end_with_moderator: true,
                   announce: false}
  message:
    - voicemail: "2001"
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
    caller.dial("4100")
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
