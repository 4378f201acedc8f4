"""An independent eye on the centre: what it may do, judged from events and effects alone.

`World.do` turns three numbers into an event that a shell could send (also late, double or foolish ones), steps
the centre, and checks every rule that must hold whatever happens. Nothing here reads the centre's own lists, but
for `sound`, which checks these against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from acd import events as ev
from acd.caller import CallerState
from acd.centre import Centre
from acd.effects import BookAgent, BookAlert, BookDisposition, Connect, MovePosition, Release, StartAlert, StopAlert
from acd.words import (
    Activity,
    AgentName,
    AlertId,
    AlertOutcome,
    CallerId,
    CentreSettings,
    Presence,
    QueueName,
    WrapUpRules,
)
from tests.acd.floor_of import agent, queue

A, B, C, D = (AgentName(name) for name in "abcd")
NAMES = (A, B, C, D)
EXTENSIONS = ("2001", "2002", "2003")
RULES = WrapUpRules(extend_s=7.0, longest_s=12.0, codes=("1", "2"), required=True, within_s=9.0)
SITES = (
    CentreSettings(
        (queue("q1", keep_without_agents=True), queue("q2", max_wait_s=60.0, last_agent=False)),
        (agent("a", "q1", "q2"), agent("b", "q1"), agent("c", "q2"), agent("d", "q2", "q1", wrap_up_s=0.0)),
    ),
    CentreSettings(
        (queue("q1", wrap_up_s=3.0, ring_s=8.0, after_call=RULES), queue("q3", max_callers=3, skip_s=5.0)),
        (agent("a", "q1", "q3"), agent("b", "q3"), agent("d", "q1")),
    ),
    CentreSettings((queue("q2", keep_without_agents=True),), (agent("a", "q2"), agent("c", "q2"))),
)
OUTCOMES = (AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED, AlertOutcome.BUSY, AlertOutcome.UNREACHABLE)
ADVANCES = (0.0, 0.0, 0.5, 1.0, 4.0, 5.0, 20.0, 31.0)
Action = tuple[int, int, int]
KINDS = 21


@dataclass
class Waiting:
    queue: QueueName
    key: tuple[int, int]
    last: AgentName | None


@dataclass
class Seat:
    extension: str = ""
    presence: Presence = Presence.LOGGED_OUT
    activity: Activity = Activity.IDLE
    calls: int = 0
    rest_until: float = 0.0


@dataclass
class World:
    now: float = 100.0
    site: CentreSettings = SITES[0]
    waiting: dict[CallerId, Waiting] = field(default_factory=dict)
    ringing: dict[AlertId, StartAlert] = field(default_factory=dict)
    rung: dict[AlertId, float] = field(default_factory=dict)
    started: dict[AlertId, float] = field(default_factory=dict)
    talking: dict[AlertId, StartAlert] = field(default_factory=dict)
    over: set[AlertId] = field(default_factory=set)
    seats: dict[AgentName, Seat] = field(default_factory=lambda: {name: Seat() for name in NAMES})
    reachable: set[str] = field(default_factory=set)
    busy: set[str] = field(default_factory=set)
    skips: dict[tuple[CallerId, AgentName], float] = field(default_factory=dict)
    positions: dict[CallerId, int] = field(default_factory=dict)
    owing: dict[AgentName, CallerId | None] = field(default_factory=dict)
    """Who owes the disposition of which caller."""
    births: int = 0

    def __post_init__(self) -> None:
        self.centre = Centre(self.site)

    # events

    def do(self, action: Action) -> None:
        """One event, after some time."""
        kind, x, y = action
        self.advance(ADVANCES[y % len(ADVANCES)] if kind % 3 == 0 else 0.0)
        self.step(self._event(kind % KINDS, x, y))

    def advance(self, seconds: float) -> None:
        """Time passes as in the shell: every deadline is met."""
        end = self.now + seconds
        while (due := self.centre.next_deadline()) is not None and due <= end:
            assert due >= self.now - 1e-9, "a deadline was left behind"
            self.now = due
            self.step(ev.TimePassed())
        self.now = end

    def _alert(self, x: int) -> AlertId:
        """Some alert: mostly a living one, sometimes an old one, sometimes one that never was."""
        living = sorted({**self.ringing, **self.talking})
        if living and x % 5:
            return living[x % len(living)]
        return AlertId(x % (len(self.started) + 2))

    def _event(self, kind: int, x: int, y: int) -> ev.Event:
        name, extension = NAMES[x % 4], EXTENSIONS[y % 3]
        match kind:
            case 0 | 1 | 2 | 3:
                self.births += 1
                queue = QueueName(("q1", "q2", "q3", "q9")[x % 4 if x % 7 == 0 else x % 2])
                return ev.CallerJoined(
                    CallerId(f"c{self.births}"), queue, "1", priority=y % 3, last_agent=NAMES[y % 4] if x % 3 else None
                )
            case 4:
                known = sorted(self.waiting) or [CallerId("nobody")]
                return ev.CallerLeft(known[x % len(known)], abandoned=bool(y % 2))
            case 5 | 6:
                return ev.AgentLoggedIn(name, extension if y % 2 else EXTENSIONS[x % 3], reachable=y % 5 != 0)
            case 7:
                return ev.AgentLoggedOut(name)
            case 8:
                return ev.BreakStarted(name, "lunch", (None, 2.0, 30.0)[y % 3])
            case 9:
                return ev.BreakEnded(name)
            case 10:
                return ev.PhoneReachable(extension, reachable=x % 3 != 0)
            case 11:
                return ev.PhoneBusy(extension, busy=x % 2 == 0)
            case 12 | 13:
                return ev.AlertRang(self._alert(x))
            case 14 | 15:
                return ev.AlertAnswered(self._alert(x))
            case 16:
                return ev.AlertFailed(self._alert(x), OUTCOMES[y % 4])
            case 17:
                return ev.TalkEnded(self._alert(x))
            case 18:
                return ev.WrapUpExtended(name, (None, 3.0)[y % 2])
            case 19:
                return ev.DispositionGiven(name, ("1", "2", "9")[y % 3])
            case _:
                if x % 4 == 0:
                    return ev.Reconfigured(SITES[y % len(SITES)])
                return ev.CountsLoaded({name: y % 3}) if x % 4 == 1 else ev.TimePassed()

    def step(self, event: ev.Event) -> None:
        self._note(event)
        effects = self.centre.step(event, self.now)
        stopped: set[AlertId] = set()
        started: list[StartAlert] = []
        for effect in effects:
            match effect:
                case StartAlert():
                    self._may_start(effect)
                    started.append(effect)
                case StopAlert(alert=alert):
                    if alert in self.ringing:
                        stopped.add(alert)
                    else:
                        late = isinstance(event, ev.AlertAnswered) and event.alert == alert
                        assert late, f"{effect} of an alert that is over"
                case BookAlert(alert=alert):
                    start = self.ringing.pop(alert)  # fails if booked twice, or never started
                    failed = isinstance(event, ev.AlertFailed) and event.alert == alert
                    assert (alert in stopped) != failed, "an alert ends by a stop of ours or a failure of theirs"
                    stopped.discard(alert)
                    self.over.add(alert)
                    self._blame(start, effect)
                case Connect(alert=alert, caller=caller):
                    assert isinstance(event, ev.AlertAnswered) and event.alert == alert
                    self.talking[alert] = self.ringing.pop(alert)
                    assert self.talking[alert].caller == caller
                    del self.waiting[caller]
                    self.positions.pop(caller, None)
                    self.seats[effect.agent].calls += 1
                    self.owing[effect.agent] = effect.caller if self._required(effect.queue) else None
                case BookDisposition(agent=name, code=code):
                    if code:
                        assert code in RULES.codes and isinstance(event, ev.DispositionGiven)
                        self.owing[name] = None
                    else:
                        assert self.owing.pop(name) == effect.caller, "not given, though given or never owed"
                case Release(caller=caller):
                    assert effect.waited_s >= 0
                    assert self.waiting.pop(caller).queue == effect.queue  # fails if released twice
                    self.positions.pop(caller, None)
                case MovePosition(caller=caller, position=position):
                    assert self.positions.get(caller) != position, "told the same position twice"
                    self.positions[caller] = position
                case BookAgent(agent=name):
                    seat = self.seats[name]
                    seat.presence, seat.activity, seat.extension = effect.presence, effect.activity, effect.extension
        assert not stopped, "stopped, but not booked"
        self._fair(started)
        self._nobody_forgotten()
        self.sound()

    def _note(self, event: ev.Event) -> None:
        match event:
            case ev.CallerJoined():
                self.waiting[event.caller] = Waiting(event.queue, (-event.priority, self.births), event.last_agent)
            case ev.AgentLoggedIn(extension=extension, reachable=reachable):
                if any(known.name == event.agent for known in self.site.agents):
                    (self.reachable.add if reachable else self.reachable.discard)(extension)
                    if self.seats[event.agent].extension != extension:
                        self.seats[event.agent].rest_until = 0.0
            case ev.PhoneReachable(extension=extension, reachable=reachable):
                (self.reachable.add if reachable else self.reachable.discard)(extension)
            case ev.PhoneBusy(extension=extension, busy=busy):
                (self.busy.add if busy else self.busy.discard)(extension)
            case ev.AlertRang(alert=alert) if alert in self.ringing:
                self.rung.setdefault(alert, self.now)
            case ev.TalkEnded(alert=alert):
                if self.talking.pop(alert, None):
                    self.over.add(alert)
            case ev.AlertFailed(alert=alert):
                if self.talking.pop(alert, None):
                    self.over.add(alert)
            case ev.Reconfigured(settings=settings):
                gone = {known.name for known in self.site.agents} - {known.name for known in settings.agents}
                self.site = settings
                for name in gone:
                    self.seats[name] = Seat(activity=self.seats[name].activity, calls=self.seats[name].calls)
            case ev.CountsLoaded():
                for name in NAMES:
                    self.seats[name].calls = event.calls_today.get(name, 0)
            case _:
                pass

    def _blame(self, start: StartAlert, book: BookAlert) -> None:
        dead = book.alert not in self.rung and self.now - self.started[book.alert] >= 5.0
        settings = {known.name: known for known in self.site.queues}.get(start.queue)
        if settings is not None and (dead or book.outcome in OUTCOMES):
            self.skips[start.caller, start.agent] = self.now + settings.skip_s
        if dead or book.outcome in (AlertOutcome.BUSY, AlertOutcome.UNREACHABLE):
            self.seats[start.agent].rest_until = self.now + 5.0

    def _required(self, queue: QueueName) -> bool:
        return any(known.name == queue and known.after_call.required for known in self.site.queues)

    # rules

    def _may_start(self, start: StartAlert) -> None:
        assert start.alert not in self.started, "an alert's id used twice"
        for other in (*self.ringing.values(), *self.talking.values()):
            assert other.agent != start.agent, "an agent on two calls"
            assert other.extension != start.extension, "a phone on two calls"
        assert all(other.caller != start.caller for other in self.ringing.values()), "a caller on two agents"
        assert self.waiting[start.caller].queue == start.queue
        assert self._could(start.caller, start.agent), "an agent who is passed over, or not of the queue"
        assert self.seats[start.agent].presence is Presence.AVAILABLE
        assert start.extension in self.reachable and start.extension not in self.busy
        self.ringing[start.alert] = start
        self.started[start.alert] = self.now

    def _members(self, queue: QueueName) -> set[AgentName]:
        return {known.name for known in self.site.agents if queue in known.queues}

    def _choosable(self, name: AgentName) -> bool:
        seat = self.seats[name]
        engaged = {*self.ringing.values(), *self.talking.values()}
        return (
            seat.presence is Presence.AVAILABLE
            and seat.activity is Activity.IDLE
            and seat.extension in self.reachable
            and seat.extension not in self.busy
            and seat.rest_until <= self.now
            and not any(other.agent == name or other.extension == seat.extension for other in engaged)
        )

    def _could(self, caller: CallerId, name: AgentName) -> bool:
        return name in self._members(self.waiting[caller].queue) and self.skips.get((caller, name), 0.0) <= self.now

    def _idle_callers(self) -> list[CallerId]:
        alerting = {start.caller for start in self.ringing.values()}
        return [caller for caller in self.waiting if caller not in alerting]

    def _nobody_forgotten(self) -> None:
        free = [name for name in NAMES if self._choosable(name)]
        for caller in self._idle_callers():
            for name in free:
                assert not self._could(caller, name), f"{caller} waits although {name} is free"

    def _fair(self, started: list[StartAlert]) -> None:
        idle = self._idle_callers()
        for start in started:
            if start.alert not in self.ringing:
                continue
            chosen = self.waiting[start.caller]
            for other in idle:
                better = self.waiting[other].key < chosen.key
                assert not (better and self._could(other, start.agent)), f"{start.agent} should have gone to {other}"
            if start.agent == chosen.last and start.why.startswith("served"):
                continue
            for name in NAMES:
                if self._choosable(name) and self._could(start.caller, name):
                    assert self.seats[name].calls >= self.seats[start.agent].calls, f"{name} has fewer calls"

    def sound(self) -> None:
        """The centre's own lists agree with each other, and nothing is stuck."""
        floor = self.centre._floor
        assert set(floor.callers) == set(self.waiting)
        assert set(floor.alerts) == {*self.ringing, *self.talking}
        for alert in self.ringing:
            assert any(key[1] == alert for key in floor.deadlines._when), "a ringing phone without a deadline"
        for known in floor.agents.values():
            assert (known.activity is Activity.WRAPPING_UP) == (known.wrap_up_until is not None)
            assert (known.wrap_up is not None) == (known.activity in (Activity.TALKING, Activity.WRAPPING_UP))
            assert not known.overdue or known.presence is Presence.ON_BREAK
            if known.wrap_up is not None and known.wrap_up.began_at is not None:
                longest = max(known.wrap_up.seconds, known.wrap_up.rules.longest_s, known.wrap_up.rules.within_s)
                assert known.wrap_up_until is not None
                assert known.wrap_up_until <= known.wrap_up.began_at + longest + 1e-9, "a wrap-up without end"
            elif known.activity is Activity.IDLE:
                assert self.owing.get(known.name) is None, "a disposition that was owed is lost"
            assert (known.activity in (Activity.RESERVED, Activity.RINGING, Activity.TALKING)) == (
                known.alert is not None
            )
            if known.presence is not Presence.LOGGED_OUT:
                assert floor.seats[known.extension] is known
        for name, line in floor.queues.items():
            assert line.line == sorted(line.line) and line.waiting == sorted(line.waiting)
            assert [c.id for _, _, c in line.waiting] == [
                c.id for _, _, c in line.line if c.state is CallerState.WAITING
            ]
            assert {entry[3].name for entry in line.free} == {
                known for known in self._members(name) if self._choosable(known)
            }
            assert line.free == sorted(line.free)
            for place, (_, _, caller) in enumerate(line.line, 1):
                assert self.positions[caller.id] == place, "a caller was told a wrong position"

    def finish(self) -> None:
        """Everybody goes home: nothing may remain."""
        for caller in list(self.waiting):
            self.step(ev.CallerLeft(caller))
        for alert in list(self.talking):
            self.step(ev.TalkEnded(alert))
        self.advance(120.0)
        for name in NAMES:
            self.step(ev.AgentLoggedOut(name))
        floor = self.centre._floor
        assert not self.ringing and not self.talking and not self.waiting
        assert self.over == set(self.started), "each alert ended exactly once"
        assert len(floor.deadlines) == 0
        assert all(known.activity is Activity.IDLE or known.extension in self.busy for known in floor.agents.values())
        assert not floor.seats and not any(phone.alert for phone in floor.phones.values())
