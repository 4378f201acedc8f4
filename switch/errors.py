"""Why the switch cannot start: each message is one sentence that says what to do.

Deliberately absent: what goes wrong in a call; that is a `Cause`.
"""

from __future__ import annotations


class SwitchError(Exception):
    """Signalling cannot start. The message is one sentence for the operator."""


class WrongWheel(SwitchError):
    """PJSIP is there, but not the version or layout that the binding was written for."""


class MissingLibrary(SwitchError):
    """PJSIP's shared object is not there, or does not load."""


class WrongPlatform(SwitchError):
    """Not Linux on x86-64, or not a Python that the binding was tried with."""


class PortInUse(SwitchError):
    """An address to listen on is taken, or is not this machine's."""
