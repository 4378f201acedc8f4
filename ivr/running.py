"""One script while it runs: its call, its language, its variables, and how long it has gone on.

Verbs get this and nothing else. A script may go on only while somebody is there: the limits below end one that
turns in circles.

Deliberately absent: the order of steps (run.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from urllib.parse import quote

from ivr import speech
from ivr.argument import KEYS
from ivr.expression import Expression
from ivr.expression_value import text_of
from ivr.hours import WEEKDAYS
from ivr.plan import Plan
from ivr.template import Template
from ivr.words import CallPort

STARS = "****"
"""What the books see of a hidden variable: not even its length."""
STEP_LIMIT = 1000
"""Steps of one call, as other menus' users know it."""
SAME_STEP_LIMIT = 10
"""Times that one step may come round while the caller keys nothing and talks to nobody."""


class Running:
    """What a verb may use. Variables are texts; the switch's own are read only."""

    def __init__(self, plan: Plan, port: CallPort, language: str, variables: Mapping[str, str]) -> None:
        self.plan = plan
        self.port = port
        self.language = language if language in plan.languages else plan.languages[0]
        self._set: dict[str, str] = dict(variables)
        self._remembered: Mapping[str, str] = {}
        self._hidden: set[str] = set()
        """Variables that the books must not see."""
        self.steps = 0
        self.visits: dict[str, int] = {}

    @property
    def variables(self) -> Mapping[str, str]:
        """All variables, the switch's own on top."""
        now = self.port.local_now()
        return {
            **self._set,
            **self._remembered,
            "called": self.port.called,
            "caller": self.port.caller,
            "caller_name": self.port.caller_name,
            "trunk": self.port.trunk,
            "extension": self.port.extension,
            "call_id": self.port.call_id,
            "language": self.language,
            "date": now.strftime("%Y-%m-%d"),
            "time": now.strftime("%H:%M"),
            "weekday": WEEKDAYS[now.weekday()],
        }

    def set(self, name: str, value: str, *, hidden: bool = False) -> None:
        """Set a variable; the books see stars when it is hidden."""
        self._set[name] = value
        (self._hidden.add if hidden else self._hidden.discard)(name)
        self.port.set_variable(name, STARS if hidden and value else value)

    def assign(self, name: str, worked: Template | Expression) -> None:
        """Set a variable to what is worked out; what comes of a hidden one is hidden too."""
        self.set(name, self.worked_out(worked), hidden=self.hides(worked))

    def hides(self, worked: Template | Expression) -> bool:
        """Whether a hidden variable goes into it."""
        return not self._hidden.isdisjoint(worked.names)

    def set_aside(self, names: Iterable[str]) -> dict[str, str | None]:
        """What these variables are now; None for those not set. For `restore`."""
        return {name: self._set.get(name) for name in names}

    def restore(self, before: Mapping[str, str | None]) -> None:
        """Variables as they were."""
        for name, value in before.items():
            if value is None:
                self._set.pop(name, None)
            else:
                self._set[name] = value

    @property
    def secrets(self) -> frozenset[str]:
        """What was keyed hidden, and what came of it."""
        return frozenset(value for name in self._hidden if (value := self._set.get(name)))

    async def recall(self) -> None:
        """Have at hand what was remembered of the caller, as {caller.name}."""
        self._remembered = {f"caller.{name}": value for name, value in (await self.port.recall()).items()}

    def remember(self, name: str, value: str) -> None:
        """Keep it of the caller, also for later calls; an empty value forgets it."""
        self._remembered = {**self._remembered, f"caller.{name}": value}
        self.port.remember(name, value)

    def worked_out(self, worked: Template | Expression) -> str:
        """A text with the variables of now, or what an expression comes to, as a text."""
        if isinstance(worked, Template):
            return self.expand(worked)
        return text_of(worked.value(self.variables))

    def holds(self, condition: Expression) -> bool:
        """Whether a condition is true now."""
        return condition.holds(self.variables)

    def speak(self, language: str) -> None:
        """Change the call's language, if the site speaks it."""
        if language in self.plan.languages:
            self.language = language
            self.port.set_variable("language", language)

    def expand(self, template: Template) -> str:
        """A text with the variables of now."""
        return template.expand(self.variables, self.language)

    def address(self, template: Template) -> str:
        """An address with the variables of now, each quoted: it is one part of the address, whatever it holds."""
        return template.expand(self.variables, self.language, partial(quote, safe=""))

    async def say(self, said: speech.Speech, *, stop_on: str = "") -> str | None:
        """Say it; the key of `stop_on` that cut it short, or None."""
        prompts = speech.prompts(said, self.language, self.variables)
        if not prompts:
            return None
        key = await self.port.play(prompts, stop_on=stop_on)
        if key is not None:
            self.acted()
        return key

    async def first_key(self, said: speech.Speech, *, barge_in: bool, timeout_s: float) -> str | None:
        """Say it and wait for a key, also one keyed ahead or into the announcement; None when none comes."""
        if barge_in:
            key = await self.say(said, stop_on=KEYS)
            if key is not None:
                return key
        else:
            await self.say(said)
            # What was keyed while nobody listened is not an answer.
            self.port.forget_digits()
        return await self.key(timeout_s)

    async def key(self, timeout_s: float) -> str | None:
        """The next key; None when none comes in time."""
        key = await self.port.digit(timeout_s)
        if key is not None:
            self.acted()
        return key

    def acted(self) -> None:
        """The caller keyed something, or talked: the script does not turn in circles."""
        self.visits.clear()
