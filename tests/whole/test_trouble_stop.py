"""Stopping and coming back: what is kept, what a running call is granted, and that nothing stays behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from apps.softphone.drive import Phone
from tests.stage import procs, wire
from tests.stage.cast import Cast, connected, heard_tone, talk
from tests.stage.phone import phones
from tests.stage.switch import CARRIER_IP, ROOT, Switch, secret

pytestmark = pytest.mark.whole
NOBODY = 65534


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    one = Switch(tmp_path_factory.mktemp("stop"))
    one.rewrite("switch.yaml", "drain: 1,", "drain: 2,")
    yield one
    if one.process is not None and one.process.poll() is None:
        one.stop()


@pytest.fixture
def house(site: Switch) -> Switch:
    """The site's switch, running."""
    if site.process is None or site.process.poll() is not None:
        site.start()
    return site


@pytest.fixture
def cast(house: Switch, tmp_path: Path) -> Iterator[Cast]:
    with phones(tmp_path, house.address) as them:
        yield Cast(house, them)


def two_talk(cast: Cast) -> tuple[Phone, Phone]:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("2002")
    connected(alice, bob)
    return alice, bob


def leave(house: Switch, family: list[int], timeout_s: float) -> float:
    """Wait until the switch has left, with code 0 and nobody behind; the seconds it took."""
    began = time.monotonic()
    assert house.process is not None
    assert house.process.wait(timeout_s) == 0, house.tail()
    assert procs.wait_gone(family, 1) == []
    assert not house.socket.exists()
    return time.monotonic() - began


def status_of_new_call(house: Switch) -> int:
    with wire.Caller(house.address, "4001", media_port=40000, ip=CARRIER_IP) as late:
        late.invite()
        answer = late.wait("INVITE")
        late.ack(answer)
        return answer.status


# ---- coming back ---------------------------------------------------------------------------------------------------


def serve_once(cast: Cast, caller: Phone, agent: Phone) -> None:
    caller.dial("4002")
    connected(caller, agent)
    talk(0.3)
    caller.order("hangup")
    agent.wait("ended")


def as_before(house: Switch, contacts: object) -> None:
    """Who was registered is, who was logged in is, and has as many calls."""
    phone = next(one for one in house.ask("phones.list")["phones"] if one["extension"] == "2001")
    assert phone["contacts"] == contacts
    alice = house.agent("alice")
    assert (alice["presence"], alice["calls_today"], alice["reachable"]) == ("available", 1, True)
    assert house.agent("bob")["calls_today"] == 0


def test_a_restart_keeps_registrations_agents_counts_and_who_served_whom(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "0.1")
    caller = cast.caller()
    serve_once(cast, caller, alice)
    phone = next(one for one in house.ask("phones.list")["phones"] if one["extension"] == "2001")
    registered = len(alice.told("registered"))

    house.end()
    house.start()
    as_before(house, phone["contacts"])

    code = subprocess.run(
        [sys.executable, "-m", "cli", "serve", "--site", str(house.site)],
        cwd=ROOT, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert code.returncode == 1
    assert code.stderr.strip() == f"A switch already runs here (process {house.pid}). Stop it with `zongji stop`."

    house.kill_child("exchange")
    house.until("the API answers", lambda: answers(house), 15)
    as_before(house, phone["contacts"])

    # The other agent took fewer calls; the caller gets who served them before, on a phone that never registered again.
    bob = cast.agent("bob", "--answer", "0.1")
    house.ask("agents.ready", agent="alice")
    serve_once(cast, caller, alice)
    assert bob.told("incoming") == []
    assert len(alice.told("registered")) == registered
    # Each life of the switch names its calls anew: phones take a Call-ID that they remember for a retransmission.
    names = [told["sip_call_id"] for told in alice.told("incoming")]
    assert len(names) == len(set(names)) == 2
    assert [row["agent"] for row in house.booked(count=2, caller=caller.name)] == ["alice", "alice"]
    for name in ("alice", "bob"):
        house.ask("agents.logout", agent=name)


def answers(house: Switch) -> bool:
    from apps.api.client import Unreachable

    try:
        return bool(house.ask("status.get")["state"])
    except Unreachable:
        return False


# ---- stopping ------------------------------------------------------------------------------------------------------


def test_sigterm_lets_calls_end_by_themselves_refuses_new_ones_and_hangs_up_after_the_grace(
    house: Switch, cast: Cast
) -> None:
    alice, bob = two_talk(cast)
    cast.desk("2004", "--answer", "0.1")
    carol = cast.desk("2003")
    carol.dial("2004")
    carol.wait("answered")
    family = [house.pid, *procs.children(house.pid)]
    began = time.monotonic()
    os.kill(house.pid, signal.SIGTERM)
    house.until("new calls are refused", lambda: status_of_new_call(house) == 503, 1)
    talk(0.7)
    alice.order("hangup")
    assert bob.wait("ended")["by"] == "far end"
    assert carol.told("ended") == []
    assert carol.wait("ended", 6)["by"] == "far end"
    assert 1.8 < time.monotonic() - began < 4
    leave(house, family, 10)
    heard_tone(bob, 440, least_s=0.4)
    with contextlib.closing(sqlite3.connect(house.site / "zongji.db")) as books:
        rows = books.execute(
            "select caller, cause, fault from interaction where extension <> '' order by started_at desc limit 2"
        ).fetchall()
    assert set(rows) == {("2001", "normal", "caller"), ("2003", "shutdown", "switch")}


def test_a_stop_has_the_grace_it_was_given_and_a_second_one_may_be_shorter(house: Switch, cast: Cast) -> None:
    alice, bob = two_talk(cast)
    family = [house.pid, *procs.children(house.pid)]
    patient = house.command("stop", "--grace", "600")
    assert patient.returncode == 0 and "1 call may run on for 600 s" in patient.stdout
    talk(2.5)  # longer than the site's own grace
    assert alice.told("ended") == [] and len(house.calls()) == 1
    assert status_of_new_call(house) == 503
    began = time.monotonic()
    assert house.command("stop", "--grace", "0").returncode == 0
    for phone in (alice, bob):
        assert phone.wait("ended", 4)["by"] == "far end"
    assert time.monotonic() - began < 3
    leave(house, family, 10)


# ---- who runs it ---------------------------------------------------------------------------------------------------


def test_it_runs_as_an_ordinary_user(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("becoming another user needs root and setpriv")
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    packages = str(Path(msgspec.__file__).parents[1])
    here = {**os.environ, "HOME": "/nonexistent", "PYTHONPATH": packages}
    probe = "import subprocess, sys, apps, msgspec; subprocess.check_call([sys.executable, '-c', '1'])"
    # The tests' own Python, or Debian's with the same packages where the tests' is for root alone.
    for found in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        python = [*become, found]
        if not subprocess.run([*python, "-c", probe], cwd=ROOT, env=here, capture_output=True).returncode:
            break
    else:
        pytest.skip("no Python with the packages lies where an ordinary user may read")
    with tempfile.TemporaryDirectory(prefix="zongji-") as directory:  # pytest's own are closed to others
        one = Switch(Path(directory))
        for path in (Path(directory), *Path(directory).rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        ordinary(one, [*python, "-m", "cli", "serve", "--site", str(one.site)], here, tmp_path)


def ordinary(one: Switch, command: list[str], env: dict[str, str], tmp_path: Path) -> None:
    family: list[int] = []
    with one.log.open("ab") as log:
        one.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        one.until("it serves", lambda: answers(one), 25)
        family += [one.pid, *procs.children(one.pid)]
        assert len(family) >= 5
        for pid in family:
            assert f"Uid:\t{NOBODY}\t{NOBODY}" in Path(f"/proc/{pid}/status").read_text()
        with phones(tmp_path, one.address) as them:
            alice = them.registered("2001", secret("2001"))
            alice.dial("4002")
            alice.wait("answered")
            alice.wait("ended", 12)
        assert (one.site / "zongji.db").stat().st_mode & 0o777 == 0o600
    finally:
        code = one.stop()
    assert code == 0, one.tail()
    assert procs.wait_gone(family, 2) == []
