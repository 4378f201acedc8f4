"""The dialplan on paper: why a call takes its route, a call walked, the whole drawn. Needs no running switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from apps.commands.base import INVALID, NOT_FOUND, Failure, Noun, leave, ours, session
from apps.commands.screen import note, say
from apps.commands.simulated import show_routing, show_story
from apps.commands.switch import show_mistakes
from ivr.argument import nearest

if TYPE_CHECKING:
    from apps.simulation import Asked
    from apps.whole import Whole

F = TypeVar("F", bound=Callable[..., Any])
AT = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%H:%M")


@click.group(cls=Noun)
def dialplan() -> None:
    """The dialplan on paper: why, simulate, graph."""


def _call_options(command: F) -> F:
    """What makes a call: who calls whom, by what way, when."""
    for option in (
        click.option("--at", default="", metavar="TIME", help="When: '2026-10-01 08:30', 08:30  [default: now]."),
        click.option("--phone", default="", metavar="EXTENSION", help="The call is from this phone."),
        click.option("--trunk", default="", metavar="NAME", help="The call comes by this trunk."),
        click.option("--from", "caller", default="", metavar="NUMBER", help="The caller's number."),
        click.option("--to", "called", required=True, metavar="NUMBER", help="The called number."),
    ):
        command = option(command)
    return command


@dialplan.command(
    "why",
    examples="""
    zongji dialplan why --from 13800138000 --to 4001
    zongji dialplan why --phone 2001 --to 913800138000 --at 22:30
    """,
)
@_call_options
def why_route(called: str, caller: str, trunk: str, phone: str, at: str) -> None:
    """Which route takes a call, and why no other does."""
    whole = _whole()
    asked = _asked(whole, called, caller, trunk, phone, at)
    found = ours("apps.simulation", "routing")(whole, asked)
    session().show(found, lambda: show_routing(asked, found))


@dialplan.command(
    examples="""
    zongji dialplan simulate --from 13800138000 --to 4001 --keys 1
    zongji dialplan simulate --to 4001 --keys '- 9 2' --queue-says 'timed out' --say-text
    zongji dialplan simulate --phone 2001 --to 2002 --dial-says busy --at 22:30
    """,
)
@_call_options
@click.option("--keys", default="", metavar="KEYS", help="What the caller keys: '1', '2001#', '- 1', '1@14.5'.")
@click.option("--remembered", multiple=True, metavar="NAME=TEXT", help="What an earlier call left: {caller.NAME}.")
@click.option("--queue-says", multiple=True, metavar="[QUEUE=]WORD", help="How a queue ends: connected, 'timed out'...")
@click.option("--dial-says", multiple=True, metavar="[NUMBER=]WORD", help="How a dial ends: answered, busy...")
@click.option("--answer", multiple=True, metavar="NAME=ANSWER", help="What a server, database or function answers.")
@click.option("--hangs-up", type=click.FloatRange(0, 86400), metavar="SECONDS", help="When the caller hangs up.")
@click.option("--say-text", is_flag=True, help="Print every text in full, not only its beginning.")
def simulate(
    called: str,
    caller: str,
    trunk: str,
    phone: str,
    at: str,
    keys: str,
    remembered: tuple[str, ...],
    queue_says: tuple[str, ...],
    dial_says: tuple[str, ...],
    answer: tuple[str, ...],
    hangs_up: float | None,
    say_text: bool,
) -> None:
    """Walk a call through the scripts, and tell its story.

    Keys are keyed one after the other, each when a question has been heard out; - lets a question pass, and 1@14.5 is
    keyed 14.5 s after the answer. Queues are connected and dials answered when nothing else is said; said several
    times, it goes in turn. Words of a queue: connected, timed out, no agents, full, removed; of a dial: answered,
    busy, no answer, declined, unreachable, unknown number, failed, machine.
    """
    from dataclasses import replace

    from ivr.simulator import keys as key_texts
    from ivr.simulator import outcomes, world

    whole = _whole()
    asked = _asked(whole, called, caller, trunk, phone, at)
    try:
        asked = replace(
            asked,
            keys=key_texts.parse(keys),
            remembered=dict(_pairs(remembered)),
            queues=outcomes.parse(queue_says, outcomes.QUEUE),
            dials=outcomes.parse(dial_says, outcomes.DIAL),
            answers=world.parse(answer),
        )
    except (key_texts.KeysError, outcomes.OutcomeError, world.AnswerError) as error:
        raise click.UsageError(str(error)) from None
    if hangs_up is not None:
        asked = replace(asked, hangs_up_s=hangs_up)
    walked = ours("apps.simulation", "simulate")(whole, asked)

    def draw() -> None:
        show_routing(asked, walked.routing)
        show_story(walked.story, whole_texts=say_text)

    session().show(walked, draw)


@dialplan.command(examples="zongji dialplan graph --out plan.svg\nzongji dialplan graph hotline --out hotline.svg")
@click.argument("script", default="")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The SVG file to write.")
def graph(script: str, out: Path) -> None:
    """Draw the dialplan, or SCRIPT and all that it leads to, as SVG."""
    from ivr.drawing.cards import TooBig

    plan = _whole().plan
    if script and script not in plan.scripts:
        raise Failure(f"There is no script {script}", NOT_FOUND, nearest(script, plan.scripts))
    try:
        out.write_text(ours("ivr.drawing.svg", "draw")(plan, script), "utf-8")
    except TooBig as error:
        raise Failure(str(error), hint="zongji dialplan graph SCRIPT --out FILE") from None
    except OSError as error:
        raise Failure(f"{out} cannot be written: {error.strerror}") from None
    session().show({"file": str(out)}, lambda: say(f"Drawn: {out}"))


# ---- what is asked ----------------------------------------------------------------------------------------------


def _whole() -> Whole:
    here = session()
    if not here.site.is_dir():
        raise Failure(f"There is no site {here.site}", INVALID, "Make one with: zongji init")
    try:
        found: Whole = ours("apps.whole", "load_whole")(here.site)
    except ours("ivr.words", "Mistakes") as error:
        show_mistakes(ours("apps.config_report", "report")(error.mistakes).mistakes)
        note("A call cannot be walked before this is mended.")
        leave(INVALID)
        raise
    return found


def _asked(whole: Whole, called: str, caller: str, trunk: str, phone: str, at: str) -> Asked:
    from apps.simulation import Asked

    site = whole.site
    if trunk and phone:
        raise click.UsageError("A call is from a phone or comes by a trunk, not both.")
    if not trunk and not phone:
        phone = caller if caller in site.phones else ""
        trunk = "" if phone else next(iter(site.trunks), "")
        if not phone and not trunk:
            raise click.UsageError("The site has no trunk: say --phone EXTENSION.")
    if trunk and trunk not in site.trunks:
        raise Failure(f"There is no trunk {trunk}", NOT_FOUND, f"There are {', '.join(sorted(site.trunks))}.")
    if phone and phone not in site.phones:
        raise Failure(f"There is no phone {phone}", NOT_FOUND, "zongji phones list shows all.")
    if phone and caller not in ("", phone):
        raise click.UsageError(f"A call from phone {phone} has its number: leave out --from.")
    name = site.phones[phone].name if phone else ""
    zone = ZoneInfo(site.switch.time_zone)
    return Asked(called, phone or caller, _moment(at, zone), trunk=trunk, extension=phone, caller_name=name)


def _pairs(texts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(f"{text!r} is not NAME=TEXT")
        yield name.removeprefix("caller."), value


def _moment(text: str, zone: ZoneInfo) -> datetime:
    now = datetime.now(zone)
    if not text:
        return now
    for form in AT:
        try:
            found = datetime.strptime(text, form)
        except ValueError:
            continue
        if form == "%H:%M":
            found = datetime.combine(now.date(), found.time())
        return found.replace(tzinfo=zone)
    raise click.BadParameter(f"{text!r} is no time; write '2026-10-01 08:30' or 08:30", param_hint="--at")
