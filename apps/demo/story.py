"""The story as it is told: what happens, and claims with their verdicts.

A claim is a sentence that is true or not; the story is good when all are. Nothing here decides what is true.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import click


class Broken(Exception):
    """The story cannot go on; one sentence. What was told until then stays true."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that should hold. `seen` is what was measured."""

    text: str
    holds: bool
    seen: str


class Story:
    """Prints as it goes, remembers every claim."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.began = time.monotonic()

    def chapter(self, title: str) -> None:
        """A new part."""
        click.echo()
        click.secho(title, bold=True)

    def tell(self, line: str) -> None:
        """Something happened."""
        click.echo(f"  {time.monotonic() - self.began:5.1f} s  {line}")

    def claim(self, text: str, holds: bool, seen: str) -> bool:
        """Say whether something holds, with what was seen; returns it."""
        self.claims.append(Claim(text, holds, seen))
        mark = click.style("yes", fg="green") if holds else click.style(" NO", fg="red", bold=True)
        click.echo(f"     {mark}    {text}: {seen}")
        return holds

    def block(self, text: str, indent: int = 11) -> None:
        """Lines as they are: a ladder, a table."""
        for line in text.rstrip("\n").split("\n"):
            click.echo(" " * indent + line if line else "")

    def table(self, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A small table."""
        cells = [list(head), *([str(cell) for cell in row] for row in rows)]
        widths = [max(_width(row[i]) for row in cells) for i in range(len(head))]
        for row in cells:
            self.block("  ".join(cell + " " * (widths[i] - _width(cell)) for i, cell in enumerate(row)).rstrip())

    def end(self) -> bool:
        """The last line; whether all held."""
        failed = [claim for claim in self.claims if not claim.holds]
        seconds = time.monotonic() - self.began
        self.chapter("All held" if not failed and self.claims else "It did not all hold")
        click.echo(f"  {len(self.claims) - len(failed)} of {len(self.claims)} claims held; {seconds:.1f} s")
        for claim in failed:
            click.secho(f"  NO  {claim.text}: {claim.seen}", fg="red")
        return not failed and bool(self.claims)


def _width(text: str) -> int:
    # A Chinese character takes two columns.
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)
