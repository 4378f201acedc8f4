"""The kinds of value a site's YAML has, each read from text.

YAML's own guesses are not used (ivr/document.py gives text only), so each kind says what it takes: "0100" stays a
number to dial, "20" is twenty seconds where seconds are due, and "2O" is a mistake. Every function returns the
value or raises a `PydanticCustomError` of type "mistake" with `what` and `mend`, completing 'The value of "ring" …'.

Durations become seconds.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from media.paths import Codec
from media.recording_report import RecordingFormat

EXTENSION = re.compile(r"[0-9]{2,15}")
STAR_CODE = re.compile(r"[*#][0-9*#]{1,9}")
NAME = re.compile(r"\w[\w.-]{0,39}")
HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62}\.?)*[A-Za-z0-9]")
_CODECS = {codec.name.lower(): codec for codec in Codec}
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


class Entry(BaseModel):
    """A mapping in a site's YAML: unknown keys are mistakes, values are frozen. A key is its field's alias."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def wrong(what: str, mend: str = "") -> PydanticCustomError:
    """The error for one bad value: `what` completes 'The value of "ring" …'."""
    return PydanticCustomError("mistake", "{what}", {"what": what, "mend": mend})


def shown(value: object) -> str:
    """A value as it may stand in a message: short, and without control characters."""
    text = "".join(character if character.isprintable() else "?" for character in str(value))
    return f'"{text[:40]}…"' if len(text) > 40 else f'"{text}"'


def text(value: object) -> str:
    """Plain text, without the spaces around it."""
    if not isinstance(value, str):
        raise wrong("must be plain text", "Write one value, not a list or a mapping.")
    return value.strip()


def seconds(value: object) -> float:
    """A length of time."""
    given = text(value)
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?) ?([a-z]*)", given)
    if match is None or match[2] not in UNITS:
        raise wrong(f"is no length of time: {shown(given)}", 'Write seconds, as in 20, or a unit: "90s", "5m", "2h".')
    return float(match[1]) * UNITS[match[2]]


def _seconds_or_never(value: object) -> float | None:
    return None if text(value) == "never" else seconds(value)


def whole(least: int, most: int) -> Callable[[object], int]:
    """Reads a whole number in `least`..`most`."""

    def read(value: object) -> int:
        given = text(value)
        if not re.fullmatch(r"-?[0-9]{1,12}", given):
            raise wrong(f"is no whole number: {shown(given)}", f"Write a number from {least} to {most}.")
        number = int(given)
        if not least <= number <= most:
            raise wrong(f"is out of range: {number}", f"Write a number from {least} to {most}.")
        return number

    return read


def decimal(least: float, most: float) -> Callable[[object], float]:
    """Reads a number, with decimals or without, in `least`..`most`."""

    def read(value: object) -> float:
        given = text(value)
        if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,3})?", given):
            raise wrong(f"is no number: {shown(given)}", f"Write a number from {least:g} to {most:g}.")
        if not least <= float(given) <= most:
            raise wrong(f"is out of range: {given}", f"Write a number from {least:g} to {most:g}.")
        return float(given)

    return read


def _none_or_whole(value: object) -> int | None:
    return None if text(value) == "none" else whole(0, 1_000_000)(value)


def _yes_no(value: object) -> bool:
    given = text(value).lower()
    if given in ("yes", "true", "on"):
        return True
    if given in ("no", "false", "off"):
        return False
    raise wrong(f"is neither yes nor no: {shown(given)}", "Write yes or no.")


def extension(value: object) -> str:
    given = text(value)
    if not EXTENSION.fullmatch(given):
        raise wrong(f"is no extension: {shown(given)}", "Write 2 to 15 digits.")
    return given


def digit(value: object) -> str:
    """One digit."""
    given = text(value)
    if not re.fullmatch("[0-9]", given):
        raise wrong(f"is no digit: {shown(given)}", "Write 0 to 9.")
    return given


def _star_code(value: object) -> str:
    given = text(value)
    if not STAR_CODE.fullmatch(given):
        raise wrong(f"is no star code: {shown(given)}", 'Write * or # and digits, in quotes: "*11".')
    return given


def name(value: object) -> str:
    given = text(value)
    if not NAME.fullmatch(given):
        raise wrong(f"is no name: {shown(given)}", "Write letters, digits, . _ and -, without spaces.")
    return given


def _ip(value: object) -> str:
    given = text(value)
    try:
        return str(ipaddress.IPv4Address(given)) if given else ""
    except ValueError:
        raise wrong(f"is no IPv4 address: {shown(given)}", "Write it as in 192.0.2.10.") from None


def _network(value: object) -> str:
    given = text(value)
    try:
        network = ipaddress.IPv4Network(given)
    except ValueError:
        raise wrong(
            f"is no IPv4 address or network: {shown(given)}",
            "Write it as in 192.0.2.10 or 192.0.2.0/28 (host bits zero).",
        ) from None
    if network.prefixlen < 8:
        raise wrong(f"lets very much of the Internet call: {shown(given)}", "Name the carrier's own addresses.")
    return given


def _host(value: object) -> str:
    given = text(value)
    if given and not HOST.fullmatch(given):
        raise wrong(f"is no host: {shown(given)}", "Write a name or an IPv4 address, without sip: and port.")
    return given


class Listen(NamedTuple):
    """One address SIP is received on."""

    transport: Literal["udp", "tcp"]
    ip: str
    port: int


def _listen(value: object) -> Listen:
    given = text(value)
    match = re.fullmatch(r"(udp|tcp) +([0-9.]{7,15}):([0-9]{1,5})", given)
    if match is None:
        raise wrong(f"is no address to listen on: {shown(given)}", 'Write it as in "udp 0.0.0.0:5060".')
    transport: Literal["udp", "tcp"] = "udp" if match[1] == "udp" else "tcp"
    return Listen(transport, _ip(match[2]), whole(0, 65535)(match[3]))


class IpPort(NamedTuple):
    """One TCP address."""

    ip: str
    port: int


def _address(value: object) -> IpPort | None:
    given = text(value)
    if not given:
        return None
    match = re.fullmatch(r"([0-9.]{7,15}):([0-9]{1,5})", given)
    if match is None:
        raise wrong(f"is no address: {shown(given)}", 'Write it as in "127.0.0.1:9091"; nothing means nowhere.')
    return IpPort(_ip(match[1]), whole(0, 65535)(match[2]))


class PortRange(NamedTuple):
    """UDP ports, both ends included."""

    first: int
    last: int


def _ports(value: object) -> PortRange:
    given = text(value)
    match = re.fullmatch(r"([0-9]{4,5}) ?- ?([0-9]{4,5})", given)
    ports = PortRange(int(match[1]), int(match[2])) if match else PortRange(0, 0)
    if not 1024 <= ports.first < ports.last <= 65535:
        raise wrong(f"is no range of ports: {shown(given)}", 'Write first and last, from 1024 to 65535: "16384-24575".')
    return ports


def one_or_more(value: object) -> Any:
    """A list; a single text stands for a list of one, nothing for an empty list."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    return value


def one_of(*words: str) -> Callable[[object], str]:
    """Reads one of some words."""

    def read(value: object) -> str:
        given = text(value)
        if given not in words:
            raise wrong(f"cannot be {shown(given)}", f"Write one of: {', '.join(words)}.")
        return given

    return read


def codec_list(value: object) -> tuple[Codec, ...]:
    """Codecs in order of liking, each once; nothing is none."""
    given = one_or_more(value)
    if not isinstance(given, list | tuple):
        raise wrong("must be a list of codecs", f"Write one or more of: {', '.join(_CODECS)}.")
    read = one_of(*_CODECS)
    found = [_CODECS[read(text(word).lower())] for word in given]
    if len(set(found)) < len(found):
        raise wrong("names a codec twice", "Name each once.")
    return tuple(found)


def some_codecs(value: object) -> tuple[Codec, ...]:
    """The same, at least one."""
    found = codec_list(value)
    if not found:
        raise wrong("names no codec", f"Write one or more of: {', '.join(_CODECS)}.")
    return found


def _pin(value: object) -> str:
    given = text(value)
    if given and not (given.isascii() and given.isdigit() and 4 <= len(given) <= 12):
        raise wrong("is no PIN", "Write 4 to 12 digits, in quotes.")
    return given


def recording_format(value: object) -> RecordingFormat:
    """A format that can be written here."""
    form = RecordingFormat(one_of(*(form.value for form in RecordingFormat))(value))
    if form.encoded:
        from media.encoder import available  # it loads libsndfile

        if available(form):
            return form
        raise wrong(f"cannot be {form.value}, which the libsndfile of this machine does not write", "Write wav.")
    return form


Text = Annotated[str, BeforeValidator(text)]
Pin = Annotated[str, BeforeValidator(_pin)]
Seconds = Annotated[float, BeforeValidator(seconds)]
SecondsOrNever = Annotated[float | None, BeforeValidator(_seconds_or_never)]
WholeOrNone = Annotated[int | None, BeforeValidator(_none_or_whole)]
Port = Annotated[int, BeforeValidator(whole(0, 65535))]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Extension = Annotated[str, BeforeValidator(extension)]
StarCode = Annotated[str, BeforeValidator(_star_code)]
Name = Annotated[str, BeforeValidator(name)]
Ip = Annotated[str, BeforeValidator(_ip)]
Network = Annotated[str, BeforeValidator(_network)]
Host = Annotated[str, BeforeValidator(_host)]
ListenOn = Annotated[Listen, BeforeValidator(_listen)]
Address = Annotated[IpPort | None, BeforeValidator(_address)]
Ports = Annotated[PortRange, BeforeValidator(_ports)]
