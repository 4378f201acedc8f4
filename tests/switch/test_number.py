"""Numbers and patterns."""

from __future__ import annotations

import pytest

from switch.number import Country, PatternError, compile_pattern, dialled, international


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("1001", "1001"),
        ("+86 (21) 1234-5678", "+862112345678"),
        ("%2B862112345678", "+862112345678"),
        ("8621;phone-context=+86", "8621"),
        ("*8", "*8"),
        ("%2370", "#70"),
        ("john.doe", "john.doe"),
        ("", ""),
        ("1" * 100, "1" * 64),
    ],
)
def test_a_number_is_brought_to_one_form(user, number):
    assert dialled(user) == number


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("4001", ["4001"], ["400", "40011"]),
        ("2XXX", ["2000", "2999"], ["200", "1000"]),
        ("[2-4]X", ["20", "49"], ["50", "2"]),
        ("ZN", ["12", "99"], ["01", "11"]),
        ("86*", ["86", "86123"], ["8", "186"]),
        ("9.", ["90", "9123"], ["9"]),
        ("*8", ["*8"], ["8", "18"]),
        ("**2XXX", ["**2001"], ["2001"]),
        ("+86*", ["+8610"], ["8610"]),
        ("/1[35]\\d{9}/", ["13900001111"], ["139000011112"]),
    ],
)
def test_patterns_match_whole_numbers(pattern, yes, no):
    compiled = compile_pattern(pattern)
    assert all(compiled.fullmatch(number) for number in yes)
    assert not any(compiled.fullmatch(number) for number in no)


@pytest.mark.parametrize("pattern", ["", "/", "/x", "//", "/(/", "[2", "[]", "[a]", "[5-2]"])
def test_a_wrong_pattern_says_why(pattern):
    with pytest.raises(PatternError, match=r"\w+ \w+"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("number", "e164"),
    [
        ("+862112345678", "+862112345678"),
        ("00442071234567", "+442071234567"),
        ("02112345678", "+862112345678"),
        ("1001", None),
        ("+12", None),
        ("0021234567890123456", None),
        ("0*8", None),
    ],
)
def test_numbers_are_made_international_by_the_country_s_habits(number, e164):
    assert international(number, Country("86")) == e164
