"""What the socket API tells without being asked: one record for each type of event.

Deliberately absent: numbering and keeping them (hub.py), sockets (connection.py), when an event happens (the exchange).
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.book_types import RecordingState
from apps.api.studio_types import StudioInfo
from apps.api.supervise_types import ActInfo
from apps.api.types import (
    AgentInfo,
    AlarmInfo,
    CallInfo,
    ConferenceInfo,
    ContactInfo,
    QueueInfo,
    RecordingInfo,
    SegmentInfo,
    SpeakerInfo,
)
from apps.api.wallboard_types import Wallboard


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


class SuperviseAct(Struct, frozen=True):
    """A supervisor did something, or was not let do it."""

    act: ActInfo


class StudioChanged(Struct, frozen=True):
    """Somebody came into a studio, left it, asked to speak, or went on air or off."""

    studio: StudioInfo


class WallboardNumbers(Struct, frozen=True):
    """The wallboard, once a second to who names this type. It is not kept: its `seq` is that of the event before it."""

    board: Wallboard


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
    "supervise.act": SuperviseAct,
    "studio.changed": StudioChanged,
    "wallboard.numbers": WallboardNumbers,
    "switch.stopping": SwitchStopping,
}
"""Type → its data."""
TYPE_OF: dict[type[Struct], str] = {kind: name for name, kind in EVENTS.items()}
