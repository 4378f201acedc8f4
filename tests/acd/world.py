"""An independent eye on the centre: what it may do, judged from events and effects alone.

`World.do` turns three numbers into an event that a shell could send (also late, double or foolish ones), steps
the centre, and checks every rule that must hold whatever happens. Nothing here reads the centre's own lists, but
for `sound`, which checks these against each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from acd import events as ev
from acd.caller import CallerState
from acd.centre import Centre
from acd.counts import Taken
from acd.effects import BookAgent, BookAlert, BookDisposition, Connect, MovePosition, Release, StartAlert, StopAlert
from acd.settings import AgentSettings, CentreSettings, Counted, Need, QueueSettings, Relaxation, Strategy, WrapUpRules
from acd.wait import Due
from acd.words import Activity, AgentName, AlertId, AlertOutcome, CallerId, Presence, QueueName
from tests.acd.floor_of import Least, agent, queue

A, B, C, D = (AgentName(name) for name in "abcd")
NAMES = (A, B, C, D)
EXTENSIONS = ("2001", "2002", "2003", "2004")
STRATEGIES = tuple(Strategy)
ZH = Least("zh", 5)
RULES = WrapUpRules(extend_s=7.0, longest_s=12.0, codes=("1", "2"), required=True, within_s=9.0)


def site(number: int) -> CentreSettings:
    """One of many sites: every strategy meets every limit."""
    first, second = STRATEGIES[number % 10], STRATEGIES[(number * 7 + 3) % 10]
    counted = tuple(Counted)[number % 3]
    return CentreSettings(
        (
            queue(
                "q1",
                strategy=first,
                counted=counted,
                keep_without_agents=number % 2 == 0,
                need=ZH if number % 3 == 1 else None,
                relax=(Relaxation(4.0, Least("zh", 2)), Relaxation(20.0, None, own=False)) if number % 3 == 1 else (),
                max_talking=1 + number % 2 if number % 4 == 3 else None,
                last_agent_wait_s=5.0 if number % 5 == 2 else 0.0,
                ring_most=2 + number % 3,
                ring_more_s=1.0,
                ring_s=8.0,
                after_call=RULES if number % 2 else WrapUpRules(),
            ),
            queue(
                ("q2", "q3")[number % 2],
                strategy=second,
                max_wait_s=60.0 if number % 2 else None,
                max_callers=3 if number % 6 == 5 else None,
                last_agent=number % 2 == 1,
                wrap_up_s=3.0,
                skip_s=5.0 + 25.0 * (number % 2),
                weight=2.0 if number % 3 == 0 else 0.0,
                keep_without_agents=number % 4 == 0,
            ),
        ),
        tuple(
            agent(name, *queues, skills=skills, tiers=tiers, weight=weight, max_calls=most, wrap_up_s=wrap_up_s)
            for name, queues, skills, tiers, weight, most, wrap_up_s in _staff(number)
        ),
        ageing=(1.0, 0.0, 6.0)[number % 3],
    )


def _staff(number: int) -> list[tuple[str, tuple[str, ...], dict[str, int], dict[QueueName, int], float, Any, Any]]:
    other, tier = ("q2", "q3")[number % 2], {QueueName("q1"): 2} if number % 4 == 1 else {}
    staff: list[Any] = [
        ("a", ("q1", other), {"zh": 8, "en": 2}, {}, 2.0, None, None),
        ("b", ("q1",), {"zh": 3}, tier, 1.0, 2 if number % 5 == 4 else None, None),
        ("c", (other,), {"en": 9}, {}, 1.0, None, None),
        ("d", (other, "q1"), {"zh": 5, "en": 5}, {}, 0.5, None, 0.0),
    ]
    return [each for each in staff if not (number % 7 == 6 and each[0] == "d")]


SITES = tuple(site(number) for number in range(30))
OUTCOMES = (AlertOutcome.NO_ANSWER, AlertOutcome.DECLINED, AlertOutcome.BUSY, AlertOutcome.UNREACHABLE)
ADVANCES = (0.0, 0.0, 0.5, 1.0, 4.0, 5.0, 20.0, 31.0)
Action = tuple[int, int, int]
KINDS = 26
JOINS = (0, 1, 2, 3, 19)


@dataclass
class Waiting:
    queue: QueueName
    priority: int
    born: int
    joined_at: float
    last: AgentName | None
    named: AgentName | None = None
    need: Need | None = None
    held: AgentName | None = None
    held_until: float = 0.0
    began_at: float | None = None
    """When the first phone rang."""
    settled: bool = True
    """No reload since."""


@dataclass
class Seat:
    extension: str = ""
    presence: Presence = Presence.LOGGED_OUT
    activity: Activity = Activity.IDLE
    calls: int = 0
    ever: int = 0
    talk_s: float = 0.0
    by_queue: dict[QueueName, int] = field(default_factory=dict)
    turns: dict[QueueName, int] = field(default_factory=dict)
    idle_since: float = 0.0
    rest_until: float = 0.0

    def count(self, taken: int, ever: int) -> None:
        self.calls, self.ever, self.talk_s = taken, ever, 0.0
        self.by_queue.clear()
        self.turns.clear()


@dataclass
class World:
    now: float = 100.0
    site: CentreSettings = SITES[0]
    waiting: dict[CallerId, Waiting] = field(default_factory=dict)
    ringing: dict[AlertId, StartAlert] = field(default_factory=dict)
    rung: dict[AlertId, float] = field(default_factory=dict)
    started: dict[AlertId, float] = field(default_factory=dict)
    talking: dict[AlertId, StartAlert] = field(default_factory=dict)
    since: dict[AlertId, float] = field(default_factory=dict)
    joined: int = 0
    out: int = 0
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
        name, extension = NAMES[x % 4], EXTENSIONS[y % 4]
        match kind:
            case _ if kind in JOINS:
                self.births += 1
                queue = QueueName(("q1", "q2", "q3", "q9")[x % 4 if x % 7 == 0 else x % 2])
                return ev.CallerJoined(
                    CallerId(f"c{self.births}"),
                    queue,
                    "1",
                    priority=y % 3,
                    last_agent=NAMES[y % 4] if x % 3 else None,
                    named=NAMES[x % 4] if y % 6 == 0 else None,
                    named_wait_s=float(y % 4) * 3,
                    need=(None, None, Least("en", 4), ZH)[x % 4],
                )
            case 4:
                known = sorted(self.waiting) or [CallerId("nobody")]
                return ev.CallerLeft(known[x % len(known)], abandoned=bool(y % 2))
            case 5 | 6:
                return ev.AgentLoggedIn(name, extension if y % 2 else EXTENSIONS[x % 4], reachable=y % 5 != 0)
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
            case 12 | 13 | 20:
                return ev.AlertRang(self._alert(x))
            case 14 | 15 | 21 | 22:
                return ev.AlertAnswered(self._alert(x))
            case 16:
                return ev.AlertFailed(self._alert(x), OUTCOMES[y % 4])
            case 17 | 23:
                return ev.TalkEnded(self._alert(x))
            case 24:
                return ev.WrapUpExtended(name, (None, 3.0)[y % 2])
            case 25:
                return ev.DispositionGiven(name, ("1", "2", "9")[y % 3])
            case _:
                if x % 4 == 0:
                    return ev.Reconfigured(SITES[y % len(SITES)])
                if x % 4 == 1:
                    return ev.CountsLoaded({name: Taken(y % 3, y % 7)}) if y % 2 else ev.DayBegan()
                return ev.TimePassed()

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
                    self.out += 1
                    self.since[alert] = self.now
                    seat = self.seats[effect.agent]
                    seat.calls, seat.ever = seat.calls + 1, seat.ever + 1
                    seat.by_queue[effect.queue] = seat.by_queue.get(effect.queue, 0) + 1
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
                    self.out += 1
                    self.positions.pop(caller, None)
                case MovePosition(caller=caller, position=position):
                    assert self.positions.get(caller) != position, "told the same position twice"
                    self.positions[caller] = position
                case BookAgent(agent=name):
                    seat = self.seats[name]
                    idle = (effect.presence, effect.activity) == (Presence.AVAILABLE, Activity.IDLE)
                    was = (seat.presence, seat.activity)
                    if idle and was not in (
                        (Presence.AVAILABLE, Activity.IDLE),
                        (Presence.AVAILABLE, Activity.RESERVED),
                        (Presence.AVAILABLE, Activity.RINGING),
                    ):
                        seat.idle_since = self.now
                    seat.presence, seat.activity, seat.extension = effect.presence, effect.activity, effect.extension
                    if effect.presence is not Presence.AVAILABLE or self._full(name):
                        self._let_go(name)
        assert not stopped, "stopped, but not booked"
        self._fair(started)
        self._nobody_forgotten()
        self.sound()

    def _note(self, event: ev.Event) -> None:
        match event:
            case ev.CallerJoined():
                self.joined += 1
                self.waiting[event.caller] = Waiting(
                    event.queue, event.priority, self.births, self.now, event.last_agent, event.named, event.need
                )
                self._hold(event)
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
            case ev.TalkEnded(alert=alert) | ev.AlertFailed(alert=alert):
                talk = self.talking.pop(alert, None)
                if talk is not None:
                    self.seats[talk.agent].talk_s += self.now - self.since[alert]
                    self.over.add(alert)
            case ev.Reconfigured(settings=settings):
                gone = {known.name for known in self.site.agents} - {known.name for known in settings.agents}
                self.site = settings
                for name in gone:
                    was = self.seats[name]
                    self.seats[name] = Seat(
                        activity=was.activity,
                        calls=was.calls,
                        ever=was.ever,
                        talk_s=was.talk_s,
                        by_queue=was.by_queue,
                        turns=was.turns,
                    )
                    self._let_go(name)
                for caller in self.waiting.values():
                    caller.settled = False
                    if caller.held is not None and not self._admits(caller, caller.held):
                        caller.held = None
            case ev.CountsLoaded(taken=taken):
                for name in NAMES:
                    counts = taken.get(name, Taken())
                    self.seats[name].count(counts.today, counts.ever)
                    if self._full(name):
                        self._let_go(name)
            case ev.DayBegan():
                for seat in self.seats.values():
                    seat.calls, seat.talk_s = 0, 0.0
                    seat.by_queue.clear()
            case _:
                pass

    def _hold(self, joined: ev.CallerJoined) -> None:
        settings, caller = self._queue(joined.queue), self.waiting[joined.caller]
        if settings is None:
            return
        last = joined.last_agent if settings.last_agent else None
        for name, wait_s in ((joined.named, joined.named_wait_s), (last, settings.last_agent_wait_s)):
            there = name is not None and self.seats[name].presence is Presence.AVAILABLE and not self._full(name)
            if name is not None and there and self._admits(caller, name):
                if wait_s > 0:
                    caller.held, caller.held_until = name, self.now + wait_s
                return

    def _let_go(self, name: AgentName) -> None:
        for caller in self.waiting.values():
            if caller.held == name:
                caller.held = None

    def _blame(self, start: StartAlert, book: BookAlert) -> None:
        dead = book.alert not in self.rung and self.now - self.started[book.alert] >= 5.0
        settings = self._queue(start.queue)
        if dead or book.outcome in OUTCOMES:
            self.seats[start.agent].idle_since = self.now
        if settings is not None and (dead or book.outcome in OUTCOMES):
            self.skips[start.caller, start.agent] = self.now + settings.skip_s
            caller = self.waiting.get(start.caller)
            if caller is not None and caller.held == start.agent:
                caller.held = None
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
        caller = self.waiting[start.caller]
        settings = self._queue(caller.queue)
        assert settings is not None and caller.queue == start.queue
        phones = sum(other.caller == start.caller for other in self.ringing.values())
        if phones:
            assert settings.strategy.rings_many and phones < settings.ring_most, "a caller on two agents"
            assert phones < self._reach(caller, settings) or not caller.settled, "too many phones for a caller"
        else:
            assert self._room(settings) > 0, "more calls than the queue may have"
            self._right_one(start, settings)
        assert self._could(start.caller, start.agent), "an agent who is passed over, or not of the queue"
        assert self._choosable(start.agent)
        caller.began_at = self.now if caller.began_at is None else caller.began_at
        self.ringing[start.alert] = start
        self.started[start.alert] = self.now
        self.seats[start.agent].turns[start.queue] = len(self.started)

    def _right_one(self, start: StartAlert, settings: QueueSettings) -> None:
        """The agent is whom the queue's strategy has chosen, of all who could be given to this caller."""
        caller = self.waiting[start.caller]
        able = [name for name in NAMES if self._choosable(name) and self._could(start.caller, name)]
        for favourite in (caller.named, caller.last if settings.last_agent else None):
            if favourite in able:
                assert start.agent == favourite, f"{favourite} comes before all others"
                return
        best = min(self._worth(name, caller, settings) for name in able)
        assert self._worth(start.agent, caller, settings) == best, f"{settings.strategy} has another: {able}"

    def _worth(self, name: AgentName, caller: Waiting, settings: QueueSettings) -> tuple[float, float]:
        """The lower the better, by tier and strategy; who is idle for longest is not told here."""
        seat, known = self.seats[name], self._agent(name)
        calls = {
            Counted.DAY: seat.calls,
            Counted.QUEUE: seat.by_queue.get(settings.name, 0),
            Counted.ALL: seat.ever,
        }[settings.counted]
        need = caller.need or settings.need
        match settings.strategy:
            case Strategy.FEWEST_CALLS:
                worth = float(calls)
            case Strategy.WEIGHTED:
                worth = calls / known.weight
            case Strategy.LEAST_TALK_TIME:
                worth = seat.talk_s
            case Strategy.LONGEST_IDLE:
                worth = seat.idle_since
            case Strategy.ROUND_ROBIN:
                worth = float(seat.turns.get(settings.name, 0))
            case Strategy.SKILL_LEVEL:
                worth = -float(sum(known.skills.get(skill, 0) for skill in need.names) if need else 0)
            case Strategy.RANDOM:
                worth = 0.0
            case _:
                worth = float([each.name for each in self.site.agents].index(name))
        return known.tiers.get(settings.name, 1), worth

    def _queue(self, name: QueueName) -> QueueSettings | None:
        return next((known for known in self.site.queues if known.name == name), None)

    def _agent(self, name: AgentName) -> AgentSettings:
        return next(known for known in self.site.agents if known.name == name)

    def _members(self, queue: QueueName) -> set[AgentName]:
        return {known.name for known in self.site.agents if queue in known.queues}

    def _full(self, name: AgentName) -> bool:
        most = next((known.max_calls for known in self.site.agents if known.name == name), None)
        return most is not None and self.seats[name].calls >= most

    def _choosable(self, name: AgentName) -> bool:
        seat = self.seats[name]
        engaged = {*self.ringing.values(), *self.talking.values()}
        return (
            seat.presence is Presence.AVAILABLE
            and seat.activity is Activity.IDLE
            and seat.extension in self.reachable
            and seat.extension not in self.busy
            and seat.rest_until <= self.now
            and not self._full(name)
            and not any(other.agent == name or other.extension == seat.extension for other in engaged)
        )

    def _admits(self, caller: Waiting, name: AgentName) -> bool:
        """Whether what is asked by now lets this agent have the call, not minding whom the caller waits for."""
        settings = self._queue(caller.queue)
        if settings is None or name not in self._members(caller.queue):
            return False
        need, own = settings.need, True
        for relaxed in settings.relax:
            if self.now - caller.joined_at >= relaxed.after_s - 1e-9:
                need, own = relaxed.need, relaxed.own
        skills = self._agent(name).skills
        return all(one.admits(skills) for one in (need, caller.need if own else None) if one is not None)

    def _could(self, caller: CallerId, name: AgentName) -> bool:
        waiting = self.waiting[caller]
        if waiting.held is not None and waiting.held_until > self.now and waiting.held != name:
            return False
        return self._admits(waiting, name) and self.skips.get((caller, name), 0.0) <= self.now

    def _room(self, settings: QueueSettings) -> int:
        if settings.max_talking is None:
            return 1000
        rung = {start.caller for start in self.ringing.values() if start.queue == settings.name}
        return settings.max_talking - len(rung) - sum(talk.queue == settings.name for talk in self.talking.values())

    def _reach(self, caller: Waiting, settings: QueueSettings) -> int:
        if settings.strategy is Strategy.RING_ALL:
            return settings.ring_most
        if settings.strategy is not Strategy.PROGRESSIVE or caller.began_at is None:
            return 1
        return min(settings.ring_most, 1 + int((self.now - caller.began_at) / settings.ring_more_s + 1e-9))

    def _idle_callers(self) -> list[CallerId]:
        """Those for whom no phone rings, though their queue might have one ring."""
        alerting = {start.caller for start in self.ringing.values()}
        queues = {known.name: known for known in self.site.queues}
        return [
            name
            for name, caller in self.waiting.items()
            if name not in alerting and self._room(queues[caller.queue]) > 0
        ]

    def _nobody_forgotten(self) -> None:
        free = [name for name in NAMES if self._choosable(name)]
        for caller in self._idle_callers():
            for name in free:
                assert not self._could(caller, name), f"{caller} waits although {name} is free"
        for caller in {start.caller for start in self.ringing.values()}:
            waiting, settings = self.waiting[caller], self._queue(self.waiting[caller].queue)
            phones = sum(start.caller == caller for start in self.ringing.values())
            assert settings is not None
            overdue = settings.max_wait_s is not None and waiting.joined_at + settings.max_wait_s <= self.now
            if waiting.settled and not overdue and phones < self._reach(waiting, settings):
                for name in free:
                    assert not self._could(caller, name), f"{name} could ring for {caller}, too"

    def _rank(self, caller: CallerId) -> tuple[float, int]:
        waiting = self.waiting[caller]
        settings = self._queue(waiting.queue)
        points = waiting.priority + (settings.weight if settings is not None else 0.0)
        return waiting.joined_at * self.site.ageing / 60 - points, waiting.born

    def _fair(self, started: list[StartAlert]) -> None:
        idle = self._idle_callers()
        alerts = [start.caller for start in self.ringing.values()]
        for start in started:
            if start.alert not in self.ringing:
                continue
            for other in idle:
                extra = alerts.count(start.caller) > 1 and start is not self._first(start.caller)
                better = extra or self._rank(other) < self._rank(start.caller)
                assert not (better and self._could(other, start.agent)), f"{start.agent} should have gone to {other}"

    def _first(self, caller: CallerId) -> StartAlert:
        return next(start for start in self.ringing.values() if start.caller == caller)

    def sound(self) -> None:
        """The centre's own lists agree with each other, and nothing is stuck."""
        floor = self.centre._floor
        assert set(floor.callers) == set(self.waiting)
        assert set(floor.alerts) == {*self.ringing, *self.talking}
        for talks in floor.queues.values():
            assert talks.talking == sum(talk.queue == talks.name for talk in self.talking.values())
            assert talks.alerting == len({s.caller for s in self.ringing.values() if s.queue == talks.name})
        for waiting in floor.callers.values():
            assert waiting.held_for is None or (Due.HOLD, waiting.id) in floor.deadlines, "held for ever"
        for alert in self.ringing:
            assert any(key[1] == alert for key in floor.deadlines._when), "a ringing phone without a deadline"
        for known in floor.agents.values():
            assert (known.activity is Activity.WRAPPING_UP) == ((Due.WRAP_UP, known.name) in floor.deadlines)
            assert (known.rest_until is not None) == ((Due.REST, known.name) in floor.deadlines)
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
            assert line.line == sorted(line.line)
            standing = sorted(entry for lane in line.lanes.values() for entry in lane.entries)
            assert standing == [entry for entry in line.line if entry[2].state is CallerState.WAITING]
            assert {entry[4].name for entry in line.free} == {
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
        assert self.joined == self.out, "whoever came in went out, once"
        assert len(floor.deadlines) == 0
        assert all(known.activity is Activity.IDLE or known.extension in self.busy for known in floor.agents.values())
        assert not floor.seats and not any(phone.alert for phone in floor.phones.values())
