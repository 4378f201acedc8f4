"""A line: one leg and its stream, one party's signalling and audio kept together.

Every SDP of ours is made here (offers.py), from the stream's own address; every SDP of theirs becomes the stream's
path. The application on top hears of the leg through `LineListener` and plays, bridges and records by the stream's
id, which is the leg's id.

    incoming:  Line.receive(invited) -> ring() -> answer() ... hang_up()
    outgoing:  Line(...).place(target) ... hang_up()

After `hang_up` only `Ended` is told, once: an answer that crosses our CANCEL is nobody's business any more.

Deliberately absent: what the call is for.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from apps import views
from apps.offers import Offers
from apps.presses import Presses, Way
from apps.sound import Sound
from media.answer import AnswerParameters
from media.desk import MediaError
from media.events import AnswerJudged, DigitHeard, EngineLost, MediaEvent, PlayEnded, RtpLost, SpeechChanged
from media.paths import Path
from media.words import Source, StreamId
from switch.addresses import FAR_AWAY
from switch.events import Agreed, Answered, Confirmed, Ended, Invited, Keyed, LegEvent, Offered
from switch.sdp import SdpError
from switch.sdp_text import is_ipv4
from switch.words import Cause, FromPhone, FromTrunk, Identity, LegId, Party, Target, ToPhone, ToTrunk, call_of

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("line")

MOST_DIGITS = 64
"""Keyed digits kept for a script that has not asked for them yet; a card number and its PIN fit thrice."""


class LineListener(Protocol):
    """The application on top of a line."""

    def line_told(self, line: Line, event: LegEvent) -> None:
        """The leg rang, was answered, ended. Called after the line has done its own part."""

    def line_held(self, line: Line, held: bool) -> None:
        """The party put us on hold, or took us back."""


class Stage(Enum):
    """How far a line has come."""

    NEW = "new"
    """Nothing is under way: an end is our own to tell."""
    OPENING = "opening"
    """`place` waits for its stream; it tells the end of a line that is not wanted any more."""
    PLACED = "placed"
    """The switch has the leg, and tells its end."""
    OVER = "over"


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
        self.digits: deque[str] = deque(maxlen=MOST_DIGITS)
        self.digits_to: Line | None = None
        """While two parties talk: digits of this one go to that one, not to a script."""
        self.keyed = asyncio.Event()
        """Set whenever a digit is put into `digits`, or the party begins or stops to speak."""
        self.speaking = False
        """The party speaks; only kept while `watch_speech`."""
        self.spoke_at = 0.0
        """When the party last began or stopped to speak, on the loop's clock."""
        self._presses = Presses()
        self._judged: Callable[[AnswerJudged], None] | None = None
        self.sound = Sound(house, self.stream)
        self._house = house
        self._near = near
        """The stream that this one will talk with: on one engine they need no tie."""
        self._offers = Offers(house.site.switch.sip.public_ip, house.site.switch.media.codecs)
        self._offer: bytes | None = None
        self._watchers: list[Callable[[Ended], None]] = []
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
                line._limit_codecs(trunk)
        line._offers.keys.srtp = house.site.srtp_of(invited.origin)
        line._offer = invited.offer
        line.stage = Stage.PLACED
        return line

    @property
    def unfit(self) -> str:
        """Why the caller's offer cannot be answered, so that nobody is rung for nothing; empty when it can."""
        return self._offers.unfit(self._offer) if self._offer is not None else ""

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
            if self._offer is None:
                body, path = self._offers.offer(local, wide=self._other_is_wide(near)), None
            else:
                body, path = self._offers.answer(self._offer, local, wide=self._other_is_wide(near))
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
        self.peer, self.extension = _name(target), target.extension if isinstance(target, ToPhone) else ""
        self._offers.keys.srtp = self._house.site.srtp_of(target)
        try:
            local = await self.sound.open(self._near)
            if self.leaving is None:
                if isinstance(target, ToTrunk):
                    self._limit_codecs(target.trunk)
                wide = self._other_is_wide(self._near)
                offer = self._offers.offer(local, self._whereabouts(target), wide=wide)
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

    @contextmanager
    def watched(self, do: Callable[[Ended], None]) -> Iterator[None]:
        """While inside, `do` is called in the very turn of the loop in which the leg ends, before all others."""
        self._watchers.append(do)
        try:
            yield
        finally:
            self._watchers.remove(do)

    def when_over(self, do: Callable[[Ended], None]) -> None:
        """As `watched`, for the rest of the line's life."""
        self._watchers.append(do)

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
                self._digit(event.digit, Way.INFO)
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
            case DigitHeard():
                self._digit(event.digit, Way.SOUND if event.by_sound else Way.EVENT)
            case PlayEnded():
                self.sound.play_ended(event)
            case SpeechChanged():
                self.speaking = event.speaking
                self.spoke_at = asyncio.get_running_loop().time()
                self.keyed.set()
            case AnswerJudged():
                if self._judged is not None and self.live:
                    self._judged(event)
            case RtpLost():
                if not self.held:  # who holds us need not send
                    log.warning("leg %s: no audio came for %.0f s", self.leg, event.seconds)
                    self.hang_up(Cause.RTP_LOST)
            case EngineLost():
                self.sound.lost()
                self.hang_up(Cause.ENGINE_LOST)
            case _:
                pass

    def _digit(self, digit: str, way: Way) -> None:
        if not self._presses.take(digit, way, asyncio.get_running_loop().time()):
            return
        if self.digits_to is not None and self.digits_to.live:
            if way is not Way.SOUND:  # that one is heard already
                self._house.desk.send_digits(self.digits_to.stream, digit)
            return
        self.digits.append(digit)
        self.keyed.set()

    def _end(self, event: Ended) -> None:
        self.ended, self.stage = event, Stage.OVER
        self._house.lines.pop(self.leg, None)
        self._house.journal.dialog_removed(self.leg)
        self._house.spawn(self._close(), f"close {self.leg}")
        for do in list(self._watchers):
            try:
                do(event)
            except Exception:  # the others must hear of it all the same
                log.exception("leg %s: its end could not be told to %s", self.leg, do)

    async def _close(self) -> None:
        try:
            await self.sound.close()
            self._house.journal.leg_closed(views.leg_row(self, self._house.calls.get(call_of(self.leg))))
        finally:
            self.over.set()

    # ---- audio --------------------------------------------------------------------------------------------------

    async def play(self, sources: Sequence[Source], *, loop: bool = False) -> str:
        """Play to this party; returns why it ended: "done", "stopped", "failed", "closed"."""
        return await self.sound.play(sources, loop=loop) if self.live else "closed"

    def watch_speech(self, on: bool) -> None:
        """Keep `speaking` and `spoke_at`, or no more."""
        if self.live:
            self._house.desk.watch_speech(self.stream, on)
        self.speaking = False

    def judge_answer(self, told: Callable[[AnswerJudged], None]) -> None:
        """Judge from now on who answered; `told` is called once when that is known."""
        self._judged = told
        if self.live:
            self._house.desk.watch_answer(self.stream, AnswerParameters())

    def stop_play(self) -> None:
        """What plays to this party stops within one tick."""
        self.sound.stop_play()

    def _whereabouts(self, target: Target) -> str:
        """A literal address near the target, for choosing our own."""
        if isinstance(target, ToPhone):
            contacts = self._house.switch.contacts(target.extension)
            return contacts[0].received_ip if contacts else FAR_AWAY
        trunk = self._house.switch.settings.trunk(target.trunk)
        return trunk.host if trunk is not None and is_ipv4(trunk.host) else FAR_AWAY

    @property
    def wide(self) -> bool:
        """The party speaks wideband, or could if we answered so."""
        if self.sound.path is not None:
            return self.sound.path.codec.wide
        return self._offer is not None and not self.answered and self._offers.could_be_wide(self._offer)

    def _other_is_wide(self, stream: StreamId | None) -> bool | None:
        """Whether wideband is of use towards the party of `stream`; None when there is nobody yet."""
        other = self._house.lines.get(LegId(stream)) if stream is not None else None
        return other.wide if other is not None else None

    def _limit_codecs(self, trunk: str) -> None:
        entry = self._house.site.trunks.get(trunk)
        if entry is not None and entry.codecs:
            self._offers.codecs = entry.codecs

    def _agree(self, body: bytes) -> bool:
        """Use what the far end answered to our offer; False when it cannot be used and the leg is ended."""
        try:
            path = self._offers.agree(body)
        except SdpError as error:
            log.warning("leg %s: the far end's answer is of no use: %s", self.leg, error)
            self.hang_up(Cause.NOT_ACCEPTABLE)
            return False
        self._use(path)
        return True

    def _offered(self, body: bytes) -> None:
        """A re-INVITE: hold, resume, a new address or codec (RFC 3264 8)."""
        if self.sound.local is None:
            self._house.switch.refuse_offer(self.leg, Cause.NOT_ACCEPTABLE)
            return
        try:
            wide = self.sound.path.codec.wide if self.sound.path else None
            answer, path = self._offers.answer(body, self.sound.local, wide=wide)
        except SdpError as error:
            log.info("leg %s: re-INVITE refused: %s", self.leg, error)
            self._house.switch.refuse_offer(self.leg, Cause.NOT_ACCEPTABLE)
            return
        self._house.switch.answer_offer(self.leg, answer)
        self._use(path)

    def _use(self, path: Path) -> None:
        summary = self._house.switch.summary(self.leg)
        self.sound.use(replace(path, signalling_ip=summary.far_ip if summary is not None else ""))
        # Who has no telephone-event can only key in sound.
        self._house.desk.watch_tones(self.stream, path.dtmf_payload_type is None)
        held = not path.direction.sends  # they do not want to hear us: RFC 3264 8.4
        if held != self.held:
            self.held = held
            self.listener.line_held(self, held)


def _name(target: Target) -> str:
    return f"phone {target.extension}" if isinstance(target, ToPhone) else f"trunk {target.trunk} {target.number}"
