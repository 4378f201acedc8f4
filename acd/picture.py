"""The state tables as a picture in Mermaid's notation, for the docs: drawn from the tables, so never out of date.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from acd.agent import ACTIVITIES, JOINT, PRESENCES
from acd.alert import STATES as ALERT_STATES
from acd.caller import STATES as CALLER_STATES


def state_pictures() -> str:
    """All of the centre's machines, as Markdown."""
    parts = [
        "# States of the call centre",
        "Drawn from the tables by `python -m acd.picture`; a test compares.",
        "## An agent's presence: what the human says",
        _diagram(PRESENCES),
        "## An agent's activity: what the switch sees",
        _diagram(ACTIVITIES),
        "Pairs that cannot stand, and what then happens by itself:",
        _joint(),
        "## A caller",
        _diagram(CALLER_STATES),
        "## An alert",
        _diagram(ALERT_STATES),
    ]
    return "\n\n".join(parts) + "\n"


def _diagram(table: Mapping[Any, Mapping[Any, Any]]) -> str:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {_word(next(iter(table)))}"]
    for state, row in table.items():
        if not row:
            lines.append(f"    {_word(state)} --> [*]")
        lines += [f"    {_word(state)} --> {_word(after)}: {happening.value}" for happening, after in row.items()]
    return "\n".join([*lines, "```"])


def _joint() -> str:
    rows = [f"| {presence.value} | {activity.value} | {then.value} |" for (presence, activity), then in JOINT.items()]
    return "\n".join(["| presence | activity | then |", "|---|---|---|", *rows])


def _word(state: Enum) -> str:
    return state.name.lower()


if __name__ == "__main__":
    import sys

    sys.stdout.write(state_pictures())
