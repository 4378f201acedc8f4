"""A day's numbers from its raw facts (day.py), by plain counting. Shares nothing with the reports but their definitions.

Deliberately absent: SQL, the books, anything of the product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from tests.apps.day import LIMITS, TICK, Day, Stay

TARGET = {"sales": 20, "service": 15, "short": 20}
SHORT = {"sales": 12, "service": 5, "short": 5}


def part(some: int, all_: int) -> float | None:
    return round(some / all_, 4) if all_ else None


def served_by_another(day: Day, stay: Stay) -> bool:
    return any(
        later.call == stay.call and later.agent not in ("", stay.agent) and later.left >= stay.talk_ended
        for later in day.stays
        if later.left is not None and stay.talk_ended is not None
    )


def service(day: Day, stays: Iterable[Stay]) -> dict[str, Any]:
    """Everything that a row about callers says, but its name."""
    stays = list(stays)
    waits = {id(stay): stay.left - stay.joined for stay in stays if stay.left is not None}
    served = [stay for stay in stays if stay.outcome == "connected"]
    timely = [stay for stay in served if waits[id(stay)] <= TARGET[stay.queue]]
    gone = [stay for stay in stays if stay.outcome == "abandoned"]
    quick = [stay for stay in gone if waits[id(stay)] < SHORT[stay.queue]]
    slow = [stay for stay in gone if stay not in quick]
    slow_but_timely = [stay for stay in slow if waits[id(stay)] <= TARGET[stay.queue]]
    elsewhere = [stay for stay in stays if stay.outcome in ("timed out", "no agents")]
    late = [stay for stay in elsewhere if waits[id(stay)] > TARGET[stay.queue]]
    crashed = [stay for stay in stays if stay.outcome == "crash"]
    counted = len(served) + len(slow) + len(late)
    work = sum(stay.talk + stay.hold + stay.wrap_up for stay in served)
    return {
        "offered": len(stays),
        "answered": len(served),
        "answered_in_target": len(timely),
        "abandoned": len(slow),
        "abandoned_in_target": len(slow_but_timely),
        "abandoned_short": len(quick),
        "sent_on": len(elsewhere),
        "sent_on_late": len(late),
        "lost": len(crashed),
        "waiting": sum(stay.left is None for stay in stays),
        "transferred": sum(served_by_another(day, stay) for stay in served),
        "wait_ms": 1000 * sum(waits[id(stay)] for stay in served),
        "longest_wait_ms": 1000 * max(waits.values(), default=0),
        "abandoned_wait_ms": 1000 * sum(waits[id(stay)] for stay in slow),
        "talk_ms": 1000 * sum(stay.talk for stay in stays),
        "hold_ms": 1000 * sum(stay.hold for stay in stays),
        "wrap_up_ms": 1000 * sum(stay.wrap_up for stay in stays),
        "service_level": part(len(timely), counted),
        "service_level_ignored": part(len(timely), counted - len(slow_but_timely)),
        "service_level_positive": part(len(timely) + len(slow_but_timely), counted),
        "service_level_answered": part(len(timely), len(served)),
        "service_level_all": part(len(timely), len(waits) - len(crashed)),
        "abandon_rate": part(len(slow), len(served) + len(slow) + len(elsewhere)),
        "answer_speed_ms": round(1000 * sum(waits[id(stay)] for stay in served) / len(served)) if served else None,
        "handling_ms": round(1000 * work / len(served)) if served else None,
    }


def queues(day: Day) -> dict[str, dict[str, Any]]:
    """By queue; "" is all of them."""
    names = {stay.queue for stay in day.stays}
    found = {name: service(day, (stay for stay in day.stays if stay.queue == name)) for name in sorted(names)}
    return found | {"": service(day, day.stays)}


def intervals(day: Day, seconds: int) -> dict[tuple[int, str], dict[str, Any]]:
    """By number of the interval, and queue."""
    groups: dict[tuple[int, str], list[Stay]] = defaultdict(list)
    for stay in day.stays:
        groups[stay.joined // seconds, stay.queue].append(stay)
    return {key: service(day, groups[key]) for key in sorted(groups)}


def dispositions(day: Day) -> Counter[tuple[str, str]]:
    """By queue and code."""
    return Counter((stay.queue, stay.disposition) for stay in day.stays if stay.outcome == "connected")


def agents(day: Day, shifts: dict[str, list[tuple[int, int]]]) -> dict[str, dict[str, Any]]:
    """By agent. `shifts`: planned seconds of the day, from and to."""
    return {name: _agent(day, name, shifts.get(name, [])) for name in sorted(day.slots)}


def _agent(day: Day, name: str, shifts: list[tuple[int, int]]) -> dict[str, Any]:
    slots = day.slots[name]
    spent = Counter(state.partition(":")[0] for state in slots)
    ms = {state: 1000 * TICK * count for state, count in spent.items()}
    break_ms = ms.get("break", 0) + ms.get("over", 0)
    busy = ms.get("talking", 0) + ms.get("wrapping_up", 0)
    free = ms.get("idle", 0) + ms.get("ringing", 0)
    served = [stay for stay in day.stays if stay.agent == name]
    work = sum(stay.talk + stay.hold + stay.wrap_up for stay in served)
    ends = Counter(outcome for agent, _, outcome in day.alerts if agent == name)
    # The books know of no agent before the first one logged in.
    known = min(states.index(state) for states in day.slots.values() for state in states if state != "out")
    planned = [
        state
        for number, state in enumerate(slots)
        if number >= known and any(begin <= number * TICK < end for begin, end in shifts) and state != "down"
    ]
    kept = [state for state in planned if state != "out" and not state.startswith("over")]
    return {
        "calls": len(served),
        "transferred": sum(served_by_another(day, stay) for stay in served),
        "talk_ms": 1000 * sum(stay.talk for stay in served),
        "hold_ms": 1000 * sum(stay.hold for stay in served),
        "wrap_up_ms": 1000 * sum(stay.wrap_up for stay in served),
        "handling_ms": round(1000 * work / len(served)) if served else None,
        "alerts": sum(ends.values()),
        "no_answer": ends["no answer"],
        "declined": ends["declined"],
        "busy": 0,
        "unreachable": 0,
        "logged_in_ms": busy + free + break_ms + ms.get("other_call", 0),
        "idle_ms": ms.get("idle", 0),
        "ringing_ms": ms.get("ringing", 0),
        "talking_ms": ms.get("talking", 0),
        "wrapping_up_ms": ms.get("wrapping_up", 0),
        "other_call_ms": ms.get("other_call", 0),
        "break_ms": break_ms,
        "down_ms": ms.get("down", 0),
        "occupancy": part(busy, busy + free),
        "shift_ms": 1000 * TICK * len(planned),
        "adherent_ms": 1000 * TICK * len(kept),
        "adherence": part(len(kept), len(planned)),
    }


def breaks(day: Day) -> dict[tuple[str, str], dict[str, Any]]:
    """By agent and reason."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for agent, slots in day.slots.items():
        for reason, limit in LIMITS.items():
            runs = _runs(day, agent, reason)
            if not runs:
                continue
            found[agent, reason] = {
                "count": len(runs),
                "total_ms": 1000 * sum(length for length, _ in runs),
                "longest_ms": 1000 * max(length for length, _ in runs),
                "limit_ms": None if limit is None else 1000 * limit,
                "over_count": sum(over > 0 for _, over in runs),
                "over_ms": 1000 * sum(over for _, over in runs),
            }
        assert slots
    return found


def _runs(day: Day, agent: str, reason: str) -> list[tuple[int, int]]:
    """Each break: how long, and how long beyond its limit. One of no length, or all talk, is none."""
    begins = [at for name, _, at in day.breaks if name == agent]
    found = []
    for name, why, at in day.breaks:
        if (name, why) != (agent, reason):
            continue
        until = min((begin for begin in begins if begin > at), default=len(day.slots[agent]) * TICK)
        states = day.slots[agent][at // TICK : until // TICK]
        length = TICK * sum(state in (f"break:{reason}", f"over:{reason}") for state in states)
        if length:
            found.append((length, TICK * states.count(f"over:{reason}")))
    return found
