"""PJSIP's callbacks about invite sessions: each is translated into a `Signal` and queued, no more.

Where PJSIP wants an answer before the callback returns, it is given here: the offer in an UPDATE, a request in the
dialog that nobody else would answer, the ACK.

Deliberately absent: what follows from a signal (floor.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from switch.pjsip.endpoint import OK, Endpoint
from switch.pjsip.message import Packet
from switch.pjsip.resolver import Flow
from switch.pjsip.session import (
    CONFIRMED,
    CONNECTING,
    DISCONNECTED,
    EARLY,
    TSX_COMPLETED,
    TSX_PROCEEDING,
    TSX_TERMINATED,
    TSX_TRYING,
    UAS,
    Heard,
    Session,
    Signal,
)


class Hearing:
    """All sessions, and PJSIP's words about them."""

    def __init__(self, endpoint: Endpoint, put: Callable[[Signal], None]) -> None:
        self.endpoint = endpoint
        self.sessions: dict[int, Session] = {}
        self._put = put
        self._last_gone = asyncio.Event()
        self._slot = endpoint.module.id
        ffi, lib = endpoint.ffi, endpoint.lib
        endpoint.check(lib.pjsip_100rel_init_module(endpoint.endpt), "reliable provisional responses")
        endpoint.check(lib.pjsip_timer_init_module(endpoint.endpt), "session timers")
        told = endpoint.keep(ffi.new("pjsip_inv_callback *"))
        told.on_state_changed = endpoint.callback("void (*)(pjsip_inv_session *, pjsip_event *)", self._state_changed)
        told.on_new_session = endpoint.callback("void (*)(pjsip_inv_session *, pjsip_event *)", self._new_session)
        told.on_tsx_state_changed = endpoint.callback(
            "void (*)(pjsip_inv_session *, pjsip_transaction *, pjsip_event *)", self._tsx_changed
        )
        told.on_rx_offer = endpoint.callback(
            "void (*)(pjsip_inv_session *, const pjmedia_sdp_session *)", self._rx_offer
        )
        told.on_rx_reinvite = endpoint.callback(
            "pj_status_t (*)(pjsip_inv_session *, const pjmedia_sdp_session *, pjsip_rx_data *)", self._rx_reinvite, 1
        )
        told.on_media_update = endpoint.callback("void (*)(pjsip_inv_session *, pj_status_t)", self._media_update)
        told.on_send_ack = endpoint.callback("void (*)(pjsip_inv_session *, pjsip_rx_data *)", self._send_ack)
        endpoint.check(lib.pjsip_inv_usage_init(endpoint.endpt, told), "invite sessions")

    async def empty(self) -> None:
        """Wait until no session is left."""
        while self.sessions:
            self._last_gone.clear()
            await self._last_gone.wait()

    # ---- finding -------------------------------------------------------------------------------------------------

    def flow_of(self, dlg: Any) -> Flow | None:
        """For the resolver: where a dialog's requests go when its URIs do not count."""
        session = self.sessions.get(int(self.endpoint.ffi.cast(self.endpoint.number_type, dlg.mod_data[self._slot])))
        return None if session is None else session.flow

    def of(self, inv: Any) -> Session | None:
        return self.sessions.get(int(self.endpoint.ffi.cast(self.endpoint.number_type, inv.mod_data[self._slot])))

    # ---- hearing: called by PJSIP, must only translate and queue ---------------------------------------------------

    def _state_changed(self, inv: Any, event: Any) -> None:
        session = self.of(inv)
        if session is None:
            return
        packet = self.endpoint.packet
        state = inv.state
        if state == DISCONNECTED:
            self._gone(session, packet)
        elif state == CONFIRMED:
            body = packet.body if packet is not None and packet.method == "ACK" else b""
            if body:
                session.remote_sdp = body
            self._put(Signal(Heard.CONFIRMED, session, body=body, packet=packet))
        elif session.ours and packet is not None and packet.is_response:
            if state == EARLY:
                self._early(session, packet)
            elif state == CONNECTING:
                session.remote_sdp = packet.body or session.early_body
                self._put(Signal(Heard.ANSWERED, session, packet.status, body=session.remote_sdp, packet=packet))

    def _early(self, session: Session, packet: Packet) -> None:
        body = packet.body
        if body:
            session.early_body = body
        what = Heard.PROGRESSED if body else Heard.RANG
        self._put(Signal(what, session, packet.status, body=body, packet=packet))

    def _gone(self, session: Session, packet: Packet | None) -> None:
        inv = session.inv
        reason = self.endpoint.string(inv.cause_text)
        signal = Signal(Heard.GONE, session, int(inv.cause), reason, packet=packet)
        del self.sessions[session.key]
        self._last_gone.set()
        if session.ours:
            # A challenge that comes now (our BYE crossed theirs) would be answered through the dead session, and
            # PJSIP asserts; without credentials it lets the challenge be.
            auth = self.endpoint.ffi.addressof(inv.dlg, "auth_sess")
            self.endpoint.lib.pjsip_auth_clt_set_credentials(auth, 0, self.endpoint.ffi.new("pjsip_cred_info *"))
        session.inv = session.dlg = None
        self._put(signal)

    def _new_session(self, inv: Any, event: Any) -> None:
        """A forked dialog of ours: PJSIP calls it only with `on_dlg_forked`, which we do not set."""

    def _rx_offer(self, inv: Any, offer: Any) -> None:
        """An UPDATE's offer must be answered before this returns: with what we said last; PJSIP turns directions.

        For a re-INVITE nothing is done here; `_rx_reinvite` follows.
        """
        packet = self.endpoint.packet
        session = self.of(inv)
        if session is None or packet is None or packet.method != "UPDATE":
            return
        lib = self.endpoint.lib
        holder = self.endpoint.ffi.new("pjmedia_sdp_session const **")
        if lib.pjmedia_sdp_neg_get_active_local(inv.neg, holder) == OK:
            lib.pjsip_inv_set_sdp_answer(inv, holder[0])
            session.remote_sdp = packet.body
            self._put(Signal(Heard.OFFERED, session, body=packet.body, packet=packet))

    def _rx_reinvite(self, inv: Any, offer: Any, rdata: Any) -> int:
        """0: we answer later. Otherwise PJSIP answers by itself, with what we said last (an offer-less re-INVITE)."""
        session = self.of(inv)
        packet = self.endpoint.packet
        null = self.endpoint.ffi.NULL
        if session is None or packet is None or offer == null or session.closing:
            return 1
        holder = self.endpoint.ffi.new(self.endpoint.holder_type)
        if self.endpoint.lib.pjsip_inv_initial_answer(inv, rdata, 100, null, null, holder) != OK:
            return 1
        if self.endpoint.lib.pjsip_inv_send_msg(inv, holder[0]) != OK:
            return 1
        session.offer_pending = True
        session.remote_sdp = packet.body
        self._put(Signal(Heard.OFFERED, session, body=packet.body, packet=packet))
        return 0

    def _media_update(self, inv: Any, status: int) -> None:
        session = self.of(inv)
        if session is not None and status != OK:
            self._put(Signal(Heard.UNFIT, session, packet=self.endpoint.packet))

    def _send_ack(self, inv: Any, rdata: Any) -> None:
        """Ours to send, because PJSIP would abort the process when its own cannot be sent."""
        lib, null = self.endpoint.lib, self.endpoint.ffi.NULL
        holder = self.endpoint.ffi.new(self.endpoint.holder_type)
        if lib.pjsip_inv_create_ack(inv, rdata.msg_info.cseq.cseq, holder) != OK:
            return
        if inv.ref_cnt != null:
            lib.pjsip_inv_send_msg(inv, holder[0])
            return
        # A 2xx that comes after the session's end: only the dialog is left to send by, and PJSIP asserts otherwise.
        lib.pjsip_dlg_send_request(inv.dlg, holder[0], -1, null)
        if inv.last_ack != null:
            lib.pjsip_tx_data_dec_ref(inv.last_ack)
            inv.last_ack = null

    def _tsx_changed(self, inv: Any, tsx: Any, event: Any) -> None:
        session = self.of(inv)
        if session is None:
            return
        packet = self.endpoint.packet
        if packet is not None:
            session.far = (packet.source.transport, packet.source.ip, packet.source.port)
        if tsx.role == UAS:
            if tsx.state == TSX_TRYING and packet is not None:
                self._in_dialog(session, tsx, event, packet)
        elif tsx.state == TSX_PROCEEDING and tsx.method.id == 0:
            session.provisional()
        elif session.reoffering and tsx.state in (TSX_COMPLETED, TSX_TERMINATED) and tsx.method.id == 0:
            self._reoffered(session, int(tsx.status_code), packet)

    def _reoffered(self, session: Session, status: int, packet: Packet | None) -> None:
        if status in (401, 407) and packet is not None:
            return  # PJSIP tries again with credentials
        session.reoffering = False
        if status // 100 == 2 and packet is not None:
            session.remote_sdp = packet.body
            self._put(Signal(Heard.AGREED, session, status, body=packet.body, packet=packet))
        else:
            self._put(Signal(Heard.REFUSED, session, status, packet=packet))

    def _in_dialog(self, session: Session, tsx: Any, event: Any, packet: Packet) -> None:
        """A request inside the dialog that PJSIP would leave unanswered, or die of."""
        method = packet.method
        null = self.endpoint.ffi.NULL
        if method in ("INVITE", "BYE", "CANCEL", "ACK"):
            return
        if method == "UPDATE":
            if session.inv.neg != null:
                return
            code = 500  # no offer yet that an UPDATE could follow; RFC 3311 5.2
        elif method == "INFO":
            known = packet.text("content-type").lower().startswith(("application/dtmf", "application/media_control"))
            code = 200 if known or not packet.body else 415
            if known:
                self._put(Signal(Heard.INFO, session, body=packet.body, packet=packet))
        elif method == "PRACK":
            if not packet.body and session.inv.state in (EARLY, CONNECTING, CONFIRMED):
                return  # PJSIP answers it; a body it would negotiate with an offer that may not be there
            code = 488 if packet.body else 481
        elif method == "OPTIONS":
            code = 200
        else:
            code = 405
        rdata = event.body.tsx_state.src.rdata
        holder = self.endpoint.ffi.new(self.endpoint.holder_type)
        lib = self.endpoint.lib
        if lib.pjsip_dlg_create_response(session.dlg, rdata, code, null, holder) == OK:
            lib.pjsip_dlg_send_response(session.dlg, tsx, holder[0])
