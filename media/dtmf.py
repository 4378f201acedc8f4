"""Digits as RTP telephone-events, RFC 4733: `Ear` hears them, `Finger` presses them.

A digit is told once, when its first packet comes: end packets may all be lost, retransmissions change nothing. A
digit is sent as one packet each frame with growing duration, and its end three times.

Time: `ts` in samples of 8 kHz; `step` is called once a frame of 20 ms. Pure.
Deliberately absent: in-band tones (tone.py makes them), RTP headers.
"""

from __future__ import annotations

import struct
from collections import deque

from media.words import FRAME_MS, FRAME_SAMPLES

DIGITS = "0123456789*#ABCD"
"""Event codes 0..15 in order, RFC 4733 table 3."""
END_TIMES = 3
LONGEST = 0xFFFF
"""Longest duration [samples] of one event; a longer press goes on with a new time stamp (2.5.1.3)."""
SEGMENT_LOST = 4000
"""Of a segment's end [samples], half a second may be lost."""


def readable(payload: bytes) -> bool:
    """Whether it is an event, and one of ours."""
    return len(payload) >= 4 and payload[0] < len(DIGITS)


class Ear:
    """Hears the digits of one stream."""

    def __init__(self) -> None:
        self._ssrc = -1
        self._ts = 0
        self._event = -1
        self._duration = 0
        self._ended = True

    def hear(self, ssrc: int, ts: int, marker: bool, payload: bytes) -> str | None:
        """The digit when this packet starts one, else None. Short payloads and other events are None too."""
        if len(payload) < 4:
            return None
        event, flags, duration = struct.unpack_from(">BBH", payload)
        ended = bool(flags & 0x80)
        if ssrc != self._ssrc:
            self._ssrc, self._event, self._ended = ssrc, -1, True
        if self._event >= 0:
            step = (ts - self._ts + 0x80000000 & 0xFFFFFFFF) - 0x80000000
            if step < 0:
                return None  # a late packet of a digit that is already past
            if step == 0 and event == self._event:
                self._duration, self._ended = max(self._duration, duration), self._ended or ended
                return None
            # A press longer than the field holds goes on in segments (2.5.1.3), whose last packets may be lost; and
            # there are senders that move the time stamp along, by as much as the duration grows.
            full = self._duration >= LONGEST - SEGMENT_LOST and step <= LONGEST
            onward = full or step == LONGEST or abs(duration - self._duration - step) <= FRAME_SAMPLES
            if event == self._event and not self._ended and not marker and onward:
                self._ts, self._duration, self._ended = ts, duration, ended
                return None
        self._ts, self._event, self._duration, self._ended = ts, event, duration, ended
        return DIGITS[event] if event < len(DIGITS) else None


class Finger:
    """Presses digits on one stream, one frame at a time."""

    def __init__(self) -> None:
        self._queue: deque[tuple[int, int, int]] = deque()
        self._frame = 0

    def __bool__(self) -> bool:
        return bool(self._queue)

    def press(self, digits: str, on_ms: int, gap_ms: int) -> None:
        """Queue `digits`; unknown characters are passed over. A gap holds at least the three end packets.

        8.18 s is the longest press: one segment.
        """
        on = min(max(2, -(-on_ms // FRAME_MS)), LONGEST // FRAME_SAMPLES)
        gap = min(max(END_TIMES - 1, -(-gap_ms // FRAME_MS)), 500)
        for digit in digits.upper():
            if digit in DIGITS:
                self._queue.append((DIGITS.index(digit), on, gap))

    def step(self) -> tuple[bytes, bool] | None:
        """(payload, first packet of a digit?) for this frame; None in a gap: audio goes."""
        if not self._queue:
            return None
        event, on, gap = self._queue[0]
        frame = self._frame
        self._frame += 1
        if self._frame >= on + gap:
            self._queue.popleft()
            self._frame = 0
        if frame >= on - 1 + END_TIMES:
            return None
        end = frame >= on - 1
        duration = min(frame + 1, on) * FRAME_SAMPLES
        # Volume -10 dBm0, RFC 4733 2.3.3.
        return struct.pack(">BBH", event, (0x80 if end else 0) | 10, duration), frame == 0
