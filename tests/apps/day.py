"""A day in a call centre, played on paper, and reckoned by whoever played it.

Callers, agents and their phones are moved by chance on a grid of five seconds, on which every timer of the site lies,
too. What happened is told by the phones (who rings, who hangs up) and by the rules of the site; nothing is read from the
centre or the books. `Day.stays`, `.alerts`, `.slots`, `.breaks` are the raw facts; reckoning.py sums them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from apps.api import params as p
from media.paths import Direction
from switch.words import LegId, Party, call_of
from tests.stage.paper.house import after, settle
from tests.stage.paper.restart import Life

TICK = 5
QUEUES = """
    queues:
      sales: {ring: 15, skip: 30, wrap_up: 10, wrap_up_extend: 30, wrap_up_longest: 100, announce_position_every: never,
              disposition_required: yes, disposition_within: 60, service_level: 20, short_abandon: 12,
              dispositions: {"1": {en: Sold, zh: 成交}, "2": {en: Thinks, zh: 考虑}}}
      service: {ring: 15, skip: 30, wrap_up: 0, keep_without_agents: true, max_wait: 60, announce_position_every: never,
                service_level: 15, dispositions: {"1": {en: Solved, zh: 解决}}}
      short: {keep_without_agents: true, announce_position_every: never}
"""
AGENTS = """
    agents:
      alice: {name: Alice, extension: "2001", queues: [sales, service], shift: ["daily 03:30-05:00", "daily 04:50-06:00"]}
      bob: {name: Bob, extension: "2002", queues: [sales]}
      carol: {name: Carol, extension: "2003", queues: [service, sales], shift: ["daily 22:00-05:15"]}
    breaks: {"1": {reason: rest, limit: 4m}, "2": {reason: lunch, limit: 10m}, "3": training}
"""
DIALPLAN = """
    routes:
      - {to: "2XXX", dial: "{called}"}
      - {to: "4001", do: sales}
      - {to: "4002", do: service}
      - {to: "4003", do: both}
      - {to: "4006", do: short}
    scripts:
      sales: [{queue: sales}]
      service: [{queue: service}]
      both: [{queue: {name: sales, connected: [{queue: service}]}}]
      short: [{queue: {name: short, max_wait: 10}}, {hangup: busy}]
"""
SITE = dict(queues=QUEUES, agents=AGENTS, dialplan=DIALPLAN)
SEATS = {"alice": "2001", "bob": "2002", "carol": "2003"}
SERVES = {"alice": ("sales", "service"), "bob": ("sales",), "carol": ("service", "sales")}
LIMITS = {"rest": 240, "lunch": 600, "training": None}
CODES = {"sales": ("1", "2"), "service": ("1",)}


@dataclass(eq=False)
class Stay:
    """One time that a caller is in a queue; seconds of the day."""

    call: str
    queue: str
    joined: int
    left: int | None = None
    outcome: str = ""
    agent: str = ""
    talk_ended: int | None = None
    talk: int = 0
    hold: int = 0
    wrap_up: int = 0
    disposition: str = ""


@dataclass(eq=False)
class Caller:
    leg: LegId
    stay: Stay
    number: str
    patience: int
    until: int = 0
    """When the talk is to end."""
    held: bool = False


@dataclass(eq=False)
class Ringing:
    leg: LegId
    caller: Caller
    since: int
    act_at: int
    act: str
    ended_as: str = ""


@dataclass(eq=False)
class Wrap:
    stay: Stay
    began: int
    due: int
    owed: bool

    def over(self, now: int) -> bool:
        return now >= self.due and not (self.owed and now < self.began + 60)


@dataclass(eq=False)
class Worker:
    name: str
    there: bool = False
    reason: str = ""
    """Of the break."""
    break_began: int = 0
    rings: Ringing | None = None
    talks: Caller | None = None
    talk_leg: LegId | None = None
    wrap: Wrap | None = None
    given: str = ""
    """The disposition of the running talk."""
    other: LegId | None = None
    other_until: int = 0


@dataclass
class Day:
    life: Life
    seed: int
    kills: tuple[int, ...] = ()
    """When the exchange is killed: seconds of the day, on the grid."""
    now: int = 0
    stays: list[Stay] = field(default_factory=list)
    alerts: list[tuple[str, int, str]] = field(default_factory=list)
    slots: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Agent -> what they were in each five seconds; a break is `break:<reason>` or `over:<reason>`."""
    breaks: list[tuple[str, str, int]] = field(default_factory=list)
    """Agent, reason, when it began."""

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.workers = {name: Worker(name) for name in SEATS}
        self.callers: list[Caller] = []

    # ---- the day ------------------------------------------------------------------------------------------------

    async def play(self, seconds: int) -> None:
        """From the first tick to the last; callers stop coming before, so that nobody is left over."""
        self.house = await self.life.start()
        await self.house.register(*SEATS.values(), "2004")
        while self.now < seconds:
            if self.now in self.kills:
                await self._killed()
            await self._tick(closing=self.now > seconds - 400)
            for worker in self.workers.values():
                self._paint(worker)
            await after(TICK)
            self.now += TICK

    async def _tick(self, closing: bool) -> None:
        await self._observe()
        if not closing and self.random.random() < 0.09:
            await self._call_in()
        for caller in list(self.callers):
            if caller.stay.left is None and self.now >= caller.patience:
                await self._give_up(caller)
        for worker in self.workers.values():
            await self._phone(worker)
            await self._talk(worker, closing)
            await self._after_talk(worker)
            await self._presence(worker, closing)
            await self._other_call(worker)
        await self._observe()

    async def _observe(self) -> None:
        """What the timers did since, and whose phone rings now; until nothing is new."""
        for worker in self.workers.values():
            if worker.wrap is not None and worker.wrap.over(self.now):
                self._wrapped(worker)
        while True:
            await settle(15)
            for worker in self.workers.values():
                if worker.rings is not None and self.house.switch.ended(worker.rings.leg) is not None:
                    self._rang_out(worker, worker.rings)
            for caller in list(self.callers):
                self._too_long(caller)
            fresh = False
            for worker in self.workers.values():
                fresh |= self._ring(worker)
            if not fresh:
                return

    def _paint(self, worker: Worker) -> None:
        if worker.talks is not None:
            state = "talking"
            if worker.talks.held:
                worker.talks.stay.hold += TICK
            else:
                worker.talks.stay.talk += TICK
        elif worker.wrap is not None:
            state = "wrapping_up"
            worker.wrap.stay.wrap_up += TICK
        elif not worker.there:
            state = "out"
        elif worker.reason:
            limit = LIMITS[worker.reason]
            over = limit is not None and self.now >= worker.break_began + limit
            state = f"{'over' if over else 'break'}:{worker.reason}"
        elif worker.other is not None:
            state = "other_call"
        else:
            state = "idle" if worker.rings is None else "ringing"
        self.slots[worker.name].append(state)

    # ---- callers ------------------------------------------------------------------------------------------------

    def _join(self, call: str, queue: str) -> Stay:
        stay = Stay(call, queue, self.now)
        self.stays.append(stay)
        if queue == "sales" and not self._staffed(queue):
            stay.left, stay.outcome = self.now, "no agents"
        return stay

    def _staffed(self, queue: str) -> bool:
        return any(worker.there and queue in SERVES[worker.name] for worker in self.workers.values())

    async def _call_in(self) -> None:
        number = self.random.choice(["4001", "4001", "4002", "4002", "4003", "4006"])
        leg = await self.house.call_in(number, number=f"1380000{self.random.randrange(40):04}")
        stay = self._join(call_of(leg), {"4002": "service", "4006": "short"}.get(number, "sales"))
        patience = self.now + self.random.choice([5, 10, 15, 40, 100, 300])
        if stay.left is None:
            self.callers.append(Caller(leg, stay, number, patience))
        await self._observe()

    async def _give_up(self, caller: Caller) -> None:
        self._left(caller, "abandoned")
        for worker in self.workers.values():
            if worker.rings is not None and worker.rings.caller is caller:
                worker.rings.ended_as = "caller left"
        await self.house.hang_up(caller.leg)
        await self._observe()

    def _left(self, caller: Caller, outcome: str) -> None:
        caller.stay.left, caller.stay.outcome = self.now, outcome
        self.callers.remove(caller)

    def _too_long(self, caller: Caller) -> None:
        """Patience of the queue, or of the dialplan; whom a phone rings for waits on in the first case."""
        if caller.stay.left is not None:
            return
        waited = self.now - caller.stay.joined
        rung = any(worker.rings is not None and worker.rings.caller is caller for worker in self.workers.values())
        if (caller.stay.queue == "short" and waited >= 10) or (
            caller.stay.queue == "service" and waited >= 60 and not rung
        ):
            self._left(caller, "timed out")

    # ---- phones -------------------------------------------------------------------------------------------------

    def _ring(self, worker: Worker) -> bool:
        if worker.rings is not None or worker.talks is not None:
            return False
        legs = [leg for leg in self.house.switch.out(SEATS[worker.name]) if self.house.switch.ended(leg) is None]
        if not legs:
            return False
        (leg,) = legs
        self.house.switch.rang(leg)
        (caller,) = [each for each in self.callers if call_of(each.leg) == call_of(leg)]
        assert caller.stay.left is None and worker.there and not worker.reason and worker.wrap is None
        assert caller.stay.queue in SERVES[worker.name] and worker.other is None
        act = self.random.choice(["answer"] * 7 + ["decline", "ignore"])
        worker.rings = Ringing(leg, caller, self.now, self.now + self.random.choice([0, 5, 10]), act)
        return True

    def _rang_out(self, worker: Worker, ringing: Ringing) -> None:
        worker.rings = None
        outcome = ringing.ended_as or "no answer"
        if outcome == "no answer":
            assert self.now - ringing.since == 15, "a phone stopped ringing for no reason"
        self.alerts.append((worker.name, ringing.since, outcome))

    async def _phone(self, worker: Worker) -> None:
        ringing = worker.rings
        if ringing is None or self.now < ringing.act_at or ringing.act == "ignore":
            return
        if ringing.act == "decline":
            from switch.words import Cause

            ringing.ended_as = "declined"
            await self.house.hang_up(ringing.leg, Cause.DECLINED, Party.CALLEE, 603)
        else:
            self.house.switch.answered(ringing.leg)
            self.alerts.append((worker.name, ringing.since, "answered"))
            caller = ringing.caller
            caller.stay.left, caller.stay.outcome, caller.stay.agent = self.now, "connected", worker.name
            worker.rings, worker.talks, worker.talk_leg, worker.given = None, caller, ringing.leg, ""
            caller.until = self.now + self.random.choice([5, 20, 60, 120, 240])
        await self._observe()

    async def _talk(self, worker: Worker, closing: bool) -> None:
        caller, leg = worker.talks, worker.talk_leg
        if caller is None or leg is None:
            return
        if self.now >= caller.until or closing:
            by_agent = self.random.random() < 0.5 and not closing
            self._talk_over(worker, "agent" if by_agent else "caller")
            await self.house.hang_up(leg if by_agent else caller.leg)
            if by_agent and caller.number == "4003" and caller.stay.queue == "sales":
                again = Caller(caller.leg, self._join(caller.stay.call, "service"), "", self.now + 50)
                self.callers.append(again)
            await self._observe()
        elif self.random.random() < 0.1:
            caller.held = not caller.held
            self.house.switch.offered(leg, Direction.SENDONLY if caller.held else Direction.SENDRECV)
            await settle()

    def _talk_over(self, worker: Worker, by: str) -> None:
        caller = worker.talks
        assert caller is not None
        stay = caller.stay
        stay.talk_ended, stay.disposition = self.now, worker.given
        self.callers.remove(caller)
        worker.talks = worker.talk_leg = None
        seconds, owed = (10, not worker.given) if stay.queue == "sales" else (0, False)
        worker.wrap = Wrap(stay, self.now, self.now + seconds, owed)
        if not worker.there or worker.wrap.over(self.now):
            self._wrapped(worker)

    def _wrapped(self, worker: Worker) -> None:
        assert worker.wrap is not None
        if worker.wrap.owed:
            worker.wrap.stay.disposition = "not given"
        worker.wrap = None

    # ---- agents -------------------------------------------------------------------------------------------------

    async def _after_talk(self, worker: Worker) -> None:
        wrap, chance = worker.wrap, self.random.random()
        if worker.talks is not None and worker.there and chance < 0.01:
            code = self.random.choice(CODES[worker.talks.stay.queue])
            await self.house.ask("agents.disposition", p.Disposition(worker.name, code))
            worker.given = code
        elif wrap is not None and chance < 0.15:
            code = self.random.choice(CODES[wrap.stay.queue])
            await self.house.ask("agents.disposition", p.Disposition(worker.name, code))
            wrap.owed, wrap.stay.disposition = False, code
            if wrap.over(self.now):
                self._wrapped(worker)
        elif wrap is not None and chance < 0.20:
            await self.house.ask("agents.extend", p.Extend(worker.name))
            until = wrap.due if self.now < wrap.due else wrap.began + 60
            if (longer := min(until + 30, wrap.began + 100)) > until:
                wrap.due = longer
        elif wrap is not None and chance < 0.25 and not wrap.owed:
            await self.house.ask("agents.ready", p.ByAgent(worker.name))
            worker.reason = ""
            self._wrapped(worker)
        await self._observe()

    async def _presence(self, worker: Worker, closing: bool) -> None:
        chance = self.random.random()
        if not worker.there:
            if chance < 0.05 and worker.talks is None and worker.other is None and not closing:
                await self.house.ask("agents.login", p.Login(worker.name))
                worker.there, worker.reason = True, ""
        elif chance < 0.002:
            self._withdrawn(worker)
            worker.there, worker.reason = False, ""
            if worker.wrap is not None:
                self._wrapped(worker)
            if not self._staffed("sales"):
                for caller in list(self.callers):
                    if caller.stay.queue == "sales" and caller.stay.left is None:
                        self._left(caller, "no agents")
            await self.house.ask("agents.logout", p.ByAgent(worker.name))
        elif worker.reason and chance < 0.03 and not (worker.wrap is not None and worker.wrap.owed):
            worker.reason = ""
            if worker.wrap is not None:
                self._wrapped(worker)
            await self.house.ask("agents.ready", p.ByAgent(worker.name))
        elif not worker.reason and chance < (0.1 if worker.rings is not None else 0.012):
            self._withdrawn(worker)
            worker.reason, worker.break_began = self.random.choice(list(LIMITS)), self.now
            self.breaks.append((worker.name, worker.reason, self.now))
            await self.house.ask("agents.break", p.Break(worker.name, worker.reason))
        await self._observe()

    def _withdrawn(self, worker: Worker) -> None:
        if worker.rings is not None:
            worker.rings.ended_as = "withdrawn"

    async def _other_call(self, worker: Worker) -> None:
        """The agent rings somebody in the house, who does not answer."""
        quiet = worker.rings is None and worker.talks is None and worker.wrap is None
        if worker.other is not None and self.now >= worker.other_until:
            await self.house.hang_up(worker.other)
            worker.other = None
            await self._observe()
        elif worker.other is None and quiet and worker.there and self.random.random() < 0.004:
            worker.other = await self.house.call_from(SEATS[worker.name], "2004")
            worker.other_until = self.now + self.random.choice([5, 10, 15])
            await self._observe()

    # ---- the exchange dies --------------------------------------------------------------------------------------

    async def _killed(self) -> None:
        await self._observe()
        down = self.random.choice([0, 5, 20])
        for worker in self.workers.values():
            worker.rings = worker.other = None
            if worker.talks is not None:
                self._talk_over(worker, "crash")
        for caller in list(self.callers):
            self._left(caller, "crash")
        await self.life.die()
        for _ in range(down // TICK):
            for worker in self.workers.values():
                self.slots[worker.name].append("down" if worker.there else "out")
            await after(TICK)
            self.now += TICK
        self.house = await self.life.start()
        await self.house.register(*SEATS.values(), "2004")
