"""What comes from outside and means no good, or makes none: strangers, guesses, toll fraud, providers' challenges."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from switch.digest import read_credentials, response_of
from tests.stage import wire
from tests.stage.cast import Cast
from tests.stage.ports import free_block
from tests.stage.sipp import Run, need_sipp
from tests.stage.switch import CARRIER_IP, Switch, secret, switch

pytestmark = pytest.mark.whole
MEDIA = 40000


def change(one: Switch) -> None:
    """Two ways out with digest, one with a wrong password; a route that is looser than it should be."""
    one.rewrite(
        "trunks.yaml",
        "  carrier: {",
        f'  typo: {{host: {CARRIER_IP}, port: {one.carrier_port}, username: zj-out, password: "a-guess"}}\n'
        "  carrier: {username: zj-out, password: right-secret, ",
    )
    one.rewrite(
        "dialplan/main.yaml",
        '  - {to: "7XXX", dial: ',
        '  - {to: "6XXX", phone: true, dial: {to: "{called}@typo", timeout: 20}}\n'
        '  - {to: "29*", dial: "{called}"}\n'
        '  - {to: "7XXX", phone: true, dial: ',
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("outside"), change=change) as running:
        yield running


def caller(house: Switch, number: str, *, sip_from: str = "13800138000", ip: str = CARRIER_IP) -> wire.Caller:
    return wire.Caller(house.address, number, media_port=MEDIA, ip=ip, sip_from=sip_from)


def refused(house: Switch, number: str) -> int:
    """How the switch refuses a caller from the carrier."""
    with caller(house, number) as one:
        one.invite()
        answer = one.wait("INVITE")
        one.ack(answer)
        return answer.status


# ---- unknown numbers, ways out -----------------------------------------------------------------------------------


def test_an_unknown_number_is_404_on_the_wire_and_a_row_from_a_phone_and_from_a_trunk(
    house: Switch, cast: Cast
) -> None:
    before = len(house.ask("cdr.list")["rows"])
    alice = cast.desk("2001")
    alice.dial("5551")
    assert alice.wait("ended")["code"] == 404
    assert refused(house, "5552") == 404
    rows = house.booked(count=before + 2)[before:]
    assert [(row["called"], row["cause"], row["disposition"]) for row in rows] == [
        ("5551", "not_found", "rejected"),
        ("5552", "not_found", "rejected"),
    ]
    assert [row["trunk"] for row in rows] == ["", "carrier"]


@pytest.mark.parametrize("number", ["7123", "2901%407123@carrier", "2901%40carrier", "29017123%40carrier"])
def test_a_caller_on_a_trunk_cannot_dial_out(house: Switch, number: str) -> None:
    with wire.Callee(media_port=MEDIA, ip=CARRIER_IP, port=house.carrier_port) as carrier:
        number = number.replace("@", "%40")
        assert refused(house, number) == 404
        carrier.quiet(0.2)


# ---- strangers ---------------------------------------------------------------------------------------------------


class Stranger:
    """Sends single requests from an address that the switch knows nothing of."""

    def __init__(self, house: Switch, ip: str) -> None:
        self.house = house
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((ip, 0))
        self.sock.settimeout(3)
        self.ip, self.port = self.sock.getsockname()

    def ask(self, method: str, user: str, to: str, *, cseq: int = 1, proof: str = "") -> str:
        """The answer to one request; its text."""
        uri = f"sip:{self.house.ip}" if method == "REGISTER" else f"sip:{to}@{self.house.address}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.ip}:{self.port};branch={wire.branch()};rport",
            f"From: <sip:{user}@{self.house.ip}>;tag=here",
            f"To: <sip:{to}@{self.house.ip}>",
            f"Call-ID: {secrets.token_hex(6)}",
            f"CSeq: {cseq} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:{user}@{self.ip}:{self.port}>",
            *([f"Authorization: {proof}"] if proof else []),
            "Content-Length: 0",
        ]
        self.sock.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), (self.house.ip, self.house.sip_port))
        while (answer := self.sock.recv(65536).decode()).startswith("SIP/2.0 100"):
            pass
        if method == "INVITE":
            to_line = re.search(r"^To: .*$", answer, re.MULTILINE)
            assert to_line
            ack = [lines[0].replace("INVITE", "ACK"), lines[1], lines[2], to_line[0].strip(), lines[4], "CSeq: 1 ACK"]
            self.sock.sendto(("\r\n".join([*ack, "Content-Length: 0"]) + "\r\n\r\n").encode(), self._far)
        return answer

    @property
    def _far(self) -> tuple[str, int]:
        return self.house.ip, self.house.sip_port

    def prove(self, method: str, user: str, password: str, to: str, *, sender: str = "") -> tuple[str, float]:
        """Ask, prove with a password; the second answer, and the seconds it took."""
        challenge = self.ask(method, sender or user, to)
        assert challenge.startswith("SIP/2.0 401"), challenge
        uri = f"sip:{self.house.ip}" if method == "REGISTER" else f"sip:{to}@{self.house.address}"
        nonce = challenge.split('nonce="')[1].split('"')[0]
        form = (
            f'Digest username="{user}", realm="zongji", nonce="{nonce}", uri="{uri}", algorithm=MD5, qop=auth, '
            f'nc=00000001, cnonce="x", response="{{}}"'
        )
        credentials = read_credentials(form.format("0" * 32))
        assert credentials
        began = time.perf_counter()
        answer = self.ask(
            method, sender or user, to, cseq=2, proof=form.format(response_of(credentials, password, method))
        )
        return answer, time.perf_counter() - began


@contextlib.contextmanager
def stranger(house: Switch, ip: str) -> Iterator[Stranger]:
    one = Stranger(house, ip)
    try:
        yield one
    finally:
        one.sock.close()


def bare(answer: str, *names: str) -> str:
    """An answer without what must differ: nonces, tags, branches, Call-IDs, and the names asked with."""
    answer = re.sub(r'nonce="[^"]*"', "nonce", answer)
    answer = re.sub(r"(branch|tag)=[^;>\s]+", r"\1", answer)
    answer = re.sub(r"Call-ID: \S+", "Call-ID", answer)
    return re.sub("|".join(names), "NAME", answer)


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
def test_a_guess_cannot_tell_an_unknown_extension_from_a_wrong_secret(house: Switch, method: str) -> None:
    known, unknown = list[float](), list[float]()
    net = 21 if method == "REGISTER" else 22
    for host in range(1, 9):  # several addresses: ten guesses from one get it banned
        with stranger(house, f"127.0.{net}.{host}") as one:
            for _ in range(4):
                wrong, took = one.prove(method, "2001", "a-guess-of-mine", "2001")
                known.append(took)
                nobody, took = one.prove(method, "2999", "a-guess-of-mine", "2999")
                unknown.append(took)
                assert wrong.startswith("SIP/2.0 401")
                assert bare(wrong, "2001", "2999") == bare(nobody, "2001", "2999")
    difference = abs(statistics.median(known) - statistics.median(unknown))
    assert difference < 0.5 * statistics.median(known + unknown), f"they differ by {1000 * difference:.2f} ms"


def test_a_stranger_is_asked_for_proof_and_a_proof_is_good_for_oneself_only(house: Switch) -> None:
    with stranger(house, "127.0.23.1") as one:
        for method in ("REGISTER", "INVITE"):
            known, unknown = one.ask(method, "2001", "2001"), one.ask(method, "2999", "2999")
            assert known.startswith("SIP/2.0 401")
            assert bare(known, "2001", "2999") == bare(unknown, "2001", "2999")
        mine = secret("2004")
        other, _ = one.prove("REGISTER", "2004", mine, "2001")
        nobody, _ = one.prove("REGISTER", "2004", mine, "2999")
        assert other.startswith("SIP/2.0 403")
        assert bare(other, "2001", "2999") == bare(nobody, "2001", "2999")
        forged, _ = one.prove("INVITE", "2004", mine, "4001", sender="2001")
        assert forged.startswith("SIP/2.0 403")
    phones = {phone["extension"]: phone["contacts"] for phone in house.ask("phones.list")["phones"]}
    assert phones["2001"] == []


# ---- a provider that wants digest ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "refusal", "cause"),
    [("7123", "403 Forbidden", "normal"), ("6123", "403 Forbidden", "forbidden"), ("6123", "401 No", "forbidden")],
)
def test_a_provider_asks_for_digest_by_401_and_a_wrong_password_has_its_cause(
    house: Switch, cast: Cast, tmp_path: Path, number: str, refusal: str, cause: str
) -> None:
    need_sipp()
    before = len(house.ask("cdr.list")["rows"])
    words = {"REFUSAL": refusal, "MEDIA": str(free_block(2, CARRIER_IP, even=True))}
    alice = cast.desk("2001")
    with Run("uas_provider", tmp_path, ip=CARRIER_IP, local_port=house.carrier_port, words=words) as provider:
        provider.listening()
        alice.dial(number)
        if cause == "normal":
            alice.wait("answered")
            alice.order("hangup")
        else:
            assert alice.wait("ended")["code"] == 403
        provider.finish(10)
    assert house.booked(count=before + 1)[-1]["cause"] == cause
    said = house.log.read_text("utf-8", "replace")
    assert "right-secret" not in said and "a-guess" not in said


@pytest.mark.parametrize(("number", "cause"), [("7123", "normal"), ("6123", "forbidden")])
def test_a_provider_asks_for_digest_by_407(house: Switch, cast: Cast, number: str, cause: str) -> None:
    """Not by sipp, which verifies the header of 401 alone."""
    before = len(house.ask("cdr.list")["rows"])
    alice = cast.desk("2001")
    with wire.Callee(media_port=MEDIA, ip=CARRIER_IP, port=house.carrier_port) as provider:
        alice.dial(number)
        first = provider.request("INVITE")
        assert "proxy-authorization" not in first.headers
        provider.challenge(first, realm="provider", nonce="n0nce")
        proven = provider.request("INVITE")
        credentials = read_credentials(proven.headers["proxy-authorization"])
        assert credentials is not None and (credentials.username, credentials.nonce) == ("zj-out", "n0nce")
        provider.ring(proven)
        if credentials.response == response_of(credentials, "right-secret", "INVITE"):
            provider.answer()
            alice.wait("answered")
            alice.order("hangup")
            provider.reply(provider.request("BYE"))
        else:
            provider.refuse("403 Forbidden")
            assert alice.wait("ended")["code"] == 403
    assert house.booked(count=before + 1)[-1]["cause"] == cause
