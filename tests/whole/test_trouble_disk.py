"""Disks that are full, closed or slow, and processes that die while they write: calls go on, and the books say so."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.softphone import ear
from apps.softphone.drive import Phone
from tests.stage import wire
from tests.stage.cast import Cast, heard_tone, talk
from tests.stage.switch import CARRIER_IP, Switch, switch

pytestmark = pytest.mark.whole
TINY = 2 << 20
BOOKS_ALARM = "The books cannot be written"


class Disk:
    """A file system of two megabytes that can be filled up and closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        try:
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={TINY}", "tiny", str(path)], check=True, capture_output=True
            )
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("a disk that can be full is a mount of its own, and that needs root")

    def fill(self) -> None:
        """Not a byte is left."""
        with (self.path / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass

    def free(self) -> None:
        (self.path / "filler").unlink(missing_ok=True)

    def close(self, closed: bool) -> None:
        """Nobody may write any more; or again."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if closed else 'rw'}", str(self.path)], check=True)

    def gone(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=False)


class Disks:
    """Where the recordings and the books of the switch under test lie."""

    recordings: Disk
    books: Disk


@pytest.fixture(scope="module")
def disks() -> Iterator[Disks]:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a disk that can be full is a mount of its own, and that needs root")
    yield Disks()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, disks: Disks) -> Iterator[Switch]:
    directory = tmp_path_factory.mktemp("disk")

    def change(one: Switch) -> None:
        stack.callback(lambda: [disk.gone() for disk in (disks.recordings, disks.books)])
        disks.recordings, disks.books = Disk(one.site / "tiny-r"), Disk(one.site / "tiny-b")
        one.rewrite(
            "switch.yaml", "media:\n", "paths: {recordings: tiny-r/recordings, database: tiny-b/zongji.db}\nmedia:\n"
        )

    with contextlib.ExitStack() as stack, switch(directory, change=change) as running:
        yield running


@pytest.fixture(autouse=True)
def as_it_was(house: Switch, disks: Disks) -> Iterator[None]:
    yield
    disks.recordings.close(False)
    disks.recordings.free()
    disks.books.free()
    for name in ("alice", "bob"):
        house.ask("agents.logout", agent=name)


def alarms(house: Switch) -> dict[str, str]:
    """What stands: alarm and where."""
    return {alarm["what"]: alarm["where"] for alarm in house.ask("status.get")["alarms"]}


def served(cast: Cast) -> tuple[Phone, Phone]:
    """An agent and a caller who talk, and are recorded."""
    alice = cast.agent("alice", "--answer", "0.1", hz=440)
    caller = cast.caller(hz=1000)
    caller.dial("4002")
    alice.wait("answered")
    return alice, caller


def recorded(house: Switch, caller: Phone) -> tuple[dict[str, Any], dict[str, Any]]:
    """The caller's row, and that of the recording, once both are closed."""
    row = house.booked(caller=caller.name, timeout_s=8)[-1]

    def closed() -> dict[str, Any] | None:
        (one,) = house.ask("recordings.list", call_id=row["call_id"])["recordings"]
        return one if one["ended_at"] else None

    return row, house.until("the recording's row is closed", closed)


# ---- recordings ----------------------------------------------------------------------------------------------------


def test_a_full_disk_fails_the_recording_and_not_the_call_and_the_next_good_one_clears_it(
    house: Switch, cast: Cast, disks: Disks
) -> None:
    alice, caller = served(cast)
    talk(1.5)
    disks.recordings.fill()
    talk(2.2)
    house.until("an alarm stands", lambda: "A recording failed" in alarms(house))
    caller.order("hangup")
    alice.wait("ended")
    heard_tone(caller, 440, least_s=2.5)
    heard_tone(alice, 1000, least_s=2.5)
    row, recording = recorded(house, caller)
    assert row["cause"] == "normal" and "No space left" in recording["failed"]
    assert ear.is_tone(ear.read(Path(recording["path"]), 0)[2000:6000], 1000), "what was saved before cannot be read"

    disks.recordings.free()
    house.ask("agents.ready", agent="alice")
    caller.dial("4002")
    alice.wait("answered")
    talk(0.6)
    caller.order("hangup")
    alice.wait("ended", call=2)
    house.until("the alarm is cleared", lambda: "A recording failed" not in alarms(house))
    assert [one["failed"] for one in house.ask("recordings.list")["recordings"]].count("") == 1


def test_a_directory_that_cannot_be_written_fails_the_recording_and_not_the_call(
    house: Switch, cast: Cast, disks: Disks
) -> None:
    disks.recordings.close(True)
    alice, caller = served(cast)
    talk(1.4)
    house.until("an alarm stands", lambda: any("recording" in what for what in alarms(house)))
    caller.order("hangup")
    alice.wait("ended")
    heard_tone(caller, 440, least_s=0.5)
    _, recording = recorded(house, caller)
    assert "Read-only" in recording["failed"]
    assert not Path(recording["path"]).exists()


def test_a_disk_process_that_dies_leaves_a_file_on_its_own_clock(house: Switch, cast: Cast) -> None:
    alice, caller = served(cast)
    talk(1.6)
    path = next(Path(house.site / "tiny-r").rglob(f"*{house.calls()[0]['call_id']}*.wav"))
    os.kill(house.child("disk"), 9)
    assert len(ear.read(path, 0)) > 4000
    talk(2.2)
    caller.order("hangup")
    alice.wait("ended")
    row, recording = recorded(house, caller)
    assert recording["failed"] == ""
    left = ear.read(path, 0)
    assert len(left) / 8000 == pytest.approx(row["talk_ms"] / 1000, abs=0.25)
    assert ear.is_tone(left[2000:6000], 1000) and ear.is_tone(left[-5600:-1600], 1000)
    missing_s = sum(length for _, length in ear.gaps_s(left[800:-1600], 1000, least=0.1))
    # A block is a second at most: what is missing is counted in blocks, or nothing is.
    assert missing_s <= recording["dropped_blocks"] * 1.05 + 0.15, f"{missing_s} s missing, and not counted"


def test_a_recording_is_readable_after_its_engine_was_killed(house: Switch, cast: Cast) -> None:
    alice, caller = served(cast)
    talk(2.4)
    house.kill_child("engine")
    for phone in (alice, caller):
        phone.wait("ended", 10)
    row, recording = recorded(house, caller)
    assert row["cause"] == "engine_lost"
    assert recording["failed"] != "" and recording["length_ms"] > 900
    left = ear.read(Path(recording["path"]), 0)
    assert len(left) / 8000 == pytest.approx(recording["length_ms"] / 1000, abs=0.05)
    assert ear.is_tone(left[2000:], 1000)
    house.until("an engine serves", lambda: house.ask("engines.list")["engines"][0]["state"] == "running", 10)


# ---- books ---------------------------------------------------------------------------------------------------------


def unknown_numbers(house: Switch, first: int, count: int) -> list[str]:
    """So many calls to numbers that nobody has."""
    numbers = [str(number) for number in range(first, first + count)]
    for number in numbers:
        with wire.Caller(house.address, number, media_port=40000, ip=CARRIER_IP, sip_from="13822220000") as caller:
            caller.invite()
            answer = caller.wait("INVITE")
            caller.ack(answer)
            assert answer.status == 404
    return numbers


def all_there(house: Switch, numbers: list[str]) -> None:
    house.until("the alarm is cleared", lambda: BOOKS_ALARM not in alarms(house), 8)
    rows = house.booked(caller="13822220000", count=len(numbers))
    assert [row["called"] for row in rows if row["called"] in numbers] == numbers
    assert all(row["cause"] == "not_found" for row in rows)


def test_books_that_somebody_locks_lose_no_row_and_raise_an_alarm_until_they_are_free(house: Switch) -> None:
    with contextlib.closing(sqlite3.connect(house.site / "tiny-b/zongji.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        locked = time.monotonic()
        numbers = unknown_numbers(house, 51000, 6)
        house.until("an alarm stands", lambda: BOOKS_ALARM in alarms(house), 5)
        time.sleep(max(0.0, locked + 3.0 - time.monotonic()))
        other.execute("ROLLBACK")
    all_there(house, numbers)


def test_books_on_a_full_disk_lose_no_row_when_there_is_room_again(house: Switch, disks: Disks) -> None:
    disks.books.fill()
    numbers = unknown_numbers(house, 52000, 12)
    house.until("an alarm stands", lambda: BOOKS_ALARM in alarms(house), 6)
    assert "full" in alarms(house)[BOOKS_ALARM]
    numbers += unknown_numbers(house, 53000, 3)
    disks.books.free()
    house.until("the alarm is cleared", lambda: BOOKS_ALARM not in alarms(house), 8)
    all_there(house, numbers)
    told = house.command("events", "--since", "0", "--type", "alarm.*", "--count", "2")
    kinds = [line.split()[2] for line in told.stdout.splitlines()]
    assert set(kinds) == {"alarm.raised", "alarm.cleared"}
