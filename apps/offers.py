"""What a line says of its audio in SDP: our offers, our answers, and the path that both sides agreed on.

One session id for the line's life, a version that counts up with every body that we send (RFC 3264 8).

Wideband is for two who both have it. Who is called for somebody is offered wideband, and first, if that one speaks it
or could; who calls is answered in wideband if the other one speaks it. With nobody at the other end yet (a menu, a
queue) the site's first codec decides. A re-INVITE stays on its side: nobody's hold or resume changes the codec. So a
site's calls to and from a carrier cost no transcoding, whatever its phones like best.

Pure but for one question: which of our addresses faces a far end.
Deliberately absent: when to offer or answer (line.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from media.paths import Codec, Direction, LocalAddress, Path
from switch import sdp
from switch.addresses import EVERYWHERE, FAR_AWAY, facing
from switch.sdp_crypto import Keyring, Srtp

_NOWHERE = LocalAddress("0.0.0.0", 9)


class Offers:
    """The SDP of one line. `public_ip`: what far ends are told; empty, our address that faces each.

    `codecs` are in our order of preference. `keys.srtp` says whether SRTP is spoken; whoever knows the far end sets it.
    """

    def __init__(self, public_ip: str, codecs: Sequence[Codec]) -> None:
        self.keys = Keyring(Srtp.OFF)
        self._public_ip = public_ip
        self.codecs = tuple(codecs)
        self._session = secrets.randbits(31)
        self._version = 0
        self._sent = b""

    def offer(self, local: LocalAddress, remote_ip: str = FAR_AWAY, *, wide: bool | None = None) -> bytes:
        """Our offer to a far end at `remote_ip`, a literal. `wide`: whether the other party has wideband, None unknown.

        Unknown, it is our own order; not wide, there is no wideband codec in it unless we have no other.
        """
        self._version += 1
        if wide is None:
            order = self.codecs
        else:
            order = (*self._of(True), *self._of(False)) if wide else self._of(False) or self.codecs
        self._sent = sdp.offer(
            self._shown(local, remote_ip),
            order,
            session_id=self._session,
            version=self._version,
            direction=Direction.SENDRECV,
            ptime_ms=20,
            keys=self.keys,
        )
        return self._sent

    def answer(self, offer: bytes, local: LocalAddress, *, wide: bool | None = None) -> tuple[bytes, Path]:
        """Our answer to theirs, and the path it makes; the codec is as wide as wished, if they have such a one.

        Of those that are, it is the first of theirs. Raises `SdpError`.
        """
        theirs = sdp.parse(offer)
        liked = self._of(self.codecs[0].wide if wide is None else wide)
        codecs = liked if liked and sdp.speaks(theirs, liked) else self.codecs
        self._version += 1
        self._sent, path = sdp.answer(
            theirs,
            self._shown(local, _address(theirs)),
            codecs,
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
            sdp.answer(sdp.parse(offer), _NOWHERE, self.codecs, session_id=0, version=0, keys=self.keys)
        except sdp.SdpError as error:
            return str(error)
        return ""

    def could_be_wide(self, offer: bytes) -> bool:
        """Whether a far end with this offer and we have a wideband codec in common."""
        try:
            return sdp.speaks(sdp.parse(offer), self._of(True))
        except sdp.SdpError:
            return False

    def _of(self, wide: bool) -> tuple[Codec, ...]:
        return tuple(codec for codec in self.codecs if codec.wide is wide)

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
