"""SRTP keys in offer and answer: what is read, what is passed over, who gets which key, and that nobody is shown one."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.paths import Codec, Direction, LocalAddress, Secure, Suite
from switch.events import Answered, Invited, Offered
from switch.facts import DialogFacts
from switch.guard_body import is_sdp_sane
from switch.sdp import NoAudio, NoSecurity, SdpError, agree, answer, offer, parse
from switch.sdp_crypto import Crypto, Keyring, Srtp, hidden, read
from switch.trace import Message, masked
from switch.words import CallId, FromPhone, Identity, LegId

HERE, THERE = LocalAddress("192.0.2.1", 16384), LocalAddress("192.0.2.2", 20000)
KEY = bytes(range(30))
TEXT = base64.b64encode(KEY).decode()
CM80 = "AES_CM_128_HMAC_SHA1_80"


def sdp(*media: str) -> bytes:
    head = ["v=0", "o=- 1 2 IN IP4 192.0.2.9", "s=-", "c=IN IP4 192.0.2.9", "t=0 0"]
    return "\r\n".join([*head, *media, ""]).encode()


def secured(*lines: str, protocol: str = "RTP/SAVP") -> bytes:
    return sdp(f"m=audio 4000 {protocol} 0", *(f"a=crypto:{line}" for line in lines))


def answered(body: bytes, keys: Keyring) -> tuple[bytes, Secure | None]:
    ours, path = answer(parse(body), HERE, list(Codec), session_id=1, version=1, keys=keys)
    assert is_sdp_sane(ours) and is_sdp_sane(body)
    keys.agree(path.srtp)
    return ours, path.srtp


# ---- one line ---------------------------------------------------------------------------------------------------


def test_the_example_of_the_standard_is_read() -> None:
    # RFC 4568 4.1 (without its MKI) and 9.2's forms of a lifetime.
    text = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
    for life in ("", "|2^20", "|1048576", "|2^48"):
        crypto = read(f"1 {CM80} inline:{text}{life}")
        assert crypto == Crypto(1, Suite.AES_CM_128_HMAC_SHA1_80, base64.b64decode(text))


@pytest.mark.parametrize(
    "line",
    [
        f"1 {CM80} inline:{TEXT}|2^20|1:4",  # an MKI
        f"1 {CM80} inline:{TEXT}|1:4",
        f"1 {CM80} inline:{TEXT}|2^20|1:4;inline:{TEXT}|2^20|2:4",
        f"1 {CM80} inline:{TEXT};inline:{TEXT}",
        f"1 {CM80} inline:{TEXT}|2^49",
        f"1 {CM80} inline:{TEXT}|0",
        f"1 {CM80} inline:{TEXT}|281474976710657",
        f"1 {CM80} inline:{TEXT}|",
        f"1 {CM80} inline:{TEXT[:-4]}",  # 27 bytes
        f"1 {CM80} inline:{TEXT}AAAA",
        f"1 {CM80} inline:{TEXT[:-1]}",  # no base64
        f"1 {CM80} inline:{TEXT[:-1]}!",
        f"1 {CM80} inline:",
        f"1 {CM80} uri:{TEXT}",
        f"1 {CM80}",
        f"0 {CM80} inline:{TEXT}",
        f"01 {CM80} inline:{TEXT}",
        f"1234567890 {CM80} inline:{TEXT}",
        f"x {CM80} inline:{TEXT}",
        f"1 F8_128_HMAC_SHA1_80 inline:{TEXT}",
        f"1 AES_256_CM_HMAC_SHA1_80 inline:{base64.b64encode(bytes(46)).decode()}",
        f"1 {CM80} inline:{TEXT} UNENCRYPTED_SRTP",
        f"1 {CM80} inline:{TEXT} UNAUTHENTICATED_SRTP",
        f"1 {CM80} inline:{TEXT} UNENCRYPTED_SRTCP",
        f"1 {CM80} inline:{TEXT} KDR=1",
        f"1 {CM80} inline:{TEXT} FEC_ORDER=FEC_SRTP",
        f"1 {CM80} inline:{TEXT} WSH=64 surprise",
        f"1 {CM80} inline:{TEXT} WSH=",
    ],
)
def test_a_line_that_we_cannot_serve_is_passed_over(line: str) -> None:
    assert read(line) is None
    with pytest.raises(NoSecurity):
        answered(secured(line), Keyring(Srtp.ACCEPT))
    ours, secure = answered(secured(line, f"7 {CM80} inline:{TEXT}"), Keyring(Srtp.ACCEPT))
    assert secure is not None and secure.receive_key == KEY
    assert [value[0] for value in parse(ours).media[0].values("crypto")] == ["7"]


@pytest.mark.parametrize("extra", ["", " WSH=64", " -later=1", "\tWSH=128 -x"])
def test_hints_and_dispensable_parameters_are_let_be(extra: str) -> None:
    assert read(f"12  {CM80.lower()} INLINE:{TEXT}{extra}") == Crypto(12, Suite.AES_CM_128_HMAC_SHA1_80, KEY)


@pytest.mark.parametrize("suite", list(Suite))
@given(data=st.data(), tag=st.integers(1, 999_999_999))
def test_what_is_written_is_read(suite: Suite, data: st.DataObject, tag: int) -> None:
    crypto = Crypto(tag, suite, data.draw(st.binary(min_size=suite.key_bytes, max_size=suite.key_bytes)))
    assert read(crypto.line) == crypto
    assert read(crypto.line.rstrip("=")) == crypto


@given(st.text(max_size=200) | st.from_regex(r"\d{1,3} \w+ inline:[\w+/|^:;=]+( \S+)?", fullmatch=True))
def test_any_text_is_a_crypto_or_none(text: str) -> None:
    found = read(text)
    assert found is None or len(found.key) == found.suite.key_bytes


# ---- offer and answer -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theirs", [Srtp.ACCEPT, Srtp.OPTIONAL, Srtp.REQUIRED])
@pytest.mark.parametrize("ours", [Srtp.OPTIONAL, Srtp.REQUIRED])
def test_both_sides_get_keys_that_fit(ours: Srtp, theirs: Srtp) -> None:
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(ours))
    media = parse(body).media[0]
    assert media.protocol == ("RTP/SAVP" if ours is Srtp.REQUIRED else "RTP/AVP")
    assert [value.split()[:2] for value in media.values("crypto")] == [
        ["1", "AES_CM_128_HMAC_SHA1_80"],
        ["2", "AES_CM_128_HMAC_SHA1_32"],
    ]
    said, far = answered(body, Keyring(theirs))
    near = agree(body, said).srtp
    assert near is not None and far is not None and near.suite is Suite.AES_CM_128_HMAC_SHA1_80
    assert (near.send_key, near.receive_key) == (far.receive_key, far.send_key)
    assert near.send_key != near.receive_key


def test_the_answer_s_tag_says_which_key_of_ours_counts() -> None:
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(Srtp.OPTIONAL))
    first, second = (read(value) for value in parse(body).media[0].values("crypto"))
    assert first and second and first.key != second.key
    path = agree(body, secured(f"2 AES_CM_128_HMAC_SHA1_32 inline:{TEXT}", protocol="RTP/AVP"))
    assert path.srtp == Secure(Suite.AES_CM_128_HMAC_SHA1_32, second.key, KEY)
    for wrong in (
        [f"1 AES_CM_128_HMAC_SHA1_32 inline:{TEXT}"],
        [f"3 {CM80} inline:{TEXT}"],
        [f"1 {CM80} inline:{TEXT}", f"2 AES_CM_128_HMAC_SHA1_32 inline:{TEXT}"],
        [f"1 {CM80} inline:{TEXT[:-4]}"],
    ):
        with pytest.raises(NoSecurity):
            agree(body, secured(*wrong, protocol="RTP/AVP"))


def test_who_requires_srtp_neither_offers_nor_takes_less() -> None:
    plain = sdp("m=audio 4000 RTP/AVP 0")
    with pytest.raises(NoSecurity):
        answered(plain, Keyring(Srtp.REQUIRED))
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(Srtp.REQUIRED))
    for said in (plain, sdp("m=audio 4000 RTP/SAVP 0")):
        with pytest.raises(NoSecurity):
            agree(body, said)


def test_who_has_srtp_off_refuses_it_and_passes_keys_over() -> None:
    with pytest.raises(NoSecurity):
        answered(secured(f"1 {CM80} inline:{TEXT}"), Keyring(Srtp.OFF))
    ours, secure = answered(secured(f"1 {CM80} inline:{TEXT}", protocol="RTP/AVP"), Keyring(Srtp.OFF))
    assert secure is None and b"crypto" not in ours
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(Srtp.OFF))
    assert body == offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(Srtp.ACCEPT))
    assert body == offer(HERE, list(Codec), session_id=1, version=1)
    with pytest.raises(NoSecurity):
        agree(body, secured(f"1 {CM80} inline:{TEXT}"))


@pytest.mark.parametrize("srtp", [Srtp.ACCEPT, Srtp.OPTIONAL])
def test_a_phone_without_srtp_is_served_unless_it_is_required(srtp: Srtp) -> None:
    plain = sdp("m=audio 4000 RTP/AVP 0")
    ours, secure = answered(plain, Keyring(srtp))
    assert secure is None and b"crypto" not in ours
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=Keyring(srtp))
    assert agree(body, plain).srtp is None


def test_of_two_audio_lines_the_secure_one_is_taken() -> None:
    both = ["m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/SAVP 0", f"a=crypto:1 {CM80} inline:{TEXT}"]
    said, secure = answered(sdp(*both), Keyring(Srtp.ACCEPT))
    assert secure is not None and [line.port for line in parse(said).media] == [0, HERE.port]
    said, secure = answered(sdp(*both), Keyring(Srtp.OFF))
    assert secure is None and [line.port for line in parse(said).media] == [HERE.port, 0]


def test_savpf_and_dtls_are_refused() -> None:
    for protocol in ("RTP/SAVPF", "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF"):
        with pytest.raises(NoAudio):
            answered(secured(f"1 {CM80} inline:{TEXT}", protocol=protocol), Keyring(Srtp.ACCEPT))


def test_our_answer_has_one_line_with_the_first_of_theirs_that_we_have() -> None:
    gcm = base64.b64encode(bytes(44)).decode()
    body = secured(f"3 AEAD_AES_256_GCM inline:{gcm}", f"1 {CM80} inline:{TEXT}")
    said, secure = answered(body, Keyring(Srtp.ACCEPT))
    (line,) = parse(said).media[0].values("crypto")
    assert line.startswith("3 AEAD_AES_256_GCM inline:")
    assert secure is not None and secure.receive_key == bytes(44) and len(secure.send_key) == 44


# ---- a second time ----------------------------------------------------------------------------------------------


def test_the_same_key_again_keeps_both_and_a_new_one_changes_both() -> None:
    keys = Keyring(Srtp.ACCEPT)
    _, before = answered(secured(f"1 {CM80} inline:{TEXT}"), keys)
    again, same = answered(secured(f"9 AES_CM_128_HMAC_SHA1_32 inline:{TEXT}", f"2 {CM80} inline:{TEXT}"), keys)
    assert same == before and parse(again).media[0].values("crypto")[0].split()[0] == "2"
    _, other = answered(secured(f"1 {CM80} inline:{TEXT[::-1]}"), keys)
    assert before and other and other.send_key != before.send_key and other.receive_key != before.receive_key


def test_a_key_is_not_used_again_after_a_time_in_the_clear() -> None:
    keys = Keyring(Srtp.ACCEPT)
    _, before = answered(secured(f"1 {CM80} inline:{TEXT}"), keys)
    answered(sdp("m=audio 4000 RTP/AVP 0"), keys)
    _, after = answered(secured(f"1 {CM80} inline:{TEXT}"), keys)
    assert before and after and before.send_key != after.send_key


def test_a_refused_offer_changes_nothing() -> None:
    keys = Keyring(Srtp.REQUIRED)
    _, before = answered(secured(f"1 {CM80} inline:{TEXT}"), keys)
    for bad in (sdp("m=audio 4000 RTP/AVP 0"), secured(f"1 {CM80} inline:{TEXT[::-1]}").replace(b"SAVP 0", b"SAVP 96")):
        with pytest.raises(SdpError):
            answered(bad, keys)
    assert answered(secured(f"1 {CM80} inline:{TEXT}"), keys)[1] == before


def test_our_second_offer_keeps_the_key_that_is_in_use() -> None:
    keys = Keyring(Srtp.OPTIONAL)
    body = offer(HERE, list(Codec), session_id=1, version=1, keys=keys)
    path = agree(body, secured(f"2 AES_CM_128_HMAC_SHA1_32 inline:{TEXT}", protocol="RTP/AVP"))
    keys.agree(path.srtp)
    lines = parse(offer(HERE, list(Codec), session_id=1, version=2, keys=keys)).media[0].values("crypto")
    second = read(lines[1])
    assert path.srtp and second and second.key == path.srtp.send_key
    assert lines[0] != parse(body).media[0].values("crypto")[0]


# ---- nobody is shown a key --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        f"a=crypto:1 {CM80} inline:{TEXT}|2^20|1:4",
        f"a=crypto:1  {CM80}\tinline:{TEXT} WSH=64",
        f"A=CRYPTO:1 {CM80} INLINE:{TEXT}",
        f"a=crypto:1 {CM80} inline:{TEXT};inline:{TEXT}",
        f"a=crypto:1 {TEXT}",
        f"a=acap:1 crypto:1 {CM80} inline:{TEXT}",
        f"a=key-mgmt:mikey {TEXT}",
        f"k=base64:{TEXT}",
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_message_is_shown_without_its_keys(line: str, end: str) -> None:
    body = f"INVITE sip:1@h SIP/2.0{end}{end}v=0{end}{line}{end}a=sendrecv{end}".encode()
    assert TEXT not in masked(body) and "***" in masked(body) and "a=sendrecv" in masked(body)
    assert TEXT.encode() not in hidden(body) and hidden(body).startswith(b"INVITE sip:1@h SIP/2.0")


def test_a_masked_sdp_is_still_one() -> None:
    body = secured(f"1 {CM80} inline:{TEXT}|2^20")
    assert is_sdp_sane(hidden(body)) and parse(hidden(body)).media[0].port == 4000
    plain = sdp("m=audio 4000 RTP/AVP 0", "a=sendrecv")
    assert hidden(plain) == plain


def test_no_repr_has_a_key() -> None:
    body = secured(f"1 {CM80} inline:{TEXT}")
    secure = Secure(Suite.AES_CM_128_HMAC_SHA1_80, KEY, KEY)
    _, path = answer(parse(body), HERE, list(Codec), session_id=1, version=1, keys=Keyring(Srtp.ACCEPT))
    keys = Keyring(Srtp.ACCEPT)
    keys.agree(secure)
    leg = LegId("c.1")
    facts = DialogFacts("c", "", "", "", "", "", "", 1, 1, (), "uas", body, body, "udp", "", 1)
    shown = [secure, path, keys, read(f"1 {CM80} inline:{TEXT}"), facts, Message(0.0, True, "udp", ("h", 1), body)]
    shown += [Invited(leg, CallId("c"), FromPhone("1"), Identity("1"), "2", body, "x", 0.0)]
    shown += [Answered(leg, body, 0.0), Offered(leg, body, 0.0)]
    for thing in shown:
        assert TEXT not in repr(thing) and repr(KEY)[2:20] not in repr(thing), thing
    with pytest.raises(ValueError, match="30 bytes") as caught:
        replace(secure, send_key=KEY[1:])
    assert repr(KEY)[4:20] not in str(caught.value)
    assert path.direction is Direction.SENDRECV
