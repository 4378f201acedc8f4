"""Supervisors with real phones: who hears which frequency in each mode, and what the recordings keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apps.softphone import ear
from apps.softphone.tones import RATE_HZ
from tests.stage.cast import Cast, connected
from tests.stage.scene import THERE, Scene
from tests.stage.switch import Switch

pytestmark = pytest.mark.whole

CALLER, ALICE, LIN, COACH = 1000, 440, 620, 1500


def test_one_leg_steps_through_all_modes_and_takes_the_call(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=ALICE)
    lin, caller = cast.desk("2004", hz=LIN), cast.caller(hz=CALLER)
    caller.dial("4002")
    connected(alice, caller)
    (call,) = house.calls()
    scene = Scene(CALLER, ALICE, LIN, COACH)
    lin.dial("*902001")
    connected(lin)
    scene.play("listen", 1.6)
    for key, mode in (("5", "whisper"), ("6", "barge")):
        lin.order("digits", digits=key)
        scene.play(mode, 1.6)
    lin.order("digits", digits="7")
    alice.wait("ended")
    scene.play("taken", 1.0)
    caller.order("hangup")
    lin.wait("ended")
    for mode, by_caller, by_alice in (
        ("listen", {ALICE}, {CALLER}),
        ("whisper", {ALICE}, {CALLER, LIN}),
        ("barge", {ALICE, LIN}, {CALLER, LIN}),
    ):
        assert (scene.heard(mode, caller), scene.heard(mode, alice)) == (by_caller, by_alice), mode
        assert {CALLER, ALICE} == scene.heard(mode, lin), mode
    assert (scene.heard("taken", caller), scene.heard("taken", lin)) == ({LIN}, {CALLER})
    acts = house.ask("supervise.log", call_id=call["call_id"])["acts"]
    assert [act["act"] for act in reversed(acts)] == ["listen", "whisper", "barge", "leave", "takeover"]
    (row,) = house.booked(call_id=call["call_id"])
    assert [segment["agent"] for segment in row["segments"] if segment["kind"] == "talk"] == ["alice", "lin"]
    (recording,) = house.ask("recordings.list", call_id=call["call_id"])["recordings"]
    left, right = (ear.read(Path(recording["path"]), channel) for channel in (0, 1))
    before, after = slice(4000, 6 * RATE_HZ), slice(-round(0.8 * RATE_HZ), -800)
    assert scene.within(left[before]) == {CALLER} == scene.within(left[after])
    assert (scene.within(right[before]), scene.within(right[after])) == ({ALICE}, {LIN})
    assert np.max(ear.strength(left, LIN, 0.1)) < THERE, "a whisper in the caller's channel"
    messages = house.ask("calls.trace", call_id=acts[-1]["watch_id"])["messages"]
    ours = [message for message in messages if message["source"] == "zongji"]
    assert ours and not [message for message in ours if message["first_line"].startswith("INVITE")], "a re-INVITE"
    (own,) = house.ask("recordings.list", call_id=acts[-1]["watch_id"])["recordings"]
    assert scene.within(ear.read(Path(own["path"]), 0)[1600:-1600]) == {LIN}


def test_two_supervisors_by_command_one_whispers_and_one_listens(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=ALICE)
    lin, coach = cast.desk("2004", "--answer", "0.1", hz=LIN), cast.desk("2003", "--answer", "0.1", hz=COACH)
    caller = cast.caller(hz=CALLER)
    for words in (("listen", "alice", "--by", "lin"), ("whisper", "--queue", "sales", "--by", "coach")):
        done = house.command("supervise", *words)
        assert done.returncode == 0, done.stderr
    connected(lin, coach)
    caller.dial("4002")
    connected(alice, caller)
    house.until("both are in the talk", lambda: all(w["call_id"] for w in house.ask("supervise.list")["watches"]))
    scene = Scene(CALLER, ALICE, LIN, COACH)
    scene.play("two")
    refused = house.command("supervise", "barge", "alice", "--by", "coach")
    assert refused.returncode == 1 and "coach may not barge" in refused.stderr
    listed = house.command("supervise", "list").stdout
    assert "lin" in listed and "coach" in listed
    caller.order("hangup")
    alice.wait("ended")
    assert house.command("supervise", "stop", "--by", "lin").returncode == 0
    lin.wait("ended")
    coach.order("digits", digits="*")
    coach.wait("ended")
    assert (scene.heard("two", caller), scene.heard("two", alice)) == ({ALICE}, {CALLER, COACH})
    assert (scene.heard("two", lin), scene.heard("two", coach)) == ({CALLER, ALICE}, {CALLER, ALICE})
