"""baresip: a foreign soft phone, in a network namespace of its own.

baresip does not see the loopback interface, so it gets a cable: a veth pair between this machine and a namespace.
Needs root (`ip netns`); without it the test is skipped with a sentence. Controlled by its ctrl_tcp module: JSON in
netstrings.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_MODULES = "/usr/lib/baresip/modules"
_CONTROL_PORT = 4444


@dataclass(frozen=True, slots=True)
class Cable:
    """A veth pair: our end's address, and the far end's inside the namespace."""

    namespace: str
    near_ip: str
    far_ip: str


def need_baresip() -> None:
    """Skip, with a sentence, where baresip or its namespace cannot be had."""
    if shutil.which("baresip") is None:
        pytest.skip("baresip is not installed (Debian package baresip-core)")
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("baresip needs a network namespace of its own, and that needs root and iproute2")


@contextmanager
def cable() -> Iterator[Cable]:
    """A namespace and a cable to it, both gone afterwards."""
    number = os.getpid() % 60000
    laid = Cable(f"zj{number}", f"10.231.{number % 250}.1", f"10.231.{number % 250}.2")
    near, far = f"zjn{number}", f"zjf{number}"
    try:
        _ip("netns", "add", laid.namespace)
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", laid.namespace)
        _ip("addr", "add", f"{laid.near_ip}/24", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", laid.namespace, "addr", "add", f"{laid.far_ip}/24", "dev", far)
        _ip("-n", laid.namespace, "link", "set", far, "up")
        yield laid
    except subprocess.CalledProcessError as error:
        pytest.skip(f"a network namespace cannot be made here: {error.stderr.strip()}")
    finally:
        subprocess.run(["ip", "link", "del", near], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "del", laid.namespace], capture_output=True, check=False)


class Baresip:
    """One baresip that registers, answers by itself, says a WAV and keeps what it hears."""

    def __init__(
        self, laid: Cable, directory: Path, *, extension: str, secret: str, server: str, says: Path, srtp: str = ""
    ) -> None:
        """`server` empty: no registering; it answers whoever calls its address.

        `srtp`: baresip's own word for it, "srtp" (may) or "srtp-mand" (must).
        """
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._write(laid, extension, secret, server, says, srtp)
        self._said = (directory / "baresip.out").open("wb")
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", laid.namespace, "baresip", "-f", str(directory), "-v"],
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            cwd=directory,
        )
        self._control = self._connect(laid.far_ip)
        self._rest = b""

    def _write(self, laid: Cable, extension: str, secret: str, server: str, says: Path, srtp: str) -> None:
        modules = ["account.so", "menu.so", "g711.so", "aufile.so", "sndfile.so", "ctrl_tcp.so"]
        modules += ["srtp.so"] if srtp else []
        lines = [
            f"module_path {_MODULES}",
            *(f"module {name}" for name in modules[1:] if name not in ("account.so", "menu.so", "ctrl_tcp.so")),
            *(f"module_app {name}" for name in ("account.so", "menu.so", "ctrl_tcp.so")),
            "statmode_default off",
            f"audio_source aufile,{says}",
            "audio_player aufile,/dev/null",
            "audio_alert aufile,/dev/null",
            "audio_srate 8000",
            "audio_channels 1",
            f"snd_path {self.directory}",
            f"ctrl_tcp_listen {laid.far_ip}:{_CONTROL_PORT}",
            f"sip_listen {laid.far_ip}:5060",
            "rtp_ports 30000-30100",
        ]
        (self.directory / "config").write_text("\n".join(lines) + "\n")
        address = f"<sip:{extension}@{server or laid.far_ip};transport=udp>"
        interval = 60 if server else 0
        account = f"{address};auth_pass={secret};answermode=auto;regint={interval};audio_codecs=PCMU/8000/1"
        account += f";mediaenc={srtp}" if srtp else ""
        (self.directory / "accounts").write_text(account + "\n")
        (self.directory / "contacts").write_text("")

    def _connect(self, ip: str) -> socket.socket:
        deadline = time.monotonic() + 8
        while True:
            try:
                return socket.create_connection((ip, _CONTROL_PORT), 1)
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.close()
                    said = (self.directory / "baresip.out").read_text("utf-8", "replace")
                    raise AssertionError(f"baresip did not start:\n{said[-3000:]}") from None
                time.sleep(0.05)

    def wait(self, kind: str, timeout_s: float = 8.0) -> dict[str, Any]:
        """The next event of that type: REGISTER_OK, CALL_INCOMING, CALL_ESTABLISHED, CALL_CLOSED ..."""
        deadline = time.monotonic() + timeout_s
        seen: list[str] = []
        while time.monotonic() < deadline:
            for message in self._messages(deadline):
                seen.append(str(message.get("type")))
                if message.get("event") and message.get("type") == kind:
                    return message
        said = (self.directory / "baresip.out").read_text("utf-8", "replace")
        raise AssertionError(f"baresip told {seen}, not {kind}:\n{said[-3000:]}")

    def command(self, command: str, parameters: str = "") -> None:
        """Give a menu command: dial, hangup, hold, resume ..."""
        body = json.dumps({"command": command, "params": parameters, "token": "t"}).encode()
        self._control.sendall(b"%d:%b," % (len(body), body))

    def heard(self) -> Path:
        """The newest file of what came in."""
        files = sorted(self.directory.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        assert files, f"baresip saved nothing: {sorted(path.name for path in self.directory.iterdir())}"
        return files[-1]

    def close(self) -> None:
        """End it."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(4)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if hasattr(self, "_control"):
            self._control.close()
        self._said.close()

    def _messages(self, deadline: float) -> Iterator[dict[str, Any]]:
        self._control.settimeout(max(0.01, min(0.5, deadline - time.monotonic())))
        try:
            self._rest += self._control.recv(65536)
        except TimeoutError:
            return
        while b":" in self._rest:
            size, _, tail = self._rest.partition(b":")
            if len(tail) <= int(size):
                return
            body, self._rest = tail[: int(size)], tail[int(size) + 1 :]
            yield json.loads(body)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
