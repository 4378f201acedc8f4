"""Who answered: the table, the judge on paper, and how often it is right on a set that it was not made by."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.amd import TABLE, GreetingOver, Judge, Judgement, Kind, Sign, State
from media.answer import AnswerParameters, Verdict
from media.beep import Beep
from tests.stage import greetings
from tests.stage.amd_run import confusion, judged, verdict

BY = AnswerParameters()
BEEP = Beep(1000.0, 300)


def story(*parts: tuple[str, int] | Beep, beep: bool = False, **other: int) -> list[Judgement | GreetingOver]:
    """What is told of "voice", "quiet", "tone" and "loud" of so many ms each, and beeps."""
    judge, told = Judge(AnswerParameters(beep=beep, **other)), []
    for part in parts:
        if isinstance(part, Beep):
            told += judge.hear(Kind.QUIET, part)
            continue
        what, ms = part
        for _ in range(ms // 20):
            told += judge.hear(Kind[what.upper()])
    return told


# ---- the table ----------------------------------------------------------------------------------------------


def test_every_pair_of_state_and_sign_is_as_it_is_meant() -> None:
    judging = {State.WAITING, State.TALKING, State.PAUSING}
    assert TABLE.keys() == set(State) and TABLE[State.OVER] == {}
    for state, sign in itertools.product(State, Sign):
        step = TABLE[state].get(sign)
        if step is None:
            continue
        if step.verdict is not None:
            assert state in judging and step.to in (State.GREETING, State.OVER), (state, sign)
            assert (step.verdict is Verdict.MACHINE) or step.to is State.OVER
        if state is State.GREETING:
            assert step.to is State.OVER and step.verdict is None
    for state in judging:
        assert {Sign.TIME_UP, Sign.BEEPED} <= TABLE[state].keys()


def test_each_state_that_is_not_over_can_be_left_and_each_is_reached() -> None:
    reached = {State.WAITING}
    for _ in State:
        reached |= {step.to for state in reached for step in TABLE[state].values()}
    assert reached == set(State)


# ---- on paper -----------------------------------------------------------------------------------------------


def test_a_word_and_a_pause_are_a_human() -> None:
    assert story(("quiet", 500), ("voice", 400), ("quiet", 2000)) == [
        Judgement(Verdict.HUMAN, "short_greeting", 500 + 400 + BY.after_greeting_silence, 1)
    ]


def test_who_talks_on_is_a_machine() -> None:
    (told,) = story(("quiet", 500), *[("voice", 600), ("quiet", 200)] * 6)
    assert isinstance(told, Judgement)
    assert (told.verdict, told.cause, told.words) == (Verdict.MACHINE, "long_greeting", 4)
    assert told.ms == 500 + 3 * 800 + BY.greeting - 3 * 600


def test_many_short_words_are_a_machine() -> None:
    (told,) = story(*[("voice", 120), ("quiet", 100)] * 20)
    assert told == Judgement(Verdict.MACHINE, "many_words", BY.maximum_number_of_words * 220 + 100, 7)


def test_a_word_without_end_is_a_machine() -> None:
    (told,) = story(("voice", 6000), greeting=10_000, maximum_word_length=3000)
    assert told == Judgement(Verdict.MACHINE, "long_word", 3000, 1)


def test_nothing_said_is_silence_and_clicks_are_no_words() -> None:
    assert story(("quiet", 9000)) == [Judgement(Verdict.SILENCE, "nothing_said", BY.initial_silence, 0)]
    (told,) = story(*[("voice", 60), ("quiet", 440)] * 20)
    assert isinstance(told, Judgement) and told.verdict is Verdict.SILENCE


def test_the_rest_of_a_ring_is_neither_silence_nor_a_beep() -> None:
    ring = Beep(450.0, 900)
    told = story(("tone", 2000), ring, ("quiet", 1000), ("voice", 400), ("quiet", 1000))
    assert [item.verdict for item in told if isinstance(item, Judgement)] == [Verdict.HUMAN]


def test_music_is_no_pause_and_noise_after_a_greeting_is_its_end() -> None:
    (told,) = story(("voice", 400), ("loud", 9000))
    assert isinstance(told, Judgement) and told.verdict is Verdict.NOT_SURE
    told = story(*[("voice", 600), ("quiet", 200)] * 8, ("loud", 5000), beep=True)
    assert [item.cause for item in told] == ["long_greeting", "silence"]


def test_a_beep_alone_is_a_machine() -> None:
    assert story(("quiet", 300), BEEP) == [Judgement(Verdict.MACHINE, "beep", 320, 0)]


def test_what_is_neither_in_time_is_not_sure() -> None:
    told = story(*[("voice", 200), ("quiet", 700)] * 9, maximum_number_of_words=20)
    assert told == [Judgement(Verdict.NOT_SURE, "time_up", BY.total_analysis_time, 7)]


def test_after_a_machine_its_beep_is_told_when_asked_for() -> None:
    greeting = [("voice", 600), ("quiet", 200)] * 8
    told = story(*greeting, BEEP, ("quiet", 3000), beep=True)
    assert isinstance(told[0], Judgement) and told[0].verdict is Verdict.MACHINE
    assert told[1:] == [GreetingOver("beep", 1000.0, 8 * 800 + 20)]
    assert len(story(*greeting, BEEP)) == 1


def test_a_greeting_without_a_beep_ends_with_silence() -> None:
    told = story(*[("voice", 600), ("quiet", 200)] * 8, ("quiet", 5000), beep=True)
    assert told[1] == GreetingOver("silence", 0.0, 8 * 800 - 200 + BY.end_of_greeting_silence)


def test_a_tone_that_lasts_is_not_the_end_of_a_greeting() -> None:
    told = story(*[("voice", 600), ("quiet", 200)] * 8, ("tone", 2500), BEEP, beep=True)
    assert told[1:] == [GreetingOver("beep", 1000.0, 8 * 800 + 2520)]


def test_a_greeting_without_end_is_given_up() -> None:
    told = story(*[("voice", 600), ("quiet", 200)] * 80, beep=True, beep_wait=10_000)
    assert isinstance(told[0], Judgement) and told[1] == GreetingOver("timeout", 0.0, told[0].ms + 10_000)


@given(
    st.lists(
        st.tuples(st.sampled_from(["voice", "quiet", "tone", "loud"]), st.integers(0, 3000)).map(tuple) | st.just(BEEP),
        max_size=40,
    ),
    st.booleans(),
)
def test_whatever_is_heard_there_is_one_verdict_at_most_and_it_comes_in_time(parts: list, beep: bool) -> None:
    told = story(*parts, beep=beep)
    verdicts = [item for item in told if isinstance(item, Judgement)]
    over = [item for item in told if isinstance(item, GreetingOver)]
    assert len(verdicts) <= 1 and len(over) <= 1 and told == verdicts + over
    lasted = sum(20 if isinstance(part, Beep) else part[1] // 20 * 20 for part in parts)
    if lasted >= BY.total_analysis_time:
        assert verdicts and verdicts[0].ms <= BY.total_analysis_time
    if over:
        assert beep and verdicts[0].verdict is Verdict.MACHINE


def test_no_length_may_be_negative() -> None:
    with pytest.raises(ValueError, match="greeting of -1"):
        AnswerParameters(greeting=-1)


# ---- on a set that it was not made by -----------------------------------------------------------------------


def right(group: str, calls: list[greetings.Heard]) -> dict[str, float]:
    """Share of each verdict on `group`."""
    told = judged(calls, AnswerParameters(beep=True))
    found = confusion(calls, told)
    count = sum(n for (who, _), n in found.items() if who == group)
    assert count, group
    return {taken: n / count for (who, taken), n in found.items() if who == group}


def test_spoken_answers_are_told_apart() -> None:
    calls = list(greetings.calls(greetings.spoken("exam"), seed=11))
    assert right("human", calls)["human"] >= 0.9
    assert right("machine", calls)["machine"] >= 0.97


def test_recorded_answers_are_told_apart() -> None:
    calls = list(greetings.calls(greetings.from_prompts("exam"), seed=12, times=12))
    assert right("human", calls)["human"] >= 0.9
    assert right("machine", calls)["machine"] >= 0.9


def test_silence_is_silence_and_music_is_no_human() -> None:
    silence, music = greetings.others()
    quiet = [greetings.call(silence, "clean", level, level + 100) for level in range(-35, -9)]
    assert right("silence", quiet) == {"silence": 1.0}
    tunes = list(greetings.calls((music,), seed=13, times=30))
    assert right("music", tunes).get("human", 0.0) <= 0.1


def test_the_beep_after_a_greeting_is_found_at_its_end() -> None:
    machines = tuple(answer for answer in greetings.spoken("exam") if answer.who == "machine")
    calls = list(greetings.calls(machines, seed=14))
    found = 0
    for call, told in zip(calls, judged(calls, AnswerParameters(beep=True)), strict=True):
        assert call.beep is not None
        if verdict(told) == "machine" and len(told) == 2 and isinstance(over := told[1], GreetingOver):
            found += over.cause == "beep" and 0 <= over.ms / 1000 - call.beep[0] < 0.12
    assert found >= 0.95 * len(calls)
