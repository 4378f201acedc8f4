"""A dialog's facts, read out of PJSIP."""

from __future__ import annotations

from typing import Any

from switch.facts import DialogFacts
from switch.pjsip.session import Session

_URI_BYTES = 1000
_IN_CONTACT = 3
"""PJSIP_URI_IN_CONTACT_HDR."""


def facts(session: Session) -> DialogFacts | None:
    """All that adopting this dialog needs; None when it is gone."""
    dlg = session.dlg
    if dlg is None or session.inv is None:
        return None
    endpoint = session.endpoint
    text = endpoint.string
    flow = session.flow or session.far or ("", "", 0)
    return DialogFacts(
        call_id=text(dlg.call_id.id),
        local_tag=text(dlg.local.info.tag),
        remote_tag=text(dlg.remote.info.tag),
        local_uri=text(dlg.local.info_str),
        remote_uri=text(dlg.remote.info_str),
        remote_target=_uri(endpoint, dlg.target),
        local_contact=_uri(endpoint, dlg.local.contact.uri),
        local_cseq=int(dlg.local.cseq),
        remote_cseq=int(dlg.remote.cseq),
        route_set=_routes(endpoint, dlg),
        role="uac" if session.ours else "uas",
        local_sdp=session.local_sdp,
        remote_sdp=session.remote_sdp,
        transport=flow[0],
        far_ip=flow[1],
        far_port=flow[2],
    )


def _uri(endpoint: Any, uri: Any) -> str:
    """Print a URI; "" when it does not fit."""
    if uri == endpoint.ffi.NULL:
        return ""
    buffer = endpoint.ffi.new("char[]", _URI_BYTES)
    size = uri.vptr.p_print(_IN_CONTACT, uri, buffer, _URI_BYTES)
    return bytes(endpoint.ffi.buffer(buffer, size)).decode("utf-8", "replace").strip("<>") if size > 0 else ""


def _routes(endpoint: Any, dlg: Any) -> tuple[str, ...]:
    ffi = endpoint.ffi
    end = ffi.addressof(dlg, "route_set")
    routes: list[str] = []
    node = dlg.route_set.next
    while node != end and len(routes) < 32:
        routes.append("<" + _uri(endpoint, node.name_addr.uri) + ">")
        node = node.next
    return tuple(routes)
