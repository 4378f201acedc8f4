"""Every packet's way in and out: bans and rates, the guard, the trace, the counters.

Time: `now` monotonic seconds for bans, `at` UTC seconds for the trace.
Deliberately absent: the rules (guard.py, sources.py), the sockets (pjsip/transport.py, pjsip/tcp.py).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from switch import guard
from switch.binding import Source
from switch.pjsip.message import call_id
from switch.sources import Offence, Sources
from switch.trace import Message, Trace


class Gate:
    """What stands between the sockets and PJSIP."""

    def __init__(self, clock: Callable[[], float], trace: Trace, counters: Counter[str]) -> None:
        self._clock = clock
        self._trace = trace
        self._counters = counters
        self.sources = Sources()
        self.trusted: Callable[[str], bool] = lambda ip: False
        """Whether an address may not be banned: a trunk's, or one that somebody registered from."""
        self.answer: Callable[[Source, bytes], None] = lambda source, data: None
        """Send bytes to where a packet came from."""
        self.last_sent = b""

    def admit(self, data: bytes, source: Source) -> bytes | None:
        """The packet as PJSIP may see it; None when it may not. A refusal that is due is sent from here."""
        now = self._clock()
        trusted = self.trusted(source.ip)
        if not trusted and not self.sources.admits(source.ip, now):
            self._counters["guard.banned"] += 1
            return None
        verdict = guard.inspect(data, source.transport)
        if isinstance(verdict, guard.Accept):
            self._counters["packets.in"] += 1
            packet = verdict.packet
            far = (source.ip, source.port)
            self._trace.keep(call_id(packet), Message(time.time(), False, source.transport, far, packet))
            return packet
        self._counters[f"guard.{verdict.reason}"] += 1
        if isinstance(verdict, guard.Reject):
            answer = guard.reply(data, verdict.code, verdict.reason, (source.ip, source.port))
            if answer is not None:
                self.answer(source, answer)
        if not trusted and verdict.reason not in ("keepalive", "stun"):
            self.sources.offend(source.ip, Offence.MALFORMED, now)
        return None

    def leaving(self, data: bytes, transport: str, far: tuple[str, int]) -> None:
        """A message goes out."""
        self.last_sent = data
        self._counters["packets.out"] += 1
        self._trace.keep(call_id(data), Message(time.time(), True, transport, far, data))
