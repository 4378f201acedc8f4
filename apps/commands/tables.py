"""The columns of each list: what stands in it, and what leaves first when the terminal is narrow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apps.api.studio_types import StudioInfo, StudioMember
from apps.api.supervise_types import ActInfo, WatchInfo
from apps.api.types import (
    AgentInfo,
    AgentInQueue,
    AgentVerdict,
    CallerAhead,
    CallInfo,
    CdrRow,
    ConferenceInfo,
    ConferenceMember,
    ContactInfo,
    EngineInfo,
    LegInfo,
    MailboxInfo,
    MarkInfo,
    MessageInfo,
    PhoneInfo,
    QueueInfo,
    RecordingInfo,
    RememberedInfo,
    SegmentInfo,
    TraceMessage,
    TrunkInfo,
    WaitingCaller,
)
from apps.commands.screen import Column, clock, size, span


def _since(at: datetime) -> str:
    return span(max(0.0, (datetime.now(UTC) - at).total_seconds() * 1000))


def _left(agent: AgentInfo) -> str:
    """What is left of the wrap-up or the break; `!` when it is over, `?` when a disposition is owed."""
    until = agent.until or agent.break_until
    if until is None:
        return ""
    left = (until - datetime.now(UTC)).total_seconds() * 1000
    return ("!-" if left < 0 else "") + span(abs(left)) + ("?" if agent.disposition_owed else "")


def _counts(dropped: dict[str, int]) -> str:
    """`3 auth, 1 flood`."""
    return ", ".join(f"{count} {name}" for name, count in dropped.items())


def _mos(found: float | None) -> str:
    return "" if found is None else f"{found:.1f}"


def _who(number: str, name: str) -> str:
    return f"{number} {name}".strip()


CALL_COLUMNS: list[Column[CallInfo]] = [
    Column("CALL", lambda call: call.call_id),
    Column("CALLER", lambda call: call.caller),
    Column("NAME", lambda call: call.caller_name, 2),
    Column("CALLED", lambda call: call.called),
    Column("STATE", lambda call: call.state),
    Column("FOR", lambda call: span(call.ms), 8, right=True),
    Column("QUEUE", lambda call: call.queue, 7),
    Column("POS", lambda call: "" if call.position is None else call.position, 5, right=True),
    Column("AGENT", lambda call: call.agent, 7),
    Column("VIA", lambda call: call.trunk or call.extension, 4),
    Column("STEP", lambda call: call.step, 1),
    Column("LANG", lambda call: call.language, 1),
]
LEG_COLUMNS: list[Column[LegInfo]] = [
    Column("LEG", lambda leg: leg.leg_id),
    Column("ROLE", lambda leg: leg.role, 7),
    Column("STATE", lambda leg: leg.state),
    Column("PEER", lambda leg: leg.peer),
    Column("ADDRESS", lambda leg: leg.address, 4),
    Column("CODEC", lambda leg: leg.stream.codec if leg.stream else "", 6),
    Column("IN", lambda leg: leg.stream.packets_in if leg.stream else "", 3, right=True),
    Column("OUT", lambda leg: leg.stream.packets_out if leg.stream else "", 3, right=True),
    Column("LOST", lambda leg: leg.stream.lost if leg.stream else "", 5, right=True),
    Column("MOS IN", lambda leg: _mos(leg.stream.mos_in) if leg.stream else "", 4, right=True),
    Column("MOS OUT", lambda leg: _mos(leg.stream.mos_out) if leg.stream else "", 4, right=True),
    Column("AUDIO", lambda leg: leg.stream.path if leg.stream else "", 1),
    Column("DROPPED", lambda leg: _counts(leg.stream.dropped) if leg.stream else "", 2),
]
SEGMENT_COLUMNS: list[Column[SegmentInfo]] = [
    Column("N", lambda segment: segment.n, 8, right=True),
    Column("SEGMENT", lambda segment: segment.kind),
    Column("FROM", lambda segment: clock(segment.started_at)),
    Column("FOR", lambda segment: span(segment.ms), right=True),
    Column("QUEUE", lambda segment: segment.queue, 7),
    Column("AGENT", lambda segment: segment.agent, 7),
    Column("EXT", lambda segment: segment.extension, 5),
    Column("WHAT", lambda segment: segment.label, 4),
    Column("OUTCOME", lambda segment: segment.outcome, 6),
]
MESSAGE_COLUMNS: list[Column[TraceMessage]] = [
    Column("AT", lambda message: message.at.astimezone().strftime("%H:%M:%S.%f")[:12]),
    Column("FROM", lambda message: message.source, 8),
    Column("TO", lambda message: message.target, 8),
    Column("MESSAGE", lambda message: message.first_line),
]
AGENT_COLUMNS: list[Column[AgentInfo]] = [
    Column("AGENT", lambda agent: agent.agent),
    Column("NAME", lambda agent: agent.name, 4),
    Column("PRESENCE", lambda agent: agent.presence),
    Column("ACTIVITY", lambda agent: agent.activity),
    Column("FOR", lambda agent: _since(agent.since), 7, right=True),
    Column("EXT", lambda agent: agent.extension, 8),
    Column("PHONE", lambda agent: ("ok" if agent.reachable else "not registered") if agent.extension else "", 6),
    Column("TODAY", lambda agent: agent.calls_today, 6, right=True),
    Column("REASON", lambda agent: agent.reason, 5),
    Column("LEFT", _left, 6, right=True),
    Column("CALL", lambda agent: agent.call_id, 4),
    Column("QUEUES", lambda agent: " ".join(agent.queues), 3),
]
QUEUE_COLUMNS: list[Column[QueueInfo]] = [
    Column("QUEUE", lambda queue: queue.queue),
    Column("NAME", lambda queue: queue.name, 2),
    Column("WAITING", lambda queue: queue.waiting, right=True),
    Column("LONGEST", lambda queue: span(queue.longest_wait_ms) if queue.waiting else "-", right=True),
    Column("RINGING", lambda queue: queue.ringing, 6, right=True),
    Column("TALKING", lambda queue: queue.talking, 7, right=True),
    Column("AGENTS", lambda queue: queue.agents, 8, right=True),
    Column("FREE", lambda queue: queue.free, 8, right=True),
    Column("BREAK", lambda queue: queue.on_break, 3, right=True),
    Column("ANSWERED", lambda queue: queue.answered_today, 4, right=True),
    Column("ABANDONED", lambda queue: queue.abandoned_today, 4, right=True),
    Column("OPEN", lambda queue: ("open" if queue.open else "closed") + (" (forced)" if queue.forced else ""), 5),
    Column("A CALL", lambda queue: span(queue.handling_ms), 6, right=True),
    Column("OFF BY", lambda queue: "-" if queue.wait_error_ms is None else span(queue.wait_error_ms), 6, right=True),
]
WAITING_COLUMNS: list[Column[WaitingCaller]] = [
    Column("POS", lambda caller: caller.position, right=True),
    Column("CALL", lambda caller: caller.call_id),
    Column("CALLER", lambda caller: _who(caller.number, caller.name)),
    Column("WAITS", lambda caller: span(caller.wait_ms), right=True),
    Column("EXPECTED", lambda caller: "-" if caller.expected_ms is None else span(caller.expected_ms), 6, right=True),
    Column("PRIORITY", lambda caller: caller.priority, 5, right=True),
    Column("RINGING", lambda caller: caller.ringing, 7),
    Column("LAST AGENT", lambda caller: caller.last_agent, 4),
    Column("LANG", lambda caller: caller.language, 2),
]
STUDIO_COLUMNS: list[Column[StudioInfo]] = [
    Column("STUDIO", lambda studio: studio.studio),
    Column("NAME", lambda studio: studio.name, 4),
    Column("IN IT", lambda studio: studio.members, right=True),
    Column("ON AIR", lambda studio: studio.on_air, right=True),
    Column("ASKING", lambda studio: studio.asking, right=True),
    Column("RECORDING", lambda studio: studio.recording_id, 5),
]
MEMBER_COLUMNS: list[Column[StudioMember]] = [
    Column("POS", lambda member: member.position or "", right=True),
    Column("CALL", lambda member: member.call_id),
    Column("CALLER", lambda member: _who(member.number, member.name)),
    Column("ROLE", lambda member: member.role),
    Column("PART", lambda member: member.part),
    Column("SCREENED", lambda member: "yes" if member.screened else "", 5),
]
WATCH_COLUMNS: list[Column[WatchInfo]] = [
    Column("BY", lambda watch: watch.by),
    Column("EXT", lambda watch: watch.extension, 8, right=True),
    Column("MODE", lambda watch: watch.mode),
    Column("FOLLOWS", lambda watch: watch.follows, 7),
    Column("STATE", lambda watch: watch.state, 8),
    Column("CALL", lambda watch: watch.call_id, 6),
    Column("AGENT", lambda watch: watch.agent, 5),
    Column("FOR", lambda watch: _since(watch.since), 4, right=True),
]
ACT_COLUMNS: list[Column[ActInfo]] = [
    Column("AT", lambda act: clock(act.at)),
    Column("BY", lambda act: act.by or "-"),
    Column("ACT", lambda act: act.act),
    Column("CALL", lambda act: act.call_id, 7),
    Column("AGENT", lambda act: act.agent, 8),
    Column("QUEUE", lambda act: act.queue, 4),
    Column("EXT", lambda act: act.extension, 3, right=True),
    Column("TEXT", lambda act: act.text, 6),
    Column("REFUSED", lambda act: act.refused, 5),
]
VERDICT_COLUMNS: list[Column[AgentVerdict]] = [
    Column("AGENT", lambda verdict: verdict.agent),
    Column("CHOSEN", lambda verdict: "yes" if verdict.chosen else "no", 8),
    Column("WHY", lambda verdict: verdict.why),
    Column("TODAY", lambda verdict: verdict.calls_today, 5, right=True),
    Column("IDLE", lambda verdict: span(verdict.idle_ms) if verdict.idle_ms else "", 4, right=True),
]
IN_QUEUE_COLUMNS: list[Column[AgentInQueue]] = [
    Column("QUEUE", lambda each: each.queue),
    Column("TIER", lambda each: each.tier, 4, right=True),
    Column("PLACE", lambda each: f"{each.place} of {each.free} free" if each.place else f"not one of {each.free} free"),
    Column("WAITING", lambda each: each.waiting, 6, right=True),
]
AHEAD_COLUMNS: list[Column[CallerAhead]] = [
    Column("AHEAD", lambda caller: caller.call_id),
    Column("CALLER", lambda caller: caller.number, 7),
    Column("WAITS", lambda caller: span(caller.wait_ms), 6, right=True),
    Column("WHY", lambda caller: caller.why),
]
PHONE_COLUMNS: list[Column[PhoneInfo]] = [
    Column("EXT", lambda phone: phone.extension),
    Column("NAME", lambda phone: phone.name, 6),
    Column("STATE", lambda phone: "registered" if phone.contacts else "not registered"),
    Column("ADDRESS", lambda phone: _contacts(phone, lambda contact: f"{contact.transport} {contact.address}"), 7),
    Column("UNTIL", lambda phone: clock(max((c.expires_at for c in phone.contacts), default=None)), 3),
    Column("CALLS", lambda phone: phone.calls or "", 5, right=True),
    Column("AGENT", lambda phone: phone.agent, 6),
    Column("SRTP", lambda phone: phone.srtp, 2),
    Column("DEVICE", lambda phone: _contacts(phone, lambda contact: contact.user_agent), 1),
]
TRUNK_COLUMNS: list[Column[TrunkInfo]] = [
    Column("TRUNK", lambda trunk: trunk.name),
    Column("TO", lambda trunk: f"{trunk.transport} {trunk.host}:{trunk.port}" if trunk.host else "-"),
    Column("FROM", lambda trunk: " ".join(trunk.addresses), 4),
    Column("CALLS", lambda trunk: f"{trunk.calls}/{'-' if trunk.max_calls is None else trunk.max_calls}", right=True),
    Column("TODAY", lambda trunk: trunk.calls_today, 5, right=True),
    Column("FAILED", lambda trunk: trunk.failed_today, 6, right=True),
    Column("CALLER ID", lambda trunk: trunk.caller_id, 2),
    Column("SRTP", lambda trunk: trunk.srtp, 1),
]
ENGINE_COLUMNS: list[Column[EngineInfo]] = [
    Column("ENGINE", lambda engine: engine.engine),
    Column("STATE", lambda engine: engine.state),
    Column("PID", lambda engine: "" if engine.pid is None else engine.pid, 4, right=True),
    Column("STREAMS", lambda engine: engine.streams, right=True),
    Column("ROOMS", lambda engine: engine.rooms, 6, right=True),
    Column("TIES", lambda engine: engine.ties, 3, right=True),
    Column("CPU", lambda engine: f"{engine.cpu_percent:.0f} %", 7, right=True),
    Column("MEMORY", lambda engine: size(engine.memory_kib * 1024), 5, right=True),
    Column("DROPPED", lambda engine: dropped(engine.counters), 2, right=True),
    Column("LATE P50/P99/MAX ms", lambda e: f"{e.late_p50_ms:.1f}/{e.late_p99_ms:.1f}/{e.late_max_ms:.1f}", 6),
]
RECORDING_COLUMNS: list[Column[RecordingInfo]] = [
    Column("RECORDING", lambda recording: recording.recording_id),
    Column("STARTED", lambda recording: clock(recording.started_at)),
    Column("LENGTH", lambda recording: span(recording.length_ms) if recording.ended_at else "running", right=True),
    Column("CH", lambda recording: recording.channels, 3, right=True),
    Column("SIZE", lambda recording: size(recording.bytes) if recording.bytes else "", 4, right=True),
    Column("CALLER", lambda recording: recording.caller, 7),
    Column("QUEUE", lambda recording: recording.queue, 3),
    Column("AGENT", lambda recording: recording.agent, 6),
    Column("STATE", lambda recording: "failed" if recording.failed else "" if recording.present else "gone", 8),
    Column("FILE", lambda recording: recording.path, 1),
]
MARK_COLUMNS: list[Column[MarkInfo]] = [
    Column("AT", lambda mark: span(mark.at_ms), right=True),
    Column("CLOCK", lambda mark: span(mark.clock_ms), right=True),
    Column("WHAT", lambda mark: mark.what),
    Column("LEFT", lambda mark: mark.left),
    Column("RIGHT", lambda mark: mark.right),
]
CONFERENCE_COLUMNS: list[Column[ConferenceInfo]] = [
    Column("ROOM", lambda room: room.room),
    Column("MEMBERS", lambda room: len(room.members), right=True),
    Column("FOR", lambda room: _since(room.began_at), 4, right=True),
    Column("STATE", lambda room: "waiting" if room.waiting else "locked" if room.locked else "open"),
    Column("RECORDING", lambda room: room.recording_id, 2),
]
CONFERENCE_MEMBER_COLUMNS: list[Column[ConferenceMember]] = [
    Column("CALL", lambda member: member.call_id),
    Column("CALLER", lambda member: member.caller),
    Column("ROLE", lambda member: "moderator" if member.moderator else ""),
    Column("MUTED", lambda member: "muted" if member.muted else ""),
    Column("FOR", lambda member: _since(member.since), 4, right=True),
]
MAILBOX_COLUMNS: list[Column[MailboxInfo]] = [
    Column("MAILBOX", lambda box: box.mailbox),
    Column("NAME", lambda box: box.name, 5),
    Column("NEW", lambda box: box.new, right=True),
    Column("SAVED", lambda box: box.saved, right=True),
]
MESSAGE_LEFT_COLUMNS: list[Column[MessageInfo]] = [
    Column("LEFT", lambda message: clock(message.left_at)),
    Column("FROM", lambda message: message.caller),
    Column("FOLDER", lambda message: "saved" if message.saved else "new"),
    Column("SENT BY", lambda message: message.sent_by, 5),
    Column("FILE", lambda message: message.path, 3),
]
REMEMBERED_COLUMNS: list[Column[RememberedInfo]] = [
    Column("NAME", lambda one: one.name),
    Column("VALUE", lambda one: one.value, 1),
    Column("SET", lambda one: clock(one.set_at)),
]
CDR_COLUMNS: list[Column[CdrRow]] = [
    Column("CALL", lambda row: row.call_id),
    Column("STARTED", lambda row: clock(row.started_at)),
    Column("CALLER", lambda row: row.caller),
    Column("CALLED", lambda row: row.called),
    Column("RESULT", lambda row: row.disposition),
    Column("WAIT", lambda row: span(row.wait_ms) if row.wait_ms else "", 6, right=True),
    Column("TALK", lambda row: span(row.talk_ms) if row.talk_ms else "", 8, right=True),
    Column("QUEUE", lambda row: row.queue, 4),
    Column("AGENT", lambda row: row.agent, 5),
    Column("CAUSE", lambda row: row.cause, 3),
    Column("BY", lambda row: row.ended_by, 2),
    Column("NAME", lambda row: row.caller_name, 1),
]


def dropped(counters: Mapping[str, int]) -> int:
    """All that an engine threw away or could not send; `--json` has each by its name."""
    return sum(n for name, n in counters.items() if name.startswith("dropped_") or name == "refused_out")


def _contacts(phone: PhoneInfo, shown: Callable[[ContactInfo], str]) -> str:
    first = shown(phone.contacts[0]) if phone.contacts else ""
    return f"{first} +{len(phone.contacts) - 1}" if len(phone.contacts) > 1 else first
