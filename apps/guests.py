"""A guest of a talk: a supervisor who hears both sides, and is heard by none, by the agent, or by both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from media.hearing import Hearing
from media.words import StreamId


class Mode(Enum):
    """How a supervisor is in a talk."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody's stream in a talk, and how it is in it. `to`: who hears a whisper."""

    stream: StreamId
    mode: Mode
    to: StreamId

    def placed(self, hearing: Hearing) -> Hearing:
        """The room with this guest in it."""
        match self.mode:
            case Mode.LISTEN:
                return hearing.listen(self.stream)
            case Mode.WHISPER:
                return hearing.whisper(self.stream, self.to)
            case Mode.BARGE:
                return hearing.join(self.stream).barge(self.stream)
