"""PJSIP's core, bound: the shared object inside the pinned wheel, opened with cffi in ABI mode.

`ffi` and `lib` come from `load()`, once a process. Before anything is called, the platform, the wheel's version, the
library's own version and every struct's size and offsets are compared with the layouts that ship in abi.json; if
one differs, a `SwitchError` says what to install. Nothing here starts PJSIP (endpoint.py does).

A process that loads this must not use PJSUA2 too: both would share the object's global state.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cffi

from switch.errors import MissingLibrary, WrongWheel
from switch.machine import check_platform
from switch.pjsip import layout, proto_pjlib, proto_sip, proto_ua

WHEEL = "pjsua2-python"
WHEEL_VERSION = "2.15.1.post1"
LAYOUT_FILE = Path(__file__).with_name("abi.json")


@dataclass(frozen=True, slots=True)
class Core:
    """cffi's two handles on PJSIP. `ffi` knows the types, `lib` has the functions."""

    ffi: Any
    lib: Any
    path: Path


@functools.cache
def load() -> Core:
    """PJSIP's core, checked. Raises WrongPlatform, MissingLibrary or WrongWheel, each with one sentence."""
    check_platform(sys.platform, platform.machine(), sys.version_info[:2], platform.python_implementation())
    check_wheel(_wheel_version())
    path = _shared_object()
    data = layout.read(LAYOUT_FILE)
    ffi = cffi.FFI()
    ffi.cdef("\n".join([layout.declarations(data), proto_pjlib.PROTOTYPES, proto_sip.PROTOTYPES, proto_ua.PROTOTYPES]))
    wrong = layout.disagreements(data, ffi)
    if wrong:
        raise WrongWheel(f"This build of PJSIP has other struct layouts than the binding ({wrong[0]}): {_remedy()}.")
    try:
        lib = ffi.dlopen(str(path))
        version = ffi.string(lib.pj_get_version()).decode()
    except (OSError, AttributeError) as error:
        raise MissingLibrary(f"PJSIP's library {path} does not load ({error}): {_remedy()}.") from error
    if version != data.version:
        raise WrongWheel(f"PJSIP is version {version}, but the binding is for {data.version}: {_remedy()}.")
    return Core(ffi, lib, path)


def check_wheel(version: str | None) -> None:
    """Raise MissingLibrary when the wheel is not installed, WrongWheel when it is another version."""
    if version is None:
        raise MissingLibrary(f"PJSIP is not installed: {_remedy()}.")
    if version != WHEEL_VERSION:
        raise WrongWheel(
            f"The wheel {WHEEL} is version {version}, but the binding is for {WHEEL_VERSION}: {_remedy()}."
        )


def _remedy() -> str:
    return f"run `pip install {WHEEL}=={WHEEL_VERSION}`"


def _wheel_version() -> str | None:
    try:
        return importlib.metadata.version(WHEEL)
    except importlib.metadata.PackageNotFoundError:
        return None


def _shared_object() -> Path:
    """The extension module's file; found without importing the package, which would start SWIG's half."""
    spec = importlib.util.find_spec("pjsua2")
    for place in (spec.submodule_search_locations or []) if spec is not None else []:
        for path in sorted(Path(place).glob("_pjsua2*.so")):
            return path
    raise MissingLibrary(f"The wheel {WHEEL} is installed without its library: {_remedy()}.")
