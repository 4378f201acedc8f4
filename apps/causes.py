"""Why a call is ended, by the dialplan's words."""

from __future__ import annotations

from switch.words import Cause

CAUSES = {
    "normal": Cause.NORMAL,
    "busy": Cause.BUSY,
    "declined": Cause.DECLINED,
    "unknown number": Cause.NOT_FOUND,
    "not allowed": Cause.FORBIDDEN,
    "no answer": Cause.NO_ANSWER,
    "unreachable": Cause.UNREACHABLE,
    "failed": Cause.TRUNK_FAILED,
    "error": Cause.ERROR,
}
"""The dialplan's words for why a call is ended."""
