"""A caller, a queue, agents: the main job."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.softphone import ear
from tests.stage.cast import Cast, connected, heard, heard_tone, talk
from tests.stage.switch import Switch

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("nobody_logged_in")]


def test_menu_music_agent_recording_and_books(house: Switch, cast: Cast) -> None:
    alice = cast.desk("2001", "--answer", "0.3", hz=440)
    alice.dial("*11")
    alice.wait("ended", 10)
    house.until("alice is idle", lambda: house.agent("alice")["activity"] == "idle")
    caller = cast.caller(hz=1000)
    caller.dial("4001")
    answered = caller.wait("answered")["now"]
    talk(1.5)
    pressed = caller.order("digits", digits="1")
    rang = alice.wait("incoming")["now"]
    assert rang - pressed < 0.5
    alice.wait("answered", since=alice.mark() - 1)
    talk(2.5)
    (call,) = house.calls()
    assert (call["state"], call["agent"], call["queue"]) == ("talking", "alice", "sales")
    caller.order("hangup")
    alice.wait("ended", call=2)
    began = caller.wait("saving")["began_now"]
    caller.wait("ended")
    greeting = heard(caller)[: round((pressed - began) * 8000)]
    assert ear.speech_s(greeting) > 0.5, f"no greeting in {pressed - answered:.1f} s"
    heard_tone(caller, 440)
    heard_tone(alice, 1000, call=2)
    (row,) = house.booked(call_id=call["call_id"])
    assert (row["agent"], row["queue"], row["disposition"]) == ("alice", "sales", "answered")
    assert {"menu", "queue", "talk"} <= {segment["kind"] for segment in row["segments"]}
    assert sum(segment["ms"] for segment in row["segments"]) == pytest.approx(row["duration_ms"], abs=20)
    (recording,) = house.ask("recordings.list", call_id=call["call_id"])["recordings"]
    path = Path(recording["path"])
    assert ear.channels(path) == 2 and not recording["failed"]
    left, right = ear.read(path, 0), ear.read(path, 1)
    assert ear.is_tone(left[4000:-1600], 1000)
    assert ear.is_tone(right[4000:-1600], 440)
    house.until("alice wraps up and is idle again", lambda: house.agent("alice")["activity"] == "idle", 6)


def test_nobody_on_duty_is_said_and_never_silence(house: Switch, cast: Cast) -> None:
    caller = cast.caller()
    caller.dial("4002")
    caller.wait("answered")
    caller.wait("ended", 12)
    assert ear.speech_s(heard(caller)) > 0.3
    assert house.booked(caller=caller.name)[0]["agent"] == ""


def test_waiting_is_music_and_has_an_end(cast: Cast) -> None:
    caller = cast.caller()
    caller.dial("4003")
    caller.wait("answered")
    ended = caller.wait("ended", 15)
    assert ended["by"] == "far end"
    sound = heard(caller)
    assert ear.speech_s(sound[: 3 * 8000]) > 2.0, "no music for three seconds"


def test_a_caller_who_gives_up_frees_the_agent_at_once(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice")
    caller = cast.caller()
    caller.dial("4002")
    alice.wait("incoming")
    gave_up = caller.order("hangup")
    assert alice.wait("ended")["now"] - gave_up < 0.1
    assert house.agent("alice")["activity"] == "idle"
    assert house.booked(caller=caller.name)[0]["disposition"] == "abandoned"


@pytest.mark.parametrize("answer", ["decline", "busy"])
def test_who_refuses_is_passed_over_for_the_other(house: Switch, cast: Cast, answer: str) -> None:
    alice = cast.agent("alice", "--answer", answer)
    bob = cast.agent("bob", "--answer", "0.2")
    for name in ("alice", "bob"):
        house.ask("agents.ready", agent=name)
    caller = cast.caller()
    caller.dial("4002")
    bob.wait("answered")
    assert len(alice.told("incoming")) <= 1
    caller.order("hangup")
    bob.wait("ended")


def test_who_does_not_answer_is_passed_over(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice")
    caller = cast.caller()
    caller.dial("4002")
    rang = alice.wait("incoming")["now"]
    assert alice.wait("ended", 10)["now"] - rang == pytest.approx(6.0, abs=0.5)
    bob = cast.agent("bob", "--answer", "0.1")
    bob.wait("answered")
    caller.order("hangup")
    bob.wait("ended")


def test_a_returning_caller_reaches_who_served_them_though_another_took_fewer(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1")
    caller = cast.caller()
    caller.dial("4002")
    alice.wait("answered")
    talk(0.5)
    caller.order("hangup")
    alice.wait("ended")
    bob = cast.agent("bob", "--answer", "0.1")
    house.ask("agents.ready", agent="alice")
    assert house.agent("bob")["calls_today"] < house.agent("alice")["calls_today"] or bob.told("incoming") == []
    caller.dial("4002")
    alice.wait("answered")
    assert bob.told("incoming") == []
    caller.order("hangup")
    alice.wait("ended")


def test_the_agent_hangs_up(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1")
    caller = cast.caller()
    caller.dial("4002")
    alice.wait("answered")
    talk(0.3)
    alice.order("hangup")
    caller.wait("ended", 8)
    assert house.booked(caller=caller.name)[0]["ended_by"] == "callee"


def test_an_agent_whose_phone_is_gone_is_not_rung(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice")
    alice.order("unregister")
    alice.wait("unregistered")
    house.until("alice cannot be reached", lambda: not house.agent("alice")["reachable"], 2)
    bob = cast.agent("bob", "--answer", "0.1")
    caller = cast.caller()
    caller.dial("4002")
    connected(bob)
    assert alice.told("incoming") == []
    caller.order("hangup")
    bob.wait("ended")


def test_a_break_and_its_end_by_star_code(house: Switch, cast: Cast) -> None:
    alice = cast.desk("2001")
    for code, wanted in (("*11", "available"), ("*131", "on break"), ("*14", "available"), ("*12", "logged out")):
        alice.dial(code)
        alice.wait("answered")
        alice.wait("ended", 10)
        assert house.until(f"{wanted} by {code}", lambda w=wanted: house.agent("alice")["presence"] == w)
