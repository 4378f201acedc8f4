"""Recordings: what two streams say, side by side, in blocks of a second to the disk process.

A block holds the streams' codes as they came; the disk process makes samples of them, so that a recorded call costs
the tick one row copy a channel. Both channels begin at the same tick. First blocks have different lengths, so that
recordings which began together are not handed over together. A side that is silenced (pause, mask) is nobody's for
that time; the marks say when. A recording that is *away* has no place among those that run: its file stands still.

Units: frames of 20 ms inside, samples on the wire. A recording's parties are rows; row 0 is nobody, which is silence.
Deliberately absent: files (disk.py), the connection (link.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from media.board import NOBODY, Board, Ints
from media.disk_orders import Block, Create, DiskAnswer, DiskOrder, Encoded, Failed, Finish, Finished, Widen
from media.link import DiskLink
from media.words import (
    FRAME_SAMPLES,
    RATE_HZ,
    RecordingEncoded,
    RecordingFailed,
    RecordingFormat,
    RecordingMark,
    RecordingReport,
)

BLOCK = 50
"""Frames of a full block."""
AWAY = -1
PATIENCE_S = 3.0
"""So long the disk process may take to finish a file."""

Ended = Callable[[RecordingReport], None]


@dataclass(slots=True)
class _Recording:
    name: str
    path: str
    channels: int
    place: int
    """Row of the arrays; AWAY while nothing is recorded."""
    at: int = 0
    """First sample of the block that is being filled."""
    dropped: int = 0
    created: bool = False
    failed: str = ""
    ended: Ended | None = None
    give_up_at: float = 0.0
    form: RecordingFormat = RecordingFormat.WAV
    mix: bool = False
    began: float = 0.0
    expected_s: float = 0.0
    away_since: float = 0.0
    away_s: float = 0.0
    rows: list[int] = field(default_factory=lambda: [NOBODY, NOBODY])
    """Who is on the two sides, silenced or not; `names` are their streams."""
    names: list[str] = field(default_factory=lambda: ["", ""])
    silenced: tuple[bool, bool] = (False, False)
    marks: list[RecordingMark] = field(default_factory=list)

    @property
    def both(self) -> bool:
        """Blocks carry both sides."""
        return self.channels == 2 or self.mix


class Recorder:
    """All recordings of an engine. `tell` gets RecordingFailed and RecordingEncoded."""

    def __init__(self, board: Board, disk: str, tell: Callable[[RecordingFailed | RecordingEncoded], None]) -> None:
        self._board = board
        self._tell = tell
        self.link = DiskLink(disk, self._reopen, self._torn)
        self._all: dict[str, _Recording] = {}
        self._at: dict[int, _Recording] = {}
        self._active: Ints = np.zeros(0, np.int64)
        self._sides: Ints = np.zeros((16, 2), np.int64)
        self._fill: Ints = np.zeros(16, np.int64)
        self._target: Ints = np.zeros(16, np.int64)
        self._codes: npt.NDArray[np.uint8] = np.zeros((16, 2, BLOCK, FRAME_SAMPLES), np.uint8)
        self._turn = 0
        self.dropped_blocks = 0

    def __len__(self) -> int:
        return len(self._at)

    @property
    def names(self) -> list[str]:
        """Recordings that have begun and not been stopped."""
        return [recording.name for recording in self._all.values() if recording.ended is None]

    @property
    def wanted(self) -> Ints:
        """Who is on a channel; some more than once."""
        found: Ints = self._sides[self._active].reshape(-1)
        return found

    def start(
        self,
        name: str,
        path: str,
        left: int,
        right: int,
        channels: int,
        form: RecordingFormat = RecordingFormat.WAV,
        mix: bool = False,
        names: tuple[str, str] = ("", ""),
    ) -> str:
        """Begin with the next tick. Returns why not, or an empty string. `names` are for the marks."""
        if name in self._all:
            return f"recording {name!r} is running already"
        recording = _Recording(name, path, channels, AWAY, form=form, mix=mix, began=self._board.now)
        recording.rows, recording.names = [left, right], list(names)
        self._all[name] = recording
        self._place(recording)
        self._mark(recording, "begin")
        self.link.send(self._create(recording, resume=False))
        return ""

    def set_right(self, name: str, row: int, stream: str = "") -> None:
        """The second party is `row` from the next tick on; a mono one becomes stereo, unless it is a mix."""
        recording = self._all.get(name)
        if recording is not None and recording.ended is None and recording.rows[1] != row:
            self._flush(recording)
            recording.rows[1], recording.names[1] = row, stream
            self._settle(recording)
            self._mark(recording, "right")
            if not recording.both:
                recording.channels = 2
                self.link.send(Widen(name))

    def silence(self, name: str, left: bool, right: bool, what: str) -> None:
        """From the next tick on these sides are silent and the others are not; `what` is the mark's word for it."""
        recording = self._all.get(name)
        if recording is not None and recording.ended is None and recording.silenced != (left, right):
            self._flush(recording)
            recording.silenced = (left, right)
            self._settle(recording)
            self._mark(recording, what)

    def leave_out(self, name: str, away: bool) -> None:
        """From the next tick on nothing is recorded and the file stands still, or it goes on."""
        recording = self._all.get(name)
        if recording is None or recording.ended is not None or (recording.place == AWAY) == away:
            return
        if away:
            self._displace(recording)
            recording.away_since = self._board.now
        else:
            recording.away_s += self._board.now - recording.away_since
            self._place(recording)
        self._mark(recording, "away" if away else "back")

    def skip(self, ticks: int) -> None:
        """Time went by without ticks: the files are silent there, and as long as they should be."""
        for recording in self._at.values():
            self._flush(recording)
            recording.at += ticks * FRAME_SAMPLES

    def _place(self, recording: _Recording) -> None:
        """Recorded from the next tick on."""
        place = next(n for n in range(len(self._at) + 1) if n not in self._at)
        if place >= self._fill.size:
            self._grow()
        recording.place, self._at[place] = place, recording
        self._fill[place] = 0
        self._settle(recording)
        # First blocks are 1 to 50 frames long, in steps that keep neighbours apart.
        self._turn = (self._turn + 19) % BLOCK
        self._target[place] = BLOCK - self._turn
        self._refresh()

    def _displace(self, recording: _Recording) -> None:
        """Recorded no more."""
        if recording.place != AWAY:
            self._flush(recording)
            del self._at[recording.place]
            recording.place = AWAY
            self._refresh()

    def _settle(self, recording: _Recording) -> None:
        if recording.place == AWAY:
            return
        hushed = zip(recording.rows, recording.silenced, strict=True)
        self._sides[recording.place] = [NOBODY if silent else row for row, silent in hushed]

    def _mark(self, recording: _Recording, what: str) -> None:
        waiting = 0 if recording.place == AWAY else int(self._fill[recording.place])
        at = recording.at + waiting * FRAME_SAMPLES
        heard = zip(recording.names, recording.silenced, strict=True)
        left, right = ("" if silent else stream for stream, silent in heard)
        clock_ms = round((self._board.now - recording.began) * 1000)
        recording.marks.append(RecordingMark(at * 1000 // RATE_HZ, what, left, right, clock_ms))

    def law_changes(self, row: int) -> None:
        """Call before `row` speaks another law: what it said up to now goes out in the old one."""
        for place in self._active[(self._sides[self._active] == row).any(axis=1)]:
            self._flush(self._at[int(place)])

    def forget(self, row: int) -> None:
        """Row is closed: it is nobody from the next tick on."""
        self.law_changes(row)
        for recording in [recording for recording in self._all.values() if recording.ended is None]:
            for side in (0, 1):
                if recording.rows[side] == row:
                    recording.rows[side], recording.names[side] = NOBODY, ""
                    self._mark(recording, ("left", "right")[side])
        sides = self._sides
        sides[sides == row] = NOBODY

    def stop(self, name: str, now: float, ended: Ended) -> None:
        """End it; `ended` gets the report when the file is whole, or when the disk process stays silent."""
        recording = self._all.get(name)
        if recording is None or recording.ended is not None:
            ended(RecordingReport(name, "", 0.0, 0, 0, 0, "no such recording"))
            return
        if recording.place == AWAY:
            recording.away_s += now - recording.away_since
        self._displace(recording)
        recording.names = ["", ""]
        self._mark(recording, "end")
        recording.expected_s = round(now - recording.began - recording.away_s, 3)
        recording.ended, recording.give_up_at = ended, now + PATIENCE_S
        self.link.send(Finish(name, recording.at))

    def tick(self, frames: npt.NDArray[np.uint8]) -> None:
        """Take this tick's frames (high, 160)."""
        active = self._active
        if not active.size:
            return
        fill = self._fill[active]
        sides = self._sides[active]
        self._codes[active, 0, fill] = frames[sides[:, 0]]
        self._codes[active, 1, fill] = frames[sides[:, 1]]
        fill += 1
        self._fill[active] = fill
        for place in active[fill >= self._target[active]]:
            self._flush(self._at[int(place)])

    def beat(self, now: float) -> bool:
        """Call every few ticks: gives up on a silent disk process. True when there is a new connection."""
        for recording in [r for r in self._all.values() if r.ended is not None and now > r.give_up_at]:
            self._end(recording, recording.at, 0, recording.failed or "the disk process does not answer")
        return self.link.beat(now)

    def answered(self, answer: DiskAnswer) -> None:
        """The disk process said something."""
        if isinstance(answer, Encoded):
            self._tell(RecordingEncoded(answer.recording, answer.path, answer.bytes, answer.failed))
            return
        recording = self._all.get(answer.recording)
        if recording is None:
            return
        if isinstance(answer, Failed):
            if not recording.failed:
                recording.failed = answer.why
                self._tell(RecordingFailed(recording.name, answer.why))
        elif isinstance(answer, Finished):
            self._end(recording, answer.samples, answer.bytes, recording.failed or answer.failed, answer.written)
        else:
            recording.created = True

    # ---- inside --------------------------------------------------------------------------------------------

    def _flush(self, recording: _Recording) -> None:
        place = recording.place
        if place == AWAY:
            return
        fill = int(self._fill[place])
        if not fill:
            return
        law = self._board.law[self._sides[place]]
        codes = self._codes[place, :, :fill]
        right = codes[1].tobytes() if recording.both else b""
        block = Block(recording.name, recording.at, int(law[0]), int(law[1]), codes[0].tobytes(), right)
        recording.at += fill * FRAME_SAMPLES
        self._fill[place] = 0
        self._target[place] = BLOCK
        if not self.link.send(block):
            self._torn(recording.name)

    def _end(self, recording: _Recording, samples: int, size: int, failed: str, written: int = 0) -> None:
        del self._all[recording.name]
        if recording.ended is not None:
            seconds = round(samples / RATE_HZ, 3)
            report = RecordingReport(
                recording.name,
                recording.path,
                seconds,
                recording.channels,
                size,
                recording.dropped,
                failed,
                recording.expected_s,
                round(written / RATE_HZ, 3),
                tuple(recording.marks),
            )
            recording.ended(report)

    def _torn(self, name: str) -> None:
        self.dropped_blocks += 1
        recording = self._all.get(name)
        if recording is not None:
            recording.dropped += 1

    def _reopen(self) -> list[DiskOrder]:
        """The disk process is new: it must know the recordings that it had, before their blocks come."""
        # One that was not acknowledged may lie on the disk or may still be in the queue: the disk process refuses a
        # file that it did not make, and takes a second Create of one it has as nothing new.
        return [self._create(r, r.created) for r in self._all.values() if not r.failed]

    def _create(self, recording: _Recording, resume: bool) -> Create:
        r = recording
        return Create(r.name, r.path, r.channels, resume, r.form.value, r.mix)

    def _refresh(self) -> None:
        self._active = np.array(sorted(self._at), np.int64)

    def _grow(self) -> None:
        self._sides = np.concatenate([self._sides, np.zeros_like(self._sides)])
        self._fill = np.concatenate([self._fill, np.zeros_like(self._fill)])
        self._target = np.concatenate([self._target, np.zeros_like(self._target)])
        self._codes = np.concatenate([self._codes, np.zeros_like(self._codes)])
