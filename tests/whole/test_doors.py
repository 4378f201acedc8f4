"""A caller hears how long it will be, and is sent on by a condition in the place they had."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.softphone import ear, tones
from tests.stage.cast import Cast, heard, talk
from tests.stage.switch import Switch

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("nobody_logged_in")]

PLACE, WAIT = 600, 850
SAID = {"You are next in the queue": PLACE, "Your expected wait is about three minutes": WAIT}
"""Texts that this site says by recordings: whoever hears the tone was told that text and no other."""


def test_the_wait_is_told_and_a_condition_sends_the_caller_on(house: Switch, cast: Cast) -> None:
    words = house.site / "prompts" / "en" / "spoken"
    words.mkdir(parents=True, exist_ok=True)
    for text, hz in SAID.items():
        tones.write(words / f"{text}.wav", tones.tone(hz, 0.6))
    house.ask("config.reload")
    alice = cast.agent("alice", "--answer", "0.1")
    first = cast.caller()
    first.dial("4005")
    alice.wait("answered")
    bob = cast.agent("bob", "--answer", "0.1", hz=1000)
    house.ask("agents.ready", agent="bob")
    caller = cast.caller()
    caller.dial("4005")
    caller.wait("answered")
    house.until("the caller waits", lambda: house.ask("queues.show", queue="brief")["waiting"] == 1)
    ((waits,)) = house.ask("queues.show", queue="brief")["callers"]
    assert waits["expected_ms"] == 170_000
    bob.wait("answered", 8)
    talk(1.5)
    caller.order("hangup")
    caller.wait("ended")
    first.order("hangup")
    sound = heard(caller)
    place, wait = ear.onset_s(sound, PLACE), ear.onset_s(sound, WAIT)
    assert place is not None and wait is not None and place < wait < place + 2
    assert ear.onset_s(sound, 1000) is not None, "bob was not heard"
    told = house.ask("queues.explain", call_id=waits["call_id"])
    ((gone,)) = told["exits"]
    assert (gone["queue"], gone["reason"]) == ("brief", "overflow")
    assert gone["why"].startswith("if waited > 3 and agents_idle == 0 (agents_idle 0, waited ")
    (row,) = house.booked(call_id=waits["call_id"])
    assert (row["agent"], row["queue"]) == ("bob", "sales")
    outcomes = [segment["outcome"] for segment in row["segments"] if segment["kind"] == "queue"]
    assert outcomes[0] == "overflow", row["segments"]
    assert Path(words).is_dir()
