"""What the tests of the dialplan share: a small site, and plans from text."""

from __future__ import annotations

from textwrap import dedent

from ivr import document, load
from ivr.plan import Plan
from ivr.words import Known

SITE = Known(
    languages=("zh", "en"),
    extensions=frozenset({"2001", "2002"}),
    queues=frozenset({"sales", "service"}),
    studios=frozenset({"health"}),
    trunks=frozenset({"carrier"}),
    mailboxes=frozenset({"2001"}),
    music=frozenset({"default"}),
    prompts=frozenset({"zh/welcome", "en/welcome", "zh/half"}),
)
ENGLISH = Known(languages=("en",), **{name: getattr(SITE, name) for name in
                ("extensions", "queues", "studios", "trunks", "mailboxes", "music", "prompts")})  # fmt: skip


def wrong(text: str, known: Known = SITE) -> list[str]:
    """The mistakes in a dialplan file, warnings apart, as lines "3: what. mend"."""
    return [line for line in _found(text, known) if ": warning: " not in line]


def warned(text: str, known: Known = SITE) -> list[str]:
    """The warnings in a dialplan file, as lines "3: warning: what. mend"; it has no mistakes."""
    found = _found(text, known)
    assert all(": warning: " in line for line in found), found
    return found


def _found(text: str, known: Known) -> list[str]:
    _, found = load.parse([document.parse(dedent(text), "d.yaml")], known)
    return [str(mistake).removeprefix("d.yaml:") for mistake in sorted(set(found))]


def plan(text: str, known: Known = ENGLISH) -> Plan:
    """The plan of a dialplan file that has no mistakes; it may have warnings."""
    made, found = load.parse([document.parse(dedent(text), "d.yaml")], known)
    assert all(mistake.warning for mistake in found), "\n".join(map(str, found))
    return made


def script(steps: str, known: Known = ENGLISH, more: str = "") -> Plan:
    """A plan whose script `main` has these steps (a YAML list) and is reached by every call."""
    body = "".join(f"    {line}\n" for line in dedent(steps).strip().splitlines())
    return plan(f"routes:\n  - do: main\nscripts:\n  main:\n{body}{dedent(more)}", known)
