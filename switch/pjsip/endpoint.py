"""PJSIP's endpoint: started once a process, fed with packets, its timers run from the loop.

PJSIP opens no socket, starts no thread, resolves no name and logs nothing. Packets come in by `receive` and go out
by the transports' `send_msg`. Callbacks never raise into C: `callback` wraps them, and what they do is translate and
queue; the driver looks at its queue when `receive` or `tick` has returned (`after`).

Time: PJSIP's own monotonic clock, polled at least every `TICK_S` while it has timers.
Deliberately absent: transports (transport.py, tcp.py), invite sessions (invite.py), what to do with a request (driver).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any

from switch.errors import SwitchError
from switch.pjsip import abi, forked
from switch.pjsip.message import Packet

log = logging.getLogger("switch.pjsip")

TICK_S = 0.01
IDLE_TICK_S = 0.05
TIMERS_A_TICK = 500
POOL_KEPT_BYTES = 32 * 1024 * 1024
"""Freed pools that PJSIP keeps for the next call instead of giving them back to the system."""
TSX_TABLE = 16383
OK = 0
EPENDING = 70002
"""PJ_EPENDING: the transport will call back when the message is sent."""
_INVALID = 70004
_PRIORITY_APPLICATION = 64
_TYPES = (
    "pjmedia_sdp_session **",
    "pjmedia_sdp_session const **",
    "pjsip_cred_info *",
    "pjsip_dialog **",
    "pjsip_dialog *",
    "pjsip_inv_session **",
    "pjsip_send_state *",
    "pjsip_server_addresses *",
    "pjsip_timer_setting *",
    "pjsip_tpselector *",
    "pjsip_ua_init_param *",
    "unsigned *",
    "void *",
    "zongji_address *",
)
_running: list[Endpoint] = []


class Endpoint:
    """The one PJSIP endpoint of this process."""

    def __init__(self, name: str) -> None:
        self.core = abi.load()
        self.ffi: Any = self.core.ffi
        self.lib: Any = self.core.lib
        for name in _TYPES:  # each is parsed when first named, some 10 ms: not in the first call
            self.ffi.typeof(name)
        # Types looked up once: cffi looks a name up each time it is given one.
        self.holder_type: Any = self.ffi.typeof("pjsip_tx_data **")
        self.number_type: Any = self.ffi.typeof("intptr_t")
        self._bytes_type: Any = self.ffi.typeof("char[]")
        self._string_type: Any = self.ffi.typeof("pj_str_t *")
        self.packet: Packet | None = None
        """The packet being worked on, while PJSIP calls back because of it; None in timers and our own calls."""
        self.after: Callable[[], None] = lambda: None
        self.on_request: Callable[[Any], bool] = lambda rdata: False
        """A request outside any dialog: given the pjsip_rx_data; True when it was answered."""
        self.faults = 0
        self._name = name.encode()
        self._kept: list[Any] = []
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    # ---- life ------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Bring PJSIP up. Raises a SwitchError if it refuses, or if this process has one already."""
        if _running:
            raise SwitchError("This process runs a switch already, and PJSIP can be started only once in a process.")
        ffi, lib = self.ffi, self.lib
        lib.pj_log_set_level(0)
        # PJSIP leaves this to us. Without it every start says the Call-IDs, tags and branches of the start before, and
        # phones that remember those take a new call for an old one's retransmission (RFC 3261 19.3, 8.1.1.7).
        lib.pj_srand(secrets.randbits(32))
        self.check(lib.pj_init(), "pj_init")
        lib.pj_log_set_level(0)
        self.check(lib.pjlib_util_init(), "pjlib_util_init")
        lib.OpenSSL_add_all_digests()
        config = lib.pjsip_sip_cfg_var
        config.tsx.max_count = TSX_TABLE
        # Never change to TCP because a message is long: the far end may not listen there (RFC 3261 18.1.1; we deviate).
        config.endpt.disable_tcp_switch = 1
        config.endpt.accept_multiple_sdp_answers = 1
        config.endpt.resolve_hostname_to_get_interface = 0
        self.pools = ffi.new("pj_caching_pool *")
        lib.pj_caching_pool_init(self.pools, lib.pj_pool_factory_get_default_policy(), POOL_KEPT_BYTES)
        self.factory = ffi.addressof(self.pools, "factory")
        holder = ffi.new("pjsip_endpoint **")
        self.check(lib.pjsip_endpt_create(self.factory, self._name, holder), "pjsip_endpt_create")
        self.endpt = holder[0]
        self.tpmgr = lib.pjsip_endpt_get_tpmgr(self.endpt)
        self._heap = lib.pjsip_endpt_get_timer_heap(self.endpt)
        lib.pj_timer_heap_set_max_timed_out_per_poll(self._heap, TIMERS_A_TICK)
        self.check(lib.pjsip_tsx_layer_init_module(self.endpt), "transactions")
        self.check(lib.pjsip_ua_init_module(self.endpt, forked.hook(self)), "dialogs")
        self.ua = lib.pjsip_ua_instance()
        self.module = self._register_module()
        _running.append(self)

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Let PJSIP's timers run from `loop`."""
        self._loop = loop
        self._delay = self.ffi.new("pj_time_val *")
        self._timer = loop.call_later(TICK_S, self._tick)

    def stop(self) -> None:
        """Take PJSIP down; every pointer into it is dead afterwards."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self not in _running:
            return
        self.after = lambda: None
        self.on_request = lambda rdata: False
        self.lib.pjsip_endpt_destroy(self.endpt)
        self.lib.pj_caching_pool_destroy(self.pools)
        self.lib.pj_shutdown()
        _running.remove(self)

    def _register_module(self) -> Any:
        ffi = self.ffi
        name = self.keep(ffi.new("char[]", b"mod-zongji"))
        module = self.keep(ffi.new("pjsip_module *"))
        module.name.ptr = name
        module.name.slen = len(b"mod-zongji")
        module.id = -1
        module.priority = _PRIORITY_APPLICATION
        module.on_rx_request = self.callback("pj_bool_t (*)(pjsip_rx_data *)", self._on_rx_request, 0)
        self.check(self.lib.pjsip_endpt_register_module(self.endpt, module), "module")
        return module

    def _on_rx_request(self, rdata: Any) -> int:
        return 1 if self.on_request(rdata) else 0

    # ---- work ------------------------------------------------------------------------------------------------

    def receive(self, rdata: Any, packet: Packet) -> None:
        """Give PJSIP one whole message that `rdata` holds. The transport has filled packet, length and source."""
        self.packet = packet
        try:
            self.lib.pjsip_tpmgr_receive_packet(self.tpmgr, rdata)
        finally:
            self.packet = None
            self.lib.pj_pool_reset(rdata.tp_info.pool)
        self.after()

    def _tick(self) -> None:
        assert self._loop is not None
        fired = self.lib.pj_timer_heap_poll(self._heap, self._delay)
        if fired:
            self.after()
        idle = not fired and self.lib.pj_timer_heap_count(self._heap) == 0
        self._timer = self._loop.call_later(IDLE_TICK_S if idle else TICK_S, self._tick)

    # ---- for the other files of this package -------------------------------------------------------------------

    def keep(self, thing: Any) -> Any:
        """Hold a reference for as long as the endpoint lives: C holds only the address."""
        self._kept.append(thing)
        return thing

    def callback(self, ctype: str, function: Callable[..., Any], on_error: Any = None) -> Any:
        """A C callback that cannot raise: a fault is logged and counted, and `on_error` goes back to C."""

        def failed(kind: type[BaseException], error: BaseException, trace: Any) -> None:
            self.faults += 1
            log.error("fault in a PJSIP callback", exc_info=(kind, error, trace))

        if on_error is None:
            return self.keep(self.ffi.callback(ctype, function, onerror=failed))
        return self.keep(self.ffi.callback(ctype, function, error=on_error, onerror=failed))

    def pool(self, name: bytes, initial: int = 1000, increment: int = 1000) -> Any:
        """A fresh memory pool; give it back with `release`."""
        return self.lib.pjsip_endpt_create_pool(self.endpt, name, initial, increment)

    def release(self, pool: Any) -> None:
        """Give a pool back."""
        self.lib.pj_pool_release(pool)

    def text(self, value: bytes) -> tuple[Any, Any]:
        """`pj_str_t *` for `value`, and the buffer behind it, which the caller must hold during the call."""
        buffer = self.ffi.new(self._bytes_type, value)
        return self.ffi.new(self._string_type, (buffer, len(value))), buffer

    def add_header(self, tdata: Any, name: str, value: str) -> None:
        """Append a header line to a message not yet printed."""
        name_text, _one = self.text(name.encode())
        value_text, _two = self.text(value.encode("utf-8", "replace"))
        header = self.lib.pjsip_generic_string_hdr_create(tdata.pool, name_text, value_text)
        self.lib.pj_list_insert_before(self.ffi.addressof(tdata.msg, "hdr"), header)

    def string(self, value: Any) -> str:
        """Python text of a `pj_str_t`."""
        if value.slen <= 0 or value.ptr == self.ffi.NULL:
            return ""
        return bytes(self.ffi.buffer(value.ptr, value.slen)).decode("utf-8", "replace")

    def error(self, status: int) -> str:
        """PJSIP's words for a status."""
        buffer = self.ffi.new("char[]", 200)
        self.lib.pj_strerror(status, buffer, 200)
        return bytes(self.ffi.string(buffer)).decode("latin-1")

    def check(self, status: int, what: str) -> None:
        """Raise a SwitchError when PJSIP refuses something at start."""
        if status != OK:
            raise SwitchError(f"PJSIP does not start: {what} answered {status} ({self.error(status)}).")
