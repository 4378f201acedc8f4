"""Two soft phones without a switch between them: proof of the phone and of the ear, before they judge anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.softphone import ear, tones
from tests.stage.phone import phones
from tests.stage.ports import free_port

pytestmark = pytest.mark.whole


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_each_hears_the_other_whole_and_soon(tmp_path: Path, transport: str) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        wire = ("--no-register", "--transport", transport)
        # fmt: off
        bob = them.start("bob", *wire, "--local-port", str(port), "--answer", "0.2",
                         "--send", str(them.voice("bob-says", 1000)), "--save", str(them.heard("bob")))
        alice = them.start("alice", *wire, "--send", str(them.voice("alice-says", 440)),
                           "--save", str(them.heard("alice")))
        # fmt: on
        alice.dial("bob")
        assert bob.wait("incoming")["caller"] == "alice"
        alice.wait("ringing")
        alice.wait("answered")
        began = {phone: phone.wait("saving")["began_now"] for phone in (alice, bob)}
        sending = {phone: phone.wait("sending")["now"] for phone in (alice, bob)}
        with pytest.raises(AssertionError):
            alice.wait("ended", 3.0)
        alice.order("hangup")
        ended = bob.wait("ended")
        assert ended["by"] == "far end"
        assert ended["lost"] == 0
    for listener, speaker, freq in ((alice, bob, 1000), (bob, alice, 440)):
        heard = ear.read(them.heard(listener.name))
        assert len(heard) > 2.8 * 8000
        assert ear.is_tone(heard, freq)
        lag = ear.lag(tones.signed(freq, 60.0, seed=freq)[: len(heard)], heard)
        one_way = lag.seconds + began[listener] - sending[speaker]
        assert lag.likeness > 0.9
        assert 0.0 <= one_way < 0.25


def test_digits_cross(tmp_path: Path) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        bob = them.start("bob", "--no-register", "--local-port", str(port), "--answer", "0")
        alice = them.start("alice", "--no-register")
        alice.dial("bob")
        alice.wait("answered")
        bob.wait("media")
        alice.order("digits", digits="159#")
        assert "".join(bob.wait("digit")["digit"] for _ in range(4)) == "159#"


@pytest.mark.parametrize(("answer", "code"), [("busy", 486), ("decline", 603)])
def test_a_phone_refuses(tmp_path: Path, answer: str, code: int) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        them.start("bob", "--no-register", "--local-port", str(port), "--answer", answer)
        alice = them.start("alice", "--no-register")
        alice.dial("bob")
        ended = alice.wait("ended")
        assert (ended["code"], ended["answered"]) == (code, False)


def test_a_caller_gives_up(tmp_path: Path) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        bob = them.start("bob", "--no-register", "--local-port", str(port))
        alice = them.start("alice", "--no-register")
        alice.dial("bob")
        alice.wait("ringing")
        alice.order("hangup")
        assert alice.wait("ended")["code"] == 487
        assert bob.wait("ended")["answered"] is False


def test_hold_and_take_back(tmp_path: Path) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        bob = them.start("bob", "--no-register", "--local-port", str(port), "--answer", "0")
        alice = them.start("alice", "--no-register")
        alice.dial("bob")
        bob.wait("media", status="active")
        alice.wait("answered")
        alice.order("hold")
        bob.wait("media", status="held there")
        alice.order("unhold")
        bob.wait("media", status="active")


def test_ends_on_sigterm_with_a_call_up(tmp_path: Path) -> None:
    port = free_port()
    with phones(tmp_path, f"127.0.0.1:{port}") as them:
        bob = them.start("bob", "--no-register", "--local-port", str(port), "--answer", "0")
        alice = them.start("alice", "--no-register")
        alice.dial("bob")
        alice.wait("answered")
        alice.process.terminate()
        assert alice.process.wait(4) == 0
        assert bob.wait("ended")["by"] == "far end"
