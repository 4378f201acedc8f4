"""Hearing: who hears whom in a room, as one gain matrix over named members.

Everything a call centre wants of a room is a state of a member, and the states compose in any order:

    talk        everybody hears everybody else at gain 1
    mute        nobody hears the member           deaf     the member hears nobody
    hold        both, and the member hears music  gain     the member is louder or fainter for all
    listen      the member hears all, and nobody hears the member
    whisper     the member hears all, and only those named hear the member
    barge       back to talk

`gain` is the definition of it all, pair by pair; `says`, `hears` and `pairs` say the same in as many numbers as there
are members, which is what the engine is told. A consultation is a hold, a three-way call is its end.

Pure and immutable: each mode returns another hearing. Deliberately absent: how it is mixed (crowd.py, mixer.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from media.words import StreamId

Pair = tuple[StreamId, StreamId]
"""(speaker, listener)."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Hearing:
    """Members and their states. States of those who are no members are kept until they come."""

    members: tuple[StreamId, ...] = ()
    muted: frozenset[StreamId] = frozenset()
    deafened: frozenset[StreamId] = frozenset()
    held: Mapping[StreamId, str] = field(default_factory=dict)
    """Who is on hold, and the class of music they hear."""
    loudness: Mapping[StreamId, float] = field(default_factory=dict)
    """Gain of a member's voice for all, where it is not 1."""
    aside: Mapping[StreamId, frozenset[StreamId]] = field(default_factory=dict)
    """Whose voice only some hear: none of them for a silent listener."""

    # ---- modes ---------------------------------------------------------------------------------------------

    def join(self, *members: StreamId) -> Hearing:
        """They are members too, the new ones last."""
        return replace(self, members=tuple(dict.fromkeys((*self.members, *members))))

    def leave(self, member: StreamId) -> Hearing:
        """They are no member, and all that was said of them is forgotten."""
        return replace(
            self.unmute(member).undeafen(member).resume(member).barge(member).gained(member, 1.0),
            members=tuple(other for other in self.members if other != member),
        )

    def mute(self, *members: StreamId) -> Hearing:
        """Nobody hears them."""
        return replace(self, muted=self.muted | set(members))

    def unmute(self, *members: StreamId) -> Hearing:
        return replace(self, muted=self.muted - set(members))

    def deafen(self, *members: StreamId) -> Hearing:
        """They hear nobody."""
        return replace(self, deafened=self.deafened | set(members))

    def undeafen(self, *members: StreamId) -> Hearing:
        return replace(self, deafened=self.deafened - set(members))

    def hold(self, member: StreamId, music: str = "default") -> Hearing:
        """They hear the music, and nobody hears them; the others go on."""
        return replace(self, held={**self.held, member: music})

    def resume(self, member: StreamId) -> Hearing:
        """Back from hold."""
        return replace(self, held=_without(self.held, member))

    def gained(self, member: StreamId, gain: float) -> Hearing:
        """Their voice is at `gain` (0..4) for all who hear it."""
        rest = _without(self.loudness, member)
        return replace(self, loudness=rest if gain == 1.0 else {**rest, member: gain})

    def listen(self, member: StreamId) -> Hearing:
        """They join, hear all and are heard by nobody."""
        return self.whisper(member)

    def whisper(self, member: StreamId, *to: StreamId) -> Hearing:
        """They join, hear all and are heard by `to` alone."""
        return replace(self.join(member), aside={**self.aside, member: frozenset(to)})

    def barge(self, member: StreamId) -> Hearing:
        """They are heard by all again, like everybody else."""
        return replace(self, aside=_without(self.aside, member))

    # ---- the matrix ----------------------------------------------------------------------------------------

    def gain(self, speaker: StreamId, listener: StreamId) -> float:
        """How loud `listener` hears `speaker`."""
        if speaker == listener or not {speaker, listener} <= set(self.members):
            return 0.0
        if speaker in self.muted or listener in self.deafened or {speaker, listener} & self.held.keys():
            return 0.0
        if speaker in self.aside and listener not in self.aside[speaker]:
            return 0.0
        return self.loudness.get(speaker, 1.0)

    def matrix(self) -> npt.NDArray[np.float64]:
        """(members, members): row speaks, column listens."""
        return np.array([[self.gain(speaker, listener) for listener in self.members] for speaker in self.members])

    # ---- what the engine is told ---------------------------------------------------------------------------

    @property
    def says(self) -> dict[StreamId, float]:
        """Gain of members' voices for all who are not in `pairs`, where it is not 1."""
        found = {member: gain for member, gain in self.loudness.items() if member in self.members}
        nobody = [member for member in self.members if member in self.aside and not self._whispers_to(member)]
        silent = [member for member in self.members if member in self.muted or member in self.held]
        return found | dict.fromkeys((*nobody, *silent), 0.0)

    @property
    def hears(self) -> dict[StreamId, float]:
        """Gain of what members hear, where it is not 1."""
        return {member: 0.0 for member in self.members if member in self.deafened or member in self.held}

    @property
    def pairs(self) -> dict[Pair, float]:
        """Gains that are not `says` times `hears`."""
        found = {}
        for speaker in self.members:
            to = self._whispers_to(speaker)
            if to and speaker not in self.muted and speaker not in self.held:
                found.update({(speaker, other): 0.0 for other in self.members if other != speaker and other not in to})
        return found

    def _whispers_to(self, member: StreamId) -> frozenset[StreamId]:
        return self.aside.get(member, frozenset()) & set(self.members)


def talk(*members: StreamId) -> Hearing:
    """Everybody hears everybody else."""
    return Hearing().join(*members)


def lecture(talkers: Iterable[StreamId], listeners: Iterable[StreamId]) -> Hearing:
    """`talkers` talk, and all hear them."""
    listeners = tuple(listeners)
    return talk(*talkers, *listeners).mute(*listeners)


def consult(here: StreamId, there: StreamId, waiting: StreamId, music: str = "default") -> Hearing:
    """`here` and `there` talk while `waiting` hears music; `resume(waiting)` makes it a three-way call."""
    return talk(here, there, waiting).hold(waiting, music)


def _without(mapping: Mapping[StreamId, _Value], member: StreamId) -> dict[StreamId, _Value]:
    return {name: value for name, value in mapping.items() if name != member}
