"""A line: one leg and its stream, one party's signalling and audio kept together.

Every SDP of ours is made from the stream's own address, every SDP of theirs becomes the stream's path (terms.py); what
the party keys and says goes to its `Input`. The application on top hears of the leg through `LineListener` and plays,
bridges and records by the stream's id, which is the leg's id.

    incoming:  Line.receive(invited) -> ring() -> answer() ... hang_up()
    outgoing:  Line(...).place(target) ... hang_up()

After `hang_up` only `Ended` is told, once: an answer that crosses our CANCEL is nobody's business any more.

Deliberately absent: what the call is for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from apps import views
from apps.input import Input
from apps.line_words import LineListener, Stage, name_of
from apps.presses import Way
from apps.sound import Sound
from apps.terms import Terms
from apps.watchers import Watchers
from media.desk import MediaError
from media.events import AnswerJudged, DigitHeard, EngineLost, MediaEvent, PlayEnded, RtpLost, SpeechChanged
from media.paths import Path
from media.words import Source, StreamId
from switch.events import Agreed, Answered, Confirmed, Ended, Invited, Keyed, LegEvent, Offered
from switch.sdp import SdpError
from switch.words import Cause, FromPhone, FromTrunk, Identity, LegId, Party, Target, ToPhone, call_of

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("line")


class Line:
    """One party. `ended` is set once the leg is over; nothing more comes after it."""

    def __init__(self, house: House, leg: LegId, listener: LineListener, near: StreamId | None = None) -> None:
        self.leg = leg
        self.stream = StreamId(leg)
        self.listener = listener
        self.stage = Stage.NEW
        self.ended: Ended | None = None
        self.over = asyncio.Event()
        """Set when the leg is over and its stream closed."""
        self.leaving: Cause | None = None
        """Why we hang it up; None while we have not."""
        self.answered = False
        self.held = False
        self.since = time.monotonic()
        """When the leg last changed: began, rang, was answered, ended."""
        self.began_at = time.time()
        """UTC seconds since 1970."""
        self.peer = ""
        """Who is at the other end: "phone 2001", "trunk carrier 13800138000"."""
        self.extension = ""
        """Whose phone is at the other end; empty for a trunk."""
        self.input = Input(house, self)
        self.sound = Sound(house, self.stream)
        self.terms = Terms(house, leg, self.sound)
        self.watchers = Watchers()
        self._house = house
        self._near = near
        """The stream that this one will talk with: on one engine they need no tie."""
        house.lines[leg] = self

    @property
    def live(self) -> bool:
        """The leg is neither over nor being hung up."""
        return self.ended is None and self.leaving is None

    def __repr__(self) -> str:
        state = "held" if self.held else "answered" if self.answered else "unanswered"
        return f"<line {self.leg} {self.stage.value} {state} {self.sound.local} > {self.sound.path}>"

    # ---- incoming -----------------------------------------------------------------------------------------------

    @classmethod
    def receive(cls, house: House, invited: Invited, listener: LineListener) -> Line:
        """The line of a call that came in."""
        line = cls(house, invited.leg, listener)
        match invited.origin:
            case FromPhone(extension):
                line.peer, line.extension = f"phone {extension}", extension
            case FromTrunk(trunk):
                line.peer = f"trunk {trunk} {invited.caller.number}"
        line.terms.invited(invited)
        line.stage = Stage.PLACED
        return line

    def ring(self) -> None:
        """Let the caller hear ringing (180), unless answered."""
        if not self.answered and self.live:
            self._house.switch.ring(self.leg)

    async def answer(self, near: StreamId | None = None) -> None:
        """Answer the caller with audio, rather on the engine of `near`. Nothing when answered before, or over.

        Without a common codec the call is refused with 488; without an engine with 503.
        """
        if not self._to_be_answered():
            return
        try:
            local = await self.sound.open(near)
        except MediaError as error:
            log.error("call %s cannot be answered: %s", self.leg, error)
            self.hang_up(Cause.OVERLOAD)
            return
        if not self._to_be_answered():  # any more, after the opening
            return
        try:
            body, path = self.terms.answer(local, near)
        except SdpError as error:
            log.info("call %s offers no audio that we speak: %s", self.leg, error)
            self.hang_up(Cause.NOT_ACCEPTABLE)
            return
        self.answered = True
        self._house.switch.answer(self.leg, body)
        if path is not None:
            self._use(path)

    def _to_be_answered(self) -> bool:
        return self.live and not self.answered

    # ---- outgoing -----------------------------------------------------------------------------------------------

    async def place(self, target: Target, caller: Identity, *, timeout_s: float, auto_answer: bool = False) -> None:
        """Call somebody. What comes of it is told to the listener; a failure of our own is told as `Ended` too."""
        if not self.live:
            return
        self.stage = Stage.OPENING
        self.peer, self.extension = name_of(target), target.extension if isinstance(target, ToPhone) else ""
        try:
            local = await self.sound.open(self._near)
            if self.leaving is None:
                offer = self.terms.offer(target, local, self._near)
                self._house.switch.place(self.leg, target, caller, offer, timeout_s=timeout_s, auto_answer=auto_answer)
                self.stage = Stage.PLACED
                return
            cause = self.leaving
        except MediaError as error:
            log.error("leg %s cannot be placed: %s", self.leg, error)
            cause = self.leaving or Cause.OVERLOAD
        except Exception:  # told as an end, or whoever waits for this line would wait for ever
            log.exception("leg %s cannot be placed", self.leg)
            cause = Cause.ERROR
        self._end_by_us(cause)

    def hang_up(self, cause: Cause = Cause.NORMAL) -> None:
        """End the leg in the way its state asks for: refuse, CANCEL or BYE. Again does nothing."""
        if not self.live:
            return
        self.leaving = cause
        if self.stage is Stage.PLACED:
            self._house.switch.hang_up(self.leg, cause)
        elif self.stage is Stage.NEW:
            asyncio.get_running_loop().call_soon(self._end_by_us, cause)

    def give_up(self) -> None:
        """The switch never told the end of this leg: tell it ourselves, so that nothing waits for it."""
        log.error("leg %s did not end; forgotten", self.leg)
        self._end_by_us(Cause.TIMEOUT)

    def _end_by_us(self, cause: Cause) -> None:
        self.told(Ended(self.leg, cause, Party.SWITCH, 0, cause.text, asyncio.get_running_loop().time()))

    # ---- what is told -------------------------------------------------------------------------------------------

    def told(self, event: LegEvent) -> None:
        """An event of this leg: first what the audio needs, then the application."""
        if self.ended is not None or (self.leaving is not None and not isinstance(event, Ended)):
            return
        self.since = time.monotonic()
        match event:
            case Answered():
                if not self._agree(event.sdp):
                    return
                self.answered = True
            case Agreed():
                self._agree(event.sdp)
            case Offered():
                self._offered(event.sdp)
                return
            case Keyed():
                self.input.digit(event.digit, Way.INFO)
                return
            case Confirmed():
                facts = self._house.switch.dialog(self.leg)
                if facts is not None:
                    self._house.journal.dialog_saved(self.leg, call_of(self.leg), facts, time.time())
            case Ended():
                self._end(event)
            case _:
                pass  # also Progressed: the caller hears our own ringing, early media is not passed on
        self.listener.line_told(self, event)

    def heard(self, event: MediaEvent) -> None:
        """An event of this line's stream."""
        match event:
            case DigitHeard() | SpeechChanged() | AnswerJudged():
                self.input.heard(event)
            case PlayEnded():
                self.sound.play_ended(event)
            case RtpLost():
                if not self.held:  # who holds us need not send
                    log.warning("leg %s: no audio came for %.0f s", self.leg, event.seconds)
                    self.hang_up(Cause.RTP_LOST)
            case EngineLost():
                self.sound.lost()
                self.hang_up(Cause.ENGINE_LOST)
            case _:
                pass

    def _end(self, event: Ended) -> None:
        self.ended, self.stage = event, Stage.OVER
        self._house.lines.pop(self.leg, None)
        self._house.journal.dialog_removed(self.leg)
        self._house.spawn(self._close(), f"close {self.leg}")
        self.watchers.tell(event)

    async def _close(self) -> None:
        try:
            await self.sound.close()
            self._house.journal.leg_closed(views.leg_row(self, self._house.calls.get(call_of(self.leg))))
        finally:
            self.over.set()

    # ---- audio --------------------------------------------------------------------------------------------------

    async def play(self, sources: Sequence[Source], *, loop: bool = False, start_ms: int = 0, stop_on: str = "") -> str:
        """Play to this party; why it ended: "done", "stopped", "digit" (one of `stop_on`), "failed", "closed"."""
        if not self.live:
            return "closed"
        return await self.sound.play(sources, loop=loop, start_ms=start_ms, stop_on=stop_on)

    def stop_play(self) -> None:
        """What plays to this party stops within one tick."""
        self.sound.stop_play()

    def _agree(self, body: bytes) -> bool:
        """Use what the far end answered to our offer; False when it cannot be used and the leg is ended."""
        try:
            path = self.terms.agree(body)
        except SdpError as error:
            log.warning("leg %s: the far end's answer is of no use: %s", self.leg, error)
            self.hang_up(Cause.NOT_ACCEPTABLE)
            return False
        self._use(path)
        return True

    def _offered(self, body: bytes) -> None:
        """A re-INVITE: hold, resume, a new address or codec (RFC 3264 8)."""
        try:
            answer, path = self.terms.renew(body)
        except SdpError as error:
            log.info("leg %s: re-INVITE refused: %s", self.leg, error)
            self._house.switch.refuse_offer(self.leg, Cause.NOT_ACCEPTABLE)
            return
        self._house.switch.answer_offer(self.leg, answer)
        self._use(path)

    def _use(self, path: Path) -> None:
        self.terms.use(path)
        self.input.watch_again()
        held = not path.direction.sends  # they do not want to hear us: RFC 3264 8.4
        if held != self.held:
            self.held = held
            self.listener.line_held(self, held)
