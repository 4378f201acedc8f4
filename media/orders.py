"""What the desk says to an engine, and what an engine answers. The disk process has its own (disk_orders.py).

Every message is one msgpack array; the first item of an order is its name. A request carries a number; nought asks
for no answer. An answer is [number, error, result]; an event is [0, name, fields].

Times are wall-clock free: nothing here carries a clock. Deliberately absent: framing (wire.py).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path as FilePath
from typing import Any

import msgspec

from media.answer import AnswerParameters
from media.words import Codec, Direction, File, Path, Secure, Silence, Source, Suite, Tone


class Order(msgspec.Struct, array_like=True, tag=True, frozen=True):
    """Base of all orders: [name, fields...]."""


# ---- desk to engine -----------------------------------------------------------------------------------------


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


# ---- words to wire and back ---------------------------------------------------------------------------------


def set_path(stream: str, path: Path) -> SetPath:
    """The order that carries `path`."""
    return SetPath(
        stream,
        path.remote_ip,
        path.remote_port,
        path.codec.name,
        path.payload_type,
        path.dtmf_payload_type,
        path.ptime_ms,
        path.direction.value,
        path.remote_rtcp_port,
        path.rtcp_mux,
        _keys(path.srtp),
        path.signalling_ip,
    )


def path_of(order: SetPath) -> Path:
    """The path in an order. KeyError or ValueError when it cannot be one."""
    # A name instead of an address would make the kernel's `sendto` wait for a name server.
    IPv4Address(order.remote_ip)
    if not (0 <= order.remote_port < 65536 and 0 <= order.remote_rtcp_port < 65536):
        raise ValueError(f"port {order.remote_port} or {order.remote_rtcp_port} is none")
    if not 0 <= order.payload_type < 128:
        raise ValueError(f"payload type {order.payload_type} is none")
    return Path(
        order.remote_ip,
        order.remote_port,
        Codec[order.codec],
        order.payload_type,
        order.dtmf_payload_type,
        order.ptime_ms,
        Direction(order.direction),
        order.remote_rtcp_port,
        order.rtcp_mux,
        _secure(order.srtp),
        order.signalling_ip,
    )


def _keys(srtp: Secure | None) -> Keys | None:
    return Keys(srtp.suite.name, srtp.send_key, srtp.receive_key) if srtp else None


def _secure(keys: Keys | None) -> Secure | None:
    return Secure(Suite[keys.suite], keys.send_key, keys.receive_key) if keys else None


def record(
    recording: str, path: FilePath, left: str, right: str | None, channels: int, form: str = "wav", mix: bool = False
) -> Record:
    """The order to record into `path`; absolute, since the disk process may live in another directory."""
    return Record(recording, str(path.absolute()), left, right, channels, form, mix)


def sounds(source: Source) -> Sounds:
    """`source` for the wire."""
    match source:
        case File(path, follow):
            return Sounds(path=path, follow=follow)
        case Tone(freqs_hz, on_ms, off_ms, repeat, level_dbm0):
            return Sounds("", freqs_hz, on_ms, off_ms, repeat, level_dbm0)
        case Silence(ms):
            return Sounds(on_ms=ms)


def source_of(wired: Sounds) -> Source:
    """The source in a message."""
    if wired.path:
        return File(wired.path, wired.follow)
    if wired.freqs_hz:
        return Tone(wired.freqs_hz, wired.on_ms, wired.off_ms, wired.repeat, wired.level_dbm0)
    return Silence(wired.on_ms)
