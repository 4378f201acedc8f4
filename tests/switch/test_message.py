"""Reading a message's own bytes."""

from __future__ import annotations

from switch.binding import Source
from switch.pjsip.message import Packet, call_id, display_name, printable, q850, request_uri, uri_user

INVITE = (
    b"INVITE sip:4001%2B@h:5070;user=phone SIP/2.0\r\nv: SIP/2.0/UDP a;branch=1\r\n"
    b'f: "Li \\"W\\"" <sip:201:x@h>;tag=7\r\n'
    b"To: sip:4001@h\r\ni:  abc@h \r\nCSeq: 9 INVITE\r\nm: <sip:1@a>,\r\n <sip:2@a>\r\nContact: <sip:3@a>\r\n"
    b'Reason: SIP;cause=200, Q.850 ;cause=17;text="x"\r\nContent-Length: 5\r\n\r\nFrom: body\r\n'
)
PACKET = Packet(INVITE, Source("udp", "192.0.2.1", 5060))


def test_headers_are_found_by_long_and_compact_name_and_unfolded() -> None:
    assert PACKET.header("via") == b"SIP/2.0/UDP a;branch=1"
    assert PACKET.headers("contact") == [b"<sip:1@a>, <sip:2@a>", b"<sip:3@a>"]
    assert PACKET.header("expires") is None
    assert PACKET.text("user-agent", "none") == "none"


def test_nothing_is_found_in_the_body() -> None:
    assert PACKET.headers("from") == [b'"Li \\"W\\"" <sip:201:x@h>;tag=7']
    assert PACKET.body == b"From: body\r\n"


def test_the_start_line_is_read() -> None:
    assert (PACKET.method, PACKET.status, PACKET.is_response) == ("INVITE", 0, False)
    assert request_uri(PACKET) == "sip:4001%2B@h:5070;user=phone"
    answer = Packet(b"SIP/2.0 486 Busy\r\n\r\n", PACKET.source)
    assert (answer.method, answer.status, answer.is_response) == ("", 486, True)
    assert call_id(INVITE) == "abc@h" and call_id(answer.data) == ""


def test_users_and_names_are_taken_out_of_addresses() -> None:
    assert uri_user(request_uri(PACKET)) == "4001+"
    assert uri_user(PACKET.text("from")) == "201"
    assert uri_user("<sip:h>") == "" and uri_user("tel:1") == ""
    assert display_name(PACKET.text("from")) == 'Li "W"'
    assert display_name("Li W <sip:1@h>") == "Li W" and display_name("<sip:1@h>") == ""


def test_the_q850_cause_is_found_among_others() -> None:
    assert q850(PACKET) == 17


def test_hostile_text_is_fit_for_a_log_line() -> None:
    assert printable(b"a\r\n\x1b[2J\xff") == "a\\r\\n\\x1b[2J\\xff"
    assert printable("x" * 300).endswith("…")
