"""Media: a call's packets, for Wireshark, and who speaks."""

from __future__ import annotations

from pathlib import Path

import click

from apps.api import catalogue
from apps.api.params import Speech, Tap
from apps.commands.base import Noun, Verb, session
from apps.commands.screen import say


@click.group(cls=Noun)
def media() -> None:
    """A call's packets, and who speaks."""


@media.command(
    "tap", examples="zongji media tap 0gx3k2m4npqrs a.pcap\nzongji media tap 0gx3k2m4npqrs a.pcap --seconds 600"
)
@click.argument("call_id", metavar="CALL")
@click.argument("file", metavar="FILE.pcap", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60.0, help="At most so long; it ends with the call.")
def tap(call_id: str, file: Path, seconds: float) -> None:
    """Write a running call's RTP to a file for Wireshark, both ways, while it lasts; SRTP is written decrypted."""
    if file.exists():
        raise click.BadParameter(f"{file} exists already", param_hint="FILE.pcap")
    result = session().call(catalogue.MEDIA_TAP, Tap(call_id, str(file.absolute()), seconds))
    session().show(
        result, lambda: say(f"Copying {', '.join(result.legs)} into {result.file} for {result.seconds:.0f} s")
    )


@media.command(
    "speech",
    cls=Verb,
    examples="""
    zongji media speech 0gx3k2m4npqrs
    zongji events --type call.speech
    zongji media speech 0gx3k2m4npqrs --off
    """,
)
@click.argument("call_id", metavar="CALL")
@click.option("--off", is_flag=True, help="No more.")
def speech(call_id: str, off: bool) -> None:
    """Let the events say who begins and stops to speak in a running call (call.speech)."""
    result = session().call(catalogue.MEDIA_SPEECH, Speech(call_id, not off))
    told = f"{result.call_id}: who speaks is {'' if result.on else 'no longer '}told by events"
    session().show(result, lambda: say(told + (f"; now {', '.join(result.speaking)}" if result.speaking else "")))
