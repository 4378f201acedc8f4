"""The corpus: one SIP message a file, as phones and trunks send them.

Files are kept with LF line ends; `@` after Content-Length stands for the body's length. `load` gives wire bytes.
"""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
_LENGTH = re.compile(rb"(?im)^((?:Content-Length|l)[ \t]*:[ \t]*)@")


def wire(text: bytes) -> bytes:
    """`text` with CR LF and its Content-Length filled in."""
    head, _, body = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").partition(b"\r\n\r\n")
    return _LENGTH.sub(lambda match: match[1] + b"%d" % len(body), head) + b"\r\n\r\n" + body


def load() -> dict[str, bytes]:
    """Name -> message."""
    return {path.stem: wire(path.read_bytes()) for path in sorted(FOLDER.glob("*.sip"))}
