"""A switch made of paper: an `ApiServer` whose every method answers something canned and typed.

Distorts: nothing happens by itself; `refuse` makes a method refuse.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from msgspec import structs

from apps.api import studio_types as stu
from apps.api import supervise_types as st
from apps.api import types as t
from apps.api.catalogue import OWN, SIGNATURES, bind
from apps.api.hub import EventHub
from apps.api.protocol import ApiError, not_found
from apps.api.server import ApiServer
from tests.apps import board_more
from tests.apps.board_floor import ACT, BOARD, STUDIO, WATCH
from tests.apps.board_words import AT as AT
from tests.apps.board_words import CALL as CALL
from tests.apps.board_words import at as at

SEGMENTS = [
    t.SegmentInfo(1, "menu", at(0), 5000, at(5), label="hotline", outcome="1"),
    t.SegmentInfo(2, "queue", at(5), 12000, at(17), queue="sales"),
    t.SegmentInfo(3, "ring", at(17), 3000, at(20), queue="sales", agent="mei", extension="201"),
    t.SegmentInfo(4, "talk", at(20), 40000, queue="sales", agent="mei", extension="201"),
]
LEGS = [
    t.LegInfo(
        f"{CALL}.1",
        "caller",
        "talking",
        at(),
        "trunk pstn 13800138000",
        "192.0.2.9:5060",
        "abc@192.0.2.9",
        t.StreamInfo("PCMA", "127.0.0.1:16384", "192.0.2.9:4000", "e1", "udp 16384 > PCMA > room 1", 2000, 1998, 2),
    ),
    t.LegInfo(f"{CALL}.2", "callee", "talking", at(17), "phone 201", "192.0.2.21:5060"),
]
CALLS = [
    t.CallInfo(
        CALL,
        "in",
        "talking",
        at(),
        "13800138000",
        "4001",
        at(0.1),
        "王小明",
        "pstn",
        queue="sales",
        agent="mei",
        language="zh",
        step="hotline.queue",
        ms=60000,
    ),
    t.CallInfo(
        "0gx3k2m4npqrt", "in", "queued", at(30), "02155501234", "4001", at(30.1), queue="sales", position=1, ms=30000
    ),
    t.CallInfo("0gx3k2m4npqru", "internal", "ringing", at(55), "202", "201", extension="202", ms=5000),
]
DETAIL = t.CallDetail(
    **structs.asdict(CALLS[0]),
    legs=LEGS,
    segments=SEGMENTS,
    recordings=["/site/recordings/2026/01/02/0gx3k2m4npqrs-1.wav"],
    variables={"customer": "A-17"},
)
AGENTS = [
    t.AgentInfo("mei", "available", "talking", at(20), ["sales"], "201", True, call_id=CALL, calls_today=7),
    t.AgentInfo("li", "on break", "idle", at(-600), ["sales", "english"], "202", True, "lunch", calls_today=3),
    t.AgentInfo("anna", "available", "wrapping up", at(50), ["english"], "203", False, until=at(60)),
    t.AgentInfo("tom", "logged out", "idle", at(-9000), ["english"]),
]
QUEUES = [
    t.QueueInfo("sales", 1, 30000, 0, 1, 1, 0, 1, 11, 2),
    t.QueueInfo("english", 0, 0, 0, 0, 1, 0, 0, 4, 0),
]
CALLERS = [t.WaitingCaller("0gx3k2m4npqrt", 1, "02155501234", at(30), 30000, 5, "", "zh", last_agent="li")]
PHONES = [
    t.PhoneInfo(
        "201",
        "王美",
        [t.ContactInfo("sip:201@192.0.2.21:5060", "192.0.2.21:5060", "udp", at(-60), at(3540), "Yealink SIP-T46S")],
        1,
        "mei",
    ),
    t.PhoneInfo("202", "Li Wei"),
]
TRUNKS = [t.TrunkInfo("pstn", "192.0.2.9", 5060, "udp", ["192.0.2.0/24"], 2, 30, "02155500000", 40, 1)]
ENGINES = [t.EngineInfo("e1", "running", 4242, 4, 2, 1, 0, 3.5, 61000, 0.1, 0.6, 4.2, counters={"packets_in": 4000})]
RECORDING = t.RecordingInfo(
    f"{CALL}-1",
    CALL,
    "/site/recordings/2026/01/02/0gx3k2m4npqrs-1.wav",
    at(20),
    40000,
    2,
    "call",
    at(60),
    640044,
    queue="sales",
    agent="mei",
    caller="13800138000",
    called="4001",
)
CDRS = [
    t.CdrRow(
        CALL,
        at(),
        "in",
        "13800138000",
        "4001",
        "answered",
        at(0.1),
        at(60),
        "王小明",
        "pstn",
        queue="sales",
        agent="mei",
        cause="normal",
        q850=16,
        ended_by="caller",
        duration_ms=60000,
        menu_ms=5000,
        wait_ms=15000,
        ring_ms=3000,
        talk_ms=40000,
        recording=RECORDING.path,
        segments=SEGMENTS,
    ),
    t.CdrRow("0gx3k2m4npqrv", at(100), "internal", "202", "999", "failed", ended_at=at(100.2), cause="not_found"),
]
STATUS = t.StatusInfo(
    "0.1.0",
    "f00d",
    "/site",
    at(-90000),
    pid=4200,
    calls=3,
    waiting=1,
    agents=4,
    agents_logged_in=3,
    phones=2,
    phones_registered=1,
    trunks=1,
    calls_today=17,
    listening=["udp 192.0.2.1:5060", "tcp 192.0.2.1:5060"],
    config_loaded_at=at(-90000),
    engines=ENGINES,
    alarms=[t.AlarmInfo("The disk is full", at(-60), "/site/recordings", "Delete old recordings.")],
    counters={"guard.rejected": 3},
)
SERVICE = dict(
    offered=20, answered=12, answered_in_target=9, abandoned=4, abandoned_in_target=1, abandoned_short=2, sent_on=2,
    sent_on_late=1, transferred=1, wait_ms=180_000, longest_wait_ms=95_000, abandoned_wait_ms=100_000, talk_ms=2_400_000,
    hold_ms=60_000, wrap_up_ms=120_000, service_level=0.5294, service_level_ignored=0.5625, service_level_positive=0.5882,
    service_level_answered=0.75, service_level_all=0.45, abandon_rate=0.2222, answer_speed_ms=15_000, handling_ms=215_000,
)  # fmt: skip
QUEUE_REPORTS = [t.QueueReport(queue=name, name=name.title(), **SERVICE) for name in ("sales", "english")]
REPORTS: dict[str, Any] = {
    "reports.queues": t.QueueReports(at(-3600), at(0), QUEUE_REPORTS, t.Service(**SERVICE)),
    "reports.intervals": t.IntervalReports(
        at(-3600),
        at(0),
        1800,
        [t.IntervalReport(queue="sales", began_at=at(-3600 + n * 1800), **SERVICE) for n in (0, 1)],
    ),
    "reports.dispositions": t.DispositionReports(
        at(-3600),
        at(0),
        [t.DispositionReport(queue="sales", code="1", name="=Sold", count=9, share=0.75, handling_ms=200_000)],
    ),
    "reports.agents": t.AgentReports(
        at(-3600),
        at(0),
        [t.AgentReport(agent="mei", name="王美", calls=12, talk_ms=2_400_000, occupancy=0.81, adherence=0.97)],
    ),
    "reports.breaks": t.BreakReports(
        at(-3600),
        at(0),
        [
            t.BreakReport(
                agent="mei",
                reason="lunch",
                count=1,
                total_ms=2_800_000,
                longest_ms=2_800_000,
                limit_ms=2_700_000,
                over_count=1,
                over_ms=100_000,
            )
        ],
    ),
}
EXPLANATION = t.Explanation(
    "0gx3k2m4npqrt",
    "sales",
    "Waits because no agent of sales is free.",
    1,
    30000,
    1.5,
    [],
    [t.AgentVerdict("mei", False, "is talking", 7), t.AgentVerdict("li", False, "is on break (lunch)", 3)],
    [t.DecisionInfo(at(), "sales", "li", "no answer", "free for longest", [t.PassedOver("mei", "is talking")], 2)],
)
AGENT_EXPLANATION = t.AgentExplanation(
    "mei",
    "Agent mei is free for 3 s; nobody waits whom this agent could be given.",
    "See the callers.",
    [t.AgentInQueue("sales", 1, 1, 2, 1)],
    [
        t.CallerVerdict(
            CALL, "13800138000", "sales", 1, 'is not what is needed ("zh >= 5"): zh 3', "The caller waits 9 s."
        )
    ],
    EXPLANATION.decisions,
)
LADDER = """\
 192.0.2.9:5060          zongji            192.0.2.21:5060
       |                    |                    |
       | INVITE             |                    |
       |------------------->|                    |
       |                    | INVITE             |
       |                    |------------------->|
"""


class Board:
    """The canned answers; `asked` has every call as (method, parameters)."""

    def __init__(self, path: Path) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.refused: dict[str, ApiError] = {}
        self.hub = EventHub()
        functions = {name: self._method(name) for name in set(SIGNATURES) - set(OWN)}
        self.server = ApiServer(path, bind(functions), self.hub, version="0.1.0", started_at=AT, board=lambda: BOARD)

    def refuse(self, method: str, error: ApiError) -> None:
        self.refused[method] = error

    def _method(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        async def call(params: Any) -> Any:
            self.asked.append((name, params))
            if name in self.refused:
                raise self.refused[name]
            return self.answer(name, params)

        return call

    def answer(self, name: str, params: Any) -> Any:
        if hasattr(params, "call_id") and name.startswith(("calls.", "queues.")) and params.call_id == "none":
            raise not_found("call", params.call_id, "zongji calls list shows those that run.")
        known = {agent.agent: agent for agent in AGENTS}
        match name:
            case "status.get":
                return STATUS
            case "snapshot.get":
                return t.Snapshot(self.hub.seq, at(), STATUS, CALLS, AGENTS, QUEUES, PHONES, TRUNKS, ENGINES)
            case "config.check":
                return t.ConfigReport(False, False, [t.MistakeInfo("phones.yaml", 3, "No secret", "Add secret:")])
            case "config.reload":
                return t.ConfigReport(True, True, [], ["Phone 203 is new."])
            case "switch.stop":
                return t.StopInfo(3, 60.0 if params.grace_s is None else params.grace_s)
            case "phones.list":
                return t.Phones(PHONES)
            case "trunks.list":
                return t.Trunks(TRUNKS)
            case "calls.list":
                return t.Calls([call for call in CALLS if params.queue in ("", call.queue)])
            case "calls.show":
                return DETAIL
            case "calls.hangup":
                return t.HangupInfo(params.call_id, "talking")
            case "calls.trace":
                message = t.TraceMessage(at(), "192.0.2.9:5060", "192.0.2.1:5060", "udp", "INVITE sip:4001@x SIP/2.0")
                return t.TraceInfo(params.call_id, ["192.0.2.9:5060"], LADDER, [message])
            case "media.tap":
                return t.TapInfo(params.call_id, params.file, [f"{params.call_id}.1"], params.seconds)
            case "media.speech":
                return t.SpeechInfo(params.call_id, params.on, [f"{params.call_id}.2"] if params.on else [])
            case "dial":
                return t.DialInfo(CALL)
            case _ if name in REPORTS:
                return REPORTS[name]
            case "agents.list":
                return t.Agents(AGENTS)
            case (
                "agents.login"
                | "agents.logout"
                | "agents.break"
                | "agents.ready"
                | "agents.extend"
                | "agents.disposition"
            ):
                if params.agent not in known:
                    raise not_found("agent", params.agent)
                return known[params.agent]
            case "queues.list":
                return t.Queues(QUEUES)
            case "queues.show":
                return t.QueueDetail("sales", 1, 30000, callers=CALLERS, staff=AGENTS[:2])
            case "queues.open" | "queues.close" | "queues.hours":
                return QUEUES[0]
            case "queues.explain" | "queues.change":
                return EXPLANATION
            case "agents.explain":
                return AGENT_EXPLANATION
            case "callers.show" | "callers.remember" | "callers.forget":
                return t.CallerMemoryInfo(params.number, [t.RememberedInfo("language", "en", at())])
            case "recordings.list":
                return t.Recordings([RECORDING])
            case "recordings.info":
                return RECORDING
            case "recordings.pause" | "recordings.mask" | "recordings.resume":
                states = {"recordings.pause": "paused", "recordings.mask": "masked", "recordings.resume": "recording"}
                return t.RecordingControl(params.call_id, f"{params.call_id}-1", states[name])  # type: ignore[arg-type]
            case "cdr.list":
                if params.after:
                    return t.Cdrs(CDRS[1:])
                return t.Cdrs(CDRS[:1], CALL) if params.limit == 1 else t.Cdrs(CDRS)
            case "engines.list":
                return t.Engines(ENGINES)
            case "studio.list":
                same = {name: getattr(STUDIO, name) for name in stu.StudioInfo.__struct_fields__}
                return stu.StudioList([stu.StudioInfo(**same)])
            case "studio.show" | "studio.screen" | "studio.air" | "studio.back" | "studio.drop":
                return STUDIO
            case "wallboard.get":
                return BOARD
            case "supervise.listen" | "supervise.whisper" | "supervise.barge":
                return WATCH
            case "supervise.list" | "supervise.stop":
                return st.Watches([WATCH])
            case "supervise.takeover" | "supervise.intercept" | "supervise.move":
                return CALLS[0]
            case "supervise.release":
                return t.HangupInfo(params.call_id, "talking")
            case "supervise.state":
                return known[params.agent]
            case "supervise.note":
                return ACT
            case "supervise.log":
                return st.Acts([ACT])
        if name in board_more.ANSWERS:
            return board_more.ANSWERS[name]
        raise AssertionError(name)
