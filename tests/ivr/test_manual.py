"""docs/dialplan.md against the code: every verb, argument, default, key; nothing more and nothing less."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, replace
from pathlib import Path

import pytest

from ivr import document, load, read_hours, read_route, spoken
from ivr.argument import RESERVED
from ivr.expression import condition
from ivr.expression_grammar import MAX_DEPTH, MAX_PARTS
from ivr.expression_parts import FUNCTIONS
from ivr.expression_words import MAX_LENGTH
from ivr.running import SAME_STEP_LIMIT, STEP_LIMIT
from ivr.script_call import Call
from ivr.steps import VERBS
from ivr.steps.hangup import CAUSES
from ivr.words import Parameters
from tests.ivr.stage import SITE

MANUAL = (Path(__file__).parents[2] / "docs" / "dialplan.md").read_text("utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in MANUAL.partition("<!-- verbs")[2].split("\n### ")[1:]}


def default(argument) -> str:
    """How the manual shows an argument's default."""
    if argument.default is MISSING:
        return "must be given"
    value = argument.default
    if argument.name == "say" and value:
        return "a greeting"
    if value is None or value == ():
        return "-"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f'`"{value}"`' if value == "#" else f"`{value}`"


def keys_after(mark: str) -> set[str]:
    """The first column of the table after a mark."""
    table = MANUAL.partition(f"<!-- {mark} -->\n")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE))


def test_the_manual_has_every_verb_and_no_other():
    assert set(SECTIONS) == set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verbs_section_has_its_line_and_exactly_its_arguments(verb):
    section = SECTIONS[verb]
    assert VERBS[verb].__doc__.splitlines()[0] in section
    told = re.findall(r"^\| `([a-z_]+)` \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    assert told == [
        (argument.name, default(argument), f"{argument.metadata['doc']} ({argument.metadata['kind'].word})")
        for argument in fields(VERBS[verb])
    ]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_it_does_and_every_argument_what_it_means(verb):
    assert VERBS[verb].__doc__.splitlines()[0].endswith(".")
    assert all(argument.metadata["doc"].endswith(".") for argument in fields(VERBS[verb]))


def test_conditions_results_and_hours_are_those_of_the_code():
    assert keys_after("conditions") == set(read_route.CONDITIONS)
    assert keys_after("results") == set(read_route.RESULTS)
    assert keys_after("hours") == set(read_hours.KEYS)


def test_limits_causes_forms_and_variables_are_those_of_the_code():
    assert f"{STEP_LIMIT} steps" in MANUAL and f"step {SAME_STEP_LIMIT} times" in MANUAL
    assert all(f"`{cause}`" in MANUAL for cause in CAUSES)
    assert all(f"{{n:{form}}}" in MANUAL for form in spoken.FORMS)
    assert all(f"`{name}`" in MANUAL for name in RESERVED)
    assert ", ".join(spoken.CURRENCIES) in MANUAL


def test_expressions_functions_and_limits_are_those_of_the_code():
    assert keys_after("functions") == {*FUNCTIONS, "matches"}
    assert all(f"| {function.shown} |" in MANUAL for function in FUNCTIONS.values())
    assert f"{MAX_LENGTH} characters, {MAX_PARTS} parts, {MAX_DEPTH} brackets" in MANUAL
    section = MANUAL.partition("### Expressions")[2].partition("## Verbs")[0]
    for written in re.findall(r"`([^`]* (?:==|>=|in) [^`]*\w[^`]*)`", section.partition("Weakest")[0]):
        assert condition(written).names


VERBS_PART = MANUAL.partition("<!-- verbs")[2]
EXAMPLES = re.findall(r"```yaml\n(- .*?)```", VERBS_PART, re.DOTALL) + re.findall(r"`(- [^`\n]+)`", VERBS_PART)
ELSEWHERE = ("There is no script or label", "Nothing sets", "No script remembers", "A dead end", "never reached")
"""What an example leaves to the dialplan around it."""


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_verbs_are_good_steps(example):
    known = replace(
        SITE, databases={"crm": lambda query: (None, "")}, functions={"billing.due": Parameters(("account",))}
    )
    steps = "".join(f"    {line}\n" for line in example.splitlines())
    text = f"routes: [{{do: main}}]\nscripts:\n  main:\n{steps}"
    _, found = load.parse([document.parse(text, "example")], known)
    assert not [str(one) for one in found if not any(said in one.what for said in ELSEWHERE)]


def test_the_call_object_of_the_sites_code_is_told_whole():
    public = {name: member for name, member in vars(Call).items() if not name.startswith("_")}
    assert keys_after("call object") == set(public)
    for member in public.values():
        meaning = (member.fget if isinstance(member, property) else member).__doc__.split("\n")[0]
        assert f"| {meaning} |" in MANUAL


def test_the_example_is_a_good_dialplan():
    example = re.search(r"```yaml\n(.*?)```", MANUAL, re.DOTALL)[1]
    _, wrong = load.parse([document.parse(example, "example")], SITE)
    assert not wrong, "\n".join(map(str, wrong))
