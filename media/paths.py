"""What offer and answer agree on for one stream: codecs, keys, directions, where to send and what to expect.

The switch speaks these words too: an SDP answer becomes a `Path`. Frozen data; no numpy here.
Deliberately absent: SDP itself (switch/sdp.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Codec(Enum):
    """Name in SDP (RFC 3551 6), payload type, clock rate of its time stamps [Hz], whether it is wideband.

    G.722 has 16,000 samples a second and a clock of 8,000: "the RTP clock rate for the G722 payload format is 8,000 Hz
    because that value was erroneously assigned in RFC 1890" (RFC 3551 4.5.2).
    """

    PCMU = ("PCMU", 0, 8000, False)
    PCMA = ("PCMA", 8, 8000, False)
    G722 = ("G722", 9, 8000, True)
    L16 = ("L16", 110, 8000, False)
    L16_16K = ("L16", 111, 16000, True)
    """Both have no static number; these are for our offers."""

    def __init__(self, sdp_name: str, payload_type: int, clock_hz: int, wide: bool) -> None:
        self.sdp_name = sdp_name
        self.payload_type = payload_type
        self.clock_hz = clock_hz
        self.wide = wide


class Suite(Enum):
    """How SRTP encrypts and authenticates: name in SDP, bytes of master key and master salt together.

    RFC 4568 6.2 with RFC 3711 (AES in counter mode, tag of 80 or 32 bits), RFC 7714 (GCM).
    """

    AES_CM_128_HMAC_SHA1_80 = ("AES_CM_128_HMAC_SHA1_80", 30)
    AES_CM_128_HMAC_SHA1_32 = ("AES_CM_128_HMAC_SHA1_32", 30)
    AEAD_AES_128_GCM = ("AEAD_AES_128_GCM", 28)
    AEAD_AES_256_GCM = ("AEAD_AES_256_GCM", 44)

    def __init__(self, sdp_name: str, key_bytes: int) -> None:
        self.sdp_name = sdp_name
        self.key_bytes = key_bytes


@dataclass(frozen=True, slots=True)
class Secure:
    """The keys of one stream's SRTP, each master key and master salt in one. They are in no `repr`."""

    suite: Suite
    send_key: bytes = field(repr=False)
    receive_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if {len(self.send_key), len(self.receive_key)} != {self.suite.key_bytes}:
            raise ValueError(f"a key of {self.suite.sdp_name} has {self.suite.key_bytes} bytes")


class Direction(Enum):
    """What *we* do on a stream (RFC 8866 6.7), already turned round from the far end's view."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)


@dataclass(frozen=True, slots=True)
class Path:
    """What offer and answer agreed on for one stream: where to send, and how to read what comes."""

    remote_ip: str
    remote_port: int
    codec: Codec
    payload_type: int
    """Number on the wire for `codec`."""
    dtmf_payload_type: int | None
    """Number on the wire for telephone-event (RFC 4733), None when the far end has none."""
    ptime_ms: int
    """Packet time that we send; a multiple of 10, 10..60."""
    direction: Direction
    remote_rtcp_port: int
    """`remote_port + 1` unless a=rtcp says otherwise (RFC 3605)."""
    rtcp_mux: bool = False
    """RTCP comes and goes on the RTP ports (RFC 5761)."""
    srtp: Secure | None = None
    """None: in the clear."""
    signalling_ip: str = ""
    """Where its SIP comes from. A phone behind NAT sends its audio from there, too; audio from a third address is never
    believed. Empty: not known, and any address may prove itself."""


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """Where a stream receives: RTP on `port`, RTCP on `port + 1`."""

    ip: str
    port: int
