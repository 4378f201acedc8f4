"""Supervision: on the line with agents, taking and moving calls, notes, and who did what."""

from __future__ import annotations

from datetime import datetime

import click

from apps.api import catalogue
from apps.api.catalogue import Signature
from apps.api.supervise_params import ActFilter, AgentState, ByWatcher, Move, Note, OnCall, Take, Watch
from apps.api.supervise_types import WatchInfo
from apps.api.types import CallInfo
from apps.commands.base import Noun, session
from apps.commands.people import told_state
from apps.commands.screen import say, table
from apps.commands.tables import ACT_COLUMNS, WATCH_COLUMNS
from apps.commands.when import WHEN

BY = click.option("--by", default="", help="Act as this supervisor, with their rights; else as the administrator.")
PHONE = click.option("--phone", "extension", default="", help="The phone to ring, if not the supervisor's own.")
CALL = click.option("--call", "call_id", default="", help="This call.")


@click.group(cls=Noun)
def supervise() -> None:
    """Supervisors: listen, whisper, barge, take, move, note."""


def _watch(signature: Signature[Watch, WatchInfo], asked: Watch) -> None:
    found = session().call(signature, asked)
    where = f"ringing {found.extension}" if found.state == "ringing" else f"at {found.extension}, {found.state}"
    session().show(found, lambda: say(f"{found.by} follows {found.follows} to {found.mode}: {where}"))


@supervise.command(
    "listen",
    examples="""
    zongji supervise listen mei --by lin
    zongji supervise listen --queue sales --by lin
    zongji supervise listen --call 0gx3k2m4npqrs --phone 2004
    """,
)
@click.argument("agent", default="")
@CALL
@click.option("--queue", default="", help="This queue's calls, one after the other.")
@BY
@PHONE
def listen(agent: str, call_id: str, queue: str, by: str, extension: str) -> None:
    """Hear an agent's calls, a queue's, one call, or those of all one's teams."""
    _watch(catalogue.SUPERVISE_LISTEN, Watch(by, call_id, agent, queue, extension))


@supervise.command("whisper", examples="zongji supervise whisper mei --by lin")
@click.argument("agent", default="")
@CALL
@click.option("--queue", default="", help="This queue's calls, one after the other.")
@BY
@PHONE
def whisper(agent: str, call_id: str, queue: str, by: str, extension: str) -> None:
    """The same, and be heard by the agent; who is on the line already is put into this mode."""
    _watch(catalogue.SUPERVISE_WHISPER, Watch(by, call_id, agent, queue, extension))


@supervise.command("barge", examples="zongji supervise barge mei --by lin\nzongji supervise barge --by lin")
@click.argument("agent", default="")
@CALL
@click.option("--queue", default="", help="This queue's calls, one after the other.")
@BY
@PHONE
def barge(agent: str, call_id: str, queue: str, by: str, extension: str) -> None:
    """The same, and be heard by both."""
    _watch(catalogue.SUPERVISE_BARGE, Watch(by, call_id, agent, queue, extension))


@supervise.command("stop", examples="zongji supervise stop --by lin")
@BY
@click.option("--phone", "extension", default="", help="Who is on the line at this phone.")
def stop(by: str, extension: str) -> None:
    """Hang up a supervisor who is on the line."""
    left = session().call(catalogue.SUPERVISE_STOP, ByWatcher(by, extension))
    session().show(left, lambda: say(f"{by or extension or 'admin'} is off the line."))


@supervise.command("list", examples="zongji supervise list")
def list_watches() -> None:
    """Supervisors on the line."""
    found = session().call(catalogue.SUPERVISE_LIST)
    session().show(found, lambda: table(WATCH_COLUMNS, found.watches, "No supervisor is on the line."))


def _told(call: CallInfo, what: str) -> None:
    session().show(call, lambda: say(f"{what} {call.call_id} of {call.caller}"))


@supervise.command("takeover", examples="zongji supervise takeover 0gx3k2m4npqrs --by lin")
@click.argument("call_id", metavar="CALL")
@BY
@PHONE
def takeover(call_id: str, by: str, extension: str) -> None:
    """Take a talk from its agent, who is hung up."""
    _told(session().call(catalogue.SUPERVISE_TAKEOVER, Take(call_id, by, extension)), "Taking over")


@supervise.command("intercept", examples="zongji supervise intercept 0gx3k2m4npqrs --by lin")
@click.argument("call_id", metavar="CALL")
@BY
@PHONE
def intercept(call_id: str, by: str, extension: str) -> None:
    """Take a call that rings, waits, or hears a menu."""
    _told(session().call(catalogue.SUPERVISE_INTERCEPT, Take(call_id, by, extension)), "Intercepting")


@supervise.command("release", examples="zongji supervise release 0gx3k2m4npqrs --by lin")
@click.argument("call_id", metavar="CALL")
@BY
def release(call_id: str, by: str) -> None:
    """End a call for both sides."""
    ended = session().call(catalogue.SUPERVISE_RELEASE, OnCall(call_id, by))
    session().show(ended, lambda: say(f"Released {ended.call_id}, which was {ended.was}."))


@supervise.command(
    "move",
    examples="""
    zongji supervise move 0gx3k2m4npqrs --first --by lin
    zongji supervise move 0gx3k2m4npqrs --queue service --by lin
    """,
)
@click.argument("call_id", metavar="CALL")
@click.option("--queue", default="", help="To this queue; time waited so far counts there.")
@click.option("--first", is_flag=True, help="Before all others.")
@BY
def move(call_id: str, queue: str, first: bool, by: str) -> None:
    """Move a waiting caller to another queue, or up."""
    _told(session().call(catalogue.SUPERVISE_MOVE, Move(call_id, by, queue, first)), "Moved")


@supervise.command("state", examples="zongji supervise state mei break --reason coaching --by lin")
@click.argument("agent")
@click.argument("state", type=click.Choice(["login", "logout", "break", "ready"]))
@click.option("--reason", default="", help="Of a break.")
@click.option("--at", "extension", default="", help="Log them in at this extension, if not their own.")
@BY
def state(agent: str, state: str, reason: str, extension: str, by: str) -> None:
    """Change an agent's state for them."""
    told_state(session().call(catalogue.SUPERVISE_STATE, AgentState(agent, state, by, reason, extension)))


@supervise.command("note", examples='zongji supervise note "Very patient." --agent mei --by lin')
@click.argument("text")
@CALL
@click.option("--agent", default="", help="This agent.")
@BY
def note(text: str, call_id: str, agent: str, by: str) -> None:
    """Write a remark on a call or an agent into the books."""
    noted = session().call(catalogue.SUPERVISE_NOTE, Note(text, by, call_id, agent))
    session().show(noted, lambda: say(f"Noted on {noted.call_id or noted.agent}."))


@supervise.command("log", examples="zongji supervise log --since today\nzongji supervise log --act note --agent mei")
@click.option("--by", default="", help="Only of this supervisor.")
@click.option("--act", default="", help="Only this: listen, whisper, barge, takeover, release, note ...")
@CALL
@click.option("--agent", default="", help="Only about this agent.")
@click.option("--since", type=WHEN, help="From then on.")
@click.option("--until", type=WHEN, help="Before then.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def log(
    by: str, act: str, call_id: str, agent: str, since: datetime | None, until: datetime | None, limit: int
) -> None:
    """What supervisors did, newest first; refused acts too."""
    found = session().call(catalogue.SUPERVISE_LOG, ActFilter(by, act, call_id, agent, since, until, limit))
    session().show(found, lambda: table(ACT_COLUMNS, found.acts, "Nothing."))
