"""A time as people type it: 2026-01-31, "2026-01-31 08:30", today, yesterday, 30m, 2h, 7d (ago)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import click

_AGO = re.compile(r"(\d{1,6})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class When(click.ParamType[datetime]):
    """A time; without a zone it is local."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        now = datetime.now().astimezone()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if isinstance(value, datetime):
            return value
        ago = _AGO.fullmatch(value)
        try:
            if ago:
                return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            if value in ("today", "yesterday"):
                return midnight - timedelta(days=value == "yesterday")
            return datetime.fromisoformat(value).astimezone()
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time; write 2026-01-31, today, yesterday, 2h or 7d", param, ctx)


WHEN = When()
