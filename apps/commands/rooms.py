"""Conference rooms: who is in them, and what a moderator does."""

from __future__ import annotations

import click

from apps.api import catalogue
from apps.api.params import ByRoom, Nothing, RoomMember, RoomMute, RoomTurn
from apps.api.types import ConferenceInfo
from apps.commands.base import Noun, session
from apps.commands.screen import clock, facts, say, table
from apps.commands.tables import CONFERENCE_COLUMNS, CONFERENCE_MEMBER_COLUMNS


@click.group(cls=Noun)
def conferences() -> None:
    """Conference rooms: list, show, mute, kick, lock, record."""


def _show(room: ConferenceInfo) -> None:
    def draw() -> None:
        state = [name for name, on in (("waiting", room.waiting), ("locked", room.locked), ("quiet", room.quiet)) if on]
        facts(
            [
                ("room", room.room),
                ("began", clock(room.began_at)),
                ("state", ", ".join(state) or "open"),
                ("recording", room.recording_id),
            ]
        )
        say()
        table(CONFERENCE_MEMBER_COLUMNS, room.members, "Nobody.")

    session().show(room, draw)


@conferences.command("list", examples="zongji conferences list")
def list_rooms() -> None:
    """Rooms with somebody in them."""
    result = session().call(catalogue.CONFERENCES_LIST, Nothing())
    session().show(result, lambda: table(CONFERENCE_COLUMNS, result.conferences, "No conferences."))


@conferences.command("show", examples="zongji conferences show weekly")
@click.argument("room")
def show_room(room: str) -> None:
    """One room and its members."""
    _show(session().call(catalogue.CONFERENCES_SHOW, ByRoom(room)))


@conferences.command(
    "mute", examples="zongji conferences mute weekly\nzongji conferences mute weekly 0gx3k2m4npqrs --off"
)
@click.argument("room")
@click.argument("call_id", metavar="[CALL]", default="")
@click.option("--off", is_flag=True, help="Let them be heard again.")
def mute(room: str, call_id: str, off: bool) -> None:
    """Let nobody hear a member, or all but the moderators."""
    _show(session().call(catalogue.CONFERENCES_MUTE, RoomMute(room, call_id, not off)))


@conferences.command("kick", examples="zongji conferences kick weekly 0gx3k2m4npqrs")
@click.argument("room")
@click.argument("call_id", metavar="CALL")
def kick(room: str, call_id: str) -> None:
    """Send a member out of the room."""
    _show(session().call(catalogue.CONFERENCES_KICK, RoomMember(room, call_id)))


@conferences.command("lock", examples="zongji conferences lock weekly\nzongji conferences lock weekly --off")
@click.argument("room")
@click.option("--off", is_flag=True, help="Let all in again.")
def lock(room: str, off: bool) -> None:
    """Let nobody in but moderators."""
    _show(session().call(catalogue.CONFERENCES_LOCK, RoomTurn(room, not off)))


@conferences.command("record", examples="zongji conferences record weekly\nzongji conferences record weekly --off")
@click.argument("room")
@click.option("--off", is_flag=True, help="End the recording.")
def record(room: str, off: bool) -> None:
    """Record what is said in the room."""
    _show(session().call(catalogue.CONFERENCES_RECORD, RoomTurn(room, not off)))
