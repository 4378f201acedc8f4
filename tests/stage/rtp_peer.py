"""A far end of one RTP stream: sends a tone on schedule, keeps what it hears. Its own G.711, by `audioop`.

Its G.722 is the wheel's, as the engine's is; that these are right is shown elsewhere (tests/media/test_g722.py, and with
PJSUA2 phones in tests/whole/test_wideband.py).
"""

from __future__ import annotations

import asyncio
import audioop
import math
import struct
import time
from collections.abc import Callable

import numpy as np
from pylibsrtp import Policy, Session

from media.g722 import G722
from media.paths import Codec, Direction, LocalAddress, Path, Secure

Sample = Callable[[int], float]


def sine(freq_hz: float, level: float = 0.3, rate_hz: int = 8000) -> bytes:
    """One second of PCM16; whole periods for whole Hertz."""
    return b"".join(
        struct.pack("<h", int(level * 32767 * math.sin(2 * math.pi * freq_hz * n / rate_hz))) for n in range(rate_hz)
    )


class Peer(asyncio.DatagramProtocol):
    """Use `await Peer.at(...)`. `sent` and `heard` count packets; `pcm()` is what was heard."""

    def __init__(self, codec: Codec, ptime_ms: int = 20) -> None:
        self.codec = codec
        self.rate_hz = 16000 if codec.wide else 8000
        self.ptime_ms = ptime_ms
        self.packets: list[tuple[float, bytes]] = []
        self.sources: set[tuple[str, int]] = set()
        self.rtcp: list[bytes] = []
        self.seq, self.ts, self.ssrc = 65500, 2**32 - 8000, 0x12345678
        self.to: tuple[str, int] | None = None
        self.transport: asyncio.DatagramTransport | None = None
        self.control: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None
        self.secure: Secure | None = None
        """What the engine is given; our keys are the same the other way round."""
        self.vault: Vault | None = None
        self.wire: list[bytes] = []
        """What came, as it came; only while secure."""

    @classmethod
    async def at(cls, codec: Codec = Codec.PCMU, ptime_ms: int = 20, secure: Secure | None = None) -> Peer:
        peer = cls(codec, ptime_ms)
        if secure is not None:
            peer.rekey(secure)
        loop = asyncio.get_running_loop()
        peer.transport, _ = await loop.create_datagram_endpoint(lambda: peer, local_addr=("127.0.0.1", 0))
        peer.control, _ = await loop.create_datagram_endpoint(lambda: _Rtcp(peer), local_addr=("127.0.0.1", 0))
        return peer

    def rekey(self, secure: Secure) -> None:
        """Speak SRTP with these keys from now on."""
        self.secure, self.vault = secure, Vault(secure)

    @property
    def port(self) -> int:
        assert self.transport is not None
        return self.transport.get_extra_info("sockname")[1]

    def path(self, **changes: object) -> Path:
        """The path that an engine gets for this peer."""
        assert self.control is not None
        facts: dict[str, object] = {
            "remote_ip": "127.0.0.1",
            "remote_port": self.port,
            "codec": self.codec,
            "payload_type": self.codec.payload_type,
            "dtmf_payload_type": 101,
            "ptime_ms": self.ptime_ms,
            "direction": Direction.SENDRECV,
            "remote_rtcp_port": self.control.get_extra_info("sockname")[1],
            "srtp": self.secure,
        }
        return Path(**{**facts, **changes})  # type: ignore[arg-type]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self.vault is not None:
            self.wire.append(data)
            data = self.vault.open(data, control=192 <= data[1] <= 223)
        self.packets.append((time.monotonic(), data))
        self.sources.add(addr)

    def error_received(self, exc: Exception) -> None:
        """A closed port on the other side is no matter."""

    def encode(self, pcm: bytes) -> bytes:
        if self.codec.sdp_name == "L16":
            return audioop.byteswap(pcm, 2)
        if self.codec is Codec.G722:
            coder = G722(1)
            coder.begin(0)
            # Said twice: the second time its end leads over into its beginning.
            frames = np.frombuffer(pcm + pcm, np.int16).reshape(-1, 1, 320)
            return b"".join(coder.encode([0], frame).tobytes() for frame in frames)[len(pcm) // 4 :]
        return (audioop.lin2ulaw if self.codec is Codec.PCMU else audioop.lin2alaw)(pcm, 2)

    def put(
        self, payload: bytes, payload_type: int | None = None, *, marker: bool = False, ts: int | None = None
    ) -> None:
        """Send one packet."""
        kind = self.codec.payload_type if payload_type is None else payload_type
        head = struct.pack(
            ">BBHII",
            0x80,
            kind | marker << 7,
            self.seq & 0xFFFF,
            (self.ts if ts is None else ts) & 0xFFFFFFFF,
            self.ssrc,
        )
        self.seq += 1
        assert self.transport is not None
        packet = head + payload
        self.transport.sendto(self.vault.close(packet) if self.vault else packet, self.to)

    def speak(self, to: LocalAddress, pcm: bytes) -> None:
        """Send `pcm` in a loop, on schedule, until `quiet`."""
        self.to = (to.ip, to.port)
        self._task = asyncio.create_task(self._speak(self.encode(pcm)))

    async def _speak(self, codes: bytes) -> None:
        step, start, count = self.ptime_ms * self.codec.clock_hz // 1000, time.monotonic(), 0
        size = step * (2 if self.codec.sdp_name == "L16" else 1)
        while True:
            at = count * size % len(codes)
            self.put((codes + codes[:size])[at : at + size])
            self.ts += step
            count += 1
            await asyncio.sleep(max(0.0, start + count * self.ptime_ms / 1000 - time.monotonic()))

    def quiet(self) -> None:
        if self._task:
            self._task.cancel()
            self._task = None

    async def digit(self, event: int, frames: int = 5, ends: int = 3) -> None:
        """Press a digit by RFC 4733."""
        ts = self.ts
        for n in range(frames):
            self.put(struct.pack(">BBH", event, 10, (n + 1) * 160), 101, marker=n == 0, ts=ts)
            await asyncio.sleep(0.02)
        for _ in range(ends):
            self.put(struct.pack(">BBH", event, 0x8A, frames * 160), 101, ts=ts)
        self.ts += (frames + 1) * 160

    def audio(self) -> list[bytes]:
        """Packets heard that are audio."""
        return [p for _, p in self.packets if p[1] & 0x7F == self.codec.payload_type]

    def pcm(self, last: int = 0) -> np.ndarray:
        """Samples of the last so many audio packets (all when 0)."""
        codes = b"".join(packet[12:] for packet in self.audio()[-last:])
        if self.codec.sdp_name == "L16":
            return np.frombuffer(codes, ">i2").astype(np.int16)
        if self.codec is Codec.G722:
            coder = G722(1)
            coder.begin(0)
            frames = np.frombuffer(codes, np.uint8)[: len(codes) // 160 * 160].reshape(-1, 1, 160)
            return np.concatenate([coder.decode([0], frame, [3])[0].copy() for frame in frames])
        back = audioop.ulaw2lin if self.codec is Codec.PCMU else audioop.alaw2lin
        return np.frombuffer(back(codes, 2), "<i2")

    def close(self) -> None:
        self.quiet()
        for transport in (self.transport, self.control):
            if transport:
                transport.close()


class Vault:
    """The far end's side of `Secure`: what the engine sends we open, what it opens we seal."""

    def __init__(self, secure: Secure) -> None:
        profile = getattr(Policy, "SRTP_PROFILE_" + secure.suite.name.replace("AES_CM_128_HMAC", "AES128_CM"))
        ours, theirs = secure.receive_key, secure.send_key
        self._out = Session(Policy(key=ours, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile))
        self._in = Session(Policy(key=theirs, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=profile))

    def open(self, packet: bytes, *, control: bool = False) -> bytes:
        """pylibsrtp.Error when it is not the engine's."""
        return (self._in.unprotect_rtcp if control else self._in.unprotect)(packet)

    def close(self, packet: bytes, *, control: bool = False) -> bytes:
        return (self._out.protect_rtcp if control else self._out.protect)(packet)


class _Rtcp(asyncio.DatagramProtocol):
    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        vault = self._peer.vault
        self._peer.rtcp.append(vault.open(data, control=True) if vault else data)


def loudest(pcm: np.ndarray, rate_hz: int = 8000) -> float:
    """Frequency [Hz] that is strongest."""
    window = pcm * np.hanning(pcm.size)
    return float(np.argmax(np.abs(np.fft.rfft(window))) * rate_hz / pcm.size)


def purity(pcm: np.ndarray, freq_hz: float, rate_hz: int = 8000) -> float:
    """Share of the power that lies within 30 Hz of `freq_hz`."""
    power = np.abs(np.fft.rfft(pcm * np.hanning(pcm.size))) ** 2
    bins = np.abs(np.arange(power.size) * rate_hz / pcm.size - freq_hz) <= 30
    return float(power[bins].sum() / max(power.sum(), 1e-9))


def rms_dbfs(pcm: np.ndarray) -> float:
    return 20 * math.log10(max(float(np.sqrt(np.mean(pcm.astype(float) ** 2))), 1e-3) / 32768)
