"""The switch: what the rest of the house sees of signalling.

One asyncio loop, one thread. Wishes change legs at once; what follows is told by events (switch/events.py), on the
loop, never inside the call that caused them.

Deliberately absent: audio, menus, queues, the database; sockets and the queue of events (ground.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from switch.binding import BindingStore
from switch.facts import DialogFacts, LegSummary
from switch.floor import Leg
from switch.ground import Ground, Listener
from switch.leg import Happening
from switch.outbound import Outbound
from switch.pjsip import dialog
from switch.settings import SwitchSettings
from switch.words import Cause, Identity, LegId, Party, Target

__all__ = ["Listener", "Switch"]

_H = Happening


class Switch(Ground):
    """Signalling as a whole: `start` and `stop` it, and tell it what is to become of each leg."""

    def __init__(
        self,
        settings: SwitchSettings,
        listener: Listener,
        *,
        bindings: BindingStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(settings, listener, bindings=bindings, clock=clock)
        self._outbound = Outbound(self)

    # ---- incoming legs -----------------------------------------------------------------------------------------

    def ring(self, leg: LegId) -> None:
        """180."""
        self._wish(leg, _H.RING_ASKED)

    def progress(self, leg: LegId, answer: bytes) -> None:
        """183 with SDP."""
        self._wish(leg, _H.PROGRESS_ASKED, answer)

    def answer(self, leg: LegId, answer: bytes) -> None:
        """200 with SDP: the answer, or our offer when the INVITE had none (then the far end's answer is `Agreed`)."""
        self._wish(leg, _H.ANSWER_ASKED, answer)

    def reject(self, leg: LegId, cause: Cause) -> None:
        """A final refusal; the same as `hang_up` before an answer."""
        self.hang_up(leg, cause)

    # ---- outgoing legs -----------------------------------------------------------------------------------------

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
        """Call out. Rang, Progressed, Answered, Ended follow; never raises for a bad target."""
        self._outbound.place(leg, target, caller, offer, timeout_s, auto_answer)
        self.soon()

    # ---- any confirmed leg -------------------------------------------------------------------------------------

    def reoffer(self, leg: LegId, offer: bytes) -> None:
        """re-INVITE; `Agreed` follows when the far end takes it. Nothing happens while another one is open."""
        self._wish(leg, _H.REOFFER_ASKED, offer)

    def answer_offer(self, leg: LegId, answer: bytes) -> None:
        """Answer what `Offered` told. (An UPDATE was answered already; then this does nothing.)"""
        found = self.floor.legs.get(leg)
        if found is not None and found.session is not None and found.session.offer_pending:
            if not found.session.respond(200, sdp=answer):
                found.session.respond(488)
            self.soon()

    def refuse_offer(self, leg: LegId, cause: Cause) -> None:
        """Refuse what `Offered` told; the call goes on as it was (RFC 3261 14.2)."""
        found = self.floor.legs.get(leg)
        if found is not None and found.session is not None and found.session.offer_pending:
            found.session.respond(488 if cause is Cause.NOT_ACCEPTABLE else cause.sip)
            self.soon()

    def hang_up(self, leg: LegId, cause: Cause = Cause.NORMAL) -> None:
        """Refuse, CANCEL or BYE. Ended follows once; an unknown or ended leg is left in peace."""
        found = self.floor.legs.get(leg)
        if found is not None:
            by = Party.ADMIN if cause is Cause.RELEASED else Party.SWITCH
            self.floor.end(found, cause, by)
            self.soon()

    # ---- asking ------------------------------------------------------------------------------------------------

    def dialog(self, leg: LegId) -> DialogFacts | None:
        """All facts of the leg's dialog; None while it has none or several."""
        found = self.floor.legs.get(leg)
        return None if found is None or found.session is None else dialog.facts(found.session)

    def legs(self) -> list[LegSummary]:
        """Every live leg, oldest first."""
        return [_summary(leg) for leg in self.floor.legs.values()]

    def summary(self, leg: LegId) -> LegSummary | None:
        """One live leg; None when it is over."""
        found = self.floor.legs.get(leg)
        return None if found is None else _summary(found)

    def _wish(self, leg: LegId, what: Happening, sdp: bytes = b"") -> None:
        found = self.floor.legs.get(leg)
        if found is not None:
            self.floor.happen(found, what, sdp=sdp)
            self.soon()


def _summary(leg: Leg) -> LegSummary:
    session = leg.session or next(iter(leg.sessions.values()), None)
    far = None if session is None else session.far
    return LegSummary(
        leg=leg.id,
        state=leg.state.value,
        since=leg.since,
        incoming=leg.incoming,
        peer=leg.peer,
        number=leg.number,
        far="" if far is None else f"{far[0]} {far[1]}:{far[2]}",
        sip_call_ids=tuple(session.call_id for session in leg.sessions.values()),
    )
