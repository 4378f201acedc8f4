"""phones.yaml and trunks.yaml: who may register, and the ways in and out.

Secrets are kept out of `repr`, so that no log line shows them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from apps.fields import Entry, Host, Name, Network, Pin, Port, Text, codec_list, one_of, one_or_more, text, whole, wrong
from media.paths import Codec
from switch.number import PatternError, compile_pattern
from switch.sdp_crypto import Srtp

Secured = Annotated[Srtp, BeforeValidator(one_of(*(srtp.value for srtp in Srtp)))]


class PhoneEntry(Entry):
    """A desk phone; its key is the extension."""

    secret: Text = Field(repr=False)
    name: Text = ""
    """Display name; empty shows the extension alone."""
    max_contacts: Annotated[int, BeforeValidator(whole(1, 20))] = 5
    """Devices registered at once; all ring."""
    mailbox_pin: Pin = Field(default="", repr=False)
    """Asked of who hears the messages; empty: they are heard at the phone itself, and nowhere else."""
    srtp: Secured = Srtp.ACCEPT


class TrunkEntry(Entry):
    """A way in from, and out to, a carrier or another switch."""

    host: Host = ""
    """Where calls go out to; empty: the trunk is for incoming calls only."""
    port: Port = 5060
    """0 asks DNS for SRV (RFC 3263)."""
    transport: Annotated[Literal["udp", "tcp"], BeforeValidator(one_of("udp", "tcp"))] = "udp"
    addresses: Annotated[tuple[Network, ...], BeforeValidator(one_or_more)] = ()
    """Who may call in without a password; empty: nobody."""
    username: Text = ""
    password: Text = Field(default="", repr=False)
    caller_id: Text = ""
    max_calls: Annotated[int, BeforeValidator(whole(0, 100_000))] = 0
    """Both directions; 0 is no limit."""
    srtp: Secured = Srtp.ACCEPT
    codecs: Annotated[tuple[Codec, ...], BeforeValidator(codec_list)] = ()
    """Instead of the site's; empty: those."""


def _pattern(value: object) -> str:
    given = text(value)
    try:
        compile_pattern(given)
    except PatternError as error:
        raise wrong(f"is no pattern of numbers: {error}", 'Write it as in "0." or "1[3-9]XXXXXXXXX".') from None
    return given


class OutboundEntry(Entry):
    """Where a dialled number goes that is no extension; the first rule that matches counts."""

    number: Annotated[str, BeforeValidator(_pattern)]
    """A pattern: X 0-9, Z 1-9, N 2-9, [2-5], a final * or . for the rest (switch/number.py)."""
    trunks: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ()
    """In the order to try; none forbids the number."""
    strip: Annotated[int, BeforeValidator(whole(0, 20))] = 0
    """Digits taken from the front."""
    prepend: Text = ""
    caller_id: Text = ""
