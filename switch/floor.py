"""The legs that are there, and what happens to them: signals and wishes in, effects done, events out.

Every change of a leg's state is one `happen`, which asks the table (leg.py) and performs what it says, in its order.
A leg leaves the floor when its end is told; a session that SIP has still to finish is then nobody's, and is only
watched so that it ends too (a 200 that crossed our CANCEL gets its BYE).

Time: `now` monotonic seconds.
Deliberately absent: who may call (inbound.py), where a call goes (outbound.py), the queue of events (driver.py).
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from switch import ending
from switch.ending import Ending
from switch.events import Agreed, Answered, Confirmed, Ended, Event, Keyed, Offered, Progressed, Rang
from switch.fork import Failure, Fork
from switch.info import read_digit
from switch.leg import Effect, Happening, LegState, step
from switch.pjsip.message import q850
from switch.pjsip.session import Heard, Session, Signal
from switch.words import Cause, LegId, Party

log = logging.getLogger("switch.leg")
_H = Happening


@dataclass(slots=True, eq=False)
class Leg:
    """One leg; several sessions while it rings several contacts, one afterwards."""

    id: LegId
    incoming: bool
    since: float
    peer: str
    number: str
    state: LegState
    trunk: str = ""
    session: Session | None = None
    """The session that counts: the only one, or the fork's winner."""
    sessions: dict[int, Session] = field(default_factory=dict)
    fork: Fork = field(default_factory=Fork)
    deadline: asyncio.TimerHandle | None = None
    retry: asyncio.TimerHandle | None = None
    reoffer: bytes = b""
    """Our last re-INVITE's offer, for another try after 491."""


class Floor:
    """All live legs."""

    def __init__(
        self, clock: Callable[[], float], tell: Callable[[Event], None], bound: Callable[[LegId, str], None]
    ) -> None:
        self.legs: dict[LegId, Leg] = {}
        self._by_session: dict[int, Leg] = {}
        self._clock = clock
        self._tell = tell
        self._bound = bound
        """Is told the SIP Call-ID of each session with its leg."""

    def enter(self, leg: Leg) -> None:
        """A new leg."""
        self.legs[leg.id] = leg

    def bind(self, leg: Leg, session: Session) -> None:
        """A session works for this leg from now on."""
        leg.sessions[session.key] = session
        self._by_session[session.key] = leg
        self._bound(leg.id, session.call_id)
        if leg.incoming:
            leg.session = session
        else:
            leg.fork.waiting.add(session.key)

    def on_trunk(self, trunk: str) -> int:
        """How many legs are on a trunk."""
        return sum(leg.trunk == trunk for leg in self.legs.values())

    # ---- what happens ----------------------------------------------------------------------------------------

    def happen(
        self, leg: Leg, what: Happening, *, sdp: bytes = b"", event: Event | None = None, end: Ending | None = None
    ) -> bool:
        """Move the leg and do what its table says; False when nothing is to be done."""
        before = leg.state
        leg.state, effects = step(before, what)
        if not effects:
            return False
        log.debug("leg=%s %s > %s > %s", leg.id, before.name, what.name, leg.state.name)
        for effect in effects:
            self._perform(leg, effect, sdp, event, end)
        return True

    def end(self, leg: Leg, cause: Cause, by: Party = Party.SWITCH, status: int | None = None) -> bool:
        """End it, whatever its state."""
        if status is None:
            unanswered = leg.state in (LegState.INVITED, LegState.CALLING, LegState.RINGING)
            status = (cause.sip if leg.incoming else 487) if unanswered else 0
        return self.happen(leg, _H.END_ASKED, end=Ending(cause, by, status, cause.text))

    def expire(self, leg: Leg) -> None:
        """The far end was given its time."""
        leg.deadline = None
        self.happen(leg, _H.DEADLINE_PASSED, end=Ending(Cause.NO_ANSWER, Party.CALLEE, 480, Cause.NO_ANSWER.text))

    def _perform(self, leg: Leg, effect: Effect, sdp: bytes, event: Event | None, end: Ending | None) -> None:
        session = leg.session
        reason = ending.reason_header(end.cause) if end is not None else {}
        if effect is Effect.TELL and event is not None:
            self._tell(event)
        elif effect is Effect.TELL_ENDED and end is not None:
            self._leave(leg)
            self._tell(Ended(leg.id, end.cause, end.by, end.status, end.reason, self._clock()))
        elif effect is Effect.CANCEL and end is not None:
            for branch in list(leg.sessions.values()):
                branch.end(487, headers=reason)
        elif session is None:
            return
        elif effect is Effect.RING:
            session.respond(180)
        elif effect is Effect.PROGRESS:
            session.respond(183, sdp=sdp)
        elif effect is Effect.ANSWER and not session.respond(200, sdp=sdp):
            self._cannot_answer(leg)
        elif effect is Effect.REOFFER:
            leg.reoffer = sdp
            session.reoffer(sdp)
        elif effect in (Effect.REFUSE, Effect.BYE) and end is not None:
            # One call for both: an answer that could not be made leaves the leg ACCEPTED and the INVITE unanswered.
            session.end(end.cause.sip, headers=reason)

    def _cannot_answer(self, leg: Leg) -> None:
        """PJSIP found nothing in common, or the INVITE is not there any more: `end` does what is right in both."""
        cause = Cause.NOT_ACCEPTABLE
        self.happen(leg, _H.UNFIT, end=Ending(cause, Party.SWITCH, cause.sip, cause.text))

    def _leave(self, leg: Leg) -> None:
        for handle in (leg.deadline, leg.retry):
            if handle is not None:
                handle.cancel()
        leg.deadline = leg.retry = None
        self.legs.pop(leg.id, None)
        for key in leg.sessions:
            self._by_session.pop(key, None)

    # ---- what PJSIP tells ------------------------------------------------------------------------------------

    def leg_of(self, signal: Signal) -> Leg | None:
        """The leg that a signal is about."""
        return self._by_session.get(signal.session.key)

    def heard(self, signal: Signal) -> None:
        """Take one signal."""
        leg = self._by_session.get(signal.session.key)
        if leg is None:
            if signal.what in (Heard.ANSWERED, Heard.CONFIRMED):
                signal.session.end(480, headers=ending.reason_header(Cause.NORMAL))
            return
        _TAKE[signal.what](self, leg, signal)

    def _rang(self, leg: Leg, signal: Signal) -> None:
        leg.fork.rang.add(signal.session.key)
        self.happen(leg, _H.RANG, event=Rang(leg.id, self._clock()))

    def _progressed(self, leg: Leg, signal: Signal) -> None:
        if len(leg.sessions) > 1:  # whose early audio would be heard?
            self._rang(leg, signal)
        else:
            self.happen(leg, _H.PROGRESSED, event=Progressed(leg.id, signal.body, self._clock()))

    def _answered(self, leg: Leg, signal: Signal) -> None:
        winner = signal.session
        if not leg.fork.answered(winner.key):
            winner.end(480, headers=ending.reason_header(Cause.ANSWERED_ELSEWHERE))
            return
        if leg.deadline is not None:
            leg.deadline.cancel()
            leg.deadline = None
        leg.session = winner
        for key, session in list(leg.sessions.items()):
            if session is not winner:
                del leg.sessions[key]
                self._by_session.pop(key, None)
                session.end(487, headers=ending.reason_header(Cause.ANSWERED_ELSEWHERE))
        if not signal.body:
            self._cannot_answer(leg)
            return
        self.happen(leg, _H.ANSWERED, event=Answered(leg.id, signal.body, self._clock()))

    def _confirmed(self, leg: Leg, signal: Signal) -> None:
        if signal.body:
            self.happen(leg, _H.AGREED, event=Agreed(leg.id, signal.body, self._clock()))
        self.happen(leg, _H.CONFIRMED, event=Confirmed(leg.id, self._clock()))

    def _offered(self, leg: Leg, signal: Signal) -> None:
        self.happen(leg, _H.OFFERED, event=Offered(leg.id, signal.body, self._clock()))

    def _agreed(self, leg: Leg, signal: Signal) -> None:
        self.happen(leg, _H.AGREED, event=Agreed(leg.id, signal.body, self._clock()))

    def _reoffer_refused(self, leg: Leg, signal: Signal) -> None:
        log.info("leg=%s re-INVITE refused with %d", leg.id, signal.status)
        if signal.status == 491 and leg.retry is None and leg.session is not None:
            # RFC 3261 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side up to 2 s.
            wait_s = random.uniform(2.1, 4.0) if leg.session.ours else random.uniform(0.0, 2.0)
            leg.retry = asyncio.get_running_loop().call_later(wait_s, self._again, leg)

    def _again(self, leg: Leg) -> None:
        leg.retry = None
        if leg.reoffer:
            self.happen(leg, _H.REOFFER_ASKED, sdp=leg.reoffer)

    def _info(self, leg: Leg, signal: Signal) -> None:
        kind = signal.packet.text("content-type") if signal.packet is not None else ""
        found = read_digit(kind, signal.body)
        if found is not None:
            self.happen(leg, _H.KEYED, event=Keyed(leg.id, found[0], found[1], self._clock()))

    def _unfit(self, leg: Leg, signal: Signal) -> None:
        if leg.state is not LegState.TALKING:  # a re-INVITE that failed changes nothing (RFC 3261 14.1)
            self._cannot_answer(leg)

    def _gone(self, leg: Leg, signal: Signal) -> None:
        packet = signal.packet
        heard = None if packet is None else q850(packet)
        said = packet is not None
        if leg.state in (LegState.CALLING, LegState.RINGING):
            failure = leg.fork.failed(signal.session.key, Failure(signal.status, signal.reason, heard, said))
            leg.sessions.pop(signal.session.key, None)
            self._by_session.pop(signal.session.key, None)
            if failure is not None:
                trunk = bool(leg.trunk)
                over = ending.refused(failure.status, failure.reason, failure.q850, said=failure.said, trunk=trunk)
                for session in list(leg.sessions.values()):
                    session.end(487, headers=ending.reason_header(over.cause))
                self.happen(leg, _H.GONE, end=over)
            return
        if leg.state is LegState.INVITED:
            over = ending.given_up(signal.status, signal.reason, said=said)
        else:
            over = ending.hung_up(signal.status, signal.reason, said=said, incoming=leg.incoming)
        self.happen(leg, _H.GONE, end=over)


_TAKE: dict[Heard, Callable[[Floor, Leg, Signal], None]] = {
    Heard.RANG: Floor._rang,
    Heard.PROGRESSED: Floor._progressed,
    Heard.ANSWERED: Floor._answered,
    Heard.CONFIRMED: Floor._confirmed,
    Heard.OFFERED: Floor._offered,
    Heard.AGREED: Floor._agreed,
    Heard.REFUSED: Floor._reoffer_refused,
    Heard.INFO: Floor._info,
    Heard.UNFIT: Floor._unfit,
    Heard.GONE: Floor._gone,
}
