"""survey, vote and form as steps: what is asked, what is kept, which way the script takes, which mistakes are found."""

from __future__ import annotations

import pytest

from ivr.run import run
from ivr.words import RecordResult
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import script, wrong

SURVEY = script(
    """
    - survey: {name: service, say: "Two questions.", ask: {friendly: "One?", solved: {say: "Two?", keys: "12"}},
               thanks: "Thanks."}
    - say: "{survey_answers}"
    """
)
VOTE = script(
    """
    - vote: {poll: best, say: "Red one, blue two.", choices: {"1": red, "2": blue}, retries: 1,
             counted: [{say: "Counted {vote}."}], voted: [{say: "Again."}], no_number: [{say: "Who?"}],
             no_vote: [{say: "None."}]}
    - say: "{vote_status}"
    """
)
FORM = script(
    """
    - form: {name: order, ask: {who: {say: "Who?", record: 20}, number: {say: "Number?", digits: 4},
             fast: {say: "Fast?", keys: "12"}}, thanks: "Thanks.", incomplete: [{say: "Incomplete."}]}
    - say: "{who} {number} {fast}"
    """
)


async def kept(made, keys: str, **how) -> tuple[list[str], list[str]]:
    port = FakePort(keys, recorded=how.pop("recorded", None))
    for name, value in how.items():
        setattr(port, name, value)
    await run(made, "main", port)
    return [a for a in port.acts if a.startswith(("survey", "vote", "form"))], [s.partition(": ")[2] for s in port.said]


@pytest.mark.parametrize(
    ("keys", "answers", "said"),
    [
        ("52", ["friendly = 5", "solved = 2"], ["Two questions.", "One?", "Two?", "Thanks.", "2"]),
        ("951", ["friendly = 5", "solved = 1"], ["Two questions.", "One?", "One?", "Two?", "Thanks.", "2"]),
        ("4", ["friendly = 4"], ["Two questions.", "One?", "Two?", "Two?", "Thanks.", "1"]),
        ("", [], ["Two questions.", "One?", "One?", "Two?", "Two?", "0"]),
    ],
)
async def test_a_survey_keeps_each_answer_at_once(keys, answers, said):
    assert await kept(SURVEY, keys) == ([f"survey service: {answer}" for answer in answers], said)


@pytest.mark.parametrize(
    ("keys", "why", "votes", "said"),
    [
        ("2", "", ["blue"], ["Red one, blue two.", "Counted blue.", "counted"]),
        ("71", "", ["red"], ["Red one, blue two.", "Red one, blue two.", "Counted red.", "counted"]),
        ("", "", [], ["Red one, blue two.", "Red one, blue two.", "None.", "no vote"]),
        ("1", "again", [], ["Again.", "again"]),
        ("1", "no number", [], ["Who?", "no number"]),
    ],
)
async def test_a_vote_is_one_vote(keys, why, votes, said):
    assert await kept(VOTE, keys, no_vote=why) == ([f"vote best: {vote}" for vote in votes], said)


@pytest.mark.parametrize(
    ("keys", "seconds", "answers", "end"),
    [
        ("47112", 6.0, ["who = r.wav (6 s)", "number = 4711", "fast = 2"], ["Thanks.", "r.wav 4711 2"]),
        ("47#1", 6.0, ["who = r.wav (6 s)", "number = 47", "fast = 1"], ["Thanks.", "r.wav 47 1"]),
        ("47111", 0.1, ["number = 4711", "fast = 1"], ["Incomplete.", "4711 1"]),
        ("", 6.0, ["who = r.wav (6 s)"], ["Incomplete.", "r.wav"]),
    ],
)
async def test_a_form_keeps_spoken_and_keyed_answers(keys, seconds, answers, end):
    found, said = await kept(FORM, keys, recorded=RecordResult("r.wav", seconds, "silence"))
    assert found == [f"form order: {answer}" for answer in answers]
    assert [text.strip() for text in said[-2:]] == end


@pytest.mark.parametrize(
    ("step", "what"),
    [
        ("survey: {name: 'A b', ask: {x: 'X?'}}", "cannot be a name"),
        ("survey: {name: a, ask: {}}", "must be a mapping of names to questions"),
        ("survey: {name: a, ask: {x: {say: 'X?', record: 5}}}", "has no 'record' here"),
        ("survey: {name: a, ask: {x: {say: 'X?', keys: 'abc'}}}", "are no keys"),
        ("survey: {name: a, ask: {x: {say: '{nobody}'}}}", "nobody"),
        ("vote: {poll: a, say: 'X?', choices: {'12': red}}", "is no key"),
        ("vote: {poll: a, say: 'X?', choices: {'1': red, '2': red}}", "Two keys stand for the same"),
        ("form: {name: a, ask: {x: {say: 'X?', record: 5, digits: 2}}}", "in two ways"),
        ("form: {name: a, ask: {caller: {say: 'X?', record: 5}}}", "is set by the switch"),
        ("form: {name: a, ask: {x: {say: 'X?', digits: 99}}}", "99"),
    ],
)
def test_mistakes_are_found(step, what):
    text = f"routes: [{{to: '1', do: main}}]\nscripts:\n  main:\n    - {step}"
    assert any(what in str(mistake) for mistake in wrong(text)), wrong(text)


def test_questions_are_rendered_ahead():
    assert {("One?", "en"), ("Two?", "en"), ("Thanks.", "en")} <= SURVEY.static_texts()
