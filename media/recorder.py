"""Recordings: what two streams say, side by side, in blocks of a second to the disk process.

A block holds the streams' codes as they came; the disk process makes samples of them. Both channels begin at the same
tick. A side that is silenced (pause, mask) is nobody's for that time; the marks say when. A recording that is *away*
has no reel: its file stands still.

Units: frames of 20 ms inside, samples on the wire. A recording's parties are rows; row 0 is nobody, which is silence.
Deliberately absent: gathering frames (reels.py), files (disk.py), the connection (link.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from media.board import NOBODY, Board, Ints
from media.disk_orders import Block, Create, DiskAnswer, DiskOrder, Encoded, Failed, Finish, Finished, Widen
from media.events import RecordingEncoded, RecordingFailed
from media.link import DiskLink
from media.recording import AWAY, Ended, Recording
from media.recording_report import RecordingFormat, RecordingReport
from media.reels import Cut, Reels
from media.trim import Trim
from media.words import FRAME_MS, FRAME_SAMPLES

PATIENCE_S = 3.0
"""So long the disk process may take to finish a file."""


class Recorder:
    """All recordings of an engine. `tell` gets RecordingFailed and RecordingEncoded."""

    def __init__(self, board: Board, disk: str, tell: Callable[[RecordingFailed | RecordingEncoded], None]) -> None:
        self._board = board
        self._tell = tell
        self.link = DiskLink(disk, self._reopen, self._torn)
        self._all: dict[str, Recording] = {}
        self._on: dict[int, Recording] = {}
        """Those that run, by reel."""
        self.reels = Reels(board)
        self.dropped_blocks = 0

    def __len__(self) -> int:
        return len(self._on)

    @property
    def names(self) -> list[str]:
        """Recordings that have begun and not been stopped."""
        return [recording.name for recording in self._all.values() if recording.ended is None]

    @property
    def wanted(self) -> Ints:
        """Who is on a channel; some more than once."""
        return self.reels.wanted

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
        trim_s: float = 0.0,
    ) -> str:
        """Begin with the next tick. Returns why not, or an empty string. `names` are for the marks.

        With `trim_s`, what follows so long a silence is left out.
        """
        if name in self._all:
            return f"recording {name!r} is running already"
        recording = Recording(name, path, channels, form=form, mix=mix, began=self._board.now)
        recording.rows, recording.names = [left, right], list(names)
        recording.trim = Trim(round(trim_s * 1000 / FRAME_MS)) if trim_s > 0 else None
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
        if recording is None or recording.ended is not None or (recording.reel == AWAY) == away:
            return
        if away:
            self._displace(recording)
            recording.trimmed = False
            if recording.trim is not None:
                recording.trim.begin_anew()
            recording.away_since = self._board.now
        else:
            recording.away_s += self._board.now - recording.away_since
            self._place(recording)
        self._mark(recording, "away" if away else "back")

    def skip(self, ticks: int) -> None:
        """Time went by without ticks: the files are silent there, and as long as they should be."""
        for recording in self._on.values():
            self._flush(recording)
            recording.at += ticks * FRAME_SAMPLES

    def _place(self, recording: Recording) -> None:
        """Recorded from the next tick on."""
        recording.reel = self.reels.take(*recording.heard)
        self._on[recording.reel] = recording

    def _displace(self, recording: Recording) -> None:
        """Recorded no more."""
        if recording.reel != AWAY:
            self._flush(recording)
            self.reels.give_back(recording.reel)
            del self._on[recording.reel]
            recording.reel = AWAY

    def _settle(self, recording: Recording) -> None:
        if recording.reel != AWAY:
            self.reels.turn(recording.reel, *recording.heard)

    def _mark(self, recording: Recording, what: str, ago_s: float = 0.0) -> None:
        waiting = 0 if recording.reel == AWAY else self.reels.waiting(recording.reel)
        recording.mark(what, waiting, self._board.now - ago_s)

    def law_changes(self, row: int) -> None:
        """Call before `row` speaks another law: what it said up to now goes out in the old one."""
        for reel in self.reels.on(row).tolist():
            self._flush(self._on[reel])

    def forget(self, row: int) -> None:
        """Row is closed: it is nobody from the next tick on."""
        self.law_changes(row)
        for recording in [recording for recording in self._all.values() if recording.ended is None]:
            for side in (0, 1):
                if recording.rows[side] == row:
                    recording.rows[side], recording.names[side] = NOBODY, ""
                    self._mark(recording, ("left", "right")[side])
        self.reels.forget(row)

    def stop(self, name: str, now: float, ended: Ended) -> None:
        """End it; `ended` gets the report when the file is whole, or when the disk process stays silent."""
        recording = self._all.get(name)
        if recording is None or recording.ended is not None:
            ended(RecordingReport(name, "", 0.0, 0, 0, 0, "no such recording"))
            return
        if recording.reel == AWAY:
            recording.away_s += now - recording.away_since
        self._displace(recording)
        recording.names = ["", ""]
        self._mark(recording, "end")
        recording.expected_s = round(now - recording.began - recording.away_s, 3)
        recording.ended, recording.give_up_at = ended, now + PATIENCE_S
        self.link.send(Finish(name, recording.at))

    def tick(self, frames: npt.NDArray[np.uint8]) -> None:
        """Take this tick's frames (high, 160)."""
        for reel in self.reels.tick(frames).tolist():
            self._flush(self._on[reel])

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

    def _flush(self, recording: Recording) -> None:
        cut = self.reels.cut(recording.reel, both=recording.both) if recording.reel != AWAY else None
        if cut is None:
            return
        if recording.trim is None:
            self._hand_over(recording, cut)
            return
        left = cut.frames
        for kept, part in recording.trim.parts(cut):
            if recording.trimmed == kept:
                recording.trimmed = not kept
                self._mark(recording, "back" if kept else "away", left * FRAME_MS / 1000)
            if kept:
                self._hand_over(recording, part)
            else:
                recording.away_s += part.frames * FRAME_MS / 1000
            left -= part.frames

    def _hand_over(self, recording: Recording, cut: Cut) -> None:
        block = Block(recording.name, recording.at, cut.left_law, cut.right_law, cut.left, cut.right)
        recording.at += cut.frames * FRAME_SAMPLES
        if not self.link.send(block):
            self._torn(recording.name)

    def _end(self, recording: Recording, samples: int, size: int, failed: str, written: int = 0) -> None:
        del self._all[recording.name]
        if recording.ended is not None:
            recording.ended(recording.report(samples, size, failed, written))

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

    def _create(self, recording: Recording, resume: bool) -> Create:
        r = recording
        return Create(r.name, r.path, r.channels, resume, r.form.value, r.mix)
