"""A whole switch for a test: its own site, free ports, its processes, its socket API.

The site is small and all its times are short. To the switch, 127.0.0.2 is the carrier's machine (callers without a
secret, and the far end of calls out); desk phones register from 127.0.0.1.

    4001        hotline: a menu, then queue `sales` (1)
    4002        straight into queue `sales`
    4003        queue `empty`, which nobody serves
    4100        studio `health`: 2001 is its expert, 2004 its host
    2001..2004  desk phones (`secret`); 2003 and 2004 are supervisors'
    7xxx        out to the carrier, as dialled
    anything else is unknown
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from apps.demo.own_switch import OwnSwitch
from tests.stage import procs
from tests.stage.ports import free_block, free_port

SWITCH_IP = "127.0.0.1"
CARRIER_IP = "127.0.0.2"
PHONES = ("2001", "2002", "2003", "2004")
RTP_PORTS = 600
ROOT = Path(__file__).resolve().parents[2]


def secret(extension: str) -> str:
    """What an extension of the test site proves itself with."""
    return hashlib.sha256(extension.encode()).hexdigest()[:20]


class Switch(OwnSwitch):
    """A running switch of the test site."""

    def __init__(self, directory: Path, *, ip: str = SWITCH_IP, rtp_ports: int = RTP_PORTS) -> None:
        super().__init__(directory / "s", directory / "switch.log")
        self.ip = ip
        self.sip_port = free_port(ip)
        self.carrier_port = free_port(CARRIER_IP)
        """Where calls out go to, on CARRIER_IP."""
        rtp = free_block(rtp_ports, ip, even=True, low=16384, high=32000)
        write_site(self.site, ip, self.sip_port, self.carrier_port, range(rtp, rtp + rtp_ports))

    def rewrite(self, file: str, old: str, new: str) -> None:
        """Change a text in a file of the site. AssertionError when it is not there."""
        path = self.site / file
        text = path.read_text("utf-8")
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    def command(self, *words: str, timeout_s: float = 20.0) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line against this site, as an administrator does."""
        return subprocess.run(
            [sys.executable, "-m", "cli", "--site", str(self.site), *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    @property
    def address(self) -> str:
        """ip:port of its SIP."""
        return f"{self.ip}:{self.sip_port}"

    def point_carrier_at(self, host: str, port: int) -> None:
        """Before the start: calls out go there, and it may call in."""
        (self.site / "trunks.yaml").write_text(_TRUNKS.format(carrier=host, port=port), "utf-8")

    def ask(self, method: str, **params: object) -> Any:
        """Call one API method; the answer as plain JSON data. Raises ApiError."""
        with self.client() as client:
            return msgspec.json.decode(client.call_raw(method, params))

    def calls(self) -> list[dict[str, Any]]:
        """Running calls."""
        return list(self.ask("calls.list")["calls"])

    def agent(self, name: str) -> dict[str, Any]:
        """One agent, as the switch sees them."""
        (found,) = (agent for agent in self.ask("agents.list")["agents"] if agent["agent"] == name)
        return dict(found)

    def booked(self, *, count: int = 1, timeout_s: float = 5.0, **filters: object) -> list[dict[str, Any]]:
        """Rows of the books with their segments, oldest first, once `count` of them are closed."""
        deadline = time.monotonic() + timeout_s
        while True:
            rows = list(self.ask("cdr.list", segments=True, oldest_first=True, **filters)["rows"])
            closed = [row for row in rows if row.get("ended_at")]
            if len(closed) >= count:
                return closed
            if time.monotonic() > deadline:
                raise AssertionError(f"the books have {len(closed)} closed calls of {count}: {rows}")
            time.sleep(0.05)

    def until(self, what: str, is_so: Any, timeout_s: float = 5.0) -> Any:
        """Wait until `is_so()` is true; its value. AssertionError names `what` if it never is."""
        deadline = time.monotonic() + timeout_s
        while True:
            value = is_so()
            if value:
                return value
            if time.monotonic() > deadline:
                raise AssertionError(f"not in {timeout_s:g} s: {what}\n{self.tail()}")
            time.sleep(0.02)

    def idle(self, timeout_s: float = 5.0) -> None:
        """Wait until no call runs."""
        self.until("no call runs", lambda: not self.calls(), timeout_s)

    def child(self, module: str) -> int:
        """The process id of one child, by the module it runs: exchange, engine, disk, tts."""
        names = {"exchange": "apps.exchange", "engine": "media.engine", "disk": "media.disk", "tts": "media.tts"}
        for pid in procs.children(self.pid):
            if f"-m {names[module]}" in procs.command(pid):
                return pid
        raise AssertionError(f"no {module} runs under {self.pid}:\n{self.tail()}")

    def kill_child(self, module: str) -> int:
        """Kill a child as a crash would, and wait until another runs in its place; the new one's process id."""
        old = self.child(module)
        os.kill(old, signal.SIGKILL)
        procs.wait_gone([old], 2)

        def another() -> int:
            try:
                new = self.child(module)
            except AssertionError:
                return 0
            return new if new != old else 0

        return int(self.until(f"another {module} runs", another, 15))

    def end(self) -> None:
        """Stop, and see that nothing stays behind."""
        if self.process is None:
            return
        family = [self.pid, *procs.children(self.pid)]
        code = self.stop()
        left = procs.wait_gone(family, 3)
        for pid in left:
            procs.kill(pid)
        assert not left, f"processes stayed behind: {left}"
        assert code == 0, f"the switch left with code {code}:\n{self.tail()}"


@contextmanager
def switch(
    directory: Path,
    *,
    ip: str = SWITCH_IP,
    rtp_ports: int = RTP_PORTS,
    change: Callable[[Switch], None] = lambda _: None,
) -> Iterator[Switch]:
    """A running switch for the length of a `with`; `change` may write its site anew before it starts."""
    one = Switch(directory, ip=ip, rtp_ports=rtp_ports)
    change(one)
    one.start()
    try:
        yield one
    except BaseException:
        if one.process is not None:
            one.stop()
        print(f"---- the switch said:\n{one.tail(80)}")
        raise
    else:
        one.end()


def write_site(site: Path, ip: str, sip_port: int, carrier_port: int, rtp: range) -> None:
    """The test site's YAML."""
    phones = "\n".join(f'  "{one}": {{name: Phone {one}, secret: "{secret(one)}"}}' for one in PHONES)
    files = {
        "switch.yaml": _SWITCH.format(ip=ip, port=sip_port, first=rtp.start, last=rtp.stop - 1),
        "trunks.yaml": _TRUNKS.format(carrier=CARRIER_IP, port=carrier_port),
        "phones.yaml": f"phones:\n{phones}\n",
        "agents.yaml": _AGENTS,
        "queues.yaml": _QUEUES,
        "dialplan/main.yaml": _DIALPLAN,
    }
    (site / "dialplan").mkdir(parents=True)
    for name, text in files.items():
        (site / name).write_text(text, "utf-8")
    for name in ("run", "recordings", "voicemail", "cache", "prompts", "music"):
        (site / name).mkdir()


_SWITCH = """\
name: Test
languages: [en, zh]
time_zone: Asia/Shanghai
sip:
  listen: ["udp {ip}:{port}", "tcp {ip}:{port}"]
  public_ip: "{ip}"
media:
  ip: "{ip}"
  ports: {first}-{last}
limits: {{drain: 1, rtp_lost: 20, ring: 20}}
"""

_TRUNKS = """\
trunks:
  carrier: {{host: {carrier}, port: {port}, addresses: [{carrier}], caller_id: "02155500100"}}
"""

_AGENTS = """\
agents:
  alice: {name: Alice, extension: "2001", queues: [sales, brief], team: red}
  bob: {name: Bob, extension: "2002", queues: [sales], team: blue}
supervisors:
  lin: {name: Lin, extension: "2004", teams: red}
  coach: {extension: "2003", role: coach, teams: all}
breaks: {"1": rest}
"""

_QUEUES = """\
queues:
  sales:
    ring: 6
    skip: 3
    wrap_up: 2
    max_wait: 60
    announce_position_every: never
    record: answer
    no_agents: {say: {en: "Nobody is here.", zh: "没有人。"}, then: {hangup: busy}}
  empty:
    max_wait: 3
    keep_without_agents: yes
    announce_position_every: never
    timed_out: {say: {en: "Sorry.", zh: "抱歉。"}, then: {hangup: busy}}
  brief:
    announce_position_every: 30
    announce_wait: yes
    handling_time: 170
    record: never
    leave: [{if: "waited > 3 and agents_idle == 0", then: {queue: sales, keep_place: yes}}]
studios:
  health: {hosts: "2004", experts: "2001"}
"""

_DIALPLAN = """\
routes:
  - {to: "4001", do: hotline}
  - {to: "4002", do: straight}
  - {to: "4003", do: nobody}
  - {to: "4005", do: brief}
  - {to: "4100", do: show}
  - {to: "2XXX", do: phone}
  - {to: "7XXX", dial: {to: "{called}@carrier", timeout: 20}}
scripts:
  show: [{studio: health}, hangup]
  hotline:
    - menu:
        say: {en: "Welcome. For sales, press one.", zh: "您好，销售请按一。"}
        keys: {"1": straight}
        timeout: 3
        retries: 1
        no_input: straight
        no_match: straight
  brief: [{queue: brief}]
  straight:
    - queue: {name: sales}
    - hangup: busy
  nobody:
    - queue: {name: empty}
    - hangup: busy
  phone:
    - dial:
        to: "{called}"
        timeout: 8
        busy: {hangup: busy}
        declined: {hangup: declined}
        unknown_number: {hangup: unknown number}
    - hangup: normal
"""
