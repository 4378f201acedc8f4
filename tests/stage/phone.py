"""Soft phones for tests: each a real PJSUA2 user agent in its own process, gone when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.softphone import tones
from apps.softphone.drive import Phone, PhoneSilent

__all__ = ["Phone", "PhoneSilent", "Phones", "phones"]


class Phones:
    """Starts phones against one switch and ends them all."""

    def __init__(self, directory: Path, server: str = "") -> None:
        self.directory = directory
        self.server = server
        self._all: list[Phone] = []

    def start(self, name: str, *arguments: str, server: str = "") -> Phone:
        """A phone that says `ready` before this returns."""
        at = server or self.server
        wanted = ["--server", at, *arguments] if at else list(arguments)
        if "--extension" not in arguments:
            wanted += ["--extension", name]
        phone = Phone(name, wanted, stderr=self.directory / f"{name}.stderr")
        self._all.append(phone)
        phone.wait("ready", 10)
        return phone

    def registered(self, extension: str, secret: str, *arguments: str) -> Phone:
        """A phone that has registered."""
        phone = self.start(extension, "--secret", secret, *arguments)
        phone.wait("registered", 8)
        return phone

    def stranger(self, number: str, *arguments: str) -> Phone:
        """A caller known to the switch by address alone: a trunk's far end."""
        return self.start(number, "--no-register", *arguments)

    def voice(self, name: str, freq_hz: float, seconds: float = 60.0) -> Path:
        """A WAV with a signed tone; the seed is the frequency, so that the ear can make it again."""
        return tones.write(self.directory / f"{name}.wav", tones.signed(freq_hz, seconds, seed=round(freq_hz)))

    def heard(self, name: str) -> Path:
        """Where a phone may save what it hears."""
        return self.directory / f"heard-{name}.wav"

    def close(self) -> None:
        """End them all; raises if one died of something else than our asking."""
        codes = {phone.name: phone.close() for phone in self._all}
        died = {name: code for name, code in codes.items() if code not in (0, -9)}
        assert not died, f"phones died: {died}"


@contextmanager
def phones(directory: Path, server: str = "") -> Iterator[Phones]:
    """Phones for the length of a `with`."""
    them = Phones(directory, server)
    try:
        yield them
    finally:
        them.close()
