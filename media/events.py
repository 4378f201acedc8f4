"""What engines tell the exchange unasked: digits, ends of plays, silence, who speaks, engines that died.

Frozen data; each goes over the wire by its class's name. Deliberately absent: how they get there (control.py,
engine_line.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from media.answer import Verdict
from media.words import RoomId, StreamId


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """A digit came by RTP telephone-event (RFC 4733), or as sound on a stream that is watched for it.

    Told once: an event at its start, a sound after 40 ms. Who has both on one stream hears a digit twice.
    """

    stream: StreamId
    digit: str
    """One of 0-9 * # A B C D."""
    by_sound: bool = False


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A `Desk.play` is over. `why`: "done", "stopped", "digit", "failed", "closed"."""

    stream: StreamId
    play: int
    why: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class AnnouncementEnded:
    """A `Desk.announce` is over. `why`: "done", "stopped", "failed", "closed" (nobody is left to hear it)."""

    number: int
    why: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class RtpLost:
    """Nothing valid came on a receiving stream for `seconds`; told once until `RtpBack`."""

    stream: StreamId
    seconds: float


@dataclass(frozen=True, slots=True)
class RtpBack:
    """Audio comes again."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class SpeechChanged:
    """The far end began to speak, or stopped; only told of streams that are watched (`Desk.watch_speech`)."""

    stream: StreamId
    speaking: bool


@dataclass(frozen=True, slots=True)
class FloorChanged:
    """Others speak in a room that is watched (`Desk.watch_floor`) than before; nobody when it is empty or gone."""

    room: RoomId
    speakers: tuple[StreamId, ...]
    """The loudest first."""
    levels_dbm0: tuple[float, ...]
    """Of each, as of now."""


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """The far end's network said something in tones (`Desk.watch_progress`); told again after 10 s without it."""

    stream: StreamId
    name: str
    """"dial", "ringback", "busy", "congestion", "special_information" (three tones before an announcement that the
    number cannot be had), "fax_cng" (a fax calls), "fax_ced" (a fax answers)."""


@dataclass(frozen=True, slots=True)
class AnswerJudged:
    """Who answered on a stream that is judged (`Desk.watch_answer`); told once."""

    stream: StreamId
    verdict: Verdict
    cause: str
    """"short_greeting" (human), "long_greeting", "many_words", "long_word", "beep" (machine), "nothing_said" (silence),
    "time_up" (not sure)."""
    ms: int
    """After so much of listening."""
    words: int


@dataclass(frozen=True, slots=True)
class BeepHeard:
    """A machine's greeting is over, and it listens; told after `AnswerJudged` where that was asked for."""

    stream: StreamId
    cause: str
    """"beep"; "silence" (the greeting ended without one); "timeout" (neither came)."""
    freq_hz: float
    """Of the beep; 0 for none."""
    ms: int
    """Since the listening began."""


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The disk refused; audio goes on."""

    recording: str
    why: str


@dataclass(frozen=True, slots=True)
class RecordingEncoded:
    """A recording that is over has become FLAC or Opus; or has not: then it is whole as `path` with `.wav` behind."""

    recording: str
    path: str
    bytes: int
    failed: str


@dataclass(frozen=True, slots=True)
class TapEnded:
    """A `Desk.tap` is over; `dropped` packets did not fit while the disk was slow. `failed`: why it ended early."""

    path: str
    packets: int
    dropped: int
    failed: str


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine's process died. Its streams are gone; `Desk` reconnects when the supervisor has restarted it."""

    engine: str
    streams: tuple[StreamId, ...]


@dataclass(frozen=True, slots=True)
class EngineBack:
    """An engine that was lost is there again, and takes new streams."""

    engine: str


MediaEvent = (
    DigitHeard
    | PlayEnded
    | AnnouncementEnded
    | RtpLost
    | RtpBack
    | SpeechChanged
    | FloorChanged
    | ToneHeard
    | AnswerJudged
    | BeepHeard
    | RecordingFailed
    | RecordingEncoded
    | TapEnded
    | EngineLost
    | EngineBack
)
