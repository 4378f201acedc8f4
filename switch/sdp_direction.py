"""Which way audio goes: the far end's direction as its SDP states it, turned round, narrowed (RFC 3264 6.1).

A side that does not want to receive holds: sendonly, inactive, or the old c=0.0.0.0 (RFC 3264 8.4).
"""

from __future__ import annotations

from media.paths import Direction
from switch.sdp_text import Media, Sdp

_TURNED = {
    Direction.SENDRECV: Direction.SENDRECV,
    Direction.SENDONLY: Direction.RECVONLY,
    Direction.RECVONLY: Direction.SENDONLY,
    Direction.INACTIVE: Direction.INACTIVE,
}
_OF_TWO = {
    (True, True): Direction.SENDRECV,
    (True, False): Direction.SENDONLY,
    (False, True): Direction.RECVONLY,
    (False, False): Direction.INACTIVE,
}


def turned(direction: Direction) -> Direction:
    """The far end's direction as ours."""
    return _TURNED[direction]


def narrow(one: Direction, other: Direction) -> Direction:
    """Only what both allow."""
    return _OF_TWO[one.sends and other.sends, one.receives and other.receives]


def direction_of(sdp: Sdp, media: Media) -> Direction:
    """The far end's own direction: the media's attribute, else the session's, else both ways."""
    for attributes in (media.attributes, sdp.attributes):
        for name, value in attributes:
            if value is None and name in ("sendrecv", "sendonly", "recvonly", "inactive"):
                stated = Direction(name)
                break
        else:
            continue
        break
    else:
        stated = Direction.SENDRECV
    # RFC 3264 8.4: "a media stream was placed on hold by setting the connection address to 0.0.0.0".
    if sdp.connection_of(media) == "0.0.0.0":
        return narrow(stated, Direction.SENDONLY)
    return stated
