"""Real phones that ring for one caller at once: one has the caller, the others fall silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stage.cast import Cast, heard_tone, talk
from tests.stage.switch import Switch, switch

pytestmark = [pytest.mark.whole, pytest.mark.usefixtures("nobody_logged_in")]

QUEUES = """\
queues:
  sales: {strategy: ring_all, ring: 6, wrap_up: 0, announce_position_every: never, record: never}
  empty: {strategy: progressive, ring_more: 1, ring: 6, wrap_up: 0, announce_position_every: never, record: never}
  brief: {}
studios:
  health: {hosts: "2004", experts: "2001"}
"""
AGENTS = """\
agents:
  alice: {extension: "2001", queues: [sales, empty], skills: {lang_en: 9}}
  bob: {extension: "2002", queues: [sales, empty]}
breaks: {"1": rest}
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    def change(one: Switch) -> None:
        (one.site / "queues.yaml").write_text(QUEUES, "utf-8")
        (one.site / "agents.yaml").write_text(AGENTS, "utf-8")

    with switch(tmp_path_factory.mktemp("house"), change=change) as running:
        yield running


def decided(house: Switch, call_id: str) -> dict[str, str]:
    """Agent → outcome, out of the books."""
    return {made["agent"]: made["outcome"] for made in house.ask("queues.explain", call_id=call_id)["decisions"]}


def test_one_answers_and_the_other_phone_falls_silent(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", hz=440)
    bob = cast.agent("bob", "--answer", "1", hz=600)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    alice.wait("incoming")
    answered = bob.wait("answered")["now"]
    ended = alice.wait("ended")
    assert ended["now"] - answered < 0.3
    talk(2.0)
    (call,) = house.calls()
    assert (call["state"], call["agent"]) == ("talking", "bob")
    assert (house.agent("alice")["activity"], house.agent("bob")["activity"]) == ("idle", "talking")
    caller.order("hangup")
    bob.wait("ended")
    heard_tone(caller, 600)
    heard_tone(bob, 1000)
    assert decided(house, call["call_id"]) == {"alice": "taken", "bob": "answered"}


def test_two_who_answer_in_the_same_moment_are_not_both_on_the_call(house: Switch, cast: Cast) -> None:
    tones = {"alice": 440, "bob": 600}
    phones: dict[str, Any] = {name: cast.agent(name, "--answer", "0.5", hz=hz) for name, hz in tones.items()}
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    for phone in phones.values():
        phone.wait("incoming")
    caller.wait("answered")
    house.until("one talks", lambda: "talking" in {house.agent(name)["activity"] for name in tones})
    talk(2.0)
    (call,) = house.calls()
    (idle,) = set(tones) - {call["agent"]}
    assert house.agent(idle)["activity"] == "idle"
    phones[idle].wait("ended")
    caller.order("hangup")
    phones[call["agent"]].wait("ended")
    heard_tone(caller, tones[call["agent"]])
    assert decided(house, call["call_id"]) == {call["agent"]: "answered", idle: "taken"}


def test_progressive_rings_the_second_phone_a_second_later(house: Switch, cast: Cast) -> None:
    alice, bob = cast.agent("alice"), cast.agent("bob")
    caller = cast.caller()
    caller.dial("4003")
    first = alice.wait("incoming")["now"]
    assert bob.wait("incoming")["now"] - first == pytest.approx(1.0, abs=0.4)
    caller.order("hangup")
    alice.wait("ended")
    bob.wait("ended")
