"""RTP headers: what is written is read, and no bytes whatever raise."""

from __future__ import annotations

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media import rtp


def inbox(*packets: bytes) -> tuple[np.ndarray, np.ndarray]:
    box = np.zeros((len(packets), rtp.SLOT_BYTES), np.uint8)
    for n, packet in enumerate(packets):
        kept = packet[: rtp.SLOT_BYTES]
        box[n, : len(kept)] = np.frombuffer(kept, np.uint8)
    return box, np.array([min(len(p), rtp.SLOT_BYTES) for p in packets], np.int64)


@given(
    st.integers(0, 127), st.integers(0, 1), st.integers(0, 65535), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)
)
def test_what_is_written_is_read(kind: int, marker: int, seq: int, ts: int, ssrc: int) -> None:
    packet = rtp.head(kind, marker, seq, ts, ssrc) + b"x" * 160
    batch = rtp.parse(*inbox(packet))
    assert not (batch.short[0] or batch.version[0] or batch.long[0])
    assert (batch.payload_type[0], batch.seq[0], batch.ts[0], batch.ssrc[0]) == (kind, seq, ts, ssrc)
    assert (batch.start[0], batch.stop[0]) == (12, 172)
    assert rtp.Header.read(packet) == rtp.Header(kind, bool(marker), seq, ts, ssrc)


@given(st.lists(st.binary(max_size=700), min_size=1, max_size=8))
def test_no_bytes_raise_and_no_payload_lies_outside(packets: list[bytes]) -> None:
    batch = rtp.parse(*inbox(*packets))
    fine = ~(batch.short | batch.version | batch.long)
    sizes = np.array([len(p) for p in packets])
    assert (batch.start[fine] <= batch.stop[fine]).all()
    assert (batch.stop[fine] <= sizes[fine]).all()
    for packet, good in zip(packets, fine, strict=True):
        assert not good or isinstance(rtp.Header.read(packet), rtp.Header)


def test_contributors_extension_and_padding_are_left_out_of_the_payload() -> None:
    head = struct.pack(">BBHIIII", 0x80 | 0x30 | 2, 8, 1, 2, 3, 11, 12) + struct.pack(">HHI", 0xBEDE, 1, 0)
    batch = rtp.parse(*inbox(head + b"a" * 80 + b"\0\0\0\4"))
    assert (batch.start[0], batch.stop[0]) == (12 + 8 + 8, 12 + 8 + 8 + 80)


def test_padding_that_eats_the_packet_is_short() -> None:
    for count in (0, 200):
        packet = rtp.head(0, 0, 1, 1, 1) + b"abc" + bytes([count])
        batch = rtp.parse(*inbox(bytes([packet[0] | 0x20]) + packet[1:]))
        assert batch.short[0]


def test_reasons_have_names() -> None:
    assert rtp.Header.read(b"\x80" * 11) == "short"
    assert rtp.Header.read(b"\x40" * 20) == "version"
    assert rtp.Header.read(b"\x80" * rtp.SLOT_BYTES) == "long"
