"""A meeting: any number of lines in one room, who of them hears whom, how many are let through, and what rings.

Whoever runs it (a conference, a studio) says who hears whom as one `Hearing` over the lines' streams; a line that ends
has left. In a big meeting only the loudest may be let through, and those who speak are known and told
(`meeting.speakers`). Entry and exit tones ring when somebody comes or goes.

    meeting = Meeting(house, "board", loudest=3, entry=ENTRY, leaving=LEAVING)
    meeting.enter(line)
    meeting.change(lambda hearing: hearing.mute(line.stream))

Deliberately absent: who may come in, and who may say so; two who talk (bridge.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from apps.api.events import MeetingSpeakers
from apps.api.types import SpeakerInfo
from media.events import FloorChanged
from media.hearing import Hearing
from media.words import RoomId, Source, StreamId, Tone
from switch.words import LegId

if TYPE_CHECKING:
    from apps.house import House
    from apps.line import Line

_LOW, _HIGH = Tone((660.0,), on_ms=120, level_dbm0=-24.0), Tone((880.0,), on_ms=160, level_dbm0=-24.0)
ENTRY: tuple[Source, ...] = (_LOW, _HIGH)
LEAVING: tuple[Source, ...] = (_HIGH, _LOW)
"""What rings when nothing else is wanted: up when somebody comes, down when somebody goes."""


class Meeting:
    """Begins empty; `house.meetings` has it until it is closed. `speakers` are kept while `watched`."""

    def __init__(
        self,
        house: House,
        name: str,
        *,
        watched: bool = True,
        loudest: int = 0,
        entry: Sequence[Source] = (),
        leaving: Sequence[Source] = (),
    ) -> None:
        self.name = name
        self.room = RoomId(f"meeting {name}")
        self.hearing = Hearing()
        """Who hears whom; the members are in the order in which they came."""
        self.speakers: tuple[SpeakerInfo, ...] = ()
        """Who speaks now, the loudest first."""
        self._house = house
        self._lines: dict[StreamId, Line] = {}
        self._ears: set[StreamId] = set()
        self._watched, self._loudest = watched, loudest
        self._bells = tuple(entry), tuple(leaving)
        house.meetings[self.room] = self

    @property
    def lines(self) -> list[Line]:
        """Who is in it."""
        return list(self._lines.values())

    # ---- who is in it -------------------------------------------------------------------------------------------

    def enter(self, line: Line) -> None:
        """The line hears the others and is heard, as `hearing` has it; again does nothing. It is out when it ends."""
        if line.stream in self._lines or not line.live:
            return
        first = not self._lines
        self._lines[line.stream] = line
        line.watchers.add(lambda _: self.leave(line))
        self.change(lambda hearing: hearing.join(line.stream))
        if first:  # a room that nobody is in has forgotten them
            self._tell_floor()
            self._tell_bells()

    def leave(self, line: Line) -> None:
        """The line is out, and what was said of it is forgotten; one that is not in it is passed over."""
        if self._lines.get(line.stream) is line:
            del self._lines[line.stream]
            self.change(lambda hearing: hearing.leave(line.stream))
            if not self._lines:
                self._now_speak(())

    def overhear(self, ear: StreamId, on: bool) -> None:
        """A stream that is no line's hears all and is heard by nobody, until it is turned off; for what records."""
        if on:
            self._ears.add(ear)
            self._reshape(self.hearing.listen(ear))
        elif ear in self._ears:
            self._ears.discard(ear)
            self._reshape(self.hearing.leave(ear))

    def close(self) -> None:
        """All are out, and the meeting is none any more."""
        for line in self.lines:
            self.leave(line)
        self._house.meetings.pop(self.room, None)

    # ---- how they hear each other -------------------------------------------------------------------------------

    def change(self, change: Callable[[Hearing], Hearing]) -> None:
        """From now on they hear each other as `change` makes it of `hearing`: mute, deafen, hold, whisper, louder ...

        It must neither add members nor take any away.
        """
        now = change(self.hearing)
        if set(now.members) != self._lines.keys() | self._ears:
            raise ValueError(f"{self.room} has other members than it was to hear each other as")
        self._reshape(now)

    def _reshape(self, now: Hearing) -> None:
        self._house.desk.reshape(self.room, self.hearing, now)
        self.hearing = now

    def floor(self, *, watched: bool = True, loudest: int = 0) -> None:
        """Keep `speakers` and tell of them, or no more; with `loudest`, let only so many through (0: all)."""
        self._watched, self._loudest = watched, loudest
        if self._lines:
            self._tell_floor()
        if not watched and not loudest:
            self._now_speak(())

    def bells(self, entry: Sequence[Source] = ENTRY, leaving: Sequence[Source] = LEAVING) -> None:
        """What all hear from now on when somebody comes or goes; empty for nothing."""
        self._bells = tuple(entry), tuple(leaving)
        if self._lines:
            self._tell_bells()

    def announce(self, sources: Sequence[Source], *, duck_db: float = 12.0) -> int:
        """Say something to all, over what they hear; the announcement's number, for `Desk.stop_announce`."""
        return self._house.desk.announce(self.room, sources, duck_db=duck_db)

    # ---- what is told -------------------------------------------------------------------------------------------

    def heard(self, event: FloorChanged) -> None:
        """Others speak than before."""
        found = []
        for stream, level in zip(event.speakers, event.levels_dbm0, strict=True):
            if (line := self._lines.get(stream)) is not None:
                found.append(SpeakerInfo(LegId(stream), line.peer, level))
        self._now_speak(tuple(found))

    def _now_speak(self, speakers: tuple[SpeakerInfo, ...]) -> None:
        changed = {who.leg_id for who in speakers} != {who.leg_id for who in self.speakers}
        self.speakers = speakers
        if changed and self._watched:
            self._house.hub.publish(MeetingSpeakers(self.name, list(speakers)))

    def _tell_floor(self) -> None:
        on = self._watched or self._loudest > 0
        self._house.desk.watch_floor(self.room, on=on, loudest=self._loudest)

    def _tell_bells(self) -> None:
        self._house.desk.doorbell(self.room, *self._bells)
