"""Offer and answer: what we say, what we understand, what we refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.paths import Codec, Direction, LocalAddress, Path
from switch.guard_body import is_sdp_sane
from switch.sdp import NoAudio, NoCommonCodec, SdpError, agree, answer, offer, parse
from switch.sdp_crypto import Keyring, Srtp
from switch.sdp_direction import narrow, turned
from switch.sdp_text import Media, Sdp, write
from tests.fuzz.wire import load

HERE, THERE = LocalAddress("192.0.2.1", 16384), LocalAddress("192.0.2.2", 20000)
BOTH = (Codec.PCMU, Codec.PCMA)
CORPUS = load()


def sdp(*media, session=("c=IN IP4 192.0.2.9",)):
    return "\r\n".join(["v=0", "o=- 1 2 IN IP4 192.0.2.9", "s=-", *session, "t=0 0", *media, ""]).encode()


def answered(body, want=Direction.SENDRECV, codecs=BOTH):
    keys = Keyring(Srtp.ACCEPT)
    ours, path = answer(parse(body), HERE, codecs, session_id=7, version=8, want=want, keys=keys)
    assert is_sdp_sane(ours), "our own answers pass the guard"
    return parse(ours), path


def test_our_offer_says_what_we_have():
    body = offer(HERE, BOTH, session_id=5, version=6)
    assert is_sdp_sane(body)
    said = parse(body)
    (audio,) = said.media
    assert (said.session_id, said.version, said.address) == (5, 6, "192.0.2.1")
    assert (audio.port, audio.formats) == (16384, ("0", "8", "101"))
    assert audio.values("rtpmap") == ["0 PCMU/8000", "8 PCMA/8000", "101 telephone-event/8000"]


def test_offer_and_answer_make_two_paths_that_fit():
    ours = offer(HERE, BOTH, session_id=1, version=1, dtmf_payload_type=96)
    theirs, far = answer(parse(ours), THERE, [Codec.PCMA], session_id=2, version=1)
    near = agree(ours, theirs)
    assert near == Path("192.0.2.2", 20000, Codec.PCMA, 8, 96, 20, Direction.SENDRECV, 20001)
    assert far == Path("192.0.2.1", 16384, Codec.PCMA, 8, 96, 20, Direction.SENDRECV, 16385)


def test_the_offerer_s_order_decides_and_one_codec_is_answered():
    said, path = answered(sdp("m=audio 4000 RTP/AVP 18 8 0"))
    assert path.codec is Codec.PCMA and said.media[0].formats == ("8",)


def test_static_types_need_no_rtpmap_and_an_rtpmap_overrules_the_table():
    assert answered(sdp("m=audio 4000 RTP/AVP 0"))[1].codec is Codec.PCMU
    _, path = answered(sdp("m=audio 4000 RTP/AVP 0 97", "a=rtpmap:0 X/8000", "a=rtpmap:97 pcma/8000/1"))
    assert (path.codec, path.payload_type) == (Codec.PCMA, 97)
    with pytest.raises(NoCommonCodec):
        answered(sdp("m=audio 4000 RTP/AVP 97", "a=rtpmap:97 PCMA/8000/2"))


def test_telephone_event_is_answered_with_the_offerer_s_number_at_the_codec_s_clock():
    body = sdp(
        "m=audio 4000 RTP/AVP 0 101 100", "a=rtpmap:101 telephone-event/48000", "a=rtpmap:100 telephone-event/8000"
    )
    said, path = answered(body)
    assert path.dtmf_payload_type == 100 and said.media[0].formats == ("0", "100")
    assert answered(sdp("m=audio 4000 RTP/AVP 0"))[1].dtmf_payload_type is None


@pytest.mark.parametrize(
    ("lines", "ptime_ms"),
    [
        ([], 20),
        (["a=ptime:30"], 30),
        (["a=ptime:35"], 30),
        (["a=ptime:5"], 10),
        (["a=ptime:200"], 60),
        (["a=ptime:0"], 20),
        (["a=ptime:x"], 20),
        (["a=maxptime:10"], 10),
        (["a=ptime:40", "a=maxptime:20"], 20),
        (["a=ptime:20.0"], 20),
    ],
)
def test_the_far_end_s_packet_time_is_kept_where_we_can(lines, ptime_ms):
    assert answered(sdp("m=audio 4000 RTP/AVP 0", *lines))[1].ptime_ms == ptime_ms


def test_every_other_line_is_refused_in_its_place():
    said, path = answered(
        sdp(
            "m=video 4002 RTP/AVP 99",
            "m=audio 0 RTP/AVP 0",
            "m=audio 4000 RTP/AVP 0",
            "m=image 4004 udptl t38",
            "m=audio 4006 RTP/AVP 0",
        )
    )
    assert [(m.kind, m.port) for m in said.media] == [
        ("video", 0),
        ("audio", 0),
        ("audio", 16384),
        ("image", 0),
        ("audio", 0),
    ]
    assert said.media[3].protocol == "udptl" and path.remote_port == 4000


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("want", Direction)
def test_our_direction_is_theirs_turned_round_and_never_wider_than_we_want(direction, want):
    for body in (
        sdp("m=audio 4000 RTP/AVP 0", f"a={direction.value}"),
        sdp("m=audio 4000 RTP/AVP 0", session=("c=IN IP4 192.0.2.9", f"a={direction.value}")),
    ):
        said, path = answered(body, want)
        assert path.direction is narrow(turned(direction), want)
        assert (path.direction.value, None) in said.media[0].attributes


def test_the_media_s_own_direction_and_address_win_over_the_session_s():
    body = sdp(
        "m=audio 4000 RTP/AVP 0", "c=IN IP4 192.0.2.77", "a=sendrecv", session=("c=IN IP4 192.0.2.9", "a=inactive")
    )
    _, path = answered(body)
    assert path.remote_ip == "192.0.2.77" and path.direction is Direction.SENDRECV


def test_the_old_way_to_hold_is_understood():
    body = sdp("m=audio 4000 RTP/AVP 0", session=("c=IN IP4 0.0.0.0",))
    assert answered(body)[1].direction is Direction.RECVONLY


def test_one_port_for_both_is_answered_when_it_is_offered_and_only_then():
    said, path = answered(sdp("m=audio 4000 RTP/AVP 8", "a=rtcp-mux"))
    assert path.rtcp_mux and ("rtcp-mux", None) in said.media[0].attributes
    said, path = answered(sdp("m=audio 4000 RTP/AVP 8"))
    assert not path.rtcp_mux and ("rtcp-mux", None) not in said.media[0].attributes
    ours = offer(HERE, BOTH, session_id=1, version=1)
    assert not agree(ours, answer(parse(ours), THERE, BOTH, session_id=2, version=1)[0]).rtcp_mux


def test_rtcp_may_be_elsewhere():
    assert answered(sdp("m=audio 4000 RTP/AVP 0", "a=rtcp:53020 IN IP4 192.0.2.9"))[1].remote_rtcp_port == 53020
    assert answered(sdp("m=audio 65535 RTP/AVP 0"))[1].remote_rtcp_port == 65535


@pytest.mark.parametrize(
    "body",
    [
        sdp(),
        sdp("m=audio 0 RTP/AVP 0"),
        sdp("m=video 4000 RTP/AVP 99"),
        sdp("m=audio 4000 RTP/SAVPF 0"),
        sdp("m=audio 4000 RTP/AVP 0", session=()),
        sdp("m=audio 4000 RTP/AVP 0", session=("c=IN IP4 224.2.1.1/127",)),
        sdp("m=audio 4000 RTP/AVP 0", session=("c=IN IP4 255.255.255.255",)),
    ],
)
def test_an_offer_without_audio_that_we_can_reach_is_refused(body):
    with pytest.raises(NoAudio):
        answered(body)


@pytest.mark.parametrize("formats", ["18", "9 18", "101"])
def test_an_offer_without_a_codec_of_ours_is_refused(formats):
    with pytest.raises(NoCommonCodec):
        answered(sdp(f"m=audio 4000 RTP/AVP {formats}", "a=rtpmap:101 telephone-event/8000"))


def test_an_answer_must_fit_the_offer():
    ours = offer(HERE, [Codec.PCMU], session_id=1, version=1)
    with pytest.raises(NoAudio):
        agree(ours, sdp("m=audio 0 RTP/AVP 0"))
    with pytest.raises(SdpError):
        agree(ours, sdp("m=audio 4000 RTP/AVP 0", "m=video 0 RTP/AVP 99"))
    with pytest.raises(NoCommonCodec):
        agree(ours, sdp("m=audio 4000 RTP/AVP 8"))
    with pytest.raises(SdpError):
        agree(ours, b"")


def test_what_we_offered_one_way_stays_one_way():
    ours = offer(HERE, BOTH, session_id=1, version=1, direction=Direction.SENDONLY)
    assert agree(ours, sdp("m=audio 4000 RTP/AVP 0", "a=sendrecv")).direction is Direction.SENDONLY
    assert agree(ours, sdp("m=audio 4000 RTP/AVP 0", "a=inactive")).direction is Direction.INACTIVE


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"v=1\r\n",
        b"v=0\r\n",
        sdp("m=audio x RTP/AVP 0"),
        sdp("m=audio 65536 RTP/AVP 0"),
        sdp("m=audio 4000 RTP/AVP"),
        sdp("a="),
        sdp("nonsense"),
        sdp(session=("c=IN IP6 ::1",)),
        sdp(session=("c=IN IP4 host.example",)),
        sdp(session=("c=IN IP4 1.2.3.400",)),
        sdp(*["m=audio 1 RTP/AVP 0"] * 9),
        sdp(*["a=x"] * 300),
        sdp("m=audio 1 RTP/AVP" + " 0" * 50),
        b"v=0\r\no=x\r\n",
    ],
)
def test_a_body_that_cannot_be_read_is_one_documented_error(body):
    with pytest.raises(SdpError):
        parse(body)


WITH_SDP = [name for name, data in CORPUS.items() if data.partition(b"\r\n\r\n")[2].startswith(b"v=0")]


@pytest.mark.parametrize("name", WITH_SDP)
def test_every_phone_s_sdp_is_answered(name):
    body = CORPUS[name].partition(b"\r\n\r\n")[2]
    said, path = answered(body)
    assert len(said.media) == len(parse(body).media) and path.remote_port


WORD = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True)
IP = st.ip_addresses(v=4).map(str)
ATTRIBUTES = st.lists(
    st.tuples(
        st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True), st.none() | st.from_regex(r"[ -~]{1,30}", fullmatch=True)
    ),
    max_size=4,
).map(tuple)
MEDIA = st.builds(
    Media,
    st.sampled_from(["audio", "video", "image"]),
    st.integers(0, 65535),
    st.sampled_from(["RTP/AVP", "RTP/SAVP", "udptl"]),
    st.lists(st.integers(0, 127).map(str) | WORD, min_size=1, max_size=5).map(tuple),
    st.none() | IP,
    ATTRIBUTES,
)
DESCRIPTION = st.builds(
    Sdp,
    WORD,
    st.integers(0, 2**63),
    st.integers(0, 2**63),
    IP,
    st.none() | IP,
    st.just("0 0"),
    ATTRIBUTES,
    st.lists(MEDIA, max_size=4).map(tuple),
)


@given(DESCRIPTION)
def test_what_is_written_is_read_back_the_same(description):
    assert parse(write(description)) == description


@given(DESCRIPTION)
def test_an_answer_counts_its_lines_as_the_offer_does_or_there_is_none(description):
    try:
        body, path = answer(description, HERE, BOTH, session_id=1, version=1)
    except SdpError:
        return
    assert [m.kind for m in parse(body).media] == [m.kind for m in description.media]
    assert sum(m.port > 0 for m in parse(body).media) == 1
    assert 10 <= path.ptime_ms <= 60 and path.ptime_ms % 10 == 0 and 0 < path.remote_rtcp_port <= 65535


@given(st.binary(max_size=200))
def test_rubbish_is_an_sdp_error_and_nothing_else(data):
    for body in (data, b"v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\n" + data):
        try:
            answer(parse(body), HERE, BOTH, session_id=1, version=1)
        except SdpError:
            continue


@given(st.sampled_from([Codec.PCMU, Codec.PCMA]), st.permutations(list(BOTH)), st.sampled_from(Direction))
def test_both_ends_always_agree_on_codec_and_mirror_each_other_s_direction(only, order, direction):
    ours = offer(HERE, order, session_id=1, version=1, direction=direction)
    theirs, far = answer(parse(ours), THERE, [only], session_id=1, version=1)
    near = agree(ours, theirs)
    assert near.codec is far.codec is only and near.payload_type == far.payload_type
    assert near.direction is turned(far.direction)
