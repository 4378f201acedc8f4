"""Each child is killed while people talk. The house mends itself; what could be kept is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from apps.softphone import ear
from apps.softphone.drive import Phone
from tests.stage.cast import Cast, connected, heard, heard_tone, talk
from tests.stage.switch import Switch

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("nobody_logged_in")]


def two_talk(cast: Cast) -> tuple[Phone, Phone]:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("2002")
    connected(alice, bob)
    talk(1.0)
    return alice, bob


def call_again(alice: Phone, bob: Phone) -> None:
    """A new call works, with sound."""
    calls = len(alice.told("dialling"))
    alice.dial("2002")
    alice.wait("answered")
    bob.wait("answered")
    talk(2.0)
    alice.order("hangup")
    bob.wait("ended", call=len(bob.told("incoming")))
    alice.wait("ended", call=calls + 1)
    heard_tone(alice, 1000, call=calls + 1)


def test_the_voice_dies_and_nobody_notices(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast)
    house.kill_child("tts")
    talk(1.0)
    alice.order("hangup")
    bob.wait("ended")
    heard_tone(bob, 440, least_s=1.5)


def test_the_disk_dies_and_the_talk_goes_on_and_the_recording_can_be_read(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    alice.wait("answered")
    talk(2.5)
    call_id = house.calls()[0]["call_id"]
    house.kill_child("disk")
    talk(2.0)
    caller.order("hangup")
    alice.wait("ended")
    heard_tone(caller, 440, least_s=3.0)
    heard_tone(alice, 1000, least_s=3.0)
    house.booked(call_id=call_id)
    recordings = house.ask("recordings.list", call_id=call_id)["recordings"]
    assert recordings, "the books forgot the recording"
    path = Path(recordings[0]["path"])
    samples, rate = soundfile.read(path, always_2d=True)
    assert rate == 8000 and len(samples) > 8000, "less than a second was saved before the disk died"
    assert ear.is_tone(samples[4000:12000, 0], 1000)


def test_an_engine_dies_and_its_calls_end_and_the_next_one_works(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast)
    house.kill_child("engine")
    for phone in (alice, bob):
        phone.wait("ended", 10)
    house.idle()
    assert house.booked(timeout_s=8)[-1]["cause"] in ("engine_lost", "normal")
    house.until("an engine serves", lambda: house.ask("engines.list")["engines"][0]["state"] == "running", 10)
    call_again(alice, bob)


def test_the_exchange_dies_and_comes_back_with_its_phones_and_its_books(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast)
    talk(6.0)  # the books know to 5 s when they were last kept
    call_id = house.calls()[0]["call_id"]
    house.kill_child("exchange")
    house.until("the API answers", lambda: answers(house), 15)
    (row,) = house.booked(call_id=call_id)
    assert row["cause"] == "crash"
    assert row["talk_ms"] > 500, "the books lost what was said before the crash"
    for phone in (alice, bob):
        phone.order("hangup")
        phone.wait("ended", 40)
    # Nobody has registered again: bob's contact is out of the books.
    bob.order("answering", answer="0.1")
    call_again(alice, bob)


def test_agents_are_still_logged_in_after_the_exchange_died(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    talk(0.3)  # the books gather rows for some 20 ms
    house.kill_child("exchange")
    house.until("the API answers", lambda: answers(house), 15)
    house.until("alice is there", lambda: house.agent("alice")["presence"] == "available", 5)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    alice.wait("answered")
    talk(1.5)
    caller.order("hangup")
    caller.wait("ended")
    heard_tone(caller, 440, least_s=0.5)
    assert heard(alice).size


def answers(house: Switch) -> bool:
    from apps.api.client import Unreachable

    try:
        house.ask("status.get")
    except Unreachable:
        return False
    return True
