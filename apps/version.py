"""The version, said once: in pyproject.toml."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("zongji")
except PackageNotFoundError:  # run from a source tree that was never installed
    VERSION = "0.0.0+source"
