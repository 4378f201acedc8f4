"""The rules that must hold whatever happens, each judged by what was seen.

Nothing here reads the centre's own lists, but for `sound`, which checks these against each other.
"""

from __future__ import annotations

from acd.caller import CallerState
from acd.effects import StartAlert
from acd.settings import QueueSettings
from acd.wait import Due
from acd.words import Activity, Presence
from tests.acd.seen import Seen
from tests.acd.sites import NAMES


class Judge(Seen):
    """Says what is wrong."""

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
            if line.settings.leave and line.line:
                assert floor.deadlines._when[Due.LEAVE, name][0] <= self.now + 1.1, "nobody looks at who is to leave"
            standing = sorted(entry for lane in line.lanes.values() for entry in lane.entries)
            assert standing == [entry for entry in line.line if entry[2].state is CallerState.WAITING]
            assert {entry[4].name for entry in line.free} == {
                known for known in self._members(name) if self._choosable(known)
            }
            assert line.free == sorted(line.free)
            for place, (_, _, caller) in enumerate(line.line, 1):
                assert self.positions[caller.id] == place, "a caller was told a wrong position"
