"""The demonstration holds, in less than a minute."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole


def test_all_claims_hold(tmp_path: Path) -> None:
    began = time.monotonic()
    command = [sys.executable, "-m", "apps.demo", "--keep", str(tmp_path / "d")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=110)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    assert time.monotonic() - began < 60
