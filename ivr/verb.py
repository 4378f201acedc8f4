"""What every verb of a script is: its arguments, how it runs, and how it can end.

A verb is a frozen dataclass in ivr/steps; each field is an argument with its kind, default and meaning. `run` reads
top to bottom and is cancelled when the caller hangs up.

Deliberately absent: the verbs (steps/), reading them from YAML (read.py), the loop that runs them (run.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from ivr.argument import Kind, Reading
    from ivr.document import Place, Value
    from ivr.running import Running


@dataclass(frozen=True, slots=True)
class Onward:
    """Go on with the next step."""

    why: str = ""
    """In words, for who watches the script; here and below."""


@dataclass(frozen=True, slots=True)
class Into:
    """Run these steps, then go on with the next one."""

    block: Block
    why: str = ""


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at a script or label."""

    target: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """Run another script and come back here."""

    target: str
    into: str
    """The variable that gets what it returns."""
    before: Mapping[str, str | None]
    """Variables to be restored then: `Running.set_aside`."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """Go back to the script that called this one."""

    value: str
    hidden: bool = False
    """Whether the books must not see it."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """Run the menu or gather around this step once more."""


@dataclass(frozen=True, slots=True)
class End:
    """Hang up with a cause by name; `why` goes into the books."""

    cause: str
    why: str


Outcome = Onward | Into | Jump | Inside | Back | Again | End


@dataclass(frozen=True, kw_only=True)
class Verb(ABC):
    """One step's arguments and what it does. The first line of a verb's docstring is its line in the manual."""

    verb: ClassVar[str] = ""
    short: ClassVar[str] = ""
    """The argument that is meant when only a value is given."""
    waits: ClassVar[bool] = False
    """Waits for the caller or for somebody else: a loop through it is no mistake."""
    loops: ClassVar[bool] = False
    """`repeat` in a branch comes back to it."""
    back: ClassVar[bool] = False
    """Goes back to the script that called this one."""
    again: ClassVar[bool] = False
    """Is `repeat` itself."""
    last_word: ClassVar[bool] = False
    """Tells the caller something, or takes their word: a script may end after it."""
    sets: ClassVar[tuple[str, ...]] = ()
    """Variables that it leaves behind, besides those that its arguments name."""

    @abstractmethod
    async def run(self, call: Running) -> Outcome:
        """Do it for one call."""

    def falls(self) -> bool:
        """Whether the next step can follow directly, not by way of a branch."""
        return True

    def ends(self) -> bool:
        """Whether it can end the call by itself."""
        return False

    @classmethod
    def given(cls, value: Value) -> dict[str, Value]:
        """The arguments that a YAML value gives: a mapping of them, or the short one alone."""
        if isinstance(value, dict):
            return value
        return {cls.short: value} if cls.short else {}

    def check(self, reading: Reading, place: Place) -> None:  # noqa: B027
        """Note what is wrong with the arguments together. Nothing, for most verbs."""

    def branches(self) -> Iterator[tuple[str, Block]]:
        """Every branch with its name."""
        for argument in fields(self):
            value = getattr(self, argument.name)
            kind = argument.metadata["kind"]
            if value is not None and kind.holds_branches:
                yield from kind.branches(argument.name, value)

    def targets(self) -> Iterator[str]:
        """Scripts and labels that it goes on at; one whose next step can follow comes back from there."""
        for argument in fields(self):
            value = getattr(self, argument.name)
            if value is not None:
                yield from argument.metadata["kind"].targets(value)


@dataclass(frozen=True, slots=True)
class Step:
    """One verb at its place."""

    name: str
    """As the books show it: `hotline.2-menu`, `hotline.2-menu/1`, or `hotline.<label>`."""
    verb: Verb
    file: str
    line: int


Block = tuple[Step, ...]


def argument(kind: Kind, default: Any = MISSING, doc: str = "") -> Any:
    """A field of a verb. Without a default it must be given."""
    metadata = {"kind": kind, "doc": doc}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)
