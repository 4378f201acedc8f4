"""A call's segments always add up to the call."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from apps.journal_story import BLINK_MS, SNAP_MS, SegmentKind, Story

verbs = st.lists(
    st.tuples(
        st.sampled_from(["open", "close"]),
        st.sampled_from([kind for kind in SegmentKind if kind is not SegmentKind.ROUTE]),
        st.integers(-50_000, 100_000),  # milliseconds since the last verb; a wall clock may step back
    ),
    max_size=30,
)


@given(verbs, st.integers(-50_000, 100_000))
def test_segments_leave_no_gap_never_overlap_and_add_up(told: list[tuple[str, SegmentKind, int]], last: int) -> None:
    story = Story("c", 1_000_000)
    at = 1_000_000
    for verb, kind, step in told:
        at += step
        if verb == "open":
            story.open(kind, at, agent="mei" if kind is SegmentKind.TALK else "")
        else:
            story.close(at, "done")
    ended_at, _ = story.end(at + last, "over")
    edges = [1_000_000]
    for n, segment in enumerate(story.segments, 1):
        assert segment.n == n
        assert segment.started_at == edges[-1]
        assert segment.ended_at is not None and segment.ended_at >= segment.started_at
        edges.append(segment.ended_at)
    assert edges[-1] == ended_at >= 1_000_000
    assert story.current is None


@given(verbs)
def test_what_changed_is_what_the_books_must_write(told: list[tuple[str, SegmentKind, int]]) -> None:
    story, books, at = Story("c", 0), {}, 0
    for verb, kind, step in told:
        at += step
        for segment in story.open(kind, at) if verb == "open" else story.close(at, "x"):
            books[segment.n] = (segment.kind, segment.started_at, segment.ended_at, segment.outcome)
    for segment in story.end(at, "over")[1]:
        books[segment.n] = (segment.kind, segment.started_at, segment.ended_at, segment.outcome)
    assert books == {s.n: (s.kind, s.started_at, s.ended_at, s.outcome) for s in story.segments}


def test_a_queue_calls_times_are_charged_to_what_they_were() -> None:
    story = Story("c", 0)
    story.open(SegmentKind.MENU, 20)  # within the snap: the menu began with the call
    story.close(5_000, "1")
    story.open(SegmentKind.QUEUE, 5_010, queue="sales")
    story.open(SegmentKind.RING, 10_000, queue="sales", agent="li")
    story.close(20_000, "no answer")
    story.open(SegmentKind.QUEUE, 20_000, queue="sales")
    story.open(SegmentKind.RING, 22_000, queue="sales", agent="mei")
    story.open(SegmentKind.TALK, 25_000, queue="sales", agent="mei")
    story.open(SegmentKind.HOLD, 40_000, queue="sales", agent="mei")
    story.open(SegmentKind.TALK, 50_000, queue="sales", agent="mei")
    story.end(60_000, "hung up")
    sums = story.sums()
    assert (sums.menu_ms, sums.wait_ms, sums.ring_ms) == (5_000, 20_000, 13_000)
    assert (sums.talk_ms, sums.hold_ms) == (25_000, 10_000)
    assert (story.queue, story.agent) == ("sales", "mei")
    assert repr(story) == "<Story c menu > queue > ring:li > queue > ring:mei > talk:mei > hold:mei > talk:mei>"


def test_an_agent_who_only_rang_is_not_the_calls_agent() -> None:
    story = Story("c", 0)
    story.open(SegmentKind.RING, 0, queue="sales", agent="li")
    story.end(9, "")
    assert (story.queue, story.agent) == ("sales", "")


def test_a_pause_longer_than_the_snap_is_a_segment_of_its_own() -> None:
    story = Story("c", 0)
    story.open(SegmentKind.MENU, SNAP_MS + 1)
    story.close(1_000, "")
    story.end(2_000, "rejected")
    assert [(s.kind.value, s.started_at, s.ended_at) for s in story.segments] == [
        ("route", 0, 101),
        ("menu", 101, 1_000),
        ("route", 1_000, 2_000),
    ]


def test_a_call_that_was_refused_at_once_has_one_segment_or_none() -> None:
    assert Story("c", 5).end(5, "")[0] == 5
    story = Story("c", 5)
    assert [segment.kind for segment in story.end(9, "unknown number")[1]] == [SegmentKind.ROUTE]


def test_a_menu_that_was_only_passed_through_leaves_no_segment() -> None:
    story = Story("c", 0)
    story.open(SegmentKind.MENU, 0, label="hotline")
    story.open(SegmentKind.MENU, 3_000, label="choose")
    story.open(SegmentKind.MENU, 9_000, label="to sales")
    [queue] = story.open(SegmentKind.QUEUE, 9_000 + BLINK_MS - 1, queue="sales")
    assert (queue.n, queue.started_at, queue.kind) == (3, 9_000, SegmentKind.QUEUE)
    assert [segment.label for segment in story.segments] == ["hotline", "choose", ""]
    story.open(SegmentKind.MENU, 20_000, label="again")
    story.open(SegmentKind.QUEUE, 20_000 + BLINK_MS, queue="sales")
    assert len(story.segments) == 5
