"""Where a new stream goes: by load that was told, by streams, and rather to the partner."""

from __future__ import annotations

from media.placing import FULL, LATE_MS, STALE_S, Standing, rank


def at(
    streams: int = 0, busy: float = 0.0, late_ms: float = 0.1, age_s: float = 0.5, told: int | None = None
) -> Standing:
    return Standing(streams, streams if told is None else told, busy, late_ms, age_s)


def test_fewest_streams_when_both_are_about_as_busy() -> None:
    assert rank(at(10, 0.12)) < rank(at(11, 0.18))


def test_load_counts_more_than_streams() -> None:
    assert rank(at(300, 0.15)) < rank(at(200, 0.55)), (
        "two hundred in a conference are dearer than three hundred waiting"
    )


def test_who_is_late_or_silent_comes_last() -> None:
    assert rank(at(500, 0.7)) < rank(at(0, 0.0, late_ms=LATE_MS)) < rank(at(0, 0.0, age_s=STALE_S))


def test_streams_since_the_last_word_count_before_they_are_told_of() -> None:
    assert rank(at(600, 0.05, told=0)) > rank(at(100, 0.15))


def test_the_partner_comes_first_unless_that_would_harm_both() -> None:
    assert rank(at(400, 0.6), partner=True) < rank(at(0))
    for bad in (at(400, FULL), at(400, 0.6, late_ms=LATE_MS), at(400, 0.6, age_s=STALE_S)):
        assert rank(bad, partner=True) > rank(at(0))
