"""Every method of the socket API: its name, what it is asked, what it answers, and a line on what it does.

The exchange supplies one function for each (`bind`); the server itself answers those in `OWN`.

Deliberately absent: the functions (apps/methods.py), the wire (protocol.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from apps.api import params as p
from apps.api import studio_types as stu
from apps.api import supervise_params as s
from apps.api import supervise_types as st
from apps.api import types as t
from apps.api.wallboard_types import Wallboard

P = TypeVar("P", bound=Struct)
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Signature(Generic[P, R]):
    """One method as clients see it."""

    name: str
    params: type[P]
    result: type[R]
    summary: str


@dataclass(frozen=True, slots=True)
class Method:
    """A method that can be called. `call` raises ApiError to refuse; anything else it raises is our fault."""

    name: str
    params: type[Struct]
    result: Any
    call: Callable[[Any], Awaitable[Any]]
    summary: str


STATUS_GET = Signature("status.get", p.Nothing, t.StatusInfo, "The switch at a glance, with its alarms.")
SNAPSHOT_GET = Signature("snapshot.get", p.Nothing, t.Snapshot, "The whole live picture, and the event it is true for.")
CONFIG_CHECK = Signature("config.check", p.Nothing, t.ConfigReport, "Read the site's configuration; change nothing.")
CONFIG_RELOAD = Signature(
    "config.reload",
    p.Nothing,
    t.ConfigReport,
    "Read the configuration and take it if it has no mistake.",
)
SWITCH_STOP = Signature("switch.stop", p.Stop, t.StopInfo, "Take no new calls, let the running ones end, then stop.")

PHONES_LIST = Signature("phones.list", p.Nothing, t.Phones, "Extensions, and where each is registered.")
TRUNKS_LIST = Signature("trunks.list", p.Nothing, t.Trunks, "Lines to the outside.")

CALLS_LIST = Signature("calls.list", p.CallFilter, t.Calls, "Running calls, oldest first.")
CALLS_SHOW = Signature("calls.show", p.ByCall, t.CallDetail, "One call, running or over, with legs and segments.")
CALLS_HANGUP = Signature("calls.hangup", p.ByCall, t.HangupInfo, "End a running call.")
CALLS_TRACE = Signature("calls.trace", p.TraceOf, t.TraceInfo, "The SIP ladder of a call, from memory.")
MEDIA_TAP = Signature("media.tap", p.Tap, t.TapInfo, "Copy a running call's RTP into a pcap file.")
MEDIA_SPEECH = Signature(
    "media.speech", p.Speech, t.SpeechInfo, "Tell `call.speech` of who speaks in a running call, or no more."
)
DIAL = Signature("dial", p.Dial, t.DialInfo, "Ring an extension and, when it answers, call a number for it.")

AGENTS_LIST = Signature("agents.list", p.Nothing, t.Agents, "Agents and what they are doing.")
AGENTS_LOGIN = Signature("agents.login", p.Login, t.AgentInfo, "Log an agent in at an extension.")
AGENTS_LOGOUT = Signature("agents.logout", p.ByAgent, t.AgentInfo, "Log an agent out; a running call goes on.")
AGENTS_BREAK = Signature("agents.break", p.Break, t.AgentInfo, "Give an agent a break, with its reason.")
AGENTS_EXPLAIN = Signature(
    "agents.explain",
    p.ByAgent,
    t.AgentExplanation,
    "Why an agent is given no call, and why not each caller who waits.",
)
AGENTS_READY = Signature("agents.ready", p.ByAgent, t.AgentInfo, "End an agent's break or wrap-up.")
AGENTS_EXTEND = Signature("agents.extend", p.Extend, t.AgentInfo, "Give an agent who wraps up more time.")
AGENTS_DISPOSITION = Signature(
    "agents.disposition",
    p.Disposition,
    t.AgentInfo,
    "Note how an agent's talk came out: during the talk or its wrap-up; the last one counts.",
)

QUEUES_LIST = Signature("queues.list", p.Nothing, t.Queues, "Queues: who waits, for how long, who serves.")
QUEUES_SHOW = Signature("queues.show", p.ByQueue, t.QueueDetail, "One queue with its callers and agents.")
QUEUES_OPEN = Signature(
    "queues.open", p.ByQueue, t.QueueInfo, "Open a queue whatever its hours say, until it is taken back."
)
QUEUES_CLOSE = Signature(
    "queues.close", p.ByQueue, t.QueueInfo, "Close a queue to new callers, until it is taken back; who waits stays."
)
QUEUES_HOURS = Signature("queues.hours", p.ByQueue, t.QueueInfo, "Leave it to a queue's hours whether it is open.")
QUEUES_CHANGE = Signature(
    "queues.change",
    p.ChangeClaim,
    t.Explanation,
    "Give a waiting caller another priority, need or agent.",
)
QUEUES_EXPLAIN = Signature(
    "queues.explain",
    p.ByCall,
    t.Explanation,
    "Why a caller waits: who is ahead, which agents are passed over.",
)

CALLERS_SHOW = Signature("callers.show", p.ByNumber, t.CallerMemoryInfo, "What is remembered of a caller's number.")
CALLERS_REMEMBER = Signature(
    "callers.remember",
    p.Remember,
    t.CallerMemoryInfo,
    "Keep something of a caller's number, for the scripts of later calls.",
)
CALLERS_FORGET = Signature(
    "callers.forget", p.ByNumber, t.CallerMemoryInfo, "Forget everything of a caller's number; tells what it was."
)
SUPERVISE_LISTEN = Signature("supervise.listen", s.Watch, st.WatchInfo, "Let a supervisor hear talks.")
SUPERVISE_WHISPER = Signature(
    "supervise.whisper", s.Watch, st.WatchInfo, "Let a supervisor hear talks and be heard by the agent."
)
SUPERVISE_BARGE = Signature(
    "supervise.barge", s.Watch, st.WatchInfo, "Let a supervisor hear talks and be heard by both."
)
SUPERVISE_STOP = Signature("supervise.stop", s.ByWatcher, st.Watches, "A supervisor hears no more; those who still do.")
SUPERVISE_LIST = Signature("supervise.list", p.Nothing, st.Watches, "Supervisors on the line.")
SUPERVISE_TAKEOVER = Signature("supervise.takeover", s.Take, t.CallInfo, "Take a talk from its agent.")
SUPERVISE_INTERCEPT = Signature("supervise.intercept", s.Take, t.CallInfo, "Take a call that is no talk yet.")
SUPERVISE_RELEASE = Signature("supervise.release", s.OnCall, t.HangupInfo, "End a call for both sides.")
SUPERVISE_MOVE = Signature("supervise.move", s.Move, t.CallInfo, "Move a waiting call to another queue, or up.")
SUPERVISE_STATE = Signature("supervise.state", s.AgentState, t.AgentInfo, "Change an agent's state for them.")
SUPERVISE_NOTE = Signature("supervise.note", s.Note, st.ActInfo, "Write a coach's remark into the books.")
SUPERVISE_LOG = Signature("supervise.log", s.ActFilter, st.Acts, "What supervisors did, and were not let do.")

STUDIO_LIST = Signature("studio.list", p.Nothing, stu.StudioList, "Studios: who is in them, on air, asking to speak.")
STUDIO_SHOW = Signature("studio.show", stu.ByStudio, stu.StudioDetail, "One studio with everybody in it.")
STUDIO_SCREEN = Signature("studio.screen", stu.InStudio, stu.StudioDetail, "Let the host talk with a caller, unheard.")
STUDIO_AIR = Signature("studio.air", stu.InStudio, stu.StudioDetail, "Put a caller on air.")
STUDIO_BACK = Signature("studio.back", stu.InStudio, stu.StudioDetail, "Send a caller back to their place in the line.")
STUDIO_DROP = Signature("studio.drop", stu.InStudio, stu.StudioDetail, "Send a caller back to those who listen.")
WALLBOARD_GET = Signature("wallboard.get", p.Nothing, Wallboard, "The wallboard's numbers at this moment.")

RECORDINGS_LIST = Signature("recordings.list", p.RecordingFilter, t.Recordings, "Recordings, newest first.")
RECORDINGS_INFO = Signature("recordings.info", p.ByRecording, t.RecordingInfo, "One recording: file, channels, length.")
CONFERENCES_LIST = Signature("conferences.list", p.Nothing, t.Conferences, "Conference rooms with somebody in them.")
CONFERENCES_SHOW = Signature("conferences.show", p.ByRoom, t.ConferenceInfo, "One conference room and its members.")
CONFERENCES_MUTE = Signature(
    "conferences.mute",
    p.RoomMute,
    t.ConferenceInfo,
    "Let nobody hear a member, or all but moderators; or hear them.",
)
CONFERENCES_KICK = Signature("conferences.kick", p.RoomMember, t.ConferenceInfo, "Send a member out of the room.")
CONFERENCES_LOCK = Signature("conferences.lock", p.RoomTurn, t.ConferenceInfo, "Let nobody in but moderators; or all.")
CONFERENCES_RECORD = Signature(
    "conferences.record", p.RoomTurn, t.ConferenceInfo, "Record what is said in the room; or no more."
)
SURVEYS_REPORT = Signature("surveys.report", p.SurveyFilter, t.SurveyReport, "How callers answered surveys.")
POLLS_LIST = Signature("polls.list", p.Nothing, t.PollList, "All polls, as they stand.")
POLLS_SHOW = Signature("polls.show", p.ByPoll, t.PollInfo, "One poll, as it stands.")
FORMS_LIST = Signature("forms.list", p.FormFilter, t.Forms, "Forms that callers filled in, newest first.")
MAILBOXES_LIST = Signature("mailboxes.list", p.Nothing, t.Mailboxes, "Mailboxes with messages: how many are new.")
MAILBOXES_SHOW = Signature("mailboxes.show", p.ByMailbox, t.MailboxDetail, "One mailbox with its messages.")
RECORDINGS_PAUSE = Signature(
    "recordings.pause", p.ByCall, t.RecordingControl, "Silence in a running call's recording, until resumed."
)
RECORDINGS_MASK = Signature(
    "recordings.mask", p.MaskOf, t.RecordingControl, "Silence on one side of a running call's recording, until resumed."
)
RECORDINGS_RESUME = Signature(
    "recordings.resume", p.ByCall, t.RecordingControl, "Record both sides of a running call again."
)
CDR_LIST = Signature("cdr.list", p.CdrFilter, t.Cdrs, "Call records out of the books, page by page.")
REPORTS_QUEUES = Signature(
    "reports.queues",
    p.QueueReportOf,
    t.QueueReports,
    "Callers of each queue in a period.",
)
REPORTS_INTERVALS = Signature(
    "reports.intervals", p.IntervalReportOf, t.IntervalReports, "The same for each half hour, or another interval."
)
REPORTS_DISPOSITIONS = Signature(
    "reports.dispositions", p.DispositionReportOf, t.DispositionReports, "How answered calls came out, by queue."
)
REPORTS_AGENTS = Signature(
    "reports.agents", p.AgentReportOf, t.AgentReports, "Each agent's calls, time in each state, occupancy, adherence."
)
REPORTS_BREAKS = Signature(
    "reports.breaks", p.AgentReportOf, t.BreakReports, "Breaks by agent and reason, and those longer than planned."
)
METRICS_GET = Signature("metrics.get", p.Nothing, t.MetricsText, "The switch in figures, in Prometheus' text format.")
ENGINES_LIST = Signature("engines.list", p.Nothing, t.Engines, "Media engines: load, lateness, counters.")

EVENTS_SUBSCRIBE = Signature("events.subscribe", p.Subscribe, p.Subscribed, "Send events from now or since a number.")
EVENTS_UNSUBSCRIBE = Signature("events.unsubscribe", p.Nothing, p.Unsubscribed, "Send no more events.")
RPC_DISCOVER = Signature("rpc.discover", p.Nothing, dict, "This API as an OpenRPC document.")

SIGNATURES: dict[str, Signature[Any, Any]] = {
    value.name: value for value in list(globals().values()) if isinstance(value, Signature)
}
OWN = (EVENTS_SUBSCRIBE.name, EVENTS_UNSUBSCRIBE.name, RPC_DISCOVER.name)
"""Answered by the server itself."""


def bind(functions: Mapping[str, Callable[[Any], Awaitable[Any]]]) -> dict[str, Method]:
    """The methods for `ApiServer`: each name's function takes its record of parameters, gives its result.

    Raises LookupError when a method has no function, or a function no method: then the code is wrong.
    """
    wanted = set(SIGNATURES) - set(OWN)
    if wanted != set(functions):
        raise LookupError(f"methods and functions differ: {sorted(wanted ^ set(functions))}")
    return {name: method(SIGNATURES[name], function) for name, function in functions.items()}


def method(signature: Signature[P, R], call: Callable[[P], Awaitable[R]]) -> Method:
    """One method for `ApiServer`."""
    return Method(signature.name, signature.params, signature.result, call, signature.summary)
