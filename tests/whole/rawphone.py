"""Just enough of a SIP phone to do what sipp cannot: a Contact that nobody can reach, answers at chosen moments."""

from __future__ import annotations

import asyncio

from switch.digest import read_credentials, response_of

CONTACT = "10.255.255.1:5060"
_COPIED = (b"Via", b"From", b"To", b"Call-ID", b"CSeq")


def answer_to(request: bytes, code: int, body: bytes = b"", tag: bytes = b"zz") -> bytes:
    """A response to a request of ours."""
    kept = [
        line + (b";tag=" + tag if line.startswith(b"To:") and b"tag=" not in line else b"")
        for line in request.split(b"\r\n\r\n")[0].split(b"\r\n")
        if line.split(b":")[0] in _COPIED
    ]
    kind = [b"Content-Type: application/sdp"] if body else []
    lines = [b"SIP/2.0 %d X" % code, *kept, b"Contact: <sip:203@" + CONTACT.encode() + b">", *kind]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", body])


def register(user: str, number: int, transport: str, extra: str = "") -> bytes:
    """A REGISTER with the unreachable Contact."""
    return (
        f"REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/{transport} {CONTACT};branch=z9hG4bK{number};rport\r\n"
        f"From: <sip:{user}@127.0.0.1>;tag=a\r\nTo: <sip:{user}@127.0.0.1>\r\nCall-ID: raw-{user}\r\n"
        f"CSeq: {number} REGISTER\r\nMax-Forwards: 70\r\nContact: <sip:{user}@{CONTACT}>\r\n"
        f"{extra}Content-Length: 0\r\n\r\n"
    ).encode()


def proof(user: str, secret: str, challenge: str) -> str:
    """The Authorization line for a REGISTER that was answered 401."""
    nonce = challenge.split('nonce="')[1].split('"')[0]
    shell = (
        f'Digest username="{user}", realm="zongji", nonce="{nonce}", uri="sip:127.0.0.1", algorithm=MD5, '
        f'qop=auth, nc=00000001, cnonce="x", response="{{}}"'
    )
    credentials = read_credentials(shell.format("0" * 32))
    assert credentials is not None
    return f"Authorization: {shell.format(response_of(credentials, secret, 'REGISTER'))}\r\n"


class TcpPhone:
    """Over one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, port: int) -> TcpPhone:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def read(self) -> bytes:
        async with asyncio.timeout(5):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            return head + await self.reader.readexactly(int(length.split(b":")[1]))

    def answer(self, request: bytes, code: int, body: bytes = b"") -> None:
        self.writer.write(answer_to(request, code, body))

    async def register(self, user: str, secret: str) -> None:
        self.writer.write(register(user, 1, "TCP"))
        self.writer.write(register(user, 2, "TCP", proof(user, secret, (await self.read()).decode())))
        assert (await self.read()).startswith(b"SIP/2.0 200")


class UdpPhone(asyncio.DatagramProtocol):
    """Over one port."""

    def __init__(self, server: int) -> None:
        self._server = ("127.0.0.1", server)
        self._heard: asyncio.Queue[bytes] = asyncio.Queue()

    @classmethod
    async def open(cls, server: int, port: int = 0) -> UdpPhone:
        _, phone = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: cls(server), local_addr=("127.0.0.1", port)
        )
        return phone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._socket = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard.put_nowait(data)

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._server)  # type: ignore[attr-defined]

    async def read(self, start: bytes = b"", timeout_s: float = 5.0) -> bytes:
        """The next message that begins with `start`; others are passed over."""
        async with asyncio.timeout(timeout_s):
            while not (data := await self._heard.get()).startswith(start):
                pass
            return data

    def answer(self, request: bytes, code: int, body: bytes = b"") -> None:
        self.send(answer_to(request, code, body))

    async def register(self, user: str, secret: str) -> None:
        self.send(register(user, 1, "UDP"))
        self.send(register(user, 2, "UDP", proof(user, secret, (await self.read()).decode())))
        await self.read(b"SIP/2.0 200")

    def close(self) -> None:
        self._socket.close()
