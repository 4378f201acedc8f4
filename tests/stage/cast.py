"""Phones by what they are to the test site: desk phones, agents, callers from outside."""

from __future__ import annotations

import itertools
from pathlib import Path

from apps.softphone import ear, tones
from apps.softphone.drive import Phone
from tests.stage.phone import Phones
from tests.stage.switch import CARRIER_IP, Switch, secret

OUTSIDE = "13800138000"
_numbers = itertools.count(13900000001)


class Cast:
    """The phones of one test."""

    def __init__(self, house: Switch, them: Phones) -> None:
        self.house = house
        self.them = them

    def desk(self, extension: str, *arguments: str, hz: int = 0) -> Phone:
        """A registered desk phone; speaks a signed tone when `hz` is given, saves what it hears in any case."""
        return self.them.registered(extension, secret(extension), *self._sound(extension, hz), *arguments)

    def caller(self, *arguments: str, hz: int = 0) -> Phone:
        """Somebody outside, who comes by the carrier; nobody has called from that number (`name`) before."""
        number = str(next(_numbers))
        return self.them.stranger(number, "--bind", CARRIER_IP, *self._sound(number, hz), *arguments)

    def agent(self, name: str, *arguments: str, hz: int = 0) -> Phone:
        """A desk phone whose agent is logged in by API, and ready."""
        extension = {"alice": "2001", "bob": "2002"}[name]
        phone = self.desk(extension, *arguments, hz=hz)
        self.house.ask("agents.login", agent=name, extension=extension)
        if self.house.agent(name)["activity"] == "wrapping up":
            self.house.ask("agents.ready", agent=name)
        return phone

    def log_out(self) -> None:
        """Nobody serves any more."""
        for name in ("alice", "bob"):
            self.house.ask("agents.logout", agent=name)

    def _sound(self, name: str, hz: int) -> list[str]:
        save = ["--save", str(self.them.directory / f"{name}-{{n}}.wav")]
        return [*save, "--send", str(self.them.voice(name, hz))] if hz else save


def connected(*pair: Phone) -> None:
    """Wait until both phones are in a call with audio."""
    for phone in pair:
        phone.wait("answered")


def heard(phone: Phone, call: int = 1) -> tones.Samples:
    """All that a phone heard in a call, from the first audio on. The call must be over."""
    phone.wait("saved", 3, since=0, call=call)
    (wav,) = (Path(told["wav"]) for told in phone.told("saving") if told["call"] == call)
    return ear.read(wav)


def heard_tone(phone: Phone, hz: int, *, call: int = 1, least_s: float = 1.0, skip_s: float = 0.5) -> None:
    """Assert that a phone heard that tone, without a hole, for at least so long."""
    samples = heard(phone, call)
    begin = ear.onset_s(samples, hz)
    assert begin is not None, f"{phone.name} never heard {hz} Hz: {ear.dominant(samples)}"
    steady = samples[round((begin + skip_s) * tones.RATE_HZ) : -800]
    assert len(steady) >= least_s * tones.RATE_HZ, f"{phone.name} heard {hz} Hz for {len(steady) / tones.RATE_HZ:.2f} s"
    assert ear.is_tone(steady, hz), f"{phone.name} heard {ear.dominant(steady)}, not {hz} Hz"
    gaps = ear.gaps_s(steady, hz, least=0.02)
    assert sum(length for _, length in gaps) <= 0.08, f"{phone.name} missed {gaps}"


def talk(seconds: float) -> None:
    """Let them talk. Sound needs real time."""
    import time

    time.sleep(seconds)


def hold_and_take_back(alice: Phone, bob: Phone) -> None:
    """Alice (440 Hz) calls 2002, bob (1 kHz), holds him and takes him back: he hears music meanwhile, then her again."""
    alice.dial("2002")
    connected(alice, bob)
    talk(1.2)
    held = alice.order("hold")
    alice.wait("media", status="held here")
    talk(1.5)
    taken = alice.order("unhold")
    alice.wait("media", since=alice.mark() - 1, status="active")
    talk(1.5)
    alice.order("hangup")
    began = bob.wait("saving")["began_now"]
    bob.wait("ended")
    sound = heard(bob)
    during = sound[round((held - began + 0.5) * 8000) : round((taken - began - 0.1) * 8000)]
    after = sound[round((taken - began + 0.6) * 8000) : -800]
    assert not ear.is_tone(during, 440), "bob still hears alice, who holds"
    assert ear.level_dbfs(during) > -45, "bob is held in silence"
    assert ear.is_tone(after, 440)
    assert ear.is_tone(heard(alice)[-8000:-800], 1000)
