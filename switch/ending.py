"""Why a leg is over, and who did it: from what SIP said to a `Cause` and a `Party`; and back to a Reason header.

Pure. Q.850 numbers are heard in BYE, CANCEL and failures (RFC 3326) and refine what the status alone says.
Deliberately absent: the causes themselves (words.py), choosing among several contacts' failures (fork.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from switch.words import Cause, Party, cause_of_status

_FROM_Q850 = {
    1: Cause.NOT_FOUND,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    21: Cause.DECLINED,
    88: Cause.NOT_ACCEPTABLE,
}
_SAYS_LITTLE = (Cause.UNREACHABLE, Cause.ERROR)
"""Causes of a status that a Q.850 number may correct: 480 and 503 are used for everything."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What `Ended` will say."""

    cause: Cause
    by: Party
    status: int
    reason: str


def refused(status: int, reason: str, q850: int | None, *, said: bool, trunk: bool) -> Ending:
    """An outgoing leg failed with `status`. `said` False: PJSIP's timer or socket failed, not the far end."""
    if not said:
        cause = Cause.TRUNK_FAILED if trunk else Cause.UNREACHABLE
        return Ending(cause, Party.NETWORK, status, reason)
    cause = cause_of_status(status)
    if cause in _SAYS_LITTLE and q850 in _FROM_Q850:
        cause = _FROM_Q850[q850]
    elif trunk and status >= 500 and status < 600:
        cause = Cause.TRUNK_FAILED
    return Ending(cause, Party.CALLEE, status, reason)


def given_up(status: int, reason: str, *, said: bool) -> Ending:
    """An incoming leg ended before our answer: CANCEL, or its transport failed."""
    if said:
        return Ending(Cause.CANCELLED, Party.CALLER, 487, reason)
    return Ending(Cause.TIMEOUT if status == 408 else Cause.UNREACHABLE, Party.NETWORK, status, reason)


def hung_up(status: int, reason: str, *, said: bool, incoming: bool) -> Ending:
    """An answered leg ended: BYE, or the far end was not there any more."""
    if said:
        return Ending(Cause.NORMAL, Party.CALLER if incoming else Party.CALLEE, 0, reason)
    return Ending(Cause.TIMEOUT, Party.NETWORK, 0, reason)


def reason_header(cause: Cause) -> dict[str, str]:
    """The Reason header of our BYE, CANCEL or refusal (RFC 3326)."""
    if cause is Cause.ANSWERED_ELSEWHERE:
        # What makes a phone forget the missed call; RFC 3326 2 has it as its example.
        return {"Reason": 'SIP;cause=200;text="Call completed elsewhere"'}
    return {"Reason": f'Q.850;cause={cause.q850};text="{cause.text}"'}
