"""An hour on tape, on a clock that is none: senders whose clocks drift, blocks that do not fit, time slept through.

What lies in the file is judged by the file alone: where each sender began to speak, by its own clock.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.disk_orders import Block, Create, Created, DiskOrder, Finish, Finished, Widen
from media.recorder import Recorder
from media.recording_report import RecordingFormat, RecordingReport
from media.tape import Tape
from media.words import RATE_HZ
from tests.media.test_drift import Line, Sender

HOUR = bool(os.environ.get("ZONGJI_HOUR"))
"""The whole hour at 200 ppm, in some two minutes; else ten times the drift in a tenth of the time."""
TICKS, PPM = (180_000, 200) if HOUR else (18_000, 2000)


class Studio:
    """A line whose two senders are recorded, with the disk process's own tape at the end of the link."""

    def __init__(self, senders: list[Sender]) -> None:
        self.line = Line(senders)
        self.reports: list[RecordingReport] = []
        self.refuses = False
        self.recorder = Recorder(self.line.board, "/nowhere", lambda event: None)
        self.recorder.link.send = self._write  # type: ignore[method-assign]
        self.tape: Tape | None = None

    def _write(self, order: DiskOrder) -> bool:
        match order:
            case Create():
                self.tape = Tape.create(order)
                self.recorder.answered(Created(order.recording))
            case Block():
                if self.refuses:
                    return False
                assert self.tape is not None
                self.tape.add(order)
            case Widen():
                raise AssertionError("it has two channels")
            case Finish():
                assert self.tape is not None
                self.tape.end(order.samples)
                self.tape.close()
                done = Finished(order.recording, self.tape.samples, self.tape.total_bytes, "", self.tape.written)
                self.recorder.answered(done)
        return True

    def begin(self, path: Path) -> None:
        left, right = (int(row) for row in self.line.rows)
        assert self.recorder.start("r", str(path), left, right, 2, RecordingFormat.WAV_ULAW, names=("a", "b")) == ""

    def run(self, ticks: int) -> None:
        b = self.line.board
        for _ in range(ticks):
            self.line.tick()
            b.now = b.tick * 0.02
            self.recorder.tick(b.ring[b.tick % 32, : b.high])

    def end(self) -> RecordingReport:
        self.recorder.stop("r", self.line.board.now, self.reports.append)
        (report,) = self.reports
        return report


def onsets_s(samples: np.ndarray) -> np.ndarray:
    """Where a pause of at least 0.3 s ends, in seconds of the file; a pause is a constant that hardly sounds."""
    loud = np.abs(samples.astype(int)) > 100
    frames = loud[: loud.size // 80 * 80].reshape(-1, 80).any(axis=1)
    edges = np.flatnonzero(frames[1:] & ~frames[:-1]) + 1
    return np.array([edge for edge in edges if edge >= 30 and not frames[edge - 30 : edge].any()]) * 80 / RATE_HZ


@pytest.mark.parametrize(
    ("ticks", "ppm"), [(3000, 2000), pytest.param(TICKS, PPM, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
def test_an_hour_with_drift_is_an_hour_on_tape_and_everything_is_where_it_was_said(
    tmp_path: Path, ticks: int, ppm: int
) -> None:
    studio = Studio([Sender(160, ppm, 0, 1, True), Sender(160, -ppm, 3, 2, True)])
    studio.begin(tmp_path / "hour.wav")
    studio.run(ticks)
    report = studio.end()
    due_s = ticks * 0.02
    assert abs(report.seconds - due_s) <= due_s / 1000 and abs(report.expected_s - due_s) < 0.05
    assert report.written_s == report.seconds and report.missing_s == 0.0
    pcm, _ = soundfile.read(tmp_path / "hour.wav", dtype="int16")
    assert len(pcm) == round(report.seconds * RATE_HZ)
    for side, sender in enumerate(studio.line.senders):
        found = onsets_s(pcm[:, side])
        # Speech begins with the packet that ends with every 12,000th sample of the sender's clock.
        said = (np.arange(1, int(due_s / 1.5)) * 12000 - sender.size) / (sender.rate * 1000)
        assert abs(found.size - said.size) <= 1
        late_ms = 1000 * (found[: said.size] - said[: found.size])
        print(
            f"{(sender.rate / 8 - 1) * 1e6:+.0f} ppm: {found.size} onsets, {late_ms.min():.0f}..{late_ms.max():.0f} ms"
        )
        assert late_ms.min() > -5 and late_ms.max() < 150, "what was said is not where it was said"


def test_what_the_disk_did_not_take_is_missing_by_the_clock_and_silent_in_its_place(tmp_path: Path) -> None:
    studio = Studio([Sender(160, 0, 0, 1, False), Sender(160, 0, 0, 2, False)])
    studio.begin(tmp_path / "holes.wav")
    studio.run(500)
    studio.refuses = True
    studio.run(350)
    studio.refuses = False
    studio.run(150)
    report = studio.end()
    assert report.seconds == report.expected_s == 20.0
    assert report.missing_s == report.dropped_blocks > 5
    pcm, _ = soundfile.read(tmp_path / "holes.wav", dtype="int16")
    silent_s = (np.abs(pcm[8000:, 0].astype(int)) < 100).sum() / RATE_HZ
    assert silent_s == pytest.approx(report.missing_s, abs=0.05)


def test_time_that_was_slept_through_is_silence_and_missing(tmp_path: Path) -> None:
    studio = Studio([Sender(160, 0, 0, 1, False), Sender(160, 0, 0, 2, False)])
    studio.begin(tmp_path / "slept.wav")
    studio.run(200)
    studio.line.board.tick += 100
    studio.recorder.skip(100)
    studio.run(200)
    report = studio.end()
    assert (report.seconds, report.expected_s, report.missing_s) == (10.0, 10.0, 2.0)
    pcm, _ = soundfile.read(tmp_path / "slept.wav", dtype="int16")
    assert not np.abs(pcm[33000:47000].astype(int)).max() > 100


def test_what_is_left_out_is_neither_in_the_file_nor_missing_and_the_map_says_when(tmp_path: Path) -> None:
    studio = Studio([Sender(160, 0, 0, 1, False), Sender(160, 0, 0, 2, False)])
    row = int(studio.line.rows[1])
    studio.begin(tmp_path / "away.wav")
    studio.run(250)
    studio.recorder.leave_out("r", True)
    studio.recorder.leave_out("r", True)
    assert studio.recorder.names == ["r"], "an exchange that is new finds it"
    studio.run(150)
    studio.recorder.set_right("r", 0)
    studio.run(100)
    studio.recorder.set_right("r", row, "c")
    studio.recorder.leave_out("r", False)
    studio.run(100)
    report = studio.end()
    assert (report.seconds, report.expected_s, report.missing_s) == (7.0, 7.0, 0.0)
    assert [(mark.what, mark.at_ms, mark.clock_ms, mark.right) for mark in report.marks] == [
        ("begin", 0, 0, "b"),
        ("away", 5000, 5000, "b"),
        ("right", 5000, 8000, ""),
        ("right", 5000, 10000, "c"),
        ("back", 5000, 10000, "c"),
        ("end", 7000, 12000, ""),
    ]
    pcm, _ = soundfile.read(tmp_path / "away.wav", dtype="int16")
    assert len(pcm) == 7 * RATE_HZ and (np.abs(pcm[8000:].astype(int)) > 100).all()


def test_a_party_who_hangs_up_while_nothing_is_recorded_is_not_heard_from_the_next_ones_row(tmp_path: Path) -> None:
    studio = Studio([Sender(160, 0, 0, 1, False), Sender(160, 0, 0, 2, False)])
    studio.begin(tmp_path / "gone.wav")
    studio.run(100)
    studio.recorder.leave_out("r", True)
    studio.recorder.forget(int(studio.line.rows[1]))
    studio.recorder.leave_out("r", False)
    studio.run(100)
    assert studio.end().seconds == 4.0
    pcm, _ = soundfile.read(tmp_path / "gone.wav", dtype="int16")
    assert np.abs(pcm[16000:, 1].astype(int)).max() < 100 and np.abs(pcm[16000:, 0].astype(int)).min() > 100


def test_it_ends_well_while_away(tmp_path: Path) -> None:
    studio = Studio([Sender(160, 0, 0, 1, False), Sender(160, 0, 0, 2, False)])
    studio.begin(tmp_path / "end.wav")
    studio.run(100)
    studio.recorder.leave_out("r", True)
    studio.run(500)
    report = studio.end()
    assert (report.seconds, report.expected_s, len(studio.recorder)) == (2.0, 2.0, 0)
