"""The hall's words as orders carry them, and back: paths with their keys, sources, recordings.

What comes off the wire is checked here: a KeyError or ValueError says that it cannot be meant.
Deliberately absent: the orders themselves (orders.py).
"""

from __future__ import annotations

from ipaddress import IPv4Address
from pathlib import Path as FilePath

from media.orders import Keys, Record, SetPath, Sounds
from media.paths import Codec, Direction, Path, Secure, Suite
from media.words import File, Silence, Source, Tone


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
    recording: str,
    path: FilePath,
    left: str,
    right: str | None,
    channels: int,
    form: str = "wav",
    mix: bool = False,
    trim_s: float = 0.0,
) -> Record:
    """The order to record into `path`; absolute, since the disk process may live in another directory."""
    return Record(recording, str(path.absolute()), left, right, channels, form, mix, trim_s)


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
