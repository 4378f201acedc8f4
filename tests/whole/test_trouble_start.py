"""What keeps a switch from starting: one sentence each, the right exit code, no traceback, no process left."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.stage import procs
from tests.stage.switch import ROOT, Switch

pytestmark = pytest.mark.whole
OTHER_PYTHONS = sorted(Path("/root/.pyenv/versions").glob("3.1[03].*/bin/python3"))


@pytest.fixture
def house(tmp_path: Path) -> Switch:
    """A site; nothing runs yet."""
    return Switch(tmp_path)


def start(site: Path, *, python: str = sys.executable, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """`zongji serve` until it leaves by itself: its exit code, and all that it and its children said."""
    process = subprocess.Popen(
        [python, "-m", "cli", "serve", "--site", str(site)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
    family: set[int] = set()
    deadline = time.monotonic() + 40
    while process.poll() is None and time.monotonic() < deadline:
        family |= set(procs.children(process.pid))
        time.sleep(0.1)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=20)
    left = procs.wait_gone(sorted(family), 2)
    for pid in left:
        procs.kill(pid)
    assert not left, f"children stayed behind: {left}\n{said}"
    return process.returncode, said


def complaint(said: str) -> str:
    """The one sentence; what is merely told of children that come and go is left out."""
    assert "Traceback" not in said, said
    lines = [
        re.sub(r"^\S+Z \w+ E [\w.]+: ", "", line) for line in said.splitlines() if not re.search(r"Z \w+ [IW] ", line)
    ]
    told = ("exchange cannot run; stopping", "INFO media.tts")
    lines = [line for line in lines if not line.startswith(told)]
    assert len(lines) == 1, said
    return lines[0]


def test_a_site_that_is_not_there_is_said_with_what_to_do(tmp_path: Path) -> None:
    code, said = start(tmp_path / "nowhere")
    assert code == 5
    assert said == f"zongji: There is no site {tmp_path / 'nowhere'}\n        Make one with: zongji init\n"


def test_wrong_yaml_is_named_by_file_and_line_every_mistake_at_once(house: Switch) -> None:
    house.rewrite("queues.yaml", "ring: 6", "ring: soon")
    house.rewrite("dialplan/main.yaml", "do: straight}", "do: strait}")
    code, said = start(house.site)
    assert code == 5
    first, second = sorted(said.splitlines())
    assert first.startswith("dialplan/main.yaml:3: ") and "straight" in first
    assert second.startswith("queues.yaml:3: ") and "soon" in second
    assert house.command("check").returncode == 5


PATCHES = {
    "another version of the wheel": (
        "import importlib.metadata as m\n"
        "old = m.version\n"
        "m.version = lambda name: '2.14.1' if name == 'pjsua2-python' else old(name)\n",
        r"pjsua2-python is version 2\.14\.1.*pip install pjsua2-python==",
    ),
    "a wheel without its library": (
        "import importlib.util as u\n"
        "old = u.find_spec\n"
        "u.find_spec = lambda name, package=None: None if name == 'pjsua2' else old(name, package)\n",
        r"without its library.*pip install pjsua2-python==",
    ),
}


CASES = ("a udp port in use", *PATCHES)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[int, str, Switch]]:
    """Each case's exit code, what was said, and its site. Side by side: a start is mostly waiting."""

    def run(what: str) -> tuple[int, str, Switch]:
        directory = tmp_path_factory.mktemp("start")
        one = Switch(directory)
        env: dict[str, str] = {}
        with contextlib.ExitStack() as held:
            if "port" in what:
                other = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                other.bind((one.ip, one.sip_port))
            else:
                (directory / "patch").mkdir()
                (directory / "patch" / "sitecustomize.py").write_text(PATCHES[what][0])
                env["PYTHONPATH"] = str(directory / "patch")
            return (*start(one.site, env=env), one)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CASES, pool.map(run, CASES), strict=True))


@pytest.mark.parametrize("what", CASES)
def test_what_keeps_it_from_starting_is_one_sentence(failed: Mapping[str, tuple[int, str, Switch]], what: str) -> None:
    code, said, site = failed[what]
    assert code == 5, said
    sentence = complaint(said)
    if "port" in what:
        assert f"udp {site.address} (address already in use)" in sentence
    else:
        assert re.search(PATCHES[what][1], sentence)


@pytest.mark.parametrize("python", OTHER_PYTHONS or [None], ids=lambda path: path.parts[-3] if path else "none")
def test_another_python_is_told_which_it_must_be(house: Switch, python: Path | None) -> None:
    if python is None:
        pytest.skip("no other Python is installed here")
    code, said = start(house.site, python=str(python), env={"PYTHONPATH": ""})
    assert code == 5
    assert re.fullmatch(
        r"zongji: Zongji runs on CPython 3\.11 and 3\.12 only, and this is CPython 3\.1[03]\.", complaint(said)
    )
