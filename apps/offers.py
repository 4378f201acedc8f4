"""What a line says of its audio in SDP: our offers, our answers, and the path that both sides agreed on.

One session id for the line's life, a version that counts up with every body that we send (RFC 3264 8).

Pure but for one question: which of our addresses faces a far end.
Deliberately absent: when to offer or answer (line.py).
"""

from __future__ import annotations

import secrets

from media.words import Codec, Direction, LocalAddress, Path
from switch import sdp
from switch.addresses import EVERYWHERE, FAR_AWAY, facing
from switch.sdp_crypto import Keyring, Srtp

CODECS = (Codec.PCMA, Codec.PCMU)
"""In our order of preference: A-law is China's and Europe's."""
_NOWHERE = LocalAddress("0.0.0.0", 9)


class Offers:
    """The SDP of one line. `public_ip`: what far ends are told; empty, our address that faces each.

    `keys.srtp` says whether SRTP is spoken; whoever knows the far end sets it.
    """

    def __init__(self, public_ip: str) -> None:
        self.keys = Keyring(Srtp.OFF)
        self._public_ip = public_ip
        self._session = secrets.randbits(31)
        self._version = 0
        self._sent = b""

    def offer(self, local: LocalAddress, remote_ip: str = FAR_AWAY) -> bytes:
        """Our offer to a far end at `remote_ip`, a literal."""
        self._version += 1
        self._sent = sdp.offer(
            self._shown(local, remote_ip),
            CODECS,
            session_id=self._session,
            version=self._version,
            direction=Direction.SENDRECV,
            ptime_ms=20,
            keys=self.keys,
        )
        return self._sent

    def answer(self, offer: bytes, local: LocalAddress) -> tuple[bytes, Path]:
        """Our answer to theirs, and the path it makes. Raises `SdpError`."""
        theirs = sdp.parse(offer)
        self._version += 1
        self._sent, path = sdp.answer(
            theirs,
            self._shown(local, _address(theirs)),
            CODECS,
            session_id=self._session,
            version=self._version,
            want=Direction.SENDRECV,
            keys=self.keys,
        )
        self.keys.agree(path.srtp)
        return self._sent, path

    def unfit(self, offer: bytes) -> str:
        """Why no answer can be made to their offer; empty when one can."""
        try:
            sdp.answer(sdp.parse(offer), _NOWHERE, CODECS, session_id=0, version=0, keys=self.keys)
        except sdp.SdpError as error:
            return str(error)
        return ""

    def agree(self, answer: bytes) -> Path:
        """The path that their answer to our last offer makes. Raises `SdpError`."""
        path = sdp.agree(self._sent, answer)
        self.keys.agree(path.srtp)
        return path

    def _shown(self, local: LocalAddress, remote_ip: str) -> LocalAddress:
        """The address that our SDP names to a far end at `remote_ip`."""
        if self._public_ip:
            return LocalAddress(self._public_ip, local.port)
        return LocalAddress(facing(remote_ip), local.port) if local.ip == EVERYWHERE else local


def _address(theirs: sdp.Sdp) -> str:
    """Where the far end wants its audio, for choosing our own address."""
    return next((found for media in theirs.media if (found := theirs.connection_of(media))), FAR_AWAY)
