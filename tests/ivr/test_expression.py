"""Expressions: what they come to, what is a mistake before any call, and that nothing goes wrong after."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.expression import ExpressionError, Type, condition, parse
from ivr.expression_grammar import MAX_DEPTH, MAX_PARTS
from ivr.expression_parts import FUNCTIONS
from ivr.expression_value import text_of

FACTS = {
    "waiting": 12, "idle": 0, "time": "18:30", "caller": "13800138000", "digits": "0100", "empty": "", "vip": True,
    "rate": 0.5, "skills": frozenset({"zh", "billing"}), "lang_zh": 7, "caller.visits": "3", "word": "Yes",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("waiting > 10", True),
        ("10 < waiting", True),
        ("12 >= waiting and idle == 0", True),
        ("waiting - 2 * 5", 2),
        ("(waiting - 2) * 5", 50),
        ("-waiting + 1", -11),
        ("waiting / 8", 1.5),
        ("waiting / idle", None),
        ("waiting / idle > 0", False),
        ('time >= "18:00" and time < "20:00"', True),
        ("5m", 300),
        ("1.5h == 5400", True),
        # A text that spells a number is one where it meets a number; two texts are compared as they stand.
        ("digits == 100", True),
        ('digits == "100"', False),
        ('digits == "0100"', True),
        ("digits < waiting", False),
        ("caller.visits >= 3", True),
        ("word == 3", False),
        ("word > 3", False),
        # Nothing: neither more nor less than anything, and the same as an empty text.
        ("nobody >= 1", False),
        ("nobody < 1", False),
        ("not nobody >= 1", True),
        ('nobody == ""', True),
        ("nobody == 0", False),
        ("nobody + 1", None),
        ('empty == ""', True),
        # True and false.
        ("vip", True),
        ("vip == true", True),
        ("not vip or waiting", True),
        ("empty or nobody or idle", False),
        ("true and not false", True),
        # In.
        ('left(caller, 3) in ["139", "138"]', True),
        ("waiting in [1, digits - 88]", True),
        ('"zh" in skills', True),
        ('"en" not in skills', True),
        ('"00138" in caller', True),
        ("nobody in caller", False),
        # Functions.
        ("len(caller)", 11),
        ("len(skills) + len(nobody)", 2),
        ("lower(word) == 'yes'", True),
        ('starts_with(caller, "138") and ends_with(caller, "000")', True),
        ('matches(caller, "1[38]XXX*")', True),
        ('matches(caller, "/86.*/")', False),
        ("number(word)", None),
        ("number(digits)", 100),
        ('default(nobody, "none")', "none"),
        ("default(waiting, 1)", 12),
        ("right(caller, 4)", "8000"),
        ("right(caller, 0)", ""),
        ("left(caller, -1)", ""),
        ('join(word, "-", waiting, "-", rate)', "Yes-12-0.5"),
        ("round(rate)", 1),
        ("round(-2.5)", -3),
        ("min(waiting, 3, idle)", 0),
        ("max(waiting, word)", None),
        # Binding: or < and < not < comparison < + < *.
        ("true or true and false", True),
        ("not idle == 1 and waiting == 2 + 5 * 2", True),
    ],
)  # fmt: skip
def test_what_an_expression_comes_to(text, value):
    found = parse(text).value(FACTS)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "column", "what", "mend"),
    [
        ("", 1, "there is nothing", "Write a condition"),
        ('caller = "1"', 8, "single =", "Write == to compare."),
        ('caller == "1" or "2"', 18, "this is a text", 'caller in ["1", "2"]'),
        ("caller AND vip", 8, "AND is no name", "Write and."),
        ("Caller == 1", 1, "Caller is no name", "small letters"),
        ("{caller} == 1", 1, "{", "without braces"),
        ("time >= 18:00", 11, "':'", "quotes"),
        ("waiting > 10 &&  vip", 14, "&&", "Write and."),
        ('caller == "4001', 11, "no end", 'Close it with "'),
        ("caller == “4001”", 11, "no quote", "Write"),
        ("waiting > ", 11, "ends too early", ""),
        ("waiting >", 10, "ends too early", ""),
        ("(waiting > 1", 13, ") is missing at the end, for the ( in column 1", ""),
        ("waiting > 1)", 12, "one word too many", ""),
        ("waiting 1", 9, "nothing joins waiting and '1'", ""),
        ("1 < waiting < 5", 13, "compared again", "a < b and b < c"),
        ("lenn(caller) == 2", 1, "no function 'lenn'", 'Did you mean "len"?'),
        ("len(caller, 2)", 1, "len takes 1 value, not 2", ""),
        ("min(waiting)", 1, "min takes 2 or more values, not 1", ""),
        ("matches(caller, digits)", 1, "pattern in quotes", 'matches(caller, "86*")'),
        ('matches(caller, "/(/")', 17, "", "Patterns are"),
        ('len(caller) == "11"', 13, "text is compared with a number", "without quotes"),
        ('"a" + waiting', 1, "+ is for numbers, and this is a text", "join(a, b)"),
        ("(waiting > 1) + 1", 1, "+ is for numbers, and this is a condition", ""),
        ("len(caller) and vip", 1, '"and" is for conditions, and this is a number', ""),
        ("(waiting > 1) > 2", 15, "a condition cannot be compared", ""),
        ("[1, 2] == waiting", 8, "a list cannot be compared", ""),
        ("waiting in 5", 12, "wants a list or a text", ""),
        ("waiting in []", 12, "the list is empty", ""),
        ("waiting > 5x", 11, "no unit of time", "90s"),
        ("caller == 8613800138000000", 11, "too long for a number", "is a text"),
        ("1 == 1 \u200b", 8, "cannot be seen", "Take it out"),
        ("-" * 3 + "1", 2, "stands where a value is expected", ""),
    ],
)  # fmt: skip
def test_a_mistake_has_its_column_and_how_to_mend_it(text, column, what, mend):
    with pytest.raises(ExpressionError) as error:
        parse(text)
    assert (error.value.column, what in error.value.what, mend in error.value.mend) == (column, True, True), error.value
    assert "\n" not in str(error.value)


def test_with_known_names_a_misspelt_one_and_a_wrong_type_are_mistakes():
    names = {"waiting": Type.NUMBER, "time": Type.TEXT, "caller": Type.ANY, "skills": Type.LIST}
    assert condition('waiting > 10 and time >= "18:00" and caller == 5', names).names == {"waiting", "time", "caller"}
    for text, what in (
        ("wating > 10", "there is no 'wating' here"),
        ("time >= 18", "a text is compared with a number"),
        ('waiting > "many"', "a text is compared with a number"),
        ("time + 1", "+ is for numbers"),
        ("skills == 1", "a list cannot be compared"),
        ("waiting", "this is a number, not a condition"),
        ("waiting or time", '"or" is for conditions'),
    ):
        with pytest.raises(ExpressionError, match=what.replace("+", r"\+")):
            condition(text, names)


def test_the_unmet_parts_of_a_condition_are_told_as_they_are_written():
    needs = condition("lang_zh >= 5 and ( billing >= 3 or vip ) and not (idle == 0)")
    assert needs.unmet({"lang_zh": 4, "vip": True}) == ("lang_zh >= 5",)
    assert needs.unmet({"idle": 0}) == ("lang_zh >= 5", "( billing >= 3 or vip )", "not (idle == 0)")
    assert needs.unmet({"lang_zh": 5, "billing": 3}) == () and needs.holds({"lang_zh": 5, "billing": 3})
    assert condition("vip").unmet({}) == ("vip",)


def test_size_and_depth_are_bounded():
    assert parse("(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1)).value({}) == 1
    for text in ("(" * 500 + "1" + ")" * 500, "f(" * 300, "[" * 900, "1+" * 400 + "1", "not " * 240 + "a", "a" * 2000):
        with pytest.raises(ExpressionError):
            parse(text)
    longest = " and ".join(["a"] * (MAX_PARTS // 3))
    assert parse(longest).holds({"a": "1"})


def test_arithmetic_out_of_bounds_is_nothing():
    assert parse("*".join(["999999999999"] * 20)).value({}) is None
    assert parse("a * a").value({"a": 10**15}) is None
    assert parse("a + 1").value({"a": float("nan")}) is None
    assert parse("join(a, 1)").value({"a": 10**9999}) == "1"
    assert text_of(0.1 + 0.2) == "0.3" and text_of(-0.0000001) == "0" and text_of(2.50) == "2.5"


NAMES = st.sampled_from(["a", "b", "caller", "x.y"])
ATOMS = NAMES | st.sampled_from(["1", "2.5", '"x"', '"12"', "true", "5m", '["a", 1]', '""'])
TEXTS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(
            "{} {} {}".format,
            inner,
            st.sampled_from(["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in"]),
            inner,
        ),
        st.builds("({})".format, inner),
        st.builds("not {}".format, inner),
        st.builds("-{}".format, inner),
        st.builds("{}({})".format, st.sampled_from([*FUNCTIONS]), inner),
        st.builds("{}({}, {})".format, st.sampled_from([*FUNCTIONS, "matches"]), inner, inner),
    ),
    max_leaves=12,
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.frozensets(st.text())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.dictionaries(NAMES, VALUES))
def test_whatever_is_read_gives_a_value_for_all_facts(text, facts):
    try:
        found = parse(text)
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 1 and error.what
        return
    value = found.value(facts)
    assert found.holds(facts) in (True, False) and isinstance(text_of(value), str)
    assert (found.unmet(facts) == ()) == found.holds(facts)
    known = {Type.NUMBER: (int, float, type(None)), Type.TRUTH: (bool,), Type.TEXT: (str,)}
    assert not isinstance(value, bool) or found.type in (Type.TRUTH, Type.ANY)
    assert found.type not in known or isinstance(value, known[found.type])


@given(st.text(max_size=80) | st.text('ab1 "()[]<>=!+-*/,.andornot', max_size=60))
def test_any_text_is_an_expression_or_one_mistake(text):
    try:
        parse(text).value({"a": "1"})
    except ExpressionError as error:
        assert error.what and "\n" not in error.what


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_numbers_written_as_texts_compare_and_add_as_numbers(one, other):
    facts = {"a": str(one), "b": other}
    assert parse("a < b").holds(facts) == (one < other)
    assert parse("a == b").holds(facts) == (one == other)
    assert parse("a * 2 - b").value(facts) == one * 2 - other
