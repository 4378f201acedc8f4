"""Legs coupled: a caller and one or more callees, until two talk and until all are gone.

`step(call, event)` gives the call's next state and an ordered list of effects. The table below says which state
follows which kind of event and which act goes with it; nothing else assigns a state. An event of a leg that is not
(or no longer) ours changes nothing, so a late 200, a crossing BYE or a repeated Ended is harmless. A callee that
answers when it is too late is hung up at once.

Pure. Deliberately absent: SIP, SDP, time (the caller of `step` keeps the ring timer and tells `TimedOut`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import Enum

from switch.call_words import (
    After,
    AnswerCaller,
    Call,
    CallState,
    Connect,
    Effect,
    Failure,
    Finished,
    HangUp,
    Outcome,
    RingCaller,
    TimedOut,
)
from switch.events import Answered, Ended, Progressed, Rang
from switch.words import Cause, LegId, Party

__all__ = ["TABLE", "Act", "Call", "Kind", "begin", "kind_of", "step"]

Event = Rang | Progressed | Answered | Ended | TimedOut


class Kind(Enum):
    """An event as this call sees it."""

    CALLEE_RANG = "callee rang"
    CALLEE_ANSWERED = "callee answered"
    CALLEE_ENDED = "callee ended"
    """One that we do not talk with; others are left."""
    LAST_CALLEE_ENDED = "last callee ended"
    """And none of them answered, or all else is gone."""
    PEER_ENDED = "peer ended"
    """The callee that we talk with."""
    CALLER_ENDED = "caller ended"
    TIMED_OUT = "timed out"
    LAST_LEG_ENDED = "last leg ended"
    """Nothing is open after it."""
    STRANGE = "strange"
    """Of a leg that is not ours or has ended."""


class Act(Enum):
    NOTHING = "nothing"
    RING = "ring"
    ANSWER = "answer"
    NOTE = "note"
    """Keep why a callee failed."""
    GIVE_UP = "give up"
    """The last callee failed."""
    TIME_OUT = "time out"
    ABANDON = "abandon"
    """The caller went before an answer."""
    PART = "part"
    """One of the two that talk went."""
    SEND_AWAY = "send away"
    """Answered too late."""


_P, _R, _C, _X, _O = CallState.PLACED, CallState.RINGING, CallState.CONNECTED, CallState.CLOSING, CallState.OVER

TABLE: dict[CallState, dict[Kind, tuple[CallState, Act]]] = {
    _P: {
        Kind.CALLEE_RANG: (_R, Act.RING),
        Kind.CALLEE_ANSWERED: (_C, Act.ANSWER),
        Kind.CALLEE_ENDED: (_P, Act.NOTE),
        Kind.LAST_CALLEE_ENDED: (_X, Act.GIVE_UP),
        Kind.CALLER_ENDED: (_X, Act.ABANDON),
        Kind.TIMED_OUT: (_X, Act.TIME_OUT),
    },
    _R: {
        Kind.CALLEE_RANG: (_R, Act.NOTHING),
        Kind.CALLEE_ANSWERED: (_C, Act.ANSWER),
        Kind.CALLEE_ENDED: (_R, Act.NOTE),
        Kind.LAST_CALLEE_ENDED: (_X, Act.GIVE_UP),
        Kind.CALLER_ENDED: (_X, Act.ABANDON),
        Kind.TIMED_OUT: (_X, Act.TIME_OUT),
    },
    _C: {
        Kind.CALLEE_RANG: (_C, Act.NOTHING),
        Kind.CALLEE_ANSWERED: (_C, Act.SEND_AWAY),
        Kind.CALLEE_ENDED: (_C, Act.NOTHING),
        Kind.PEER_ENDED: (_X, Act.PART),
        Kind.CALLER_ENDED: (_X, Act.PART),
        Kind.TIMED_OUT: (_C, Act.NOTHING),
    },
    _X: {
        Kind.CALLEE_RANG: (_X, Act.NOTHING),
        Kind.CALLEE_ANSWERED: (_X, Act.SEND_AWAY),
        Kind.CALLEE_ENDED: (_X, Act.NOTHING),
        Kind.PEER_ENDED: (_X, Act.NOTHING),
        Kind.CALLER_ENDED: (_X, Act.NOTHING),
        Kind.LAST_LEG_ENDED: (_O, Act.NOTHING),
        Kind.TIMED_OUT: (_X, Act.NOTHING),
    },
    _O: {},
}
"""A kind that a state has no row for changes nothing there."""


def begin(
    caller: LegId, callees: Sequence[LegId], after: After = After.HANG_UP, *, caller_answered: bool = False
) -> Call:
    """A call whose callees have just been placed; at least one."""
    if not callees:
        raise ValueError("a call needs a callee")
    return Call(caller, CallState.PLACED, after, None, caller_answered, frozenset({caller, *callees}))


def step(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    """The call after `event`, and what is to be done, in order."""
    kind = kind_of(call, event)
    row = TABLE[call.state].get(kind)
    if row is None:
        return call, []
    state, act = row
    before = replace(call, state=state)
    if isinstance(event, Ended):
        before = replace(before, open=call.open - {event.leg})
    after, effects = _ACTS[act](before, event)
    if after.state is CallState.CLOSING and not after.open:
        after = replace(after, state=CallState.OVER)
    return after, effects


def kind_of(call: Call, event: Event) -> Kind:
    """What `event` is to this call."""
    if isinstance(event, TimedOut):
        return Kind.TIMED_OUT
    if event.leg not in call.open:
        return Kind.STRANGE
    if isinstance(event, Ended):
        return _kind_of_end(call, event.leg)
    if event.leg == call.caller or event.leg == call.answered:
        return Kind.STRANGE
    return Kind.CALLEE_ANSWERED if isinstance(event, Answered) else Kind.CALLEE_RANG


def _kind_of_end(call: Call, leg: LegId) -> Kind:
    left = call.open - {leg}
    if call.state is CallState.CLOSING and not left:
        return Kind.LAST_LEG_ENDED
    if leg == call.caller:
        return Kind.CALLER_ENDED
    if leg == call.answered:
        return Kind.PEER_ENDED
    if call.answered is None and call.state in (CallState.PLACED, CallState.RINGING) and not left - {call.caller}:
        return Kind.LAST_CALLEE_ENDED
    return Kind.CALLEE_ENDED


# ---- the acts ---------------------------------------------------------------------------------------------------


def _nothing(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    return call, []


def _ring(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    return call, [RingCaller(call.caller)]


def _answer(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    assert isinstance(event, Answered)
    effects: list[Effect] = [] if call.caller_answered else [AnswerCaller(call.caller)]
    effects.append(Connect(call.caller, event.leg))
    effects += _hang_up(call.open - {call.caller, event.leg}, Cause.ANSWERED_ELSEWHERE)
    return replace(call, answered=event.leg, caller_answered=True), effects


def _note(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    assert isinstance(event, Ended)
    return replace(call, failures=(*call.failures, Failure(event.cause, event.by, event.status))), []


def _give_up(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    call, _ = _note(call, event)
    # RFC 3261 16.7 step 6 in our words: the failure that tells the caller most.
    told = min(call.failures, key=lambda failure: _RANK.get(failure.cause, len(_RANK)))
    return _finish(call, _OUTCOMES.get(told.cause, Outcome.FAILED), told.cause, told.by, told.status)


def _time_out(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    return _finish(call, Outcome.NO_ANSWER, Cause.NO_ANSWER, Party.SWITCH, 408)


def _abandon(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    assert isinstance(event, Ended)
    # The caller's own words: CANCELLED by the caller, or ended by an administrator, a failure ...
    return _finish(call, Outcome.CANCELLED, event.cause, event.by, event.status)


def _part(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    assert isinstance(event, Ended)
    # Of the callee's leg the callee is "CALLEE" too, so `by` needs no turning round (events.Ended).
    return _finish(call, Outcome.ANSWERED, event.cause, event.by, 0)


def _send_away(call: Call, event: Event) -> tuple[Call, list[Effect]]:
    assert isinstance(event, Answered)
    late = Cause.ANSWERED_ELSEWHERE if call.answered is not None else Cause.CANCELLED
    return call, [HangUp(event.leg, late)]


def _finish(call: Call, outcome: Outcome, cause: Cause, by: Party, status: int) -> tuple[Call, list[Effect]]:
    """Hang up what is open, callees first so that no phone rings on, and tell."""
    callees = call.open - {call.caller}
    why = Cause.CANCELLED if outcome is Outcome.CANCELLED else cause
    effects = _hang_up(callees, Cause.NORMAL if outcome is Outcome.ANSWERED else why)
    if call.caller in call.open:
        if call.after is After.HANG_UP:
            effects += [HangUp(call.caller, Cause.NORMAL if outcome is Outcome.ANSWERED else cause)]
        else:
            call = replace(call, open=callees)
    return call, [*effects, Finished(outcome, cause, by, status)]


def _hang_up(legs: frozenset[LegId], cause: Cause) -> list[Effect]:
    return [HangUp(leg, cause) for leg in sorted(legs)]


_ACTS: dict[Act, Callable[[Call, Event], tuple[Call, list[Effect]]]] = {
    Act.NOTHING: _nothing,
    Act.RING: _ring,
    Act.ANSWER: _answer,
    Act.NOTE: _note,
    Act.GIVE_UP: _give_up,
    Act.TIME_OUT: _time_out,
    Act.ABANDON: _abandon,
    Act.PART: _part,
    Act.SEND_AWAY: _send_away,
}
_OUTCOMES = {
    Cause.BUSY: Outcome.BUSY,
    Cause.NO_ANSWER: Outcome.NO_ANSWER,
    Cause.DECLINED: Outcome.DECLINED,
}
_RANK = {
    cause: rank
    for rank, cause in enumerate(
        [
            Cause.BUSY,
            Cause.DECLINED,
            Cause.NO_ANSWER,
            Cause.NOT_ACCEPTABLE,
            Cause.FORBIDDEN,
            Cause.UNREACHABLE,
            Cause.TIMEOUT,
            Cause.NOT_FOUND,
        ]
    )
}
