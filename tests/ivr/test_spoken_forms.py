"""Money, dates, times, decimals and telephone numbers as they are spoken, against tables and read back."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr import mandarin, spoken
from ivr.template import TemplateError, parse
from tests.ivr.test_spoken import mandarin_value

TABLE = [
    # value, form, zh, en, yue
    ("12.5", "number", "十二点五", "twelve point five", "十二點五"),
    ("-0.05", "number", "负零点零五", "minus zero point zero five", "负零點零五"),
    ("12", "money", "十二元", "twelve yuan", "人民幣十二元"),
    ("2", "money", "两元", "two yuan", "人民幣兩元"),
    ("12.5", "money", "十二元五角", "twelve yuan and fifty fen", "人民幣十二元五角"),
    ("12.05", "money", "十二元零五分", "twelve yuan and five fen", "人民幣十二元零五分"),
    ("12.55", "money", "十二元五角五分", "twelve yuan and fifty-five fen", "人民幣十二元五角五分"),
    ("0.2", "money", "两角", "twenty fen", "人民幣兩角"),
    ("0.02", "money", "两分", "two fen", "人民幣兩分"),
    ("0", "money", "零元", "zero yuan", "人民幣零元"),
    ("0.005", "money", "一分", "one fen", "人民幣一分"),
    ("-200.004", "money", "负两百元", "minus two hundred yuan", "负人民幣兩百元"),
    ("-0.001", "money", "零元", "zero yuan", "人民幣零元"),
    ("10203", "money", "一万零二百零三元", "ten thousand two hundred and three yuan", "人民幣一万零二百零三元"),
    ("12.50", "money:usd", "十二美元五十美分", "twelve dollars and fifty cents", "十二美元五十美仙"),
    ("1.01", "money:usd", "一美元一美分", "one dollar and one cent", "一美元一美仙"),
    ("1.01", "money:gbp", "一英镑一便士", "one pound and one penny", "一英鎊一便士"),
    ("2.30", "money:hkd", "两港元三角", "two Hong Kong dollars and thirty cents", "兩元三角"),
    ("800", "money:jpy", "八百日元", "eight hundred yen", "八百日圓"),
    ("2026-10-01", "date", "二零二六年十月一日", "the first of October, twenty twenty-six", "二零二六年十月一號"),
    ("2005-2-28", "date", "二零零五年二月二十八日", "the twenty-eighth of February, two thousand and five", None),
    ("1905-12-31 18:00", "date", "一九零五年十二月三十一日", "the thirty-first of December, nineteen oh five", None),
    ("2100-01-02T00:00:00Z", "date", "二一零零年一月二日", "the second of January, twenty-one hundred", None),
    ("12-25", "date", "十二月二十五日", "the twenty-fifth of December", "十二月二十五號"),
    ("2026-10-01", "weekday", "星期四", "Thursday", "星期四"),
    ("sun", "weekday", "星期日", "Sunday", "星期日"),
    ("00:00", "time", "凌晨零点", "midnight", "凌晨零點"),
    ("0:05", "time", "凌晨零点零五分", "twelve oh five a.m.", "凌晨零點零五分"),
    ("02:00", "time", "凌晨两点", "two a.m.", "凌晨兩點"),
    ("08:15", "time", "早上八点十五分", "eight fifteen a.m.", "朝早八點十五分"),
    ("09:30", "time", "上午九点半", "nine thirty a.m.", "朝早九點半"),
    ("12:00", "time", "中午十二点", "noon", "中午十二點"),
    ("12:30", "time", "中午十二点半", "twelve thirty p.m.", "中午十二點半"),
    ("14:00", "time", "下午两点", "two p.m.", "下晝兩點"),
    ("2026-10-01 18:05:59", "time", "晚上六点零五分", "six oh five p.m.", "夜晚六點零五分"),
    (
        "13800138000",
        "phone",
        "幺三八，零零幺三，八零零零",
        "one three eight, zero zero one three, eight zero zero zero",
        None,
    ),
    ("+8613800138000", "phone", "加八六，幺三八，零零幺三，八零零零", None, "加八六，一三八，零零一三，八零零零"),
    ("02155501234", "phone", "零二幺，五五五零，幺二三四", None, None),
    ("10086", "phone", "幺零零八六", "one zero zero eight six", "一零零八六"),
]


@pytest.mark.parametrize(("value", "form", "zh", "en", "yue"), TABLE)
def test_forms_are_spoken_by_each_languages_grammar(value, form, zh, en, yue):
    for language, said in (("zh", zh), ("en", en), ("yue", yue)):
        assert said is None or spoken.in_form(value, form, language) == said


@pytest.mark.parametrize("form", [*spoken.FORMS, "money:usd"])
@pytest.mark.parametrize(
    "value", ["", "x", "2026-02-30", "25:00", "12:60", "1.2.3", "１２", "²", "9" * 40, "abc 12-25"]
)
def test_a_value_that_does_not_fit_a_form_is_left_as_it_is_or_read_by_its_signs(form, value):
    for language in ("zh", "en", "yue", "fr"):
        said = spoken.in_form(value, form, language)
        assert isinstance(said, str)
        if form in ("date", "time", "weekday", "duration") or form.startswith("money"):
            assert said == value


@given(st.integers(0, 10**11), st.sampled_from(spoken.CURRENCIES))
def test_an_amount_read_back_is_the_amount(cents, currency):
    zh = spoken.in_form(f"{cents // 100}.{cents % 100:02}", f"money:{currency}", "zh")
    unit, cent = mandarin.CURRENCIES[currency]
    head, found, tail = zh.partition(unit)
    if not found:
        head, tail = "零", zh
    total = 100 * mandarin_value(head)
    if cent:
        total += mandarin_value(tail.removesuffix(cent)) if tail else 0
    else:
        for number, word in re.findall("([零一二三四五六七八九两]+)([角分])", tail):
            total += mandarin_value(number.lstrip("零")) * (10 if word == "角" else 1)
    assert total == cents


@given(st.dates(datetime.date(1000, 1, 1)))
def test_every_date_has_its_day_month_and_year(date):
    said = spoken.in_form(date.isoformat(), "date", "zh")
    year, month, day = re.fullmatch("(.*)年(.*)月(.*)日", said).groups()
    assert year == "".join("零一二三四五六七八九"[int(char)] for char in str(date.year))
    assert (mandarin_value(month), mandarin_value(day)) == (date.month, date.day)
    english = spoken.in_form(date.isoformat(), "date", "en")
    assert date.strftime("%B") in english and spoken.ordinal(date.day, "en") in english
    assert spoken.in_form(date.isoformat(), "weekday", "en") == date.strftime("%A")


@given(st.times())
def test_every_minute_of_the_day_is_spoken_differently(time):
    other = (datetime.datetime.combine(datetime.date(2026, 1, 1), time) + datetime.timedelta(minutes=1)).time()
    for language in ("zh", "en", "yue"):
        assert spoken.in_form(f"{time:%H:%M}", "time", language) != spoken.in_form(f"{other:%H:%M}", "time", language)


def test_a_form_that_is_not_known_is_a_mistake():
    assert parse("{n:money:usd}").expand({"n": "1"}, "en") == "one dollar"
    for text in ("{n:money:xyz}", "{n:number:usd}", "{n:money:}", "{n:price}"):
        with pytest.raises(TemplateError):
            parse(text)
