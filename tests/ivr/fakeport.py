"""A call without a telephone: `CallPort` under a virtual clock, for tests and for walking a call on paper.

The caller's keys are given as a plan: ("1", 2.0) is key 1 two seconds after the call began; `None` in place of the
time means as soon as somebody waits for a key. Speech takes the time that `seconds_of` says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from ivr.lookup import CodeAnswer, HttpAnswer, HttpRequest, SqlAnswer, SqlRequest
from ivr.room_rules import RoomRules
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


class HungUp(Exception):
    """Stands for the cancellation of the script when the caller hangs up."""


def seconds_of(prompt: Prompt) -> float:
    """How long a prompt takes."""
    if isinstance(prompt, Pause):
        return prompt.ms / 1000
    if isinstance(prompt, Beep):
        return 0.3
    if isinstance(prompt, Heard):
        return 3.0
    return 2.0 if isinstance(prompt, Play) else max(len(prompt.text) * 0.1, 0.5)


class FakePort:
    """Plays one caller. `story` is what happened: (seconds since the start, what)."""

    def __init__(
        self,
        keys: Sequence[tuple[str, float | None]] | str = (),
        *,
        called: str = "4001",
        caller: str = "13800138000",
        trunk: str = "carrier",
        extension: str = "",
        at: datetime = datetime(2026, 3, 2, 10, 0, tzinfo=UTC),
        queues: Mapping[str, QueueResult] | None = None,
        dials: Mapping[str, DialResult] | None = None,
        go_on: Mapping[str, str] | None = None,
        recorded: RecordResult | None = None,
        hangs_up_at: float = 1e9,
        memory: Mapping[str, str] | None = None,
        answers: Mapping[str, Any] | None = None,
        observe: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.call_id = "test0000call1"
        self.caller, self.caller_name, self.called = caller, "", called
        self.trunk, self.extension = trunk, extension
        self.now = 0.0
        self.studio_status = "left"
        self.at = at
        self.keys = [(key, None) for key in keys] if isinstance(keys, str) else list(keys)
        self.buffer: list[str] = []
        self.queues = dict(queues or {})
        self.go_on = go_on or {}
        """Queue -> the script that its own answer leads to."""
        self.dials = dict(dials or {})
        self.recorded = recorded or RecordResult("r.wav", 8.0, "silence")
        self.hangs_up_at = hangs_up_at
        self.answers = dict(answers or {})
        """What the world answers: by address, database or function."""
        self.requests: list[HttpRequest | SqlRequest] = []
        self.memory = dict(memory or {})
        """What is remembered of the caller."""
        self.observe = observe
        self.greetings: set[str] = set()
        """Mailboxes whose owners have spoken a greeting."""
        self.meets = "left"
        """How a conference ends."""
        self.no_vote = ""
        """Why the number has no vote."""
        self.may_in = True
        """Number and PIN of a mailbox are right."""
        self.story: list[tuple[float, str]] = []
        self.variables: dict[str, str] = {}
        self.steps: list[str] = []
        self.answered = False
        self.ended: str | None = None

    # ---- what tests ask --------------------------------------------------------------------------------------

    @property
    def said(self) -> list[str]:
        """Everything said, in order, without the time."""
        return [what.removeprefix("say ") for _, what in self.story if what.startswith("say ")]

    @property
    def acts(self) -> list[str]:
        """Everything done, without the time and without what was said."""
        return [what for _, what in self.story if not what.startswith("say ")]

    # ---- the virtual clock -----------------------------------------------------------------------------------

    def _note(self, what: str) -> None:
        self.story.append((round(self.now, 3), what))
        self.observe(f"{self.now:7.1f} s  {what}")

    def _pass(self, seconds: float) -> None:
        """Let time go by; keys due meanwhile come into the buffer."""
        until = min(self.now + seconds, self.hangs_up_at)
        while self.keys and self.keys[0][1] is not None and self.keys[0][1] <= until:
            self.buffer.append(self.keys.pop(0)[0])
        self.now = until
        if until >= self.hangs_up_at:
            raise HungUp

    def _keyed_by(self, until: float) -> float | None:
        """When the next key comes, if that is by `until`."""
        if not self.keys:
            return None
        when = self.keys[0][1]
        return self.now if when is None else when if when <= until else None

    # ---- CallPort --------------------------------------------------------------------------------------------

    def local_now(self) -> datetime:
        return self.at + timedelta(seconds=self.now)

    async def answer(self) -> None:
        if not self.answered:
            self.answered = True
            self._note("answer")

    async def play(self, prompts: Sequence[Prompt], *, stop_on: str = "") -> str | None:
        assert prompts and self.answered and self.ended is None
        for prompt in prompts:
            if stop_on and self.buffer and self.buffer[0] in stop_on:
                return self.buffer.pop(0)
            name = {Say: "say {0.language}: {0.text}", Play: "play {0.language}/{0.name}", Heard: "hear {0.path}"}.get(
                type(prompt), "{0}"
            )
            self._note(name.format(prompt))
            length = seconds_of(prompt)
            timed = [key for key in self.keys if key[1] is not None]
            if stop_on and timed and timed[0][0] in stop_on and self._keyed_by(self.now + length) is not None:
                self._pass(max(timed[0][1] - self.now, 0.0))
                if self.buffer and self.buffer[0] in stop_on:
                    return self.buffer.pop(0)
            self._pass(length)
        return self.buffer.pop(0) if stop_on and self.buffer and self.buffer[0] in stop_on else None

    async def digit(self, timeout_s: float) -> str | None:
        assert self.answered and self.ended is None
        if self.buffer:
            return self.buffer.pop(0)
        when = self._keyed_by(self.now + timeout_s)
        if when is None:
            self._pass(timeout_s)
            return None
        key = self.keys.pop(0)[0]
        self._pass(max(when - self.now, 0.0))
        return key

    def forget_digits(self) -> None:
        self.buffer.clear()

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
        assert self.answered
        self._note(
            f"queue {name} priority={priority} language={language}" + (f" {wants}" if wants != NOTHING_WANTED else "")
        )
        result = self.queues.get(name, QueueResult("connected", "alice", 12.0))
        self._pass(result.waited_s)
        return result

    async def studio(self, name: str, *, role: str, language: str) -> str:
        self._note(f"studio {name} {role}".rstrip())
        self._pass(60.0)
        return self.studio_status

    async def unserved(self, queue: str, status: str, *, language: str) -> str:
        self._note(f"unserved {queue}: {status}")
        return self.go_on.get(queue, "")

    async def dial(
        self, numbers: Sequence[str], *, timeout_s: float, caller_id: str | None, amd: Mapping[str, int] | None = None
    ) -> DialResult:
        self._note(f"dial {' '.join(numbers)}" + (f" amd{dict(amd) or ''}" if amd is not None else ""))
        result = self.dials.get(" ".join(numbers), DialResult("answered", 30.0))
        self._pass(timeout_s if result.status == "no answer" else result.talked_s)
        return result

    async def record(self, *, max_s: float, silence_s: float, finish_on: str, beep: bool) -> RecordResult:
        assert self.answered
        self._note(f"record max={max_s:g}")
        self._pass(self.recorded.seconds)
        return self.recorded

    def discard(self, path: str) -> None:
        self._note(f"discard {path}")

    async def greet(self, box: str, *, busy: bool) -> bool:
        if box in self.greetings:
            self._note(f"greeting of {box}" + (", busy" if busy else ""))
        return box in self.greetings

    async def mailbox(self, box: str, *, language: str) -> bool:
        self._note(f"mailbox {box or 'asked for'} language={language}")
        return self.may_in

    async def conference(self, meeting: RoomRules) -> str:
        self._note(f"conference {meeting.room}")
        self._pass(60.0)
        return self.meets

    def survey_answered(self, survey: str, question: str, answer: str) -> None:
        self._note(f"survey {survey}: {question} = {answer}")

    async def may_vote(self, poll: str) -> str:
        return self.no_vote

    def vote(self, poll: str, choice: str) -> str:
        self._note(f"vote {poll}: {choice}")
        return "counted"

    def form_answered(self, form: str, question: str, value: str, *, spoken_s: float | None) -> None:
        self._note(f"form {form}: {question} = {value}" + ("" if spoken_s is None else f" ({spoken_s:g} s)"))

    async def voicemail(self, box: str, *, language: str, max_s: float) -> RecordResult:
        assert self.answered
        self._note(f"voicemail {box} language={language}")
        self._pass(self.recorded.seconds)
        return self.recorded

    async def hang_up(self, cause: str) -> None:
        assert self.ended is None
        self.ended = cause
        self._note(f"hang up {cause}")

    async def http(self, request: HttpRequest) -> HttpAnswer:
        self._note(f"http {request.method} {request.url}")
        self.requests.append(request)
        return self.answers.get(request.url, HttpAnswer("unreachable"))

    async def sql(self, request: SqlRequest) -> SqlAnswer:
        self._note(f"sql {request.source}")
        self.requests.append(request)
        return self.answers.get(request.source, SqlAnswer("failed"))

    async def code(self, function: str, call: object, values: Mapping[str, str], timeout_s: float) -> CodeAnswer:
        self._note(f"run {function} {dict(values)}")
        return self.answers.get(function, CodeAnswer("no such thing"))

    def set_variable(self, name: str, value: str) -> None:
        self.variables[name] = value

    async def recall(self) -> Mapping[str, str]:
        return dict(self.memory)

    def remember(self, name: str, value: str) -> None:
        self.memory[name] = value

    def hide(self, on: bool) -> None:
        self._note("hide" if on else "show")

    def entered(self, step: str) -> None:
        self.steps.append(step)
