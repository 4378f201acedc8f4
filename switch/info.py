"""Digits in SIP INFO: `application/dtmf-relay` (Signal=, Duration=) and `application/dtmf` (the digit alone).

Pure. Deliberately absent: telephone-event in RTP (media), which is the better way.
"""

from __future__ import annotations

import re

DEFAULT_MS = 160
_SIGNAL = re.compile(rb"^\s*signal\s*=\s*([0-9*#A-Da-d]|1[0-6])\s*$", re.IGNORECASE | re.MULTILINE)
_DURATION = re.compile(rb"^\s*duration\s*=\s*(\d{1,5})\s*$", re.IGNORECASE | re.MULTILINE)
_NAMED = re.compile(rb"(signal[ \t]*=[ \t]*)[^\r\n]*", re.IGNORECASE)
_ALONE = re.compile(rb"\s*([0-9*#A-Da-d]|1[0-6])\s*\Z")
_NUMBERED = {b"10": "*", b"11": "#", b"12": "A", b"13": "B", b"14": "C", b"15": "D"}
"""Some senders write the RFC 4733 event number."""


def without_digits(message: bytes) -> bytes:
    """An INFO with a star in place of the digit in its body, whatever says which it is."""
    head, gap, body = message.partition(b"\r\n\r\n")
    body = _NAMED.sub(rb"\1*", body) if b"=" in body else b"*"
    return head + gap + body


def read_digit(content_type: str, body: bytes) -> tuple[str, int] | None:
    """The digit and its length [ms] that an INFO carries; None when it carries none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("application/dtmf-relay", "application/dtmf"):
        return None  # an INFO about something else (RFC 6086 has no end of packages), though its body be a digit
    relay = kind == "application/dtmf-relay"
    found = (_SIGNAL.search if relay else _ALONE.match)(body)
    if found is None:
        return None
    sign = found[1]
    digit = _NUMBERED.get(sign, sign.decode().upper() if len(sign) == 1 else "")
    length = _DURATION.search(body) if relay else None
    return (digit, min(int(length[1]), 10_000) if length else DEFAULT_MS) if digit else None
