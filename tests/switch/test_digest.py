"""Digest authentication as a server, against a client written from the RFC here."""

from __future__ import annotations

import hashlib
import re

import pytest

from switch.digest import Authenticator, Outcome, read_credentials, same_resource

SECRETS = {"1001": "hunter2", "1002": "秘密"}
URI = "sip:pbx.example.net"


def client(challenge, user, secret, method="REGISTER", uri=URI, nc=1, cnonce="0a4f113b", qop=True):
    """An Authorization value for `challenge`, computed independently (RFC 7616 3.4)."""
    got = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    h = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[re.search(r"algorithm=([\w-]+)", challenge)[1]]

    def hexed(text):
        return h(text.encode()).hexdigest()

    ha1, ha2 = hexed(f"{user}:{got['realm']}:{secret}"), hexed(f"{method}:{uri}")
    middle = f"{got['nonce']}:{nc:08x}:{cnonce}:auth" if qop else got["nonce"]
    tail = f', qop=auth, nc={nc:08x}, cnonce="{cnonce}"' if qop else ""
    algorithm = re.search(r"algorithm=([\w-]+)", challenge)[1]
    return (
        f'Digest username="{user}", realm="{got["realm"]}", nonce="{got["nonce"]}", uri="{uri}", '
        f'response="{hexed(f"{ha1}:{middle}:{ha2}")}", algorithm={algorithm}{tail}'
    )


@pytest.fixture
def judge():
    return Authenticator("pbx.example.net")


def verify(judge, authorization, now=1.0, method="REGISTER", uri=URI):
    return judge.verify(authorization, method, uri, SECRETS.get, now)


def test_md5_is_offered_before_sha_256(judge):
    md5, sha = judge.challenge(0.0)
    assert "algorithm=MD5" in md5 and "algorithm=SHA-256" in sha and "stale" not in md5


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("user", list(SECRETS))
def test_the_right_secret_proves_its_user(judge, which, user):
    verdict = verify(judge, client(judge.challenge(0.0)[which], user, SECRETS[user]))
    assert verdict.ok and verdict.user == user


def test_the_example_of_rfc_7616_gives_its_response():
    from switch.digest import response_of

    c = read_credentials(
        'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, '
        'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
        'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"'
    )
    assert response_of(c, "Circle of Life", "GET") == c.response


@pytest.mark.parametrize("user, secret", [("1001", "wrong"), ("9999", "hunter2"), ("9999", "")])
def test_a_wrong_secret_and_an_unknown_user_look_the_same(judge, user, secret):
    verdict = verify(judge, client(judge.challenge(0.0)[0], user, secret))
    assert verdict.outcome is Outcome.REFUSED


def test_a_count_is_good_once_but_may_come_late(judge):
    challenge = judge.challenge(0.0)[0]
    said = [verify(judge, client(challenge, "1001", "hunter2", nc=nc)).outcome for nc in (1, 3, 2, 3, 2, 1, 4)]
    proven, stale = Outcome.PROVEN, Outcome.STALE
    assert said == [proven, proven, proven, stale, stale, stale, proven]


def test_a_count_far_below_the_highest_is_stale(judge):
    challenge = judge.challenge(0.0)[0]
    assert verify(judge, client(challenge, "1001", "hunter2", nc=1000)).ok
    assert verify(judge, client(challenge, "1001", "hunter2", nc=936)).stale
    assert verify(judge, client(challenge, "1001", "hunter2", nc=937)).ok


def test_without_qop_a_nonce_is_good_once(judge):
    authorization = client(judge.challenge(0.0)[0], "1001", "hunter2", qop=False)
    assert verify(judge, authorization).ok
    assert verify(judge, authorization).stale


def test_an_old_nonce_is_stale_only_for_who_knows_the_secret(judge):
    challenge = judge.challenge(0.0)[0]
    assert verify(judge, client(challenge, "1001", "hunter2"), now=299.0).ok
    assert verify(judge, client(challenge, "1001", "hunter2", nc=2), now=301.0).stale
    assert verify(judge, client(challenge, "1001", "wrong", nc=3), now=301.0).outcome is Outcome.REFUSED
    assert "stale=true" in judge.challenge(301.0, stale=True)[0]


def test_a_nonce_from_before_a_restart_is_stale(judge):
    authorization = client(judge.challenge(0.0)[0], "1001", "hunter2")
    assert verify(Authenticator("pbx.example.net"), authorization).stale


@pytest.mark.parametrize("nonce", ["", "x", "é", "0" * 40, "f" * 400])
def test_a_nonce_that_is_not_ours_never_proves(judge, nonce):
    authorization = client('realm="pbx.example.net", nonce="N", algorithm=MD5', "1001", "hunter2")
    assert not verify(judge, authorization.replace('nonce="N"', f'nonce="{nonce}"')).ok


def test_memory_of_used_nonces_is_bounded_and_what_is_forgotten_is_stale():
    judge = Authenticator("pbx.example.net", max_nonces=10)
    challenges = [judge.challenge(n / 100)[0] for n in range(50)]
    for challenge in challenges:
        assert verify(judge, client(challenge, "1001", "hunter2")).ok
    assert "nonces=10" in repr(judge)
    assert all(verify(judge, client(challenge, "1001", "hunter2")).stale for challenge in challenges)


def test_a_proof_for_another_method_realm_or_resource_is_refused(judge):
    challenge = judge.challenge(0.0)[0]
    good = client(challenge, "1001", "hunter2")
    assert not verify(judge, good, method="INVITE").ok
    assert not verify(judge, good, uri="sip:other.example.net").ok
    foreign = client(challenge.replace("pbx.example.net", "evil.example"), "1001", "hunter2")
    assert verify(judge, foreign).outcome is Outcome.REFUSED
    assert verify(judge, good).ok


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic YTpi",
        "Digest",
        "Digest username",
        'Digest username="a"b"',
        'Digest username="a", username="b"',
        'Digest username="1001", realm="r", nonce="n", uri="sip:x", response="zz"',
        'Digest username="1001", realm="r", nonce="n", uri="sip:x", algorithm=MD5-sess, response="' + "0" * 32 + '"',
        'Digest username="1001", realm="r", nonce="n", uri="sip:x", qop=auth-int, nc=00000001, cnonce="c", response="'
        + "0" * 32
        + '"',
        'Digest username="1001", realm="r", nonce="n", uri="sip:x", qop=auth, nc=1, cnonce="c", response="'
        + "0" * 32
        + '"',
        "Digest " + "a" * 5000,
    ],
)
def test_a_header_that_says_nothing_is_refused_without_a_raise(judge, text):
    assert read_credentials(text) is None
    assert verify(judge, text).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sip:1001@Pbx.example.net", "sip:1001@pbx.example.net:5060;transport=udp", True),
        ("sip:%31001@pbx.example.net", "sip:1001@pbx.example.net", True),
        ("sip:1001@pbx.example.net", "sip:1002@pbx.example.net", False),
        ("sip:pbx.example.net", "sip:1001@pbx.example.net", False),
        ("tel:+1", "tel:+1", True),
        ("tel:+1", "tel:+2", False),
    ],
)
def test_resources_are_compared_by_user_and_host(one, other, same):
    assert same_resource(one, other) is same


def test_a_phone_that_stumbles_over_a_second_challenge_is_offered_md5_alone() -> None:
    authenticator = Authenticator("zongji")
    assert [("MD5" in value) for value in authenticator.challenge(0.0)] == [True, False]
    for user_agent in ("baresip v1.0.0 (x86_64/linux)", "Baresip v0.6"):
        (only,) = authenticator.challenge(0.0, user_agent=user_agent)
        assert "algorithm=MD5" in only
    assert len(authenticator.challenge(0.0, user_agent="baresip v3.10.1")) == 2
