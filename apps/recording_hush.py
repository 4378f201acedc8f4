"""Who is not to be heard on a recording just now: a pause, sides that are masked, digits keyed in secret. Pure.

Deliberately absent: the recording (recording.py), what silence is (media/recorder.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from apps.api.book_types import RecordingState, Side


@dataclass(slots=True)
class Hush:
    """Of one recording."""

    paused: bool = False
    caller: bool = False
    agent: bool = False
    keys: bool = False
    """The caller keys what must not be kept."""

    @property
    def left(self) -> bool:
        """The caller's channel is silent."""
        return self.paused or self.caller or self.keys

    @property
    def right(self) -> bool:
        """The agent's channel is silent."""
        return self.paused or self.agent

    @property
    def state(self) -> RecordingState:
        """In one word."""
        return "paused" if self.paused else "masked" if self.left or self.right else "recording"

    def mask(self, side: Side) -> None:
        """This side is silent, and the other as it was."""
        self.caller |= side in ("caller", "both")
        self.agent |= side in ("agent", "both")

    def resume(self) -> None:
        """Both sides are heard, unless digits are keyed in secret."""
        self.paused = self.caller = self.agent = False
