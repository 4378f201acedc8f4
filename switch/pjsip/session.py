"""One invite session, PJSIP's side of a leg: what may be asked of it, and what it tells.

Every call into PJSIP looks first at the state of what it touches: PJSIP asserts, and an assertion ends the process.
After GONE a session's pointers are dead and its methods do nothing and return False.

Deliberately absent: making sessions (invite.py), hearing PJSIP's callbacks (hearing.py), what a leg is (leg.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from switch.pjsip.endpoint import OK, Endpoint
from switch.pjsip.message import Packet
from switch.pjsip.resolver import Flow

NULL, CALLING, INCOMING, EARLY, CONNECTING, CONFIRMED, DISCONNECTED = range(7)
TSX_CALLING, TSX_TRYING, TSX_PROCEEDING, TSX_COMPLETED = 1, 2, 3, 4
TSX_TERMINATED = 6
UAC, UAS = 0, 1


class Heard(Enum):
    """What a signal says."""

    RANG = "rang"
    PROGRESSED = "progressed"
    """18x with SDP."""
    ANSWERED = "answered"
    """2xx to our INVITE."""
    CONFIRMED = "confirmed"
    """ACK sent or received; `body` is the answer in the ACK when the offer was ours in the 2xx."""
    OFFERED = "offered"
    AGREED = "agreed"
    REFUSED = "refused"
    """The far end refused our re-INVITE."""
    INFO = "info"
    UNFIT = "unfit"
    """Offer and answer do not fit; the session must end."""
    GONE = "gone"


@dataclass(slots=True)
class Signal:
    """Something that PJSIP told of a session."""

    what: Heard
    session: Session
    status: int = 0
    reason: str = ""
    body: bytes = b""
    packet: Packet | None = None
    """The message that caused it; None for timers and our own doing."""


class Session:
    """One dialog with its invite session."""

    def __init__(self, endpoint: Endpoint, key: int, *, ours: bool) -> None:
        self.endpoint = endpoint
        self.key = key
        self.ours = ours
        """Whether the INVITE was ours."""
        self.inv: Any = None
        self.dlg: Any = None
        self.call_id = ""
        self.flow: Flow | None = None
        """Where requests go, whatever the dialog's URIs say."""
        self.far: Flow | None = None
        """Where the far end's last message came from."""
        self.closing = False
        """We are done with it; whatever comes, it is to end."""
        self._bye_sent = False
        self._cancel: tuple[int, dict[str, str] | None] | None = None
        self.offer_pending = False
        """The far end's re-INVITE waits for our answer."""
        self.reoffering = False
        """Our re-INVITE waits for its answer."""
        self.early_body = b""
        self.local_sdp = b""
        self.remote_sdp = b""

    def __repr__(self) -> str:
        state = "gone" if self.inv is None else _STATE_NAMES[self.inv.state]
        return f"<Session {self.key} {'uac' if self.ours else 'uas'} {state} call-id={self.call_id}>"

    # ---- the called side's words ---------------------------------------------------------------------------------

    def respond(
        self, code: int, reason: str = "", sdp: bytes | None = None, headers: dict[str, str] | None = None
    ) -> bool:
        """Answer the INVITE or re-INVITE that waits: 1xx, 2xx with SDP, or a refusal."""
        inv = self.inv
        null = self.endpoint.ffi.NULL
        if inv is None or inv.state == DISCONNECTED or inv.invite_tsx == null or inv.last_answer == null:
            return False
        tsx = inv.invite_tsx
        if tsx.role != UAS or tsx.state not in (TSX_TRYING, TSX_PROCEEDING):
            return False
        negotiation = self._neg_state()
        if negotiation not in (_NEG_NULL, _NEG_REMOTE_OFFER):
            sdp = None  # answered before, in a 183
        elif code // 100 == 2 and sdp is None:
            return False  # PJSIP would take it, and die of the ACK
        with self._sdp(sdp) as parsed:
            if sdp is not None and parsed == null:
                return False
            text, _hold = self.endpoint.text(reason.encode("latin-1", "replace")) if reason else (null, None)
            holder = self.endpoint.ffi.new(self.endpoint.holder_type)
            status = self.endpoint.lib.pjsip_inv_answer(inv, code, text, parsed, holder)
        if status != OK or holder[0] == null:
            return False
        if sdp is not None:
            self.local_sdp = sdp
        if code >= 200:
            self.offer_pending = False
        return self._send(holder[0], headers)

    # ---- the calling side's words --------------------------------------------------------------------------------

    def reoffer(self, sdp: bytes) -> bool:
        """Send a re-INVITE with this offer."""
        inv, null = self.inv, self.endpoint.ffi.NULL
        if inv is None or inv.state != CONFIRMED or inv.invite_tsx != null or self.closing:
            return False
        if self._neg_state() != _NEG_DONE:
            return False
        with self._sdp(sdp) as parsed:
            if parsed == null:
                return False
            holder = self.endpoint.ffi.new(self.endpoint.holder_type)
            status = self.endpoint.lib.pjsip_inv_reinvite(inv, null, parsed, holder)
        if status != OK or holder[0] == null:
            return False
        self.local_sdp = sdp
        self.reoffering = self._send(holder[0], None)
        return self.reoffering

    def end(self, code: int, reason: str = "", headers: dict[str, str] | None = None) -> None:
        """Refuse with `code` (300-699), CANCEL or BYE, as the state wants it. GONE follows when PJSIP has finished."""
        assert code >= 300
        inv, lib, null = self.inv, self.endpoint.lib, self.endpoint.ffi.NULL
        if inv is None or inv.state == DISCONNECTED:
            return
        unanswered = inv.state in (NULL, CALLING, INCOMING, EARLY)
        if self._bye_sent or (self.closing and unanswered):
            return
        self.closing = True
        self._bye_sent = not unanswered
        tsx = inv.invite_tsx
        if unanswered and (tsx == null or inv.state == NULL or not self._may_finish(tsx)):
            lib.pjsip_inv_terminate(inv, code, 1)
            return
        if unanswered and self.ours and tsx.status_code < 100:
            self._cancel = (code, headers)  # RFC 3261 9.1: "... MUST wait for the arrival of a provisional response"
            return
        self._finish(code, reason if unanswered and not self.ours else "", headers)

    def provisional(self) -> None:
        """The far end has said something: a CANCEL that waited for it goes now."""
        if self._cancel is not None and self.inv is not None and self.inv.state in (CALLING, EARLY):
            (code, headers), self._cancel = self._cancel, None
            self._finish(code, "", headers)

    def _finish(self, code: int, reason: str, headers: dict[str, str] | None) -> None:
        inv, lib, null = self.inv, self.endpoint.lib, self.endpoint.ffi.NULL
        text, _hold = self.endpoint.text(reason.encode("latin-1", "replace")) if reason else (null, None)
        holder = self.endpoint.ffi.new(self.endpoint.holder_type)
        status = lib.pjsip_inv_end_session(inv, code, text, holder)
        if status != OK:
            lib.pjsip_inv_terminate(inv, code, 1)
        elif holder[0] != null and not self._send(holder[0], headers) and self.inv is not None:
            lib.pjsip_inv_terminate(self.inv, code, 1)

    # ---- inside --------------------------------------------------------------------------------------------------

    def _may_finish(self, tsx: Any) -> bool:
        """Whether PJSIP can make a CANCEL or a refusal: it makes it of what it sent last, and dies if that is unfit."""
        if self.ours:
            return tsx.state in (TSX_CALLING, TSX_PROCEEDING)  # later ones sent an ACK last
        return bool(self.inv.last_answer != self.endpoint.ffi.NULL)

    def _neg_state(self) -> int:
        if self.inv.neg == self.endpoint.ffi.NULL:
            return _NEG_NULL
        return int(self.endpoint.lib.pjmedia_sdp_neg_get_state(self.inv.neg))

    def _sdp(self, sdp: bytes | None) -> ParsedSdp:
        return ParsedSdp(self.endpoint, sdp)

    def _send(self, tdata: Any, headers: dict[str, str] | None) -> bool:
        for name, value in (headers or {}).items():
            self.endpoint.add_header(tdata, name, value)
        inv = self.inv
        return inv is not None and self.endpoint.lib.pjsip_inv_send_msg(inv, tdata) == OK


_STATE_NAMES = ("null", "calling", "incoming", "early", "connecting", "confirmed", "disconnected")
_NEG_NULL, _NEG_LOCAL_OFFER, _NEG_REMOTE_OFFER, _NEG_WAIT, _NEG_DONE = range(5)


class ParsedSdp:
    """`pjmedia_sdp_session *` of a body for the time of a `with`: NULL for None and for what PJSIP cannot read."""

    def __init__(self, endpoint: Endpoint, body: bytes | None) -> None:
        self._endpoint = endpoint
        self._body = body
        self._pool: Any = None

    def __enter__(self) -> Any:
        ffi, lib = self._endpoint.ffi, self._endpoint.lib
        if self._body is None:
            return ffi.NULL
        self._pool = self._endpoint.pool(b"sdp", 2000, 1000)
        self._buffer = ffi.new("char[]", self._body)
        holder = ffi.new("pjmedia_sdp_session **")
        status = lib.pjmedia_sdp_parse(self._pool, self._buffer, len(self._body), holder)
        if status != OK or lib.pjmedia_sdp_validate(holder[0]) != OK:
            return ffi.NULL
        return holder[0]

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._endpoint.release(self._pool)
