"""Calls: those that run, one in full, its SIP ladder, ending it, making one."""

from __future__ import annotations

import click

from apps.api import catalogue
from apps.api.params import ByCall, CallFilter, Dial, TraceOf
from apps.commands.audio import heard, said
from apps.commands.base import Noun, Verb, session
from apps.commands.screen import clock, facts, fits, note, say, span, table
from apps.commands.tables import CALL_COLUMNS, LEG_COLUMNS, MESSAGE_COLUMNS, SEGMENT_COLUMNS


@click.group(cls=Noun)
def calls() -> None:
    """Running calls: list, show, trace, hang up."""


@calls.command("list", examples="zongji calls list\nzongji calls list --queue sales")
@click.option("--queue", default="", help="Only calls in this queue.")
@click.option("--agent", default="", help="Only this agent's.")
@click.option("--extension", default="", help="Only calls from or to this extension.")
def list_calls(queue: str, agent: str, extension: str) -> None:
    """Running calls, oldest first."""
    result = session().call(catalogue.CALLS_LIST, CallFilter(queue, agent, extension))
    session().show(result, lambda: table(CALL_COLUMNS, result.calls, "No calls."))


@calls.command("show", examples="zongji calls show 0gx3k2m4npqrs")
@click.argument("call_id", metavar="CALL")
def show_call(call_id: str) -> None:
    """One call, running or over: who, where, its legs and segments."""
    call = session().call(catalogue.CALLS_SHOW, ByCall(call_id))

    def draw() -> None:
        facts(
            [
                ("call", call.call_id),
                ("state", call.state),
                ("direction", call.direction),
                ("caller", f"{call.caller} {call.caller_name}".strip()),
                ("called", call.called),
                ("trunk", call.trunk),
                ("extension", call.extension),
                ("language", call.language),
                ("began", clock(call.started_at)),
                ("answered", clock(call.answered_at)),
                ("ended", clock(call.ended_at)),
                ("length", span(call.ms)),
                ("queue", call.queue + (f", position {call.position}" if call.position else "")),
                ("agent", call.agent),
                ("step", call.step),
                ("cause", call.cause),
                ("ended by", call.fault),
                ("SIP status", call.sip_status or ""),
                *((f"  {name}", value) for name, value in call.variables.items()),
                *(("recording", path) for path in call.recordings),
            ]
        )
        if call.legs:
            say()
            table(LEG_COLUMNS, call.legs, "")
            for leg in call.legs:
                if leg.stream:
                    facts([(f"  {leg.leg_id} in", heard(leg.stream)), (f"  {leg.leg_id} out", said(leg.stream))])
        if call.segments:
            say()
            table(SEGMENT_COLUMNS, call.segments, "")

    session().show(call, draw)


@calls.command("hangup", examples="zongji calls hangup 0gx3k2m4npqrs")
@click.argument("call_ids", metavar="CALL...", nargs=-1, required=True)
def hang_up(call_ids: tuple[str, ...]) -> None:
    """End running calls."""
    for call_id in call_ids:
        result = session().call(catalogue.CALLS_HANGUP, ByCall(call_id))
        session().show(result, lambda r=result: say(f"Ended {r.call_id}, which was {r.was}."))  # type: ignore[misc]


@calls.command("trace", examples="zongji calls trace 0gx3k2m4npqrs\nzongji calls trace 0gx3k2m4npqrs --full")
@click.argument("call_id", metavar="CALL")
@click.option("--full", is_flag=True, help="Print every message whole, too.")
def trace(call_id: str, full: bool) -> None:
    """The SIP ladder of a call, as long as it is in memory."""
    result = session().call(catalogue.CALLS_TRACE, TraceOf(call_id, bodies=full or session().json))

    def draw() -> None:
        ladder = _lines(result.ladder.rstrip("\n"))
        if fits(ladder):
            say(ladder)
        else:
            table(MESSAGE_COLUMNS, result.messages, "")
            note("(no room for the ladder: widen the window)")
        for message in result.messages if full else ():
            say(f"\n{clock(message.at)} {message.transport} {message.source} > {message.target}")
            say(_lines(message.text.replace("\r\n", "\n").rstrip("\n")))
        if not result.complete:
            note("The oldest messages are no longer in memory.")

    session().show(result, draw)


def _lines(text: str) -> str:
    """Several lines, without control characters."""
    from apps.api.protocol import plain

    return "\n".join(plain(line, 100_000) for line in text.split("\n"))


@click.command(cls=Verb, examples="zongji dial 201 202\nzongji dial 201 13800138000 --timeout 60")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--timeout", "timeout_s", type=click.FloatRange(1, 300), default=30.0, help="Seconds FROM is rung.")
def dial(source: str, target: str, timeout_s: float) -> None:
    """Ring the extension FROM; when it answers, call TO for it."""
    result = session().call(catalogue.DIAL, Dial(source, target, timeout_s))
    session().show(result, lambda: say(f"Ringing {source}: call {result.call_id}"))
