"""What the socket API tells without being asked: one record for each type of event, and the hub that numbers them.

The hub keeps the last events, encoded once. Each client reads from it at its own pace (`after`), so that a slow
client costs nothing and holds nobody up: it misses what is no longer kept, and is told how much.

Deliberately absent: sockets (server.py, connection.py), when an event happens (the exchange).
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from apps.api.book_types import RecordingState
from apps.api.protocol import EventLost, Notification, line
from apps.api.types import (
    AgentInfo,
    AlarmInfo,
    At,
    CallInfo,
    ConferenceInfo,
    ContactInfo,
    QueueInfo,
    RecordingInfo,
    SegmentInfo,
    SpeakerInfo,
    utc,
)

KEEP_EVENTS = 10_000
KEEP_BYTES = 16 << 20


class CallOpened(Struct, frozen=True):
    """A call came in, or was begun by `dial`."""

    call: CallInfo


class CallChanged(Struct, frozen=True):
    """The call is in another state, or knows more: answered, queue, position, agent, language."""

    call: CallInfo


class CallSegment(Struct, frozen=True):
    """A segment of the call began (`ended_at` null) or ended."""

    call_id: str
    segment: SegmentInfo


class CallSpeech(Struct, frozen=True):
    """A party began to speak, or stopped; of calls that `media.speech` watches. `peer`: as in LegInfo."""

    call_id: str
    leg_id: str
    peer: str
    speaking: bool


class MeetingSpeakers(Struct, frozen=True):
    """Others speak in a conference than before, the loudest first; nobody when it is empty."""

    meeting: str
    speakers: list[SpeakerInfo]


class CallClosed(Struct, frozen=True):
    """The call is over and in the books."""

    call_id: str
    cause: str
    ended_by: str
    sip_status: int
    duration_ms: int
    queue: str = ""
    agent: str = ""
    caller: str = ""
    called: str = ""


class AgentChanged(Struct, frozen=True):
    """An agent's presence or activity changed."""

    agent: AgentInfo


class QueueChanged(Struct, frozen=True):
    """Somebody joined or left a queue, or its agents changed."""

    queue: QueueInfo


class AlertStarted(Struct, frozen=True):
    """An agent's phone is being rung for a caller. `why`: why this agent."""

    call_id: str
    queue: str
    agent: str
    extension: str
    why: str


class AlertEnded(Struct, frozen=True):
    """`outcome`: answered, no answer, declined, busy, unreachable, taken (another answered), caller left, withdrawn."""

    call_id: str
    queue: str
    agent: str
    outcome: str
    rang_ms: int


class CallDisposed(Struct, frozen=True):
    """How an agent's talk came out. An empty code: one was required, and not given in time."""

    call_id: str
    queue: str
    agent: str
    code: str
    name: str = ""


class PhoneRegistered(Struct, frozen=True):
    """The extension can be reached: its first contact, or one more."""

    extension: str
    contacts: list[ContactInfo]


class PhoneUnregistered(Struct, frozen=True):
    """The extension's last contact is gone. `why`: removed, expired or unreachable."""

    extension: str
    why: str


class RecordingStarted(Struct, frozen=True):
    """A recording began."""

    recording: RecordingInfo


class RecordingChanged(Struct, frozen=True):
    """A recording is paused or masked from now on, or recorded again."""

    call_id: str
    recording_id: str
    state: RecordingState
    """recording, paused or masked."""


class RecordingEnded(Struct, frozen=True):
    """A recording is over, whole or failed."""

    recording: RecordingInfo


class MailboxChanged(Struct, frozen=True):
    """A message was left, heard, deleted or sent on: how many there are now."""

    mailbox: str
    new: int
    saved: int


class ConferenceChanged(Struct, frozen=True):
    """Somebody came into a room, left it, or something about it changed. Without members it is over."""

    conference: ConferenceInfo


class SurveyAnswered(Struct, frozen=True):
    """A caller answered a question of a survey. The agent and the queue: those they talked with last."""

    call_id: str
    survey: str
    question: str
    answer: str
    agent: str = ""
    queue: str = ""


class PollVoted(Struct, frozen=True):
    """A vote was counted, and the poll stands so."""

    poll: str
    choice: str
    counts: dict[str, int]


class FormAnswered(Struct, frozen=True):
    """A caller answered a question of a form: by keys, or spoken, and `value` is the file's path."""

    call_id: str
    form: str
    question: str
    value: str
    spoken: bool = False


class EngineChanged(Struct, frozen=True):
    """A child process of the switch was lost, or serves again."""

    engine: str
    state: str
    streams: int = 0


class AlarmRaised(Struct, frozen=True):
    """Something needs an administrator."""

    alarm: AlarmInfo


class AlarmCleared(Struct, frozen=True):
    """It is mended."""

    what: str


class ConfigReloaded(Struct, frozen=True):
    """A changed configuration was taken."""

    changes: list[str]


class SwitchStopping(Struct, frozen=True):
    """No new calls are taken; the running ones have `grace_s` to end."""

    calls: int
    grace_s: float


EVENTS: dict[str, type[Struct]] = {
    "call.opened": CallOpened,
    "call.changed": CallChanged,
    "call.segment": CallSegment,
    "call.speech": CallSpeech,
    "meeting.speakers": MeetingSpeakers,
    "call.closed": CallClosed,
    "call.disposed": CallDisposed,
    "agent.changed": AgentChanged,
    "queue.changed": QueueChanged,
    "alert.started": AlertStarted,
    "alert.ended": AlertEnded,
    "phone.registered": PhoneRegistered,
    "phone.unregistered": PhoneUnregistered,
    "recording.started": RecordingStarted,
    "recording.changed": RecordingChanged,
    "recording.ended": RecordingEnded,
    "mailbox.changed": MailboxChanged,
    "conference.changed": ConferenceChanged,
    "survey.answered": SurveyAnswered,
    "poll.voted": PollVoted,
    "form.answered": FormAnswered,
    "engine.changed": EngineChanged,
    "alarm.raised": AlarmRaised,
    "alarm.cleared": AlarmCleared,
    "config.reloaded": ConfigReloaded,
    "switch.stopping": SwitchStopping,
}
"""Type → its data."""
TYPE_OF: dict[type[Struct], str] = {kind: name for name, kind in EVENTS.items()}


class Event(Struct, frozen=True):
    """One event, as `params` of the notification `event`."""

    seq: int
    at: At
    type: str
    data: Any
    """The record that stands for `type` in `EVENTS`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as the hub keeps it: one line of the wire."""

    seq: int
    type: str
    line: bytes


class EventHub:
    """Numbers events from 1 and keeps the last of them."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        keep_events: int = KEEP_EVENTS,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        self.instance = secrets.token_hex(8)
        """Whose numbers these are."""
        self.seq = 0
        """The newest event's number."""
        self._clock = clock
        self._keep_events = keep_events
        self._keep_bytes = keep_bytes
        self._kept: deque[Kept] = deque()
        self._bytes = 0
        self._ears: dict[object, Callable[[], None]] = {}
        self.counted: Callable[[Struct], None] | None = None
        """Gets each record as it is, for the metrics."""

    def __repr__(self) -> str:
        return f"<EventHub seq {self.seq}, kept {len(self._kept)} from {self.oldest}, ears {len(self._ears)}>"

    @property
    def oldest(self) -> int:
        """The number of the oldest event that is kept; `seq + 1` when none is."""
        return self._kept[0].seq if self._kept else self.seq + 1

    def publish(self, data: Struct) -> int:
        """Tell everybody who listens; returns the event's number. The record's class says its type."""
        self.seq += 1
        kind = TYPE_OF[type(data)]
        event = Event(self.seq, utc(self._clock()), kind, data)
        kept = Kept(self.seq, kind, line(Notification("event", event)))
        self._kept.append(kept)
        self._bytes += len(kept.line)
        while len(self._kept) > self._keep_events or self._bytes > self._keep_bytes:
            self._bytes -= len(self._kept.popleft().line)
        if self.counted is not None:
            self.counted(data)
        for ear in self._ears.values():
            ear()
        return self.seq

    def after(self, seq: int, most: int = 64) -> tuple[EventLost | None, list[Kept]]:
        """The next events after number `seq`, at most so many, and what was lost before them."""
        lost = None
        if seq + 1 < self.oldest:
            lost = EventLost(self.oldest - seq - 1, seq + 1, self.oldest - 1)
            seq = self.oldest - 1
        first = seq + 1 - self.oldest
        return lost, [self._kept[index] for index in range(first, min(first + most, len(self._kept)))]

    def listen(self, key: object, ear: Callable[[], None]) -> None:
        """Call `ear` after every event, until `forget(key)`. It must return at once."""
        self._ears[key] = ear

    def forget(self, key: object) -> None:
        """Call that ear no more."""
        self._ears.pop(key, None)


class TypeFilter:
    """Which types of event a client wants: exact names, or `call.*`; none given means all."""

    def __init__(self, patterns: list[str]) -> None:
        self._exact = {pattern for pattern in patterns if not pattern.endswith("*")}
        self._prefixes = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*"))
        self._all = not patterns

    def wants(self, kind: str) -> bool:
        """True when events of this type are to be sent."""
        return self._all or kind in self._exact or kind.startswith(self._prefixes)
