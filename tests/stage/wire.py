"""A caller and a callee written by hand on UDP sockets: for races in which each message's moment must be chosen.

sipp tells transactions apart by their branch alone (a CANCEL has its INVITE's), and forgets its own BYE when another
one comes. These know the CSeq's method, and retransmit nothing: on loopback each message counts once.
"""

from __future__ import annotations

import re
import secrets
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

_SDP = (
    "v=0\r\no=wire 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
    "m=audio {media} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
_COPIED = ("Via", "From", "To", "Call-ID", "CSeq")


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message that came. `status` is 0 for a request; `method` is the CSeq's."""

    now: float
    status: int
    method: str
    headers: dict[str, str]
    body: str

    @property
    def to_tag(self) -> str:
        """The tag that the called side gave."""
        found = re.search(r";tag=([^;>\s]+)", self.headers.get("to", ""))
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        """Where requests in the dialog go."""
        found = re.search(r"<([^>]+)>", self.headers.get("contact", ""))
        return found[1] if found else self.headers.get("contact", "")


class End:
    """One end of one call: a socket, a story of all that came, and the dialog's names."""

    def __init__(self, ip: str, media_port: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((ip, 0))
        self.ip, self.port = self.sock.getsockname()
        self.story: list[Message] = []
        self.call_id = ""
        self.us = self.them = ""
        """From and To of our own requests, with tags."""
        self.target = ""
        self.far: tuple[str, int] = ("", 0)
        self.body = _SDP.format(ip=ip, media=media_port)

    def __enter__(self) -> End:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def bye(self, cseq: int = 2) -> float:
        """Hang up an answered call; returns when."""
        self.send("BYE", cseq, self.target, branch(), self.us, self.them)
        return time.monotonic()

    def reply(
        self, request: Message, status: str = "200 OK", *, tag: str = "", body: str = "", extra: Sequence[str] = ()
    ) -> None:
        """Answer a request; `extra` are whole header lines."""
        copied = {name: request.headers[name.lower()] for name in _COPIED}
        if tag and ";tag=" not in copied["To"]:
            copied["To"] += f";tag={tag}"
        lines = [f"SIP/2.0 {status}", *(f"{name}: {value}" for name, value in copied.items()), *extra]
        self._put(lines, body)

    def wait(self, method: str, *statuses: int, timeout_s: float = 5.0) -> Message:
        """The next response to `method` with one of the statuses (any final one when none is named)."""
        return self._until(
            lambda m: m.method == method and (m.status in statuses or (not statuses and m.status >= 200)),
            f"{statuses or 'final'} answer to {method}",
            timeout_s,
        )

    def request(self, method: str, timeout_s: float = 5.0) -> Message:
        """The next request of that method."""
        return self._until(lambda m: not m.status and m.method == method, method, timeout_s)

    def quiet(self, for_s: float) -> None:
        """Raise AssertionError if anything comes."""
        message = self.receive(for_s)
        assert message is None, f"came, though nothing should: {message}"

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, whatever it is."""
        if not select.select([self.sock], [], [], max(0.0, timeout_s))[0]:
            return None
        packet, self.far = self.sock.recvfrom(65536)
        head, _, body = packet.decode("utf-8", "replace").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
        status = int(first.split()[1]) if first.startswith("SIP/2.0") else 0
        message = Message(time.monotonic(), status, headers.get("cseq", "0 ?").split()[1], headers, body)
        self.story.append(message)
        return message

    def send(self, method: str, cseq: int, uri: str, branch: str, us: str, them: str, body: str = "") -> None:
        """Send a request as it is said."""
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.ip}:{self.port};branch={branch};rport",
            f"From: {us}",
            f"To: {them}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            "Max-Forwards: 70",
        ]
        self._put(lines, body)

    def _put(self, lines: list[str], body: str) -> None:
        lines = [*lines, f"Contact: <sip:wire@{self.ip}:{self.port}>"]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        self.sock.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self.far)

    def _until(self, wanted, what: str, timeout_s: float) -> Message:  # type: ignore[no-untyped-def]
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            message = self.receive(deadline - time.monotonic())
            if message and wanted(message):
                return message
        told = [(message.status or "request", message.method) for message in self.story]
        raise AssertionError(f"no {what} in {timeout_s:g} s; came: {told}")


class Caller(End):
    """One call of a caller known by address."""

    def __init__(
        self, server: str, number: str, *, media_port: int, ip: str = "127.0.0.1", sip_from: str = "wire"
    ) -> None:
        super().__init__(ip, media_port)
        host, _, port = server.rpartition(":")
        self.far = (host, int(port))
        self.call_id = f"{secrets.token_hex(8)}@{ip}"
        self.uri = f"sip:{number}@{server}"
        self.us = f"<sip:{sip_from}@{ip}>;tag={secrets.token_hex(4)}"
        self.them = f"<{self.uri}>"
        self._branch = branch()

    def __enter__(self) -> Caller:
        return self

    def invite(self) -> None:
        """Call."""
        self.send("INVITE", 1, self.uri, self._branch, self.us, f"<{self.uri}>", self.body)

    def cancel(self) -> float:
        """Give up; returns when."""
        self.send("CANCEL", 1, self.uri, self._branch, self.us, f"<{self.uri}>")
        return time.monotonic()

    def ack(self, answer: Message) -> None:
        """Acknowledge a final answer to the INVITE (RFC 3261 17.1.1.3: a refusal's ACK has the INVITE's branch)."""
        self.them = f"<{self.uri}>;tag={answer.to_tag}"
        if answer.status < 300:
            self.target = answer.contact
            self.send("ACK", 1, self.target, branch(), self.us, self.them)
        else:
            self.send("ACK", 1, self.uri, self._branch, self.us, self.them)


class Callee(End):
    """A trunk's far end, one call."""

    def __init__(self, *, media_port: int, ip: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(ip, media_port)
        if port:
            self.sock.close()
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sock.bind((ip, port))
            self.port = port
        self.invite: Message | None = None
        self._tag = secrets.token_hex(4)

    def __enter__(self) -> Callee:
        return self

    @property
    def address(self) -> str:
        """ip:port."""
        return f"{self.ip}:{self.port}"

    def ring(self, invite: Message) -> None:
        """Take the INVITE and say 180."""
        self.invite = invite
        self.call_id = invite.headers["call-id"]
        self.us, self.them = f"{invite.headers['to']};tag={self._tag}", invite.headers["from"]
        self.target = invite.contact
        self.reply(invite, "180 Ringing", tag=self._tag)

    def challenge(self, invite: Message, *, realm: str, nonce: str) -> None:
        """407: the caller is to prove itself, and to call again."""
        asking = f'Proxy-Authenticate: Digest realm="{realm}", nonce="{nonce}", algorithm=MD5, qop="auth"'
        self.reply(invite, "407 Proxy Authentication Required", tag=self._tag, extra=[asking])
        self._tag = secrets.token_hex(4)

    def answer(self) -> None:
        """200 with SDP."""
        assert self.invite
        self.reply(self.invite, "200 OK", tag=self._tag, body=self.body)

    def refuse(self, status: str) -> None:
        """A final refusal."""
        assert self.invite
        self.reply(self.invite, status, tag=self._tag)


def branch() -> str:
    """A new transaction's name (RFC 3261 8.1.1.7)."""
    return "z9hG4bK" + secrets.token_hex(8)
