"""Who is on stage, and what they do with their phones: register, log in by star code, take a break."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from apps.api import catalogue
from apps.api.client import Client
from apps.api.params import Nothing
from apps.api.types import AgentInfo
from apps.demo.story import Broken, Story
from apps.softphone.drive import Phone, PhoneSilent

SERVED_S = 8.0
"""A star code's spoken confirmation is over by then."""


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent of the site, with their phone."""

    name: str
    extension: str
    freq_hz: int
    phone: Phone


def key_code(story: Story, agent: Agent, code: str, meaning: str) -> None:
    """The agent dials a star code and listens to its confirmation. Raises Broken when the phone gets no end."""
    calls = len(agent.phone.told("dialling"))
    agent.phone.dial(code)
    try:
        ended = agent.phone.wait("ended", SERVED_S, call=_number(agent.phone, calls))
    except PhoneSilent:
        agent.phone.order("hangup")
        raise Broken(f"{agent.name} keyed {code} ({meaning}) and the switch did not end that call.") from None
    if not ended["answered"]:
        raise Broken(f"{agent.name} keyed {code} ({meaning}) and was told {ended['code']} {ended['reason']}.")
    story.tell(f"{agent.name} keyed {code} on {agent.extension}: {meaning}")


def agent_info(client: Client, name: str) -> AgentInfo:
    """The agent as the switch sees them. Raises Broken when it knows no such agent."""
    for agent in client.call(catalogue.AGENTS_LIST, Nothing()).agents:
        if agent.agent == name:
            return agent
    raise Broken(f"The switch knows no agent {name}.")


def until(client: Client, name: str, wanted: Callable[[AgentInfo], bool], timeout_s: float = 5.0) -> AgentInfo:
    """Wait for an agent to be so; the last look if it never was."""
    deadline = time.monotonic() + timeout_s
    while True:
        info = agent_info(client, name)
        if wanted(info) or time.monotonic() > deadline:
            return info
        time.sleep(0.05)


def state(info: AgentInfo) -> str:
    """An agent's state in words."""
    words = f"{info.presence}, {info.activity}"
    return f"{words} ({info.reason})" if info.reason and info.presence == "on break" else words


def _number(phone: Phone, calls_before: int) -> int:
    deadline = time.monotonic() + 3
    while len(told := phone.told("dialling")) <= calls_before:
        if time.monotonic() > deadline:
            raise Broken(f"{phone.name} did not dial.")
        time.sleep(0.01)
    return int(told[-1]["call"])
