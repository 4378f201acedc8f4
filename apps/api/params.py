"""What the socket API is asked: one record of parameters for each kind of question. Unknown names are refused.

Deliberately absent: the answers (types.py), which method takes which (catalogue.py).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from apps.api.book_types import Side
from apps.api.types import At

Limit = Annotated[int, Meta(ge=1, le=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]
FileName = Annotated[str, Meta(min_length=1, max_length=4096)]
Text = Annotated[str, Meta(max_length=256)]


class Params(Struct, frozen=True, forbid_unknown_fields=True):
    """What every record of parameters is."""


class Nothing(Params, frozen=True):
    """No parameters."""


class ByCall(Params, frozen=True):
    """Names a call."""

    call_id: Name


class CallFilter(Params, frozen=True):
    """Empty fields match every call."""

    queue: Text = ""
    agent: Text = ""
    extension: Text = ""


class TraceOf(Params, frozen=True):
    """Names a call."""

    call_id: Name
    bodies: bool = True
    """False leaves out `text` of the messages."""


class Tap(Params, frozen=True):
    """Names a call, and where its packets go."""

    call_id: Name
    file: FileName
    """Absolute path of a new pcap file; the media engine writes it, mode 0600. A file that is there stays as it is."""
    seconds: float = 60.0
    """At most so long; it ends with the call."""


class Speech(Params, frozen=True):
    """Names a call, and whether to watch it."""

    call_id: Name
    on: bool = True


class ByAgent(Params, frozen=True):
    """Names an agent."""

    agent: Name


class Login(Params, frozen=True):
    """Names an agent, and the extension where they sit; empty: their own, from agents.yaml."""

    agent: Name
    extension: Text = ""


class ChangeClaim(Params, frozen=True):
    """Names a waiting caller's call, and what is to be other; what is null stays. An empty text takes it away."""

    call_id: Name
    priority: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    need: Annotated[str, Meta(max_length=1000)] | None = None
    agent: Text | None = None
    agent_wait_s: Annotated[float, Meta(ge=0, le=86400)] = 0.0


class Break(Params, frozen=True):
    """Names an agent, and why they are away."""

    agent: Name
    reason: Name


class Extend(Params, frozen=True):
    """Names an agent who wraps up, and by how much longer; null: the queue's `wrap_up_extend`."""

    agent: Name
    seconds: Annotated[float, Meta(gt=0, le=86400)] | None = None


class Disposition(Params, frozen=True):
    """Names an agent, and how the talk came out: a code of the queue's `dispositions`."""

    agent: Name
    code: Annotated[str, Meta(pattern="^[0-9]{1,3}$")]


class ByQueue(Params, frozen=True):
    """Names a queue."""

    queue: Name


class ByRoom(Params, frozen=True):
    """Names a conference room."""

    room: Name


class RoomMember(Params, frozen=True):
    """Names a conference room, and a member by their call."""

    room: Name
    call_id: Name


class RoomMute(Params, frozen=True):
    """Names a conference room, and a member by their call; empty: all who are no moderators."""

    room: Name
    call_id: Text = ""
    on: bool = True


class RoomTurn(Params, frozen=True):
    """Names a conference room, and whether it shall be so."""

    room: Name
    on: bool = True


class ByPoll(Params, frozen=True):
    """Names a poll."""

    poll: Name


class SurveyFilter(Params, frozen=True):
    """An empty survey: all of them. `by`: agent, queue, or empty for all together."""

    survey: Text = ""
    by: Annotated[str, Meta(pattern="^(agent|queue)?$")] = ""
    since: At | None = None
    until: At | None = None


class FormFilter(Params, frozen=True):
    """An empty form: all of them."""

    form: Text = ""
    since: At | None = None
    until: At | None = None
    limit: Limit = 100


class ByMailbox(Params, frozen=True):
    """Names a mailbox: an extension."""

    mailbox: Name


class Dial(Params, frozen=True, rename={"source": "from", "target": "to"}):
    """Ring `from` (an extension) first; when it answers, call `to` as if that extension had dialled it."""

    source: Name
    target: Name
    timeout_s: Annotated[float, Meta(gt=0, le=300)] = 30.0


class Stop(Params, frozen=True):
    """Running calls may end by themselves for this long; null: the site's `limits.drain`."""

    grace_s: Annotated[float, Meta(ge=0, le=86400)] | None = None


class ByNumber(Params, frozen=True):
    """Names a caller by number."""

    number: Name


class Remember(Params, frozen=True):
    """What to keep of a caller's number. An empty value forgets it."""

    number: Name
    name: Annotated[str, Meta(pattern="^[a-z_][a-z0-9_]{0,40}$")]
    value: Annotated[str, Meta(max_length=500)]


class ByRecording(Params, frozen=True):
    """Names a recording, or the call whose first recording is meant."""

    recording_id: Name


class MaskOf(Params, frozen=True):
    """Names a call, and the side that is not to be recorded."""

    call_id: Name
    side: Side = "both"


class RecordingFilter(Params, frozen=True):
    """Empty fields match every recording. `since` is included, `until` is not."""

    call_id: Text = ""
    queue: Text = ""
    agent: Text = ""
    since: At | None = None
    until: At | None = None
    limit: Limit = 100
    after: Text = ""


class ReportOf(Params, frozen=True):
    """A period: `since` is included, `until` is not; null: from the site's midnight, and until now."""

    since: At | None = None
    until: At | None = None


class QueueReportOf(ReportOf, frozen=True):
    """`service_level_s`: instead of what each caller's queue promised then."""

    queue: Text = ""
    service_level_s: Annotated[float, Meta(ge=0, le=86400)] | None = None


class IntervalReportOf(QueueReportOf, frozen=True):
    """Intervals of `interval_s`, the first one from `since` on."""

    interval_s: Annotated[int, Meta(ge=60, le=2678400)] = 1800


class DispositionReportOf(ReportOf, frozen=True):
    """A period, and one queue or all."""

    queue: Text = ""


class AgentReportOf(ReportOf, frozen=True):
    """A period, and one agent or all."""

    agent: Text = ""


class CdrFilter(Params, frozen=True):
    """Empty fields match every call. `since` is included, `until` is not; both are of the call's start."""

    since: At | None = None
    until: At | None = None
    caller: Text = ""
    called: Text = ""
    queue: Text = ""
    agent: Text = ""
    cause: Text = ""
    direction: Text = ""
    call_id: Text = ""
    oldest_first: bool = False
    segments: bool = False
    """True adds each call's segments."""
    limit: Limit = 100
    after: Text = ""


class Subscribe(Params, frozen=True):
    """Which events, and from where on.

    `since_seq`: send what came after that number first; null begins now. `instance`: whose number that is (from the
    greeting); after a restart the numbers begin again, and everything kept is sent.
    `types`: exact names or `call.*`; empty means all.
    """

    since_seq: Annotated[int, Meta(ge=0)] | None = None
    instance: Text = ""
    types: Annotated[list[Name], Meta(max_length=64)] = []


class Subscribed(Struct, frozen=True):
    """`seq` is the newest event's number, `oldest_seq` the oldest one still kept."""

    seq: int
    oldest_seq: int
    instance: str


class Unsubscribed(Struct, frozen=True):
    """No event comes after this answer."""

    seq: int
