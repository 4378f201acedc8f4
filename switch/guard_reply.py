"""A stateless answer to a request that never reached the parser (RFC 3261 8.2.6).

What the request says of Via, From, To, Call-ID and CSeq is copied; To gets a tag that is the same whenever the same
request comes again. Bounded by the request's own size plus a line, so that it is of no use as an amplifier.
Deliberately absent: whether an answer is due at all by policy (guard.py, sources.py).
"""

from __future__ import annotations

import hashlib
import re
import secrets

from switch.guard_grammar import RULES

_KEY = secrets.token_bytes(16)
_REQUEST = re.compile(rb"[^ ]+ .* SIP/\d{1,3}\.\d{1,3}\Z", re.IGNORECASE)
_BROKEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TAG = re.compile(rb";[ \t]*tag[ \t]*=", re.IGNORECASE)
_RPORT = re.compile(rb";[ \t]*rport(?=[;, \t]|\Z)", re.IGNORECASE)
_PHRASES = {
    400: "Bad Request",
    403: "Forbidden",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    481: "Call/Transaction Does Not Exist",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "Version Not Supported",
    513: "Message Too Large",
}
_COPIED = (b"via", b"from", b"to", b"call-id", b"cseq")
_MAX = 3900


def reply(packet: bytes | memoryview, code: int, reason: str, source: tuple[str, int] | None = None) -> bytes | None:
    """The response `code` to `packet`; None for an ACK, a response, or when it has not enough to answer to.

    `reason` stands in a Warning; `source` (IP, port) is written into the topmost Via (RFC 3261 18.2.1, 3581 4).
    """
    head = bytes(packet[:_MAX]).lstrip(b"\r\n").partition(b"\r\n\r\n")[0]
    lines = re.sub(rb"\r\n[ \t]+", b" ", head).split(b"\r\n")
    if not _REQUEST.match(lines[0]) or lines[0].startswith((b"ACK ", b"SIP/")):
        return None
    found: dict[bytes, list[bytes]] = {name: [] for name in _COPIED}
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        rule = RULES.get(name.strip().lower())
        if rule is not None and rule.name in found:
            if _BROKEN.search(value):
                return None
            found[rule.name].append(value.strip())
    if not all(found.values()) or any(len(found[name]) > 1 for name in _COPIED[1:]):
        return None
    if source is not None:
        found[b"via"][0] = _stamped(found[b"via"][0], source)
    if _TAG.search(found[b"to"][0]) is None:
        found[b"to"][0] += b";tag=" + _tag(found[b"call-id"][0] + found[b"cseq"][0])
    answer = [f"SIP/2.0 {code} {_PHRASES.get(code, reason)}".encode()]
    answer += [b"Via: " + value for value in found[b"via"]]
    answer += [b"From: " + found[b"from"][0], b"To: " + found[b"to"][0]]
    answer += [b"Call-ID: " + found[b"call-id"][0], b"CSeq: " + found[b"cseq"][0]]
    answer.append(f'Warning: 399 zongji "{re.sub(chr(34) + "|[^ -~]", "?", reason)}"'.encode())
    answer += [b"Content-Length: 0", b"", b""]
    return b"\r\n".join(answer)


def _tag(of: bytes) -> bytes:
    return hashlib.blake2s(of, key=_KEY, digest_size=8).hexdigest().encode()


def _stamped(via: bytes, source: tuple[str, int]) -> bytes:
    """The topmost Via with where the request really came from."""
    first, comma, rest = via.partition(b",")
    stamped = _RPORT.sub(b";rport=%d" % source[1], first, count=1)
    return stamped + b";received=" + source[0].encode() + comma + rest
