"""Phones, trunks, agents, queues and who waits in them, as the socket API gives them.

What holds for every record is said in types.py.
Deliberately absent: how any of it is found out.
"""

from __future__ import annotations

from msgspec import Struct

from apps.api.instants import At


class ContactInfo(Struct, frozen=True):
    """One place where an extension is registered."""

    uri: str
    address: str
    """`ip:port` from which it registered."""
    transport: str
    registered_at: At
    expires_at: At
    user_agent: str = ""


class PhoneInfo(Struct, frozen=True):
    """An extension of the site."""

    extension: str
    name: str = ""
    contacts: list[ContactInfo] = []
    calls: int = 0
    agent: str = ""
    """Who is logged in there."""
    srtp: str = "accept"
    """off, accept, optional or required: docs/configuration.md has their meaning."""

    @property
    def registered(self) -> bool:
        return bool(self.contacts)


class TrunkInfo(Struct, frozen=True):
    """A line to the outside."""

    name: str
    host: str
    port: int
    transport: str
    addresses: list[str] = []
    """From where it may call in."""
    calls: int = 0
    max_calls: int | None = None
    caller_id: str = ""
    calls_today: int = 0
    failed_today: int = 0
    srtp: str = "accept"
    """As of a phone."""


class AgentInfo(Struct, frozen=True):
    """An agent, on both axes: what the human says (presence), what the switch sees (activity)."""

    agent: str
    presence: str
    """logged out, available or on break."""
    activity: str
    """idle, reserved, ringing, talking, wrapping up or other call."""
    since: At
    """When presence or activity last changed."""
    queues: list[str] = []
    extension: str = ""
    reachable: bool = False
    reason: str = ""
    call_id: str = ""
    calls_today: int = 0
    until: At | None = None
    """When the wrap-up ends by itself."""
    name: str = ""
    queue: str = ""
    """Whose caller it is that the agent talks with or wraps up after."""
    disposition: str = ""
    """The code given for that talk."""
    disposition_owed: bool = False
    """One is required and was not given: the wrap-up goes on until it is, or until `disposition_within` is over."""
    break_until: At | None = None
    """When the break should end; null without a limit."""
    overdue: bool = False
    """The break is longer than planned."""


class QueueInfo(Struct, frozen=True):
    """A queue at this moment."""

    queue: str
    waiting: int = 0
    longest_wait_ms: int = 0
    ringing: int = 0
    talking: int = 0
    agents: int = 0
    """Logged in and not on break."""
    free: int = 0
    on_break: int = 0
    answered_today: int = 0
    abandoned_today: int = 0
    name: str = ""
    open: bool = True
    """By its opening hours, or by force."""
    forced: str = ""
    """open or closed, when somebody said so; empty: its hours hold."""
    handling_ms: int = 0
    """How long an agent has to do with a call, from the first ring to the end of the wrap-up; a moving average."""
    wait_error_ms: int | None = None
    """How far off the last expected waits were that callers had on joining; null: none was put to the test."""
    wait_bias_ms: int = 0
    """By how much they waited longer than that (below 0: less long)."""


class WaitingCaller(Struct, frozen=True):
    """Somebody in a queue, in the order in which they will be served."""

    call_id: str
    position: int
    number: str
    joined_at: At
    wait_ms: int
    priority: int = 0
    name: str = ""
    language: str = ""
    ringing: str = ""
    """The agents whose phones ring for them, with commas between."""
    last_agent: str = ""
    expected_ms: int | None = None
    """How long they have still to wait; null: nobody is at work."""


class QueueDetail(QueueInfo, frozen=True):
    """A queue with everybody in it."""

    callers: list[WaitingCaller] = []
    staff: list[AgentInfo] = []


class Phones(Struct, frozen=True):
    """Every extension, in order."""

    phones: list[PhoneInfo]


class Trunks(Struct, frozen=True):
    """Every trunk, in order."""

    trunks: list[TrunkInfo]


class Agents(Struct, frozen=True):
    """Every agent, in order."""

    agents: list[AgentInfo]


class Queues(Struct, frozen=True):
    """Every queue, in order."""

    queues: list[QueueInfo]
