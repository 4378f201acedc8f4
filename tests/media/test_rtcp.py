"""RTCP: what is built is read back, times work out, and rubbish is nothing."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp
from media.rtcp import Block, Sent

u32 = st.integers(0, 2**32 - 1)
blocks = st.builds(Block, u32, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), u32, u32, u32, u32)
sents = st.builds(Sent, st.integers(0, 2**64 - 1), u32, u32, u32)


@given(u32, st.text(max_size=300), st.none() | sents, st.none() | blocks, st.booleans())
def test_what_is_built_is_read(ssrc: int, name: str, sent: Sent | None, block: Block | None, bye: bool) -> None:
    packet = rtcp.build(ssrc, name, sent, block, bye=bye)
    assert len(packet) % 4 == 0
    assert rtcp.read(packet) == rtcp.Compound(ssrc, sent, (block,) if block else (), bye)


def taken_apart(packet: bytes) -> list[tuple[int, int, bytes]]:
    """(type, count, body) of each packet of a compound, by the rules of RFC 3550 6.1 and A.2 alone."""
    found = []
    while packet:
        first, kind, words = struct.unpack_from(">BBH", packet)
        assert first >> 6 == 2 and not first & 0x20 and len(packet) >= 4 * (words + 1)
        found.append((kind, first & 0x1F, packet[4 : 4 * (words + 1)]))
        packet = packet[4 * (words + 1) :]
    return found


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd", "12345678@192.0.2.7", "x" * 300])
@pytest.mark.parametrize("sending", [False, True])
def test_a_compound_is_laid_out_as_the_standard_has_it(name: str, sending: bool) -> None:
    block = Block(ssrc=0xA1, fraction_lost=7, lost=-2, highest_seq=0x10005, jitter=80, last_sr=0xB7052000, delay=65536)
    sent = Sent(ntp=0xE9000000_80000000, ts=160, packets=3, octets=480) if sending else None
    report, described, bye = taken_apart(rtcp.build(0xC0FFEE, name, sent, block, bye=True))
    ours = struct.pack(">I", 0xC0FFEE)
    said = struct.pack(">QIII", 0xE9000000_80000000, 160, 3, 480) if sending else b""
    heard = bytes.fromhex("000000a1 07 fffffe 00010005 00000050 b7052000 00010000")
    assert report == (200 if sending else 201, 1, ours + said + heard)
    # One chunk: the source, CNAME (1), its length and text, and one to four noughts up to the next word (6.5).
    kind, chunks, body = described
    text = name.encode()[:255]
    assert (kind, chunks, body[:4], body[4], body[5], body[6 : 6 + len(text)]) == (202, 1, ours, 1, len(text), text)
    rest = body[6 + len(text) :]
    assert 1 <= len(rest) <= 4 and not any(rest) and len(body) % 4 == 0
    assert bye == (203, 1, ours)


@given(st.binary(max_size=200))
def test_no_bytes_raise(packet: bytes) -> None:
    rtcp.read(packet)
    rtcp.read(b"\x81\xc8\x00\x0c" + packet)


@given(blocks, st.integers(1, 60))
def test_a_truncated_packet_is_nothing(block: Block, cut: int) -> None:
    whole = rtcp.build(1, "name@host", Sent(1, 2, 3, 4), block)
    packet = whole[: max(0, len(whole) - cut)]
    # 28 bytes of SR and 24 of its block are a compound of their own.
    assert (rtcp.read(packet) is None) == (len(packet) != 52)


def test_the_round_trip_of_the_standards_example() -> None:
    # RFC 3550 figure 2: A = b710:8000, DLSR 5.250 s, LSR = b705:2000; the delay is 6.125 s.
    block = Block(1, 0, 0, 0, 0, 0xB7052000, 0x00054000)
    assert rtcp.round_trip_ms(block, 0xB7108000 << 16) == 6125.0
    assert rtcp.round_trip_ms(Block(1, 0, 0, 0, 0, 0, 0), 0) is None
    assert rtcp.round_trip_ms(Block(1, 0, 0, 0, 0, 0xB7108000, 1), 0xB7108000 << 16) is None


def test_ntp_counts_from_1900() -> None:
    assert rtcp.ntp(0.5) == (2_208_988_800 << 32) + (1 << 31)
