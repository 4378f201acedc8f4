"""Running calls as the socket API shows them. Reads, changes nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from acd.words import CallerId
from apps.api.types import CallDetail, CallInfo, LegInfo, SegmentInfo, StreamInfo, utc, utc_ms
from apps.journal_rows import LegRow
from apps.journal_story import Segment, SegmentKind
from switch.words import call_of

if TYPE_CHECKING:
    from apps.call import Call
    from apps.line import Line
    from media.stream_report import StreamReport

_STATES = {
    SegmentKind.ROUTE: "routing",
    SegmentKind.MENU: "menu",
    SegmentKind.QUEUE: "queued",
    SegmentKind.RING: "ringing",
    SegmentKind.DIAL: "ringing",
    SegmentKind.TALK: "talking",
    SegmentKind.HOLD: "held",
    SegmentKind.VOICEMAIL: "voicemail",
}


def state_of(call: Call) -> str:
    """What the call is doing, in one word of `CallInfo.state`."""
    if call.ending:
        return "ending"
    current = call.story.current if call.story is not None else None
    return _STATES[current.kind] if current is not None else "routing"


def segment_info(segment: Segment) -> SegmentInfo:
    """One segment; one that lasts counts up to now."""
    until = segment.ended_at if segment.ended_at is not None else round(time.time() * 1000)
    return SegmentInfo(
        n=segment.n,
        kind=segment.kind.value,
        started_at=utc_ms(segment.started_at),
        ms=max(0, until - segment.started_at),
        ended_at=None if segment.ended_at is None else utc_ms(segment.ended_at),
        label=segment.label,
        queue=segment.queue,
        agent=segment.agent,
        extension=segment.extension,
        outcome=segment.outcome,
    )


def _facts(call: Call) -> dict[str, object]:
    caller, story = call.caller, call.story
    current = story.current if story is not None else None
    queued = current is not None and current.kind in (SegmentKind.QUEUE, SegmentKind.RING)
    return {
        "call_id": call.id,
        "direction": caller.direction.value,
        "state": state_of(call),
        "started_at": utc(caller.began_at),
        "caller": caller.number,
        "called": caller.called,
        "answered_at": None if call.answered_at is None else utc(call.answered_at),
        "caller_name": caller.name,
        "trunk": caller.trunk,
        "extension": caller.extension,
        "language": call.language,
        "queue": current.queue if current is not None else "",
        "agent": current.agent if current is not None else "",
        "position": call.house.floor.centre.position(CallerId(call.id)) if queued else None,
        "step": current.label if current is not None and current.kind is SegmentKind.MENU else "",
        "recording_id": call.recording,
        "ms": round(call.seconds * 1000),
    }


def call_info(call: Call) -> CallInfo:
    """A running call in a line."""
    return CallInfo(**_facts(call))  # type: ignore[arg-type]


def call_detail(call: Call, reports: dict[str, StreamReport]) -> CallDetail:
    """A running call with all that is known of it; `reports` by leg id."""
    return CallDetail(
        **_facts(call),  # type: ignore[arg-type]
        legs=[leg_info(call, line, reports.get(line.leg)) for line in call.lines.values()],
        segments=[segment_info(segment) for segment in call.story.segments] if call.story is not None else [],
        recordings=list(call.recordings),
        variables=dict(call.variables),
    )


def leg_info(call: Call, line: Line, report: StreamReport | None) -> LegInfo:
    """One leg with its audio."""
    summary = call.house.switch.summary(line.leg)
    return LegInfo(
        leg_id=line.leg,
        role=_role(line, call),
        state="ended" if line.ended is not None or summary is None else summary.state,
        since=utc(time.time() - (time.monotonic() - line.since)),
        peer=line.peer,
        address=summary.far if summary is not None else "",
        sip_call_id=next(iter(summary.sip_call_ids), "") if summary is not None else "",
        stream=_stream(line, report or line.sound.report),
    )


def _stream(line: Line, report: StreamReport) -> StreamInfo | None:
    local, path = line.sound.local, line.sound.path
    if local is None or path is None:
        return None
    return StreamInfo(
        codec=path.codec.sdp_name,
        local=f"{local.ip}:{local.port}",
        remote=f"{path.remote_ip}:{path.remote_port}",
        engine=line.sound.engine,
        path=report.path or f"udp {local.port} > {path.codec.sdp_name}",
        packets_in=report.packets_in,
        packets_out=report.packets_out,
        lost=report.lost,
        late=report.late,
        jitter_ms=report.jitter_ms,
        round_trip_ms=report.round_trip_ms,
        far_lost=report.far_lost,
        far_jitter_ms=report.far_jitter_ms,
        duplicate=report.duplicate,
        concealed_ms=report.concealed_ms,
        delay_ms=report.delay_ms,
        bursts=report.bursts,
        burst_ms=report.burst_ms,
        gap_ms=report.gap_ms,
        mos_in=report.mos_in,
        mos_out=report.mos_out,
        dropped=report.dropped,
        refused_out=report.refused_out,
        resynced=report.resynced,
        stretched_ms=report.stretched_ms,
        shrunk_ms=report.shrunk_ms,
    )


def leg_row(line: Line, call: Call | None) -> LegRow:
    """A line that is over, for the books."""
    report, path, ended = line.sound.report, line.sound.path, line.ended
    return LegRow(
        leg_id=line.leg,
        call_id=call_of(line.leg),
        role=_role(line, call),
        peer=line.peer,
        cause=ended.cause.name.lower() if ended is not None else "",
        started_at=line.began_at,
        ended_at=max(time.time(), line.began_at),
        codec=path.codec.sdp_name if path is not None else "",
        remote=f"{path.remote_ip}:{path.remote_port}" if path is not None else "",
        packets_in=report.packets_in,
        packets_out=report.packets_out,
        lost=report.lost,
        late=report.late,
        duplicate=report.duplicate,
        dropped=sum(report.dropped.values()),
        concealed_ms=report.concealed_ms,
        far_lost=report.far_lost,
        bursts=report.bursts,
        burst_ms=report.burst_ms,
        jitter_ms=report.jitter_ms,
        far_jitter_ms=report.far_jitter_ms,
        round_trip_ms=report.round_trip_ms,
        mos_in=report.mos_in,
        mos_out=report.mos_out,
        dropped_by=json.dumps(report.dropped) if report.dropped else "",
        refused_out=report.refused_out,
        resynced=report.resynced,
        stretched_ms=report.stretched_ms,
        shrunk_ms=report.shrunk_ms,
        gap_ms=report.gap_ms,
        delay_ms=report.delay_ms,
    )


def booked_leg(row: Mapping[str, Any]) -> LegInfo:
    """A leg out of the books."""
    same = {name: row[name] for name in StreamInfo.__struct_fields__ if name in row and name != "dropped"}
    dropped = json.loads(row["dropped_by"]) if row["dropped_by"] else {"all": row["dropped"]} if row["dropped"] else {}
    return LegInfo(
        leg_id=row["leg_id"],
        role=row["role"],
        state="ended",
        since=utc_ms(row["ended_at"]),
        peer=row["peer"],
        stream=StreamInfo(**same, dropped=dropped) if row["codec"] else None,
    )


def _role(line: Line, call: Call | None) -> str:
    return "caller" if call is not None and line is call.line else "callee"
