"""A call on paper: the real runner under a virtual clock, and what it tells."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.argument import KEYS
from ivr.lookup import SqlRequest
from ivr.running import STARS
from ivr.simulator import clock, keys, outcomes, world
from ivr.simulator.call import walk_script
from ivr.simulator.keys import Keys
from ivr.simulator.line import SimulatedLine, Times
from ivr.words import Parameters, Pause
from tests.ivr.stage import ENGLISH, SITE, script

MENU = """
- label: ask
  menu:
    say: Press one or two.
    keys: {"1": [{say: One}], "2": {dial: "2001"}, "12": [{say: Twelve}]}
    no_input: [{say: Nothing}]
    no_match: [{say: Wrong}]
- say: Next
"""


def story(plan, name="main", *, hangs_up_s=1e9, language="", **more):
    """Walk a script of a plan."""

    async def work():
        line = SimulatedLine("13800138000", "4001", datetime(2026, 3, 2, 10, 0, tzinfo=UTC), **more)
        return await walk_script(plan, name, line, hangs_up_s=hangs_up_s, language=language)

    return clock.run(work())


def told(walked, *kinds):
    """What happened of some kinds, with its time."""
    return [(moment.at_s, moment.what) for moment in walked.moments if moment.kind in kinds]


def keyed(text):
    return {"keys": keys.parse(text)}


# ---- the clock ----------------------------------------------------------------------------------------------------


def test_a_virtual_day_takes_no_time_and_timers_come_in_order():
    async def work():
        seen = []
        loop = asyncio.get_running_loop()
        for at in (86_400.0, 5.0, 0.5):
            loop.call_later(at, lambda at=at: seen.append((at, loop.time())))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10):
                await asyncio.sleep(86_500)
        await asyncio.sleep(86_400)
        return seen

    begun = time.perf_counter()
    assert clock.run(work()) == [(0.5, 0.5), (5.0, 5.0), (86_400.0, 86_400.0)]
    assert time.perf_counter() - begun < 1.0


def test_who_waits_for_nothing_is_told():
    async def forever():
        await asyncio.Event().wait()

    with pytest.raises(clock.Stuck):
        clock.run(forever())


# ---- keys ---------------------------------------------------------------------------------------------------------


def test_keys_are_read():
    assert keys.parse("1 2001#, - *") == Keys(("1", "2", "0", "0", "1", "#", "", "*"))
    assert keys.parse("12@3.5 1") == Keys(("1",), ((3.5, "1"), (3.7, "2")))
    assert keys.parse("") == Keys()
    for wrong in ("a", "1@", "1@x", "@3", "1" * 600):
        with pytest.raises(keys.KeysError):
            keys.parse(wrong)


@given(st.text(alphabet=KEYS + "-, @.x5", max_size=40))
def test_any_text_is_keys_or_told(text):
    try:
        found = keys.parse(text)
    except keys.KeysError as error:
        assert str(error)
    else:
        assert set(found.asked) <= {*KEYS, ""} and list(found.timed) == sorted(found.timed)


def test_a_key_is_keyed_when_the_question_has_been_heard_out():
    walked = story(script(MENU), **keyed("2"))
    assert told(walked, "say", "key", "dial")[:3] == [
        (0.0, "Press one or two."), (1.27, "2"), (1.27, "rings 2001")]  # fmt: skip


def test_a_timed_key_cuts_the_question_at_that_moment():
    walked = story(script(MENU), **keyed("2@0.5"))
    assert told(walked, "key", "dial")[:2] == [(0.5, "2"), (0.5, "rings 2001")]


def test_a_question_is_let_pass_and_asked_again():
    walked = story(script(MENU), **keyed("- 2"))
    assert [what for _, what in told(walked, "say", "wait", "key")][:4] == [
        "Press one or two.", "no key within 5 s", "Press one or two.", "2"]  # fmt: skip


def test_a_branch_is_told_with_its_reason_and_its_line():
    walked = story(script(MENU), **keyed("7 7 7"))
    (branch,) = [moment for moment in walked.moments if moment.kind == "branch"]
    assert branch.what == "branch no_match (7 is no key of it)"
    assert (branch.step, branch.file, branch.line) == ("main.ask", "d.yaml", 6)
    assert "branch no_input (nothing was keyed)" in [what for _, what in told(story(script(MENU)), "branch")]


# ---- how it ends --------------------------------------------------------------------------------------------------


def test_the_end_says_who_and_why():
    walked = story(script("- hangup: busy"))
    assert (walked.ended_by, walked.cause, walked.why) == ("script", "busy", "hung up by the script: busy")
    assert told(walked, "end") == [(0.0, "the switch refuses: busy")]
    walked = story(script(MENU), hangs_up_s=0.7)
    assert (walked.ended_by, walked.seconds, walked.cause) == ("caller", 0.7, "")


def test_a_script_that_turns_in_circles_is_stopped_by_the_runners_own_limit():
    walked = story(script(MENU.replace("no_input: [{say: Nothing}]", "no_input: repeat")), **keyed("- " * 200))
    assert "came round 10 times" in walked.why and walked.seconds < 600


# ---- queues, dials, recordings ------------------------------------------------------------------------------------

QUEUE = """
- queue: {name: sales, max_wait: 5m, timed_out: [{say: Late}], full: [{say: Full}]}
- say: Next
"""


def test_a_queue_says_what_it_was_told_to_say_in_turn():
    plan = script("- label: again\n" + QUEUE.strip().replace("- queue", "  queue", 1) + "\n- goto: again")
    walked = story(plan, queues=outcomes.parse(["timed out", "sales=full", "sales=connected"], outcomes.QUEUE))
    said = [what for _, what in told(walked, "say")]
    assert said == ["Full", "Next"] and walked.why == "the agent hung up"
    walked = story(script(QUEUE), queues=outcomes.parse(["timed_out"], outcomes.QUEUE))
    assert told(walked, "queue")[-1] == (300.0, "sales: timed out after 300 s")
    assert walked.variables["queue_status"] == "timed out" and walked.variables["waited"] == "300"


def test_an_outcome_that_cannot_be_is_told():
    with pytest.raises(outcomes.OutcomeError, match='Did you mean "timed out"'):
        outcomes.parse(["timd out"], outcomes.QUEUE)


@pytest.mark.parametrize("says", outcomes.DIAL)
def test_a_dial_ends_as_it_was_told(says):
    plan = script("- dial: {to: '2001', timeout: 20, amd: true, answered: continue}\n- say: Next")
    walked = story(plan, dials=outcomes.parse([says], outcomes.DIAL))
    assert walked.variables["dial_status"] == says and told(walked, "say")[-1][1] == "Next"
    if says == "no answer":
        assert walked.moments[-1].at_s > 20


def test_a_recording_ends_by_silence_by_a_key_or_never_began():
    plan = script("- record: {silence: 4, empty: [{say: Nothing}]}\n- say: Thanks")
    assert told(story(plan), "record") == [(12.4, "a recording: 12 s, ended by silence")]
    assert told(story(plan, **keyed("#")), "record") == [(8.4, "a recording: 8 s, ended by key")]
    assert "Nothing" in [what for _, what in told(story(plan, times=Times(message_s=0)), "say")]


def test_hidden_digits_are_stars_in_the_story():
    plan = script("""
        - gather: {say: PIN, into: pin, hidden: true, num_digits: 4, no_input: hangup, no_match: hangup}
        - say: ok
    """)
    walked = story(plan, **keyed("1234"))
    assert walked.variables["pin"] == STARS and [what for _, what in told(walked, "key")] == ["*"] * 4


def test_prompts_take_the_time_they_are_said_to_take():
    plan = script("- say: [Hello, {pause: 500}]\n- say: Bye")
    walked = story(plan, times=Times(prompt_s=lambda prompt: 0.5 if isinstance(prompt, Pause) else 3.0))
    assert told(walked, "say", "pause") == [(0.0, "Hello"), (3.0, "500 ms"), (3.5, "Bye")]


def test_languages_are_told_and_the_route_begins_in_its_own():
    plan = script('- say: {zh: "甲", en: "a"}\n- set: {language: zh}\n- say: {zh: "甲", en: "a"}', SITE)
    walked = story(plan, language="en")
    assert [(moment.language, moment.what) for moment in walked.moments if moment.kind == "say"] == [
        ("en", "a"), ("zh", "甲")]  # fmt: skip


def test_called_scripts_conditions_and_memory_are_told():
    more = "#\n  other:\n    - remember: {seen: 'yes', vip: gold}\n    - return: '7'\n"
    plan = script("- call: {script: other, into: n}\n- if: {test: 'n > 5', then: [{say: Many}]}\n"
                  "- say: '{caller.vip}'", more=more)  # fmt: skip
    walked = story(plan, remembered={"vip": "iron"})
    assert [what for _, what in told(walked, "set", "branch", "say")] == [
        "runs other and comes back", "caller.seen = yes", "caller.vip = gold", "goes back with 7", "n = 7",
        "branch then (n > 5 holds)", "Many", "gold"]  # fmt: skip


def test_the_world_answers_what_it_was_told_and_else_nothing():
    steps = """
        - http: {url: "https://crm.example/of?n={caller}", into: {level: customer.level}, failed: [{say: Down}]}
        - say: "{level}"
        - run: {function: rates.today, failed: [{say: Broken}]}
        - say: "{result}"
    """
    plan = script(steps, FUNCTIONS)
    says = ['https://crm.example={"customer": {"level": "gold"}}', "rates.today=7.1"]
    walked = story(plan, answers=world.parse(says))
    assert [what for _, what in told(walked, "say", "look")] == [
        "get https://crm.example/of: 200", "gold", "rates.today: done", "7.1"]  # fmt: skip
    walked = story(plan, answers=world.parse(["https://crm=404", "rates.today=error: no line"]))
    assert [what for _, what in told(walked, "say", "look")][:4] == [
        "get https://crm.example/of: 404", "Down", "rates.today: no line", "Broken"]  # fmt: skip
    assert [what for _, what in told(story(plan), "say")] == ["Down", "Broken"]
    rows = world.parse(['customers=[["gold", 7], ["iron", 1]]', "none=[]"])
    assert rows.sql(SqlRequest("customers", "")).rows == (("gold", "7"), ("iron", "1"))
    assert [rows.sql(SqlRequest(name, "")).status for name in ("none", "other")] == ["none", "failed"]
    with pytest.raises(world.AnswerError):
        world.parse(["nothing"])


FUNCTIONS = replace(ENGLISH, functions={"rates.today": Parameters((), (), any_more=False)})


def test_a_failing_verb_is_told_and_ends_the_call(monkeypatch):
    from ivr.steps.say import Say

    async def fails(self, call):
        raise RuntimeError("no such luck")

    monkeypatch.setattr(Say, "run", fails)
    walked = story(script("- say: Hello"))
    assert walked.cause == "error" and "RuntimeError: no such luck" in walked.why


def test_time_never_goes_back():
    times = [moment.at_s for moment in story(script(MENU), **keyed("1@0.2 - 2 1@9")).moments]
    assert times == sorted(times)
