"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# Where a landing depends on it, hypothesis tries the same examples every time; elsewhere it looks for new ones.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")
