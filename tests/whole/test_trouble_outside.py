"""What comes from outside and means no good, or makes none: strangers, guesses, toll fraud, hostile names, rubbish."""

from __future__ import annotations

import contextlib
import csv
import io
import json
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
    """Two ways out with digest, one with a wrong password; a route that is looser than it should be; a mailbox."""
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
        '  - {to: "/.*mail/", do: mail}\n'
        '  - {to: "29*", dial: "{called}"}\n'
        '  - {to: "7XXX", phone: true, dial: ',
    )
    one.rewrite(
        "dialplan/main.yaml",
        "scripts:\n",
        'scripts:\n  mail:\n    - voicemail: {box: "{called}", say: {pause: 200}, max: 5}\n',
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


# ---- names that want to be more ------------------------------------------------------------------------------------

ESC = "\x1b"
HOSTILE = [
    # display name, From user, called
    (f"{ESC}[2J{ESC}]0;owned\x07", "1380", "4001"),
    ("%1b[31mred", "13%1b%5b31m80", "55%1b%5d0%3bowned%07"),
    ("name", "1380%0d%0aBcc%3ax", "55%0d%0aX%3a1"),
    ("\u202egnp.exe", "1380%e2%80%ae0", "55%e2%80%ae1"),
    ("\u2028line", "13%00800", "55%00"),
    ("N" * 10_000, "1380", "4001"),
    ("name", "1" * 10_000, "4001"),
    ("name", "1380", "5" * 10_000),
    ("N" * 900, "1" * 900, "5" * 900),
    ("'; DROP TABLE interaction; --", "1'%3bDROP%20TABLE%20segment%3b--", "5'OR'1'='1"),
    ('=HYPERLINK(\\"http://x\\")', "=1+1", "=2+5"),
    ("+SUM(A1)", "+cmd", "+5cmd"),
    ("@SUM(1,2)", "-1+1", "-2+3"),
    ("\t=1+1", "%09=1+1", "%09=5+5"),
    ("name", "1380", "..%2f..%2f..%2f..%2fowned-mail"),
    ("../../../owned", "../../owned", "../../../../../owned-mail"),
    ("name", "1380", "%2ftmp%2fowned-mail"),
    ("name", "1380", "x%00%2fowned-mail"),
    ("name", "1380", "2001%2f..%2f..%2fowned-mail"),
    ("${jndi:ldap://x}{called}", "{called}", "{caller}{secret}"),
    ("\xff\xfe\ud800".encode("utf-8", "replace").decode(), "%ff%fe", "55%ff%c0%af"),
    ("<script>alert(1)</script>", "%3cscript%3e", "55%3cscript%3e"),
]


def test_hostile_names_and_numbers_stay_text(house: Switch, tmp_path: Path) -> None:
    outside = {path for path in house.site.parent.rglob("*owned*")}
    before = len(house.ask("cdr.list")["rows"])
    answers = []
    for name, number, called in HOSTILE:
        with caller(house, called) as one:
            one.us = f'"{name}" <sip:{number}@{CARRIER_IP}>;tag={secrets.token_hex(4)}'
            one.invite()
            # The guard says nothing to what is no message at all: too long, or with control characters.
            sound = len(name + number + called) < 3000 and name.isprintable()
            answer = one.receive(3 if sound else 0.2)
            while answer is not None and answer.status < 200:
                answer = one.receive(5)
            assert answer is not None or not sound, f"no answer to {name, number, called}"
            answers.append(answer.status if answer else 0)
            if answer is not None:
                one.ack(answer)
                if answer.status == 200:
                    one.bye()
    house.idle(8)
    calls = sum(1 for status in answers if status in (200, 404, 480, 486))
    assert calls >= 10, f"too many never became calls: {answers}"
    rows = house.booked(count=before + calls)[before:]
    assert len(rows) == calls

    # The log, and what the commands print, have no control character but the end of a line.
    texts = {"log": house.log.read_text("utf-8", "replace")}
    for words in (["cdr", "list"], ["cdr", "list", "--json"], ["cdr", "export"], ["recordings", "list"], ["status"]):
        done = house.command(*words)
        assert done.returncode == 0, done.stderr
        texts[" ".join(words)] = done.stdout
    shown = house.command("calls", "trace", rows[0]["call_id"])
    assert shown.returncode == 0, shown.stderr
    texts["trace"] = shown.stdout
    for what, text in texts.items():
        bad = sorted({sign for sign in text if not sign.isprintable() and sign != "\n"})
        assert not bad, f"{what} holds {bad}"
        assert "Traceback" not in text
        assert max(map(len, text.splitlines()), default=0) < 3000, f"{what} has an endless line"

    # No cell is a formula, no row is two.
    table = list(csv.DictReader(io.StringIO(texts["cdr export"])))
    assert len(table) == before + calls
    for row in table:
        for column, cell in row.items():
            assert cell is not None, f"{column} is not there in {row}"
            assert not re.match(r"[=@\t\r]|[+-](?!\d+$)", cell), f"{column}: {cell!r}"
    assert {"interaction", "segment"} <= tables(house)

    # What a called number says is no path.
    assert {path for path in house.site.parent.rglob("*owned*")} == outside
    assert not Path("/tmp/owned-mail").exists()
    for recording in house.ask("recordings.list")["recordings"]:
        assert Path(recording["path"]).resolve().is_relative_to(house.site.resolve())
    assert all(
        path.parent == house.site / "voicemail" for path in (house.site / "voicemail").rglob("*") if path.is_dir()
    )


def tables(house: Switch) -> set[str]:
    import sqlite3

    with contextlib.closing(sqlite3.connect(f"file:{house.site / 'zongji.db'}?mode=ro", uri=True)) as books:
        return {name for (name,) in books.execute("select name from sqlite_master where type='table'")}


# ---- rubbish on the API's socket -----------------------------------------------------------------------------------


class Rude:
    """A client that does as it likes."""

    def __init__(self, house: Switch) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(5)
        self.sock.connect(str(house.socket))
        self.rest = b""

    def line(self) -> dict[str, object] | None:
        """The next line; None at the end."""
        while b"\n" not in self.rest:
            try:
                piece = self.sock.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return None
            self.rest += piece
        text, _, self.rest = self.rest.partition(b"\n")
        return dict(json.loads(text))

    def error(self, text: bytes) -> int:
        """Send; the code of the error object that comes back."""
        self.sock.sendall(text)
        said = self.line()
        assert said is not None and "error" in said, said
        return int(said["error"]["code"])  # type: ignore[index]


def test_rubbish_on_the_socket_harms_nobody(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1")
    alice = cast.desk("2001")
    alice.dial("2002")
    alice.wait("answered")
    clients = [Rude(house) for _ in range(55)]
    one = clients[0]
    assert one.line() is not None
    assert one.error(b"\x00\xff\xfe\x80 binary \x1b[2J\n") == -32700
    assert one.error(b"hello\n") == -32700
    assert one.error(b"[" * 100_000 + b"\n") == -32700
    assert one.error(b'{"jsonrpc":"2.0","id":1,"method":"calls.hangup","params":{"call_id":7}}\n') == -32602
    assert one.error(b'{"jsonrpc":"2.0","id":1,"method":"\\u001b[2J"}\n') == -32601
    assert one.error(b'{"jsonrpc":"2.0","id":' + b"9" * 5000 + b',"method":"x"}\n') in (-32700, -32600, -32601)
    one.sock.sendall(b'{"jsonrpc":"2.0","id":5,"method":"sta')  # half a line, and then nothing
    clients[1].sock.sendall(b'{"jsonrpc":"2.0","id":5,"method":"status.get"')
    clients[1].sock.close()
    long = clients[2]
    assert long.line() is not None
    with contextlib.suppress(ConnectionError, TimeoutError):
        long.sock.sendall(b"x" * 5_000_000 + b"\n")
    said = long.line()
    assert said is None or "error" in said
    assert long.line() is None, "a client with an endless line is still connected"
    # One who asks for events and never reads them.
    deaf = clients[3]
    deaf.sock.sendall(b'{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{}}\n')
    extra = [Rude(house) for _ in range(12)]
    refusals = [said for said in (rude.line() for rude in extra) if said and "error" in said]
    assert refusals, "more than 64 clients were let in"
    for rude in (*clients[4:], *extra):
        rude.sock.close()
    house.until("a client is served", lambda: house.ask("status.get")["state"] == "running")
    assert [call["caller"] for call in house.calls()] == ["2001"]
    alice.order("hangup")
    bob.wait("ended")
    house.idle()
    alice.dial("2002")
    alice.wait("answered")
    alice.order("hangup")
    bob.wait("ended")
    for rude in clients[:4]:
        rude.sock.close()
    assert "Traceback" not in house.log.read_text()
