"""Imported first by the command line: on a machine or a Python that Zongji cannot run on, one sentence and exit code 5.

Deliberately absent: anything that another Python could not read, or that is not in its own library.
"""

from __future__ import annotations

import platform
import sys

from switch.errors import WrongPlatform
from switch.machine import check_platform

_UNUSABLE = 5
"""As `apps.supervisor.UNUSABLE`, which is not imported here: it is for this Python alone."""

try:
    check_platform(sys.platform, platform.machine(), sys.version_info[:2], platform.python_implementation())
except WrongPlatform as wrong:
    sys.stderr.write(f"zongji: {wrong}\n")
    sys.exit(_UNUSABLE)
