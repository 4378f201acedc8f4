"""A second far end that answers our INVITE, after a proxy on the way has forked it (RFC 3261 13.2.2.4).

The first 2xx has the call. Each further one, from another tag, is a dialog of its own, which is acknowledged and hung
up at once. PJSIP alone would hand it to the first dialog: that would acknowledge itself once more, and from then on
send its requests to the second far end.

Deliberately absent: the several contacts of one phone, which we call ourselves (switch/fork.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from switch.pjsip.endpoint import Endpoint


def hook(endpoint: Endpoint) -> Any:
    """What PJSIP's dialog layer is started with; it asks here about each response from a tag that it does not know."""

    def ask(first: Any, rdata: Any) -> Any:
        if rdata.msg_info.msg.line.status.code < 200 or not first.uac_has_2xx:
            return first  # the call is still everybody's: the last to speak is listened to
        if rdata.msg_info.to.tag.slen > 0:
            _send_away(endpoint, first, rdata)
        return endpoint.ffi.NULL

    hook = endpoint.ffi.new("pjsip_ua_init_param *")
    hook.on_dlg_forked = endpoint.callback(
        "pjsip_dialog * (*)(pjsip_dialog *, pjsip_rx_data *)", ask, endpoint.ffi.NULL
    )
    return hook


def _send_away(endpoint: Endpoint, first: Any, rdata: Any) -> None:
    """ACK and BYE. The dialog goes when the BYE is answered; until then PJSIP knows its tag."""
    ffi, lib = endpoint.ffi, endpoint.lib
    holder = ffi.new("pjsip_dialog **")
    if lib.pjsip_dlg_fork(first, rdata, holder) != 0:
        return
    dlg = holder[0]
    slot = endpoint.module.id
    dlg.mod_data[slot] = first.mod_data[slot]  # where the first one's requests go, these go too
    # A challenge with its tag to a re-INVITE of the first one would be met here too, and the request sent twice.
    lib.pjsip_auth_clt_set_credentials(ffi.addressof(dlg, "auth_sess"), 0, ffi.new("pjsip_cred_info *"))
    lib.pjsip_dlg_inc_lock(dlg)
    lib.pjsip_dlg_set_transport(dlg, ffi.addressof(first, "tp_sel"))
    for method, cseq in (
        (lib.pjsip_get_ack_method(), rdata.msg_info.cseq.cseq),
        (lib.pjsip_get_bye_method(), -1),
    ):
        made = ffi.new(endpoint.holder_type)
        if lib.pjsip_dlg_create_request(dlg, method, cseq, made) == 0:
            lib.pjsip_dlg_send_request(dlg, made[0], -1, ffi.NULL)
    lib.pjsip_dlg_dec_lock(dlg)
