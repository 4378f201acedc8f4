"""What the desk tells an engine to do. The disk process has orders of its own (disk_orders.py).

An order is one msgpack array whose first item is its name. Times are wall-clock free: nothing here carries a clock.
Deliberately absent: how orders travel (messages.py), what words become of the fields (wording.py).
"""

from __future__ import annotations

import msgspec

from media.answer import AnswerParameters


class Order(msgspec.Struct, array_like=True, tag=True, frozen=True):
    """Base of all orders: [name, fields...]."""


class Open(Order, frozen=True):
    stream: str


class Keys(msgspec.Struct, array_like=True, frozen=True):
    """SRTP of a path. Its `repr` has no key."""

    suite: str
    send_key: bytes
    receive_key: bytes

    def __repr__(self) -> str:
        return f"Keys({self.suite!r})"


class SetPath(Order, frozen=True):
    stream: str
    remote_ip: str
    remote_port: int
    codec: str
    payload_type: int
    dtmf_payload_type: int | None
    ptime_ms: int
    direction: str
    remote_rtcp_port: int
    rtcp_mux: bool = False
    srtp: Keys | None = None
    signalling_ip: str = ""


class Close(Order, frozen=True):
    stream: str


class Report(Order, frozen=True):
    stream: str


class Sounds(msgspec.Struct, array_like=True, frozen=True):
    """One source: a file when `path` is set, a tone when there are frequencies, else silence of `on_ms`."""

    path: str = ""
    freqs_hz: tuple[float, ...] = ()
    on_ms: int = 0
    off_ms: int = 0
    repeat: int = 1
    level_dbm0: float = -10.0
    follow: bool = False


class Play(Order, frozen=True):
    stream: str
    play: int
    sources: list[Sounds]
    loop: bool
    start_ms: int = 0
    stop_on: str = ""
    """Digits of the listener's that end it, in the tick in which they are heard."""


class Steer(Order, frozen=True):
    """What plays on a stream: "pause", "resume", "seek" to ms, "skip" by ms, "speed"."""

    stream: str
    verb: str
    value: float = 0.0


class StopPlay(Order, frozen=True):
    stream: str


class Music(Order, frozen=True):
    stream: str
    name: str | None


class SetMusic(Order, frozen=True):
    classes: dict[str, list[str]]


class Bridge(Order, frozen=True):
    room: str
    streams: list[str]


class Hear(Order, frozen=True):
    room: str
    gains: list[tuple[str, str, float]]
    says: dict[str, float] = {}
    hears: dict[str, float] = {}


class Join(Order, frozen=True):
    room: str
    stream: str


class Announce(Order, frozen=True):
    """Over what is heard anyway, in the room or on the stream of that name."""

    number: int
    room: str
    stream: str
    sources: list[Sounds]
    duck_db: float
    loop: bool


class StopAnnounce(Order, frozen=True):
    number: int


class Doorbell(Order, frozen=True):
    """What a room hears when somebody comes, and when somebody goes."""

    room: str
    entry: list[Sounds]
    exit: list[Sounds]


class Unbridge(Order, frozen=True):
    stream: str


class Tie(Order, frozen=True):
    """One end of a tie: its own socket's file and the far end's.

    With `of` it carries that stream alone: out of the end that `sends`, into the other one.
    """

    name: str
    here: str
    there: str
    sends: bool = True
    of: str = ""


class Untie(Order, frozen=True):
    name: str


class Record(Order, frozen=True):
    recording: str
    path: str
    left: str
    right: str | None
    channels: int
    form: str = "wav"
    mix: bool = False
    trim_s: float = 0.0


class RecordSilence(Order, frozen=True):
    """Silence on these sides from now on, audio on the others."""

    recording: str
    left: bool
    right: bool
    what: str


class RecordAway(Order, frozen=True):
    """Nothing is recorded while away, and the file does not grow."""

    recording: str
    away: bool


class RecordRight(Order, frozen=True):
    recording: str
    right: str | None


class RecordStop(Order, frozen=True):
    recording: str


class Press(Order, frozen=True):
    stream: str
    digits: str
    on_ms: int
    gap_ms: int


class WatchSpeech(Order, frozen=True):
    stream: str
    on: bool


class HideKeys(Order, frozen=True):
    """What comes on a stream holds a secret: taps keep its packets without what is in them."""

    stream: str
    on: bool


class Tap(Order, frozen=True):
    """Copy the packets of these streams into a pcap file for so long."""

    path: str
    streams: list[str]
    seconds: float


class WatchTones(Order, frozen=True):
    stream: str
    on: bool


class WatchProgress(Order, frozen=True):
    stream: str
    country: str | None


class WatchFloor(Order, frozen=True):
    """Say who speaks in a room, and let only the loudest so many through; 0: all."""

    room: str
    on: bool
    loudest: int = 0


class WatchAnswer(Order, frozen=True):
    """Judge who answered, by these lengths; None: no more."""

    stream: str
    parameters: AnswerParameters | None


class Hello(Order, frozen=True):
    """Answered with the names of the streams, ties and recordings that are there."""


class State(Order, frozen=True):
    """Answered with the engine's figures."""
