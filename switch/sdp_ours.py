"""The SDP that we write: one audio line of ours, with its keys, and the lines that we refuse (RFC 3264, 4733, 5761)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from media.paths import Codec, Direction, LocalAddress
from switch.sdp_crypto import Crypto
from switch.sdp_text import Media, Sdp

DEFAULT_PTIME_MS = 20
_LONG = ("L16",)
"""Codecs whose packets we want no longer than `DEFAULT_PTIME_MS`."""


def our_sdp(local: LocalAddress, session_id: int, version: int, time: str, media: tuple[Media, ...]) -> Sdp:
    """The whole body; `time` is the offer's when it is an answer (RFC 3264 6)."""
    return Sdp("-", session_id, version, local.ip, local.ip, time, (), media)


def our_media(
    protocol: str,
    local: LocalAddress,
    codecs: Sequence[tuple[int, Codec]],
    dtmf_payload_type: int | None,
    ptime_ms: int,
    direction: Direction,
    *,
    mux: bool = False,
) -> Media:
    """Our audio line: codecs by payload type, in order of preference, and telephone-event for each of their clocks."""
    formats = [str(number) for number, _ in codecs]
    attributes: list[tuple[str, str | None]] = [
        ("rtpmap", f"{number} {codec.sdp_name}/{codec.clock_hz}") for number, codec in codecs
    ]
    if dtmf_payload_type is not None:
        # RFC 4733 2.2: events have the clock of the audio they come with.
        for number, clock_hz in enumerate(dict.fromkeys(codec.clock_hz for _, codec in codecs), dtmf_payload_type):
            formats.append(str(number))
            attributes.append(("rtpmap", f"{number} telephone-event/{clock_hz}"))
            attributes.append(("fmtp", f"{number} 0-15"))
    attributes += [("ptime", str(ptime_ms)), (direction.value, None)]
    if any(codec.sdp_name in _LONG for _, codec in codecs):
        attributes.append(("maxptime", str(DEFAULT_PTIME_MS)))
    if mux:
        attributes.append(("rtcp-mux", None))  # RFC 5761 5.1.1: only when offered, and we do not offer it
    return Media("audio", local.port, protocol, tuple(formats), None, tuple(attributes))


def with_crypto(crypto: Sequence[Crypto], media: Media) -> Media:
    """The line with these keys before its other attributes."""
    lines: list[tuple[str, str | None]] = [("crypto", one.line) for one in crypto]
    return replace(media, attributes=(*lines, *media.attributes)) if lines else media


def refused(media: Media) -> Media:
    """The same line with port 0, as RFC 3264 6 has it for "an offered stream" that is rejected."""
    return Media(media.kind, 0, media.protocol, media.formats, None, ())
