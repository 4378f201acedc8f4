from __future__ import annotations

from acd.wait import Deadlines, Due
from acd.words import AgentName

A, B = AgentName("a"), AgentName("b")


def test_the_earliest_comes_first_and_only_when_due() -> None:
    deadlines = Deadlines()
    deadlines.set((Due.REST, A), 5.0)
    deadlines.set((Due.REST, B), 3.0)
    assert deadlines.next() == 3.0
    assert deadlines.pop_due(2.9) is None
    assert deadlines.pop_due(9.0) == (Due.REST, B)
    assert deadlines.pop_due(9.0) == (Due.REST, A)
    assert deadlines.pop_due(9.0) is None and deadlines.next() is None


def test_setting_again_moves_a_deadline_both_ways() -> None:
    deadlines = Deadlines()
    deadlines.set((Due.REST, A), 5.0)
    deadlines.set((Due.REST, A), 9.0)
    assert deadlines.next() == 9.0 and deadlines.pop_due(5.0) is None
    deadlines.set((Due.REST, A), 1.0)
    assert deadlines.pop_due(1.0) == (Due.REST, A) and deadlines.next() is None


def test_a_dropped_deadline_never_comes() -> None:
    deadlines = Deadlines()
    deadlines.set((Due.WRAP_UP, A), 5.0)
    deadlines.drop((Due.WRAP_UP, A))
    deadlines.drop((Due.WRAP_UP, B))
    assert deadlines.next() is None and len(deadlines) == 0


def test_the_heap_stays_in_proportion_to_what_is_alive() -> None:
    deadlines = Deadlines()
    for number in range(100_000):
        deadlines.set((Due.REST, A), float(number))
    assert len(deadlines) == 1 and len(deadlines._heap) < 1000
    assert deadlines.next() == 99_999.0
