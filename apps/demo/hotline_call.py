"""One call to the hotline, played from dialling to hanging up. What was heard is judged afterwards.

dial -> greeting -> 1 -> music -> agent's phone rings -> talk -> the caller hangs up
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from apps.api import catalogue
from apps.api.client import Client
from apps.api.params import CallFilter
from apps.api.types import CallInfo
from apps.demo.people import Agent
from apps.demo.stage import CALLER, HOTLINE
from apps.demo.story import Broken, Story
from apps.softphone.drive import Fact, Phone, PhoneSilent

GREETING_S = 3.0
"""How long the caller listens before pressing a key; the key cuts the rest short."""
TALK_S = 4.0
ANSWER_S = 12.0


@dataclass(frozen=True, slots=True)
class Played:
    """The moments of one call, monotonic, and who took part."""

    call_id: str
    agent: Agent
    caller_call: int
    """The caller's phone's own count of its calls."""
    agent_call: int
    answered: float
    pressed: float
    waited_from: float
    """The announcement after the key is over: from here there is music."""
    rang: float
    connected: float
    hung_up: float
    noticed: float
    """When the agent's phone learnt of it."""
    saw: CallInfo | None
    """The call as the switch showed it while the caller waited."""


def play(
    story: Story,
    client: Client,
    caller: Phone,
    agents: Sequence[Agent],
    *,
    listen_s: float = GREETING_S,
    while_waiting: Callable[[CallInfo | None], None] | None = None,
) -> Played:
    """Play it. Raises Broken with what did not happen."""
    marks = {agent.name: agent.phone.mark() for agent in agents}
    mark = caller.mark()
    caller.dial(HOTLINE)
    try:
        dialled = caller.wait("dialling", since=mark)
        answered = caller.wait("answered", since=mark)
    except PhoneSilent:
        raise Broken(_refused(caller, mark)) from None
    story.tell(f"{CALLER} calls {HOTLINE} over the trunk; the switch answers")
    time.sleep(listen_s)
    pressed = caller.order("digits", digits="1")
    story.tell("the caller presses 1")
    saw = _in_queue(client)
    if saw is None:
        raise Broken("The caller pressed 1 and is in no queue.")
    waited_from = time.monotonic()
    if while_waiting:
        while_waiting(saw)
    agent, rang = _rings(agents, marks)
    story.tell(f"{agent.name}'s phone rings")
    try:
        connected = agent.phone.wait("answered", ANSWER_S, since=marks[agent.name] + 1, call=rang["call"])
        time.sleep(TALK_S)
        mark_end = agent.phone.mark()
        hung_up = caller.order("hangup")
        noticed = agent.phone.wait("ended", 5, since=mark_end)
    except PhoneSilent as silent:
        raise Broken(str(silent).splitlines()[-1]) from None
    story.tell("they talk; the caller hangs up")
    return Played(
        call_id=saw.call_id,
        agent=agent,
        caller_call=dialled["call"],
        agent_call=rang["call"],
        answered=answered["now"],
        pressed=pressed,
        waited_from=waited_from,
        rang=rang["now"],
        connected=connected["now"],
        hung_up=hung_up,
        noticed=noticed["now"],
        saw=saw,
    )


def _in_queue(client: Client, timeout_s: float = 12.0) -> CallInfo | None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        for call in client.call(catalogue.CALLS_LIST, CallFilter()).calls:
            if call.caller == CALLER and call.queue:
                return call
        time.sleep(0.05)
    return None


def _rings(agents: Sequence[Agent], marks: dict[str, int]) -> tuple[Agent, Fact]:
    deadline = time.monotonic() + ANSWER_S
    while time.monotonic() < deadline:
        for agent in agents:
            for told in agent.phone.events[marks[agent.name] :]:
                if told["event"] == "incoming":
                    return agent, told
        time.sleep(0.005)
    raise Broken("No agent's phone rang for the waiting caller.")


def _refused(caller: Phone, mark: int) -> str:
    for told in caller.events[mark:]:
        if told["event"] == "ended":
            return f"The switch refused the call to {HOTLINE}: {told['code']} {told['reason']}."
    return f"The call to {HOTLINE} was not answered."
