"""Star codes without quotes are told as what they are, at their own line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.document import parse


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a:\n  - {to: *8, do: x}\n", [(2, "*8")]),
        ("a:\n  - to: *\n", [(2, "*")]),
        ("keys:\n  *: x\n  #: y\n", [(2, "*")]),
        ("keys:\n  **1: x\nb:\n  - *31#\n", [(2, "**1"), (4, "*31#")]),
        ("keys: [*8, '*9', *9]", [(1, "*8"), (1, "*9")]),
        ("k: {#: x, 1: y}\n", [(1, "#")]),
        ("a:\n  - {to: #31#, do: x}\nb: 1\nc: 2\n", [(2, "#31#")]),
        ("to: [2001, #31, 2002]\nb: 1\n", [(1, "#31")]),
    ],
)
def test_a_star_code_without_quotes(text, told):
    found = parse(text, "f").mistakes
    assert [(mistake.line, mistake.mend) for mistake in found] == [(line, f'Write "{code}".') for line, code in told]


def test_a_key_that_became_a_comment_is_a_warning():
    document = parse('keys:\n  "1": a\n  # "2": b\n  #2: c\n  #: d\n', "f")
    (warning,) = document.mistakes
    assert warning.line == 5 and warning.warning and not document.broken


@pytest.mark.parametrize(
    "text", ["a: \"*8\"\nb: '#'\n", "a: &x 1\nb: *x\n", "a: 8*  # *8 {#31\n", "# *8: x\n#\n", "a: 1#2\nb: x*y\n"]
)
def test_what_is_meant_so_is_let_alone(text):
    assert not parse(text, "f").mistakes


@pytest.mark.parametrize("text", ["a: [1 # *8\n", "say: 'a # b' # {#\nb: [", "a: {b\n"])
def test_other_mistakes_keep_their_own_words(text):
    (mistake,) = parse(text, "f").mistakes
    assert "Not YAML" in mistake.what


@given(st.text(alphabet="*#\"'[]{}:,- \n1a&!", max_size=60))
def test_any_text_is_read_or_told(text):
    document = parse(text, "f")
    assert all(1 <= mistake.line <= max(len(text.splitlines()), 1) for mistake in document.mistakes)
