"""The recorder: both sides in step, blocks spread over the second, drops counted, and no end without a report."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from media.board import Board
from media.disk_orders import Block, Create, Created, DiskOrder, Failed, Finish, Finished, Widen
from media.events import RecordingFailed
from media.recorder import PATIENCE_S, Recorder
from media.recording_report import RecordingReport
from media.reels import BLOCK


class Tapes(Recorder):
    """A recorder whose link keeps what it is given."""

    def __init__(self) -> None:
        self.board = Board(16)
        self.rows = [self.board.take() for _ in range(4)]
        self.told: list[RecordingFailed] = []
        super().__init__(self.board, "/nowhere", self.told.append)
        self.sent: list[tuple[int, DiskOrder]] = []
        self.full = False
        self.now = 0
        self.link.send = self._keep  # type: ignore[method-assign]

    def _keep(self, order: DiskOrder) -> bool:
        if self.full and isinstance(order, Block):
            return False
        self.sent.append((self.now, order))
        return True

    def run(self, ticks: int) -> None:
        for _ in range(ticks):
            self.now += 1
            frames = np.zeros((16, 160), np.uint8)
            frames[:] = np.arange(16)[:, None]
            frames[:, 0] = self.now % 256
            self.tick(frames)

    def blocks(self, name: str) -> list[Block]:
        return [order for _, order in self.sent if isinstance(order, Block) and order.recording == name]


def test_both_sides_are_whole_and_in_step() -> None:
    tapes = Tapes()
    one, two = tapes.rows[:2]
    assert tapes.start("r", "/r.wav", one, two, 2) == ""
    assert tapes.start("r", "/r.wav", one, two, 2) != ""
    tapes.run(123)
    tapes.stop("r", 0.0, lambda report: None)
    blocks = tapes.blocks("r")
    left, right = b"".join(b.left for b in blocks), b"".join(b.right for b in blocks)
    assert len(left) == len(right) == 123 * 160
    assert list(left[::160]) == list(right[::160]) == list(range(1, 124))
    assert left[1] == one and right[1] == two
    assert [b.at for b in blocks] == [sum(len(x.left) for x in blocks[:n]) for n in range(len(blocks))]
    assert tapes.sent[0][1] == Create("r", "/r.wav", 2, False)
    assert tapes.sent[-1][1] == Finish("r", 123 * 160)


def test_no_tick_hands_over_many_recordings() -> None:
    tapes = Tapes()
    for n in range(200):
        tapes.start(f"r{n}", f"/{n}.wav", tapes.rows[0], tapes.rows[1], 2)
    tapes.run(4 * BLOCK)
    per_tick = Counter(at for at, order in tapes.sent if isinstance(order, Block))
    assert max(per_tick.values()) <= 4


def test_the_second_party_may_come_later_and_a_closed_one_is_silence() -> None:
    tapes = Tapes()
    one, two = tapes.rows[:2]
    tapes.start("r", "/r.wav", one, 0, 1)
    tapes.run(10)
    tapes.set_right("r", two)
    tapes.run(10)
    tapes.forget(two)
    tapes.run(10)
    tapes.stop("r", 0.0, lambda report: None)
    kinds = [type(order) for _, order in tapes.sent]
    assert kinds.index(Widen) > kinds.index(Block)
    right = b"".join(b.right for b in tapes.blocks("r"))
    assert [right[n * 160 + 1] for n in range(20)] == [two] * 10 + [0] * 10


def test_a_change_of_law_ends_the_block() -> None:
    tapes = Tapes()
    one, two = tapes.rows[:2]
    tapes.start("r", "/r.wav", one, two, 2)
    tapes.run(5)
    tapes.law_changes(two)
    tapes.board.set_law(two, 1)
    tapes.run(5)
    tapes.stop("r", 0.0, lambda report: None)
    assert [(b.left_law, b.right_law, len(b.left)) for b in tapes.blocks("r")] == [(0, 0, 800), (0, 1, 800)]


def test_what_does_not_fit_is_counted_and_reported() -> None:
    tapes, reports = Tapes(), []
    tapes.start("r", "/r.wav", tapes.rows[0], tapes.rows[1], 2)
    tapes.full = True
    tapes.run(2 * BLOCK)
    tapes.stop("r", 0.0, reports.append)
    tapes.answered(Created("r"))
    tapes.answered(Finished("r", 16000, 64044, ""))
    (report,) = reports
    assert report == RecordingReport("r", "/r.wav", 2.0, 2, 64044, tapes.dropped_blocks, "", marks=report.marks)
    assert tapes.dropped_blocks >= 2 and len(tapes) == 0


def test_a_failure_is_told_once_and_stands_in_the_report() -> None:
    tapes, reports = Tapes(), []
    tapes.start("r", "/r.wav", tapes.rows[0], 0, 1)
    tapes.run(3)
    tapes.answered(Failed("r", "full"))
    tapes.answered(Failed("r", "full"))
    tapes.stop("r", 0.0, reports.append)
    tapes.answered(Finished("r", 0, 0, ""))
    assert tapes.told == [RecordingFailed("r", "full")]
    assert [report.failed for report in reports] == ["full"]


def test_a_silent_disk_process_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    tapes, reports = Tapes(), []
    tapes.start("r", "/r.wav", tapes.rows[0], 0, 1)
    tapes.run(3)
    tapes.stop("r", 0.0, reports.append)
    tapes.beat(PATIENCE_S - 0.1)
    assert reports == []
    tapes.beat(PATIENCE_S + 0.1)
    assert reports[0].failed == "the disk process does not answer"
    tapes.stop("r", 0.0, reports.append)
    assert reports[1].failed == "no such recording"


def test_recordings_reuse_their_places() -> None:
    tapes = Tapes()
    for n in range(50):
        tapes.start(f"r{n}", "/x", tapes.rows[0], tapes.rows[1], 2)
        tapes.run(2)
        tapes.stop(f"r{n}", 0.0, lambda report: None)
    assert tapes.reels.size == 16 and len(tapes) == 0
    assert sum(len(b.left) for b in tapes.blocks("r7")) == 320


def test_pause_and_mask_are_silence_and_the_map_says_where_and_who() -> None:
    tapes, reports = Tapes(), []
    one, two, three = tapes.rows[:3]
    tapes.board.now = 100.0
    tapes.start("r", "/r.wav", one, two, 2, names=("caller", "alice"))
    tapes.run(10)
    tapes.silence("r", True, True, "pause")
    tapes.run(5)
    tapes.set_right("r", three, "bob")
    tapes.run(5)
    tapes.silence("r", False, True, "mask")
    tapes.run(5)
    tapes.silence("r", False, False, "resume")
    tapes.run(5)
    tapes.forget(three)
    tapes.run(5)
    tapes.stop("r", 100.8, reports.append)
    tapes.answered(Finished("r", 5600, 22444, "", 4800))
    blocks = tapes.blocks("r")
    left, right = (b"".join(getattr(b, side) for b in blocks)[1::160] for side in ("left", "right"))
    assert list(left) == [one] * 10 + [0] * 10 + [one] * 15
    assert list(right) == [two] * 10 + [0] * 15 + [three] * 5 + [0] * 5
    (report,) = reports
    assert [(m.at_ms, m.what, m.left, m.right) for m in report.marks] == [
        (0, "begin", "caller", "alice"),
        (200, "pause", "", ""),
        (300, "right", "", ""),
        (400, "mask", "caller", ""),
        (500, "resume", "caller", "bob"),
        (600, "right", "caller", ""),
        (700, "end", "", ""),
    ]
    assert (report.expected_s, report.seconds, report.written_s, report.missing_s) == (0.8, 0.7, 0.6, 0.2)
