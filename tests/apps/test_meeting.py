"""A meeting: what the desk is told as members come, change and go, and what the API is told of who speaks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from apps.api.events import MeetingSpeakers
from apps.api.hub import EventHub
from apps.house import House
from apps.line import Line
from apps.meeting import ENTRY, LEAVING, Meeting
from apps.watchers import Watchers
from media.events import FloorChanged, MediaEvent
from media.hearing import Hearing
from media.words import RoomId, Source, StreamId
from switch.events import Ended
from switch.words import Cause, LegId, Party
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer
from tests.stage.spoken import speech

ROOM = RoomId("meeting board")


class Desk:
    """Keeps what it is told of the room."""

    def __init__(self) -> None:
        self.hearing = Hearing()
        self.floor: tuple[bool, int] | None = None
        self.bells: list[tuple[int, int]] = []

    def reshape(self, room: RoomId, before: Hearing, now: Hearing) -> None:
        assert room == ROOM and before == self.hearing
        self.hearing = now
        if not now.members:
            self.floor = None  # as the engines forget it

    def watch_floor(self, room: RoomId, *, on: bool = True, loudest: int = 0) -> None:
        assert self.hearing.members, "there is no such room"
        self.floor = (on, loudest)

    def doorbell(self, room: RoomId, entry: Sequence[Source] = (), leaving: Sequence[Source] = ()) -> None:
        assert self.hearing.members, "there is no such room"
        self.bells.append((len(entry), len(leaving)))


class Seat:
    """As much of a line as a meeting needs."""

    def __init__(self, name: str) -> None:
        self.leg, self.stream, self.peer = LegId(name), StreamId(name), f"phone {name}"
        self.live, self.watchers = True, Watchers()

    def end(self) -> None:
        self.live = False
        self.watchers.tell(Ended(self.leg, Cause.NORMAL, Party.CALLER, 200, "", 0.0))


class Around:
    """As much of a house."""

    def __init__(self, desk: Any) -> None:
        self.desk, self.hub, self.meetings = desk, EventHub(), {}
        self.told: list[list[str]] = []
        self.hub.counted = self._count

    def _count(self, data: object) -> None:
        if isinstance(data, MeetingSpeakers):
            assert data.meeting == "board"
            self.told.append([str(who.leg_id) for who in data.speakers])


def begun(desk: Any = None, **how: Any) -> tuple[Around, Desk, Meeting]:
    around = Around(desk or Desk())
    return around, around.desk, Meeting(cast(House, around), "board", **how)


def seats(meeting: Meeting, *names: str) -> list[Seat]:
    made = [Seat(name) for name in names]
    for seat in made:
        meeting.enter(cast(Line, seat))
    return made


def test_members_come_and_go_and_who_ends_is_out() -> None:
    around, desk, meeting = begun()
    a, b, c = seats(meeting, "201", "202", "203")
    meeting.enter(cast(Line, b))
    assert desk.hearing.members == ("201", "202", "203") and meeting.lines == [a, b, c]
    b.end()
    assert desk.hearing.members == ("201", "203")
    meeting.leave(cast(Line, b))
    meeting.enter(cast(Line, b))  # whose line is over
    assert desk.hearing.members == ("201", "203")
    meeting.close()
    assert desk.hearing.members == () and around.meetings == {}
    c.end()


def test_how_they_hear_each_other_is_one_hearing_and_of_the_members_alone() -> None:
    _, desk, meeting = begun()
    a, b, c = (seat.stream for seat in seats(meeting, "201", "202", "203"))
    meeting.change(lambda hearing: hearing.mute(b).hold(c, "default"))
    assert desk.hearing.gain(b, a) == 0 and desk.hearing.held == {c: "default"}
    meeting.leave(meeting.lines[1])
    (again,) = seats(meeting, "202")
    assert desk.hearing.gain(again.stream, a) == 1, "who comes back is muted no more"
    with pytest.raises(ValueError, match="other members"):
        meeting.change(lambda hearing: hearing.join(StreamId("204")))
    with pytest.raises(ValueError, match="other members"):
        meeting.change(lambda hearing: hearing.leave(a))
    assert set(desk.hearing.members) == {a, c, again.stream}


def test_limit_and_bells_wait_for_the_first_and_are_told_anew_to_a_room_that_was_empty() -> None:
    _, desk, meeting = begun(loudest=3, entry=ENTRY, leaving=LEAVING)
    assert desk.floor is None and desk.bells == []
    a, b = seats(meeting, "201", "202")
    assert desk.floor == (True, 3) and desk.bells == [(2, 2)]
    meeting.floor(loudest=5)
    meeting.bells((), LEAVING)
    assert desk.floor == (True, 5) and desk.bells[-1] == (0, 2)
    a.end()
    b.end()
    assert desk.floor is None
    meeting.floor(watched=False, loudest=2)
    seats(meeting, "203")
    assert desk.floor == (True, 2) and desk.bells[-1] == (0, 2)
    meeting.floor(watched=False)
    assert desk.floor == (False, 0)


def test_who_speaks_is_kept_and_told_when_it_changes() -> None:
    around, _, meeting = begun()
    a, b = seats(meeting, "201", "202")
    meeting.heard(FloorChanged(ROOM, (a.stream, StreamId("~tie")), (-20.0, -30.0)))
    assert [(who.leg_id, who.peer, who.level_dbm0) for who in meeting.speakers] == [("201", "phone 201", -20.0)]
    meeting.heard(FloorChanged(ROOM, (b.stream, a.stream), (-18.0, -25.0)))
    meeting.heard(FloorChanged(ROOM, (a.stream, b.stream), (-18.0, -25.0)))
    meeting.heard(FloorChanged(ROOM, (), ()))
    assert around.told == [["201"], ["202", "201"], []]
    meeting.heard(FloorChanged(ROOM, (a.stream,), (-20.0,)))
    a.end()
    b.end()
    assert around.told[-1] == [] and meeting.speakers == ()
    seats(meeting, "203")
    meeting.floor(watched=False)
    before = len(around.told)
    meeting.heard(FloorChanged(ROOM, (StreamId("203"),), (-20.0,)))
    assert len(around.told) == before


@pytest.mark.whole
async def test_the_loudest_alone_is_let_through_is_told_and_a_bell_rings(tmp_path: Path) -> None:
    said = speech()[:64_000].astype(float)
    async with house(tmp_path) as h:
        around, _, meeting = begun(h.desk, loudest=1, entry=ENTRY, leaving=LEAVING)
        peers = []
        for n, level in enumerate((0.0, 1.0, 0.1)):
            peers.append(peer := await Peer.at())
            address = await h.desk.open(StreamId(f"20{n}"))
            h.desk.set_path(StreamId(f"20{n}"), peer.path())
            peer.speak(address, (np.roll(said, n * 9000) * level).astype("<i2").tobytes())
        made = seats(meeting, "200", "201", "202")

        def told(events: list[MediaEvent]) -> list[FloorChanged]:
            return [event for event in events if isinstance(event, FloorChanged)]

        await asyncio.sleep(2.5)
        for event in told(h.events):
            assert event.room == ROOM
            meeting.heard(event)
        assert ["201"] in around.told
        quiet = float(np.sqrt((peers[1].pcm()[-8000:].astype(float) ** 2).mean()))
        heard = float(np.sqrt((peers[0].pcm()[-8000:].astype(float) ** 2).mean()))
        assert heard > 500 and quiet < heard / 20, (heard, quiet)
        for peer in peers:
            peer.quiet()
        await asyncio.sleep(0.6)
        made[2].end()
        await asyncio.sleep(0.6)
        spectrum = np.abs(np.fft.rfft(peers[0].pcm()[-4800:] * np.hanning(4800)))
        loud = {hz for hz in (440, 660, 880, 1320) if spectrum[round(hz * 0.6)] > spectrum.max() / 4}
        assert loud == {660, 880}
        for peer in peers:
            peer.close()
