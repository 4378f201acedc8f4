"""`zongji phone`: a PJSUA2 soft phone without sound hardware, for people, tests and the demonstration.

It registers (or not), answers or dials, plays a WAV or a tone and saves what it hears. On the switch's own machine it
finds its secret in the site, as the other commands find the site. With --control it takes JSON lines on standard input
and tells events as JSON lines; see apps/softphone/orders.py and teller.py.

Exit codes: 0 the dialled call was answered, or the phone was registered (or asked for nothing) until it was ended;
1 it was not; 2 wrong usage.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

import click

from apps.softphone.teller import Teller, take_stdout
from apps.softphone.words import Answering, Settings, answering_of

_PR_SET_PDEATHSIG = 1


@click.command(name="phone", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--server", default="127.0.0.1:5060", show_default=True, help="The switch, as address:port.")
@click.option("--extension", default="phone", show_default=True, help="Own extension; the number it calls from.")
@click.option("--name", default="", help="Display name.")
@click.option("--secret", default="", help="The extension's secret.  [default: the one in the site]")
@click.option("--site", type=click.Path(path_type=Path), help="Where to look for it [$ZONGJI_SITE, else ./var/site].")
@click.option("--transport", type=click.Choice(["udp", "tcp"]), default="udp", show_default=True)
@click.option("--bind", default="", help="Own IP address.  [default: the one that reaches the server]")
@click.option("--local-port", type=click.IntRange(0, 65535), default=0, help="Own SIP port; 0 takes a free one.")
@click.option("--register/--no-register", default=True, help="Without registering it is a caller known by address.")
@click.option("--expires", "expires_s", type=click.IntRange(10, 86400), default=300, show_default=True)
@click.option("--answer", default="never", help="SECONDS of ringing before it answers, never, decline or busy.")
@click.option("--dial", default="", help="Call this number (or sip: address) at once.")
@click.option("--send", "send_wav", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="WAV to play.")
@click.option("--send-tone", "send_tone_hz", type=click.FloatRange(50, 7600), help="Play this tone [Hz].")
@click.option("--save", "save_wav", type=click.Path(path_type=Path), help="Save what it hears ({n}: call number).")
@click.option("--save-sent", "save_sent_wav", type=click.Path(path_type=Path), help="Save what it says.")
@click.option("--hangup-after", "hangup_after_s", type=click.FloatRange(0), help="Seconds of talk.")
@click.option("--digits", default="", help="Keys to press (RFC 4733).")
@click.option(
    "--digits-at", "digits_at_s", type=float, default=1.0, show_default=True, help="Seconds after the answer."
)
@click.option("--codec", "codecs", multiple=True, help="PCMU, PCMA, G722 ...; repeat in order of liking.")
@click.option("--srtp", type=click.Choice(["off", "optional", "required"]), default="off", show_default=True)
@click.option("--hold-by-address", is_flag=True, help="Hold by c=0.0.0.0, as old phones do.")
@click.option("--once", is_flag=True, help="Leave after the first call.")
@click.option("--control", is_flag=True, help="JSON lines in and out.")
@click.option("--json", "as_json", is_flag=True, help="Events as JSON lines.")
@click.option("--log", type=click.Path(path_type=Path), help="PJSIP's own log.")
def phone(
    server: str,
    extension: str,
    secret: str,
    site: Path | None,
    register: bool,
    answer: str,
    codecs: tuple[str, ...],
    control: bool,
    as_json: bool,
    **rest: object,
) -> None:
    """A soft phone: registers, answers or dials, plays and saves sound."""
    host, port = _server(server)
    answering, ring_s = _answering(answer)
    settings = Settings(
        server_host=host,
        server_port=port,
        extension=extension,
        secret=secret or (_secret_in_site(extension, site) if register else ""),
        register=register,
        answering=answering,
        ring_s=ring_s,
        codecs=codecs or Settings().codecs,
        **rest,  # type: ignore[arg-type]
    )
    sys.exit(run(settings, control=control, as_json=as_json or control))


def run(settings: Settings, *, control: bool, as_json: bool) -> int:
    """Run one phone in this process to its end; the exit code. Does not return if PJSIP aborts."""
    if control:
        # Whoever gives the orders started us: without them we must not stay behind.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    teller = Teller(take_stdout(str(settings.log) if settings.log else None), as_json=as_json)
    # Imported only now: PJSIP's library prints when it is loaded, and other commands need not pay for it.
    from pjsua2 import Error

    from apps.softphone.agent import Agent
    from apps.softphone.line import describe
    from apps.softphone.orders import Orders

    agent = Agent(settings, teller, Orders(0) if control else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: agent.leave())
    try:
        agent.run()
    except (Error, OSError) as error:
        teller.tell("error", what=describe(error))
        code = 1
    else:
        wanted = bool(settings.dial) or settings.register
        code = 0 if agent.succeeded or control or not wanted else 1
    # PJSUA2's objects have destructors that must not run after libDestroy, whatever order Python ends in.
    sys.stderr.flush()
    os._exit(code)


def _secret_in_site(extension: str, named: Path | None) -> str:
    """The extension's secret as the site on this machine has it; empty where there is no such site or extension."""
    from apps.commands.base import Session
    from apps.settings import read_site

    session = Session()
    session.named_site = named
    phones = read_site(session.site)[0].phones  # what can be read of it: other mistakes are not the phone's matter
    return phones[extension].secret if extension in phones else ""


def _server(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        return text, 5060
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise click.BadParameter(f"{text!r} is not address:port", param_hint="--server")
    return host, int(port)


def _answering(text: str) -> tuple[Answering, float]:
    try:
        return answering_of(text)
    except ValueError:
        message = f"{text!r} is not seconds, never, decline or busy"
        raise click.BadParameter(message, param_hint="--answer") from None


def main() -> None:
    """`python -m apps.phone`."""
    phone()


if __name__ == "__main__":
    main()
