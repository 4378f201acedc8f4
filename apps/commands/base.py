"""What every command shares: which site, JSON or tables, one connection, and how a failure ends.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such thing, 4 the switch does not answer, 5 configuration invalid.

Deliberately absent: what is printed (screen.py), the commands.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from msgspec import Struct

from apps.api.catalogue import Signature
from apps.api.client import Client, NotRunning, Unreachable
from apps.api.protocol import ApiError, Code, plain, shown_json

P = TypeVar("P", bound=Struct)
R = TypeVar("R")

FAILED, NOT_FOUND, UNREACHABLE, INVALID = 1, 3, 4, 5
_CODES = {Code.NOT_FOUND: NOT_FOUND, Code.CONFIG_INVALID: INVALID}
SITE = Path("var/site")
SYSTEM_SITE = Path("/etc/zongji")


class Failure(click.ClickException):
    """The command cannot do it: one sentence, perhaps a hint, and an exit code."""

    def __init__(self, message: str, code: int = FAILED, hint: str = "") -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]
        self.hint = hint

    def show(self, file: Any = None) -> None:
        click.echo(f"zongji: {self.message}", err=True)
        if self.hint:
            click.echo(f"        {self.hint}", err=True)


class Session:
    """One run of the command line."""

    def __init__(self) -> None:
        self.json = False
        self.named_site: Path | None = None

    @cached_property
    def site(self) -> Path:
        """The site's directory: --site, else $ZONGJI_SITE, else ./var/site, else /etc/zongji if only that is there."""
        if self.named_site is not None:
            return self.named_site
        if os.environ.get("ZONGJI_SITE"):
            return Path(os.environ["ZONGJI_SITE"])
        return SYSTEM_SITE if SYSTEM_SITE.is_dir() and not SITE.is_dir() else SITE

    @property
    def serve(self) -> str:
        """The command that starts the switch of this site."""
        return "zongji serve" if self.named_site is None else f"zongji serve --site {shlex.quote(str(self.site))}"

    @property
    def socket(self) -> Path:
        """Where the switch of the site answers: run/api.sock, unless paths.socket in switch.yaml says otherwise."""
        usual = self.site / "run" / "api.sock"
        return usual if usual.exists() else _named_socket(self.site) or usual

    @cached_property
    def client(self) -> Client:
        """The connection, made when first asked for. Raises Failure."""
        try:
            return Client(self.socket)
        except NotRunning as error:
            raise Failure(str(error), UNREACHABLE, f"Start it with: {self.serve}") from None
        except Unreachable as error:
            raise Failure(str(error), UNREACHABLE) from None

    def call(self, signature: Signature[P, R], params: P | None = None) -> R:
        """Ask the switch. Raises Failure."""
        try:
            return self.client.call(signature, params)
        except ApiError as error:
            where = f" ({plain(error.data.where)})" if error.code is Code.INVALID_PARAMS and error.data.where else ""
            message = plain(error.message, 500) + where
            raise Failure(message, _CODES.get(error.code, FAILED), plain(error.data.hint, 500)) from None
        except Unreachable as error:
            raise Failure(str(error), UNREACHABLE) from None
        except msgspec.ValidationError:
            raise Failure("The switch answers in another version's form", FAILED, "Use the same zongji.") from None

    def show(self, result: object, draw: Callable[[], None]) -> None:
        """Print a result: as JSON when asked for, else as `draw` does."""
        if self.json:
            click.echo(shown_json(result, indent=2))
        else:
            draw()


def _named_socket(site: Path) -> Path | None:
    """What switch.yaml says of the socket; whatever else is in it may be wrong."""
    from ivr import document

    paths = document.read(site / "switch.yaml").data
    named = paths.get("paths") if isinstance(paths, dict) else None
    socket = named.get("socket") if isinstance(named, dict) else None
    return site / socket if isinstance(socket, str) and socket else None


def session() -> Session:
    """This run's session."""
    return click.get_current_context().ensure_object(Session)


def _site(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        session().named_site = Path(value)


def _json(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        session().json = True


def shared_options() -> list[click.Parameter]:
    """`--site` and `--json`, which may stand before or after a command's name."""
    return [
        click.Option(
            ["--site"],
            metavar="DIR",
            expose_value=False,
            callback=_site,
            help="The site's directory [$ZONGJI_SITE, else ./var/site].",
        ),
        click.Option(["--json"], is_flag=True, expose_value=False, callback=_json, help="Print JSON."),
    ]


class Verb(click.Command):
    """A command with the shared options, and examples that keep their lines."""

    def __init__(self, *args: Any, examples: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += shared_options()
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"  {line.strip()}\n" for line in self.examples.strip().splitlines()))
        super().format_epilog(ctx, formatter)


class Noun(click.Group):
    """A group of commands about one kind of thing."""

    command_class = Verb


Noun.group_class = Noun


def ours(module: str, name: str) -> Any:
    """A function of a part of zongji that is loaded only now. Raises Failure when it is not installed."""
    import importlib

    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        if error.name and error.name.partition(".")[0] not in ("apps", "switch", "media", "acd", "ivr"):
            raise Failure(f"The package {error.name} is not installed", hint="Run: pip install zongji") from None
        raise Failure(f"This zongji has no {module}", hint="Install it whole: pip install zongji") from None
    except AttributeError:
        raise Failure(f"This zongji has no {module}.{name}", hint="Install it whole: pip install zongji") from None


def leave(code: int) -> None:
    """End with this exit code."""
    sys.stdout.flush()
    click.get_current_context().exit(code)
