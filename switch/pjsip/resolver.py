"""Where a message goes: PJSIP asks us, and we answer from what we know, at once.

PJSIP would resolve names itself, and block. Its hook for an outside resolver is set instead, before anything is
sent. Requests of a dialog with a known flow (a phone behind NAT, a TCP connection) go to that flow, whatever their
URI says (RFC 5626 5.3); addresses go to themselves; names go where `names` says, resolved beforehand in Python;
anything else cannot be sent.

Deliberately absent: asking DNS (switch/names.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from switch.pjsip.endpoint import Endpoint
from switch.pjsip.transport import TCP_TYPE, UDP_TYPE, pack_address

Flow = tuple[str, str, int]
"""Transport, address, port."""
NOT_RESOLVED = 70018
"""PJ_ERESOLVE."""
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\Z")


def is_ipv4(host: str) -> bool:
    """Whether `host` is a dotted IPv4 address."""
    return _IPV4.match(host) is not None


class Resolver:
    """Answers PJSIP's questions for addresses."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.names: dict[str, tuple[str, int]] = {}
        """Host name in lower case -> IPv4 address, and the port when the URI has none (0: the default)."""
        self.flow_of: Callable[[Any], Flow | None] = lambda dlg: None
        """The flow of a pjsip_dialog, when it has one."""
        ffi = endpoint.ffi
        self._hook = endpoint.keep(ffi.new("zongji_resolver *"))
        self._hook.resolve = endpoint.callback(
            "void (*)(void *, pj_pool_t *, const zongji_host_info *, void *, "
            "void (*)(pj_status_t, void *, const pjsip_server_addresses *))",
            self._resolve,
        )
        self._ua_module = ffi.cast("pjsip_module *", endpoint.ua).id
        endpoint.check(endpoint.lib.pjsip_endpt_set_ext_resolver(endpoint.endpt, self._hook), "resolver")

    def _resolve(self, resolver: Any, pool: Any, target: Any, token: Any, callback: Any) -> None:
        ffi = self._endpoint.ffi
        flow = self._flow(token) or self._address(target)
        if flow is None:
            callback(NOT_RESOLVED, token, ffi.NULL)
            return
        found = ffi.new("pjsip_server_addresses *")
        found.count = 1
        record = ffi.cast("zongji_address *", found.entry)
        record.type = TCP_TYPE if flow[0] == "tcp" else UDP_TYPE
        ffi.memmove(ffi.addressof(record[0], "addr"), pack_address(flow[1], flow[2]), 16)
        record.addr_len = 16
        callback(0, token, found)

    def _flow(self, token: Any) -> Flow | None:
        ffi = self._endpoint.ffi
        tdata = ffi.cast("pjsip_send_state *", token).tdata
        if tdata == ffi.NULL or tdata.msg == ffi.NULL or tdata.msg.type != self._endpoint.lib.PJSIP_REQUEST_MSG:
            return None
        dlg = tdata.mod_data[self._ua_module]
        return None if dlg == ffi.NULL else self.flow_of(ffi.cast("pjsip_dialog *", dlg))

    def _address(self, target: Any) -> Flow | None:
        host = self._endpoint.string(target.addr.host).strip("[]")
        address, port = (host, 0) if is_ipv4(host) else self.names.get(host.lower(), ("", 0))
        if not address or target.type & ~0x80 not in (0, UDP_TYPE, TCP_TYPE):
            return None
        return ("tcp" if target.type == TCP_TYPE else "udp", address, target.addr.port or port or 5060)
