"""Numbers, digits, positions and durations in Mandarin, as characters a voice reads.

Numbers are read in groups of four digits (万, 亿, 万亿). Zeros inside a number are read as one 零; 十 stands without
一 at the very beginning only (15 is 十五, 115 is 一百一十五); two is 两 before 千, before 万 and 亿 alone, before 百
at the very beginning, and before measure words (两位), else 二 (二十, 十二, 一千二百, 第二).
Pure; every function is total over int. Deliberately absent: English, Cantonese.
"""

from __future__ import annotations

from collections.abc import Sequence

DIGIT = "零一二三四五六七八九"
UNITS = ("", "十", "百", "千")
GROUPS = ("", "万", "亿", "万亿")
LIMIT = 10**16
SAID = {**{str(value): DIGIT[value] for value in range(10)}, "*": "星号", "#": "井号", "+": "加"}


def number(value: int) -> str:
    """The number as counted: 10203 is 一万零二百零三; 2 alone is 二. From 10^16 on digit by digit."""
    if value < 0:
        return f"负{number(-value)}"
    if value >= LIMIT:
        return digits(str(value))
    if value == 0:
        return "零"
    groups = []
    while value:
        value, low = divmod(value, 10_000)
        groups.append(low)
    said = ""
    gap = False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = True
            continue
        if said and (gap or group < 1000):
            said += "零"
        gap = False
        if group == 2 and index:
            said += "两"
        else:
            said += _group(group, leading=not said)
        said += _group_name(index, groups)
    return said


def _group_name(index: int, groups: list[int]) -> str:
    # 万亿 is 万 of 亿: the word 亿 is said once, by whichever part comes last.
    if index == 3:
        return "万" if groups[2] else "万亿"
    return GROUPS[index]


def _group(value: int, *, leading: bool) -> str:
    """A group of four digits, 1..9999."""
    said = ""
    gap = False
    for power in (3, 2, 1, 0):
        digit = value // 10**power % 10
        if not digit:
            gap = True
            continue
        if said and gap:
            said += "零"
        gap = False
        if power == 1 and digit == 1 and not said and leading:
            said += "十"
        elif digit == 2 and (power == 3 or (power == 2 and leading and not said)):
            said += "两" + UNITS[power]
        else:
            said += DIGIT[digit] + UNITS[power]
    return said


def counted(value: int, measure: str) -> str:
    """A number before a measure word: 2 is 两, 12 is 十二, 200 is 两百."""
    return ("两" if value == 2 else number(value)) + measure


def ordinal(value: int) -> str:
    """第一, 第二, 第十二."""
    return f"第{number(value)}"


def digits(text: str) -> str:
    """Digit by digit: "409#" is 四零九井号. What is no digit stays."""
    return "".join(SAID.get(char, char) for char in text if not char.isspace())


def decimal(whole: int, fraction: str) -> str:
    """A number with a fraction: 12.05 is 十二点零五."""
    return f"{number(whole)}点{digits(fraction)}"


def phone(groups: Sequence[str]) -> str:
    """A telephone number in its groups: one is 幺, so that nobody hears 七."""
    return "，".join(digits(group).replace("一", "幺") for group in groups)


CURRENCIES = {
    "cny": ("元", ""),
    "hkd": ("港元", ""),
    "twd": ("新台币", ""),
    "usd": ("美元", "美分"),
    "eur": ("欧元", "欧分"),
    "gbp": ("英镑", "便士"),
    "jpy": ("日元", "钱"),
    "sgd": ("新加坡元", "分"),
}
"""Units and hundredths; without a word for these they are 角 and 分."""


def money(units: int, hundredths: int, currency: str) -> str:
    """An amount: 12.05 yuan is 十二元零五分, 0.5 is 五角, 12.5 dollars is 十二美元五十美分."""
    unit, cent = CURRENCIES[currency]
    said = counted(units, unit) if units or not hundredths else ""
    if cent:
        return said + (counted(hundredths, cent) if hundredths else "")
    tenths, rest = divmod(hundredths, 10)
    said += counted(tenths, "角") if tenths else "零" if rest and said else ""
    return said + (counted(rest, "分") if rest else "")


def date(year: int, month: int, day: int) -> str:
    """A date: 2026-10-01 is 二零二六年十月一日; the year 0 is not said."""
    return (f"{digits(str(year))}年" if year else "") + f"{number(month)}月{number(day)}日"


WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
PARTS = ((6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""Until which hour a part of the day lasts."""


def clock(hour: int, minute: int) -> str:
    """A time of day: 18:05 is 晚上六点零五分, 14:30 下午两点半."""
    part = next(name for until, name in PARTS if hour < until)
    return part + counted(hour - 12 if hour > 12 else hour, "点") + minutes_past(minute)


def minutes_past(minute: int) -> str:
    """What follows 点."""
    if minute == 30:
        return "半"
    return f"{'零' if minute < 10 else ''}{number(minute)}分" if minute else ""


def position(value: int) -> str:
    """The place in a queue, from 1: how many stand before the caller."""
    if value <= 1:
        return "您是下一位，请稍候。"
    return f"您前面还有{counted(value - 1, '位')}，请稍候。"


def duration(seconds: int) -> str:
    """A length of time: 3725 is 一小时两分五秒."""
    seconds = max(seconds, 0)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    said = counted(hours, "小时") if hours else ""
    if minutes:
        said += counted(minutes, "分" if rest else "分钟")
    if rest or not said:
        said += counted(rest, "秒")
    return said


def wait(seconds: int) -> str:
    """The expected wait, rounded so that it does not promise what nobody knows."""
    if seconds < 60:
        return "预计等待不到一分钟。"
    if seconds > 3600:
        return "预计等待超过一小时。"
    minutes = -(-seconds // 60)
    return "预计等待约一小时。" if minutes == 60 else f"预计等待约{counted(minutes, '分钟')}。"


def messages(count: int) -> str:
    """How many messages are in a mailbox."""
    return f"您有{counted(count, '条')}留言。" if count > 0 else "您没有留言。"


def saved(count: int) -> str:
    """How many messages were heard and saved."""
    return f"已保存{counted(count, '条')}留言。" if count > 0 else "没有已保存的留言。"


def message(place: int) -> str:
    """Which message follows, from 1."""
    return f"{ordinal(place)}条。"
