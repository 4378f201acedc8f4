"""Making invite sessions: from an INVITE that came in, and for one that goes out.

Deliberately absent: what a session can do (session.py), who may call (inbound.py), whom to call (outbound.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from switch.pjsip.endpoint import OK, Endpoint
from switch.pjsip.hearing import Hearing
from switch.pjsip.resolver import Flow
from switch.pjsip.session import ParsedSdp, Session, Signal

OPTIONS = 1 | 2
"""PJSIP_INV_SUPPORT_100REL and PJSIP_INV_SUPPORT_TIMER: used when the far end wants them (RFC 3262, 4028)."""


class Invites(Hearing):
    """Makes sessions; hears of them as `Hearing` does."""

    def __init__(self, endpoint: Endpoint, put: Callable[[Signal], None]) -> None:
        super().__init__(endpoint, put)
        self._next = 0

    # ---- making --------------------------------------------------------------------------------------------------

    def accept(self, rdata: Any, contact: bytes, line: Any, *, session_expires_s: int, min_se_s: int) -> Session | int:
        """The session of an incoming INVITE, 100 sent; or the status that refused it (0: PJSIP has answered)."""
        endpoint, ffi, lib = self.endpoint, self.endpoint.ffi, self.endpoint.lib
        null = ffi.NULL
        options = ffi.new("unsigned *", OPTIONS)
        holder = ffi.new(self.endpoint.holder_type)
        if lib.pjsip_inv_verify_request(rdata, options, null, null, endpoint.endpt, holder) != OK:
            if holder[0] == null:
                return 400
            lib.pjsip_endpt_send_response2(endpoint.endpt, rdata, holder[0], null, null)
            return 0
        text, _hold = endpoint.text(contact)
        dlg = ffi.new("pjsip_dialog **")
        if lib.pjsip_dlg_create_uas_and_inc_lock(endpoint.ua, rdata, text, dlg) != OK:
            return 400
        inv = ffi.new("pjsip_inv_session **")
        if lib.pjsip_inv_create_uas(dlg[0], rdata, null, options[0], inv) != OK:
            refusal = ffi.new(self.endpoint.holder_type)
            tsx = lib.pjsip_rdata_get_tsx(rdata)
            if tsx != null and lib.pjsip_dlg_create_response(dlg[0], rdata, 488, null, refusal) == OK:
                lib.pjsip_dlg_send_response(dlg[0], tsx, refusal[0])
            lib.pjsip_dlg_dec_lock(dlg[0])
            return 0
        session = self._adopt(inv[0], ours=False)
        self._use_line(session, line)
        self._set_timer(session, session_expires_s, min_se_s)
        status = lib.pjsip_inv_initial_answer(inv[0], rdata, 100, null, null, holder)
        if status == OK or holder[0] != null:  # a refusal of the session timer is made by PJSIP
            lib.pjsip_inv_send_msg(inv[0], holder[0])
        else:
            session.closing = True
            lib.pjsip_inv_terminate(inv[0], 500, 1)
        lib.pjsip_dlg_dec_lock(dlg[0])
        return session

    def call(
        self,
        *,
        local_uri: bytes,
        remote_uri: bytes,
        target: bytes,
        contact: bytes,
        line: Any,
        flow: Flow | None,
        sdp: bytes,
        session_expires_s: int,
        min_se_s: int,
        credentials: tuple[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Session | None:
        """Send an INVITE; None when PJSIP refuses (a bad URI or SDP)."""
        endpoint, ffi, lib = self.endpoint, self.endpoint.ffi, self.endpoint.lib
        null = ffi.NULL
        texts = [endpoint.text(value) for value in (local_uri, contact, remote_uri, target)]
        dlg = ffi.new("pjsip_dialog **")
        if lib.pjsip_dlg_create_uac(endpoint.ua, *(text for text, _ in texts), dlg) != OK:
            return None
        lib.pjsip_dlg_inc_lock(dlg[0])
        inv = ffi.new("pjsip_inv_session **")
        with ParsedSdp(endpoint, sdp) as parsed:
            status = 1 if parsed == null else lib.pjsip_inv_create_uac(dlg[0], parsed, OPTIONS, inv)
        if status != OK:
            lib.pjsip_dlg_dec_lock(dlg[0])  # without a session the dialog goes with its last lock
            return None
        session = self._adopt(inv[0], ours=True)
        session.flow = session.far = flow
        session.local_sdp = sdp
        self._use_line(session, line)
        self._set_timer(session, session_expires_s, min_se_s)
        if credentials is not None:
            self._set_credentials(dlg[0], *credentials)
        holder = ffi.new(self.endpoint.holder_type)
        status = lib.pjsip_inv_invite(inv[0], holder)
        if status == OK:
            for name, value in (headers or {}).items():
                self.endpoint.add_header(holder[0], name, value)
            status = lib.pjsip_inv_send_msg(inv[0], holder[0])
        if status != OK and session.inv is not None:
            lib.pjsip_inv_terminate(inv[0], 503, 1)
        lib.pjsip_dlg_dec_lock(dlg[0])
        return session

    def _adopt(self, inv: Any, *, ours: bool) -> Session:
        self._next += 1
        session = Session(self.endpoint, self._next, ours=ours)
        session.inv = inv
        session.dlg = inv.dlg
        session.call_id = self.endpoint.string(inv.dlg.call_id.id)
        handle = self.endpoint.ffi.cast("void *", session.key)
        inv.mod_data[self._slot] = handle
        inv.dlg.mod_data[self._slot] = handle
        self.sessions[session.key] = session
        return session

    def _use_line(self, session: Session, line: Any) -> None:
        selector = self.endpoint.ffi.new("pjsip_tpselector *")
        selector.type = self.endpoint.lib.PJSIP_TPSELECTOR_TRANSPORT
        if line is not None:
            selector.u.transport = line.tp
            self.endpoint.lib.pjsip_dlg_set_transport(session.dlg, selector)

    def _set_timer(self, session: Session, expires_s: int, min_se_s: int) -> None:
        setting = self.endpoint.ffi.new("pjsip_timer_setting *")
        setting.min_se = max(90, min_se_s)  # RFC 4028 4: "... MUST NOT be less than 90 seconds"
        setting.sess_expires = max(setting.min_se, expires_s)
        self.endpoint.lib.pjsip_timer_init_session(session.inv, setting)

    def _set_credentials(self, dlg: Any, username: str, password: str) -> None:
        ffi = self.endpoint.ffi
        info = ffi.new("pjsip_cred_info *")
        held = []
        for field, value in (
            (info.realm, "*"),
            (info.scheme, "digest"),
            (info.username, username),
            (info.data, password),
        ):
            buffer = ffi.new("char[]", value.encode())
            held.append(buffer)
            field.ptr = buffer
            field.slen = len(value.encode())
        self.endpoint.lib.pjsip_auth_clt_set_credentials(ffi.addressof(dlg, "auth_sess"), 1, info)
