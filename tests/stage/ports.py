"""Free ports on an address: taken from the kernel, let go, and so free for a moment.

Below the kernel's ephemeral range, so that no outgoing socket of another test takes one in between.
"""

from __future__ import annotations

import os
import random

from apps.demo.own_switch import is_free

_LOW, _LARGE_FROM, _HIGH = 9000, 13000, 16384
LARGE = 10
_given: set[int] = set()


def free_port(ip: str = "127.0.0.1") -> int:
    """A port free for UDP and TCP, never given twice by this process."""
    return free_block(1, ip)


def _share(low: int, high: int) -> tuple[int, int]:
    """This test process's own part of a range, when several run side by side (pytest-xdist names them gw0, gw1...)."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = (high - low) // workers
    return low + number * size, low + (number + 1) * size


def free_block(
    count: int, ip: str = "127.0.0.1", *, even: bool = False, low: int | None = None, high: int | None = None
) -> int:
    """The first of `count` ports in a row, all free for UDP and TCP.

    Large blocks have a range of their own: among a thousand ports given one by one, no long row is left.
    """
    large = count >= LARGE
    low, high = _share(low or (_LARGE_FROM if large else _LOW), high or (_HIGH if large else _LARGE_FROM))
    for _ in range(500):
        first = random.randrange(low, high - count)
        if even:
            first += first % 2
        block = range(first, first + count)
        if _given.isdisjoint(block) and all(is_free(ip, port) for port in block):
            if not large:  # a run of many tests would use up the range with large blocks, which are free again soon
                _given.update(block)
            return first
    raise RuntimeError(f"no {count} free ports in a row on {ip}")
