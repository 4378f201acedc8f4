"""RTCP: what is built is read back, times work out, and rubbish is nothing."""

from __future__ import annotations

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
