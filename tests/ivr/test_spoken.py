"""Numbers and their kin, against tables and against readers written another way round: from words back to numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import spoken

MANDARIN = {
    0: "零", 1: "一", 2: "二", 9: "九", 10: "十", 11: "十一", 12: "十二", 20: "二十", 22: "二十二", 99: "九十九",
    100: "一百", 101: "一百零一", 110: "一百一十", 111: "一百一十一", 112: "一百一十二", 200: "两百", 202: "两百零二",
    222: "两百二十二", 1000: "一千", 1001: "一千零一", 1010: "一千零一十", 1100: "一千一百", 1200: "一千二百",
    2000: "两千", 2002: "两千零二", 2020: "两千零二十", 2200: "两千二百", 10000: "一万", 10001: "一万零一",
    10010: "一万零一十", 10100: "一万零一百", 11000: "一万一千", 12000: "一万两千", 20000: "两万", 20200: "两万零二百",
    22222: "两万两千二百二十二", 100000: "十万", 110000: "十一万", 120000: "十二万", 200000: "二十万",
    1000000: "一百万", 1000001: "一百万零一", 2000000: "两百万", 10000000: "一千万", 20000000: "两千万",
    100000000: "一亿", 200000000: "两亿", 100000001: "一亿零一", 100010000: "一亿零一万", 1234567: "一百二十三万四千五百六十七",
    10**12: "一万亿", 10**12 + 5 * 10**8: "一万零五亿", -7: "负七",
}  # fmt: skip
ENGLISH = {
    0: ("zero", "zeroth"), 1: ("one", "first"), 2: ("two", "second"), 3: ("three", "third"), 5: ("five", "fifth"),
    8: ("eight", "eighth"), 9: ("nine", "ninth"), 10: ("ten", "tenth"), 12: ("twelve", "twelfth"),
    20: ("twenty", "twentieth"), 21: ("twenty-one", "twenty-first"), 32: ("thirty-two", "thirty-second"),
    100: ("one hundred", "one hundredth"), 101: ("one hundred and one", "one hundred and first"),
    115: ("one hundred and fifteen", "one hundred and fifteenth"), 1000: ("one thousand", "one thousandth"),
    1001: ("one thousand and one", "one thousand and first"), 1100: ("one thousand one hundred",) * 2,
    40_000: ("forty thousand", "forty thousandth"), 1_000_000: ("one million", "one millionth"),
    2_000_019: ("two million and nineteen", "two million and nineteenth"),
}  # fmt: skip


@pytest.mark.parametrize("value", MANDARIN)
def test_mandarin_numbers_are_read_as_people_read_them(value):
    assert spoken.number(value, "zh") == MANDARIN[value]


@pytest.mark.parametrize("value", ENGLISH)
def test_english_numbers_are_read_as_people_read_them(value):
    cardinal, ordinal = ENGLISH[value]
    assert spoken.number(value, "en") == cardinal
    if cardinal != ordinal:
        assert spoken.ordinal(value, "en") == ordinal


def mandarin_value(text: str) -> int:
    """The number that characters mean: an independent reader, by the place of each unit."""
    total = section = digit = 0
    for char in text:
        if char in "零一二三四五六七八九两":
            digit = 2 if char == "两" else "零一二三四五六七八九".index(char)
        elif char in "十百千":
            section += (digit or (1 if char == "十" and section == 0 else 0)) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        elif char == "万":
            total += (section + digit) * 10_000
            section = digit = 0
        else:
            total = (total + section + digit) * 10**8
            section = digit = 0
    return total + section + digit


@given(st.integers(0, 10**16 - 1) | st.integers(0, 200_000))
def test_a_mandarin_number_means_its_value_and_obeys_the_rules(value):
    said = spoken.number(value, "zh")
    assert mandarin_value(said) == value
    assert "零零" not in said
    assert value == 0 or not said.endswith("零")
    assert not re.search("零[十百千万亿]", said)
    assert not re.search("[零百千万亿两]十", said)  # inside a number ten is 一十
    assert value // 10 == 1 or not said.startswith("十") or value >= 100_000
    assert not re.search("两(?![百千万亿])", said)
    assert not re.search("(?<!十)二[千](?!.)", said)


WORDS = {word: value for value, word in enumerate(
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])}  # fmt: skip
WORDS |= {word: 10 * value for value, word in enumerate(
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2)}  # fmt: skip


def english_value(text: str) -> int:
    """The number that words mean."""
    total = section = 0
    for word in text.replace("-", " ").split():
        if word == "hundred":
            section *= 100
        elif word in ("thousand", "million", "billion"):
            total += section * {"thousand": 10**3, "million": 10**6, "billion": 10**9}[word]
            section = 0
        elif word != "and":
            section += WORDS[word]
    return total + section


@given(st.integers(0, 10**12 - 1) | st.integers(0, 2000))
def test_an_english_number_means_its_value(value):
    assert english_value(spoken.number(value, "en")) == value


@given(st.integers(0, 10**9))
def test_an_english_ordinal_ends_as_its_digits_do(value):
    said = spoken.ordinal(value, "en")
    tens = value % 100
    ending = {1: "first", 2: "second", 3: "third"}.get(value % 10) if tens // 10 != 1 else None
    assert said.endswith(ending) if ending else said.endswith("th")
    assert said.count("first") + said.count("second") + said.count("third") <= 1


def test_positions_follow_each_grammar():
    assert spoken.position(1, "zh") == "您是下一位，请稍候。"
    assert spoken.position(2, "zh") == "您前面还有一位，请稍候。"
    assert spoken.position(3, "zh") == "您前面还有两位，请稍候。"
    assert spoken.position(4, "zh") == "您前面还有三位，请稍候。"
    assert spoken.position(13, "zh") == "您前面还有十二位，请稍候。"
    assert spoken.position(1, "en") == "You are next in the queue."
    assert spoken.position(3, "en") == "You are number three in the queue."
    assert spoken.position(3, "yue") == "你前面仲有两位，請等等。"


def test_messages_are_counted_by_each_grammar():
    counts = {0: "You have no messages.", 1: "You have one message.", 2: "You have two messages."}
    assert {count: spoken.messages(count, "en") for count in counts} == counts
    counts = {0: "您没有留言。", 1: "您有一条留言。", 2: "您有两条留言。", 12: "您有十二条留言。"}
    assert {count: spoken.messages(count, "zh") for count in counts} == counts
    assert spoken.messages(2, "yue") == "你有兩條留言。" and spoken.messages(0, "yue") == "你冇留言。"
    said = [spoken.message(2, language) for language in ("en", "zh", "yue")]
    assert said == ["Message two.", "第二条。", "第二條。"]


def test_durations_and_waits_follow_each_grammar():
    assert spoken.duration(3725, "zh") == "一小时两分五秒"
    assert spoken.duration(120, "zh") == "两分钟"
    assert spoken.duration(7200, "zh") == "两小时"
    assert spoken.duration(3725, "en") == "one hour, two minutes and five seconds"
    assert spoken.duration(60, "en") == "one minute"
    assert spoken.duration(-3, "en") == spoken.duration(0, "en") == "zero seconds"
    assert spoken.wait(59, "en") == "Your expected wait is less than a minute."
    assert spoken.wait(61, "en") == "Your expected wait is about two minutes."
    assert spoken.wait(60, "en") == "Your expected wait is about one minute."
    assert spoken.wait(61, "zh") == "预计等待约两分钟。"
    assert spoken.wait(3600, "zh") == "预计等待约一小时。"
    assert spoken.wait(9999, "zh") == "预计等待超过一小时。"


def test_digits_are_read_one_by_one():
    assert spoken.digits("409#", "en") == "four, zero, nine, hash"
    assert spoken.digits("409*", "zh") == "四零九星号"
    assert spoken.phone("13811", "zh") == "幺三八幺幺"
    assert spoken.phone("13", "en") == "one three"


@given(st.integers(), st.sampled_from(["zh", "en", "yue", "fr", ""]))
def test_every_language_speaks_every_whole_number(value, language):
    for said in (spoken.number(value, language), spoken.ordinal(value, language), spoken.position(value, language)):
        assert said
    assert spoken.duration(min(abs(value), 10**9), language) and spoken.wait(min(abs(value), 10**9), language)


def test_usual_announcements_hold_what_callers_will_hear():
    usual = spoken.usual("zh")
    assert (spoken.position(5, "zh"), "zh") in usual
    assert all((spoken.wait(seconds, "zh"), "zh") in usual for seconds in range(0, 7200, 7))
