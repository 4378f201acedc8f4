"""Phones that need a word of their own, as data: what their User-Agent says, and what they cannot take.

Only what was seen with the phone itself stands here, with what it does otherwise.

Pure. Deliberately absent: what is done about it.
"""

from __future__ import annotations

import re

_MD5_ALONE = re.compile(r"baresip v[01]\.", re.IGNORECASE)
"""baresip 1.0 (Debian 12): a second challenge that is not MD5 ends its registration, "Function not implemented"."""


def takes_md5_alone(user_agent: str) -> bool:
    """A phone that must be offered MD5 and nothing beside it, though RFC 8760 2.4 has it choose."""
    return _MD5_ALONE.match(user_agent) is not None
