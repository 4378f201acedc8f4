"""The simulated telephone: `CallPort` on paper. It tells what happens, and a caller made of keys answers.

Times are made up, but plain: speech takes as long as `Times.prompt_s` says, talks and waits what `Times` has. All
waiting is asyncio's, so that the virtual clock (clock.py) or a real one can drive it.

Deliberately absent: running the script (call.py), what queues and dials say (outcomes.py).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.room_rules import RoomRules
from ivr.simulator.keys import Keys
from ivr.simulator.outcomes import DIAL, QUEUE, Outcomes
from ivr.simulator.story import Kind, Moment, Story
from ivr.simulator.world import Answers
from ivr.verb import Step
from ivr.words import (
    NOTHING_WANTED,
    Beep,
    DialResult,
    Heard,
    Pause,
    Play,
    Prompt,
    QueueResult,
    RecordResult,
    Say,
    Wants,
)

BRIEF_S = 1.0
"""What is over at once takes so long: a busy tone, a refusal."""


def guessed_s(prompt: Prompt) -> float:
    """How long a prompt takes, when nobody knows: 4 Chinese characters or 13 letters a second."""
    if isinstance(prompt, Pause):
        return prompt.ms / 1000
    if isinstance(prompt, Beep):
        return 0.4
    if isinstance(prompt, Play | Heard):
        return 2.0
    return max(sum(0.25 if ord(char) > 0x2E7F else 0.075 for char in prompt.text), 0.5)


async def nothing_more(queue: str, status: str) -> str:
    """A queue without an answer of its own."""
    return ""


@dataclass(frozen=True)
class Times:
    """How long things take [s]."""

    prompt_s: Callable[[Prompt], float] = guessed_s
    longest_wait_s: Callable[[str], float | None] = lambda queue: None
    """A queue's own longest wait."""
    wait_s: float = 20.0
    """In a queue until an agent answers, or until somebody takes the caller out."""
    ring_s: float = 8.0
    talk_s: float = 60.0
    message_s: float = 8.0
    """How long the caller speaks when recorded; 0: says nothing."""


@dataclass
class SimulatedLine:
    """One call on paper. `story` is what happened. When the caller hangs up, the script's task is to be cancelled."""

    caller: str
    called: str
    at: datetime
    """When the call came in, aware."""
    caller_name: str = ""
    trunk: str = ""
    extension: str = ""
    call_id: str = "simulated"
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What earlier calls left of this caller, by name."""
    keys: Keys = field(default_factory=Keys)
    queues: Outcomes = field(default_factory=lambda: Outcomes(QUEUE[0]))
    dials: Outcomes = field(default_factory=lambda: Outcomes(DIAL[0]))
    answers: Answers = field(default_factory=Answers)
    """What the world answers."""
    times: Times = field(default_factory=Times)
    agent: Callable[[str], str] = lambda queue: "agent"
    """Who of a queue answers."""
    leads: Callable[[str], str] = lambda number: ""
    """Where a dialled number leads, in words."""
    own_answer: Callable[[SimulatedLine, str, str, str], Awaitable[str]] | None = None
    """What a queue does with a caller whom it could not serve: (line, queue, status, language) -> script, or empty."""

    def __post_init__(self) -> None:
        self.story = Story()
        self.step: Step | None = None
        """Where the script is."""
        self.answered = False
        self._hidden = False
        self.over = asyncio.Event()
        """The switch has hung up."""
        self._asked = deque(self.keys.asked)
        self._buffer: deque[str] = deque()
        self._keyed = asyncio.Event()
        self._timers: list[asyncio.TimerHandle] = []
        self._began = asyncio.get_running_loop().time()

    # ---- telling ------------------------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Seconds since the call came in."""
        return asyncio.get_running_loop().time() - self._began

    def tell(self, kind: Kind, what: str, *, language: str = "") -> None:
        """Note a moment at the step where the script is."""
        step = self.step
        where = (step.name, step.file, step.line) if step is not None else ("", "", 0)
        self.story.moments.append(Moment(round(self.now_s(), 2), kind, what, *where, language))

    def close(self) -> None:
        """No more keys."""
        for timer in self._timers:
            timer.cancel()

    # ---- keys ---------------------------------------------------------------------------------------------------

    def _key(self, key: str) -> None:
        self.tell("key", "*" if self._hidden else key)
        self._buffer.append(key)
        self._keyed.set()

    def _take(self, wanted: str) -> str | None:
        """The first keyed digit that is one of `wanted`, out of the buffer."""
        for key in self._buffer:
            if key in wanted:
                self._buffer.remove(key)
                return key
        return None

    async def _wait_key(self, seconds: float) -> None:
        """Until a key is keyed, `seconds` at most."""
        self._keyed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._keyed.wait()
        except TimeoutError:
            pass

    # ---- CallPort -----------------------------------------------------------------------------------------------

    def local_now(self) -> datetime:
        return self.at + timedelta(seconds=self.now_s())

    async def answer(self) -> None:
        if not self.answered:
            self.answered = True
            self.tell("answer", "answered")
            loop = asyncio.get_running_loop()
            self._timers = [loop.call_later(at, self._key, key) for at, key in self.keys.timed]

    async def play(self, prompts: Sequence[Prompt], *, stop_on: str = "") -> str | None:
        await self.answer()
        loop = asyncio.get_running_loop()
        for prompt in prompts:
            if (key := self._take(stop_on)) is not None:
                return key
            self._told(prompt)
            until = loop.time() + self.times.prompt_s(prompt)
            while (left := until - loop.time()) > 0:
                await self._wait_key(left)
                if (key := self._take(stop_on)) is not None:
                    return key
        return self._take(stop_on)

    def _told(self, prompt: Prompt) -> None:
        match prompt:
            case Say(text, language):
                self.tell("say", text, language=language)
            case Play(name, language):
                self.tell("play", name, language=language)
            case Pause(ms):
                self.tell("pause", f"{ms} ms")
            case Beep():
                self.tell("beep", "beep")

    async def digit(self, timeout_s: float) -> str | None:
        if not self._buffer:
            await asyncio.sleep(0)  # a timed key may be due at this very moment
        if not self._buffer and self._asked and (key := self._asked.popleft()):
            self._key(key)
        if not self._buffer:
            await self._wait_key(timeout_s)
        if self._buffer:
            return self._buffer.popleft()
        self.tell("wait", f"no key within {timeout_s:g} s")
        return None

    def forget_digits(self) -> None:
        self._buffer.clear()

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
        await self.answer()
        status = self.queues.next(name)
        longest = max_wait_s if max_wait_s is not None else self.times.longest_wait_s(name)
        more = [f"with priority {priority}"] if priority else []
        more += [f"needs {wants.need}"] if wants.need else []
        more += [f"wants {wants.agent} for {wants.agent_wait_s:g} s"] if wants.agent else []
        self.tell("queue", ", ".join((f"waits in {name}", *more)), language=language)
        waited = 0.0
        if status == "timed out":
            waited = longest if longest is not None else self.times.wait_s
        elif status in ("connected", "removed"):
            waited = min(self.times.wait_s, longest if longest is not None else self.times.wait_s)
        await asyncio.sleep(waited)
        if status != "connected":
            self.tell("queue", f"{name}: {status} after {waited:g} s")
            return QueueResult(status, waited_s=waited)
        agent = wants.agent or self.agent(name)
        self.tell("queue", f"{name}: {agent} answers after {waited:g} s")
        await asyncio.sleep(self.times.talk_s)
        self.tell("queue", f"{name}: {agent} hangs up after {self.times.talk_s:g} s")
        return QueueResult(status, agent, waited)

    async def studio(self, name: str, *, role: str, language: str) -> str:
        await self.answer()
        self.tell("queue", f"hears the show of {name}" + (f" as {role}" if role else ""), language=language)
        await asyncio.sleep(self.times.talk_s)
        self.tell("queue", f"{name}: leaves after {self.times.talk_s:g} s")
        return "left"

    async def unserved(self, queue: str, status: str, *, language: str) -> str:
        if self.own_answer is None:
            return ""
        script = await self.own_answer(self, queue, status, language)
        if self.over.is_set():
            await asyncio.Event().wait()  # a script whose call is over is cancelled
        return script

    async def dial(
        self, numbers: Sequence[str], *, timeout_s: float, caller_id: str | None, amd: Mapping[str, int] | None = None
    ) -> DialResult:
        status = self.dials.next(" ".join(numbers)) if numbers else "unknown number"
        ways = [f"{number} ({way})" if (way := self.leads(number)) else number for number in numbers]
        self.tell("dial", f"rings {', '.join(ways) or 'nobody'}" + (f" as {caller_id}" if caller_id else ""))
        if status == "machine" and amd is None:
            status = "answered"
        if status in ("answered", "machine"):
            await asyncio.sleep(min(self.times.ring_s, timeout_s))
            await self.answer()
            self.tell("dial", "a machine answers" if status == "machine" else "answered")
            talked = 3.0 if status == "machine" else self.times.talk_s
            await asyncio.sleep(talked)
            if status == "answered":
                self.tell("dial", f"the called side hangs up after {talked:g} s")
            return DialResult(status, talked, {"machine": "machine"}.get(status, "human") if amd is not None else "")
        await asyncio.sleep(timeout_s if status == "no answer" else BRIEF_S)
        self.tell("dial", status)
        return DialResult(status)

    async def record(self, *, max_s: float, silence_s: float, finish_on: str, beep: bool) -> RecordResult:
        return await self._recorded("a recording", "simulated.wav", max_s, silence_s, finish_on, beep=beep)

    def discard(self, path: str) -> None:
        self.tell("record", f"{path} is discarded")

    async def greet(self, box: str, *, busy: bool) -> bool:
        return False

    async def mailbox(self, box: str, *, language: str) -> bool:
        await self.answer()
        self.tell("queue", f"hears the messages of {box or 'the mailbox that is keyed'}", language=language)
        await asyncio.sleep(self.times.talk_s)
        return True

    async def conference(self, meeting: RoomRules) -> str:
        await self.answer()
        self.tell("queue", f"talks in room {meeting.room}", language=meeting.language)
        await asyncio.sleep(self.times.talk_s)
        return "left"

    def survey_answered(self, survey: str, question: str, answer: str) -> None:
        self.tell("record", f"survey {survey}: {question} is answered {answer}")

    async def may_vote(self, poll: str) -> str:
        return "" if self.caller else "no number"

    def vote(self, poll: str, choice: str) -> str:
        self.tell("record", f"votes {choice} in {poll}")
        return "counted"

    def form_answered(self, form: str, question: str, value: str, *, spoken_s: float | None) -> None:
        self.tell("record", f"form {form}: {question} is answered {value}")

    async def voicemail(self, box: str, *, language: str, max_s: float) -> RecordResult:
        return await self._recorded(f"a message for {box}", f"{box}/simulated.wav", max_s, 5.0, "#", beep=True)

    async def _recorded(
        self, what: str, path: str, max_s: float, silence_s: float, finish_on: str, *, beep: bool
    ) -> RecordResult:
        await self.answer()
        if beep:
            await self.play([Beep()])
        seconds = min(self.times.message_s, max_s)
        await asyncio.sleep(seconds)
        key = ""
        if self._asked and self._asked[0] and self._asked[0] in finish_on:
            key = self._asked.popleft()
            self.tell("key", key)
        elif seconds < max_s:
            silent = min(silence_s or max_s, max_s - seconds)
            await asyncio.sleep(silent)
            seconds += silent
        ended_by = "key" if key else "limit" if seconds >= max_s else "silence"
        spoken = self.times.message_s and seconds
        self.tell("record", f"{what}: {seconds:g} s, ended by {ended_by}")
        return RecordResult(path if spoken else "", spoken, ended_by, key)

    async def hang_up(self, cause: str) -> None:
        if not self.over.is_set():
            self.over.set()
            self.story.cause = cause = "normal" if cause == "answered" else cause
            self.tell("end", f"the switch hangs up: {cause}" if self.answered else f"the switch refuses: {cause}")

    async def http(self, request: HttpRequest) -> HttpAnswer:
        answer = self.answers.http(request)
        self.tell("look", f"{request.method} {request.url.partition('?')[0]}: {answer.status}")
        return answer

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        answer = self.answers.sql(request)
        self.tell("look", f"database {request.source}: {answer.status}")
        return answer

    async def code(self, function: str, call: object, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        answer = self.answers.code(function)
        self.tell("look", f"{function}: {answer.error or 'done'}")
        return answer

    def set_variable(self, name: str, value: str) -> None:
        self.story.variables[name] = value
        self.tell("set", f"{name} = {value}")

    async def recall(self) -> Mapping[str, str]:
        return self.remembered

    def remember(self, name: str, value: str) -> None:
        self.tell("set", f"caller.{name} = {value}")

    def hide(self, on: bool) -> None:
        self._hidden = on

    def entered(self, step: str) -> None:
        """The watch of call.py knows the step itself."""
