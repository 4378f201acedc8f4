"""The command line: every command is a client of the socket API; `serve` starts the supervisor."""

from __future__ import annotations

import apps.machine  # noqa: F401 - first: says where zongji cannot run, before anything is missed

# isort: split
import click

from apps.commands.answers import forms, polls, surveys
from apps.commands.base import Noun, Session, shared_options
from apps.commands.books import cdr, recordings
from apps.commands.boxes import mailboxes
from apps.commands.callers import callers
from apps.commands.calls import calls, dial
from apps.commands.dialplan import dialplan
from apps.commands.doctor import doctor
from apps.commands.live import events
from apps.commands.media import media
from apps.commands.people import agents, engines, phones, queues, trunks
from apps.commands.reports import reports
from apps.commands.rooms import conferences
from apps.commands.studio import studio
from apps.commands.supervise import supervise
from apps.commands.switch import check, demo, init, metrics, phone, reload, serve, status, stop
from apps.commands.wallboard import wallboard


class Main(Noun):
    """The top: its commands in the order in which one needs them, grouped."""

    SECTIONS = (
        ("The switch", (init, serve, stop, reload, check, status, metrics, doctor)),
        ("The dialplan", (dialplan,)),
        ("Calls", (calls, dial, conferences, callers, events, media)),
        ("The call centre", (agents, queues, supervise, wallboard, studio)),
        ("Lines", (phones, trunks, engines)),
        ("The books", (cdr, recordings, mailboxes, surveys, polls, forms, reports)),
        ("Trying it out", (phone, demo)),
    )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [command.name or "" for _, commands in self.SECTIONS for command in commands]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.list_commands(ctx)))
        for title, commands in self.SECTIONS:
            with formatter.section(title):
                formatter.write_dl([((c.name or "").ljust(width), c.get_short_help_str(60)) for c in commands])


@click.group(cls=Main, params=shared_options(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zongji")
@click.pass_context
def main(context: click.Context) -> None:
    """Zongji (总机): a softswitch with a call centre inside it.

    Every command but init, serve, check, doctor, dialplan, phone and demo asks the running switch over its socket.
    """
    context.ensure_object(Session)


for _, _commands in Main.SECTIONS:
    for _command in _commands:
        main.add_command(_command)


if __name__ == "__main__":
    main()
