"""What goes over an engine's socket: orders with their number, answers, events.

Every message is one msgpack array. A request carries a number; nought asks for no answer. An answer is
[number, error, result]; an event is [0, name, fields]. Deliberately absent: framing (wire.py).
"""

from __future__ import annotations

from typing import Any

import msgspec

from media.orders import (
    Announce,
    Bridge,
    Close,
    Doorbell,
    Hear,
    Hello,
    HideKeys,
    Join,
    Music,
    Open,
    Play,
    Press,
    Record,
    RecordAway,
    RecordRight,
    RecordSilence,
    RecordStop,
    Report,
    SetMusic,
    SetPath,
    State,
    Steer,
    StopAnnounce,
    StopPlay,
    Tap,
    Tie,
    Unbridge,
    Untie,
    WatchAnswer,
    WatchFloor,
    WatchProgress,
    WatchSpeech,
    WatchTones,
)

DeskOrder = (
    Open
    | SetPath
    | Close
    | Report
    | Play
    | StopPlay
    | Steer
    | Music
    | SetMusic
    | Bridge
    | Hear
    | Join
    | Announce
    | StopAnnounce
    | Doorbell
    | Unbridge
    | Tie
    | Untie
    | Record
    | RecordRight
    | RecordStop
    | RecordSilence
    | RecordAway
    | Press
    | WatchSpeech
    | HideKeys
    | Tap
    | WatchTones
    | WatchProgress
    | WatchFloor
    | WatchAnswer
    | Hello
    | State
)


class Request(msgspec.Struct, array_like=True, frozen=True):
    """An order with its number."""

    number: int
    order: DeskOrder


class Reply(msgspec.Struct, array_like=True, frozen=True):
    """Answer to `number`, or an event when it is nought: then `error` is the event's name."""

    number: int
    error: str
    result: Any = None


class Load(msgspec.Struct, frozen=True):
    """What an engine tells every second, as an event of that name: see placing.py."""

    streams: int = 0
    busy: float = 0.0
    late_ms: float = 0.0
