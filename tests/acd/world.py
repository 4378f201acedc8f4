"""An independent eye on the centre: what it may do, judged from events and effects alone.

`World.do` turns three numbers into an event that a shell could send (also late, double or foolish ones), steps
the centre, and notes what comes of it (seen.py). The rules that must hold whatever happens are in judge.py.
"""

from __future__ import annotations

from acd import events as ev
from acd.counts import Taken
from acd.effects import BookAgent, BookAlert, BookDisposition, Connect, MovePosition, Release, StartAlert, StopAlert
from acd.words import Activity, AgentName, AlertId, AlertOutcome, CallerId, LeaveReason, Presence, QueueName
from tests.acd.floor_of import Least
from tests.acd.judge import Judge
from tests.acd.seen import Seat, Waiting
from tests.acd.sites import (
    ADVANCES,
    EXTENSIONS,
    JOINS,
    KINDS,
    LEAVES_AFTER_S,
    NAMES,
    OUTCOMES,
    RULES,
    SITES,
    ZH,
    Action,
)


class World(Judge):
    """A centre, and whoever throws events at it."""

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
            case 26:
                return ev.CallerChanged(
                    (sorted(self.waiting) or [CallerId("nobody")])[x % max(1, len(self.waiting))],
                    priority=(None, 5, -5, 0)[y % 4],
                    need=(None, ZH, Least("en", 4))[x % 3],
                    keep_need=x % 2 == 0,
                    named=(None, *NAMES)[y % 5],
                    named_wait_s=float(x % 3) * 5,
                    keep_named=y % 3 == 0,
                )
            case 27:
                known = sorted(self.waiting) or [CallerId("nobody")]
                return ev.CallerMoved(known[x % len(known)], QueueName(("q1", "q2", "q3", "q9")[y % 4]))
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
                    if effect.reason is LeaveReason.OVERFLOW:
                        assert effect.waited_s > LEAVES_AFTER_S, "sent on before the time"
                        assert all(start.caller != caller for start in self.ringing.values()), "while a phone rang"
                    elif effect.reason is LeaveReason.TURNED_AWAY:
                        assert sum(one.queue == effect.queue for one in self.waiting.values()) > 5, "not full"
                    before = self.waiting.pop(caller)  # fails if released twice
                    moved = isinstance(event, ev.CallerMoved) and event.caller == caller
                    assert before.queue == effect.queue or moved
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
            case ev.CallerChanged() if event.caller in self.waiting:
                self._change(event, self.waiting[event.caller])
            case ev.CallerMoved(caller=moved, queue=queue):
                waiting = self.waiting.get(moved)
                if waiting is not None and self._queue(queue) is not None:
                    if waiting.queue != queue:
                        self.positions.pop(moved, None)
                    waiting.queue, waiting.held, waiting.began_at, waiting.settled = queue, None, None, False
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

    def _change(self, changed: ev.CallerChanged, caller: Waiting) -> None:
        if changed.priority is not None:
            caller.priority = changed.priority
        if not changed.keep_need:
            caller.need = changed.need
        if not changed.keep_named:
            caller.named, caller.held, name = changed.named, None, changed.named
            there = name is not None and self.seats[name].presence is Presence.AVAILABLE and not self._full(name)
            if name is not None and there and changed.named_wait_s > 0 and self._admits(caller, name):
                caller.held, caller.held_until = name, self.now + changed.named_wait_s

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
