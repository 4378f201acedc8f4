"""Messages made wrong in small ways, the same way for the same seed.

A mutated message is mostly still a message: one to three changes of bytes, tokens, numbers, lines or parameters.
Most keep a true Content-Length and get a branch and a Call-ID of their own, or nothing would get past the transaction
layer's memory of retransmissions.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

NUMBERS = b"0 1 00 -1 127 128 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296".split()
NUMBERS += [b"9" * 20, b"", b"+1", b"0x10", b"1.5", b"1e9"]
SIGNS = [bytes([sign]) for sign in b" \t,;:@<>\"'()[]{}=?&%\\/*+#\r\n\0\xff|^`~!$-._"]
SIGNS += b'[] %00 %41 %zz \xc3\xa9 sip: sips: tel: SIP/2.0 <> "" :: ;; ,, @@'.split()
SIGNS += [b"", b"\r\n", b"\r\n "]
WORDS = b"""lr hide maddr=1.2.3.4 transport=tcp transport=tls transport=x ttl=1 user=phone method=INVITE tag=a expires=0
q=1.0 rport received=1.1.1.1 branch=z9hG4bK ob INVITE ACK CANCEL BYE REGISTER PRACK UPDATE 127.0.0.1 [::1] 0.0.0.0
uac uas 100rel timer replaces sendonly inactive telephone-event/8000 PCMU/8000 RTP/AVP IN IP4 IP6""".split()
WORDS.append(b"a" * 300)
LINES = b"""Require: 100rel
Require: timer
Require: replaces
Require: nothing
Supported: 100rel, timer, replaces
Session-Expires: 90
Session-Expires: 1;refresher=uas
Min-SE: 90
Min-SE: 1
Max-Forwards: 0
Expires: 0
Expires: 1
Contact: *
Contact: <sip:a@127.0.0.1>
Contact: <tel:123>
RSeq: 1
RAck: 1 1 INVITE
Replaces: a;to-tag=b;from-tag=c
Event: refer
Event: presence
Accept: text/plain
Route: <sip:127.0.0.1;lr>
Route: <sip:127.0.0.1>
Record-Route: <sip:a.example;lr>
Record-Route: <sip:b>
Refer-To: <sip:x@127.0.0.1>
Refer-Sub: false
Content-Type: multipart/mixed;boundary=x
Content-Encoding: gzip
Subscription-State: terminated;reason=timeout
Authorization: Digest username="1001"
Authorization: Basic x
WWW-Authenticate: Digest realm="a", nonce="b", algorithm=MD5, qop="auth"
Proxy-Authenticate: Digest realm="", nonce="", qop="auth-int"
Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKy
Via: SIP/2.0/TCP [::1]:5060
Content-Length: 0
Content-Length: 5
Warning: 399 a "b"
Reason: Q.850;cause=16
Retry-After: 5
To: <sip:a@b>;tag=z
CSeq: 1 INVITE""".split(b"\n")
_NUMBER = re.compile(rb"\d+")
_TOKEN = re.compile(rb"[A-Za-z0-9.\-_]+")
_BRANCH = re.compile(rb"branch=z9hG4bK[^;,\s]*")
_CALL_ID = re.compile(rb"(?im)^(Call-ID|i)([ \t]*:[ \t]*)([^\r\n]*)")
_LENGTH = re.compile(rb"(?im)^(Content-Length|l)([ \t]*:[ \t]*)\d+")


class Mutator:
    def __init__(self, messages: Sequence[bytes], seed: int) -> None:
        self._messages = list(messages)
        self._chance = random.Random(seed)
        self._count = 0
        self._ways: list[Callable[[bytes], bytes]] = [
            self._flip,
            self._insert,
            self._delete,
            self._number,
            self._number,
            self._word,
            self._word,
            self._parameter,
            self._double_line,
            self._drop_line,
            self._swap_lines,
            self._add_line,
            self._add_line,
            self._foreign_line,
            self._value,
            self._cut,
        ]

    def next(self, base: bytes | None = None, *, fresh: bool = True) -> bytes:
        """The next message; from `base` if given. `fresh`: with a branch and a Call-ID of its own, mostly."""
        chance = self._chance
        message = chance.choice(self._messages) if base is None else base
        self._count += 1
        if fresh and chance.random() < 0.9:
            message = _BRANCH.sub(b"branch=z9hG4bK%x" % chance.getrandbits(48), message, count=1)
            message = _CALL_ID.sub(lambda m: m[1] + m[2] + b"%x@f" % chance.getrandbits(48), message, count=1)
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3))):
            message = chance.choice(self._ways)(message)
        if chance.random() < 0.8:
            head, end, body = message.partition(b"\r\n\r\n")
            message = _LENGTH.sub(lambda m: m[1] + m[2] + b"%d" % len(body), head, count=1) + end + body
        return message

    def pick(self) -> bytes:
        """One of the messages as it is."""
        return self._chance.choice(self._messages)

    def _flip(self, message: bytes) -> bytes:
        at = self._chance.randrange(len(message) or 1)
        return message[:at] + bytes([self._chance.randrange(256)]) + message[at + 1 :]

    def _insert(self, message: bytes) -> bytes:
        at = self._chance.randrange(len(message) + 1)
        return message[:at] + self._chance.choice(SIGNS) + message[at:]

    def _delete(self, message: bytes) -> bytes:
        at = self._chance.randrange(len(message) or 1)
        return message[:at] + message[at + self._chance.choice((1, 1, 2, 5, 20)) :]

    def _number(self, message: bytes) -> bytes:
        return self._replaced(message, _NUMBER, NUMBERS)

    def _word(self, message: bytes) -> bytes:
        return self._replaced(message, _TOKEN, self._chance.choice((WORDS, SIGNS)))

    def _replaced(self, message: bytes, what: re.Pattern[bytes], by: list[bytes]) -> bytes:
        found = what.search(message, self._chance.randrange(len(message) or 1))
        if found is None:
            return message
        return message[: found.start()] + self._chance.choice(by) + message[found.end() :]

    def _parameter(self, message: bytes) -> bytes:
        ends = [m.start() for m in re.finditer(rb"[;>,]|\r\n", message)]
        if not ends:
            return message
        at = self._chance.choice(ends)
        return (
            message[:at]
            + self._chance.choice((b";", b";", b",", b"?", b" ;"))
            + self._chance.choice(WORDS)
            + message[at:]
        )

    def _lines(self, message: bytes) -> tuple[list[bytes], bytes]:
        head, end, body = message.partition(b"\r\n\r\n")
        return head.split(b"\r\n"), end + body

    def _double_line(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        line = self._chance.choice(lines)
        lines.insert(self._chance.randrange(len(lines)) + 1, line)
        return b"\r\n".join(lines) + rest

    def _drop_line(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        del lines[self._chance.randrange(len(lines))]
        return b"\r\n".join(lines) + rest

    def _swap_lines(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        one, other = self._chance.randrange(len(lines)), self._chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
        return b"\r\n".join(lines) + rest

    def _add_line(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        lines.insert(self._chance.randrange(len(lines)) + 1, self._chance.choice(LINES))
        return b"\r\n".join(lines) + rest

    def _foreign_line(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        foreign, foreign_rest = self._lines(self._chance.choice(self._messages))
        if self._chance.random() < 0.2:
            return b"\r\n".join(lines) + foreign_rest
        at = self._chance.randrange(len(lines))
        line = self._chance.choice(foreign)
        name = line.partition(b":")[0]
        same = [n for n, ours in enumerate(lines) if ours.partition(b":")[0] == name]
        lines[same[0] if same else at] = line
        return b"\r\n".join(lines) + rest

    def _value(self, message: bytes) -> bytes:
        lines, rest = self._lines(message)
        at = self._chance.randrange(len(lines))
        name = lines[at].partition(b":")[0]
        kinds = (SIGNS, WORDS, NUMBERS, [line.partition(b": ")[2] for line in LINES])
        value = b"".join(self._chance.choice(self._chance.choice(kinds)) for _ in range(self._chance.randrange(4)))
        lines[at] = name + b": " + value
        return b"\r\n".join(lines) + rest

    def _cut(self, message: bytes) -> bytes:
        return message[: self._chance.randrange(len(message) + 1)] if self._chance.random() < 0.3 else message
