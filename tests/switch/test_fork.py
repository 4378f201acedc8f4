"""Which of several contacts' answers counts."""

from __future__ import annotations

from switch.fork import Failure, Fork, best

BUSY = Failure(486, "Busy Here", 17, True)
SILENT = Failure(408, "Request Timeout", None, False)
AWAY = Failure(480, "Temporarily Unavailable", None, True)
NO = Failure(603, "Decline", 21, True)
BROKEN = Failure(500, "Server Error", None, True)


def test_the_first_answer_wins_and_a_later_one_loses() -> None:
    fork = Fork({1, 2})
    assert fork.answered(2)
    assert not fork.answered(1)
    assert fork.answered(2)


def test_nothing_is_told_while_somebody_may_still_answer() -> None:
    fork = Fork({1, 2, 3})
    assert fork.failed(1, BUSY) is None
    assert fork.failed(2, SILENT) is None
    assert fork.failed(3, AWAY) == BUSY


def test_a_6xx_ends_it_for_all() -> None:
    fork = Fork({1, 2})
    assert fork.failed(1, NO) == NO


def test_a_branch_fails_once_and_never_after_an_answer() -> None:
    fork = Fork({1, 2})
    assert fork.answered(1)
    assert fork.failed(2, BUSY) is None
    assert fork.failed(1, BUSY) is None
    assert Fork({1}).failed(7, BUSY) is None


def test_what_was_said_counts_before_what_was_not() -> None:
    assert best([SILENT, BROKEN]) == BROKEN
    assert best([BROKEN, SILENT, AWAY]) == AWAY
    assert best([SILENT]) == SILENT
