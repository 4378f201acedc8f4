"""The pure show: parts, places and who hears whom, whatever happens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.studio.show import Show
from apps.studio.words import PARTS, Happening, Part, Role
from media.words import StreamId

HOST, EXPERT = "h", "e"


def show(*callers: str) -> Show:
    made = Show()
    made.join(HOST, StreamId(HOST), Role.HOST)
    made.join(EXPERT, StreamId(EXPERT), Role.EXPERT)
    for caller in callers:
        made.join(caller, StreamId(caller), Role.CALLER)
    return made


def heard_by(made: Show, who: str) -> set[str]:
    hearing = made.hearing()
    return {str(other) for other in hearing.members if hearing.gain(other, StreamId(who))}


def test_every_pair_of_the_table() -> None:
    for part in Part:
        for happening in Happening:
            made = show("a")
            member = made.members["a"]
            member.part, member.place = part, 0 if part is Part.LISTENING else 7
            wanted = PARTS[part].get(happening)
            assert made.happen("a", happening) is (wanted is not None)
            assert made.members["a"].part is (wanted or part)


def test_listeners_hear_who_is_on_air_and_nobody_hears_them() -> None:
    made = show("a", "b")
    for who in ("a", "b", HOST):
        assert heard_by(made, who) == {EXPERT}
    assert heard_by(made, EXPERT) == set()


def test_who_is_screened_and_the_host_hear_each_other_alone_and_the_show_goes_on() -> None:
    made = show("a", "b")
    made.happen("a", Happening.ASKED)
    made.happen("a", Happening.SCREEN)
    assert heard_by(made, "a") == {EXPERT, HOST} and heard_by(made, HOST) == {EXPERT, "a"}
    assert heard_by(made, "b") == {EXPERT} and heard_by(made, EXPERT) == set()
    made.happen("a", Happening.AIR)
    assert heard_by(made, "b") == {EXPERT, "a"} and heard_by(made, EXPERT) == {"a"} and heard_by(made, "a") == {EXPERT}


def test_a_place_is_kept_on_air_and_given_up_by_a_drop() -> None:
    made = show("a", "b", "c")
    for who in "abc":
        made.happen(who, Happening.ASKED)
    made.happen("a", Happening.AIR)
    assert [m.call for m in made.line] == ["b", "c"]
    made.happen("a", Happening.BACK)
    assert [m.call for m in made.line] == ["a", "b", "c"] and made.position("a") == 1
    made.happen("a", Happening.AIR)
    made.happen("a", Happening.DROP)
    made.happen("a", Happening.ASKED)
    assert [m.call for m in made.line] == ["b", "c", "a"]


def test_back_of_one_who_never_asked_is_to_the_listeners() -> None:
    made = show("a")
    made.happen("a", Happening.AIR)
    made.happen("a", Happening.BACK)
    assert made.members["a"].part is Part.LISTENING and made.line == []


@pytest.mark.parametrize("who", [HOST, EXPERT])
def test_hosts_and_experts_stand_in_no_line(who: str) -> None:
    made = show()
    made.happen(who, Happening.AIR)
    assert not made.happen(who, Happening.ASKED) and not made.happen(who, Happening.SCREEN)
    assert made.happen(who, Happening.DROP) and made.happen(who, Happening.AIR) and made.happen(who, Happening.BACK)
    assert made.members[who].part is Part.LISTENING and made.line == []


CALLERS = ("a", "b", "c")


@given(st.lists(st.tuples(st.sampled_from((*CALLERS, HOST, EXPERT)), st.sampled_from([*Happening, None])), max_size=40))
def test_whatever_happens_who_is_not_on_air_is_heard_by_nobody_but_host_and_screened(
    steps: list[tuple[str, Happening | None]],
) -> None:
    made = show(*CALLERS)
    for who, happening in steps:
        if happening is None:
            made.leave(who)
            role = {HOST: Role.HOST, EXPERT: Role.EXPERT}.get(who, Role.CALLER)
            made.join(who, StreamId(who), role)
        else:
            places = {m.call: m.place for m in made.members.values()}
            if made.happen(who, happening) and happening in (Happening.AIR, Happening.BACK, Happening.SCREEN):
                assert made.members[who].place in (places[who], 0) or not places[who]
        hearing = made.hearing()
        for member in made.members.values():
            ears = {str(o) for o in hearing.members if hearing.gain(member.stream, o)}
            others = set(made.members) - {member.call}
            screened = {m.call for m in made.those(Part.SCREENED)}
            if member.part is Part.SCREENED:
                assert ears == {HOST} & others
            elif member.role is Role.HOST and screened:
                assert ears == screened
            else:
                assert ears == (others if member.part is Part.ON_AIR else set())
        positions = [made.position(m.call) for m in made.line]
        assert positions == list(range(1, len(positions) + 1))
