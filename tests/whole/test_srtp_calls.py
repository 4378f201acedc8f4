"""Secure calls through a whole switch: real phones with SRTP and without, what they are shown, and what they are not."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from apps.softphone import ear, tones
from tests.stage.baresip import Baresip, cable, need_baresip
from tests.stage.cast import Cast, connected, heard, heard_tone, hold_and_take_back, talk
from tests.stage.phone import phones
from tests.stage.switch import Switch, secret, switch

pytestmark = pytest.mark.whole


def configured(house: Switch) -> None:
    """2003 must be secure, 2004 may; 2001 and 2002 have the default."""
    for extension, srtp in (("2003", "required"), ("2004", "optional")):
        house.rewrite("phones.yaml", f"name: Phone {extension},", f"name: Phone {extension}, srtp: {srtp},")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("house"), change=configured) as running:
        yield running


def paths(house: Switch) -> dict[str, str]:
    """What `calls show` says of each leg's audio, by phone."""
    (call,) = house.calls()
    shown = house.ask("calls.show", call_id=call["call_id"])
    return {leg["peer"].split()[-1]: leg["stream"]["path"] for leg in shown["legs"]}


@pytest.mark.parametrize(
    ("called", "srtp", "secure"),
    [
        ("2002", "off", False),  # our offer is plain by default
        ("2004", "off", False),  # offered keys, which it passes over
        ("2004", "optional", True),
        ("2003", "required", True),
    ],
)
def test_a_phone_that_insists_on_srtp_talks_with_any_other(
    house: Switch, cast: Cast, called: str, srtp: str, secure: bool
) -> None:
    bob = cast.desk(called, "--answer", "0.1", "--srtp", srtp, hz=1000)
    alice = cast.desk("2001", "--srtp", "required", hz=440)
    alice.dial(called)
    connected(alice, bob)
    talk(2.2)
    shown = paths(house)
    assert " > srtp > jitter " in shown["2001"] and (" > srtp > " in shown[called]) == secure
    alice.order("hangup")
    bob.wait("ended")
    heard_tone(alice, 1000)
    heard_tone(bob, 440)


@pytest.mark.parametrize("suite", ["optional", "off"])
def test_a_phone_that_must_be_secure_is_refused_without(house: Switch, cast: Cast, suite: str) -> None:
    before = len(house.ask("cdr.list")["rows"])
    alice = cast.desk("2001", "--answer", "0.1")
    carol = cast.desk("2003", "--srtp", suite, hz=440)
    carol.dial("2001")
    if suite == "off":
        assert carol.wait("ended")["code"] == 488
        assert not alice.told("incoming"), "nobody is rung for a call that cannot be"
        assert house.booked(count=before + 1)[-1]["cause"] == "not_acceptable"
    else:
        carol.wait("answered")
        talk(0.5)
        assert " > srtp > " in paths(house)["2003"]
        carol.order("hangup")
        carol.wait("ended")


def test_what_is_configured_is_shown(house: Switch) -> None:
    shown = {phone["extension"]: phone["srtp"] for phone in house.ask("phones.list")["phones"]}
    assert shown == {"2001": "accept", "2002": "accept", "2003": "required", "2004": "optional"}
    assert [trunk["srtp"] for trunk in house.ask("trunks.list")["trunks"]] == ["accept"]
    house.rewrite("phones.yaml", "srtp: optional", "srtp: perhaps")
    try:
        found = house.command("check")
        assert found.returncode != 0 and "phones.yaml" in found.stdout + found.stderr
        assert "accept" in found.stdout + found.stderr
    finally:
        house.rewrite("phones.yaml", "srtp: perhaps", "srtp: optional")


def test_a_phone_without_srtp_refuses_an_offer_that_requires_it(house: Switch, cast: Cast) -> None:
    cast.desk("2003", "--answer", "0.1", "--srtp", "off")
    alice = cast.desk("2001")
    alice.dial("2003")
    assert alice.wait("ended")["code"] in (488, 480, 606)


def test_hold_and_resume_keep_the_sound(cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2003", "--srtp", "required", hz=440)
    hold_and_take_back(alice, bob)


def test_digits_and_queue_reach_a_secure_caller(house: Switch, cast: Cast) -> None:
    agent = cast.agent("alice", "--answer", "0.2", hz=1000)
    carol = cast.desk("2003", "--srtp", "required", hz=440)
    carol.dial("4001")
    carol.wait("answered")
    talk(0.5)
    carol.order("digits", digits="1")
    agent.wait("answered")
    talk(2.5)
    carol.order("hangup")
    agent.wait("ended")
    assert ear.is_tone(heard(agent)[-12000:-800], 440)
    assert ear.is_tone(heard(carol)[-12000:-800], 1000)
    cast.log_out()


def test_keys_are_in_no_trace_no_book_and_no_log(house: Switch, cast: Cast) -> None:
    log = cast.them.directory / "2003.pjsip"
    bob = cast.desk("2004", "--answer", "0.1", "--srtp", "optional")
    carol = cast.desk("2003", "--srtp", "required", "--log", str(log))
    carol.dial("2004")
    connected(carol, bob)
    talk(0.4)
    (call,) = house.calls()
    said = house.command("calls", "trace", call["call_id"], "--full").stdout
    book = house.site / "zongji.db"
    house.until("the dialogs are in the books", lambda: len(_dialogs(book)) == 2)
    booked = b"".join(_dialogs(book))
    assert booked.count(b"inline:***") >= 4 and said.count("inline:***") >= 4 and "m=audio" in said
    files = b"".join(path.read_bytes() for path in house.site.glob("zongji.db*")) + house.tail(5000).encode()
    carol.order("hangup")
    bob.wait("ended")
    keys = {found for found in re.findall(rb"inline:([A-Za-z0-9+/]{40})", log.read_bytes())}
    assert len(keys) >= 2, "the phone's own log has what was really on the wire"
    for key in keys:
        assert key not in said.encode() and key not in booked and key not in files
        assert base64.b64decode(key) not in files
    assert not re.search(rb"inline:[A-Za-z0-9+/]{20}", said.encode() + booked + files)


def _dialogs(book: Path) -> list[bytes]:
    with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as books:
        rows = books.execute("select local_sdp, remote_sdp from dialog").fetchall()
    return [bytes(local) + bytes(remote) for local, remote in rows]


@pytest.mark.parametrize("kind", ["srtp", "srtp-mand"])
def test_baresip_is_called_securely(tmp_path: Path, kind: str) -> None:
    need_baresip()
    says = tones.write(tmp_path / "baresip-says.wav", tones.tone(800, 30.0))
    with (
        cable() as laid,
        switch(tmp_path, ip=laid.near_ip, change=configured) as there,
        phones(tmp_path, there.address) as them,
    ):
        extension = "2003" if kind == "srtp-mand" else "2004"
        known = {"extension": extension, "secret": secret(extension), "server": there.address}
        far = Baresip(laid, tmp_path / "baresip", **known, says=says, srtp=kind)
        try:
            there.until("baresip is registered", lambda: _registered(there, extension), 10)
            sound = ["--send", str(them.voice("2001", 500)), "--save", str(tmp_path / "2001-{n}.wav")]
            alice = them.registered("2001", secret("2001"), *sound)
            alice.dial(extension)
            alice.wait("answered")
            far.wait("CALL_ESTABLISHED")
            talk(2.5)
            shown = paths(there)
            assert " > srtp > " in shown[extension] and " > srtp > " not in shown["2001"]
            alice.order("hangup")
            far.wait("CALL_CLOSED")
            alice.wait("ended")
        finally:
            far.close()
        heard_tone(alice, 800)
        samples, _ = soundfile.read(far.heard())
        assert ear.is_tone(samples[8000:-1600], 500)


def _registered(house: Switch, extension: str) -> bool:
    return any(phone["contacts"] for phone in house.ask("phones.list")["phones"] if phone["extension"] == extension)
