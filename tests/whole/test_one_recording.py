"""A caller who talks with two agents, one after the other: one file, both of them in it, and a map that says where.

Recordings are FLAC here, as the site says; one is paused and masked while they talk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.softphone import ear
from tests.stage.cast import Cast, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole


def change(one: Switch) -> None:
    again = "- queue: {name: sales, connected: [{queue: {name: sales}}]}"
    one.rewrite("dialplan/main.yaml", "- queue: {name: sales}", again)
    one.rewrite("queues.yaml", "wrap_up: 2", "wrap_up: 30\n    last_agent: no")
    one.rewrite("switch.yaml", "limits:", "recording: {format: flac}\nlimits:")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("follow"), change=change, rtp_ports=120) as running:
        yield running


def encoded(house: Switch, recording: str) -> Path:
    """The file in its final form."""
    house.until("it is FLAC", lambda: house.ask("recordings.info", recording_id=recording)["path"].endswith(".flac"))
    return Path(house.ask("recordings.info", recording_id=recording)["path"])


def test_a_caller_who_comes_back_to_the_queue_stays_in_one_recording(house: Switch, cast: Cast) -> None:
    agents = {
        "440": cast.agent("alice", "--answer", "0.1", hz=440),
        "700": cast.agent("bob", "--answer", "1.5", hz=700),
    }
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    caller.wait("answered")
    house.until("somebody talks", lambda: house.calls()[0]["state"] == "talking")
    (call,) = house.calls()
    first = "440" if call["agent"] == "alice" else "700"
    talk(3.0)
    agents[first].order("hangup")
    second = "700" if first == "440" else "440"
    agents[second].wait("answered", 8)
    talk(3.0)
    caller.order("hangup")
    agents[second].wait("ended")
    (row,) = house.booked(call_id=call["call_id"])
    (recording,) = house.ask("recordings.list", call_id=call["call_id"])["recordings"]
    assert not recording["failed"] and recording["missing_ms"] < 100
    marks = recording["marks"]
    names = {"440": "alice", "700": "bob"}
    begin, end = marks[0], marks[-1]
    (back,) = (mark for mark in marks if mark["what"] == "back")
    (away,) = (mark for mark in marks if mark["what"] == "away")
    assert (begin["right"], back["right"], end["what"]) == (names[first], names[second], "end")
    assert begin["left"] == caller.name
    gap_ms = back["clock_ms"] - back["at_ms"]
    assert away["at_ms"] == back["at_ms"] and gap_ms > 50
    path = encoded(house, recording["recording_id"])
    left, right = ear.read(path, 0), ear.read(path, 1)
    seam = back["at_ms"] * 8
    assert len(left) == recording["length_ms"] * 8 and abs(row["talk_ms"] - recording["length_ms"]) < 300
    assert ear.is_tone(left[4000 : seam - 1600], 1000) and ear.is_tone(left[seam + 1600 : -1600], 1000)
    assert ear.is_tone(right[4000 : seam - 1600], int(first)) and ear.is_tone(right[seam + 1600 : -1600], int(second))
    shown = house.command("recordings", "info", recording["recording_id"])
    assert "away" in shown.stdout and "bob" in shown.stdout
    cast.log_out()


def test_a_recording_is_masked_and_paused_while_they_talk(house: Switch, cast: Cast) -> None:
    agent, caller = cast.agent("alice", "--answer", "0.1", hz=440), cast.caller(hz=1000)
    caller.dial("4002")
    agent.wait("answered")
    house.until("they talk", lambda: house.calls()[0]["state"] == "talking")
    call = house.calls()[0]["call_id"]
    talk(1.0)
    for line in (("mask", call, "--side", "caller"), ("pause", call), ("resume", call)):
        done = house.command("recordings", *line)
        assert done.returncode == 0, done.stderr
        talk(1.0)
    caller.order("hangup")
    agent.wait("ended")
    house.booked(call_id=call)
    (recording,) = house.ask("recordings.list", call_id=call)["recordings"]
    at = {mark["what"]: mark["at_ms"] * 8 for mark in recording["marks"]}
    assert list(at)[:4] == ["begin", "mask", "pause", "resume"] and recording["missing_ms"] < 100
    path = encoded(house, recording["recording_id"])
    assert path.stat().st_size == house.ask("recordings.info", recording_id=recording["recording_id"])["bytes"]
    left, right = ear.read(path, 0), ear.read(path, 1)
    assert len(left) == recording["length_ms"] * 8, "silence takes its time"
    assert ear.is_tone(left[2400 : at["mask"] - 160], 1000) and ear.is_tone(right[2400 : at["pause"] - 160], 440)
    assert (
        not left[at["mask"] + 160 : at["resume"] - 160].any()
        and not right[at["pause"] + 160 : at["resume"] - 160].any()
    )
    assert ear.is_tone(left[at["resume"] + 160 : -1600], 1000) and ear.is_tone(right[at["resume"] + 160 : -1600], 440)
    cast.log_out()
