"""The words of the media hall that other halls speak too. Frozen data; no numpy here.

A *stream* is one RTP session with one far end; a *room* is a set of streams mixed together; a *frame* is 20 ms
of samples; a *packet* is what goes over the wire.

Deliberately absent: how any of it is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from media.answer import Verdict

StreamId = NewType("StreamId", str)
"""The exchange names streams; it uses the leg's id."""
RoomId = NewType("RoomId", str)

FRAME_MS = 20
RATE_HZ = 8000
FRAME_SAMPLES = RATE_HZ * FRAME_MS // 1000
"""160: samples of one narrowband frame."""
WIDE_SAMPLES = 2 * FRAME_SAMPLES
"""320: samples of one wideband frame, at 16 kHz."""


class Codec(Enum):
    """Name in SDP (RFC 3551 6), payload type, clock rate of its time stamps [Hz], whether it is wideband.

    G.722 has 16,000 samples a second and a clock of 8,000: "the RTP clock rate for the G722 payload format is 8,000 Hz
    because that value was erroneously assigned in RFC 1890" (RFC 3551 4.5.2).
    """

    PCMU = ("PCMU", 0, 8000, False)
    PCMA = ("PCMA", 8, 8000, False)
    G722 = ("G722", 9, 8000, True)
    L16 = ("L16", 110, 8000, False)
    L16_16K = ("L16", 111, 16000, True)
    """Both have no static number; these are for our offers."""

    def __init__(self, sdp_name: str, payload_type: int, clock_hz: int, wide: bool) -> None:
        self.sdp_name = sdp_name
        self.payload_type = payload_type
        self.clock_hz = clock_hz
        self.wide = wide


class Suite(Enum):
    """How SRTP encrypts and authenticates: name in SDP, bytes of master key and master salt together.

    RFC 4568 6.2 with RFC 3711 (AES in counter mode, tag of 80 or 32 bits), RFC 7714 (GCM).
    """

    AES_CM_128_HMAC_SHA1_80 = ("AES_CM_128_HMAC_SHA1_80", 30)
    AES_CM_128_HMAC_SHA1_32 = ("AES_CM_128_HMAC_SHA1_32", 30)
    AEAD_AES_128_GCM = ("AEAD_AES_128_GCM", 28)
    AEAD_AES_256_GCM = ("AEAD_AES_256_GCM", 44)

    def __init__(self, sdp_name: str, key_bytes: int) -> None:
        self.sdp_name = sdp_name
        self.key_bytes = key_bytes


@dataclass(frozen=True, slots=True)
class Secure:
    """The keys of one stream's SRTP, each master key and master salt in one. They are in no `repr`."""

    suite: Suite
    send_key: bytes = field(repr=False)
    receive_key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if {len(self.send_key), len(self.receive_key)} != {self.suite.key_bytes}:
            raise ValueError(f"a key of {self.suite.sdp_name} has {self.suite.key_bytes} bytes")


class Direction(Enum):
    """What *we* do on a stream (RFC 8866 6.7), already turned round from the far end's view."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)


@dataclass(frozen=True, slots=True)
class Path:
    """What offer and answer agreed on for one stream: where to send, and how to read what comes."""

    remote_ip: str
    remote_port: int
    codec: Codec
    payload_type: int
    """Number on the wire for `codec`."""
    dtmf_payload_type: int | None
    """Number on the wire for telephone-event (RFC 4733), None when the far end has none."""
    ptime_ms: int
    """Packet time that we send; a multiple of 10, 10..60."""
    direction: Direction
    remote_rtcp_port: int
    """`remote_port + 1` unless a=rtcp says otherwise (RFC 3605)."""
    rtcp_mux: bool = False
    """RTCP comes and goes on the RTP ports (RFC 5761)."""
    srtp: Secure | None = None
    """None: in the clear."""
    signalling_ip: str = ""
    """Where its SIP comes from. A phone behind NAT sends its audio from there, too; audio from a third address is never
    believed. Empty: not known, and any address may prove itself."""


@dataclass(frozen=True, slots=True)
class LocalAddress:
    """Where a stream receives: RTP on `port`, RTCP on `port + 1`."""

    ip: str
    port: int


@dataclass(frozen=True, slots=True)
class File:
    """An audio file that libsndfile reads; any rate; the first channel is played.

    With `follow` it may still grow, as a recording does: it is played until nothing has come for three seconds.
    """

    path: str
    follow: bool = False


@dataclass(frozen=True, slots=True)
class Tone:
    """Sines at once, with a cadence. `on_ms` 0 means without end; `repeat` 0 means for ever."""

    freqs_hz: tuple[float, ...]
    on_ms: int = 0
    off_ms: int = 0
    repeat: int = 1
    level_dbm0: float = -10.0


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing, for so long."""

    ms: int


Source = File | Tone | Silence


class RecordingFormat(Enum):
    """How a recording lies on the disk when it is over."""

    WAV = "wav"
    """PCM of 16 bit."""
    WAV_ULAW = "wav-ulaw"
    WAV_ALAW = "wav-alaw"
    """G.711, half the bytes."""
    FLAC = "flac"
    OPUS = "opus"
    """In Ogg. Both are made when the recording is over; until then it is a WAV."""

    @property
    def encoded(self) -> bool:
        """The final form is made at the end."""
        return self in (RecordingFormat.FLAC, RecordingFormat.OPUS)


# ---- what the engine tells (events) -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DigitHeard:
    """A digit came by RTP telephone-event (RFC 4733), or as sound on a stream that is watched for it.

    Told once: an event at its start, a sound after 40 ms. Who has both on one stream hears a digit twice.
    """

    stream: StreamId
    digit: str
    """One of 0-9 * # A B C D."""
    by_sound: bool = False


@dataclass(frozen=True, slots=True)
class PlayEnded:
    """A `Desk.play` is over. `why`: "done", "stopped", "digit", "failed", "closed"."""

    stream: StreamId
    play: int
    why: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class AnnouncementEnded:
    """A `Desk.announce` is over. `why`: "done", "stopped", "failed", "closed" (nobody is left to hear it)."""

    number: int
    why: str
    heard_ms: int


@dataclass(frozen=True, slots=True)
class RtpLost:
    """Nothing valid came on a receiving stream for `seconds`; told once until `RtpBack`."""

    stream: StreamId
    seconds: float


@dataclass(frozen=True, slots=True)
class RtpBack:
    """Audio comes again."""

    stream: StreamId


@dataclass(frozen=True, slots=True)
class SpeechChanged:
    """The far end began to speak, or stopped; only told of streams that are watched (`Desk.watch_speech`)."""

    stream: StreamId
    speaking: bool


@dataclass(frozen=True, slots=True)
class FloorChanged:
    """Others speak in a room that is watched (`Desk.watch_floor`) than before; nobody when it is empty or gone."""

    room: RoomId
    speakers: tuple[StreamId, ...]
    """The loudest first."""
    levels_dbm0: tuple[float, ...]
    """Of each, as of now."""


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """The far end's network said something in tones (`Desk.watch_progress`); told again after 10 s without it."""

    stream: StreamId
    name: str
    """"dial", "ringback", "busy", "congestion", "special_information" (three tones before an announcement that the
    number cannot be had), "fax_cng" (a fax calls), "fax_ced" (a fax answers)."""


@dataclass(frozen=True, slots=True)
class AnswerJudged:
    """Who answered on a stream that is judged (`Desk.watch_answer`); told once."""

    stream: StreamId
    verdict: Verdict
    cause: str
    """"short_greeting" (human), "long_greeting", "many_words", "long_word", "beep" (machine), "nothing_said" (silence),
    "time_up" (not sure)."""
    ms: int
    """After so much of listening."""
    words: int


@dataclass(frozen=True, slots=True)
class BeepHeard:
    """A machine's greeting is over, and it listens; told after `AnswerJudged` where that was asked for."""

    stream: StreamId
    cause: str
    """"beep"; "silence" (the greeting ended without one); "timeout" (neither came)."""
    freq_hz: float
    """Of the beep; 0 for none."""
    ms: int
    """Since the listening began."""


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """The disk refused; audio goes on."""

    recording: str
    why: str


@dataclass(frozen=True, slots=True)
class RecordingEncoded:
    """A recording that is over has become FLAC or Opus; or has not: then it is whole as `path` with `.wav` behind."""

    recording: str
    path: str
    bytes: int
    failed: str


@dataclass(frozen=True, slots=True)
class TapEnded:
    """A `Desk.tap` is over; `dropped` packets did not fit while the disk was slow. `failed`: why it ended early."""

    path: str
    packets: int
    dropped: int
    failed: str


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The engine's process died. Its streams are gone; `Desk` reconnects when the supervisor has restarted it."""

    engine: str
    streams: tuple[StreamId, ...]


@dataclass(frozen=True, slots=True)
class EngineBack:
    """An engine that was lost is there again, and takes new streams."""

    engine: str


MediaEvent = (
    DigitHeard
    | PlayEnded
    | AnnouncementEnded
    | RtpLost
    | RtpBack
    | SpeechChanged
    | FloorChanged
    | ToneHeard
    | AnswerJudged
    | BeepHeard
    | RecordingFailed
    | RecordingEncoded
    | TapEnded
    | EngineLost
    | EngineBack
)


# ---- what the engine answers --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamReport:
    """Totals of one stream, both directions."""

    packets_in: int = 0
    packets_out: int = 0
    bytes_in: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    concealed_ms: int = 0
    jitter_ms: float = 0.0
    round_trip_ms: float | None = None
    far_lost: int = 0
    """Packets of ours that the far end's RTCP reports lost."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Packets thrown away, by named reason: "source" (another than the stream is locked to), "type" (payload type),
    "short", "long", "version" (no RTP), "stun", "dtls", "rtcp" (malformed), "digit" (an event that is none), "flood"
    (more than is read in a tick), "overrun" (more than the kernel keeps), "direction" (we do not receive), "order"
    (far off in sequence or time), "early" (before offer and answer agreed), "line" (thrown away while the stream was
    locked to its source, or the kernel would not), "waited" (at the door, behind a newer one), "auth" (SRTP with a
    wrong key, altered, cut off, or none at all where it should be), "replay" (SRTP that came before)."""
    refused_out: int = 0
    """Packets of ours that the kernel did not take, or that came back as undeliverable."""
    resynced: int = 0
    """How often the far end's numbering or time line began anew."""
    stretched_ms: int = 0
    shrunk_ms: int = 0
    """Delay put in because packets came late, and audio left out to lose it again."""
    far_jitter_ms: float = 0.0
    """As the far end's RTCP says."""
    delay_ms: int = 0
    """Play-out delay that we keep for what comes in."""
    bursts: int = 0
    burst_ms: int = 0
    gap_ms: int = 0
    """Bursts of loss in what came in, their mean length and that of what lies between: RFC 3611 4.7.2."""
    mos_in: float | None = None
    mos_out: float | None = None
    """What a listener would say (1..4.5, E-model) of what came in, and of what the far end hears from us; None before
    anything came, or before the far end reported."""
    path: str = ""
    """`udp 40002 > jitter 60ms > PCMU > room 12`."""


@dataclass(frozen=True, slots=True)
class RecordingMark:
    """From here on a recording is different: another party, silence instead of it, a time left out, or its end."""

    at_ms: int
    """In the file."""
    what: str
    """begin, left, right, pause, mask, resume, away, back, end."""
    left: str
    right: str
    """Streams on the channels from here on; empty for nobody, or for one who is silenced."""
    clock_ms: int = 0
    """Since the recording began; more than `at_ms` by what was left out between "away" and "back"."""


@dataclass(frozen=True, slots=True)
class RecordingReport:
    """One recording when it ends."""

    recording: str
    path: str
    seconds: float
    channels: int
    bytes: int
    dropped_blocks: int
    failed: str
    """Empty when the file is whole, else why not."""
    expected_s: float = 0.0
    """By the clock, from its start to its end, without what was left out on purpose."""
    written_s: float = 0.0
    """Of audio that reached the disk; the file is filled up with silence where some did not."""
    marks: tuple[RecordingMark, ...] = ()
    """The map of its segments, in order."""

    @property
    def missing_s(self) -> float:
        """Seconds that should be in the file and are not."""
        return round(max(0.0, self.expected_s - self.written_s), 3)
