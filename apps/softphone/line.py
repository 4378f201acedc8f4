"""One call of the phone: PJSUA2's callbacks, turned into events and into audio.

Callbacks run inside `Endpoint.libHandleEvents` on the main thread and must not raise: an exception would pass
through C++. So each one is guarded, and a fault becomes an "error" event.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import pjsua2 as pj

from apps.softphone.audio import Audio

if TYPE_CHECKING:
    from apps.softphone.agent import Agent

_Method = TypeVar("_Method", bound=Callable[..., None])
_ADDRESS = re.compile(r'^\s*(?:"?(?P<name>[^"<]*?)"?\s*)<?sips?:(?:(?P<user>[^@>;]*)@)?(?P<host>[^>;]*)')


def guarded(method: _Method) -> _Method:
    """The callback, which tells of its fault instead of raising."""

    @functools.wraps(method)
    def call(self: Any, *arguments: Any) -> None:
        try:
            method(self, *arguments)
        except Exception as error:  # a fault must not cross into C++
            self.agent.tell("error", what=f"{method.__name__}: {describe(error)}")

    return call  # type: ignore[return-value]


def describe(error: BaseException) -> str:
    """A fault in one line; PJSUA2's own have their text in `info()`."""
    info = getattr(error, "info", None)
    text = str(info()) if callable(info) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())


def who(uri: str) -> tuple[str, str]:
    """(number, display name) of an address as PJSIP prints it."""
    found = _ADDRESS.match(uri)
    if not found:
        return uri, ""
    return found["user"] or found["host"], found["name"].strip()


class Line(pj.Call):  # type: ignore[misc]
    """One call, either way. `over` once nothing more will come of it."""

    def __init__(self, agent: Agent, number: int, call_id: int | None = None) -> None:
        super().__init__(agent.account, *([call_id] if call_id is not None else []))
        self.agent = agent
        self.number = number
        """Counts the phone's calls from 1."""
        self.incoming = call_id is not None
        self.audio = Audio(agent.silence)
        self.answered_now: float | None = None
        self.over = False
        self.ended_here = False
        self._state = -1
        self._media_began = False
        self._stream_facts: dict[str, object] = {}

    def say(self, event: str, **facts: object) -> None:
        """Tell an event of this call."""
        self.agent.tell(event, call=self.number, **facts)

    # ---- what is done ------------------------------------------------------------------------------------

    def dial(self, uri: str) -> None:
        """Send the INVITE."""
        self.makeCall(uri, _parameters())
        self.say("dialling", to=uri, sip_call_id=self.getInfo().callIdString)

    def reply(self, code: int) -> None:
        """Answer the incoming call: 180, 200 or a refusal."""
        if code >= 300:
            self.ended_here = True
        parameters = _parameters()
        parameters.statusCode = code
        self.answer(parameters)

    def end(self, code: int = 0) -> None:
        """Hang up, cancel or refuse, as the state wants it."""
        if self.over:
            return
        self.ended_here = True
        parameters = _parameters()
        if code:
            parameters.statusCode = code
        self.hangup(parameters)

    def hold(self) -> None:
        """Put the far end on hold."""
        self.setHold(_parameters())

    def unhold(self) -> None:
        """Take the call back."""
        parameters = _parameters()
        parameters.opt.flag = pj.PJSUA_CALL_UNHOLD
        self.reinvite(parameters)

    def key(self, digits: str, duration_ms: int) -> None:
        """Send digits as RTP events (RFC 4733)."""
        parameters = pj.CallSendDtmfParam()
        parameters.method = pj.PJSUA_DTMF_METHOD_RFC2833
        parameters.duration = duration_ms
        parameters.digits = digits
        self.sendDtmf(parameters)
        self.say("digits_sent", digits=digits)

    # ---- what happens ------------------------------------------------------------------------------------

    @guarded
    def onCallState(self, _: Any) -> None:
        info = self.getInfo()
        if info.state == self._state:
            return
        self._state = info.state
        if info.state == pj.PJSIP_INV_STATE_EARLY and not self.incoming:
            self.say("ringing" if info.lastStatusCode == 180 else "early", code=info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.answered_now = time.monotonic()
            self.say("answered", far=who(info.remoteUri)[0], sip_call_id=info.callIdString)
            self.agent.call_answered(self)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._ended(info)

    @guarded
    def onCallMediaState(self, _: Any) -> None:
        info = self.getInfo()
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            status = _STATUS.get(media.status, "none")
            codec = remote = ""
            if media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD):
                self._begin()
                self.audio.connect(self.getAudioMedia(media.index))
                stream = self.getStreamInfo(media.index)
                codec, remote = stream.codecName, stream.remoteRtpAddress
            else:
                self.audio.disconnect()
            self.say("media", status=status, direction=_direction(media.dir), codec=codec, remote=remote)
            return

    @guarded
    def onDtmfDigit(self, parameters: Any) -> None:
        self.say("digit", digit=parameters.digit, duration_ms=parameters.duration)

    @guarded
    def onStreamDestroyed(self, parameters: Any) -> None:
        # The last moment at which the stream's counters can be read.
        self._stream_facts = _stream_facts(self, parameters.streamIdx)

    def _begin(self) -> None:
        # Files begin with the first audio and go on through holds.
        if not self._media_began:
            self._media_began = True
            self.agent.audio_began(self)

    def _ended(self, info: Any) -> None:
        self.over = True
        self.audio.close()
        seconds = time.monotonic() - self.answered_now if self.answered_now else 0.0
        self.say(
            "ended",
            code=info.lastStatusCode,
            reason=info.lastReason,
            by="us" if self.ended_here else "far end",
            answered=self.answered_now is not None,
            seconds=round(seconds, 3),
            sip_call_id=info.callIdString,
            **self._stream_facts,
        )
        self.agent.call_ended(self)


_STATUS = {
    pj.PJSUA_CALL_MEDIA_ACTIVE: "active",
    pj.PJSUA_CALL_MEDIA_LOCAL_HOLD: "held here",
    pj.PJSUA_CALL_MEDIA_REMOTE_HOLD: "held there",
    pj.PJSUA_CALL_MEDIA_ERROR: "error",
}


def _direction(value: int) -> str:
    return {0: "inactive", 1: "sendonly", 2: "recvonly", 3: "sendrecv"}.get(value & 3, "?")


def _stream_facts(line: Line, index: int) -> dict[str, object]:
    rtcp = line.getStreamStat(index).rtcp
    return {"packets_in": rtcp.rxStat.pkt, "packets_out": rtcp.txStat.pkt, "lost": rtcp.rxStat.loss}


def _parameters() -> Any:
    parameters = pj.CallOpParam(True)
    parameters.opt.audioCount = 1
    parameters.opt.videoCount = 0
    return parameters
