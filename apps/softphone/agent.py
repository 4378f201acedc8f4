"""The phone itself: one PJSUA2 endpoint, one account, at most one call, one loop.

A second call that comes while one is up is told 486, as a desk phone without call waiting would.

Time: timers by `now`, monotonic seconds; the loop wakes every few milliseconds.
Deliberately absent: command lines (apps/phone.py), what a call's callbacks mean (line.py).
"""

from __future__ import annotations

import functools
import heapq
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pjsua2 as pj

from apps.softphone import endpoint
from apps.softphone.audio import tone_wav
from apps.softphone.line import Line, describe, guarded, who
from apps.softphone.orders import Order, Orders
from apps.softphone.teller import Teller
from apps.softphone.words import Answering, Settings, answering_of

TURN_MS = 5
"""How long the loop may sleep in PJSIP: an order waits no longer than this."""
LEAVE_S = 2.0
"""The most that hanging up and unregistering may take at the end."""
_NO_WAITING = 1
"""PJSUA_DESTROY_NO_RX_MSG: what had to be waited for, `_wind_up` has waited for."""


class Agent:
    """One soft phone. Make it, `run` it, look at `succeeded`."""

    def __init__(self, settings: Settings, teller: Teller, orders: Orders | None) -> None:
        self.settings = settings
        self.tell = teller.tell
        self._orders = orders
        self.account: Any = None
        self.silence: Any = None
        self.line: Line | None = None
        self._dead: list[Line] = []
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._tickets = itertools.count()
        self._calls = 0
        self._answering = settings.answering
        self._ring_s = settings.ring_s
        self._send_wav = settings.send_wav
        self._save_wav = settings.save_wav
        self._unsaved = 0
        """Calls whose sound files are not whole yet."""
        self._registered = False
        self._leaving = False
        self._ep: Any = None
        self.succeeded = False
        """What the phone was started for came true: the dialled call was answered, or the phone registered."""

    def leave(self) -> None:
        """Ask the loop to end: hang up, unregister, quit. Safe from a signal handler."""
        self._leaving = True

    def run(self) -> None:
        """Serve until told to leave. Raises pjsua2.Error when the endpoint cannot start."""
        if self.settings.send_tone_hz:
            self._send_wav = tone_wav(self.settings.send_tone_hz, self.settings.rate_hz)
        try:
            self._start()
            while not self._leaving:
                self._turn()
            self._wind_up()
        finally:
            self._destroy()
        self.tell("quit")

    # ---- the loop ----------------------------------------------------------------------------------------

    def _turn(self) -> None:
        self._ep.libHandleEvents(TURN_MS)
        self._dead.clear()
        while self._timers and self._timers[0][0] <= time.monotonic():
            self._safely(heapq.heappop(self._timers)[2])
        if self._orders:
            for order in self._orders.read():
                self._safely(functools.partial(self._obey, order))
            if self._orders.closed:
                self._leaving = True

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (pj.Error, ValueError, OSError) as error:
            self.tell("error", what=describe(error))

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` in so many seconds, on this loop."""
        heapq.heappush(self._timers, (time.monotonic() + seconds, next(self._tickets), act))

    # ---- orders ------------------------------------------------------------------------------------------

    def _obey(self, order: Order) -> None:
        match order.verb:
            case "dial":
                self.dial(order.text("to"))
            case "register":
                self._registration(True)
            case "unregister":
                self._registration(False)
            case "save":
                self._save_wav = Path(order.text("wav"))
            case "send_wav" | "send_tone":
                self._send_wav = Path(order.text("wav")) if order.verb == "send_wav" else self._tone(order)
                if self.line:
                    self._send_now(self.line)
            case "answering":
                self._answering, self._ring_s = answering_of(order.text("answer"))
            case "answer" | "hangup" | "digits" | "hold" | "unhold":
                self._obey_for_call(order)
            case "quit":
                self.leave()
            case "bad":
                self.tell("error", what=f"bad order: {order.text('why')}")
            case _:
                self.tell("error", what=f"unknown order: {order.verb!r}")

    def _obey_for_call(self, order: Order) -> None:
        line = self.line
        if line is None:
            self.tell("error", what=f"{order.verb}: there is no call")
            return
        match order.verb:
            case "answer":
                line.reply(200)
            case "hangup":
                line.end(int(order.text("code") or 0))
            case "digits":
                line.key(order.text("digits"), int(order.text("duration_ms") or 120))
            case "hold":
                line.hold()
            case "unhold":
                line.unhold()

    def dial(self, to: str) -> None:
        """Call a number at the server, or a whole URI."""
        if self.line is not None:
            self.tell("error", what="dial: a call is up")
            return
        settings = self.settings
        suffix = ";transport=tcp" if settings.transport == "tcp" else ""
        uri = to if to.startswith("sip:") else f"sip:{to}@{settings.server_host}:{settings.server_port}{suffix}"
        self._calls += 1
        self.line = Line(self, self._calls)
        self.line.dial(uri)

    def _registration(self, wanted: bool) -> None:
        self.account.setRegistration(wanted)

    # ---- what the line tells -----------------------------------------------------------------------------

    def call_came(self, call_id: int) -> None:
        """An INVITE for us."""
        self._calls += 1
        line = Line(self, self._calls, call_id)
        info = line.getInfo()
        number, name = who(info.remoteUri)
        line.say("incoming", caller=number, name=name, to=who(info.localUri)[0], sip_call_id=info.callIdString)
        if self.line is not None or self._answering is Answering.BUSY:
            self._dead.append(line)
            line.reply(486)
            return
        self.line = line
        if self._answering is Answering.DECLINE:
            line.reply(603)
            return
        line.reply(180)
        if self._answering is Answering.AFTER_RINGING:
            self.later(self._ring_s, lambda: None if line.over else line.reply(200))

    def call_answered(self, line: Line) -> None:
        """Both sides may talk."""
        settings = self.settings
        if not line.incoming:
            self.succeeded = True
        if settings.digits:
            self.later(settings.digits_at_s, lambda: None if line.over else line.key(settings.digits, 120))
        if settings.hangup_after_s is not None:
            self.later(settings.hangup_after_s, line.end)

    def audio_began(self, line: Line) -> None:
        """The first audio of a call: start the files."""
        if self._save_wav:
            wav = _numbered(self._save_wav, line.number)
            line.say("saving", wav=wav, began_now=round(line.audio.save(wav), 4))
        if self.settings.save_sent_wav:
            wav = _numbered(self.settings.save_sent_wav, line.number)
            line.say("saving", wav=wav, began_now=round(line.audio.save_sent(wav), 4), sent=True)
        self._send_now(line)

    def call_ended(self, line: Line) -> None:
        """The call is over; its object is let go on the next turn, outside its own callback."""
        self._dead.append(line)
        self._unsaved += 1
        self._finish(line, 20)
        if self.line is line:
            self.line = None
            if self.settings.once or (self.settings.dial and self._orders is None):
                self.leave()

    def _finish(self, line: Line, looks: int) -> None:
        if line.audio.finished() or not looks:
            self._unsaved -= 1
            line.say("saved")
        else:
            self.later(0.02, lambda: self._finish(line, looks - 1))

    def _tone(self, order: Order) -> Path:
        return tone_wav(_hz(order), self.settings.rate_hz)

    def _send_now(self, line: Line) -> None:
        if self._send_wav:
            line.audio.send(self._send_wav)
            line.say("sending", wav=self._send_wav)

    def registration_changed(self, code: int, reason: str, expires_s: int) -> None:
        """A REGISTER was answered, or not."""
        if code // 100 == 2 and expires_s > 0:
            self._registered = True
            if not self.settings.dial:
                self.succeeded = True
            self.tell("registered", extension=self.settings.extension, expires_s=expires_s)
            if self.settings.dial and not self._calls:
                self._safely(lambda: self.dial(self.settings.dial))
        elif code // 100 == 2:
            self._registered = False
            self.tell("unregistered")
        else:
            self._registered = False
            self.tell("register_failed", code=code, reason=reason)
            if self._orders is None and not self._leaving and code in (401, 403, 404, 407):
                self.leave()

    # ---- beginning and end -------------------------------------------------------------------------------

    def _start(self) -> None:
        settings = self.settings
        self._ep = pj.Endpoint()
        self._ep.libCreate()
        bind, transport_id = endpoint.open_endpoint(self._ep, settings)
        self.silence = self._ep.audDevManager().getCaptureDevMedia()
        self.account = Account(self)
        self.account.create(endpoint.account_config(settings, bind, transport_id))
        self.tell("ready", address=self._ep.transportGetInfo(transport_id).localName, transport=settings.transport)
        if settings.dial and not settings.register:
            self.dial(settings.dial)

    def _wind_up(self) -> None:
        deadline = time.monotonic() + LEAVE_S
        self._orders = None
        if self.line:
            self._safely(self.line.end)
        if self._registered:
            self._safely(lambda: self._registration(False))
        while (self.line or self._registered or self._unsaved) and time.monotonic() < deadline:
            self._turn()

    def _destroy(self) -> None:
        # Every Call must be let go before libDestroy, or an assertion of PJSUA2's aborts the process.
        if self.line:
            self.line.audio.close()
        self.line = None
        self._dead.clear()
        self._timers.clear()
        if self.account is not None:
            self.account.shutdown()
            self.account = None
        self.silence = None
        if self._ep is not None:
            self._ep.libDestroy(_NO_WAITING)
            self._ep = None


class Account(pj.Account):  # type: ignore[misc]
    """The phone's one address."""

    def __init__(self, agent: Agent) -> None:
        super().__init__()
        self.agent = agent

    @guarded
    def onRegState(self, parameters: Any) -> None:
        self.agent.registration_changed(parameters.code, parameters.reason, parameters.expiration)

    @guarded
    def onIncomingCall(self, parameters: Any) -> None:
        self.agent.call_came(parameters.callId)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(path.name.replace("{n}", str(number)))


def _hz(order: Order) -> float:
    return float(order.text("hz"))
