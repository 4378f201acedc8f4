"""Who speaks in a room on several engines, as the desk puts it together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.desk_floor import Speakers
from media.events import FloorChanged
from media.words import RoomId, StreamId

R = RoomId("r")


def said(*speakers: tuple[str, float], room: RoomId = R) -> FloorChanged:
    return FloorChanged(room, tuple(StreamId(name) for name, _ in speakers), tuple(level for _, level in speakers))


def test_all_engines_speakers_are_told_the_loudest_first_and_no_tie() -> None:
    speakers = Speakers()
    assert speakers.heard("e1", said(("a", -20.0))) == said(("a", -20.0))
    assert speakers.heard("e2", said(("b", -10.0), ("~r/e1/e2", -20.0))) == said(("b", -10.0), ("a", -20.0))
    assert speakers.heard("e1", said(("a", -20.0), ("~r/e1/e2", -10.0))) is None, "only a tie began to speak"
    assert speakers.heard("e1", said()) == said(("b", -10.0))
    assert speakers.heard("e2", said(("~r/e1/e2", -20.0))) == said()


def test_an_engine_that_dies_is_silent_in_all_rooms_and_who_is_not_watched_is_forgotten() -> None:
    speakers, other = Speakers(), RoomId("s")
    speakers.heard("e1", said(("a", -20.0)))
    speakers.heard("e2", said(("b", -10.0)))
    speakers.heard("e1", said(("c", -10.0), room=other))
    assert speakers.lost("e1") == [said(("b", -10.0)), said(room=other)]
    assert speakers.lost("e1") == []
    speakers.forget(R)
    assert speakers.heard("e1", said(("a", -20.0))) == said(("a", -20.0))


@given(
    st.lists(st.tuples(st.sampled_from(["e1", "e2"]), st.dictionaries(st.sampled_from("ab~"), st.floats(-40, 0)))),
    st.data(),
)
def test_what_is_told_last_is_who_speaks(story: list[tuple[str, dict[str, float]]], data: st.DataObject) -> None:
    speakers, told, now = Speakers(), set(), {"e1": set(), "e2": set()}
    for engine, levels in story:
        heard = said(*((engine + name if name != "~" else "~x", level) for name, level in levels.items()))
        now[engine] = {engine + name for name in levels if name != "~"}
        if (event := speakers.heard(engine, heard)) is not None:
            told = set(event.speakers)
            assert list(event.levels_dbm0) == sorted(event.levels_dbm0, reverse=True)
        if data.draw(st.integers(0, 9)) == 0:
            now["e1"] = set()
            for event in speakers.lost("e1"):
                told = set(event.speakers)
        assert told == now["e1"] | now["e2"]
