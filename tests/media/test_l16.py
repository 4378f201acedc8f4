"""L16: time stamps of 16 kHz halved over their wrap, samples that lie where they belong, packets of odd sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import g711, intake, rtp
from media.board import FULL, SLOTS, Board
from media.g722 import QUIET
from media.l16 import Linear, wire
from media.paths import Codec


def stage(codec: Codec) -> tuple[Board, Linear, int]:
    board = Board(8)
    board.tick = 1000
    row = board.take()
    board.set_law(row, g711.law_of(codec), QUIET if codec.wide else None, 4 if codec.wide else 2)
    board.hears[row] = True
    board.audio_type[row] = 110
    return board, Linear(board), row


def take(board: Board, linear: Linear, row: int, seq: int, ts: int, payload: bytes) -> None:
    packet = rtp.head(110, 0, seq, ts, 7) + payload
    box = np.zeros((1, rtp.SLOT_BYTES), np.uint8)
    kept = packet[: rtp.SLOT_BYTES]
    box[0, : len(kept)] = np.frombuffer(kept, np.uint8)
    intake.take_in(board, box, np.array([row]), np.array([len(kept)]), board.tick * 160, linear)


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(-8000, 8000), min_size=1, max_size=40))
def test_halved_time_stamps_step_half_as_far(begin: int, steps: list[int]) -> None:
    board, linear, row = stage(Codec.L16_16K)
    rows, ts = np.array([row]), begin
    first = int(linear.stamps(rows, np.array([ts]))[0])
    base = ts
    for step in steps:
        ts = (ts + step) & 0xFFFFFFFF
        told = int(linear.stamps(rows, np.array([ts]))[0])
        far = ((ts - base + 2**31) & 0xFFFFFFFF) - 2**31
        assert abs(((told - first + 2**31) & 0xFFFFFFFF) - 2**31 - far / 2) <= 1
        assert 0 <= told < 2**32
    assert board.sample_bytes[row] == 4


@pytest.mark.parametrize("ms", [10, 20])
def test_samples_of_16_khz_come_out_as_they_were_over_the_wrap_of_the_clock(ms: int) -> None:
    board, linear, row = stage(Codec.L16_16K)
    rng = np.random.default_rng(2)
    sent = rng.integers(-32768, 32768, 320 * 12, dtype=np.int16)
    size, heard = 16 * ms, []
    for n in range(12):
        for first in range(320 * n, 320 * n + 320, size):
            take(board, linear, row, 65530 + first // size, 2**32 - 900 + first, wire(sent[first : first + size]))
        board.tick += 1
        heard.append(linear.take(board.tick, np.array([row]))[0])
        assert board.filled[board.tick % SLOTS, row] == FULL
    assert (np.concatenate(heard) == sent).all()
    assert (linear.wide == 0).all()


def test_l16_of_8_khz_is_a_law_in_the_ring() -> None:
    board, linear, row = stage(Codec.L16)
    sent = (8000 * np.sin(np.arange(160) / 5)).astype(np.int16)
    take(board, linear, row, 1, 160, wire(sent))
    assert (board.ring[(board.tick + 1) % SLOTS, row] == g711.encode_all(sent, g711.ALAW)).all()


@pytest.mark.parametrize("codec", [Codec.L16, Codec.L16_16K])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 319, 641, 690, 691, 900])
def test_odd_sizes_do_no_harm(codec: Codec, size: int) -> None:
    board, linear, row = stage(codec)
    for n in range(5):
        take(board, linear, row, n, n * 4000, b"\x12\x34" * (size // 2) + b"\x56" * (size % 2))
        board.tick += 1
    dropped = board.dropped[row].sum()
    assert (dropped == 5) == (size + 12 >= rtp.SLOT_BYTES)


def test_rows_of_other_codecs_are_not_touched() -> None:
    board, linear, _ = stage(Codec.L16)
    other = board.take()
    assert (linear.stamps(np.array([other]), np.array([4_000_000_001])) == 4_000_000_001).all()
