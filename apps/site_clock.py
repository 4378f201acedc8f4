"""The site's wall clock: its time zone's now, its midnight. For routes, hours, file names and "today"."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from apps.whole_site import Site


def local_now(site: Site) -> datetime:
    """Now, in the site's time zone."""
    return datetime.fromtimestamp(time.time(), ZoneInfo(site.switch.time_zone))


def midnight_at(site: Site) -> float:
    """When the site's day began, in UTC seconds since 1970."""
    return local_now(site).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def seconds_to_midnight(site: Site) -> float:
    """How long the site's day still lasts; right on days of 23 and 25 hours, too."""
    now = local_now(site)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0.0, tomorrow.timestamp() - time.time())
