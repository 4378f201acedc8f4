"""What callers do with the switch alone: leave messages and hear them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from apps.softphone import ear
from apps.softphone.drive import Phone
from tests.stage.cast import Cast, heard, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole

PLAN = """\
routes:
  - {to: "4100", do: message}
scripts:
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
    begin = ear.onset_s(samples, hz)
    assert begin is not None, f"{phone.name} never heard {hz} Hz: {ear.dominant(samples)}"
    part = samples[round((begin + 0.2) * 8000) : round((begin + 0.2 + least_s) * 8000)]
    assert len(part) >= least_s * 8000 - 1 and ear.is_tone(part, hz), f"{phone.name} heard {ear.dominant(part)}"


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
