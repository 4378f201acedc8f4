"""The guard: what of the wire may reach PJSIP's parser.

PJSIP's core is compiled with its assertions on: some malformed messages would end the process. So every message is
judged here first, strictly, by tables (guard_grammar.py, guard_body.py); what passes may be rewritten on the way:
folded lines unfolded, bytes after the body cut off, header values and bodies that nobody needs taken out. Nothing that
is refused reaches C.

Pure, never raises, no state. Limits: 3,900 bytes, 80 headers.
Deliberately absent: who sent it (sources.py), the reply (guard_reply.py), cutting a stream (framing.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from switch.framing import Broken, split
from switch.guard_body import refusal, sdp_within
from switch.guard_grammar import (
    ANSWERED,
    HIDE,
    MAX_OTHER,
    MAX_URI,
    METHODS,
    OTHER_NAME,
    REQUEST_LINE,
    REQUEST_URI,
    RULES,
    STATUS_LINE,
    URI_SCHEME,
)
from switch.guard_reply import reply

__all__ = ["Accept", "Broken", "Drop", "Reject", "Verdict", "inspect", "reply", "split"]

MAX_BYTES = 3900
"""PJSIP's own limit is 4,000 both ways; what we add to a message must still fit."""
MAX_HEADERS = 80
MAX_LINES = {b"via": 12, b"contact": 12, b"route": 12, b"record-route": 12}
"""Lines of one list header; 6 of any other."""
_ACK = b"ACK"


@dataclass(frozen=True, slots=True)
class Accept:
    """It may go to the parser: `packet`, not what came."""

    packet: bytes


@dataclass(frozen=True, slots=True)
class Reject:
    """A request that must not pass; `reply(packet, code, reason)` says so to its sender."""

    code: int
    reason: str
    """Of a small set: a counter's name."""


@dataclass(frozen=True, slots=True)
class Drop:
    """It must not pass, and nothing is said."""

    reason: str
    """"keepalive", "stun", or of a small set: a counter's name."""


Verdict = Accept | Reject | Drop


class _Bad(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


_KEEPALIVE = Drop("keepalive")
_STUN = Drop("stun")
_ALLOWED = bytes([9, *range(32, 127), *range(128, 256)])
_OF_BODIES = (b"content-type", b"content-encoding")
_OTHER_VERSION = re.compile(rb"[^ ]+ [^ ]+ SIP/\d{1,3}\.\d{1,3}\Z")
_MANDATORY = (b"via", b"from", b"to", b"call-id", b"cseq")
_NEEDS_CONTACT = frozenset((b"INVITE", b"SUBSCRIBE", b"REFER"))


def inspect(packet: bytes | memoryview, transport: str = "udp") -> Verdict:
    """Whether `packet`, one whole message, may reach the parser, and as what bytes."""
    data = bytes(packet)
    if len(data) <= 8 or not data.strip(b"\r\n\0 \t"):
        return _KEEPALIVE
    if data[0] < 4:
        return _STUN  # RFC 5389, 7983: never a SIP message
    head, end, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    request = REQUEST_LINE.match(first)
    status = None if request else STATUS_LINE.match(first)
    if request is None and status is None:
        if _OTHER_VERSION.match(first) and first.endswith(b" SIP/2.0"):
            code, reason = (414, "uri too long") if len(first) > MAX_URI else (400, "bad start line")
            return _refuse(code, reason, first.partition(b" ")[0])
        if _OTHER_VERSION.match(first):
            return _refuse(505, "unknown version", first.partition(b" ")[0])
        return Drop("not sip") if b"SIP/" not in first.upper() else _refuse(400, "bad start line", first[:4])
    method = request[1] if request else b""
    try:
        if len(data) > MAX_BYTES:
            raise _Bad(513, "too long")
        if not end:
            raise _Bad(400, "no end of headers")
        if rest[:1] in (b" ", b"\t"):
            raise _Bad(400, "bad start line")  # folded: what was judged would not be what is parsed
        if request is not None:
            _check_request_line(method, request[2])
        return _judge(head, body, data, method, transport != "udp")
    except _Bad as bad:
        return _refuse(bad.code, bad.reason, method)


def _refuse(code: int, reason: str, method: bytes) -> Verdict:
    """RFC 3261 17.1.1.3: an ACK is never answered; nor is a response."""
    return Reject(code, reason) if method not in (b"", _ACK, b"ACK ", b"SIP/") else Drop(reason)


def _check_request_line(method: bytes, uri: bytes) -> None:
    if method not in METHODS:
        raise _Bad(501, "unknown method")
    if REQUEST_URI.match(uri) is None:
        scheme = URI_SCHEME.match(uri)
        if scheme is not None and scheme[0].lower() not in (b"sip:", b"sips:"):
            raise _Bad(416, "unsupported uri scheme")
        raise _Bad(400, "bad request uri")


def _judge(head: bytes, body: bytes, data: bytes, method: bytes, exact: bool) -> Verdict:
    """`method` is empty for a response; `exact`: the transport has framed the message by its Content-Length."""
    changed = False
    if head.replace(b"\r\n", b"").translate(None, _ALLOWED):
        raise _Bad(400, "control character")
    if b"\r\n " in head or b"\r\n\t" in head:
        head, changed = _unfold(head), True
    if HIDE in head.lower():
        raise _Bad(400, "bad parameter")
    lines = head.split(b"\r\n")
    if len(lines) > MAX_HEADERS:
        raise _Bad(400, "too many headers")
    seen, cut = _read(lines, method)
    _check_together(seen, method)
    fit = _body_of(seen, body, method, exact)
    if fit.kind != seen.get(b"content-type"):
        cut += [at for at, line in enumerate(lines) if at and _known(line) in _OF_BODIES]
        if fit.kind is not None:
            lines.append(b"Content-Type: " + fit.kind)
        changed = True
    if not (changed or cut or len(head) + 4 + len(fit.body) != len(data)):
        return Accept(data)
    return Accept(_rebuilt(lines, set(cut), fit.body))


def _read(lines: list[bytes], method: bytes) -> tuple[dict[bytes, bytes], list[int]]:
    """The first value of each header that the parser reads, and the lines that are to be taken out."""
    seen: dict[bytes, bytes] = {}
    counts: dict[bytes, int] = {}
    cut: list[int] = []
    rules = RULES
    for at in range(1, len(lines)):
        name, colon, value = lines[at].partition(b":")
        rule = rules.get(name)
        if rule is None:
            name = name.rstrip(b" \t")
            rule = rules.get(name) or rules.get(name.lower())
            if rule is None:
                if not colon or len(value) > MAX_OTHER or OTHER_NAME.match(name) is None:
                    raise _Bad(400, "bad header")
                continue
        known, form, single, most, may_cut = rule
        value = value.strip(b" \t")
        match = form(value)
        if match is None or not colon or (most is not None and int(match[1]) > most):
            if not may_cut:
                raise _Bad(400, "bad " + known.decode())
            cut.append(at)
            continue
        if known not in seen:
            seen[known] = value
        else:
            counts[known] = count = counts.get(known, 1) + 1
            if single or count > MAX_LINES.get(known, 6):
                raise _Bad(400, "repeated " + known.decode())
    cseq = seen.get(b"cseq", method).rpartition(b" ")[2].rpartition(b"\t")[2]
    if cseq != method if method else cseq not in ANSWERED:
        raise _Bad(400, "cseq of another method")
    return seen, cut


def _check_together(seen: dict[bytes, bytes], method: bytes) -> None:
    for name in _MANDATORY:
        if name not in seen:
            raise _Bad(400, "missing " + name.decode())
    contact = seen.get(b"contact")
    if contact == b"*" and method != b"REGISTER":
        raise _Bad(400, "bad contact")
    if contact is None and method in _NEEDS_CONTACT:
        raise _Bad(400, "missing contact")  # RFC 3261 8.1.1.8, 6665 3.1.1, 3515 2.4.1


class _Fit(NamedTuple):
    """What of a body may pass."""

    body: bytes
    kind: bytes | None
    """Its Content-Type; None without a body that may pass."""


def _body_of(seen: dict[bytes, bytes], body: bytes, method: bytes, exact: bool) -> _Fit:
    """The body by its Content-Length, taken out or unwrapped where it cannot pass as it is."""
    stated = seen.get(b"content-length")
    if stated is None and exact:
        raise _Bad(400, "missing content-length")  # RFC 3261 20.14
    if stated is not None:
        length = int(stated)
        # RFC 3261 18.3: "If there are additional bytes in the transport packet beyond the end of the body, they MUST
        # be discarded. If the transport packet ends before the end of the message body, this is considered an error."
        if length > len(body) or (exact and length < len(body)):
            raise _Bad(400, "bad content-length")
        body = body[:length]
    kind = seen.get(b"content-type")
    if not body:
        return _Fit(body, kind)
    if kind is None:
        if method == b"INVITE":
            raise _Bad(400, "missing content-type")
        return _Fit(b"", None)
    if seen.get(b"content-encoding", b"identity").lower() != b"identity":
        refused: tuple[int, str] | None = (415, "unsupported encoding")
    else:
        refused = refusal(kind.partition(b";")[0].replace(b" ", b"").replace(b"\t", b"").lower(), body)
        within = sdp_within(kind, body) if refused is not None and refused[0] == 415 else None
        if within is not None:
            return _Fit(within, b"application/sdp")
    if refused is None:
        return _Fit(body, kind)
    if method in (b"", _ACK):
        return _Fit(b"", None)  # they cannot be refused, and matter without it
    raise _Bad(*refused)


def _known(line: bytes) -> bytes:
    rule = RULES.get(line.partition(b":")[0].rstrip(b" \t").lower())
    return rule[0] if rule else b""


def _unfold(head: bytes) -> bytes:
    """RFC 3261 7.3.1: "All linear white space, including folding, has the same semantics as SP"."""
    lines: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and lines:
            lines[-1] = lines[-1].rstrip(b" \t") + b" " + line.lstrip(b" \t")
        else:
            lines.append(line)
    return b"\r\n".join(lines)


def _rebuilt(lines: list[bytes], cut: set[int], body: bytes) -> bytes:
    kept = [line for at, line in enumerate(lines) if at not in cut and _known(line) != b"content-length"]
    return b"\r\n".join([*kept, b"Content-Length: %d" % len(body), b"", body])
