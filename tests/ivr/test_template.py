"""Texts with variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.template import MAX_RESULT, TemplateError, parse


def test_variables_and_braces_are_expanded():
    template = parse("{{x}} {called} and {digits}{digits}")
    assert template.expand({"called": "4001", "digits": "7"}) == "{x} 4001 and 77"
    assert template.names == ("called", "digits", "digits")
    assert template.constant is None


def test_a_text_without_variables_is_constant():
    assert parse("请按{{一}}").constant == "请按{一}"


def test_a_variable_nobody_set_is_empty():
    assert parse("a{b}c").expand({}) == "ac"


def test_values_are_not_expanded_again_and_nothing_is_evaluated():
    assert parse("{a}").expand({"a": "{b} {a.__class__} %s {0}", "b": "no"}) == "{b} {a.__class__} %s {0}"


def test_forms_follow_the_language():
    assert parse("{n:ordinal}").expand({"n": "2"}, "en") == "second"
    assert parse("{n:ordinal}").expand({"n": "2"}, "zh") == "第二"
    assert parse("{n:number}").expand({"n": "two"}, "en") == "two"
    assert parse("{n:number}").expand({"n": "٣"}, "en") == "٣"
    assert parse("{n:phone}").expand({"n": "10086"}, "zh") == "幺零零八六"


@pytest.mark.parametrize("text", ["{", "}", "{}", "{A}", "{a.b}", "{a[0]}", "{a!r}", "{a:>99999999}", "{a:}", "{ a }",
                                  "{a{b}}", "{0}", "{" + "a" * 60 + "}"])  # fmt: skip
def test_what_cannot_be_read_is_a_mistake(text):
    with pytest.raises(TemplateError):
        parse(text)


@given(st.text(), st.dictionaries(st.sampled_from(["a", "b"]), st.text()), st.sampled_from(["zh", "en", "yue", "xx"]))
def test_reading_and_expanding_are_total(text, variables, language):
    try:
        template = parse(text)
    except TemplateError:
        return
    assert len(template.expand(variables, language)) <= MAX_RESULT


@given(st.text(), st.sampled_from(["number", "ordinal", "digits", "phone", "duration"]), st.sampled_from(["zh", "en"]))
def test_every_value_can_be_spoken_in_every_form(value, form, language):
    assert isinstance(parse("{a:" + form + "}").expand({"a": value}, language), str)


def test_a_huge_value_is_cut():
    assert len(parse("{a}{a}").expand({"a": "x" * 5000})) == MAX_RESULT
