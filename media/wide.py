"""Wideband streams in a tick that is narrowband: what they say is brought down, what they hear is brought up.

Right after the jitter buffer a wideband row's frame is decoded, kept at 16 kHz, and replaced in the ring by its
*shadow*, A-law of 8 kHz. So everybody who looks at frames (concealment, recorder, digits, speech, rooms, music) sees
ordinary ones, and an engine without wideband rows does nothing here. At the end of the tick the row's outgoing frame
is brought up and encoded, or replaced by what is better: another's own bytes, or a mix at 16 kHz (wide_plan.py).

Better is only heard while nothing lies over the room (a play, music, an announcement) and not in the frame in which the
room changes: that one is narrowband, and faded as it is for everybody. Sound at 16 kHz is kept back by `DELAY` samples,
so that it lies exactly over its shadow brought up again, and one leads over into the other without a step. A hole is
concealed in the shadow (conceal.py), which stands in at 16 kHz until 20 ms after it.

Units: samples of 16 kHz where nothing else is said. Deliberately absent: who hears whom (room.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from media import g711, resample, wide_plan
from media.board import HALF, NOBODY, PAST_FRAMES, SECOND_HALF, SLOTS, Board, Bools, Ints
from media.doze import Doze
from media.g722 import G722
from media.l16 import Linear, wire
from media.paths import Codec
from media.resample import LEAD_DOWN, LEAD_UP
from media.room import Rooms
from media.wide_plan import WideRooms
from media.words import WIDE_SAMPLES, StreamId

DELAY = LEAD_DOWN
"""54: what the way down and up again takes."""
LIKE_DB = 2.0
"""So far may encoders' steps be apart for one to go on for the other."""
PATIENCE = 25
"""Ticks for which that is waited for."""
BOTH = 3
"""Halves of a frame that are there: bit 0 the first, bit 1 the second."""
_NONE: Ints = np.zeros(0, np.int64)
_RISE = (np.arange(1, WIDE_SAMPLES + 1) / WIDE_SAMPLES).astype(np.float32)

Samples = npt.NDArray[np.int16]


class Wide:
    """The wideband rows of one engine."""

    def __init__(self, board: Board, needed: Callable[[], Iterable[Ints]] = tuple) -> None:
        """`needed()` are rows whose sound somebody wants, some of them by several."""
        self._board = board
        self.rows = _NONE
        """In order."""
        self._adaptive = _NONE
        """Those of them that speak G.722."""
        self._short: set[int] = set()
        """Narrowband rows that speak L16."""
        self.linear = Linear(board)
        self._rooms = WideRooms(board.wide)
        count = board.rows
        self._came: Samples = np.zeros((count, DELAY + WIDE_SAMPLES), np.int16)
        """Decoded, by row; the first 320 are what is heard in this tick."""
        self._bytes: g711.Codes = np.zeros((count, WIDE_SAMPLES // 2), np.uint8)
        """This tick's frame as it came, by row."""
        self._halves: Ints = np.zeros(count, np.int64)
        self._dull: Bools = np.zeros(count, np.bool_)
        """The frame before had a hole."""
        self._said: Samples = np.zeros((count, LEAD_UP), np.int16)
        """How the narrowband frame before ended that the row was to hear, at 8 kHz."""
        self._doze = Doze(board, self._came, self._said)
        self._needed = needed
        self._mixed: Bools = np.zeros(count, np.bool_)
        """It heard a wide mix in the last tick."""
        self._partner: Ints = np.full(count, NOBODY, np.int64)
        """Whose bytes it heard in the last tick."""
        self._waited: Ints = np.zeros(count, np.int64)
        """Ticks for which it could have heard another's bytes by now."""
        self._fresh: Bools = np.zeros(count, np.bool_)
        """Its room has changed since the last tick."""
        self._heard = np.zeros((0, 0), np.uint8)
        """What the rooms gave `rows` in this tick."""

    # ---- orders --------------------------------------------------------------------------------------------

    def speak(self, row: int, codec: Codec) -> None:
        """Row speaks `codec` from now on, anew."""
        self.forget(row)
        if codec is Codec.L16:
            self._short.add(row)
        if not codec.wide:
            return
        if codec is Codec.G722:
            self._g722.begin(row)
            self._adaptive = np.sort(np.append(self._adaptive, row))
        else:
            self.linear.forget(row)
        self.rows = np.sort(np.append(self.rows, row))
        self._came[row] = self._said[row] = 0
        self._mixed[row] = False
        self._halves[row] = BOTH
        self._partner[row] = NOBODY
        self._fresh[row] = False
        self._dull[row] = True

    def forget(self, row: int) -> None:
        """Row is closed, or narrowband."""
        if self._doze.any:
            self._doze.wake(np.array([row]), self._board.tick + 1, self._g722)
        self._short.discard(row)
        self._board.long_out.pop(row, None)
        if self._board.wide[row] or row in self.rows:
            self.rows = self.rows[self.rows != row]
            self._adaptive = self._adaptive[self._adaptive != row]

    def follow(self, rooms: Rooms, row_of: Mapping[StreamId, int]) -> None:
        """Take over what has changed in `rooms`; call before the notes of it are cleared."""
        if not rooms.touched or (self.rows.size < 2 and not self._rooms):
            return
        if self._rooms.follow(rooms, row_of, self._fresh) and self._doze.any:
            speakers = self._rooms.plan.passed_from
            going_on = np.zeros(self._board.rows, np.bool_)
            going_on[speakers] = ~self._fresh[speakers]
            self._wake(np.flatnonzero(self._doze.asleep & ~going_on))

    # ---- in the tick ---------------------------------------------------------------------------------------

    def hear(self, frames: g711.Codes, tick: int) -> None:
        """Decode this tick's `frames` (high, 160) of wideband rows, and put their shadows in."""
        rows, b, doze = self.rows, self._board, self._doze
        if not rows.size:
            return
        filled = b.filled[tick % SLOTS, rows]
        self._halves[rows] = (filled % SECOND_HALF > 0) + 2 * (filled >= SECOND_HALF)
        if doze.any:
            dozing = doze.asleep[rows] & (self._halves[rows] == BOTH) & ~self._wanted()[rows]
            doze.wake(rows[~dozing], tick, self._g722)
            some = rows[dozing]
            self._bytes[some] = frames[some]
            doze.keep(some, frames[some], tick)
            rows = rows[~dozing]
        if rows.size:
            self._decode(rows, frames, tick)

    def _wanted(self) -> Bools:
        """By row: somebody wants its sound, or what it says is to be shortened where it is quiet (jitter.py)."""
        found = self._board.surplus > 0
        for rows in self._needed():
            found[rows] = True
        return found

    def _wake(self, rows: Ints) -> None:
        """In the midst of a tick: these have been decoded, and have shadows, as if they had never dozed."""
        rows = rows[self._doze.asleep[rows]]
        if rows.size:
            tick = self._board.tick
            self._doze.wake(rows, tick, self._g722, PAST_FRAMES - 1)  # the oldest slot is the newest already
            self._decode(rows, self._board.ring[tick % SLOTS], tick)

    def _decode(self, rows: Ints, frames: g711.Codes, tick: int) -> None:
        b, halves, codes = self._board, self._halves[rows], frames[rows]
        came = self._came[rows]
        came[:, :DELAY] = came[:, WIDE_SAMPLES:]
        adaptive = np.isin(rows, self._adaptive, assume_unique=True)
        if adaptive.all():
            came[:, DELAY:] = self._g722.decode(rows.tolist(), codes, halves.tolist())
        else:
            some, others = np.flatnonzero(adaptive), np.flatnonzero(~adaptive)
            came[some, DELAY:] = self._g722.decode(rows[some].tolist(), codes[some], halves[some].tolist())
            came[others, DELAY:] = self.linear.take(tick, rows[others])
        self._came[rows], self._bytes[rows] = came, codes
        law = b.law[rows]
        shadows = g711.encode(resample.rounded(resample.down(came)), law)
        for half in (0, 1):
            gone = np.flatnonzero(halves & (1 << half) == 0)
            shadows[gone, half * HALF : half * HALF + HALF] = g711.SILENCE[law[gone], None]
        frames[rows] = shadows

    def mend(self, frames: g711.Codes, tick: int) -> None:
        """Holes are concealed by now, in the shadows: these stand in for what misses."""
        rows, b = self.rows, self._board
        if not rows.size:
            return
        hole = self._halves[rows] != BOTH
        dull = rows[hole | self._dull[rows]]
        self._dull[rows] = hole
        if dull.size:
            shadow = np.concatenate([b.ring[(tick - 1) % SLOTS, dull, -LEAD_UP:], frames[dull]], axis=1)
            sound = resample.up(g711.decode(shadow, b.law[dull]))
            self._came[dull, :WIDE_SAMPLES] = resample.rounded(sound)

    def note(self, out: g711.Codes) -> None:
        """These frames (high, 160) are what the rooms gave; what comes over them from now on is another sound."""
        if self.rows.size:
            self._heard = out[self.rows]

    def encode(self, out: g711.Codes, frames: g711.Codes, tick: int) -> None:
        """Make the outgoing frames (high, 160) of wideband rows out of their narrowband ones, or of better."""
        b, rows = self._board, self.rows
        for row in self._short:
            b.long_out[row] = wire(g711.DECODE[b.law[row]][out[row]])
        if not rows.size:
            return
        given = out[rows]
        # Row by row: nothing lies over the room, and it is as it was.
        bare = np.zeros(b.rows, np.bool_)
        bare[rows] = b.sends[rows] & ~self._fresh[rows] & (given == self._heard).all(axis=1)
        self._fresh[rows] = False
        passed_to, passed_from = self._to_pass(bare)
        partner = np.full(b.rows, NOBODY, np.int64)
        partner[passed_to] = passed_from
        if self._doze.any:
            passed = np.zeros(b.rows, np.bool_)
            passed[passed_from] = True
            self._wake(np.flatnonzero(self._doze.asleep & ~passed))
        narrow = np.concatenate([self._said[rows], g711.decode(given, b.law[rows])], axis=1)
        self._said[rows] = narrow[:, -LEAD_UP:]

        made = np.flatnonzero(b.sends[rows] & (partner[rows] == NOBODY))
        if made.size:
            sound = resample.up(narrow[made])
            self._lay_mix(rows[made], sound, bare, frames, tick)
            self._leave_passing(rows[made], sound)
            self._send(rows[made], resample.rounded(sound), out)
        if passed_to.size:
            out[passed_to] = self._bytes[passed_from]
            awake = ~self._doze.asleep[passed_from]
            self._g722.follow(passed_to[awake], passed_from[awake])
            drowsy = ~self._wanted()[passed_from]
            self._doze.lie_down(passed_from[drowsy], passed_to[drowsy], tick)
        self._partner[rows] = partner[rows]

    def _send(self, rows: Ints, sound: Samples, out: g711.Codes) -> None:
        adaptive = np.isin(rows, self._adaptive, assume_unique=True)
        if not adaptive.all():
            for nth in np.flatnonzero(~adaptive):
                self._board.long_out[int(rows[nth])] = wire(sound[nth])
            rows, sound = rows[adaptive], sound[adaptive]
        out[rows] = self._g722.encode(rows.tolist(), sound)

    @functools.cached_property
    def _g722(self) -> G722:
        return G722(self._board.rows)

    def _to_pass(self, bare: Bools) -> tuple[Ints, Ints]:
        """Who is passed whose bytes in this tick: (listeners, speakers).

        A decoder that has adapted to another encoder would make them too loud or too faint for some 50 ms. So the
        listener is encoded the same sound first, until both encoders use like steps; seldom for more than a few frames.
        """
        todo = self._rooms.plan
        if not todo.passed_to.size:
            return _NONE, _NONE
        able = bare[todo.passed_to]
        for rows in (todo.passed_to, todo.passed_from):
            able &= np.isin(rows, self._adaptive)
        self._waited[todo.passed_to] = np.where(able, self._waited[todo.passed_to] + 1, 0)
        to, source = todo.passed_to[able], todo.passed_from[able]
        like = self._g722.apart_db(to, source) < LIKE_DB
        go = (like & self._mixed[to]) | (self._partner[to] == source) | (self._waited[to] > PATIENCE)
        go &= self._halves[source] == BOTH
        return to[go], source[go]

    def _lay_mix(self, rows: Ints, sound: resample.Floats, bare: Bools, frames: g711.Codes, tick: int) -> None:
        """Lead `sound` (n, 320) of `rows` over into the wide mix, for those who may hear it."""
        todo = self._rooms.plan
        at = np.full(bare.size, -1, np.int64)
        for listeners, first in ((todo.listeners, 0), (todo.passed_to, todo.listeners.size)):
            at[listeners] = np.where(bare[listeners], first + np.arange(listeners.size), -1)
        here = np.flatnonzero(at[rows] >= 0)
        if here.size:
            mix = self._came[todo.passed_from, :WIDE_SAMPLES].astype(np.float32)
            if todo.listeners.size:
                mix = np.concatenate([self._mix(frames, tick), mix])
            mix = mix[at[rows[here]]]
            share = np.where(self._mixed[rows[here], None], np.float32(1.0), _RISE)
            sound[here] += (mix - sound[here]) * share
        self._mixed[rows] = at[rows] >= 0

    def _mix(self, frames: g711.Codes, tick: int) -> resample.Floats:
        """What each listener of a wide mix hears (listeners, 320); whole numbers."""
        b, todo = self._board, self._rooms.plan
        talkers = todo.narrow.rows
        led = np.concatenate([b.ring[(tick - 1) % SLOTS, talkers, -LEAD_UP:], frames[talkers]], axis=1)
        return wide_plan.mixed(todo, g711.voices(led, b.law[talkers]), self._came[todo.wide.rows, :WIDE_SAMPLES])

    def _leave_passing(self, rows: Ints, sound: resample.Floats) -> None:
        """Those of `rows` who heard another's bytes in the last tick are led over from them to `sound` (n, 320)."""
        partner = self._partner[rows]
        left = np.flatnonzero((partner != NOBODY) & self._board.wide[partner])
        if not left.size:
            return
        # What was passed came without our delay: the sound steps back by it, faded over this frame.
        came = self._came[partner[left]]
        self._g722.lead(rows[left], came[:, :DELAY])
        whole = self._halves[partner[left]] == BOTH
        at = left[whole]
        sound[at] += (came[whole, DELAY:] - sound[at]) * (1 - _RISE)
