"""Play-out delay follows the jitter that is measured, between its limits, and goes when the jitter does."""

from __future__ import annotations

import numpy as np

from media import jitter
from tests.media.test_drift import Line, Sender

JITTER_MS = (0, 5, 20, 40, 80)
EACH = 4


def test_delay_is_what_the_jitter_asks_for_and_no_more() -> None:
    """Late by a normal law's absolute value: two thirds within so many ms, one packet in 370 by thrice as much."""
    senders = [Sender(160, 0, shake, 10 * shake + n, True) for shake in JITTER_MS for n in range(EACH)]
    line = Line(senders)
    held: list[np.ndarray] = []
    for n in range(1500):
        line.tick()
        if n == 499:
            before, late = line.invented.copy(), line.board.late[line.rows].copy()
        if n >= 500:
            held.append(line.delay_ms)
    delay = np.mean(held, axis=0).reshape(-1, EACH).mean(axis=1)
    made = (line.invented - before).reshape(-1, EACH).mean(axis=1) * 10 / 20_000
    came_late = (line.board.late[line.rows] - late).reshape(-1, EACH).mean(axis=1) / 1000
    print("delay", delay.round(), "invented", made.round(4), "late", came_late.round(4))
    assert (np.diff(delay) > 0).all() or delay[1] <= delay[0] + 20
    assert delay[0] <= 20 and delay[2] > delay[0] and delay[3] > delay[2] and delay[4] > delay[3]
    assert (delay <= [20, 40, 70, 130, 220]).all()
    assert np.max(held) <= (jitter.LATE_FRAMES + jitter.LEAP_FRAMES) * 20
    assert (made <= [0, 0, 0.003, 0.006, 0.025]).all() and (came_late <= [0, 0, 0.002, 0.004, 0.008]).all()
    for sender in senders:
        sender.jitter_ms = 0
    for _ in range(7 * jitter.WINDOW_TICKS):
        line.tick()
    assert (line.delay_ms <= 20).all()


def test_the_jitter_that_is_told_is_that_of_the_standard() -> None:
    """RFC 3550 6.4.1 by hand: J += (|D| - J) / 16."""
    sender = Sender(160, 0, 15, 3, False)
    line = Line([sender])
    by_hand, last = 0.0, None
    flown: list[tuple[float, int]] = []
    real = sender.due

    def watched(now_ms: float) -> list[bytes]:
        packets = real(now_ms)
        flown.extend((now_ms, int.from_bytes(packet[4:8], "big")) for packet in packets)
        return packets

    sender.due = watched  # type: ignore[method-assign]
    newest = None
    for _ in range(400):
        line.tick()
    for at_ms, ts in flown:
        if newest is not None and (ts - newest) % 2**32 >= 2**31:
            continue  # older than one before: it is not measured by
        if last is not None:
            by_hand += (abs((int(at_ms * 8) - last) - (ts - newest) % 2**32) - by_hand) / 16
        last, newest = int(at_ms * 8), ts
    assert abs(line.board.jitter[line.rows[0]] - by_hand) < 0.05 * by_hand + 1
