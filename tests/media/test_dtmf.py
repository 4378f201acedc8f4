"""Telephone-events: each press is told once, whatever was lost; what is pressed is what RFC 4733 says."""

from __future__ import annotations

import itertools
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


@given(st.integers(0, 15), st.integers(2, 4), st.integers(0, 2**32 - 1), st.data())
def test_segments_of_a_long_press_are_one_digit_whatever_their_ends_lose(
    code: int, segments: int, start: int, data: st.DataObject
) -> None:
    ear, heard, ts = Ear(), [], start
    for segment in range(segments):
        durations = [*range(160, 0xFFFF, 160), 0xFFFF]
        lost = data.draw(st.integers(0, 20))
        for n, duration in enumerate(durations[: len(durations) - lost]):
            heard.append(ear.hear(1, ts & 0xFFFFFFFF, segment == 0 and n == 0, event(code, duration)))
        ts += 0xFFFF
    heard += [ear.hear(1, ts & 0xFFFFFFFF, False, event(code, 800, True)) for _ in range(3)]
    assert [digit for digit in heard if digit] == [DIGITS[code]]


def test_only_the_end_packets_came() -> None:
    ear = Ear()
    assert [ear.hear(1, 500, False, event(4, 800, True)) for _ in range(3)] == ["4", None, None]


@given(st.integers(0, 15), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=30))
def test_wrong_durations_are_no_other_digit(code: int, durations: list[int]) -> None:
    ear = Ear()
    heard = [ear.hear(1, 7000, n == 0, event(code, duration, n > 20)) for n, duration in enumerate(durations)]
    assert [digit for digit in heard if digit] == [DIGITS[code]]


def test_a_key_that_begins_before_the_last_one_ends_is_told_and_the_late_end_changes_nothing() -> None:
    ear = Ear()
    heard = [
        ear.hear(1, 1000, True, event(1, 160)),
        ear.hear(1, 1000, False, event(1, 320)),
        ear.hear(1, 1400, True, event(2, 160)),
        ear.hear(1, 1000, False, event(1, 480, True)),
        ear.hear(1, 1400, False, event(2, 320)),
        ear.hear(1, 1000, False, event(1, 480, True)),
        ear.hear(1, 1400, False, event(2, 480, True)),
        ear.hear(1, 3000, True, event(1, 160)),
    ]
    assert [digit for digit in heard if digit] == ["1", "2", "1"]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=30))
def test_repeated_and_reordered_packets_of_one_press_are_one_digit(order: list[int]) -> None:
    packets = [event(8, 160 * (n + 1)) for n in range(5)] + [event(8, 800, True)] * 3
    ear = Ear()
    heard = [ear.hear(1, 9000, n == 0, packets[n]) for n in order]
    assert [digit for digit in heard if digit] == ["8"]


def test_the_same_key_again_is_told_though_all_that_marks_it_was_lost() -> None:
    """No end, no marker: the second press is known by its time stamp, whatever its duration says by then."""
    for first_seen in range(160, 1600, 160):
        ear = Ear()
        assert press(ear, 3, 1000, {5, 6, 7}) == ["3"]
        again = ear.hear(1, 1000 + 800 + 1600, False, event(3, first_seen))
        assert again == "3", first_seen


def test_a_new_sender_begins_anew() -> None:
    ear = Ear()
    assert (ear.hear(1, 1000, True, event(1, 160)), ear.hear(2, 1000, True, event(1, 160))) == ("1", "1")


@given(st.text(DIGITS, min_size=1, max_size=6), st.integers(40, 9000), st.integers(60, 400))
def test_what_a_finger_sends_is_as_rfc_4733_has_it(digits: str, on_ms: int, gap_ms: int) -> None:
    """One packet a frame, the duration grows with time, three ends of the same duration, a marker on the first alone."""
    finger, frames = Finger(), []
    finger.press(digits, on_ms, gap_ms)
    while finger:
        frames.append(finger.step())
    presses: list[list[tuple[int, bytes]]] = []
    for at, frame in enumerate(frames):
        if frame is not None and frame[1]:
            presses.append([])
        if frame is not None:
            presses[-1].append((at, frame[0]))
    assert len(presses) == len(digits)
    wanted = min(-(-on_ms // 20), 0xFFFF // 160) * 160
    for digit, press_ in zip(digits, presses, strict=True):
        fields = [struct.unpack(">BBH", payload) for _, payload in press_]
        assert {code for code, _, _ in fields} == {DIGITS.index(digit)}
        assert [flags >> 7 for _, flags, _ in fields] == [0] * (len(fields) - 3) + [1] * 3
        assert all(flags & 0x40 == 0 and flags & 0x3F == 10 for _, flags, _ in fields)
        assert [duration for _, _, duration in fields] == [*range(160, wanted, 160), wanted, wanted, wanted]
        assert [at for at, _ in press_] == list(range(press_[0][0], press_[0][0] + len(press_)))
    gaps = [later[0][0] - earlier[-1][0] for earlier, later in itertools.pairwise(presses)]
    assert all(gap * 20 >= gap_ms - 40 for gap in gaps)


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
