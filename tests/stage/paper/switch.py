"""Signalling on paper: notes what is asked of it, tells what a test says the far ends do.

Like the real driver: events go through one queue and are told in a later turn of the loop, all that are queued in
one turn; `hang_up` ends a leg at once and its Ended is told once; a listener's fault ends that leg.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any

from media.paths import Codec, Direction, LocalAddress
from switch import sdp
from switch.binding import Binding
from switch.driver import Listener
from switch.events import (
    Agreed,
    Answered,
    Confirmed,
    Ended,
    Event,
    Invited,
    Keyed,
    Offered,
    Progressed,
    Rang,
    Registered,
    Unregistered,
)
from switch.facts import DialogFacts, LegSummary
from switch.settings import SwitchSettings
from switch.trace import Trace
from switch.words import (
    Cause,
    FromPhone,
    FromTrunk,
    Identity,
    LegId,
    Origin,
    Party,
    Target,
    ToPhone,
    leg_id,
    new_call_id,
)

log = logging.getLogger("paper")


def sound(direction: Direction = Direction.SENDRECV, *, codecs: tuple[Codec, ...] = (Codec.PCMA,)) -> bytes:
    """A far end's SDP, offer or answer; `direction` as they say it."""
    return sdp.offer(LocalAddress("198.51.100.7", 30000), codecs, session_id=1, version=1, direction=direction)


NO_CODEC = sound().replace(b"RTP/AVP 8 101", b"RTP/AVP 3").replace(b"a=rtpmap:8 PCMA/8000", b"a=rtpmap:3 GSM/8000")


@dataclass
class PaperLeg:
    id: LegId
    incoming: bool
    target: Target | None = None
    caller: Identity | None = None
    state: str = "invited"
    timeout_s: float = 0.0
    auto_answer: bool = False
    began: float = 0.0
    deadline: asyncio.TimerHandle | None = None
    cause: Cause | None = None
    """Why it ended."""

    @property
    def live(self) -> bool:
        return self.state != "ended"


class PaperSwitch:
    """Stands for `switch.driver.Switch`."""

    def __init__(self, settings: SwitchSettings, listener: Listener, *, bindings: Any, **_: Any) -> None:
        self.settings = settings
        self.listener = listener
        self.legs_by_id: dict[LegId, PaperLeg] = {}
        self.done: list[tuple[str, LegId]] = []
        """What was asked, in order: ("ring", leg), ("answer", leg) ..."""
        self.counters: Counter[str] = Counter()
        self.source_verdicts: Counter[str] = Counter()
        self.trace = Trace()
        self.faults: list[BaseException] = []
        self.acks = True
        """An answer is confirmed at once."""
        self._queue: list[Event] = []
        self._due = False
        self._registered: dict[str, Binding] = {}
        self._numbers = 0

    # ---- what a test does ---------------------------------------------------------------------------------------

    def register(self, extension: str) -> None:
        loop = asyncio.get_running_loop()
        source = ("udp", "198.51.100.7", 5060)
        self._registered[extension] = Binding(
            extension, f"sip:{extension}@198.51.100.7", "reg", 1, 4e9, *source, "paper", None, 0.0
        )
        self.tell(Registered(extension, 1, loop.time()))

    def unregister(self, extension: str, why: str = "removed") -> None:
        del self._registered[extension]
        self.tell(Unregistered(extension, why, asyncio.get_running_loop().time()))

    def invite(self, origin: Origin, caller: Identity, called: str, offer: bytes | None = None) -> LegId:
        """A call comes in."""
        self._numbers += 1
        call = new_call_id(1.8e9 + self._numbers)
        leg = PaperLeg(leg_id(call, 1), incoming=True, began=self._now())
        self.legs_by_id[leg.id] = leg
        self.tell(
            Invited(leg.id, call, origin, caller, called, offer, f"{leg.id}@far", self._now()),
        )
        return leg.id

    def call_in(
        self, called: str = "4001", number: str = "13800138000", trunk: str = "carrier", offer: bytes | None = sound()
    ) -> LegId:
        return self.invite(FromTrunk(trunk), Identity(number, ""), called, offer)

    def call_from(self, extension: str, called: str, offer: bytes | None = sound()) -> LegId:
        return self.invite(FromPhone(extension), Identity(extension), called, offer)

    def rang(self, leg: LegId) -> None:
        self._change(leg, "calling", "ringing")
        self.tell(Rang(leg, self._now()))

    def progressed(self, leg: LegId) -> None:
        self._change(leg, "calling", "ringing")
        self.tell(Progressed(leg, sound(), self._now()))

    def answered(self, leg: LegId, body: bytes = b"") -> None:
        self._change(leg, "calling", "talking")
        self._change(leg, "ringing", "talking")
        self._forget_deadline(leg)
        self.tell(Answered(leg, body or sound(), self._now()))
        self.tell(Confirmed(leg, self._now()))

    def gone(self, leg: LegId, cause: Cause | None = None, by: Party | None = None, status: int | None = None) -> None:
        """The far end ends it: CANCEL, BYE or a refusal, by what it is."""
        found = self.legs_by_id[leg]
        if not found.live:
            return
        usual = Cause.NORMAL if found.state in ("talking", "accepted") else Cause.CANCELLED
        cause = cause or (usual if found.incoming or found.state == "talking" else Cause.BUSY)
        by = by or (Party.CALLER if found.incoming else Party.CALLEE)
        answered = found.state in ("talking", "accepted")
        self._end(found, cause, by, 0 if answered else cause.sip if status is None else status)

    def offered(self, leg: LegId, direction: Direction, body: bytes = b"") -> None:
        """The far end sends a re-INVITE: `direction` as they say it; SENDONLY holds."""
        if self.legs_by_id[leg].live:
            self.tell(Offered(leg, body or sound(direction), self._now()))

    def agreed(self, leg: LegId, body: bytes = b"") -> None:
        self.tell(Agreed(leg, body or sound(), self._now()))

    def keyed(self, leg: LegId, digits: str) -> None:
        """Digits by INFO."""
        for digit in digits:
            self.tell(Keyed(leg, digit, 100, self._now()))

    def out(self, extension: str = "") -> list[LegId]:
        """Live outgoing legs, oldest first; those to one extension or trunk number."""
        return [
            leg.id
            for leg in self.legs_by_id.values()
            if not leg.incoming and leg.live and extension in ("", _number(leg.target))
        ]

    def asked(self, leg: LegId) -> list[str]:
        """What was asked of a leg, in order."""
        return [what for what, about in self.done if about == leg]

    def ended(self, leg: LegId) -> Cause | None:
        """Why the leg ended; None while it lives."""
        return self.legs_by_id[leg].cause

    # ---- what the house asks ------------------------------------------------------------------------------------

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        for leg in list(self.legs_by_id.values()):
            self.hang_up(leg.id, Cause.SHUTDOWN)

    def reconfigure(self, settings: SwitchSettings) -> None:
        self.settings = settings

    @property
    def bound(self) -> list[tuple[str, str, int]]:
        return [("udp", "127.0.0.1", 5060)]

    def ring(self, leg: LegId) -> None:
        self._note("ring", leg)

    def progress(self, leg: LegId, answer: bytes) -> None:
        self._note("progress", leg)

    def answer(self, leg: LegId, answer: bytes) -> None:
        assert answer
        if self.legs_by_id[leg].state == "invited":
            self._note("answer", leg)
            self.legs_by_id[leg].state = "talking"
            if self.acks:
                self.tell(Confirmed(leg, self._now()))

    def reject(self, leg: LegId, cause: Cause) -> None:
        self.hang_up(leg, cause)

    def place(
        self,
        leg: LegId,
        target: Target,
        caller: Identity,
        offer: bytes,
        *,
        timeout_s: float = 60.0,
        auto_answer: bool = False,
    ) -> None:
        assert leg not in self.legs_by_id, "placed twice"
        assert sdp.parse(offer).media
        found = PaperLeg(leg, False, target, caller, "calling", timeout_s, auto_answer, self._now())
        self.legs_by_id[leg] = found
        self.done.append(("place", leg))
        if isinstance(target, ToPhone) and target.extension not in self._registered:
            self._end(found, Cause.UNREACHABLE, Party.SWITCH, 480)
            return
        found.deadline = asyncio.get_running_loop().call_later(
            timeout_s, self._end, found, Cause.NO_ANSWER, Party.CALLEE, 480
        )

    def reoffer(self, leg: LegId, offer: bytes) -> None:
        self._note("reoffer", leg)

    def answer_offer(self, leg: LegId, answer: bytes) -> None:
        self._note("answer offer", leg)

    def refuse_offer(self, leg: LegId, cause: Cause) -> None:
        self._note("refuse offer", leg)

    def hang_up(self, leg: LegId, cause: Cause = Cause.NORMAL) -> None:
        found = self.legs_by_id.get(leg)
        if found is None or not found.live:
            return
        self.done.append(("hang up", leg))
        unanswered = found.state in ("invited", "calling", "ringing")
        status = (cause.sip if found.incoming else 487) if unanswered else 0
        self._end(found, cause, Party.ADMIN if cause is Cause.RELEASED else Party.SWITCH, status)

    def contacts(self, extension: str | None = None) -> list[Binding]:
        return [binding for binding in self._registered.values() if extension in (None, binding.extension)]

    def dialog(self, leg: LegId) -> DialogFacts | None:
        found = self.legs_by_id.get(leg)
        if found is None or not found.live:
            return None
        uri = "sip:x@198.51.100.7"
        return DialogFacts(
            f"{leg}@far", "a", "b", uri, uri, uri, uri, 1, 1, (), "uas", b"", b"", "udp", "198.51.100.7", 5060
        )

    def legs(self) -> list[LegSummary]:
        return [summary for leg in self.legs_by_id if (summary := self.summary(leg)) is not None]

    def summary(self, leg: LegId) -> LegSummary | None:
        found = self.legs_by_id.get(leg)
        if found is None or not found.live:
            return None
        number = _number(found.target) if found.target is not None else ""
        return LegSummary(leg, found.state, found.began, found.incoming, "", number, "udp 198.51.100.7:5060", (leg,))

    # ---- inside -------------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        self._queue.append(event)
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._drain)

    def _drain(self) -> None:
        try:
            while self._queue:
                event = self._queue.pop(0)
                try:
                    self.listener.told(event)
                except Exception as fault:
                    log.exception("fault at %s", event)
                    self.faults.append(fault)
                    if not isinstance(event, Registered | Unregistered | Ended):
                        self.hang_up(event.leg, Cause.ERROR)
        finally:
            self._due = False

    def _end(self, leg: PaperLeg, cause: Cause, by: Party, status: int) -> None:
        if leg.live:
            leg.state, leg.cause = "ended", cause
            self._forget_deadline(leg.id)
            self.tell(Ended(leg.id, cause, by, status, cause.text, self._now()))

    def _forget_deadline(self, leg: LegId) -> None:
        deadline = self.legs_by_id[leg].deadline
        if deadline is not None:
            deadline.cancel()

    def _change(self, leg: LegId, before: str, state: str) -> None:
        if self.legs_by_id[leg].state == before:
            self.legs_by_id[leg].state = state

    def _note(self, what: str, leg: LegId) -> None:
        if leg in self.legs_by_id and self.legs_by_id[leg].live:
            self.done.append((what, leg))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _number(target: Target | None) -> str:
    return "" if target is None else target.extension if isinstance(target, ToPhone) else target.number
