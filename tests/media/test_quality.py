"""Quality: the E-model's published numbers, bursts counted by hand, and what both ends' reports make of it."""

from __future__ import annotations

import random

import pytest

from media import mux as muxed
from media import quality, rtcp
from media.board import Board
from media.quality import MIN_GAP, Quality


@pytest.mark.parametrize(
    ("rating", "mos"),
    # ITU-T G.107 table B.1: R and the MOS that goes with it.
    [(90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0), (120, 4.5)],
)
def test_mos_is_that_of_annex_b(rating: float, mos: float) -> None:
    assert abs(quality.mos_of(rating) - mos) < 0.01


def test_the_model_without_any_trouble_is_its_default_and_trouble_only_lowers_it() -> None:
    assert quality.mos(0, 0) == 4.41
    assert quality.loss_impairment(0) == 0 and quality.delay_impairment(100) == 0
    # Ppl = Bpl takes half of 95.
    assert abs(quality.loss_impairment(25.1) - 47.5) < 1e-9
    # G.107 figure: about 15 points at 300 ms, 30 at 500 ms one way.
    assert 13 < quality.delay_impairment(300) < 17 and 28 < quality.delay_impairment(500) < 34
    by_loss = [quality.mos(loss, 50) for loss in (0, 1, 3, 10, 30)]
    by_delay = [quality.mos(1, delay) for delay in (50, 150, 250, 400, 800)]
    assert by_loss == sorted(by_loss, reverse=True) and by_delay == sorted(by_delay, reverse=True)
    assert quality.mos(5, 50, burst_ratio=2) < quality.mos(5, 50)


def by_hand(losses: list[bool]) -> tuple[int, int]:
    """(bursts, their frames) of RFC 3611 4.7.2: losses less than 16 good frames apart, two at least."""
    groups: list[list[int]] = []
    for at, lost in enumerate(losses):
        if lost:
            if groups and at - groups[-1][-1] <= MIN_GAP:
                groups[-1].append(at)
            else:
                groups.append([at])
    found = [group for group in groups if len(group) > 1]
    return len(found), sum(group[-1] - group[0] + 1 for group in found)


@pytest.mark.parametrize("seed", range(8))
def test_bursts_and_gaps_are_those_counted_by_hand(seed: int) -> None:
    chance, board = random.Random(seed), Board(8)
    watch, row = Quality(board), board.take()
    share = chance.choice([0.01, 0.03, 0.1, 0.4])
    losses = [chance.random() < share for _ in range(2000)]
    watch.begin(row)
    for lost in losses:
        board.tick += 1
        board.concealed[row] += lost
        watch.tick()
    bursts, frames = by_hand(losses)
    found = watch.losses(row)
    assert found.bursts == bursts and found.burst_ms == (round(frames * 20 / bursts) if bursts else 0)
    assert found.gap_ms == round((2000 - frames) * 20 / (bursts + 1))
    runs = sum(1 for n, lost in enumerate(losses) if lost and not (n and losses[n - 1]))
    assert found.run == sum(losses) / runs
    assert 1.0 <= found.ratio(share) < 1.6


def test_rtcp_on_the_rtp_port_is_taken_out_and_nothing_else() -> None:
    import numpy as np

    heard: list[tuple[int, bytes]] = []
    door = muxed.Mux(8, lambda row, packet: heard.append((row, packet)))
    report = rtcp.build(7, "x@y", None, None)
    packets = np.zeros((4, 640), np.uint8)
    packets[:, 0] = 0x80
    packets[0, : len(report)] = np.frombuffer(report, np.uint8)
    packets[2, : len(report)] = np.frombuffer(report, np.uint8)
    packets[3, 1] = 0x80 | 101  # a marked telephone-event is no RTCP
    batch = (packets, np.array([1, 2, 3, 1]), np.array([len(report), 172, len(report), 16]))
    assert next(iter(door.sift([batch])))[0] is packets
    door.set(1, True)
    ((kept, rows, sizes),) = door.sift([batch])
    assert heard == [(1, report)] and rows.tolist() == [2, 3, 1] and kept.shape[0] == sizes.size == 3


def test_what_shares_a_port_is_told_apart_for_every_first_byte_pair() -> None:
    for kind in range(256):
        assert rtcp.is_rtcp(bytes([0x80, kind])) == (kind in range(192, 224))
    assert not rtcp.is_rtcp(b"\x80")
