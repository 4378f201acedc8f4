"""The switch itself, as the socket API gives it: state, engines, alarms, configuration, the whole picture.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct, field

from apps.api.call_types import CallInfo
from apps.api.instants import At
from apps.api.people_types import AgentInfo, PhoneInfo, QueueInfo, TrunkInfo


class LateTicks(Struct, frozen=True):
    """So many ticks began within `up_to_ms` of their time, and later than the ones before in the list."""

    up_to_ms: float | None
    ticks: int


class EngineInfo(Struct, frozen=True):
    """A media engine's process."""

    engine: str
    state: str
    """running, silent (it does not answer) or lost."""
    pid: int | None = None
    streams: int = 0
    rooms: int = 0
    ties: int = 0
    """Lines to other engines, for rooms and recordings that span several."""
    recordings: int = 0
    cpu_percent: float = 0.0
    """Of one core, in the last second."""
    memory_kib: int = 0
    late_p50_ms: float = 0.0
    late_p99_ms: float = 0.0
    late_max_ms: float = 0.0
    late: list[LateTicks] = []
    """How late its ticks began since it started; the last is all that were later still."""
    skipped_ticks: int = 0
    """Ticks that were never made up for."""
    counters: dict[str, int] = {}


class AlarmInfo(Struct, frozen=True):
    """Something that an administrator should mend."""

    what: str
    since: At
    where: str = ""
    hint: str = ""


class StatusInfo(Struct, frozen=True):
    """The switch at a glance."""

    version: str
    instance: str
    site: str
    started_at: At
    state: str = "running"
    """running or stopping."""
    pid: int = 0
    calls: int = 0
    waiting: int = 0
    agents: int = 0
    agents_logged_in: int = 0
    phones: int = 0
    phones_registered: int = 0
    trunks: int = 0
    calls_today: int = 0
    listening: list[str] = []
    """`udp 192.0.2.1:5060`."""
    config_loaded_at: At | None = None
    engines: list[EngineInfo] = []
    alarms: list[AlarmInfo] = []
    counters: dict[str, int] = {}


class MistakeInfo(Struct, frozen=True):
    """One thing wrong in the site's YAML."""

    file: str
    line: int
    what: str
    mend: str = ""
    warning: bool = False
    """No caller meets it, or it may be meant so: the configuration can be applied."""


class ConfigReport(Struct, frozen=True):
    """What reading the configuration found. With mistakes nothing is applied: the old one stays."""

    ok: bool
    applied: bool
    mistakes: list[MistakeInfo] = []
    """Only warnings when it is `ok`."""
    changes: list[str] = []
    """What is different from before, a sentence each."""


class MetricsText(Struct, frozen=True):
    """What `GET /metrics` gives: text exposition format 0.0.4. docs/operations.md has the names."""

    text: str


class StopInfo(Struct, frozen=True):
    """The switch is stopping: it takes no new call and ends those left after `grace_s`."""

    calls: int
    grace_s: float


class Engines(Struct, frozen=True):
    """Every media engine, in order."""

    engines: list[EngineInfo]


class Snapshot(Struct, frozen=True):
    """The whole live picture as of event `seq`: subscribe since it, and nothing is missed or seen twice."""

    seq: int
    at: At
    status: StatusInfo
    calls: list[CallInfo] = []
    agents: list[AgentInfo] = []
    queues: list[QueueInfo] = []
    phones: list[PhoneInfo] = []
    trunks: list[TrunkInfo] = []
    engines: list[EngineInfo] = field(default_factory=list)
