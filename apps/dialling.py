"""A `dial`: ring numbers for a caller and let the first that answers talk with them.

The order of things is the pure table's (`switch.call`); here its effects become lines and audio.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from apps.bridge import Bridge
from apps.journal_story import SegmentKind
from apps.line_use import take_phone, take_trunk
from apps.log import safe
from ivr.words import DialResult
from media import national
from media.answer import Verdict
from media.events import AnswerJudged
from switch import call as coupling
from switch.call_words import After, AnswerCaller, Connect, Effect, Finished, HangUp, Outcome, RingCaller, TimedOut
from switch.events import Answered, Ended, LegEvent, Progressed, Rang
from switch.number import dialled
from switch.route import Way
from switch.words import Cause, Identity, LegId, Party, Target, ToPhone, ToTrunk

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House
    from apps.line import Line

log = logging.getLogger("dial")

RING_BACK_DBM0 = -13.0
"""How loud an answered caller hears it ring."""

_STATUS = {
    Cause.UNREACHABLE: "unreachable",
    Cause.TIMEOUT: "unreachable",
    Cause.NOT_FOUND: "unknown number",
}
"""What a script is told where the outcome alone says only "failed"."""


async def dial(
    house: House,
    call: Call,
    numbers: Sequence[str],
    *,
    timeout_s: float,
    caller_id: str | None,
    amd: Mapping[str, int] | None = None,
) -> DialResult:
    """Ring the numbers all at once; the caller is answered when somebody answers.

    With `amd` an answering machine is hung up on as soon as it is known for one; what that does not say, the site does.

    Returns how it ended; cancelled when the caller hangs up, and then whoever rings or talks is hung up.
    """
    ways = [(number, way) for number in numbers if (way := _way(house, number)) is not None]
    if not ways:
        log.info("call=%s: nowhere to dial %s", call.id, safe(", ".join(numbers)))
        return DialResult("unknown number")
    return await _Dial(house, call, ways, timeout_s, caller_id, amd=amd).run()


def _way(house: House, number: str) -> Way | None:
    """Where a number leads that has room: `number@trunk` says the trunk itself, else the site's routes do."""

    def has_room(trunk: str) -> bool:
        entry = house.site.trunks.get(trunk)
        return entry is not None and (not entry.max_calls or house.today.trunk_calls(trunk) < entry.max_calls)

    plain, _, trunk = number.partition("@")
    if trunk:
        return Way(ToTrunk(trunk, dialled(plain))) if plain and has_room(trunk) else None
    return house.routes.choose(dialled(number), has_room)


class _Dial:
    """One dial under way: listens to the lines it calls."""

    def __init__(
        self,
        house: House,
        call: Call,
        ways: Sequence[tuple[str, Way]],
        timeout_s: float,
        caller_id: str | None,
        *,
        amd: Mapping[str, int] | None,
    ) -> None:
        self._house = house
        self._call = call
        self._timeout_s = timeout_s
        self._amd = amd
        self._answered_by: Verdict | None = None
        self._lines: dict[LegId, Line] = {}
        self._ways: dict[LegId, tuple[str, Way]] = {}
        """Each leg's number, as it was dialled, and where that leads."""
        self._identity = Identity(caller_id or call.caller.number, call.caller.name)
        for number_and_way in ways:
            line = call.called_line(self)
            self._lines[line.leg], self._ways[line.leg] = line, number_and_way
        self._table = coupling.begin(call.line.leg, list(self._lines), After.RETURN, caller_answered=call.line.answered)
        self._ring_back: asyncio.Task[str] | None = None
        self._bridge: Bridge | None = None
        self._connected_at: float | None = None
        self._left = False
        """The caller was taken from us."""
        self._finished: asyncio.Future[DialResult] = asyncio.get_running_loop().create_future()

    async def run(self) -> DialResult:
        loop = asyncio.get_running_loop()
        numbers = [number for number, _ in self._ways.values()]
        targets = [way.target for _, way in self._ways.values()]
        self._call.enter(
            SegmentKind.DIAL, label=", ".join(numbers), extension=_extension(targets[0]) if len(targets) == 1 else ""
        )
        timer = loop.call_later(self._timeout_s, lambda: self._happened(TimedOut(loop.time())))
        try:
            with self._call.line.watchers.during(self._happened):
                for leg, line in self._lines.items():
                    self._place(line, self._ways[leg][1])
                return await self._finished
        finally:
            timer.cancel()
            self._stop_ring_back()
            if not self._finished.done() or self._finished.cancelled():
                self._let_go()
            for line in self._lines.values():
                line.hang_up(Cause.NORMAL if line.answered else Cause.CANCELLED)

    def _let_go(self) -> None:
        """The script is cancelled. A caller who is still there does something else: what these lines do is over."""
        if not self._call.line.live:
            return
        self._left = True
        if self._bridge is not None:
            self._bridge.part(Party.SWITCH)
            self._house.recorder.rest(self._call)

    def _place(self, line: Line, way: Way) -> None:
        match way.target:
            case ToPhone(extension):
                take_phone(self._house, line, extension)
            case ToTrunk(trunk):
                take_trunk(self._house, line, trunk)
                self._call.goes_out(trunk)
        identity = Identity(way.caller_id, self._identity.name) if way.caller_id else self._identity
        # A little longer than our own timer: that one decides.
        self._house.spawn(line.place(way.target, identity, timeout_s=self._timeout_s + 5.0), f"dial {line.leg}")

    # ---- LineListener -------------------------------------------------------------------------------------------

    def line_told(self, line: Line, event: LegEvent) -> None:
        """A called line rang, was answered, ended."""
        if isinstance(event, Ended) and not line.answered and event.by is not Party.CALLER:
            target = self._ways[line.leg][1].target
            if isinstance(target, ToTrunk):
                what = f"{event.cause.text}, {event.status} {event.reason}"
                log.info("call=%s trunk %s did not take it: %s", self._call.id, target.trunk, safe(what))
        if isinstance(event, Rang | Progressed | Answered | Ended):
            self._happened(event)

    def line_held(self, line: Line, held: bool) -> None:
        """One of the two put the other on hold, or came back."""
        if self._bridge is not None:
            self._bridge.join()

    # ---- the table's shell --------------------------------------------------------------------------------------

    def _happened(self, event: Rang | Progressed | Answered | Ended | TimedOut) -> None:
        if self._left:
            return
        self._table, effects = coupling.step(self._table, event)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        caller = self._call.line
        match effect:
            case RingCaller():
                if caller.answered:
                    sound = national.sounds(self._house.site.switch.media.tones, "ringback", RING_BACK_DBM0)
                    self._ring_back = self._house.spawn(caller.play(sound, loop=True), f"ring back {caller.leg}")
                else:
                    caller.ring()
            case AnswerCaller():
                pass  # in `_talk`: the caller's audio must be where that of `Connect` is
            case Connect(callee=leg):
                self._connect(self._lines[leg], *self._ways[leg])
            case HangUp(leg, cause):
                self._lines[leg].hang_up(cause)
            case Finished(outcome, cause, by, _):
                self._finish(outcome, cause, by)

    def _connect(self, other: Line, number: str, way: Way) -> None:
        self._stop_ring_back()
        self._bridge = Bridge(self._call, other, music="default", label=number, extension=_extension(way.target))
        self._connected_at = asyncio.get_running_loop().time()
        if self._amd is not None:
            lengths = self._house.site.switch.amd.parameters(self._amd)
            other.input.judge_answer(lengths, lambda judged: self._judged(other, judged))
        self._house.recorder.take_up(self._call, other.stream)
        if self._call.line.answered:
            self._call.answered()
            self._bridge.join()
        else:
            self._house.spawn(self._answer_caller(self._bridge, other), f"answer {self._call.line.leg}")

    def _judged(self, other: Line, judged: AnswerJudged) -> None:
        """It is known who answered."""
        log.info("call=%s answered by %s: %s, %d ms", self._call.id, judged.verdict.value, judged.cause, judged.ms)
        self._answered_by = judged.verdict
        if judged.verdict is Verdict.MACHINE:
            other.hang_up()

    async def _answer_caller(self, bridge: Bridge, other: Line) -> None:
        await self._call.answer(near=other.stream)
        bridge.join()

    def _stop_ring_back(self) -> None:
        """Also one that has not begun to play: it would ring on into the talk."""
        if self._ring_back is not None:
            self._ring_back.cancel()
            self._ring_back = None
            self._call.line.stop_play()

    def _finish(self, outcome: Outcome, cause: Cause, by: Party) -> None:
        self._stop_ring_back()
        loop = asyncio.get_running_loop()
        talked_s = 0.0 if self._connected_at is None else loop.time() - self._connected_at
        status = _STATUS.get(cause, outcome.value) if outcome is Outcome.FAILED else outcome.value
        if self._bridge is not None:
            self._bridge.part(by)
            self._house.recorder.rest(self._call)
        else:
            self._call.parted_by = by
            self._call.dial_failed = cause
            if self._call.line.live:
                self._call.leave(status)
        answered_by = self._answered_by.value if self._answered_by is not None else ""
        if self._answered_by is Verdict.MACHINE and by is not Party.CALLER:
            status, talked_s = "machine", 0.0
        if not self._finished.done():
            self._finished.set_result(DialResult(status, talked_s, answered_by))


def _extension(target: Target) -> str:
    return target.extension if isinstance(target, ToPhone) else ""
