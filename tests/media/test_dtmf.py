"""Telephone-events: each press is told once, whatever was lost; what is pressed is what RFC 4733 says."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from media.dtmf import DIGITS, Ear, Finger


def event(code: int, duration: int, end: bool = False) -> bytes:
    return struct.pack(">BBH", code, (0x80 if end else 0) | 10, duration)


def press(ear: Ear, code: int, ts: int, lost: set[int] = frozenset()) -> list[str]:  # type: ignore[assignment]
    packets = [event(code, 160 * (n + 1)) for n in range(5)] + [event(code, 800, True)] * 3
    heard = [ear.hear(1, ts, n == 0, packet) for n, packet in enumerate(packets) if n not in lost]
    return [digit for digit in heard if digit]


@given(st.lists(st.tuples(st.integers(0, 15), st.sets(st.integers(0, 7), max_size=4)), max_size=20))
def test_each_press_is_told_once_whatever_half_of_its_packets_is_lost(story: list[tuple[int, set[int]]]) -> None:
    ear, heard, expected, ts = Ear(), [], [], 2**32 - 5000
    for code, lost in story:
        # Without its marker and its end, the same key again cannot be told from a sender that moves the time stamp.
        lost = lost - {0, 7}
        heard += press(ear, code, ts & 0xFFFFFFFF, lost)
        expected.append(DIGITS[code])
        ts += 1600
    assert heard == expected


def test_the_same_key_twice_without_end_packets_is_two_digits_when_the_marker_comes() -> None:
    ear = Ear()
    assert press(ear, 5, 1000, {5, 6, 7}) + press(ear, 5, 3000, {5, 6, 7}) == ["5", "5"]


def test_a_late_retransmission_of_the_last_digit_is_not_a_new_one() -> None:
    ear = Ear()
    assert press(ear, 1, 1000) + press(ear, 2, 3000) == ["1", "2"]
    assert ear.hear(1, 1000, False, event(1, 800, True)) is None


def test_a_sender_that_moves_the_time_stamp_along_presses_once() -> None:
    ear = Ear()
    heard = [ear.hear(1, 1000 + 160 * n, n == 0, event(7, 160 * (n + 1))) for n in range(6)]
    assert heard == ["7", None, None, None, None, None]


def test_a_press_longer_than_the_field_goes_on() -> None:
    ear = Ear()
    assert ear.hear(1, 0, True, event(9, 160)) == "9"
    assert ear.hear(1, 0, False, event(9, 0xFFFF)) is None
    assert ear.hear(1, 0xFFFF, False, event(9, 160)) is None


@given(st.binary(max_size=20), st.integers(0, 2**32 - 1), st.booleans())
def test_no_payload_raises(payload: bytes, ts: int, marker: bool) -> None:
    assert Ear().hear(1, ts, marker, payload) in (*DIGITS, None)


def test_events_that_are_no_keys_are_not_told() -> None:
    assert Ear().hear(1, 0, True, event(16, 160)) is None


@given(st.text("0123456789*#abcdABCDxyz ", max_size=12), st.integers(0, 400), st.integers(0, 300))
def test_what_a_finger_presses_an_ear_hears(digits: str, on_ms: int, gap_ms: int) -> None:
    finger, ear, heard, ts, start = Finger(), Ear(), "", 0, 0
    finger.press(digits, on_ms, gap_ms)
    while finger:
        pressed = finger.step()
        ts += 160
        if pressed is not None:
            payload, first = pressed
            start = ts if first else start
            heard += ear.hear(1, start, first, payload) or ""
    assert heard == "".join(d for d in digits.upper() if d in DIGITS)
