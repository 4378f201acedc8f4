"""The trace keeps what belongs to calls, within bounds, and shows no secret."""

from __future__ import annotations

from switch.trace import Message, Trace, masked
from switch.words import LegId

FAR = ("192.0.2.1", 5060)


def message(
    start: bytes, at: float = 0.0, *, sent: bool = False, far: tuple[str, int] = FAR, extra: bytes = b""
) -> Message:
    return Message(at, sent, "udp", far, start + b"\r\nCSeq: 1 INVITE\r\n" + extra + b"\r\n")


def test_only_an_invite_begins_a_call() -> None:
    trace = Trace()
    trace.keep("a", message(b"REGISTER sip:h SIP/2.0"))
    trace.keep("b", message(b"INVITE sip:1@h SIP/2.0"))
    trace.keep("b", message(b"SIP/2.0 200 OK", sent=True))
    assert trace.call_ids() == ["b"]
    assert [m.title for m in trace.messages(["a", "b", "b"])] == ["INVITE", "200 OK (INVITE)"]


def test_the_oldest_call_goes_first() -> None:
    trace = Trace(calls=2)
    for name in "abc":
        trace.keep(name, message(b"INVITE sip:1@h SIP/2.0"))
    assert trace.call_ids() == ["b", "c"]


def test_memory_is_bounded_in_bytes_and_in_messages() -> None:
    one = len(message(b"INVITE sip:1@h SIP/2.0").data)
    trace = Trace(size=one * 10)
    for number in range(100):
        trace.keep(str(number), message(b"INVITE sip:1@h SIP/2.0"))
    assert trace.call_ids() == [str(number) for number in range(90, 100)]
    trace = Trace()
    for _ in range(1000):
        trace.keep("a", message(b"INVITE sip:1@h SIP/2.0"))
    assert len(trace.messages(["a"])) == 200 and trace.dropped == 800


def test_a_ladder_has_an_arrow_a_message_and_a_column_a_far_end() -> None:
    trace = Trace()
    trace.keep("a", message(b"INVITE sip:1@h SIP/2.0", 1.0))
    trace.keep("b", message(b"INVITE sip:1@h SIP/2.0", 2.0, sent=True, far=("192.0.2.2", 5062)))
    trace.keep("b", message(b"SIP/2.0 180 Ringing", 3.0, far=("192.0.2.2", 5062)))
    trace.keep("a", message(b"SIP/2.0 180 Ringing", 3.5, sent=True))
    lines = trace.ladder(["a", "b"]).splitlines()
    assert lines[0].split() == ["udp", "192.0.2.1:5060", "zongji", "udp", "192.0.2.2:5062"]
    assert [line[:12] for line in lines[1:]] == ["00:00:01.000", "00:00:02.000", "00:00:03.000", "00:00:03.500"]
    assert [line[13:] for line in lines[1:]] == [
        "|------- INVITE ------->|                       |",
        "|                       |------- INVITE ------->|",
        "|                       |< 180 Ringing (INVITE) |",
        "|< 180 Ringing (INVITE) |                       |",
    ]
    assert max(map(len, lines)) <= 80


def test_a_call_that_is_not_kept_says_so() -> None:
    assert Trace().ladder(["x"]) == "No SIP messages are kept for this call.\n"


def test_secrets_are_masked_and_control_characters_escaped() -> None:
    text = masked(
        b'INVITE sip:1@h SIP/2.0\r\nAuthorization: Digest username="201", nonce="n0nce", response="c0ffee"\r\n'
        b'Proxy-Authorization: Digest response=c0ffee,cnonce="s3cret"\r\nX: \x1b[2J\r\n\r\n'
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret|2^20\r\n"
    )
    assert "c0ffee" not in text and "s3cret" not in text and "n0nce" not in text and "\x1b" not in text
    assert 'username="201"' in text and "\\x1b[2J" in text


def test_digits_that_are_a_secret_are_not_kept() -> None:
    trace = Trace()
    leg = LegId("c1.1")
    trace.keep("a", message(b"INVITE sip:1@h SIP/2.0"))
    trace.claim(leg, "a")
    relay = message(b"INFO sip:h SIP/2.0", extra=b"\r\nSignal= 7\r\nDuration=160")
    alone = message(b"INFO sip:h SIP/2.0", extra=b"\r\n7")
    trace.keep("a", relay)
    trace.hide_digits(leg)
    for secret in (relay, alone):
        trace.keep("a", secret)
    kept = [m.data for m in trace.messages(["a"])]
    assert kept[1] == relay.data
    assert kept[2] == relay.data.replace(b"Signal= 7", b"Signal= *") and kept[3].endswith(b"\r\n\r\n*")
    trace.keep("b", message(b"INVITE sip:1@h SIP/2.0"))
    trace.keep("b", relay)
    assert trace.messages(["b"])[-1].data == relay.data
