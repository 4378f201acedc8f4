"""The telephone in a script's hand: `ivr.words.CallPort` on a real call.

Every method that lasts is cancelled when the caller hangs up, and leaves nothing playing, recording or ringing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from apps import prompts as prompt_sources
from apps import queue_answers
from apps.causes import CAUSES
from apps.conference.stay import stay
from apps.dialling import dial
from apps.journal_story import SegmentKind
from apps.journal_writer import JournalError
from apps.log import safe
from apps.mailbox import files
from apps.mailbox.door import visit
from apps.queue_answers import Stood
from apps.site_clock import local_now
from apps.studio.keys import attend
from apps.studio.words import Role
from apps.voicemail import record_message
from apps.waiting import wait
from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.room_rules import RoomRules
from ivr.script_call import Call as ScriptCall
from ivr.words import NOTHING_WANTED, DialResult, Heard, Prompt, QueueResult, RecordResult, Wants
from media.words import Source
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("telephone")


class Telephone:
    """One call as its script sees it."""

    def __init__(self, house: House, call: Call) -> None:
        self._house = house
        self._call = call
        self._stood = Stood()
        """In the last queue."""
        # As long as the call lasts it hears what was recorded and answered when it began, whatever is reloaded.
        self._site, self._prompts, self._lookups = house.site, house.prompts, house.lookups
        caller = call.caller
        self._recorded: set[str] = set()
        """Files that `record` made."""
        self.call_id: str = call.id
        self.caller = caller.number
        self.caller_name = caller.name
        self.called = caller.called
        self.trunk = caller.trunk
        self.extension = caller.extension

    def local_now(self) -> datetime:
        """The site's wall clock, with its time zone."""
        return local_now(self._house.site)

    async def answer(self) -> None:
        """Answer the caller; nothing if already answered."""
        await self._call.answer()

    async def play(self, prompts: Sequence[Prompt], *, stop_on: str = "") -> str | None:
        """Play in order; the digit of `stop_on` that cut it short, or None. See `CallPort.play`."""
        if (digit := self._take(stop_on)) is not None:
            return digit
        await self.answer()
        return await self.play_sources(
            await prompt_sources.sources(self._house, prompts, self._prompts), stop_on=stop_on
        )

    async def play_sources(
        self, sources: Sequence[Source], *, stop_on: str = "", steer: Mapping[str, Callable[[], None]] | None = None
    ) -> str | None:
        """As `play`, what is sound already; the caller has been answered. Keys of `steer` do theirs, and it goes on."""
        start_ms, ended = 0, "digit"
        while ended == "digit":
            key, ended = await self._play_from(start_ms, sources, stop_on, steer or {})
            if key is not None:
                return key
            # A press that was taken before came again by another way (INFO, then an event): the prompt goes on.
            start_ms += self._call.line.sound.heard_ms
        return None

    async def _play_from(
        self, start_ms: int, sources: Sequence[Source], stop_on: str, steer: Mapping[str, Callable[[], None]]
    ) -> tuple[str | None, str]:
        """The digit that cut it short, and why it ended by itself."""
        line = self._call.line
        playing = asyncio.ensure_future(line.play(sources, start_ms=start_ms, stop_on=stop_on))
        try:
            while not playing.done():
                line.input.keyed.clear()
                if (digit := self._take(stop_on)) is not None:
                    return digit, ""
                while (digit := self._take("".join(steer))) is not None:
                    steer[digit]()
                keyed = asyncio.ensure_future(line.input.keyed.wait())
                try:
                    await asyncio.wait((playing, keyed), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    keyed.cancel()
            ended = playing.result()
            return self._take(stop_on), ended
        finally:
            if not playing.done():
                line.stop_play()
                playing.cancel()

    def skip(self, ms: int) -> None:
        """What plays goes on so much later, or earlier when negative."""
        self._house.desk.skip(self._call.line.stream, ms)

    def speed(self, speed: float) -> None:
        """What plays goes on so fast, at the same pitch."""
        self._house.desk.play_speed(self._call.line.stream, speed)

    def _take(self, wanted: str) -> str | None:
        """The first keyed digit that is one of `wanted`, out of the buffer."""
        digits = self._call.line.input.digits
        for digit in digits:
            if digit in wanted:
                digits.remove(digit)
                return digit
        return None

    async def digit(self, timeout_s: float) -> str | None:
        """The next digit, from the buffer or as it is keyed; None when none came in time."""
        line = self._call.line
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not line.input.digits:
            line.input.keyed.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await line.input.keyed.wait()
            except TimeoutError:
                return None
        return line.input.digits.popleft()

    def forget_digits(self) -> None:
        """Empty the buffer of keyed digits."""
        self._call.line.input.digits.clear()

    async def queue(
        self,
        name: str,
        *,
        priority: int,
        language: str,
        max_wait_s: float | None,
        music: str | None,
        announce_every_s: float | None,
        wants: Wants = NOTHING_WANTED,
    ) -> QueueResult:
        """Wait in a queue and talk to an agent."""
        await self.answer()
        self._call.speak(language)
        result = await wait(
            self._house,
            self._call,
            name,
            priority=priority,
            language=language,
            max_wait_s=max_wait_s,
            music=music,
            announce_every_s=announce_every_s,
            wants=wants,
            since=wants.since,
        )
        self._stood = Stood(result.door, result.arrived, priority, wants)
        return result

    async def studio(self, name: str, *, role: str, language: str) -> str:
        """Be in a studio's show."""
        await self.answer()
        self._call.speak(language)
        return await attend(self._house, self._call, name, Role(role) if role else None)

    async def unserved(self, queue: str, status: str, *, language: str) -> str:
        """The queue's own answer to a caller whom it could not serve; a script to go on with, or empty."""
        return await queue_answers.give(self, self._site, queue, status, language, self._stood)

    async def dial(
        self, numbers: Sequence[str], *, timeout_s: float, caller_id: str | None, amd: Mapping[str, int] | None = None
    ) -> DialResult:
        """Ring the numbers all at once and talk to the first that answers."""
        return await dial(self._house, self._call, numbers, timeout_s=timeout_s, caller_id=caller_id, amd=amd)

    async def record(self, *, max_s: float, silence_s: float, finish_on: str, beep: bool) -> RecordResult:
        """Record the caller."""
        result = await record_message(
            self._house, self._call, box=None, max_s=max_s, silence_s=silence_s, finish_on=finish_on, beep=beep
        )
        self._recorded.add(result.path)
        return result

    def discard(self, path: str) -> None:
        """Take away what `record` made; any other file stays where it is."""
        if path in self._recorded:
            self._recorded.discard(path)
            Path(path).unlink(missing_ok=True)

    async def greet(self, box: str, *, busy: bool) -> bool:
        """Play the owner's own greeting, if there is one."""
        if box not in self._house.site.phones:
            return False
        voicemail = self._house.site.paths.voicemail
        path = await asyncio.to_thread(files.greeting_for, voicemail, box, busy=busy)
        if path is not None:
            await self.play([Heard(str(path))])
        return path is not None

    async def mailbox(self, box: str, *, language: str) -> bool:
        """Let the caller hear a mailbox."""
        return await visit(self._house, self, box, language)

    async def conference(self, meeting: RoomRules) -> str:
        """Talk in a room."""
        self._call.speak(meeting.language)
        return await stay(self._house, self._call, self, meeting)

    def survey_answered(self, survey: str, question: str, answer: str) -> None:
        """Keep an answer."""
        self._house.answers.survey(self._call, survey, question, answer)

    async def may_vote(self, poll: str) -> str:
        """Why the caller's number has no vote. With the books out of reach nobody has one."""
        try:
            return await self._house.polls.refuses(poll, self.caller)
        except (JournalError, DBAPIError) as error:
            log.error("call=%s: poll %s cannot be read: %s", self.call_id, poll, error)
            return "no vote"

    def vote(self, poll: str, choice: str) -> str:
        """Count the vote of the caller's number."""
        return self._house.polls.vote(poll, self.caller, choice, self.call_id)

    def form_answered(self, form: str, question: str, value: str, *, spoken_s: float | None) -> None:
        """Keep an answer of a form."""
        self._house.answers.form(self._call, form, question, value, spoken_s)

    async def voicemail(self, box: str, *, language: str, max_s: float) -> RecordResult:
        """Record a message into a mailbox. One that is not there ends the call: a box's name becomes a directory's."""
        if box not in self._house.site.phones:
            log.warning("call=%s: there is no mailbox %s", self.call_id, safe(box))
            await self.hang_up("unknown number")
            return RecordResult("", 0.0, "hangup")
        return await record_message(
            self._house, self._call, box=box, max_s=max_s, silence_s=5.0, finish_on="#", beep=True
        )

    async def hang_up(self, cause: str) -> None:
        """End the call with a cause by name."""
        self._call.end(self._call.broken or CAUSES.get(cause, Cause.NORMAL), self._call.parted_by)
        await self._call.line.over.wait()

    async def http(self, request: HttpRequest) -> HttpAnswer:
        """Ask over HTTP."""
        return await self._lookups.http(request)

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        """Ask a database."""
        return await self._lookups.sql(request)

    async def code(self, function: str, call: ScriptCall, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        """Run the site's own code."""
        return await self._lookups.code(function, call, values, timeout_s)

    def set_variable(self, name: str, value: str) -> None:
        """Keep a variable of the script, for `calls show` and the books."""
        self._call.set_variable(name, value)

    async def recall(self) -> Mapping[str, str]:
        """What is remembered of the caller's number. The books out of reach are no memory: the call goes on."""
        try:
            return await self._house.memory.recall(self.caller)
        except (JournalError, DBAPIError) as error:
            log.error("call=%s: what is remembered of the caller cannot be read: %s", self.call_id, error)
            return {}

    def remember(self, name: str, value: str) -> None:
        """Keep it of the caller's number."""
        self._house.memory.remember(self.caller, name, value)

    def hide(self, on: bool) -> None:
        """What is keyed from now on is kept nowhere."""
        line = self._call.line
        self._house.recorder.hide(self._call, on)
        if line.live:
            self._house.desk.hide_keys(line.stream, on)
            if on:
                self._house.switch.trace.hide_digits(line.leg)

    def entered(self, step: str) -> None:
        """The script is at this step now: a menu segment, and the switch's own doing."""
        self._call.parted_by, self._call.broken = Party.SWITCH, None
        self._call.enter(SegmentKind.MENU, label=step)
