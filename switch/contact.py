"""Reading Contact header values (RFC 3261 20.10): URI, expires, q, parameters.

Bad values are left out, or are None where `binding.ContactField` says so; nothing is raised.
Deliberately absent: what a contact means (wish.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from switch.binding import ContactField

MOST = 20
"""Contacts read of one request; the guard's limit is lower."""
_PARAMETER = re.compile(r';\s*([^=;,\s]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^;,\s]*))?')


def split_list(value: str) -> list[str]:
    """The members of a comma list; commas in quotes and angle brackets do not count."""
    members, at, quoted, angled = [], 0, False, False
    escaped = False
    for index, sign in enumerate(value):
        if escaped:
            escaped = False
        elif quoted:
            escaped = sign == "\\"
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "<>":
            angled = sign == "<"
        elif sign == "," and not angled:
            members.append(value[at:index].strip())
            at = index + 1
    members.append(value[at:].strip())
    return [member for member in members if member]


def read_contacts(lines: Iterable[bytes]) -> tuple[ContactField, ...]:
    """The contacts in all Contact lines of a request."""
    members = [member for line in lines for member in split_list(line.decode("utf-8", "replace"))]
    return tuple(_contact(member) for member in members[:MOST])


def read_seconds(value: bytes | None) -> int | None:
    """A number of seconds as Expires has it; None when absent or malformed. More than 2**31 is cut."""
    text = "" if value is None else value.decode("latin-1").strip()
    return min(int(text), 2**31 - 1) if text.isascii() and text.isdigit() else None


def _contact(member: str) -> ContactField:
    if member == "*":
        return ContactField("*")
    if "<" in member:
        _, _, rest = member.partition("<")
        uri, _, tail = rest.partition(">")
    else:  # RFC 3261 20: without angle brackets every parameter is the header's
        uri, semicolon, tail = member.partition(";")
        tail = semicolon + tail
    params = [(name.lower(), value) for name, value in _PARAMETER.findall(tail)]
    named = dict(params)
    rest_params = tuple(pair for pair in params if pair[0] not in ("expires", "q"))
    return ContactField(uri.strip(), read_seconds(named.get("expires", "").encode()), named.get("q"), rest_params)
