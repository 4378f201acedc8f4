"""Studios: who listens, who asks to speak, and directing the show."""

from __future__ import annotations

import click

from apps.api import catalogue
from apps.api.catalogue import Signature
from apps.api.studio_types import ByStudio, InStudio, StudioDetail
from apps.commands.base import Noun, session
from apps.commands.screen import say, table
from apps.commands.tables import MEMBER_COLUMNS, STUDIO_COLUMNS

CALL = click.argument("call_id", metavar="[CALL]", default="")
BY = click.option("--by", default="", help="Act as this supervisor, with their rights; else as the administrator.")


@click.group(cls=Noun)
def studio() -> None:
    """Hotline studios: who is on air, and who asks to speak."""


@studio.command("list", examples="zongji studio list")
def list_studios() -> None:
    """Studios at this moment."""
    found = session().call(catalogue.STUDIO_LIST)
    session().show(found, lambda: table(STUDIO_COLUMNS, found.studios, "No studios."))


def _show(found: StudioDetail) -> None:
    def draw() -> None:
        table(STUDIO_COLUMNS, [found], "")
        say()
        table(MEMBER_COLUMNS, found.callers, "Nobody is in it.")

    session().show(found, draw)


@studio.command("show", examples="zongji studio show health")
@click.argument("studio")
def show(studio: str) -> None:
    """One studio: on air, then the line, then those who listen."""
    _show(session().call(catalogue.STUDIO_SHOW, ByStudio(studio)))


def _direct(signature: Signature[InStudio, StudioDetail], studio: str, call_id: str, by: str) -> None:
    _show(session().call(signature, InStudio(studio, call_id, by)))


@studio.command("screen", examples="zongji studio screen health\nzongji studio screen health 0gx3k2m4npqrs")
@click.argument("studio")
@CALL
@BY
def screen(studio: str, call_id: str, by: str) -> None:
    """Let the host talk with a caller, unheard; the first in the line if none is named."""
    _direct(catalogue.STUDIO_SCREEN, studio, call_id, by)


@studio.command("air", examples="zongji studio air health")
@click.argument("studio")
@CALL
@BY
def air(studio: str, call_id: str, by: str) -> None:
    """Put a caller on air: who is screened, or the first in the line."""
    _direct(catalogue.STUDIO_AIR, studio, call_id, by)


@studio.command("back", examples="zongji studio back health")
@click.argument("studio")
@CALL
@BY
def back(studio: str, call_id: str, by: str) -> None:
    """Send a caller back to the line, to the place that they had."""
    _direct(catalogue.STUDIO_BACK, studio, call_id, by)


@studio.command("drop", examples="zongji studio drop health")
@click.argument("studio")
@CALL
@BY
def drop(studio: str, call_id: str, by: str) -> None:
    """Send a caller back to those who listen."""
    _direct(catalogue.STUDIO_DROP, studio, call_id, by)
