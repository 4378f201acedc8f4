"""A switch with two media engines: who is where, calls over both, and what the death or the sleep of one costs."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from apps.softphone import ear
from apps.softphone.drive import Phone
from media.desk import Desk
from media.words import StreamId
from tests.stage.cast import Cast, connected, heard_tone, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole


def two_engines(one: Switch) -> None:
    one.rewrite("switch.yaml", "media:\n", "media:\n  engines: 2\n")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Switch]:
    """A switch of its own for each test: engines die in these."""
    with switch(tmp_path, change=two_engines, rtp_ports=160) as running:
        yield running


def engines(house: Switch) -> dict[str, dict[str, Any]]:
    return {engine["engine"]: engine for engine in house.ask("engines.list")["engines"]}


def fill(house: Switch, engine: str, left: int) -> None:
    """Take all of an engine's ports but a few, past the exchange: partners must go elsewhere."""

    async def take() -> None:
        desk = Desk({engine: house.site / "run" / f"engine-{engine}.sock"}, lambda event: None)
        await desk.connect()
        (figures,) = await desk.engines()
        for n in range(figures["ports_free"] - left):
            await desk.open(StreamId(f"filler{n}"))
        await desk.close()
        await asyncio.sleep(1.5)  # until the load of the opening itself is told of no more

    asyncio.run(take())


def two_talk(cast: Cast, caller: str, callee: str, hz: tuple[int, int]) -> tuple[Phone, Phone]:
    there = cast.desk(callee, "--answer", "0.1", hz=hz[1])
    here = cast.desk(caller, hz=hz[0])
    here.dial(callee)
    connected(here, there)
    return here, there


def where(house: Switch, call_id: str) -> list[str]:
    return [leg["stream"]["engine"] for leg in house.ask("calls.show", call_id=call_id)["legs"]]


def test_a_call_over_two_engines_is_heard_both_ways(house: Switch, cast: Cast) -> None:
    fill(house, "e1", 1)
    alice, bob = two_talk(cast, "2001", "2002", (440, 1000))
    (call,) = house.calls()
    assert sorted(where(house, call["call_id"])) == ["e1", "e2"]
    talk(3.0)
    now = engines(house)
    assert [(now[name]["ties"], now[name]["rooms"]) for name in ("e1", "e2")] == [(1, 1), (1, 1)]
    assert now["e2"]["streams"] == 1 and now["e2"]["counters"]["tie_packets_in"] > 100
    for engine in now.values():
        assert engine["cpu_percent"] > 0 and engine["memory_kib"] > 20_000 and engine["recordings"] == 0
        ticks = [step["ticks"] for step in engine["late"]]
        edges = [step["up_to_ms"] for step in engine["late"]]
        assert sum(ticks) > 150 and edges[:-1] == sorted(edges[:-1]) and edges[-1] is None
        assert engine["late_p50_ms"] <= engine["late_p99_ms"] <= engine["late_max_ms"] + 0.5
    shown = house.command("engines", "list")
    assert shown.returncode == 0
    assert all(column in shown.stdout for column in ("STREAMS", "ROOMS", "TIES", "CPU", "MEMORY", "P50/P99/MAX"))
    alice.order("hangup")
    bob.wait("ended")
    alice.wait("ended")
    heard_tone(alice, 1000, least_s=2.0)
    heard_tone(bob, 440, least_s=2.0)
    house.until("no tie is left", lambda: all(engine["ties"] == 0 for engine in engines(house).values()))


def test_a_queue_call_over_two_engines_is_recorded_with_both_channels(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    fill(house, "e1", 1)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    connected(caller, alice)
    (call,) = house.calls()
    assert sorted(where(house, call["call_id"])) == ["e1", "e2"]
    talk(3.0)
    caller.order("hangup")
    alice.wait("ended")
    house.booked(call_id=call["call_id"])
    (recording,) = house.ask("recordings.list", call_id=call["call_id"])["recordings"]
    assert not recording["failed"]
    left, right = ear.read(Path(recording["path"]), 0), ear.read(Path(recording["path"]), 1)
    assert ear.is_tone(left[4000:-1600], 1000) and ear.is_tone(right[4000:-1600], 440)
    cast.log_out()


def test_a_killed_engine_takes_only_its_calls(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast, "2001", "2002", (440, 1000))
    carol, dave = two_talk(cast, "2003", "2004", (600, 1500))
    first, second = (call["call_id"] for call in sorted(house.calls(), key=lambda call: str(call["caller"])))
    assert (where(house, first), where(house, second)) == (["e1", "e1"], ["e2", "e2"])
    talk(0.5)
    os.kill(engines(house)["e2"]["pid"], signal.SIGKILL)
    for phone in (carol, dave):
        phone.wait("ended", 5)
    (row,) = house.booked(call_id=second)
    assert row["cause"] == "engine_lost"
    talk(2.0)
    assert [call["call_id"] for call in house.calls()] == [first]
    house.until("e2 is back", lambda: engines(house)["e2"]["state"] == "running", 5)
    alice.order("hangup")
    bob.wait("ended")
    alice.wait("ended")
    heard_tone(bob, 440, least_s=2.0)
    (row,) = house.booked(call_id=first)
    assert row["cause"] == "normal"


def test_a_call_over_two_engines_ends_with_either_and_says_so(house: Switch, cast: Cast) -> None:
    fill(house, "e1", 1)
    alice, bob = two_talk(cast, "2001", "2002", (440, 1000))
    (call,) = house.calls()
    talk(0.5)
    os.kill(engines(house)["e2"]["pid"], signal.SIGKILL)
    for phone in (alice, bob):
        phone.wait("ended", 5)
    (row,) = house.booked(call_id=call["call_id"])
    assert row["cause"] == "engine_lost"
    assert engines(house)["e1"]["ties"] == 0


def test_a_recording_on_a_killed_engine_is_booked_with_what_is_missing(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    connected(caller, alice)
    (call,) = house.calls()
    talk(3.3)
    os.kill(engines(house)["e1"]["pid"], signal.SIGKILL)
    caller.wait("ended", 5)
    (row,) = house.booked(call_id=call["call_id"])
    assert row["cause"] == "engine_lost"
    (recording,) = house.ask("recordings.list", call_id=call["call_id"])["recordings"]
    assert "e1" in recording["failed"] and recording["ended_at"]
    length_s = soundfile.info(recording["path"]).duration
    assert 1.5 < length_s == pytest.approx(recording["length_ms"] / 1000, abs=0.02)
    # The last block, of a second at most, died with the engine.
    assert 3.2 < length_s + recording["missing_ms"] / 1000 < 4.5 and recording["missing_ms"] < 1100
    cast.log_out()


def test_an_engine_that_hangs_is_replaced_within_five_seconds(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast, "2001", "2002", (440, 1000))
    carol, dave = two_talk(cast, "2003", "2004", (600, 1500))
    (second,) = (call["call_id"] for call in house.calls() if call["caller"] == "2003")
    old = engines(house)["e2"]["pid"]
    os.kill(old, signal.SIGSTOP)
    began = time.monotonic()
    house.until(
        "another e2 serves",
        lambda: engines(house)["e2"]["state"] == "running" and engines(house)["e2"]["pid"] != old,
        10,
    )
    took = time.monotonic() - began
    print(f"a stopped engine was replaced after {took:.1f} s")
    assert took < 5.0
    for phone in (carol, dave):
        phone.wait("ended", 5)
    (row,) = house.booked(call_id=second)
    assert row["cause"] == "engine_lost"
    assert len(house.calls()) == 1
    alice.order("hangup")
    bob.wait("ended")
    alice.wait("ended")
    heard_tone(bob, 440, least_s=3.0)
    carol.dial("2004")
    carol.wait("answered", since=carol.mark() - 1)
    carol.order("hangup")
