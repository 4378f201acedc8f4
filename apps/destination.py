"""Where a call goes: to a star code, by a route of the dialplan, or nowhere.

Pure. Reception asks here, and so does a simulated call.
"""

from __future__ import annotations

from datetime import datetime

from apps import star_codes
from apps.star_codes import StarCode
from apps.whole_site import Site
from ivr.plan import Plan
from ivr.route import Routed


def destination(
    site: Site, plan: Plan, called: str, caller: str, trunk: str, extension: str, local_now: datetime
) -> StarCode | Routed | None:
    """The first that takes the call; None: an unknown number. `trunk`, `extension`, `local_now` as in `Plan.route`."""
    if extension and (code := star_codes.find(site, called)) is not None:
        return code
    if "@" in called:
        # `number@trunk` is the dialplan's own word for a way out: a caller who says it must not get one by "{called}".
        return None
    return plan.route(called, caller, trunk, extension, local_now)
