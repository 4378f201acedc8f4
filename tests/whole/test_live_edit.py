"""A dialplan edited while a caller is in a menu: the call ends on the plan it began with, the next one meets the new.

Prompts are tones, so that what is heard says which plan speaks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.softphone import ear, tones
from apps.softphone.drive import Phone
from tests.stage.cast import Cast, heard, talk
from tests.stage.switch import Switch, switch

pytestmark = pytest.mark.whole
PLAN = "dialplan/main.yaml"
OLD_HZ, CHOSEN_HZ, NEW_HZ = 600, 800, 1000

OLD = """\
routes:
  - {to: "4001", do: hotline}
scripts:
  hotline:
    - menu: {play: old, keys: {"1": [{play: chosen}, hangup]}, timeout: 1, retries: 5, no_input: hangup, no_match: hangup}
"""
NEW = """\
routes:
  - {to: "4001", do: welcome}
scripts:
  welcome:
    - menu: {play: new, keys: {"1": bye}, timeout: 1, retries: 5, no_input: hangup, no_match: hangup}
  bye:
    - say: {en: "This was said by nobody before.", zh: "以前没有人说过这句话。"}
    - hangup
"""
BROKEN = NEW.replace("play: new", "play: nwe").replace('"1": bye', '"1": by')


def change(one: Switch) -> None:
    (one.site / PLAN).write_text(OLD, "utf-8")
    for language in ("en", "zh"):
        folder = one.site / "prompts" / language
        folder.mkdir(parents=True)
        for name, hz in (("old", OLD_HZ), ("chosen", CHOSEN_HZ), ("new", NEW_HZ)):
            tones.write(folder / f"{name}.wav", tones.tone(hz, 1.0))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Switch]:
    with switch(tmp_path, change=change) as running:
        yield running


def spoken(house: Switch) -> int:
    return len(list((house.site / "cache").rglob("*.wav")))


def test_a_call_in_a_menu_across_a_reload(house: Switch, cast: Cast) -> None:
    early, late = cast.caller(), cast.caller()
    early.dial("4001")
    early.wait("answered")
    talk(0.5)

    # A broken edit says everything that is wrong, and changes nothing.
    (house.site / PLAN).write_text(BROKEN, "utf-8")
    done = house.command("reload")
    assert done.returncode == 5
    assert [line.split(": ", 1)[0] for line in done.stdout.splitlines()] == [f"{PLAN}:5", f"{PLAN}:5"]
    assert "no prompt 'nwe'" in done.stdout and "no script or label 'by'" in done.stdout

    # A good one is taken at once, tells what is different, and new texts are rendered though nobody calls.
    before = spoken(house)
    (house.site / PLAN).write_text(NEW, "utf-8")
    began = time.monotonic()
    report = house.ask("config.reload")
    assert report["applied"] and time.monotonic() - began < 0.5
    assert "New scripts: bye, welcome." in report["changes"] and "Gone scripts: hotline." in report["changes"]
    house.until("the new text is spoken ahead", lambda: spoken(house) >= before + 2)

    late.dial("4001")
    late.wait("answered")
    talk(2.5)  # both are asked once more
    for caller in (early, late):
        caller.order("digits", digits="1")
    for caller in (early, late):
        caller.wait("ended", 8)

    assert tones_of(early) == [OLD_HZ, CHOSEN_HZ]
    assert tones_of(late) == [NEW_HZ]
    labels = {
        row["caller"]: [segment["label"] for segment in row["segments"]]
        for row in house.booked(count=2)
    }  # fmt: skip
    assert labels[early.name] == ["hotline.1-menu", "hotline.1-menu/1/1-play", "hotline.1-menu/1/2-hangup"]
    assert labels[late.name] == ["welcome.1-menu", "bye.1-say", "bye.2-hangup"]


def tones_of(phone: Phone) -> list[int]:
    """Which of the tones a phone heard, in order of their beginning."""
    samples = heard(phone)
    begins = ((ear.onset_s(samples, hz, least=0.15), hz) for hz in (OLD_HZ, CHOSEN_HZ, NEW_HZ))
    return [hz for _, hz in sorted((begin, hz) for begin, hz in begins if begin is not None)]
