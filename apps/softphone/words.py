"""What a soft phone is told to be, and how it treats a call that comes in.

Deliberately absent: how it is done (agent.py), how it is asked for on a command line (apps/phone.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Answering(Enum):
    """What the phone does with an incoming call by itself."""

    AFTER_RINGING = "after ringing"
    """Answer after `Settings.ring_s`."""
    NEVER = "never"
    DECLINE = "decline"
    """603 at once."""
    BUSY = "busy"
    """486 at once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One phone. Times in seconds, frequencies in Hz."""

    server_host: str = "127.0.0.1"
    server_port: int = 5060
    extension: str = "phone"
    """User part of the phone's own address; also the number it calls from."""
    name: str = ""
    """Display name."""
    secret: str = ""
    transport: str = "udp"
    bind: str = ""
    """Own IP address; empty: the one that reaches the server."""
    local_port: int = 0
    register: bool = True
    expires_s: int = 300
    answering: Answering = Answering.NEVER
    ring_s: float = 0.0
    dial: str = ""
    """A number, or a whole SIP URI. Empty: wait for calls."""
    send_wav: Path | None = None
    send_tone_hz: float | None = None
    save_wav: Path | None = None
    """What the phone hears from answer to end. `{n}` in the name becomes the number of the call, from 1."""
    save_sent_wav: Path | None = None
    """What the phone says, on the same clock as `save_wav`."""
    hangup_after_s: float | None = None
    """From the answer."""
    digits: str = ""
    digits_at_s: float = 1.0
    """From the answer."""
    codecs: tuple[str, ...] = ("PCMU", "PCMA")
    """In order of liking. Few, so that an INVITE stays under the size at which PJSIP turns to TCP."""
    hold_by_address: bool = False
    """Hold the old way: c=0.0.0.0 (RFC 2543) instead of a=sendonly."""
    srtp: str = "off"
    """off, optional or required; keys by SDES, over any transport."""
    once: bool = False
    """Leave after the first call."""
    log: Path | None = None
    """PJSIP's own log goes there; without it nowhere."""

    @property
    def rate_hz(self) -> int:
        """Samples a second inside the phone, and in what it saves: 16,000 when it has a wideband codec."""
        return 16000 if "G722" in (name.upper() for name in self.codecs) else 8000


def answering_of(text: str) -> tuple[Answering, float]:
    """What `--answer` means: never, decline, busy, or seconds of ringing. ValueError for anything else."""
    for answering in (Answering.NEVER, Answering.DECLINE, Answering.BUSY):
        if text == answering.value:
            return answering, 0.0
    return Answering.AFTER_RINGING, max(0.0, float(text))
