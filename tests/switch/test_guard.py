"""What the guard lets in, refuses and drops."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from switch.guard import MAX_BYTES, Accept, Broken, Drop, Reject, inspect, reply, split
from switch.guard_body import is_sdp_sane
from tests.fuzz.mutate import Mutator
from tests.fuzz.wire import load

CORPUS = load()
INVITE = CORPUS["invite-yealink"]
BYE = CORPUS["bye"]
OK = CORPUS["response-200-invite"]


def edited(message, *edits):
    """`message` with each (old, new) replaced once; its Content-Length made true again."""
    for old, new in edits:
        assert old in message, old
        message = message.replace(old, new, 1)
    head, end, body = message.partition(b"\r\n\r\n")
    return re.sub(rb"(?m)^(Content-Length:) *\d+", rb"\1 %d" % len(body), head) + end + body


def with_line(message, line):
    return message.replace(b"\r\nMax-Forwards", b"\r\n" + line + b"\r\nMax-Forwards", 1)


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_what_real_phones_send_is_let_in_as_it_is(name):
    verdict = inspect(CORPUS[name])
    assert isinstance(verdict, Accept)
    if b"\r\n " not in CORPUS[name] and name != "legal-multipart":
        assert verdict.packet == CORPUS[name]


@pytest.mark.parametrize("name", sorted(CORPUS))
def test_what_is_let_in_is_let_in_again_over_tcp(name):
    verdict = inspect(CORPUS[name])
    again = inspect(verdict.packet, "tcp")
    assert again == Accept(verdict.packet)


def test_folded_lines_are_unfolded():
    packet = inspect(CORPUS["invite-folded"]).packet
    assert b"\r\n " not in packet and b"\r\n\t" not in packet
    assert b"CSeq: 0009 INVITE\r\n" in packet and b"Subject: a long subject\r\n" in packet
    assert packet.count(b"Content-Length") == 1


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\r\n", b"\0", b"\0\0\0\0", b"jaK\0", b"      \r\n", b"\0" * 40])
def test_keep_alives_are_nothing(data):
    assert inspect(data) == Drop("keepalive")


def test_stun_and_other_protocols_are_dropped_without_a_word():
    assert inspect(b"\x00\x01\x00\x00\x21\x12\xa4\x42" + b"x" * 12) == Drop("stun")
    assert inspect(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n") == Drop("not sip")
    assert inspect(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") == Drop("not sip")


REFUSED = {
    "no blank line": (BYE[:-2], 400, "no end of headers"),
    "too long": (with_line(INVITE, b"X: " + b"a" * MAX_BYTES), 513, "too long"),
    "unknown method": (edited(BYE, (b"BYE", b"FLY"), (b"3 BYE", b"3 FLY")), 501, "unknown method"),
    "small method": (edited(BYE, (b"BYE", b"bye")), 501, "unknown method"),
    "foreign scheme": (edited(BYE, (b"sip:4001@10.0.0.1", b"http://10.0.0.1")), 416, "unsupported uri scheme"),
    "tel request": (edited(BYE, (b"sip:4001@10.0.0.1:5060", b"tel:+861")), 416, "unsupported uri scheme"),
    "uri without host": (edited(BYE, (b"@10.0.0.1:5060", b"@")), 400, "bad request uri"),
    "uri 1": (edited(BYE, (b"10.0.0.1:5060 SIP", b"[] SIP")), 400, "bad request uri"),
    "uri 2": (edited(BYE, (b":5060 SIP", b":65536 SIP")), 400, "bad request uri"),
    "uri 3": (edited(BYE, (b"4001@", b"40%0d01@")), 400, "bad request uri"),
    "uri 4": (edited(BYE, (b"4001@", b"40%zz01@")), 400, "bad request uri"),
    "uri 5": (edited(BYE, (b":5060 SIP", b";a@b SIP")), 400, "bad request uri"),
    "via 1": (edited(BYE, (b"192.168.1.21:5060", b"[]")), 400, "bad via"),
    "via 2": (edited(BYE, (b"192.168.1.21:5060", b"192.168.1.21:99999")), 400, "bad via"),
    "via 3": (edited(BYE, (b";rport", b";maddr=224.0.1.75")), 400, "bad via"),
    "via 4": (edited(BYE, (b";rport", b";rport=x")), 400, "bad via"),
    "via 5": (edited(BYE, (b"SIP/2.0/UDP 192.168.1.21:5060", b"")), 400, "bad via"),
    "contact 1": (edited(INVITE, (b"<sip:1001@192.168.1.21:5060>\r", b"<sip:1001@[]>\r")), 400, "bad contact"),
    "contact 2": (edited(INVITE, (b"<sip:1001@192.168.1.21:5060>\r", b"*\r")), 400, "bad contact"),
    "contact 3": (edited(INVITE, (b"<sip:1001@192.168.1.21:5060>\r", b"<tel:1>\r")), 400, "bad contact"),
    "contact 4": (edited(INVITE, (b"<sip:1001@192.168.1.21:5060>\r", b"<sip:a@b>&X: y\r")), 400, "bad contact"),
    "contact 5": (edited(INVITE, (b"<sip:1001@192.168.1.21:5060>\r", b"sip:a@b,sip:c@d\r")), 400, "bad contact"),
    "no contact": (edited(INVITE, (b"Contact: <sip:1001@192.168.1.21:5060>\r\n", b"")), 400, "missing contact"),
    "route 1": (with_line(BYE, b"Route: <sip:10.0.0.1;hide>"), 400, "bad parameter"),
    "route 2": (with_line(BYE, b"Record-Route: <sip:10.0.0.1;HIDE=1;lr>"), 400, "bad parameter"),
    "route 3": (with_line(BYE, b"Route: <sip:10.0.0.1;%68ide>"), 400, "bad route"),
    "route 4": (with_line(BYE, b"Route: sip:10.0.0.1"), 400, "bad route"),
    "cseq 1": (edited(BYE, (b"3 BYE", b"3 INVITE")), 400, "cseq of another method"),
    "cseq 2": (edited(BYE, (b"3 BYE", b"2147483648 BYE")), 400, "bad cseq"),
    "cseq 3": (edited(BYE, (b"3 BYE", b"-1 BYE")), 400, "bad cseq"),
    "cseq 4": (edited(BYE, (b"3 BYE", b"3")), 400, "bad cseq"),
    "two froms": (with_line(BYE, b"f: <sip:a@b>;tag=1"), 400, "repeated from"),
    "no to": (edited(BYE, (b"To:", b"X-To:")), 400, "missing to"),
    "from 1": (edited(BYE, (b'"Reception"', b'"Reception')), 400, "bad from"),
    "max-forwards": (edited(BYE, (b"Max-Forwards: 70", b"Max-Forwards: 256")), 400, "bad max-forwards"),
    "nul": (with_line(BYE, b"X: a\0b"), 400, "control character"),
    "bare lf": (with_line(BYE, b"X: a\nY: b"), 400, "control character"),
    "bare cr": (with_line(BYE, b"X: a\rY: b"), 400, "control character"),
    "no colon": (with_line(BYE, b"Nothing"), 400, "bad header"),
    "header's name": (with_line(BYE, b"A(b): c"), 400, "bad header"),
    "many headers": (with_line(BYE, b"\r\n".join([b"X: y"] * 80)), 400, "too many headers"),
    "many vias": (with_line(BYE, b"\r\n".join([b"Via: SIP/2.0/UDP h;branch=z9hG4bK"] * 12)), 400, "repeated via"),
    "long list": (with_line(BYE, b"Supported: " + b",".join([b"x"] * 40)), 400, "bad supported"),
    "expires": (with_line(BYE, b"Expires: 4294967296"), 400, "bad expires"),
    "session-expires": (with_line(BYE, b"Session-Expires: soon"), 400, "bad session-expires"),
    "rack": (with_line(BYE, b"RAck: 1 INVITE"), 400, "bad rack"),
    "replaces": (with_line(BYE, b"Replaces: a b;to-tag=x"), 400, "bad replaces"),
    "event": (with_line(BYE, b"Event: ;id=1"), 400, "bad event"),
    "long body": (INVITE[:-1], 400, "bad content-length"),
    "no type": (edited(INVITE, (b"Content-Type: application/sdp\r\n", b"")), 400, "missing content-type"),
    "xml": (edited(INVITE, (b"application/sdp", b"application/pidf+xml")), 415, "unsupported media type"),
    "multipart": (edited(INVITE, (b"application/sdp", b"multipart/mixed;boundary=x")), 415, "unsupported media type"),
    "gzip": (with_line(INVITE, b"Content-Encoding: gzip"), 415, "unsupported encoding"),
    "sdp": (edited(INVITE, (b"\r\nv=0", b"\r\nv=1")), 400, "bad sdp"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_may_not_reach_the_parser_is_refused_with_its_status(name):
    packet, code, reason = REFUSED[name]
    assert inspect(packet) == Reject(code, reason)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_ack_and_a_response_are_dropped_where_a_request_is_refused(name):
    packet = REFUSED[name][0]
    ack = re.sub(rb"(?i)BYE|INVITE|FLY", b"ACK", packet)
    assert not isinstance(inspect(ack), Reject)
    response = b"SIP/2.0 200 OK\r\n" + packet.partition(b"\r\n")[2]
    assert not isinstance(inspect(response), Reject)


@pytest.mark.parametrize(
    "line",
    [
        b"From : \"a\\\"b\" <sip:a@b>;tag=1",
        b"From: <sip:%41lice@b;transport=udp?Subject=x&A=b>;tag=1;x=\"y;z\"",
        b"f: sip:a@b;tag=1",
        b"From: <sip:a@[2001:db8::1]:5060>;tag=1",
        b"From: <tel:+86-10-1234;phone-context=example.com>;tag=1",
        b"From: Anonymous <sip:anonymous@anonymous.invalid>;tag=1",
        b"FROM:<sips:a:pass@b.example.>;TAG=1",
    ],
)  # fmt: skip
def test_every_legal_way_to_say_from_is_let_in(line):
    assert isinstance(inspect(re.sub(rb"(?m)^From:[^\r]*", lambda _: line, BYE)), Accept)


def test_the_sdp_is_unwrapped_from_a_multipart_body():
    packet = inspect(CORPUS["legal-multipart"]).packet
    head, _, body = packet.partition(b"\r\n\r\n")
    assert b"Content-Type: application/sdp\r\n" in head and b"multipart" not in head
    assert body.startswith(b"v=0\r\n") and body.endswith(b"RTP/AVP 8\r\n")


def test_another_version_of_sip_is_told_which_we_speak():
    packet = BYE.replace(b"SIP/2.0", b"SIP/7.0", 1)
    assert inspect(packet) == Reject(505, "unknown version")
    assert reply(packet, 505, "x").startswith(b"SIP/2.0 505 Version Not Supported\r\n")


def test_a_number_without_end_is_too_long_and_not_another_version() -> None:
    packet = b"INVITE sip:%b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n\r\n" % (b"5" * 900)
    assert inspect(packet) == Reject(414, "uri too long")
    assert inspect(packet.replace(b"5" * 900, b"5").replace(b"INVITE", b"IN(ITE")) == Reject(400, "bad start line")


def test_bytes_after_the_body_are_cut_off_on_udp_and_refused_on_tcp():
    assert inspect(INVITE + b"garbage") == Accept(INVITE)
    assert inspect(INVITE + b"garbage", "tcp") == Reject(400, "bad content-length")
    assert inspect(re.sub(rb"Content-Length: \d+\r\n", b"", BYE), "tcp") == Reject(400, "missing content-length")


def test_credentials_of_an_unknown_scheme_are_taken_out_so_that_a_challenge_can_follow():
    packet = inspect(with_line(INVITE, b"Authorization: NoOneKnows this=scheme")).packet
    assert b"Authorization" not in packet and packet.endswith(INVITE.partition(b"\r\n\r\n")[2])


def test_nobody_answers_an_ack():
    """PJSIP would take it for an answer to the INVITE."""
    ringing = CORPUS["response-180"]
    assert isinstance(inspect(ringing), Accept)
    named = ringing.replace(b" INVITE\r\n", b" ACK\r\n")
    assert named != ringing
    assert inspect(named) == Drop("cseq of another method")


def test_a_response_s_unfit_body_is_taken_out_and_the_response_stays():
    for body in (b"v=1\r\n", b"v=0\r\no=- 1 1 IN IP4 \r\n"):
        packet = inspect(edited(OK, (OK.partition(b"\r\n\r\n")[2], body))).packet
        assert packet.endswith(b"Content-Length: 0\r\n\r\n") and b"Content-Type" not in packet


SDP = INVITE.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"RTP/AVP 9", b"RTP/AVP 128"),
        (b"audio 11780", b"audio 65536"),
        (b"audio 11780", b"audio"),
        (b"c=IN IP4 192.168.1.21", b"c="),
        (b"c=IN IP4 192.168.1.21", b"c=IN IP4"),
        (b"o=- 20008 20008 IN IP4 192.168.1.21\r\n", b""),
        (b"o=- 20008", b"o="),
        (b"m=audio 11780 RTP/AVP 9 0 8 18 101", b"m="),
        (b"rtpmap:9 G722/8000", b"rtpmap:9 G722/"),
        (b"rtpmap:9 G722/8000", b"rtpmap:200 G722/8000"),
        (b"rtpmap:9 G722/8000", b"rtpmap:9 " + b"G" * 33 + b"/8000"),
        (b"fmtp:101 0-15", b"fmtp:101"),
        (b"ptime:20", b"ptime:99999"),
        (b"a=sendrecv", b"a="),
        (b"a=sendrecv", b"a=rtcp:99999"),
        (b"a=sendrecv", b"x"),
        (b"a=sendrecv\r\n", b"a=x\r\n" * 200),
        (b"a=sendrecv\r\n", b"m=audio 1 RTP/AVP 0\r\n" * 9),
        (b"s=SDP data", b"s=a\0b"),
    ],
)
def test_sdp_out_of_bounds_is_not_sane(old, new):
    assert is_sdp_sane(SDP)
    assert old in SDP and not is_sdp_sane(SDP.replace(old, new))


# ---- the reply ----------------------------------------------------------------------------------------------------


def test_the_reply_copies_what_rfc_3261_asks_for_and_tags_to_the_same_way_each_time():
    one, two = (reply(INVITE, 400, "bad sdp", ("192.0.2.9", 1024)) for _ in range(2))
    assert one == two and one.startswith(b"SIP/2.0 400 Bad Request\r\n")
    assert b"\r\nVia: SIP/2.0/UDP 192.168.1.21:5060;branch=z9hG4bK2104562390;rport=1024;received=192.0.2.9\r\n" in one
    assert re.search(rb"\r\nTo: <sip:4001@pbx.example.net:5060>;tag=[0-9a-f]{16}\r\n", one)
    assert b"\r\nCSeq: 1 INVITE\r\n" in one and b'\r\nWarning: 399 zongji "bad sdp"\r\n' in one
    assert isinstance(inspect(one), Accept)


def test_a_tag_that_is_there_stays():
    assert reply(BYE, 400, "x").count(b"tag=") == 2


@pytest.mark.parametrize("packet", [CORPUS["ack"], OK, b"", b"BYE sip:a SIP/2.0\r\n\r\n", b"x", REFUSED["no to"][0]])
def test_nothing_is_replied_where_nothing_is_due_or_possible(packet):
    assert reply(packet, 400, "x") is None


# ---- the stream -----------------------------------------------------------------------------------------------------


def test_a_stream_is_cut_into_messages_wherever_it_was_torn():
    messages = [INVITE, b"\r\n\r\n", CORPUS["invite-compact"], BYE]
    stream = b"".join(messages)
    for at in range(0, len(stream), 7):
        first, rest = split(stream[:at])
        second, left = split(rest + stream[at:])
        assert first + second == messages and left == b""


def test_a_pong_is_swallowed_and_half_a_ping_waits():
    assert split(b"\r\n" + BYE) == ([BYE], b"")
    assert split(b"\r\n\r") == ([], b"\r\n\r")


@pytest.mark.parametrize(
    "stream",
    [
        b"x" * 4000,
        re.sub(rb"Content-Length: \d+\r\n", b"", BYE),
        BYE.replace(b"Content-Length: 0", b"Content-Length: 0\r\nl: 5"),
        BYE.replace(b"Content-Length: 0", b"Content-Length: 9999999"),
    ],
)
def test_a_stream_that_cannot_be_cut_is_broken(stream):
    assert isinstance(split(stream), Broken)


# ---- rubbish --------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_rubbish_is_a_verdict_never_an_exception(data):
    for packet in (data, b"BYE sip:a SIP/2.0\r\n" + data, BYE[:60] + data, BYE + data):
        assert isinstance(inspect(packet), Accept | Reject | Drop)
        reply(packet, 400, "x", ("192.0.2.1", 1))
        split(packet)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
@example(1115)  # a folded start line
def test_a_mutated_message_that_is_let_in_is_sound_in_the_ways_that_matter(seed):
    verdict = inspect(Mutator(list(CORPUS.values()), seed).next())
    if not isinstance(verdict, Accept):
        return
    head, end, body = verdict.packet.partition(b"\r\n\r\n")
    assert end and len(verdict.packet) <= MAX_BYTES
    assert not re.search(rb"(?i)[@/: ]\[\]|;hide[=;>\s]", re.sub(rb"(?m)^(?:Call-ID|[A-Z][\w-]*:[^<]*$).*", b"", head))
    assert inspect(verdict.packet) == verdict, "what is let in is stable"
    lengths = re.findall(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*(\d+)", head)
    assert not lengths or int(lengths[0]) == len(body)
