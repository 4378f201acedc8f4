"""Which bodies may reach PJSIP: SDP within sane limits, plain text, digits; nothing that needs an XML or MIME parser.

Pure. Limits of SDP: 160 lines, 8 media lines, 32 formats a line, payload types 0..127, ports 0..65535.
Deliberately absent: what the SDP means (sdp.py), headers (guard_grammar.py).
"""

from __future__ import annotations

import re

MAX_LINES = 160
MAX_MEDIA = 8
MAX_PARTS = 8
"""Of a multipart body."""

_TEXT = r"[^\x00-\x08\x0a-\x1f\x7f]"
_PORT = r"(?:6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]\d{4}|\d{1,4})(?!\d)"
_TYPE = r"(?:12[0-7]|1[01]\d|\d{1,2})(?!\d)"
_ADDRESS = r"IN IP[46] [A-Za-z0-9.:\-_]{1,255}+"
_ATTRIBUTE = (
    rf"(?:rtpmap:{_TYPE} +[A-Za-z0-9._+\-]{{1,32}}/[1-9]\d{{2,5}}(?:/\d{{1,2}})? *"
    rf"|fmtp:[A-Za-z0-9*\-]{{1,16}} +{_TEXT}{{1,400}}"
    rf"|(?:max)?ptime:\d{{1,3}}(?:\.\d{{1,3}})? *"
    rf"|rtcp:{_PORT}(?: {_ADDRESS})? *"
    rf"|(?!(?:rtpmap|fmtp|ptime|maxptime|rtcp)(?:[:\r\n]|\Z))[A-Za-z0-9_.\-]{{1,64}}+(?::{_TEXT}{{1,600}})?)"
)
_LINE = (
    rf"(?:a={_ATTRIBUTE}"
    rf"|m=[A-Za-z0-9\-]{{1,32}}+ {_PORT}(?:/\d{{1,3}})? (?:RTP/[A-Z]{{2,5}}(?: +{_TYPE}){{1,32}}+"
    rf"|(?!RTP/)[A-Za-z0-9/\-]{{1,32}}+(?: +[!-~]{{1,32}}){{1,32}}+) *"
    rf"|c={_ADDRESS}(?:/\d{{1,3}}){{0,2}} *"
    rf"|b=[A-Za-z0-9\-]{{1,16}}:\d{{1,10}} *"
    rf"|o=[!-~]{{1,64}} +\d{{1,20}} +\d{{1,20}} +{_ADDRESS} *"
    rf"|t=\d{{1,20}} +\d{{1,20}} *"
    rf"|v=0 *"
    rf"|s={_TEXT}{{0,256}}"
    rf"|[iuepkzr]={_TEXT}{{1,256}})"
)
_SDP = re.compile(rf"v=0 *\r?\n(?:{_LINE}(?:\r?\n|\Z))*+(?:\r?\n)*\Z".encode())


_BOUNDARY = re.compile(rb'(?i);[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,70})"|([^\s;,"]{1,70}))')
_SDP_PART = re.compile(rb"(?i)\r\ncontent-type[ \t]*:[ \t]*application/sdp[ \t]*(?:;|\r\n|\Z)")


def is_sdp_sane(body: bytes) -> bool:
    """Whether `body` is SDP that may be parsed in C: every line of its form, within the limits."""
    return (
        body.count(b"\n") <= MAX_LINES
        and body.count(b"\nm=") <= MAX_MEDIA
        and body.count(b"\no=") == 1
        and _SDP.match(body) is not None
    )


def sdp_within(kind: bytes, body: bytes) -> bytes | None:
    """The SDP in a multipart body (RFC 5621); None when there is none, or none that is sane.

    `kind`: the value of Content-Type, with its boundary. PJSIP's own multipart parser is never asked.
    """
    boundary = _BOUNDARY.search(kind)
    if boundary is None or kind[:10].lower() != b"multipart/":
        return None
    for part in (b"\r\n" + body).split(b"\r\n--" + (boundary[1] or boundary[2]), MAX_PARTS)[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if _SDP_PART.search(head) and is_sdp_sane(content + b"\r\n"):
            return content + b"\r\n"
    return None


def refusal(kind: bytes, body: bytes) -> tuple[int, str] | None:
    """Status and reason with which a body of media type `kind` (lower case) is refused; None when it may pass."""
    if kind == b"application/sdp":
        return None if is_sdp_sane(body) else (400, "bad sdp")
    if kind.startswith(b"multipart/") or kind.endswith(b"xml"):
        return 415, "unsupported media type"
    return None
