"""What a line and its far end agree on for audio: which offer or answer we send, and the path it makes.

Whoever is on the other side of the switch is asked for: two who both have wideband talk wideband (offers.py).

Deliberately absent: SDP itself (offers.py), opening the stream (sound.py), when to answer or hang up (line.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from apps.offers import Offers
from apps.sound import Sound
from media.paths import LocalAddress, Path
from media.words import StreamId
from switch.addresses import FAR_AWAY
from switch.events import Invited
from switch.sdp import SdpError
from switch.sdp_text import is_ipv4
from switch.words import FromTrunk, LegId, Target, ToPhone, ToTrunk

if TYPE_CHECKING:
    from apps.house import House


class Terms:
    """The terms of one line's audio."""

    def __init__(self, house: House, leg: LegId, sound: Sound) -> None:
        self._house = house
        self._leg = leg
        self._sound = sound
        self._offers = Offers(house.site.switch.sip.public_ip, house.site.switch.media.codecs)
        self._theirs: bytes | None = None
        """What who called us offers, until it is answered."""

    # ---- who calls us -------------------------------------------------------------------------------------------

    def invited(self, invited: Invited) -> None:
        """What they offer, and what their kind may have."""
        if isinstance(invited.origin, FromTrunk):
            self._limit_codecs(invited.origin.trunk)
        self._offers.keys.srtp = self._house.site.srtp_of(invited.origin)
        self._theirs = invited.offer

    @property
    def unfit(self) -> str:
        """Why the caller's offer cannot be answered; empty when it can, or none was made."""
        return self._offers.unfit(self._theirs) if self._theirs is not None else ""

    def answer(self, local: LocalAddress, near: StreamId | None) -> tuple[bytes, Path | None]:
        """What we answer a caller who will talk to `near`, and its path. Raises `SdpError`.

        Who offered nothing is made an offer, which has no path yet.
        """
        wide = self._other_is_wide(near)
        if self._theirs is None:
            return self._offers.offer(local, wide=wide), None
        made = self._offers.answer(self._theirs, local, wide=wide)
        self._theirs = None
        return made

    # ---- whom we call -------------------------------------------------------------------------------------------

    def offer(self, target: Target, local: LocalAddress, near: StreamId | None) -> bytes:
        """What we offer a target who will talk to `near`."""
        if isinstance(target, ToTrunk):
            self._limit_codecs(target.trunk)
        self._offers.keys.srtp = self._house.site.srtp_of(target)
        return self._offers.offer(local, self._whereabouts(target), wide=self._other_is_wide(near))

    def agree(self, body: bytes) -> Path:
        """The path that the far end's answer to our offer makes. Raises `SdpError` when it cannot be used."""
        return self._offers.agree(body)

    # ---- both ---------------------------------------------------------------------------------------------------

    def renew(self, body: bytes) -> tuple[bytes, Path]:
        """What we answer a re-INVITE: hold, resume, a new address or codec (RFC 3264 8). Raises `SdpError`."""
        if self._sound.local is None:
            raise SdpError("no engine has the audio")
        wide = self._sound.path.codec.wide if self._sound.path else None
        return self._offers.answer(body, self._sound.local, wide=wide)

    def use(self, path: Path) -> None:
        """Offer and answer make this path."""
        summary = self._house.switch.summary(self._leg)
        self._sound.use(replace(path, signalling_ip=summary.far_ip if summary is not None else ""))
        # Who has no telephone-event can only key in sound.
        self._house.desk.watch_tones(self._sound.stream, path.dtmf_payload_type is None)

    @property
    def wide(self) -> bool:
        """The party speaks wideband, or could if we answered so."""
        if self._sound.path is not None:
            return self._sound.path.codec.wide
        return self._theirs is not None and self._offers.could_be_wide(self._theirs)

    def _other_is_wide(self, stream: StreamId | None) -> bool | None:
        """Whether wideband is of use towards the party of `stream`; None when there is nobody yet."""
        other = self._house.lines.get(LegId(stream)) if stream is not None else None
        return other.terms.wide if other is not None else None

    def _limit_codecs(self, trunk: str) -> None:
        entry = self._house.site.trunks.get(trunk)
        if entry is not None and entry.codecs:
            self._offers.codecs = entry.codecs

    def _whereabouts(self, target: Target) -> str:
        """A literal address near the target, for choosing our own."""
        if isinstance(target, ToPhone):
            contacts = self._house.switch.contacts(target.extension)
            return contacts[0].received_ip if contacts else FAR_AWAY
        trunk = self._house.switch.settings.trunk(target.trunk)
        return trunk.host if trunk is not None and is_ipv4(trunk.host) else FAR_AWAY
