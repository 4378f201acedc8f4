"""The words of dialplan and menus: mistakes, prompts, and what a script may ask of its call.

`CallPort` is the whole of the telephone that a script sees. The real one lives in apps/; tests and the
simulator have their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ivr.lookup import World
from ivr.room_rules import RoomRules


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a site's YAML. `what` says it, `mend` says how to put it right."""

    file: str
    line: int
    """From 1."""
    what: str
    mend: str
    warning: bool = False
    """Nothing is wrong for a caller: something is written that no caller meets, or that may be meant so."""

    def __str__(self) -> str:
        mend = f" {self.mend}" if self.mend else ""
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{self.what}.{mend}"


class Mistakes(Exception):
    """Every mistake found in one check, in order of file and line; after them the warnings."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda mistake: (mistake.warning, mistake)))
        super().__init__("\n".join(map(str, self.mistakes)))


@dataclass(frozen=True, slots=True)
class Say:
    """Text, spoken by synthesis, in a language ("zh", "en")."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """A recorded prompt: a name under prompts/<language>/, or a path relative to the site's prompts."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Beep:
    """The tone before a recording."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    ms: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller spoke into a file before, by its path."""

    path: str


Prompt = Say | Play | Beep | Pause | Heard


class AnyName(frozenset[str]):
    """Names that cannot be known, since the file that gives them cannot be read: each name may be one of them."""

    def __contains__(self, name: object) -> bool:
        return True


Asked = Callable[[str], tuple[int | None, str]]
"""A query's number of columns, when the database is there, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a function of the site's own code takes, besides the call."""

    needed: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    any_more: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.needed, *self.optional)


class AnyFunction(dict[str, Parameters]):
    """Functions that cannot be known, since a file of the site's code cannot be read."""

    def __contains__(self, name: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Known:
    """What the rest of the site has, so that a dialplan that names something else is a mistake."""

    languages: tuple[str, ...] = ("zh", "en")
    """Languages that every text must be given in; the first is spoken until a script sets another."""
    extensions: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    studios: frozenset[str] = frozenset()
    trunks: frozenset[str] = frozenset()
    mailboxes: frozenset[str] = frozenset()
    music: frozenset[str] = frozenset()
    prompts: frozenset[str] = frozenset()
    """Recorded or written prompts as "<language>/<name>" (see `ivr.prompts`)."""
    agents: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    """That some agent has."""
    databases: Mapping[str, Asked] = field(default_factory=dict)
    """By name: what answers a query that is only looked at, not carried out."""
    functions: Mapping[str, Parameters] = field(default_factory=dict)
    """The site's own code: file.function."""
    scripts: frozenset[str] = frozenset()
    """Scripts that other files name (a queue's overflow): they must exist, and count as used."""


@dataclass(frozen=True, slots=True)
class DialResult:
    """How a `dial` step ended.

    `status`: answered, busy, no answer, declined, unreachable, unknown number, failed, machine.

    After "answered" the two have talked and the called side hung up first; a caller who hangs up first ends
    the script. "machine": an answering machine took the call, and we hung up.
    """

    status: str
    talked_s: float = 0.0
    answered_by: str = ""
    """human, machine, silence, not_sure, when that was asked for and the talk lasted until it was known."""


@dataclass(frozen=True, slots=True)
class Wants:
    """What a caller wants of a queue beside its own rules."""

    need: str = ""
    """What an agent must be, beside the queue's own need; an expression over skills."""
    agent: str = ""
    """Whom the caller is to be given to, if free."""
    agent_wait_s: float = 0.0
    """How long the caller waits for that agent alone."""
    since: float | None = None
    """In the place of one who has waited since then (`QueueResult.arrived`); None: at the end."""


NOTHING_WANTED = Wants()


@dataclass(frozen=True, slots=True)
class QueueResult:
    """How a `queue` step ended: connected (talked, agent hung up first), timed out, no agents, full, closed, turned
    away, overflow, removed."""

    status: str
    agent: str = ""
    waited_s: float = 0.0
    door: int = -1
    """Turned away, overflow: by which of the queue's conditions."""
    arrived: float | None = None
    """When the wait began, on the port's own clock."""


@dataclass(frozen=True, slots=True)
class RecordResult:
    """A message that the caller spoke. `ended_by`: "key", "silence", "limit", "hangup"."""

    path: str
    seconds: float
    ended_by: str
    digit: str = ""


class CallPort(World, Protocol):
    """One call, as its script sees it. When the caller hangs up, the script's task is cancelled."""

    call_id: str
    caller: str
    caller_name: str
    called: str
    trunk: str
    """Name of the trunk the call came by; empty for a phone."""
    extension: str
    """Extension the call came from; empty for a trunk."""

    def local_now(self) -> datetime:
        """The site's wall clock, with its time zone."""

    async def answer(self) -> None:
        """Answer the caller; nothing if already answered."""

    async def play(self, prompts: Sequence[Prompt], *, stop_on: str = "") -> str | None:
        """Play in order; returns the digit of `stop_on` that cut it short (and takes it from the buffer), or None.

        A digit already waiting in the buffer that is in `stop_on` cuts at once: type-ahead.
        Digits not in `stop_on` stay in the buffer.
        """

    async def digit(self, timeout_s: float) -> str | None:
        """The next digit, from the buffer or as it is keyed; None when none came in time."""

    def forget_digits(self) -> None:
        """Empty the buffer of keyed digits."""

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
        """Wait in a queue and talk to an agent. None leaves the queue's own setting."""

    async def studio(self, name: str, *, role: str, language: str) -> str:
        """Be in a studio's show until the caller leaves it; `role`: caller, expert, or empty: as their phone is listed.

        Returns "left", "full" or "removed": there is no such studio any more.
        """

    async def unserved(self, queue: str, status: str, *, language: str) -> str:
        """Say and do what the queue itself answers to a caller whom it could not serve.

        Returns the script to go on with, or empty: then the step after the `queue` step is next.
        """

    async def dial(
        self, numbers: Sequence[str], *, timeout_s: float, caller_id: str | None, amd: Mapping[str, int] | None = None
    ) -> DialResult:
        """Ring the numbers all at once and talk to the first that answers.

        With `amd` a machine is hung up on; what it has replaces the site's lengths (argument_answer.py).
        A number is an extension, an outside number, or `<number>@<trunk>` to go out by that trunk. An empty list
        is "unknown number".
        """

    async def record(self, *, max_s: float, silence_s: float, finish_on: str, beep: bool) -> RecordResult:
        """Record the caller."""

    def discard(self, path: str) -> None:
        """Take away a file that `record` made in this call."""

    async def greet(self, box: str, *, busy: bool) -> bool:
        """Play the greeting that the mailbox's owner has spoken; False when there is none."""

    async def mailbox(self, box: str, *, language: str) -> bool:
        """Let the caller hear a mailbox, or the one whose number they key; False when they may not."""

    async def conference(self, meeting: RoomRules) -> str:
        """Talk in a room; how that ended: left, kicked, ended, wrong pin, locked, full, no room."""

    def survey_answered(self, survey: str, question: str, answer: str) -> None:
        """Keep an answer, with the agent and queue of this call."""

    async def may_vote(self, poll: str) -> str:
        """Why the caller's number has no vote in a poll, `again` or `no number`; empty when it has one."""

    def vote(self, poll: str, choice: str) -> str:
        """Count the vote of the caller's number: `counted`, or why not. `may_vote` has been asked."""

    def form_answered(self, form: str, question: str, value: str, *, spoken_s: float | None) -> None:
        """Keep an answer of a form: keys, or the path of a file that lasts so long."""

    async def voicemail(self, box: str, *, language: str, max_s: float) -> RecordResult:
        """Beep, then record a message into a mailbox (an extension). The greeting has been played."""

    async def hang_up(self, cause: str) -> None:
        """End the call with a cause by name: normal, busy, declined, unknown number, not allowed."""

    def set_variable(self, name: str, value: str) -> None:
        """Tell the books of a variable the script set."""

    async def recall(self) -> Mapping[str, str]:
        """What is remembered of the caller's number, by name; empty for a caller without one."""

    def remember(self, name: str, value: str) -> None:
        """Keep it of the caller's number, also for later calls; an empty value forgets it."""

    def hide(self, on: bool) -> None:
        """What is keyed from now on is kept nowhere: no recording, no trace; until it is turned off."""

    def entered(self, step: str) -> None:
        """Tell the books where the script is: "<plan>.<label>"; a menu segment begins."""
