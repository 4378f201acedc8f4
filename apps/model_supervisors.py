"""agents.yaml, `supervisors` and `roles`: who may listen in, speak in and give orders, and to whom."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from apps.fields import Entry, Extension, Name, Text, one_of, one_or_more

ACTS = ("listen", "whisper", "barge", "takeover", "intercept", "release", "move", "state", "note", "studio")
"""All that a role may allow."""
ALL_TEAMS = "all"
ADMIN = "admin"
"""Who acts when the socket API is not told on whose behalf: its file's permissions are all they need."""
BUILT_IN_ROLES = {
    "supervisor": ACTS,
    "coach": ("listen", "whisper", "note"),
    "listener": ("listen", "note"),
}


class SupervisorEntry(Entry):
    """A human who watches over agents; the key is the name used everywhere."""

    name: Text = ""
    """As shown to people; empty: the key."""
    extension: Extension | None = None
    """Whose phone it is that keys the star codes, and that is rung by the command line."""
    role: Name = "supervisor"
    teams: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ()
    """Whose agents; `all` is everybody."""


class RoleEntry(Entry):
    """What those who have the role may do."""

    may: Annotated[tuple[Annotated[str, BeforeValidator(one_of(*ACTS))], ...], BeforeValidator(one_or_more)] = ()
