"""The words of signalling: causes, parties, origins, identifiers.

A *leg* is one SIP dialog, a *call* is one caller's story. A state says where a leg is, a `Cause` says why
it ended, a `Party` says whose doing it was: three questions, three enums.

Deliberately absent: the leg's states (leg.py), anything of PJSIP.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from enum import Enum
from typing import NewType

CallId = NewType("CallId", str)
"""Our own name of a call; kept for life, through transfers. Sorts by time of birth."""
LegId = NewType("LegId", str)
"""`<call id>.<n>`, n from 1 in order of birth."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i l o u


def new_call_id(at: float | None = None) -> CallId:
    """A new call id: 9 characters of time (milliseconds since 1970) and 4 of chance.

    `at`: UTC seconds since 1970; now if None.
    """
    number = int((time.time() if at is None else at) * 1000) & (2**45 - 1)
    number = number << 20 | secrets.randbits(20)
    return CallId("".join(_ALPHABET[number >> shift & 31] for shift in range(60, -1, -5)))


def leg_id(call: CallId, number: int) -> LegId:
    """The id of the call's leg `number` (from 1)."""
    return LegId(f"{call}.{number}")


def call_of(leg: LegId) -> CallId:
    """The call that a leg belongs to."""
    return CallId(leg.rpartition(".")[0])


class Cause(Enum):
    """Why a leg or a call ended: its SIP status (RFC 3261 21) and Q.850 cause (ITU-T Q.850 table 1).

    The status is what we send when *we* end an unanswered leg for that cause.
    """

    NORMAL = ("normal", 480, 16)
    """Hung up after talking, or by the dialplan."""
    CANCELLED = ("cancelled", 487, 16)
    """The caller gave up before an answer."""
    BUSY = ("busy", 486, 17)
    NO_ANSWER = ("no answer", 480, 19)
    DECLINED = ("declined", 603, 21)
    NOT_FOUND = ("unknown number", 404, 1)
    UNREACHABLE = ("unreachable", 480, 20)
    """The phone is not registered, or the far end did not answer at all."""
    FORBIDDEN = ("not allowed", 403, 21)
    NOT_ACCEPTABLE = ("no common codec", 488, 88)
    TIMEOUT = ("timed out", 408, 102)
    TRUNK_FAILED = ("trunk failed", 502, 38)
    OVERLOAD = ("switch overloaded", 503, 42)
    ERROR = ("internal error", 500, 41)
    RTP_LOST = ("audio lost", 480, 31)
    """No RTP came for longer than the limit."""
    ENGINE_LOST = ("media engine lost", 500, 41)
    SHUTDOWN = ("switch stopped", 503, 41)
    CRASH = ("switch crashed", 500, 41)
    """Found open in the books at start."""
    ANSWERED_ELSEWHERE = ("answered elsewhere", 487, 26)
    RELEASED = ("released by an administrator", 480, 16)

    def __init__(self, text: str, sip: int, q850: int) -> None:
        self.text = text
        self.sip = sip
        self.q850 = q850


_FROM_SIP = {
    400: Cause.ERROR,
    401: Cause.FORBIDDEN,
    403: Cause.FORBIDDEN,
    404: Cause.NOT_FOUND,
    407: Cause.FORBIDDEN,
    408: Cause.TIMEOUT,
    410: Cause.NOT_FOUND,
    415: Cause.NOT_ACCEPTABLE,
    480: Cause.UNREACHABLE,
    484: Cause.NOT_FOUND,
    486: Cause.BUSY,
    487: Cause.CANCELLED,
    488: Cause.NOT_ACCEPTABLE,
    500: Cause.ERROR,
    502: Cause.TRUNK_FAILED,
    503: Cause.UNREACHABLE,
    504: Cause.TIMEOUT,
    600: Cause.BUSY,
    603: Cause.DECLINED,
    604: Cause.NOT_FOUND,
    606: Cause.NOT_ACCEPTABLE,
}


def cause_of_status(status: int) -> Cause:
    """The cause that a final SIP status 300-699 from the far end stands for."""
    known = _FROM_SIP.get(status)
    if known is not None:
        return known
    return Cause.ERROR if status >= 500 or status < 400 else Cause.UNREACHABLE


class Party(Enum):
    """Who ended it, or whose fault it was."""

    CALLER = "caller"
    CALLEE = "callee"
    SWITCH = "switch"
    """Our own doing: dialplan, deadline, fault."""
    NETWORK = "network"
    """Nobody's: a transport or far proxy failed."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class FromPhone:
    """The INVITE came from a phone that proved its secret."""

    extension: str


@dataclass(frozen=True, slots=True)
class FromTrunk:
    """The INVITE came from an address that a trunk entry names."""

    trunk: str


Origin = FromPhone | FromTrunk


@dataclass(frozen=True, slots=True)
class ToPhone:
    """Ring every registered contact of an extension."""

    extension: str


@dataclass(frozen=True, slots=True)
class ToTrunk:
    """Send the number out by a trunk."""

    trunk: str
    number: str


Target = ToPhone | ToTrunk


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, as shown to the called side. `number` goes to the user part, `name` to the display name."""

    number: str
    name: str = ""
