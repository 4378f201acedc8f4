"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# No example has a deadline: on a machine that others use, too, that would judge them. Where a landing depends on it,
# hypothesis tries the same examples every time; elsewhere it looks for new ones.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
