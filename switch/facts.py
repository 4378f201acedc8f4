"""What may be asked of a leg: a summary for lists, and the dialog's facts for the journal.

The facts are all that is needed to take a dialog up again in another process: build a dialog with these URIs, tags,
Call-ID, numbers and route set, give the negotiator both SDPs, skip ahead in CSeq.

Deliberately absent: reading them out of PJSIP (pjsip/dialog.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from switch.words import LegId


@dataclass(frozen=True, slots=True)
class DialogFacts:
    """One dialog (RFC 3261 12)."""

    call_id: str
    local_tag: str
    remote_tag: str
    local_uri: str
    """As in our From or To, without the tag."""
    remote_uri: str
    remote_target: str
    """The far end's Contact URI."""
    local_contact: str
    local_cseq: int
    """The number that our next request takes."""
    remote_cseq: int
    route_set: tuple[str, ...]
    role: str
    """"uac" when the INVITE was ours, "uas" otherwise."""
    local_sdp: bytes = field(repr=False)
    remote_sdp: bytes = field(repr=False)
    transport: str
    far_ip: str
    far_port: int


@dataclass(frozen=True, slots=True)
class LegSummary:
    """One live leg."""

    leg: LegId
    state: str
    since: float
    """`now` when the leg began."""
    incoming: bool
    peer: str
    """`phone 201`, `trunk carrier`."""
    number: str
    """The number at the far end, as shown or dialled."""
    far: str
    """`udp 192.0.2.7:5060`; empty before anything was heard."""
    sip_call_ids: tuple[str, ...]

    @property
    def far_ip(self) -> str:
        """The address in `far`."""
        return self.far.partition(" ")[2].rpartition(":")[0]
