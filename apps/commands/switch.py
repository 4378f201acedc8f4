"""The switch as a whole: init, serve, stop, reload, check, status; and the soft phone and the demonstration."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from apps.api import catalogue
from apps.api.params import Stop
from apps.api.protocol import plain
from apps.api.types import AlarmInfo, ConfigReport, MistakeInfo
from apps.commands.base import INVALID, Failure, Verb, leave, ours, session
from apps.commands.screen import Column, clock, counted, facts, note, say, span, table
from apps.commands.tables import ENGINE_COLUMNS


@click.command(
    cls=Verb,
    examples="""
    zongji init
    zongji --site /etc/zongji init
    zongji init --set 'sip.listen=["udp 192.0.2.1:5060"]' --set media.ip=192.0.2.1
    """,
)
@click.option("--set", "pairs", multiple=True, metavar="KEY=YAML", help="Replace a value of switch.yaml.")
def init(pairs: tuple[str, ...]) -> None:
    """Make a site: configuration, random secrets, directories."""
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise click.BadParameter(f"{pair!r} is not KEY=YAML", param_hint="--set")
        settings[key] = value
    here = session()
    create_site, wrong = ours("apps.site", "create_site"), ours("apps.site", "SiteError")
    try:
        create_site(here.site, settings=settings)
    except wrong as error:
        raise Failure(str(error)) from None
    if here.json:
        say(f'{{"site": "{here.site.absolute()}"}}')
        return
    say(f"Made the site {here.site.absolute()}")
    say(f"  phones and their secrets   {here.site / 'phones.yaml'}")
    say(f"  agents and their PINs      {here.site / 'agents.yaml'}")
    say(f"  what callers hear          {here.site / 'dialplan'}")
    say(f"Start it with: {here.serve}")


@click.command(cls=Verb, examples="zongji serve\nzongji serve --demo")
@click.option("--demo", "with_demo", is_flag=True, help="Make the demonstration call as soon as all is up.")
@click.option("--log", type=click.Path(dir_okay=False, path_type=Path), help="Write the log there, not to stderr.")
def serve(with_demo: bool, log: Path | None) -> None:
    """Run the switch in the foreground. Ctrl-C or `zongji stop` ends it."""
    here = session()
    if not here.site.is_dir():
        raise Failure(f"There is no site {here.site}", INVALID, "Make one with: zongji init")
    leave(int(ours("apps.serve", "main")(here.site, demo=with_demo, log=log)))


@click.command(cls=Verb, examples="zongji stop\nzongji stop --grace 300")
@click.option(
    "--grace", "grace_s", type=click.FloatRange(0, 86400), help="Seconds for calls to end  [default: limits.drain]."
)
def stop(grace_s: float | None) -> None:
    """Take no new calls, let the running ones end, then stop."""
    result = session().call(catalogue.SWITCH_STOP, Stop(grace_s))
    session().show(
        result, lambda: say(f"Stopping; {counted(result.calls, 'call')} may run on for {result.grace_s:.0f} s.")
    )


@click.command(cls=Verb, examples="zongji reload\nzongji reload --dry-run")
@click.option("--dry-run", is_flag=True, help="Tell what would be different, and take nothing.")
def reload(dry_run: bool) -> None:
    """Take the changed configuration; no call is touched.

    Prints what is different. With a mistake in it the old one stays. New calls
    meet the new one at once; running calls end on the one they began with.
    """
    if dry_run:
        _report(session().call(catalogue.CONFIG_CHECK), "It can be taken; nothing was.")
    else:
        _report(session().call(catalogue.CONFIG_RELOAD), "Reloaded.")


@click.command(cls=Verb, examples="zongji check\nzongji --site /etc/zongji check")
def check() -> None:
    """Check the configuration: every file, every mistake.

    Needs no running switch.
    """
    mistakes_of = ours("ivr.words", "Mistakes")
    load_whole = ours("apps.whole", "load_whole")
    here = session()
    if not here.site.is_dir():
        raise Failure(f"There is no site {here.site}", INVALID, "Make one with: zongji init")
    report = ours("apps.config_report", "report")
    try:
        found = load_whole(here.site).warnings
    except mistakes_of as error:
        found = error.mistakes
    _report(report(found), f"The configuration in {here.site} is right.")


def show_mistakes(mistakes: Sequence[MistakeInfo]) -> None:
    """Mistakes and warnings, one a line, each with how to mend it."""
    for mistake in mistakes:
        mend = f" {mistake.mend}" if mistake.mend else ""
        say(f"{mistake.file}:{mistake.line}: {'warning: ' if mistake.warning else ''}{mistake.what}.{mend}")


def _report(report: ConfigReport, good: str) -> None:
    def draw() -> None:
        show_mistakes(report.mistakes)
        if report.ok:
            say(good)
            for change in report.changes:
                say(f"  {plain(change, 1000)}")
            if not report.changes and report.applied:
                note("(nothing is different)")
        else:
            wrong = sum(not mistake.warning for mistake in report.mistakes)
            note(f"{counted(wrong, 'mistake')}; nothing was changed.")

    session().show(report, draw)
    if not report.ok:
        leave(INVALID)


@click.command(cls=Verb, examples="zongji status\nzongji status --json | jq .calls")
def status() -> None:
    """The switch at a glance, with its alarms."""
    it = session().call(catalogue.STATUS_GET)

    def draw() -> None:
        import time

        facts(
            [
                ("switch", it.state),
                ("version", it.version),
                ("site", it.site),
                ("running", f"{span((time.time() - it.started_at.timestamp()) * 1000)} since {clock(it.started_at)}"),
                ("process", it.pid or ""),
                ("listening", ", ".join(it.listening)),
                ("configuration", f"of {clock(it.config_loaded_at)}" if it.config_loaded_at else ""),
                ("calls", f"{it.calls} now, {it.waiting} waiting in queues, {it.calls_today} today"),
                ("agents", f"{it.agents_logged_in} of {it.agents} logged in"),
                ("phones", f"{it.phones_registered} of {it.phones} registered"),
                ("trunks", it.trunks),
            ]
        )
        if it.engines:
            say()
            table(ENGINE_COLUMNS, it.engines, "")
        if it.alarms:
            say()
            alarms: list[Column[AlarmInfo]] = [
                Column("ALARM", lambda alarm: alarm.what),
                Column("SINCE", lambda alarm: clock(alarm.since), 7),
                Column("WHERE", lambda alarm: alarm.where, 6),
                Column("MEND", lambda alarm: alarm.hint, 5),
            ]
            table(alarms, it.alarms, "")

    session().show(it, draw)


@click.command(cls=Verb, examples="zongji metrics\nzongji metrics | grep zongji_rtp")
def metrics() -> None:
    """The switch in figures, as Prometheus reads them."""
    it = session().call(catalogue.METRICS_GET)
    session().show(it, lambda: click.echo(it.text, nl=False))


def _passed_on(name: str, module: str, summary: str) -> click.Command:
    """A command that hands its arguments to another part's `main`, which reads them as its own command line."""

    @click.command(
        name=name,
        help=summary,
        short_help=summary,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        main, site = ours(module, "main"), session().named_site
        sys.argv = [f"zongji {name}", *(("--site", str(site)) if site else ()), *arguments]
        leave(int(main() or 0))

    return command


phone = _passed_on("phone", "apps.phone", "A soft phone that registers, answers or dials.")
demo = _passed_on("demo", "apps.demo", "Prove a switch of its own with three phones and two calls.")
