"""What each header that PJSIP's parser reads may look like: the guard's table.

PJSIP parses these headers itself; a value that is not wholly of its form never gets there. Forms are those of
RFC 3261 25 cut down to what the parser reads alike (no IPv6 where it would become a destination, no '@' behind a
host, brackets around every member of a list). All other headers are opaque text to it.

Regexes are matched in full against the value without outer white space; quantifiers are possessive, so that no value
costs more than its length. Numbers are bounded by their digits; see `Rule.most` for finer limits.
Deliberately absent: the order of checks (guard.py), bodies (guard_body.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

METHODS = frozenset(
    b"INVITE ACK CANCEL BYE OPTIONS REGISTER SUBSCRIBE NOTIFY REFER MESSAGE INFO UPDATE PRACK PUBLISH".split()
)
"""What we know; others are answered 501 without troubling the parser."""
ANSWERED = METHODS - {b"ACK"}
"""What a response may answer (RFC 3261 17.1.1.3). PJSIP takes one that names ACK for the INVITE's."""

# ---- the pieces (RFC 3261 25.1) ---------------------------------------------------------------------------------

_TOKEN = r"[A-Za-z0-9\-.!%*_`'~+]++"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]++|\\[\x20-\x7e])*+"'
_ESCAPED = r"%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e]|[89A-Fa-f][0-9A-Fa-f])"  # none that hides a control character
_USER = rf"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]++|{_ESCAPED})++"
_PLAIN_USER = rf"(?:[A-Za-z0-9\-_.!~*'()&=+$/#]++|{_ESCAPED})++"  # without brackets around: no ; ? ,
_PASSWORD = rf"(?::(?:[A-Za-z0-9\-_.!~*'()&=+$,]++|{_ESCAPED})*+)?"
_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,254}+"
_IPV6 = r"\[(?=[^\]]*:[^\]]*:)[0-9A-Fa-f:.]{2,45}\]"
_PORT = r"(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|\d{1,4})(?!\d)"
_NAME_ESCAPED = rf"(?!%[46][4589]){_ESCAPED}"  # none of which HIDE could be put together
_PARAM_CHARS = r"[A-Za-z0-9\[\]/:&+$\-_.!~*'()]++"
_URI_PARAM = rf";(?:{_PARAM_CHARS}|{_NAME_ESCAPED})++(?:=(?:{_PARAM_CHARS}|{_ESCAPED})*+)?"
_HEADER_CHARS = rf"(?:[A-Za-z0-9\[\]/?:+$\-_.!~*'()]++|{_ESCAPED})"
_URI_HEADER = rf"{_HEADER_CHARS}++(?:={_HEADER_CHARS}*+)?"
_URI_TAIL = rf"(?:{_URI_PARAM}){{0,20}}+(?:\?{_URI_HEADER}(?:&{_URI_HEADER}){{0,10}}+)?"


def _sip(user: str, host: str, tail: str) -> str:
    return rf"[Ss][Ii][Pp][Ss]?:(?:{user}{_PASSWORD}@)?(?:{host})(?::{_PORT})?{tail}"


_ANY_HOST = rf"{_NAME}|{_IPV6}"
_TEL_NUMBER = r"[Tt][Ee][Ll]:[0-9+\-.()*#A-Da-d]{1,64}+"
_TEL = rf"{_TEL_NUMBER}(?:{_URI_PARAM}){{0,10}}+"
_SIP_BRACKETED = rf"<{_sip(_USER, _ANY_HOST, _URI_TAIL)}>"
_SIP_REACHABLE = rf"<{_sip(_USER, _NAME, _URI_TAIL)}>"
_DISPLAY = rf"(?:{_QUOTED}\s*+|[^\x00-\x08\x0a-\x1f\x7f\"<>:;,]{{0,200}}+)"

_S = r"[ \t]*+"
_PARAM = rf"{_S};{_S}{_TOKEN}(?:{_S}={_S}(?:{_TOKEN}|{_QUOTED}))?"
_PARAMS = rf"(?:{_PARAM}){{0,20}}+"
_NAME_ADDR = rf"{_DISPLAY}(?:{_SIP_BRACKETED}|<{_TEL}>)"
_ADDRESS = rf"(?:{_NAME_ADDR}|{_sip(_PLAIN_USER, _ANY_HOST, '')}|{_TEL_NUMBER}){_PARAMS}"
_CONTACT = rf"{_DISPLAY}{_SIP_REACHABLE}{_PARAMS}"
_ROUTE = rf"{_DISPLAY}{_SIP_REACHABLE}{_PARAMS}"

_VIA_TOKEN = r"[A-Za-z0-9\-.!%*_`'~+\[:\]]++"
_VIA_END = r"(?=[ \t;,]|\Z)"
_VIA_PARAM = (
    rf"{_S};{_S}(?:(?i:rport)(?:=(?:{_PORT})?)?{_VIA_END}|(?i:ttl)=\d{{1,2}}{_VIA_END}"
    rf"|(?!(?i:rport|ttl|maddr)(?:[ \t=;,]|\Z)){_VIA_TOKEN}(?:{_S}={_S}(?:{_VIA_TOKEN}|{_QUOTED}))?)"
)
_VIA = (
    rf"[Ss][Ii][Pp]{_S}/{_S}2\.0{_S}/{_S}[A-Za-z0-9\-]{{1,16}}+[ \t]++(?:{_ANY_HOST}){_S}(?::{_S}{_PORT})?"
    rf"(?:{_VIA_PARAM}){{0,20}}+"
)
_AUTH_PARAM = rf"{_TOKEN}{_S}={_S}(?:{_TOKEN}|{_QUOTED})"
_DIGEST = rf"[Dd][Ii][Gg][Ee][Ss][Tt][ \t]++{_AUTH_PARAM}(?:{_S},{_S}{_AUTH_PARAM}){{0,20}}+"
_NUMBER = r"(\d{1,10})"
_VALUE = r"[^,\s\x00-\x1f\x7f][^,\x00-\x08\x0a-\x1f\x7f]*+"


def _list(member: str, most: int) -> str:
    return rf"{member}(?:{_S},{_S}{member}){{0,{most - 1}}}+"


# ---- the table --------------------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """How one header is judged. A tuple, because every line of every packet unpacks one."""

    name: bytes
    """Its long name in lower case: the reason given is `bad <name>`."""
    form: Callable[[bytes], re.Match[bytes] | None]
    single: bool
    """May stand once only."""
    most: int | None
    """Greatest value of the number that it starts with (the form's first group)."""
    cut: bool
    """A value of another form is taken out, not refused: it says nothing that we need."""


def _rule(name: str, form: str, *, single: bool = True, most: int | None = None, cut: bool = False) -> Rule:
    return Rule(name.encode(), re.compile(rb"(?:%b)\Z" % form.encode()).match, single, most, cut)


_MAX_INT = 2**31 - 1
_MAX_UINT = 2**32 - 1
_METHOD = "(?:" + "|".join(sorted(method.decode() for method in METHODS)) + ")"

_TABLE = [
    _rule("from", _ADDRESS),
    _rule("to", _ADDRESS),
    _rule("call-id", r"[\x21-\x7e]{1,256}"),
    _rule("cseq", r"(\d{1,12})[ \t]++([A-Za-z0-9\-.!%*_`'~+]{1,40})", most=_MAX_INT),
    _rule("via", _list(_VIA, 10), single=False),
    _rule("max-forwards", r"(0{0,6}\d{1,3})", most=255),
    _rule("contact", rf"\*|{_sip(_PLAIN_USER, _NAME, '')}{_PARAMS}|{_list(_CONTACT, 10)}", single=False),
    _rule("route", _list(_ROUTE, 10), single=False),
    _rule("record-route", _list(_ROUTE, 10), single=False),
    _rule("content-length", r"\d{1,7}"),
    _rule("content-type", rf"({_TOKEN}){_S}/{_S}({_TOKEN}){_PARAMS}"),
    _rule("content-encoding", _TOKEN),
    _rule("expires", _NUMBER, most=_MAX_UINT),
    _rule("min-expires", _NUMBER, most=_MAX_UINT),
    _rule("retry-after", rf"{_NUMBER}{_S}(?:\([^()\\\x00-\x1f\x7f]*\))?{_PARAMS}", most=_MAX_INT, cut=True),
    _rule("accept", rf"(?:{_list(_VALUE, 30)})?", single=False),
    _rule("allow", rf"(?:{_list(_VALUE, 30)})?", single=False),
    _rule("require", _list(_VALUE, 30), single=False),
    _rule("supported", rf"(?:{_list(_VALUE, 30)})?", single=False),
    _rule("unsupported", rf"(?:{_list(_VALUE, 30)})?", single=False),
    _rule("authorization", _DIGEST, single=False, cut=True),
    _rule("proxy-authorization", _DIGEST, single=False, cut=True),
    _rule("www-authenticate", _DIGEST, single=False, cut=True),
    _rule("proxy-authenticate", _DIGEST, single=False, cut=True),
    _rule("event", rf"{_TOKEN}{_PARAMS}"),
    _rule("allow-events", rf"(?:{_list(_VALUE, 30)})?", single=False),
    _rule("subscription-state", rf"{_TOKEN}{_PARAMS}"),
    _rule("session-expires", rf"{_NUMBER}{_PARAMS}", most=_MAX_INT),
    _rule("min-se", rf"{_NUMBER}{_PARAMS}", most=_MAX_INT),
    _rule("replaces", rf"[^;,\s\x00-\x20\x7f]{{1,256}}+{_PARAMS}"),
    _rule("refer-to", _ADDRESS),
    _rule("referred-by", _ADDRESS),
    _rule("rack", rf"{_NUMBER}[ \t]++{_NUMBER}[ \t]++{_METHOD}"),
    _rule("rseq", _NUMBER, most=_MAX_UINT),
]
_COMPACT = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "k": "supported",
    "t": "to",
    "v": "via",
    "o": "event",
    "u": "allow-events",
    "r": "refer-to",
    "b": "referred-by",
    "x": "session-expires",
}
"""RFC 3261 7.3.3, 6665, 3515, 3892, 4028."""

RULES: dict[bytes, Rule] = {rule.name: rule for rule in _TABLE}
RULES |= {short.encode(): RULES[long.encode()] for short, long in _COMPACT.items()}
# The usual spellings too, so that the usual message needs no lower().
RULES |= {name.title(): rule for name, rule in list(RULES.items())}
RULES |= {b"Call-ID": RULES[b"call-id"], b"CSeq": RULES[b"cseq"], b"WWW-Authenticate": RULES[b"www-authenticate"]}

OTHER_NAME = re.compile(rb"[A-Za-z0-9\-.!%*_`'~+]{1,64}\Z")
"""Name of a header that is opaque to the parser."""
MAX_OTHER = 1024
"""Bytes of an opaque header's value."""

MAX_URI = 600
"""Bytes of a Request-URI."""
REQUEST_LINE = re.compile(rb"([A-Za-z0-9\-.!%%*_`'~+]{1,40}) ([^ \t\r\n]{1,%d}) SIP/2\.0\Z" % MAX_URI)
STATUS_LINE = re.compile(rb"SIP/2\.0 ([1-6]\d\d)(?: ([^\r\n]{0,256}))?\Z")
REQUEST_URI = re.compile(_sip(_USER, _ANY_HOST, _URI_TAIL).encode() + rb"\Z")
URI_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]{0,31}:")
HIDE = b";hide"
"""A parameter that makes the parser leave a route out when it prints: never of use, never let in."""
