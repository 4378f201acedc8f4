"""The words of a studio: who somebody is to it, and what they are doing there."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    CALLER = "caller"
    EXPERT = "expert"
    HOST = "host"


class Part(Enum):
    """What somebody does in the show."""

    LISTENING = "listening"
    ASKING = "asking"
    """Has asked to speak and stands in the line."""
    SCREENED = "screened"
    """Talks with the host, unheard by anybody else."""
    ON_AIR = "on air"


class Happening(Enum):
    ASKED = "asked"
    WITHDREW = "withdrew"
    SCREEN = "screen"
    AIR = "air"
    BACK = "back"
    """To where they were: the place in the line is kept."""
    DROP = "drop"
    """To the listeners: the place is given up."""


_P, _H = Part, Happening

PARTS: dict[Part, dict[Happening, Part]] = {
    _P.LISTENING: {_H.ASKED: _P.ASKING, _H.AIR: _P.ON_AIR},
    _P.ASKING: {_H.WITHDREW: _P.LISTENING, _H.SCREEN: _P.SCREENED, _H.AIR: _P.ON_AIR, _H.DROP: _P.LISTENING},
    _P.SCREENED: {_H.BACK: _P.ASKING, _H.AIR: _P.ON_AIR, _H.DROP: _P.LISTENING},
    _P.ON_AIR: {_H.BACK: _P.ASKING, _H.DROP: _P.LISTENING},
}
