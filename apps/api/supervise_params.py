"""What the socket API is asked about supervision. `by`: on behalf of which supervisor of agents.yaml, whose rights
then count; empty is the administrator, who may do everything.

Deliberately absent: everything else that is asked (params.py).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from apps.api.instants import At
from apps.api.params import Limit, Name, Params, Text


class Watch(Params, frozen=True):
    """Names one of a call, an agent and a queue; none of them: whoever of the supervisor's teams talks."""

    by: Text = ""
    call_id: Text = ""
    agent: Text = ""
    """Their talks, this one and the next ones."""
    queue: Text = ""
    """Its talks, one after the other."""
    extension: Text = ""
    """The phone that is rung for it; empty: the supervisor's own."""


class ByWatcher(Params, frozen=True):
    """Names a supervisor on the line, by themselves or by the phone."""

    by: Text = ""
    extension: Text = ""


class Take(Params, frozen=True):
    """Names a call, and the phone that gets it; empty: where the supervisor is, or their own."""

    call_id: Name
    by: Text = ""
    extension: Text = ""


class OnCall(Params, frozen=True):
    """Names a call."""

    call_id: Name
    by: Text = ""


class Move(Params, frozen=True):
    """Names a waiting call and where it goes: another queue, the first place of its queue, or both."""

    call_id: Name
    by: Text = ""
    queue: Text = ""
    first: bool = False


class AgentState(Params, frozen=True):
    """Names an agent, and what they are to be: `login`, `logout`, `break` or `ready`."""

    agent: Name
    state: Name
    by: Text = ""
    reason: Text = ""
    """Of a break."""
    extension: Text = ""
    """Where they are logged in; empty: at their own."""


class Note(Params, frozen=True):
    """A coach's remark on a call, an agent, or both."""

    text: Annotated[str, Meta(min_length=1, max_length=500)]
    by: Text = ""
    call_id: Text = ""
    agent: Text = ""


class ActFilter(Params, frozen=True):
    """Empty fields match everything. `since` is included, `until` is not."""

    by: Text = ""
    act: Text = ""
    call_id: Text = ""
    agent: Text = ""
    since: At | None = None
    until: At | None = None
    limit: Limit = 100
