"""The ground that the switch stands on: PJSIP, the sockets, the registrar, and the one queue of events.

Signals from PJSIP and events for the listener go through one queue, which is emptied on the loop when PJSIP has
returned: never from inside PJSIP, never inside the call that caused them. The one `except Exception` is here: a fault
in taking a signal or in the listener is logged and ends that leg.

Time: `clock` gives monotonic seconds for decisions, `wall` UTC seconds for bindings.
Deliberately absent: what may be asked of the switch (driver.py), who may call (inbound.py), how (outbound.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from switch.binding import Binding, BindingStore
from switch.digest import Authenticator
from switch.events import Ended, Event, Registered, Unregistered
from switch.floor import Floor
from switch.gate import Gate
from switch.inbound import Inbound
from switch.leg import Happening
from switch.lines import Lines
from switch.names import LIFE_S, Names
from switch.outbound import contact_of
from switch.pjsip.endpoint import Endpoint
from switch.pjsip.invite import Invites
from switch.pjsip.resolver import Resolver
from switch.pjsip.session import Signal
from switch.pjsip.transport import Line
from switch.registrar import ExpiryRules, Registrar
from switch.settings import SwitchSettings
from switch.trace import Trace
from switch.trunk import AddressBook
from switch.words import Cause, LegId

log = logging.getLogger("switch.driver")
_H = Happening
EXPIRY_CHECK_S = 1.0
"""How often registrations are looked through."""
STOP_S = 2.0
"""How long `stop` waits for the BYEs' answers."""


class Listener(Protocol):
    """Whoever decides what happens to calls."""

    def told(self, event: Event) -> None:
        """Something happened; called on the loop. Must not block."""


class Ground:
    """Everything of the switch but its facade."""

    def __init__(
        self,
        settings: SwitchSettings,
        listener: Listener,
        *,
        bindings: BindingStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.wall: Callable[[], float] = time.time
        self.counters: Counter[str] = Counter()
        self.trace = Trace(calls=settings.trace_calls, size=settings.trace_bytes)
        self.stopping = False
        self.authenticator = Authenticator(settings.realm, nonce_life_s=settings.nonce_life_s)
        self.registrar = Registrar(settings.phones, self.authenticator, bindings, _rules(settings))
        self.addresses = AddressBook(settings.trunks)
        self.floor = Floor(clock, self.tell, self.trace.claim)
        self.gate = Gate(clock, self.trace, self.counters)
        self.gate.trusted = self._trusted
        self._inbound = Inbound(self)
        self._listener = listener
        self._queue: deque[Signal | Event] = deque()
        self._registered: set[str] = set()
        self._draining = False
        self._due = False
        self._tasks: list[asyncio.Task[None]] = []

    # ---- life --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring PJSIP up and listen. Raises a SwitchError: PortInUse, WrongWheel, MissingLibrary ..."""
        self.loop = asyncio.get_running_loop()
        self.endpoint = Endpoint(self.settings.user_agent)
        self.endpoint.start()
        try:
            self.resolver = Resolver(self.endpoint)
            self.invites = Invites(self.endpoint, self._queue.append)
            self.resolver.flow_of = self.invites.flow_of
            self.names = Names(self.resolver.names)
            self.lines = Lines(self.endpoint, self.gate, self._disconnected)
            self.gate.answer = self.lines.answer
            self.endpoint.on_request = self._inbound.request
            self.endpoint.after = self._drain
            await self.lines.open(self.settings.bind, self.settings.public_ip)
        except BaseException:
            self.endpoint.stop()
            raise
        self.endpoint.run(self.loop)
        for event in self.registrar.load(self.clock(), self.wall()):
            self.tell(event)
        self._tasks = [self.loop.create_task(self._expire()), self.loop.create_task(self._resolve())]

    async def stop(self) -> None:
        """End every leg with BYE, CANCEL or 503, wait a little for the answers, close everything."""
        self.stopping = True
        for leg in list(self.floor.legs.values()):
            self.floor.end(leg, Cause.SHUTDOWN)
        self._drain()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self.invites.empty()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.lines.close()
        self.endpoint.stop()

    def reconfigure(self, settings: SwitchSettings) -> None:
        """New phones, trunks and limits; live legs and open sockets stay as they are (`bind` needs a restart)."""
        now = self.clock()
        self.settings = settings
        self.addresses = AddressBook(settings.trunks)
        self.trace.limit(calls=settings.trace_calls, size=settings.trace_bytes)
        for event in self.registrar.reconfigure(settings.phones, now, _rules(settings)):
            self.tell(event)
        self._tasks.append(self.loop.create_task(self.names.refresh(settings.trunks)))
        self.soon()

    @property
    def bound(self) -> list[tuple[str, str, int]]:
        """Transport, address and port of every open socket; port 0 in the settings has become a real one."""
        return self.lines.bound

    # ---- asking ----

    @property
    def source_verdicts(self) -> Mapping[str, int]:
        """What became of untrusted addresses since the start, by name: see `Sources.counters`."""
        return self.gate.sources.counters

    def contacts(self, extension: str | None = None) -> list[Binding]:
        """Live contacts of one extension in the order to ring, or of all."""
        return self.registrar.contacts(extension, self.wall())

    # ---- for inbound.py, outbound.py -----------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """Queue an event for the listener."""
        self._queue.append(event)

    def soon(self) -> None:
        """See to it that what is queued is told in the loop's next turn."""
        if self._queue and not self._draining and not self._due:
            self._due = True
            self.loop.call_soon(self._drain)

    def contact(self, line: Line) -> bytes:
        """Our Contact on a line."""
        return contact_of(line.public if line.kind == 1 else self.lines.public_of("tcp"), line.name)

    def line_of(self, rdata: Any) -> Line:
        """The line that a packet came by."""
        return self.lines.of(rdata)

    def line_to(self, transport: str, ip: str, port: int) -> Line | None:
        """The line to a phone's flow; None when its connection is gone."""
        return self.lines.to(transport, ip, port)

    def line_for(self, transport: str) -> Line | None:
        """A line of this transport that is not bound to one far end."""
        return self.lines.first(transport)

    def public_of(self, transport: str) -> tuple[str, int]:
        """Address and port that we tell others to reach us at."""
        return self.lines.public_of(transport)

    def unreachable(self, binding: Binding) -> None:
        """A contact is gone for good: forget it."""
        for event in self.registrar.drop(binding.extension, binding.contact_uri, self.clock()):
            self.tell(event)

    # ---- inside --------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        self._due = False
        if self._draining:
            return
        self._draining = True
        try:
            while self._queue:
                item = self._queue.popleft()
                if isinstance(item, Signal):
                    self._guarded(self.floor.heard, item, None)
                else:
                    leg = None if isinstance(item, Registered | Unregistered | Ended) else item.leg
                    self._guarded(self._listener.told, item, leg)
        finally:
            self._draining = False

    def _guarded(self, take: Callable[[Any], Any], item: Any, leg: LegId | None) -> None:
        try:
            take(item)
        except Exception:
            self.counters["faults"] += 1
            log.exception("fault while taking %s", type(item).__name__)
            found = self.floor.legs.get(leg) if leg is not None else self.floor.leg_of(item)
            if found is not None:
                self.floor.end(found, Cause.ERROR)

    def _trusted(self, ip: str) -> bool:
        return ip in self._registered or self.addresses.trunk_of(ip) is not None

    def registered_from(self, ip: str) -> None:
        """Somebody proved a secret from this address: it is not banned while that registration lives."""
        self._registered.add(ip)

    def _disconnected(self, ip: str, port: int) -> None:
        """A TCP connection is gone: the contacts that came by it cannot be reached any more."""
        for binding in self.contacts():
            if binding.transport == "tcp" and (binding.received_ip, binding.received_port) == (ip, port):
                self.unreachable(binding)
        self.soon()

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(EXPIRY_CHECK_S)
            for event in self.registrar.expire(self.clock(), self.wall()):
                self.tell(event)
            self._registered = {binding.received_ip for binding in self.contacts()}
            self.counters["pjsip.faults"] = self.endpoint.faults
            self.soon()

    async def _resolve(self) -> None:
        while True:
            await self.names.refresh(self.settings.trunks)
            await asyncio.sleep(LIFE_S)


def _rules(settings: SwitchSettings) -> ExpiryRules:
    return ExpiryRules(settings.min_expires_s, settings.max_expires_s, settings.max_expires_s)
