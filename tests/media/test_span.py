"""Rooms over engines, on paper: every listener hears every speaker as on one engine, once and by however many ties."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from media.hearing import talk
from media.span import Part, Plan, Shape, is_tie, plan
from media.words import RoomId, StreamId

NAMES = [StreamId(f"c.{n}") for n in range(6)]
ENGINES = ["e1", "e2", "e3"]


def gain(part: Part, speaker: str, listener: str) -> float:
    """What a room's shape means on one engine: a pair that is named, else what the two make together."""
    if speaker == listener:
        return 0.0
    shape = part.shape
    pair = (StreamId(speaker), StreamId(listener))
    return shape.gains.get(pair, shape.says.get(pair[0], 1.0) * shape.hears.get(pair[1], 1.0))


def paths(wanted: Plan, members: dict[StreamId, str], speaker: StreamId, listener: StreamId) -> list[float]:
    """Gains of all ways from a mouth to an ear, followed tie by tie; those of nought are none."""
    found = []

    def follow(at: str, voice: str, loud: float, seen: tuple[str, ...]) -> None:
        part = wanted.parts[at]
        assert voice in part.members
        if members[listener] == at:
            found.append(loud * gain(part, voice, listener))
        for tie in wanted.ties:
            if tie.name in seen or tie.speaker is not None or at not in (tie.here, tie.there):
                continue
            there = tie.there if at == tie.here else tie.here
            follow(there, tie.name, loud * gain(part, voice, tie.name), (*seen, tie.name))

    follow(members[speaker], speaker, 1.0, ())
    for tie in wanted.ties:
        if tie.speaker == speaker:
            assert tie.here == members[speaker]
            follow(tie.there, tie.name, 1.0, (tie.name,))
    return [loud for loud in found if loud]


gains = st.sampled_from([0.0, 0.5, 1.0, 2.0])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_gain_is_what_it_would_be_on_one_engine(data: st.DataObject) -> None:
    members = data.draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(ENGINES), min_size=1))
    shape = Shape(
        data.draw(st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), gains, max_size=5)),
        data.draw(st.dictionaries(st.sampled_from(NAMES), gains, max_size=3)),
        data.draw(st.dictionaries(st.sampled_from(NAMES), gains, max_size=3)),
    )
    hub = data.draw(st.sampled_from(sorted(set(members.values()))))
    wanted = plan(RoomId("r"), members, hub, shape)
    one = plan(RoomId("r"), dict.fromkeys(members, "e1"), "e1", shape)
    assert one.ties == () and set(one.parts) == {"e1"}
    for speaker in members:
        for listener in members:
            ways = paths(wanted, members, speaker, listener)
            due = gain(one.parts["e1"], speaker, listener)
            if speaker == listener:
                assert not ways, "an echo"
            else:
                assert ways == ([due] if due else []), (speaker, listener, wanted)


def test_a_plain_conference_is_a_star_without_gains() -> None:
    members = dict(zip(NAMES, ["e1", "e2", "e3", "e1", "e2", "e3"], strict=True))
    wanted = plan(RoomId("r"), members, "e2", Shape())
    assert {(tie.here, tie.there, tie.speaker) for tie in wanted.ties} == {("e2", "e1", None), ("e2", "e3", None)}
    assert not any(part.shape for part in wanted.parts.values())
    assert sum(is_tie(name) for part in wanted.parts.values() for name in part.members) == 4


def test_a_whisper_takes_a_tie_of_its_own_and_only_where_it_must() -> None:
    boss, agent, client = NAMES[:3]
    hearing = talk(boss, agent, client).whisper(boss, agent)
    shape = Shape(hearing.pairs, hearing.says, hearing.hears)
    apart = plan(RoomId("r"), {boss: "e1", agent: "e2", client: "e2"}, "e1", shape)
    assert [tie.speaker for tie in apart.ties] == [None, boss]
    together = plan(RoomId("r"), {boss: "e1", agent: "e1", client: "e1"}, "e1", shape)
    assert together.ties == ()
