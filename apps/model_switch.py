"""switch.yaml: where the switch listens, what it speaks, where it keeps things.

Every key has a default; docs/configuration.md lists them, and a test compares the two.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from apps.fields import (
    Address,
    Entry,
    Ip,
    Listen,
    ListenOn,
    Name,
    PortRange,
    Ports,
    Seconds,
    SecondsOrNever,
    StarCode,
    Text,
    YesNo,
    one_of,
    one_or_more,
    recording_format,
    some_codecs,
    whole,
)
from apps.model_amd import AmdSection
from media.national import NATIONAL
from media.paths import Codec
from media.recording_report import RecordingFormat


class SipSection(Entry):
    listen: Annotated[tuple[ListenOn, ...], BeforeValidator(one_or_more)] = (
        Listen("udp", "0.0.0.0", 5060),
        Listen("tcp", "0.0.0.0", 5060),
    )
    public_ip: Ip = ""
    """What phones and trunks are told, beyond the loopback; empty: the address of ours that faces them."""
    realm: Text = "zongji"
    register_min_s: Seconds = Field(default=60.0, alias="register_min")
    register_max_s: Seconds = Field(default=3600.0, alias="register_max")
    nonce_life_s: Seconds = Field(default=300.0, alias="nonce_life")
    session_expires_s: Seconds = Field(default=1800.0, alias="session_expires")
    max_legs: Annotated[int, BeforeValidator(whole(2, 100_000))] = 4000
    trace_calls: Annotated[int, BeforeValidator(whole(0, 100_000))] = 500


class MediaSection(Entry):
    ip: Ip = ""
    """Where audio is received; empty: on every address."""
    ports: Ports = PortRange(16384, 24575)
    """Shared out among the engines."""
    engines: Annotated[int, BeforeValidator(whole(1, 64))] = 1
    codecs: Annotated[tuple[Codec, ...], BeforeValidator(some_codecs)] = (Codec.PCMA, Codec.PCMU, Codec.G722)
    """In order of liking; what is first is spoken with who is not to be connected yet (offers.py)."""
    tones: Annotated[str, BeforeValidator(one_of(*NATIONAL))] = "cn"
    """Whose network's tones an answered caller hears: ring-back."""
    io_uring: YesNo = True
    """Serve the sockets of an engine all at once, where the kernel can."""


class RecordingSection(Entry):
    format: Annotated[RecordingFormat, BeforeValidator(recording_format)] = RecordingFormat.WAV
    """Of calls; messages are always WAV."""
    mixed: YesNo = False
    """Both sides on one channel; else the caller left, the agent right."""
    trim_silence_s: SecondsOrNever = Field(default=None, alias="trim_silence")
    """What follows so long a silence of both sides is left out of the file."""
    keep_between: YesNo = False
    """Also record the caller between two talks of a call; else the file stands still there."""


class SupervisionSection(Entry):
    tone: YesNo = False
    """An agent hears a short tone when a supervisor comes in on a call."""
    record: Annotated[Literal["barge", "whisper", "never"], BeforeValidator(one_of("barge", "whisper", "never"))] = (
        "barge"
    )
    """When a supervisor's voice is kept, in a recording of its own; never in that of the caller's call."""


class PathsSection(Entry):
    """Relative ones lie in the site's directory."""

    run: Text = "run"
    database: Text = "zongji.db"
    recordings: Text = "recordings"
    voicemail: Text = "voicemail"
    cache: Text = "cache"
    prompts: Text = "prompts"
    music: Text = "music"
    socket: Text = "run/api.sock"


class MetricsSection(Entry):
    listen: Address = None
    """Where a Prometheus may fetch /metrics; empty: nowhere."""


class LimitsSection(Entry):
    drain_s: Seconds = Field(default=60.0, alias="drain")
    """A graceful stop ends the calls that still run after so long."""
    rtp_lost_s: Seconds = Field(default=30.0, alias="rtp_lost")
    """A call is ended when no audio came for so long, unless it is on hold."""
    ring_s: Seconds = Field(default=60.0, alias="ring")
    """How long an extension or outside number rings when nothing else says."""


class StarCodes(Entry):
    """What an agent keys on their phone. Precedents: FreePBX *11, *12 (log on, off), *97 (own voicemail)."""

    login: StarCode = "*11"
    logout: StarCode = "*12"
    start_break: StarCode = Field(default="*13", alias="break")
    """Alone, or followed by a digit of agents.yaml `breaks`."""
    ready: StarCode = "*14"
    disposition: StarCode = "*15"
    """Followed by the code of one of the queue's `dispositions`."""
    extend: StarCode = "*16"
    """The wrap-up needs longer."""
    voicemail: StarCode = "*97"
    """The messages of the phone itself."""
    mailbox: StarCode = "*98"
    """Those of any phone, by number and PIN."""
    close: StarCode = "*17"
    """Followed by a queue's `desk_code`: closes it, or opens it; keyed again, its hours hold."""
    recording: StarCode = "*19"
    """Pauses the recording of the call that this phone is in, and goes on with it when keyed again."""
    listen: StarCode = "*90"
    """This one and the next four: alone, or followed by an agent's extension."""
    whisper: StarCode = "*91"
    barge: StarCode = "*92"
    take: StarCode = "*93"
    release: StarCode = "*94"

    @property
    def all(self) -> dict[str, str]:
        """Every code, by its YAML key."""
        return {field.alias or name: getattr(self, name) for name, field in type(self).model_fields.items()}


def _built_in_music() -> dict[str, tuple[str, ...]]:
    return {"default": ()}


class SwitchFile(Entry):
    """The whole of switch.yaml."""

    name: Text = "Zongji"
    languages: Annotated[tuple[Name, ...], BeforeValidator(one_or_more)] = ("zh", "en")
    """The first is spoken until a menu sets another; every text must be given in all."""
    time_zone: Text = "Asia/Shanghai"
    sip: SipSection = SipSection()
    media: MediaSection = MediaSection()
    amd: AmdSection = AmdSection()
    recording: RecordingSection = RecordingSection()
    supervision: SupervisionSection = SupervisionSection()
    paths: PathsSection = PathsSection()
    limits: LimitsSection = LimitsSection()
    star_codes: StarCodes = StarCodes()
    metrics: MetricsSection = MetricsSection()
    databases: dict[Name, Text] = Field(default_factory=dict)
    """SQLite files that scripts may read (the dialplan's `sql`); relative ones lie in the site's directory."""
    music: dict[Name, Annotated[tuple[Text, ...], BeforeValidator(one_or_more)]] = Field(
        default_factory=_built_in_music
    )
    """Classes of music on hold; an empty list is the switch's own synthesised music."""

    @property
    def language(self) -> str:
        """The default language."""
        return self.languages[0]
