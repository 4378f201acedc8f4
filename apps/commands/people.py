"""Agents, queues, phones: who is there, who waits, and changing an agent's state."""

from __future__ import annotations

from collections.abc import Callable

import click

from apps.api import catalogue
from apps.api.params import Break, ByAgent, ByCall, ByQueue, ChangeClaim, Disposition, Extend, Login
from apps.api.types import AgentInfo, QueueInfo
from apps.commands.base import Noun, session
from apps.commands.explained import draw_agent, draw_caller
from apps.commands.screen import clock, say, table
from apps.commands.tables import (
    AGENT_COLUMNS,
    ENGINE_COLUMNS,
    PHONE_COLUMNS,
    QUEUE_COLUMNS,
    TRUNK_COLUMNS,
    WAITING_COLUMNS,
)


@click.group(cls=Noun)
def agents() -> None:
    """Agents: list them, log them in and out, breaks, wrap-up."""


@agents.command("list", examples="zongji agents list\nzongji agents list --queue sales")
@click.option("--queue", default="", help="Only those who serve this queue.")
def list_agents(queue: str) -> None:
    """Agents and what they are doing."""
    result = session().call(catalogue.AGENTS_LIST)
    chosen = type(result)([agent for agent in result.agents if not queue or queue in agent.queues])
    session().show(chosen, lambda: table(AGENT_COLUMNS, chosen.agents, "No agents."))


def told_state(agent: AgentInfo) -> None:
    """Print what an agent is now."""
    draw: Callable[[], None] = lambda: say(  # noqa: E731
        f"{agent.agent} is {agent.presence}"
        + (f" ({agent.reason})" if agent.reason else "")
        + (f", {agent.activity}" if agent.activity != "idle" else "")
        + (f" until {clock(agent.until)}" if agent.until else "")
        + (f", disposition {agent.disposition}" if agent.disposition else "")
        + (f", at {agent.extension}" if agent.extension else "")
        + (", whose phone is not registered" if agent.extension and not agent.reachable else "")
    )
    session().show(agent, draw)


@agents.command("explain", examples="zongji agents explain mei")
@click.argument("agent")
def explain_agent(agent: str) -> None:
    """Why an agent is given no call, and why not each caller who waits."""
    result = session().call(catalogue.AGENTS_EXPLAIN, ByAgent(agent))
    session().show(result, lambda: draw_agent(result))


@agents.command("login", examples="zongji agents login mei\nzongji agents login mei 201")
@click.argument("agent")
@click.argument("extension", default="")
def login(agent: str, extension: str) -> None:
    """Log an agent in at an extension; their own if none is given."""
    told_state(session().call(catalogue.AGENTS_LOGIN, Login(agent, extension)))


@agents.command("logout", examples="zongji agents logout mei")
@click.argument("agent")
def logout(agent: str) -> None:
    """Log an agent out; a running call goes on."""
    told_state(session().call(catalogue.AGENTS_LOGOUT, ByAgent(agent)))


@agents.command("break", examples="zongji agents break mei lunch")
@click.argument("agent")
@click.argument("reason")
def take_break(agent: str, reason: str) -> None:
    """Give an agent a break, with its reason."""
    told_state(session().call(catalogue.AGENTS_BREAK, Break(agent, reason)))


@agents.command("ready", examples="zongji agents ready mei")
@click.argument("agent")
def ready(agent: str) -> None:
    """End an agent's break or wrap-up."""
    told_state(session().call(catalogue.AGENTS_READY, ByAgent(agent)))


@agents.command("extend", examples="zongji agents extend mei\nzongji agents extend mei --by 90")
@click.argument("agent")
@click.option("--by", "seconds", type=click.FloatRange(1, 86400), help="Seconds; else the queue's wrap_up_extend.")
def extend(agent: str, seconds: float | None) -> None:
    """Give an agent who wraps up more time."""
    told_state(session().call(catalogue.AGENTS_EXTEND, Extend(agent, seconds)))


@agents.command("disposition", examples="zongji agents disposition mei 2")
@click.argument("agent")
@click.argument("code")
def disposition(agent: str, code: str) -> None:
    """Note how an agent's talk came out, by a code of the queue."""
    told_state(session().call(catalogue.AGENTS_DISPOSITION, Disposition(agent, code)))


@click.group(cls=Noun)
def queues() -> None:
    """Queues: who waits, who serves, and why a caller waits."""


@queues.command("list", examples="zongji queues list")
def list_queues() -> None:
    """Queues at this moment, and today's count."""
    result = session().call(catalogue.QUEUES_LIST)
    session().show(result, lambda: table(QUEUE_COLUMNS, result.queues, "No queues."))


@queues.command("show", examples="zongji queues show sales")
@click.argument("queue")
def show_queue(queue: str) -> None:
    """One queue: callers in their order, and its agents."""
    result = session().call(catalogue.QUEUES_SHOW, ByQueue(queue))

    def draw() -> None:
        table(QUEUE_COLUMNS, [result], "")
        say()
        table(WAITING_COLUMNS, result.callers, "Nobody waits.")
        say()
        table(AGENT_COLUMNS, result.staff, "No agents.")

    session().show(result, draw)


@queues.command("explain", examples="zongji queues explain 0gx3k2m4npqrt")
@click.argument("call_id", metavar="CALL")
def explain(call_id: str) -> None:
    """Why a caller waits: who is ahead, which agents are passed over, and what was decided before."""
    result = session().call(catalogue.QUEUES_EXPLAIN, ByCall(call_id))
    session().show(result, lambda: draw_caller(result))


def _door(queue: QueueInfo) -> None:
    how = f"{queue.forced} by force" if queue.forced else f"{'open' if queue.open else 'closed'} by its hours"
    session().show(queue, lambda: say(f"{queue.queue} is {how}"))


@queues.command("open", examples="zongji queues open sales")
@click.argument("queue")
def open_queue(queue: str) -> None:
    """Open a queue whatever its hours say, until `queues hours` takes that back."""
    _door(session().call(catalogue.QUEUES_OPEN, ByQueue(queue)))


@queues.command("close", examples="zongji queues close sales")
@click.argument("queue")
def close_queue(queue: str) -> None:
    """Close a queue to new callers, until `queues hours` takes that back; who waits stays."""
    _door(session().call(catalogue.QUEUES_CLOSE, ByQueue(queue)))


@queues.command("hours", examples="zongji queues hours sales")
@click.argument("queue")
def hours_of_queue(queue: str) -> None:
    """Leave it to a queue's hours whether it is open."""
    _door(session().call(catalogue.QUEUES_HOURS, ByQueue(queue)))


@queues.command(
    "change",
    examples="zongji queues change 0gx3k2m4npqrt --priority 50 --agent mei --wait 60",
)
@click.argument("call_id", metavar="CALL")
@click.option("--priority", type=int, help="Instead of the one it has.")
@click.option("--need", help='What an agent must be, as in "billing >= 3"; empty takes it away.')
@click.option("--agent", help="Whom the caller is given to, if free; empty takes it away.")
@click.option("--wait", "wait_s", type=float, default=0.0, help="Seconds to wait for that agent alone.")
def change(call_id: str, priority: int | None, need: str | None, agent: str | None, wait_s: float) -> None:
    """Give a waiting caller another priority, need or agent."""
    result = session().call(catalogue.QUEUES_CHANGE, ChangeClaim(call_id, priority, need, agent, wait_s))
    session().show(result, lambda: draw_caller(result))


@click.group(cls=Noun)
def phones() -> None:
    """Desk phones and where they are registered."""


@phones.command("list", examples="zongji phones list\nzongji phones list --missing")
@click.option("--missing", is_flag=True, help="Only those that are not registered.")
def list_phones(missing: bool) -> None:
    """Extensions, and where each is registered."""
    result = session().call(catalogue.PHONES_LIST)
    chosen = type(result)([phone for phone in result.phones if not (missing and phone.contacts)])
    session().show(chosen, lambda: table(PHONE_COLUMNS, chosen.phones, "No phones."))


@click.group(cls=Noun)
def trunks() -> None:
    """Lines to the outside."""


@trunks.command("list", examples="zongji trunks list")
def list_trunks() -> None:
    """Trunks, and the calls on each."""
    result = session().call(catalogue.TRUNKS_LIST)
    session().show(result, lambda: table(TRUNK_COLUMNS, result.trunks, "No trunks."))


@click.group(cls=Noun)
def engines() -> None:
    """The processes that carry the audio."""


@engines.command("list", examples="zongji engines list")
def list_engines() -> None:
    """Media engines: load, lateness of their 20 ms ticks, memory, what they dropped; --json has the histogram."""
    result = session().call(catalogue.ENGINES_LIST)
    session().show(result, lambda: table(ENGINE_COLUMNS, result.engines, "No engines."))
