"""Two parties and the switch between them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.stage.cast import OUTSIDE, Cast, connected, heard_tone, hold_and_take_back, talk
from tests.stage.ports import free_block, free_port
from tests.stage.sipp import Run, need_sipp
from tests.stage.spoken import speech
from tests.stage.switch import CARRIER_IP, Switch

pytestmark = pytest.mark.whole


def newest(house: Switch, count: int, **filters: object) -> dict[str, object]:
    """The last closed row, once there are `count` of them."""
    return house.booked(count=count, **filters)[-1]


@pytest.mark.parametrize(("mine", "theirs"), [("PCMU", "PCMU"), ("PCMA", "PCMA"), ("PCMU", "PCMA")])
def test_two_desk_phones_hear_each_other(house: Switch, cast: Cast, mine: str, theirs: str) -> None:
    before = len(house.ask("cdr.list")["rows"])
    bob = cast.desk("2002", "--answer", "0.2", "--codec", theirs, hz=1000)
    alice = cast.desk("2001", "--codec", mine, hz=440)
    alice.dial("2002")
    assert bob.wait("incoming")["caller"] == "2001"
    alice.wait("ringing")
    connected(alice, bob)
    talk(2.5)
    alice.order("hangup")
    assert bob.wait("ended")["by"] == "far end"
    heard_tone(alice, 1000)
    heard_tone(bob, 440)
    row = newest(house, before + 1)
    assert (row["caller"], row["called"], row["disposition"], row["ended_by"]) == ("2001", "2002", "answered", "caller")
    assert sum(segment["ms"] for segment in row["segments"]) == pytest.approx(row["duration_ms"], abs=20)


@pytest.mark.parametrize(
    ("answer", "codes", "disposition"), [("busy", {486, 600}, "busy"), ("decline", {603}, "rejected")]
)
def test_a_refusal_reaches_the_caller(
    house: Switch, cast: Cast, answer: str, codes: set[int], disposition: str
) -> None:
    before = len(house.ask("cdr.list")["rows"])
    cast.desk("2002", "--answer", answer)
    alice = cast.desk("2001")
    alice.dial("2002")
    assert alice.wait("ended")["code"] in codes
    assert newest(house, before + 1)["disposition"] in (disposition, "no answer")


def test_a_phone_that_is_away_is_said_so(cast: Cast) -> None:
    alice = cast.desk("2001")
    alice.dial("2003")
    assert alice.wait("ended")["code"] in (404, 480)


def test_an_unknown_number_is_404_and_a_row(house: Switch, cast: Cast) -> None:
    before = len(house.ask("cdr.list")["rows"])
    alice = cast.desk("2001")
    alice.dial("5555")
    assert alice.wait("ended")["code"] == 404
    assert newest(house, before + 1)["cause"] == "not_found"


def test_a_stranger_reaches_nothing(cast: Cast) -> None:
    stranger = cast.them.stranger("13900000000", "--bind", "127.0.0.3")
    stranger.dial("2001")
    assert stranger.wait("ended")["code"] in (401, 403)


def test_giving_up_stops_the_ringing_at_once(house: Switch, cast: Cast) -> None:
    before = len(house.ask("cdr.list")["rows"])
    bob = cast.desk("2002")
    alice = cast.desk("2001")
    alice.dial("2002")
    bob.wait("incoming")
    alice.wait("ringing")
    gave_up = alice.order("hangup")
    assert bob.wait("ended")["now"] - gave_up < 0.1
    assert alice.wait("ended")["code"] == 487
    assert newest(house, before + 1)["cause"] == "cancelled"


def test_an_unanswered_phone_stops_ringing_after_its_time(cast: Cast) -> None:
    bob = cast.desk("2002")
    alice = cast.desk("2001")
    alice.dial("2002")
    rang = bob.wait("incoming")["now"]
    assert bob.wait("ended", 12)["now"] - rang == pytest.approx(8.0, abs=0.5)
    assert alice.wait("ended")["code"] in (408, 480, 487)


@pytest.mark.parametrize("old_way", [False, True])
def test_hold_is_music_and_resume_is_talk(cast: Cast, old_way: bool) -> None:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", *(["--hold-by-address"] if old_way else []), hz=440)
    hold_and_take_back(alice, bob)


def test_digits_cross_the_switch(cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1")
    alice = cast.desk("2001")
    alice.dial("2002")
    connected(alice, bob)
    talk(0.3)
    alice.order("digits", digits="159")
    assert "".join(bob.wait("digit")["digit"] for _ in range(3)) == "159"
    alice.order("hangup")
    bob.wait("ended")


def test_the_carrier_calls_in_to_a_phone(cast: Cast) -> None:
    alice = cast.desk("2001", "--answer", "0.2", hz=440)
    caller = cast.caller(hz=1000)
    caller.dial("2001")
    assert alice.wait("incoming")["caller"] == caller.name
    connected(caller, alice)
    talk(2.0)
    alice.order("hangup")
    caller.wait("ended")
    heard_tone(caller, 440)
    heard_tone(alice, 1000)


def test_a_phone_calls_out_by_the_carrier(house: Switch, cast: Cast, tmp_path: Path) -> None:
    need_sipp()
    # fmt: off
    with Run("uas_answer", tmp_path, ip=CARRIER_IP, local_port=house.carrier_port, words={"RING_MS": "100"},
             rows=[("7123", free_block(2, CARRIER_IP, even=True))]) as far:
        # fmt: on
        far.listening()
        alice = cast.desk("2001", hz=440)
        alice.dial("7123")
        alice.wait("ringing")
        alice.wait("answered")
        alice.order("hangup")
        far.finish(10)


@pytest.mark.parametrize(("status", "code"), [("486 Busy Here", 486), ("503 Service Unavailable", 0), ("404 No", 404)])
def test_the_carrier_refuses(house: Switch, cast: Cast, tmp_path: Path, status: str, code: int) -> None:
    need_sipp()
    # fmt: off
    with Run("uas_refuse", tmp_path, ip=CARRIER_IP, local_port=house.carrier_port,
             words={"STATUS": status, "RING_MS": "50"}) as far:
        # fmt: on
        far.listening()
        alice = cast.desk("2001")
        alice.dial("7123")
        ended = alice.wait("ended")
        assert ended["code"] >= 400 and (not code or ended["code"] == code)
        far.finish(10)


def test_sipp_holds_and_resumes_both_ways(house: Switch, cast: Cast, tmp_path: Path) -> None:
    need_sipp()
    cast.desk("2001", "--answer", "0", hz=440)
    # fmt: off
    with Run("uac_hold", tmp_path, ip=CARRIER_IP, remote=house.address, local_port=free_port(CARRIER_IP),
             rows=[("2001", OUTSIDE, free_block(2, CARRIER_IP, even=True))]) as near:
        # fmt: on
        near.finish(15)


def test_who_begins_and_stops_to_speak_is_told_by_the_events(house: Switch, cast: Cast, tmp_path: Path) -> None:
    said = np.concatenate([np.zeros(6400, np.int16), speech()[:16000], np.zeros(80_000, np.int16)])
    soundfile.write(tmp_path / "sentence.wav", said, 8000)
    bob = cast.desk("2002", "--answer", "0.1")
    alice = cast.desk("2001", "--send", str(tmp_path / "sentence.wav"))
    alice.dial("2002")
    alice.wait("answered")
    (call,) = house.calls()
    watched = house.command("media", "speech", call["call_id"])
    assert watched.returncode == 0, watched.stderr
    told = house.command("events", "--type", "call.speech", "--since", "0", "--count", "2", "--json", timeout_s=8)
    events = [json.loads(line)["data"] for line in told.stdout.splitlines()]
    assert [(event["peer"], event["speaking"]) for event in events] == [("phone 2001", True), ("phone 2001", False)]
    assert {event["call_id"] for event in events} == {call["call_id"]}
    alice.order("hangup")
    bob.wait("ended")
