"""A hotline studio with real phones: an expert on air, a host who screens, callers who listen and speak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from apps.softphone import ear
from apps.softphone.tones import RATE_HZ
from tests.stage.cast import Cast, connected, talk
from tests.stage.scene import THERE, Scene
from tests.stage.switch import Switch

pytestmark = pytest.mark.whole

EXPERT, HOST, ASKER, LISTENER = 440, 620, 1000, 1500


def test_a_caller_is_screened_put_on_air_and_back_to_their_place(house: Switch, cast: Cast) -> None:
    expert, host = cast.desk("2001", hz=EXPERT), cast.desk("2004", hz=HOST)
    asker, listener = cast.caller(hz=ASKER), cast.caller(hz=LISTENER)
    for phone in (expert, host, asker, listener):
        phone.dial("4100")
    connected(expert, host, asker, listener)
    scene = Scene(EXPERT, HOST, ASKER, LISTENER)

    def part() -> tuple[str, int]:
        members = house.ask("studio.show", studio="health")["callers"]
        return next((m["part"], m["position"]) for m in members if m["number"] == asker.name)

    asker.order("digits", digits="1")
    house.until("who pressed 1 asks to speak", lambda: part() == ("asking", 1))
    talk(1.5)
    scene.play("listening", 0.8)
    for key, name, wanted in (("1", "screened", "screened"), ("2", "on air", "on air"), ("3", "back", "asking")):
        host.order("digits", digits=key)
        house.until(name, lambda wanted=wanted: part()[0] == wanted)
        talk(1.8)  # they are told so
        scene.play(name, 0.8)
    assert part() == ("asking", 1)
    shown = house.command("studio", "show", "health").stdout
    assert asker.name in shown and "asking" in shown
    for phone in (asker, listener, expert, host):
        phone.order("hangup")
        phone.wait("ended")
    wanted = {
        "listening": ({EXPERT}, {EXPERT}, {EXPERT}, set()),
        "screened": ({EXPERT, HOST}, {EXPERT, ASKER}, {EXPERT}, set()),
        "on air": ({EXPERT}, {EXPERT, ASKER}, {EXPERT, ASKER}, {ASKER}),
        "back": ({EXPERT}, {EXPERT}, {EXPERT}, set()),
    }
    for name, heard in wanted.items():
        assert tuple(scene.heard(name, phone) for phone in (asker, host, listener, expert)) == heard, name
    house.until("the tape is whole", lambda: house.ask("recordings.list")["recordings"][0]["ended_at"])
    recording = house.ask("recordings.list")["recordings"][0]
    assert (recording["kind"], recording["failed"], recording["channels"]) == ("studio", "", 1)
    tape = ear.read(Path(recording["path"]))
    aired = {mark["what"]: mark["at_ms"] for mark in recording["marks"] if mark["left"] == asker.name}
    begin, end = (round(aired[what] / 1000 * RATE_HZ) for what in ("air", "back"))
    assert scene.within(tape[RATE_HZ:-RATE_HZ]) >= {EXPERT}
    assert scene.within(tape[begin + 2400 : end - 2400]) == {EXPERT, ASKER}
    for rest in (tape[RATE_HZ : begin - 2400], tape[end + 4000 : -800]):
        assert scene.within(rest) == {EXPERT}
    assert np.max(ear.strength(tape, HOST, 0.1)) < 2 * THERE, "what host and caller said to each other is published"
