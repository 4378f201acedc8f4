"""Our offer and our answer: one audio stream, its codecs and telephone-event (RFC 3264, 3551, 4733, 3605).

Only the first audio line that we can serve is used; every other line of an offer is answered with port 0, in its
place, so that both sides count alike (RFC 3264 6: "the answer MUST contain exactly the same number of m= lines").
An answer names one codec, the first of the *offerer's* that we have, so that nobody changes codec unasked.

Units: ports 0..65535, ptime [ms] a multiple of 10 in 10..60. `Path.direction` is ours, already turned round.
A line with SRTP goes before one without (sdp_crypto.py).
Deliberately absent: which way audio goes (sdp_direction.py), what a line of ours looks like (sdp_ours.py), ICE, IPv6,
state (versions are counted by the caller, keys are kept in its `Keyring`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from media.paths import Codec, Direction, LocalAddress, Path
from switch.sdp_crypto import PLAIN, SECURED, Keyring, NoSecurity, agreed
from switch.sdp_direction import direction_of, narrow, turned
from switch.sdp_ours import DEFAULT_PTIME_MS, our_media, our_sdp, refused, with_crypto
from switch.sdp_text import Media, Sdp, SdpError, is_ipv4, parse, write

__all__ = [
    "NoAudio",
    "NoCommonCodec",
    "NoSecurity",
    "Sdp",
    "SdpError",
    "agree",
    "answer",
    "offer",
    "parse",
    "speaks",
]


class NoAudio(SdpError):
    """There is no audio line with a port and an address that we can send to."""


class NoCommonCodec(SdpError):
    """The audio line has no codec of ours."""


_PROTOCOLS = (PLAIN, "RTP/AVPF", SECURED)
_RTPMAP = re.compile(r"(\d{1,3}) +([A-Za-z0-9._-]+)/(\d{1,6})(?:/(\d{1,2}))? *\Z", re.ASCII)
_RTCP = re.compile(r"(\d{1,5})(?: +IN +IP4 +[0-9.]+)? *\Z", re.ASCII)
_DYNAMIC = 96
"""Payload types from here on mean what an rtpmap says (RFC 3551 6)."""
_STATIC = {codec.payload_type: (codec.sdp_name, codec.clock_hz) for codec in Codec if codec.payload_type < _DYNAMIC}


@dataclass(frozen=True, slots=True)
class _Chosen:
    codec: Codec
    payload_type: int
    dtmf_payload_type: int | None


def offer(
    local: LocalAddress,
    codecs: Sequence[Codec],
    *,
    session_id: int,
    version: int,
    direction: Direction = Direction.SENDRECV,
    ptime_ms: int = DEFAULT_PTIME_MS,
    dtmf_payload_type: int | None = 101,
    keys: Keyring | None = None,
) -> bytes:
    """Our offer of one audio stream at `local`, codecs in order of preference (RFC 3264 5)."""
    protocol, crypto = (keys or Keyring()).offer()
    formats = [(c.payload_type, c) for c in codecs]
    media = with_crypto(crypto, our_media(protocol, local, formats, dtmf_payload_type, ptime_ms, direction))
    return write(our_sdp(local, session_id, version, "0 0", (media,)))


def answer(
    offer: Sdp,
    local: LocalAddress,
    codecs: Sequence[Codec],
    *,
    session_id: int,
    version: int,
    want: Direction = Direction.SENDRECV,
    keys: Keyring | None = None,
) -> tuple[bytes, Path]:
    """Our answer to `offer` and the path that it makes; never wider than `want` (RFC 3264 6).

    Raises `NoAudio`, `NoSecurity` or `NoCommonCodec`: all are answered 488.
    """
    keys = keys or Keyring()
    at, media = _audio(offer, keys)
    chosen = _choose(media, codecs)
    mux = ("rtcp-mux", None) in media.attributes
    secure, crypto = keys.answer(media)
    path = replace(_path(offer, media, chosen, want, mux=mux), srtp=secure)
    ours = our_media(
        media.protocol,
        local,
        [(chosen.payload_type, chosen.codec)],
        chosen.dtmf_payload_type,
        path.ptime_ms,
        path.direction,
        mux=mux,
    )
    ours = with_crypto(crypto, ours)
    lines = tuple(ours if i == at else refused(line) for i, line in enumerate(offer.media))
    return write(our_sdp(local, session_id, version, offer.time, lines)), path


def agree(offered: bytes, answered: bytes) -> Path:
    """The path that the far end's answer to *our* offer makes (RFC 3264 7).

    Raises `SdpError`: unreadable, another number of lines, `NoAudio` when ours was refused, `NoCommonCodec` when
    the answer names no codec that we offered, `NoSecurity` when one side wants SRTP and the other has none.
    """
    ours, theirs = parse(offered), parse(answered)
    if len(theirs.media) != len(ours.media):
        raise SdpError("the SDP answer has another number of media lines than the offer")
    at, mine = _audio(ours)
    media = theirs.media[at]
    if media.kind != "audio" or media.port == 0 or media.protocol not in _PROTOCOLS:
        raise NoAudio("the SDP answer refuses the audio")
    _check_address(theirs, media)
    codecs = [codec for codec in Codec if _numbers(mine, codec.sdp_name, codec.clock_hz)]
    path = _path(theirs, media, _choose(media, codecs), direction_of(ours, mine))
    return replace(path, srtp=agreed(mine, media))


def speaks(sdp: Sdp, codecs: Sequence[Codec]) -> bool:
    """Whether the audio line that we would answer has one of `codecs`."""
    try:
        _choose(_audio(sdp)[1], codecs)
    except SdpError:
        return False
    return True


def _audio(sdp: Sdp, keys: Keyring | None = None) -> tuple[int, Media]:
    """The audio line to be used, with its place; with `keys`, the one that they like best."""
    lines = [
        (at, media)
        for at, media in enumerate(sdp.media)
        if media.kind == "audio" and media.port and media.protocol in _PROTOCOLS
    ]
    if not lines:
        raise NoAudio("the SDP has no audio line over RTP/AVP or RTP/SAVP with a port")
    at, media = lines[0]
    if keys is not None:
        at, media = max(lines, key=lambda line: keys.liking(line[1]))  # the first of equals
        if not keys.liking(media):
            raise NoSecurity("the SDP's audio has SRTP where we may have none, or none where we must")
    _check_address(sdp, media)
    return at, media


def _check_address(sdp: Sdp, media: Media) -> None:
    """No address, or one that is not one host's, would make us send to nobody or to everybody."""
    address = sdp.connection_of(media)
    if address is None or not is_ipv4(address):
        raise NoAudio("the SDP names no IPv4 address for the audio")
    if int(address.split(".", 1)[0]) >= 224:
        raise NoAudio("the SDP names a multicast or broadcast address for the audio")


def _choose(media: Media, codecs: Sequence[Codec]) -> _Chosen:
    numbers = {number: codec for codec in codecs for number in _numbers(media, codec.sdp_name, codec.clock_hz)}
    for text in media.formats:
        codec = numbers.get(text)
        if codec is not None:
            events = _numbers(media, "telephone-event", codec.clock_hz)
            return _Chosen(codec, int(text), int(events[0]) if events else None)
    raise NoCommonCodec("the SDP's audio has no codec of ours")


def _numbers(media: Media, name: str, clock_hz: int) -> list[str]:
    """The formats of `media` that mean `name` at `clock_hz`, one channel; an rtpmap overrules the static table."""
    maps = {match[1]: match for match in map(_RTPMAP.match, media.values("rtpmap")) if match}
    found = []
    for text in media.formats:
        match = maps.get(text)
        if match is not None:
            meant = (match[2].upper(), int(match[3])) if match[4] in (None, "1") else ("", 0)
        elif text.isascii() and text.isdigit():
            meant = _STATIC.get(int(text), ("", 0))
        else:
            continue
        if meant == (name.upper(), clock_hz) and int(text) <= 127:
            found.append(text)
    return found


def _path(sdp: Sdp, media: Media, chosen: _Chosen, want: Direction, *, mux: bool = False) -> Path:
    address = sdp.connection_of(media)
    assert address is not None  # _check_address has seen it
    rtcp = next((match for match in map(_RTCP.match, media.values("rtcp")) if match), None)
    rtcp_port = int(rtcp[1]) if rtcp else media.port + 1
    return Path(
        remote_ip=address,
        remote_port=media.port,
        codec=chosen.codec,
        payload_type=chosen.payload_type,
        dtmf_payload_type=chosen.dtmf_payload_type,
        ptime_ms=_ptime(media),
        direction=narrow(turned(direction_of(sdp, media)), want),
        remote_rtcp_port=rtcp_port if 0 < rtcp_port <= 65535 else media.port,
        rtcp_mux=mux,
    )


def _ptime(media: Media) -> int:
    """What the far end likes to receive [ms], brought to a multiple of 10 in 10..60 (RFC 8866 6.4)."""
    wanted = _milliseconds(media.attribute("ptime")) or DEFAULT_PTIME_MS
    limit = _milliseconds(media.attribute("maxptime"))
    if limit is not None:
        wanted = min(wanted, limit)
    return max(10, min(60, wanted // 10 * 10))


def _milliseconds(text: str | None) -> int | None:
    match = re.match(r"\s*(\d{1,4})(?:\.\d*)?\s*\Z", text or "", re.ASCII)
    return int(match[1]) or None if match else None
