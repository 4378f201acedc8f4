"""What machine and Python Zongji runs on. The one file that any Python 3.7 can read: it says no to the others.

Deliberately absent: the SIP library's own version (pjsip/abi.py).
"""

from __future__ import annotations

from switch.errors import WrongPlatform

PYTHONS = ((3, 11), (3, 12))


def check_platform(system: str, machine: str, python: tuple[int, int], implementation: str) -> None:
    """Raise WrongPlatform unless this is what the binding was tried on."""
    if system != "linux" or machine not in ("x86_64", "AMD64"):
        raise WrongPlatform(f"Zongji runs on Linux on x86-64 only, and this is {system} on {machine}.")
    if implementation != "CPython" or python not in PYTHONS:
        found = f"{implementation} {python[0]}.{python[1]}"
        raise WrongPlatform(f"Zongji runs on CPython 3.11 and 3.12 only, and this is {found}.")
