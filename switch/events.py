"""What happened on a leg or in the registrar: past tense, frozen. The driver tells them to its listener.

All are told on the loop's thread. `sdp` is the body as received, already inside the guard's limits; no `repr` shows
it, since keys may be in it.
Time: `now` monotonic seconds, set by the driver when the event is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from switch.words import CallId, Cause, Identity, LegId, Origin, Party


@dataclass(frozen=True, slots=True)
class Invited:
    """A new call came in and may be served: it is from a proven phone or a trunk's own address.

    `offer` is None for an INVITE without SDP: then our answer carries the offer (RFC 3261 14.1).
    """

    leg: LegId
    call: CallId
    origin: Origin
    caller: Identity
    called: str
    """User part of the Request-URI."""
    offer: bytes | None = field(repr=False)
    sip_call_id: str
    now: float


@dataclass(frozen=True, slots=True)
class Rang:
    """The far end of an outgoing leg answered 180 (or a 18x without SDP)."""

    leg: LegId
    now: float


@dataclass(frozen=True, slots=True)
class Progressed:
    """The far end of an outgoing leg sent 183 with SDP."""

    leg: LegId
    sdp: bytes = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Answered:
    """The far end of an outgoing leg answered 2xx with its SDP answer."""

    leg: LegId
    sdp: bytes = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The ACK arrived (incoming leg) or was sent (outgoing leg): the dialog's facts are final."""

    leg: LegId
    now: float


@dataclass(frozen=True, slots=True)
class Offered:
    """A re-INVITE or UPDATE came with an SDP offer: answer it by `Switch.answer_offer` or `refuse_offer`."""

    leg: LegId
    sdp: bytes = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Agreed:
    """The far end answered our re-INVITE with this SDP."""

    leg: LegId
    sdp: bytes = field(repr=False)
    now: float


@dataclass(frozen=True, slots=True)
class Keyed:
    """A digit came by SIP INFO (application/dtmf-relay or application/dtmf)."""

    leg: LegId
    digit: str
    duration_ms: int
    now: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The leg is over; nothing more will be told of it. `status` is the final SIP status, 0 after an answer."""

    leg: LegId
    cause: Cause
    by: Party
    """CALLER if the side that sent the INVITE ended it, CALLEE if the other one did; SWITCH if we did."""
    status: int
    reason: str
    now: float


@dataclass(frozen=True, slots=True)
class Registered:
    """An extension has at least one live contact now, or one more."""

    extension: str
    contacts: int
    now: float


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The extension's last contact is gone. `why`: "removed", "expired", "unreachable"."""

    extension: str
    why: str
    now: float


LegEvent = Invited | Rang | Progressed | Answered | Confirmed | Offered | Agreed | Keyed | Ended
Event = LegEvent | Registered | Unregistered
