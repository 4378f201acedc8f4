"""Positions and waits in Cantonese; numbers are written as in Mandarin and read by the Cantonese voice.

Pure. Deliberately absent: what Mandarin already says the same way.
"""

from __future__ import annotations

from collections.abc import Sequence

from ivr.mandarin import counted, digits, minutes_past, number, ordinal

__all__ = ["digits", "number", "ordinal"]


def decimal(whole: int, fraction: str) -> str:
    """A number with a fraction: 12.05 is 十二點零五."""
    return f"{number(whole)}點{digits(fraction)}"


def phone(groups: Sequence[str]) -> str:
    """A telephone number in its groups; Cantonese has no 幺."""
    return "，".join(map(digits, groups))


CURRENCIES = {
    "cny": ("人民幣", "元", ""),
    "hkd": ("", "元", ""),
    "twd": ("新台幣", "元", ""),
    "usd": ("", "美元", "美仙"),
    "eur": ("", "歐元", "歐仙"),
    "gbp": ("", "英鎊", "便士"),
    "jpy": ("", "日圓", "錢"),
    "sgd": ("", "坡元", "仙"),
}
"""What is said before, units, hundredths; without a word for these they are 角 and 分."""


def money(units: int, hundredths: int, currency: str) -> str:
    """An amount: 12.5 Hong Kong dollars is 十二元五角."""
    before, unit, cent = CURRENCIES[currency]
    said = counted(units, unit) if units or not hundredths else ""
    if cent:
        said += counted(hundredths, cent) if hundredths else ""
    else:
        tenths, rest = divmod(hundredths, 10)
        said += counted(tenths, "角") if tenths else "零" if rest and said else ""
        said += counted(rest, "分") if rest else ""
    return before + said.replace("两", "兩")


def date(year: int, month: int, day: int) -> str:
    """A date: 2026-10-01 is 二零二六年十月一號; the year 0 is not said."""
    return (f"{digits(str(year))}年" if year else "") + f"{number(month)}月{number(day)}號"


WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
PARTS = ((6, "凌晨"), (12, "朝早"), (13, "中午"), (18, "下晝"), (24, "夜晚"))
"""Until which hour a part of the day lasts."""


def clock(hour: int, minute: int) -> str:
    """A time of day: 18:05 is 夜晚六點零五分, 14:30 下晝兩點半."""
    part = next(name for until, name in PARTS if hour < until)
    said = part + counted(hour - 12 if hour > 12 else hour, "點") + minutes_past(minute)
    return said.replace("两", "兩")


def position(value: int) -> str:
    """The place in a queue, from 1: how many stand before the caller."""
    if value <= 1:
        return "你係下一位，請等等。"
    return f"你前面仲有{counted(value - 1, '位')}，請等等。"


def duration(seconds: int) -> str:
    """A length of time: 3725 is 一個鐘頭兩分鐘五秒."""
    seconds = max(seconds, 0)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    said = counted(hours, "個鐘頭") if hours else ""
    said += counted(minutes, "分鐘") if minutes else ""
    said += counted(rest, "秒") if rest or not said else ""
    return said.replace("两", "兩")


def wait(seconds: int) -> str:
    """The expected wait, rounded so that it does not promise what nobody knows."""
    if seconds < 60:
        return "預計等候唔使一分鐘。"
    if seconds > 3600:
        return "預計等候超過一個鐘頭。"
    return f"預計等候大約{counted(-(-seconds // 60), '分鐘')}。".replace("两", "兩")


def messages(count: int) -> str:
    """How many messages are in a mailbox."""
    return f"你有{counted(count, '條')}留言。".replace("两", "兩") if count > 0 else "你冇留言。"


def saved(count: int) -> str:
    """How many messages were heard and saved."""
    return f"已儲存{counted(count, '條')}留言。".replace("两", "兩") if count > 0 else "冇已儲存嘅留言。"


def message(place: int) -> str:
    """Which message follows, from 1."""
    return f"{ordinal(place)}條。"
