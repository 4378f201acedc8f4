"""Patterns of numbers."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.pattern import MAX_VISITS, PatternError, covered, parse


@pytest.mark.parametrize(
    ("pattern", "number", "rest"),
    [
        ("4001", "4001", ""),
        ("4001", "40011", None),
        ("4001", "400", None),
        ("0100", "100", None),
        ("*8", "*8", ""),
        ("*8", "8", None),
        ("2XXX", "2999", ""),
        ("2XXX", "29999", None),
        ("2XXX", "2*99", None),
        ("NZX", "219", ""),
        ("NZX", "119", None),
        ("NZX", "209", None),
        ("[2]XXX", "2000", ""),
        ("[68]X", "75", None),
        ("[^0]X", "05", None),
        ("86*", "8613800138000", "13800138000"),
        ("86*", "86", ""),
        ("86*", "8", None),
        ("*8*", "*82001", "2001"),
        ("**", "*97", "97"),
        ("*", "", ""),
        ("*", "anything", "anything"),
        ("9X*", "9123", "23"),
        ("/1[38]\\d{9}/", "13800138000", ""),
        ("/1[38]\\d{9}/", "138001380001", None),
        ("/^(400|800)\\d+$/", "4001", ""),
        ("/(400|800)\\d+/", "400", None),
        ("/\\+?86.*/", "+8610", ""),
        ("/a|b|/", "", ""),
        ("/[^0-9]+/", "12", None),
        ("alice", "alice", ""),
        ("2XXX", "2" + "\u0661" * 3, None),
        ("*", "x" * 129, None),
    ],
)
def test_a_pattern_matches_whole_numbers_and_gives_the_rest(pattern, number, rest):
    assert parse(pattern).match(number) == rest


@pytest.mark.parametrize(
    "text",
    ["", "(", "a b", "/", "//", "/(/", "/)/", "/a**/", "/*/", "/[]/", "/[9-0]/", "/\\w/", "/(?=a)b/", "/(?P<n>a)/",
     "/a{3,2}/", "/a{999}/", "/a{2/", "/a", "[", "[]X", "/(((a{99}){99}){99})/", "/(((){99}){99}){99}/",
     "/" + "(" * 50 + "a" + ")" * 50 + "/", "/" + "a" * 300 + "/", "2\0", "/a\\"],
)  # fmt: skip
def test_what_is_no_pattern_says_why_in_one_line(text):
    with pytest.raises(PatternError) as caught:
        parse(text)
    assert "\n" not in str(caught.value) and not str(caught.value).endswith(".")


def test_expressions_that_ruin_other_engines_are_read_once_a_character():
    for text in ("/(a*)*b/", "/(a|a)*b/", "/(a|aa)+b/", "/a*a*a*a*a*a*a*a*b/"):
        pattern = parse(text)
        begun = time.perf_counter()
        assert pattern.match("a" * 128) is None
        assert time.perf_counter() - begun < 0.1


def test_repetitions_of_nothing_end():
    assert MAX_VISITS < 100_000
    with pytest.raises(PatternError, match="too big"):
        parse("/(((){120}){120}){120}/")


EXPRESSIONS = st.recursive(
    st.sampled_from(["0", "1", "[01]", ".", "\\d", "[^0]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{1,}"])).map(lambda p: f"({p[0]}){p[1]}"),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS, st.text("012", max_size=7))
def test_an_expression_matches_what_pythons_own_engine_matches(expression, number):
    assert (parse(f"/{expression}/").match(number) is not None) == bool(re.fullmatch(expression, number))


@given(EXPRESSIONS, st.lists(EXPRESSIONS, min_size=1, max_size=3))
def test_covered_patterns_leave_nothing_over(later, earlier):
    numbers = [""]
    for _ in range(4):
        numbers += [number + digit for number in numbers for digit in "012a"]
    left = [n for n in set(numbers) if re.fullmatch(later, n) and not any(re.fullmatch(e, n) for e in earlier)]
    if covered(parse(f"/{later}/"), [parse(f"/{text}/") for text in earlier]):
        assert not left


@pytest.mark.parametrize(
    ("later", "earlier", "hidden"),
    [
        ("2001", ["2XXX"], True),
        ("2XXX", ["2001"], False),
        ("2XXX", ["[2][0-4]XX", "/2[5-9]\\d\\d/"], True),
        ("2XXX", ["[2][0-4]XX", "/2[6-9]\\d\\d/"], False),
        ("86XX*", ["86*"], True),
        ("86*", ["86XX*", "86", "86X"], False),  # 86# is left
        ("*", ["/.*/"], True),
        ("4001", [], False),
    ],
)
def test_a_pattern_is_covered_when_earlier_ones_together_take_every_number(later, earlier, hidden):
    assert covered(parse(later), [parse(text) for text in earlier]) is hidden
