"""The jitter ring: what was sent comes out in order, whatever the network did, and delay stays small."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import conceal, intake, jitter, rtp
from media.board import Board
from media.g711 import MULAW, SILENCE


class Wire:
    """One stream on a board: `put` gives it packets, `tick` pops a frame."""

    def __init__(self, rows: int = 8) -> None:
        self.board = Board(rows)
        self.board.take()
        self.row = self.board.take()
        self.board.audio_type[self.row] = 0
        self.board.digit_type[self.row] = 101
        self.board.hears[self.row] = True
        self.waiting: list[bytes] = []
        self.digits: list[intake.DigitPacket] = []

    def put(self, seq: int, ts: int, payload: bytes, ssrc: int = 1, kind: int = 0) -> None:
        self.waiting.append(rtp.head(kind, 0, seq, ts, ssrc) + payload)

    def tick(self) -> bytes:
        b = self.board
        b.tick += 1
        for packet in self.waiting:
            box = np.zeros((1, rtp.SLOT_BYTES), np.uint8)
            box[0, : len(packet)] = np.frombuffer(packet, np.uint8)
            self.digits += intake.take_in(b, box, np.array([self.row]), np.array([len(packet)]), b.tick * 160)
        self.waiting.clear()
        frames, holes = jitter.pop(b, b.tick)
        conceal.fill(b, b.tick, holes)
        jitter.clear(b, b.tick)
        if b.tick % jitter.WINDOW_TICKS == 0:
            jitter.judge(b)
        return frames[self.row].tobytes()


def frame(n: int) -> bytes:
    return bytes([n % 100 + 1]) * 160


@pytest.mark.parametrize("size", [80, 160, 240, 320, 480])
@pytest.mark.parametrize("start", [0, 65530])
def test_any_packet_time_and_wrap_comes_out_whole(size: int, start: int) -> None:
    wire = Wire()
    codes = b"".join(frame(n) for n in range(60))
    out, sent = b"", 0
    for tick in range(62):
        while sent + size <= len(codes) and sent < (tick + 1) * 160:
            wire.put((start + sent // size) & 0xFFFF, (2**32 - 3000 + sent) & 0xFFFFFFFF, codes[sent : sent + size])
            sent += size
        out += wire.tick()
    body = out.lstrip(b"\xff")
    assert body[: len(codes) - 480] == codes[: len(codes) - 480]
    assert wire.board.late[wire.row] == wire.board.duplicate[wire.row] == 0


def test_reordered_and_doubled_packets_are_put_right() -> None:
    wire = Wire()
    chance = random.Random(1)
    order = [(n, n + chance.choice([0, 0, 0, 0, 1.5])) for n in range(400)]
    order.sort(key=lambda pair: pair[1])
    out = []
    for n, _ in order:
        wire.put(n, n * 160, frame(n))
        if n % 7 == 0:
            wire.put(n, n * 160, frame(n))
        out.append(wire.tick())
    heard = [f[0] for f in out[50:]]
    assert all((b - a) % 100 == 1 for a, b in itertools.pairwise(heard))
    assert wire.board.duplicate[wire.row] == len(range(0, 400, 7))
    assert wire.board.received[wire.row] == 400


def test_a_lost_packet_is_concealed_by_a_fainter_one_and_counted() -> None:
    wire = Wire()
    loud = bytes([0x90]) * 160
    for n in range(20):
        if n not in (10, 11, 12, 13, 14):
            wire.put(n, n * 160, loud)
        wire.tick()
        if n == 11:
            assert wire.tick() != loud
    assert wire.board.concealed[wire.row] == 6
    b, row = wire.board, wire.row
    assert b.seq_high[row] - b.seq_first[row] + 1 - b.received[row] == 5


def test_a_late_burst_costs_one_hole_and_then_plays_in_full() -> None:
    wire = Wire()
    for n in range(10):
        wire.put(n, n * 160, frame(n))
        wire.tick()
    for _ in range(5):
        wire.tick()
    for n in range(10, 15):
        wire.put(n, n * 160, frame(n))
    heard = []
    for n in range(15, 60):
        wire.put(n, n * 160, frame(n))
        heard.append(wire.tick())
    joined = b"".join(heard)
    for n in range(10, 45):
        assert frame(n)[80:] in joined  # the end of the hole leads over into the first
    assert wire.board.stretched[wire.row] == 4


def test_delay_that_is_not_needed_goes_when_it_is_quiet() -> None:
    wire = Wire()
    quiet = bytes([SILENCE[MULAW]]) * 160
    for n in range(4):
        wire.put(n, n * 160, frame(n))
    for n in range(4, 320):
        wire.put(n, n * 160, frame(n) if n < 250 else quiet)
        wire.tick()
        if n == 240:
            assert wire.board.surplus[wire.row] == 4
    for n in range(320, 340):
        wire.put(n, n * 160, frame(n))
        got = wire.tick()
    assert got == frame(338)


def test_a_restart_of_the_sender_is_heard_after_its_second_packet() -> None:
    wire = Wire()
    for n in range(20):
        wire.put(n, n * 160, frame(n))
        wire.tick()
    for n in range(6):
        wire.put(40000 + n, 999999 + n * 160, frame(n))
        got = wire.tick()
    assert got == frame(4)
    assert wire.board.resynced[wire.row] == 1


def test_one_forged_packet_of_another_source_changes_nothing() -> None:
    wire = Wire()
    for n in range(40):
        wire.put(n, n * 160, frame(n))
        if n == 20:
            wire.put(77, 12345678, frame(99), ssrc=666)
        got = wire.tick()
        assert n < 2 or got == frame(n - 1)
    assert wire.board.resynced[wire.row] == 0


def test_a_sender_that_is_faster_or_slower_is_followed_without_growing_delay() -> None:
    for drift in (-0.002, 0.002):
        wire = Wire()
        quiet = bytes([SILENCE[MULAW]]) * 160
        sent, holes = 0, 0
        for tick in range(6000):
            while sent <= tick * (1 + drift):
                wire.put(sent & 0xFFFF, sent * 160, quiet if sent % 100 > 60 else frame(sent))
                sent += 1
            wire.tick()
            holes += int(wire.board.missing[wire.row] > 0)
        b, row = wire.board, wire.row
        assert (b.pos_ref[row] - b.tick * 160) / 160 <= 4
        assert holes <= 20


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 2**32 - 1), st.integers(0, 500)), max_size=60))
def test_no_sequence_of_headers_raises_or_writes_outside(packets: list[tuple[int, int, int]]) -> None:
    wire = Wire()
    before = wire.board.ring[:, : wire.row].copy()
    for seq, ts, size in packets:
        wire.put(seq, ts, b"\x11" * size, ssrc=seq % 3)
        wire.tick()
    assert (wire.board.ring[:, : wire.row] == before).all()
    assert wire.board.packets_in[wire.row] == len(packets)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["next", "next", "next", "skip", "twice", "late", "digit"]), max_size=80))
def test_the_short_way_and_the_long_way_agree(story: list[str]) -> None:
    short, long = Wire(), Wire()
    long.board.regular = _Never()  # type: ignore[assignment]
    seq = 65500
    for word in story:
        for wire in (short, long):
            if word == "digit":
                wire.put(seq & 0xFFFF, seq * 160, b"\1\x0a\0\xa0", kind=101)
            elif word != "skip":
                wire.put(seq & 0xFFFF, seq * 160, frame(seq))
            if word == "twice":
                wire.put(seq & 0xFFFF, seq * 160, frame(seq))
            if word == "late":
                wire.put((seq - 1) & 0xFFFF, (seq - 1) * 160, frame(seq - 1))
        assert short.tick() == long.tick()
        seq += 1
    for name in ("received", "seq_high", "late", "duplicate", "packets_in", "bytes_in", "pos_ref", "jitter", "seen"):
        assert getattr(short.board, name)[short.row] == getattr(long.board, name)[long.row], name


class _Never:
    """A column of the board that is always false."""

    def __getitem__(self, key: object) -> np.ndarray:
        return np.zeros(np.shape(np.zeros(8)[key]), np.bool_)  # type: ignore[index]

    def __setitem__(self, key: object, value: object) -> None:
        pass
