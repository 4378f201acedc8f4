"""Trimmed recordings: what is said is all there, long silences are not, and the map tells where each second was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from media import g711
from media.board import Board
from media.disk_orders import Block, Create, DiskOrder, Finish, Finished
from media.recorder import Recorder
from media.recording_report import RecordingReport
from media.reels import Cut
from media.tape import Tape
from media.trim import Trim

LOUD, QUIET = g711.encode_all((3000 * np.sin(np.arange(160))).astype(np.int16), 0), np.full(160, 0xFF, np.uint8)


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=50), max_size=12), st.integers(0, 60))
def test_all_that_is_heard_is_kept_and_of_each_silence_so_much(blocks: list[list[bool]], hold: int) -> None:
    trim, kept = Trim(hold), []
    for loud in blocks:
        codes = np.concatenate([LOUD if each else QUIET for each in loud]).tobytes()
        quiet = np.concatenate([QUIET] * len(loud)).tobytes()
        parts = list(trim.parts(Cut(len(loud), quiet, codes, 0, 0)))
        assert b"".join(part.right for _, part in parts) == codes and b"".join(part.left for _, part in parts) == quiet
        assert sum(part.frames for _, part in parts) == len(loud)
        for keep, part in parts:
            kept += [keep] * part.frames
    run = 0
    for loud, keep in zip([each for block in blocks for each in block], kept, strict=True):
        run = 0 if loud else run + 1
        assert keep == (run <= hold)


class Studio:
    """A recorder whose link ends on a tape; who speaks is said tick by tick."""

    def __init__(self, path: Path, trim_s: float) -> None:
        self.board, self.reports = Board(8), []
        self.left, self.right = self.board.take(), self.board.take()
        self.recorder = Recorder(self.board, "/nowhere", lambda event: None)
        self.recorder.link.send = self._write  # type: ignore[method-assign]
        self.reports: list[RecordingReport] = []
        self.recorder.start("r", str(path), self.left, self.right, 2, names=("a", "b"), trim_s=trim_s)

    def _write(self, order: DiskOrder) -> bool:
        match order:
            case Create():
                self.tape = Tape.create(order)
            case Block():
                self.tape.add(order)
            case Finish():
                self.tape.end(order.samples)
                self.tape.close()
                done = Finished(order.recording, self.tape.samples, self.tape.total_bytes, "", self.tape.written)
                self.recorder.answered(done)
        return True

    def run(self, seconds: float, *, left: bool = False, right: bool = False) -> None:
        frames = np.full((8, 160), 0xFF, np.uint8)
        frames[self.left] = LOUD if left else QUIET
        frames[self.right] = LOUD if right else QUIET
        for _ in range(round(seconds * 50)):
            self.board.tick += 1
            self.board.now = self.board.tick * 0.02
            self.recorder.tick(frames)

    def end(self) -> RecordingReport:
        self.recorder.stop("r", self.board.now, self.reports.append)
        (report,) = self.reports
        return report


def test_long_silences_are_left_out_and_the_map_says_when_each_second_was(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "r.wav", 2.0)
    studio.run(3.0, left=True)
    studio.run(1.5)
    studio.run(2.0, right=True)
    studio.run(7.0)
    studio.run(1.0, left=True, right=True)
    studio.run(3.0)
    report = studio.end()
    # 3 + 1.5 + 2 + 2 of 7 + 1 + 2 of 3
    assert report.seconds == report.expected_s == pytest.approx(11.5) and report.missing_s == 0
    marks = [(mark.what, mark.at_ms, mark.clock_ms) for mark in report.marks]
    assert marks == [
        ("begin", 0, 0),
        ("away", 8500, pytest.approx(8500, abs=20)),
        ("back", 8500, pytest.approx(13500, abs=20)),
        ("away", 11500, pytest.approx(16500, abs=20)),
        ("end", 11500, 17500),
    ]
    pcm, _ = soundfile.read(tmp_path / "r.wav", dtype="int16")
    loud = np.abs(pcm.astype(int)).reshape(-1, 160, 2).max(axis=1) > 500
    assert loud[:, 0].tolist() == [True] * 150 + [False] * 275 + [True] * 50 + [False] * 100
    assert loud[:, 1].tolist() == [False] * 225 + [True] * 100 + [False] * 100 + [True] * 50 + [False] * 100


def test_untrimmed_all_is_kept(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "r.wav", 0.0)
    studio.run(1.0, left=True)
    studio.run(9.0)
    assert studio.end().seconds == 10.0


def test_who_changes_and_what_stands_still_meanwhile_does_not_confuse_it(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "r.wav", 1.0)
    studio.run(3.0)  # 2 are left out
    studio.recorder.leave_out("r", True)
    studio.run(5.0, left=True)
    studio.recorder.leave_out("r", False)
    studio.run(3.0)  # 2 are left out
    studio.recorder.silence("r", True, True, "pause")
    studio.run(1.0, left=True)  # silenced: left out, too
    studio.recorder.silence("r", False, False, "resume")
    studio.run(1.0, left=True)
    report = studio.end()
    assert report.seconds == report.expected_s == pytest.approx(3.0) and report.missing_s == 0
    assert [mark.what for mark in report.marks] == [
        *("begin", "away", "away", "back", "away", "pause", "resume", "back", "end"),
    ]
    clocks = [mark.clock_ms for mark in report.marks]
    assert clocks == sorted(clocks)
