"""Calls of every kind meet whatever can happen, in any order: in the end nothing is left, and the books add up.

The invariants are `PaperHouse.assert_nothing_left`, which every scene ends with.
"""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps import reports
from apps.api import params as p
from apps.api import supervise_params as s
from apps.api.protocol import ApiError
from media.events import RtpLost
from media.paths import Direction
from media.words import StreamId
from switch.words import Cause, LegId, Party
from tests.stage.paper.house import SITE, PaperHouse, after, run, settle
from tests.stage.paper.switch import NO_CODEC

CALLED = (
    "4001",
    "4002",
    "4012",
    "4003",
    "4004",
    "4005",
    "4006",
    "4007",
    "4008",
    "4010",
    "2001",
    "2003",
    "9999",
    "75551",
)
REFUSALS = (Cause.BUSY, Cause.DECLINED, Cause.NO_ANSWER, Cause.UNREACHABLE, Cause.TRUNK_FAILED)
Step = tuple[str, int, int]
STUDIO = {
    "queues": SITE["queues.yaml"] + '    studios: {health: {hosts: "2003", experts: "2002"}}\n',
    "dialplan": SITE["dialplan/main.yaml"]
    .replace("routes:", 'routes:\n          - {to: "4012", do: show}')
    .replace("scripts:", "scripts:\n          show: [{studio: health}]"),
}
KINDS = (
    "in", "from", "click", "rang", "rang", "answered", "answered", "answered", "refuses", "hangs up", "hangs up",
    "hold", "resume", "keys", "speaks", "time", "time", "at once", "codec", "engine", "silence", "release", "log in",
    "log out", "break", "unregister", "register", "slow", "disk", "reload", "watch", "watch", "take", "move",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.integers(0, 7)), max_size=40)
PHONES = ("2001", "2002", "2003")


class Play:
    """Does steps. Several may share one instant: then their events are told in one turn of the loop."""

    def __init__(self, house: PaperHouse) -> None:
        self.house = house
        self.switch = house.switch
        self.at_once = False
        self.callers: list[LegId] = []

    def pick(self, n: int, *, incoming: bool | None = None) -> LegId | None:
        legs = [leg.id for leg in self.switch.legs_by_id.values() if leg.live and incoming in (None, leg.incoming)]
        return legs[n % len(legs)] if legs else None

    async def do(self, step: Step) -> None:
        kind, n, m = step
        house, switch = self.house, self.switch
        out, leg = self.pick(n, incoming=False), self.pick(n)
        match kind:
            case "in":
                offer = {} if m else {"offer": None}
                self.callers.append(switch.call_in(CALLED[n % len(CALLED)], number=f"1380013800{m}", **offer))
            case "from":
                self.callers.append(switch.call_from(PHONES[n % 3], (*CALLED, "*11", "*12", "*131")[(n + m) % 17]))
            case "click" if switch.contacts("2001"):
                await house.ask("dial", p.Dial("2001", CALLED[(n + m) % len(CALLED)]))
            case "rang" if out:
                switch.rang(out)
            case "answered" if out:
                switch.answered(out)
            case "codec" if out:
                switch.answered(out, NO_CODEC)
            case "refuses" if out:
                switch.gone(out, REFUSALS[m % len(REFUSALS)], Party.CALLEE)
            case "hangs up" if leg:
                switch.gone(leg)
            case "hold" | "resume" if leg:
                switch.offered(leg, Direction.SENDONLY if kind == "hold" else Direction.SENDRECV)
            case "keys" if leg:
                switch.keyed(leg, "12#0567*"[m])
            case "speaks" if leg:
                await house.speaks(leg, bool(m % 2))
            case "time":
                await after((0.02, 0.3, 1.0, 5.0, 16.0, 31.0, 70.0, 200.0)[m])
            case "at once":
                self.at_once = True
                return
            case "engine":
                house.desk.lose_engine()
            case "silence" if leg:
                house.desk.tell(RtpLost(StreamId(leg), 30.0))
            case "release" if house.house.calls:
                calls = list(house.house.calls)
                await house.ask("calls.hangup", p.ByCall(calls[n % len(calls)]))
            case "log in":
                name = ("alice", "bob")[n % 2]
                await house.ask("agents.login", p.Login(name, PHONES[m % 3]))
            case "log out":
                await house.ask("agents.logout", p.ByAgent(("alice", "bob")[n % 2]))
            case "break":
                name = ("alice", "bob")[n % 2]
                if not (await house.agent(name)).startswith("logged out"):
                    await house.ask("agents.break", p.Break(name, "rest"))
            case "unregister" if switch.contacts(PHONES[n % 3]):
                switch.unregister(PHONES[n % 3])
            case "register":
                switch.register(PHONES[n % 3])
            case "watch":
                code = ("*90", "*90", "*91", "*92")[m % 4] + ("", "2001", "2002", "2001")[(n + m) % 4]
                switch.call_from(("2004", "2003")[n % 2], code)
            case "take":
                calls = list(house.house.calls)
                if calls and n % 2:
                    with contextlib.suppress(ApiError):
                        await house.ask("supervise.intercept", s.Take(calls[m % len(calls)], extension="2002"))
                else:
                    switch.call_from("2004", ("*932001", "*932002", "*942001")[m % 3])
            case "move" if house.house.calls:
                call = list(house.house.calls)[n % len(house.house.calls)]
                with contextlib.suppress(ApiError):
                    queue = ("sales", "service", "short", "")[m % 4]
                    await house.ask("supervise.move", s.Move(call, queue=queue, first=m > 3))
            case "slow":
                house.desk.open_s = (0.0, 0.0, 0.1, 2.0)[m % 4]
            case "disk":
                house.desk.disk = "" if m % 2 else "disk full"
            case "reload":
                await house.exchange.reload()
            case _:
                pass
        if self.at_once:
            self.at_once = False
        else:
            await settle()


async def scene(house: PaperHouse, steps: list[Step]) -> None:
    play = Play(house)
    await house.register("2001", "2002")
    for step in steps:
        await play.do(step)
    for leg in [leg.id for leg in house.switch.legs_by_id.values() if leg.live and leg.incoming]:
        house.switch.gone(leg)
    await settle()
    await after(5)
    await house.everybody_hangs_up()
    await after(5)  # a slow engine
    await house.assert_nothing_left()
    found = await reports.cdrs(house.house.journal, p.CdrFilter(segments=True))
    for row in found.rows:
        assert row.ended_at is not None and row.cause and row.ended_by
        assert sum(segment.ms for segment in row.segments) == row.duration_ms
        assert row.menu_ms + row.wait_ms + row.talk_ms + row.hold_ms <= row.duration_ms
        if row.talk_ms:
            assert row.answered_at is not None
    closed = [data["call_id"] for data in house.told("call.closed")]
    assert sorted(closed) == sorted(row.call_id for row in found.rows), "each call closed once"
    rows = (await house.ask("recordings.list", p.RecordingFilter())).recordings
    assert all(row.ended_at is not None for row in rows)
    for queue in (await house.ask("queues.list", p.Nothing())).queues:
        assert (queue.waiting, queue.ringing, queue.talking) == (0, 0, 0)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_whatever_happens_nothing_is_left_and_the_books_add_up(steps: list[Step]) -> None:
    run(lambda house: scene(house, steps), **STUDIO)


TALK: list[Step] = [("log in", 0, 0), ("in", 0, 1), ("time", 0, 2), ("rang", 0, 0), ("answered", 0, 0), ("time", 0, 2)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_the_same_in_the_middle_of_a_queue_call(steps: list[Step]) -> None:
    run(lambda house: scene(house, TALK + steps), **STUDIO)


RING_MANY = {
    "queues": """
        queues:
          sales: {strategy: ring_all, ring: 15, wrap_up: 3, announce_position_every: never, record: ring}
          service: {strategy: progressive, ring_more: 1, keep_without_agents: true, max_wait: 60, max_talking: 1}
          short: {strategy: ring_all, keep_without_agents: true, last_agent_wait: 5}
    """,
    "agents": """
        agents:
          alice: {extension: "2001", pin: "111111", queues: [sales, service, short]}
          bob: {extension: "2002", pin: "222222", queues: [short, sales, service]}
        breaks: {"1": rest}
    """,
}
TWO_RING: list[Step] = [("log in", 0, 0), ("log in", 1, 1), ("in", 0, 1), ("time", 0, 1)]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_the_same_while_several_phones_ring(steps: list[Step]) -> None:
    run(lambda house: scene(house, TWO_RING + steps), **RING_MANY)
