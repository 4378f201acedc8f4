"""REGISTER as it comes: read, given to the registrar, answered; the same request again gets the same answer.

Answers are stateless for PJSIP; what was sent is remembered for 32 s by branch, CSeq and source, so that a
retransmission is neither judged again (its nonce count would be used) nor parsed twice.

Time: `now` monotonic seconds, `at` UTC seconds.
Deliberately absent: the rules (registrar.py, digest.py).
"""

from __future__ import annotations

from collections import OrderedDict

from switch.binding import RegisterRequest
from switch.contact import read_contacts, read_seconds
from switch.pjsip.message import Packet, request_uri, uri_user

REMEMBERED = 4096
LIFE_S = 32.0
_Key = tuple[bytes, bytes, str, int]


def read(packet: Packet) -> RegisterRequest:
    """What the registrar wants to know of a REGISTER that has passed the guard."""
    number = packet.header("cseq") or b"0"
    authorization = packet.header("authorization")
    return RegisterRequest(
        aor_user=uri_user(packet.text("to")),
        from_user=uri_user(packet.text("from")),
        call_id=packet.text("call-id"),
        cseq=int(number.split()[0]),
        contacts=read_contacts(packet.headers("contact")),
        expires=read_seconds(packet.header("expires")),
        authorization=None if authorization is None else authorization.decode("utf-8", "replace"),
        request_uri=request_uri(packet),
        source=packet.source,
        user_agent=packet.text("user-agent")[:100],
        path=tuple(value.decode("utf-8", "replace") for value in packet.headers("path")),
    )


class Answers:
    """Recent answers, for retransmissions."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Key, tuple[float, bytes]] = OrderedDict()

    def again(self, packet: Packet, now: float) -> bytes | None:
        """The answer given to this very request before, or None."""
        found = self._answers.get(_key(packet))
        return found[1] if found is not None and now - found[0] < LIFE_S else None

    def remember(self, packet: Packet, answer: bytes, now: float) -> None:
        """Keep an answer."""
        self._answers[_key(packet)] = (now, answer)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)


def _key(packet: Packet) -> _Key:
    via = packet.header("via") or b""
    return via, packet.header("cseq") or b"", packet.source.ip, packet.source.port
