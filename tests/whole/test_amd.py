"""An answering machine that takes a call: real phones, and the lengths that a dial is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.stage import greetings
from tests.stage.cast import Cast, heard_tone, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole

SCRIPTS = """\
scripts:
  judged:
    - dial: {to: "2002", amd: yes, machine: [{dial: "2003"}]}
    - hangup
  patient:
    - dial:
        to: "2002"
        amd: {greeting: 60000, maximum_number_of_words: 1000, maximum_word_length: 60000}
        machine: [{dial: "2003"}]
    - hangup
"""


def judging(house: Switch) -> None:
    house.rewrite(
        "dialplan/main.yaml", "routes:\n", 'routes:\n  - {to: "4010", do: judged}\n  - {to: "4011", do: patient}\n'
    )
    house.rewrite("dialplan/main.yaml", "scripts:\n", SCRIPTS)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("house"), change=judging) as running:
        yield running


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a machine says when it answers."""
    answer = next(answer for answer in greetings.spoken("exam") if answer.who == "machine" and answer.kind == "en")
    wav = tmp_path_factory.mktemp("said") / "machine.wav"
    soundfile.write(wav, greetings.call(answer, "clean", -20, 2).pcm, 8000)
    return wav


def test_a_machine_is_hung_up_on_and_the_caller_goes_on_to_a_human(house: Switch, cast: Cast, machine: Path) -> None:
    bob = cast.desk("2002", "--answer", "0.1", "--send", str(machine))
    carol = cast.desk("2003", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("4010")
    assert bob.wait("ended", 8)["by"] == "far end"
    carol.wait("answered")
    talk(2.0)
    alice.order("hangup")
    carol.wait("ended")
    heard_tone(alice, 1000)
    heard_tone(carol, 440)
    row = house.booked(caller="2001")[-1]
    assert [segment["kind"] for segment in row["segments"]][:2] == ["dial", "talk"] and row["segments"][1]["ms"] < 6000


def test_a_dial_with_longer_lengths_of_its_own_lets_the_same_greeting_talk(cast: Cast, machine: Path) -> None:
    bob = cast.desk("2002", "--answer", "0.1", "--send", str(machine))
    alice = cast.desk("2001")
    alice.dial("4011")
    bob.wait("answered")
    talk(4.0)
    assert not bob.told("ended") and not alice.told("ended")
    alice.order("hangup")
    bob.wait("ended")
