"""Commands about a site on disk: init, check, doctor."""

from __future__ import annotations

import json
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import cli
from apps import phone
from apps.commands import base, doctor
from apps.settings import load_site


def run(site: Path, line: str) -> Result:
    return CliRunner().invoke(cli.main, ["--site", str(site), *line.split()])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    made = tmp_path / "site"
    arguments = ["--site", str(made), "init", "--set", 'sip.listen=["udp 127.0.0.1:0"]', "--set", "media.ip=127.0.0.1"]
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 0, result.output
    return made


def findings(site: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    result = run(site, "doctor --json")
    return result.exit_code, {found["what"]: found for found in json.loads(result.stdout)["findings"]}


def test_a_new_site_is_right_and_its_secrets_are_its_owners(site: Path) -> None:
    assert run(site, "check").exit_code == 0
    assert stat.S_IMODE((site / "phones.yaml").stat().st_mode) == 0o600
    code, found = findings(site)
    assert found["site"]["state"] == found["secrets"]["state"] == found["books"]["state"] == "ok"
    assert code == (1 if any(each["state"] == "bad" for each in found.values()) else 0)


def test_init_says_how_to_start_what_it_made(tmp_path: Path) -> None:
    result = run(tmp_path / "a site", "init")
    assert f"Start it with: zongji serve --site '{tmp_path}/a site'" in result.stdout


def test_the_phone_finds_its_secret_in_the_site(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(phone, "run", lambda settings, **_: seen.append(settings.secret) or 0)
    secret = load_site(site).phones["2001"].secret
    (site / "trunks.yaml").write_text("wrong: 1\n")  # somebody else's mistake
    for line in (
        "--extension 2001",
        "--extension 2001 --secret mine",
        "--extension 2999",
        "--extension 2001 --no-register",
    ):
        run(site, f"phone {line}")
    monkeypatch.setenv("ZONGJI_SITE", str(site))
    CliRunner().invoke(cli.main, ["phone", "--extension", "2001"])
    CliRunner().invoke(cli.main, ["phone", "--extension", "2001", "--site", str(site / "none")])
    assert seen == [secret, "mine", "", "", secret, ""]


def test_a_site_is_not_made_over_another(site: Path) -> None:
    before = (site / "phones.yaml").read_text()
    result = run(site, "init")
    assert result.exit_code == 1 and "There is a site in" in result.stderr
    assert (site / "phones.yaml").read_text() == before


def test_a_setting_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "new", "init --set nonsense").exit_code == 2


def test_check_names_file_and_line_of_every_mistake_and_ends_with_5(site: Path) -> None:
    (site / "phones.yaml").write_text("phones:\n  '201':\n    name: Mei\n    colour: red\n")
    (site / "queues.yaml").write_text("queues:\n  - a\n")
    result = run(site, "check")
    assert result.exit_code == 5
    files = {line.partition(":")[0] for line in result.stdout.splitlines()}
    assert {"phones.yaml", "queues.yaml"} <= files
    report = json.loads(run(site, "check --json").stdout)
    assert not report["ok"] and all(mistake["line"] >= 1 for mistake in report["mistakes"])
    assert findings(site)[1]["site"]["state"] == "bad"


def test_no_site_is_5_for_check_and_serve_and_bad_for_the_doctor(tmp_path: Path) -> None:
    for line in ("check", "serve"):
        result = run(tmp_path / "none", line)
        assert result.exit_code == 5 and "zongji init" in result.stderr
    assert run(tmp_path / "none", "doctor").exit_code == 1


def test_the_doctor_finds_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        made = tmp_path / "site"
        setting = f'sip.listen=["udp 127.0.0.1:{port}"]'
        CliRunner().invoke(cli.main, ["--site", str(made), "init", "--set", setting, "--set", "media.ip=127.0.0.1"])
        code, found = findings(made)
    assert (code, found[f"port udp {port}"]["state"]) == (1, "bad")
    assert findings(made)[1][f"port udp {port}"]["state"] == "ok"


def test_the_doctor_finds_broken_books(site: Path) -> None:
    (site / "zongji.db").write_bytes(b"no database at all" * 400)
    code, found = findings(site)
    assert (code, found["books"]["state"]) == (1, "bad") and ".recover" in found["books"]["mend"]


def test_the_doctor_finds_secrets_that_others_can_read(site: Path) -> None:
    (site / "phones.yaml").chmod(0o644)
    assert findings(site)[1]["secrets"]["state"] == "warn"


def test_the_doctor_finds_a_wrong_wheel_and_no_voice(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.importlib.metadata, "version", lambda name: "2.12")
    monkeypatch.setattr(doctor.ctypes.util, "find_library", lambda name: None)
    code, found = findings(site)
    assert code == 1
    assert found["pjsua2-python"]["mend"] == "pip install pjsua2-python==2.15.1.post1"
    assert found["espeak-ng"]["state"] == "warn" and "libespeak-ng1" in found["espeak-ng"]["mend"]


def test_the_doctor_finds_a_full_disk(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        free = 1000

    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: Full)
    assert findings(site)[1]["recordings"]["state"] == "bad"


def test_the_wheel_wanted_is_the_one_the_package_asks_for() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert f'"pjsua2-python=={doctor.WHEEL}"' in text


def test_a_socket_that_the_configuration_puts_elsewhere_is_found(site: Path, tmp_path: Path) -> None:
    here = base.Session()
    here.named_site = site
    assert here.socket == site / "run/api.sock"
    (site / "switch.yaml").write_text("paths:\n  socket: elsewhere.sock\n")
    assert here.socket == site / "elsewhere.sock"
    (site / "switch.yaml").write_text("nonsense: [")
    assert here.socket == site / "run/api.sock"
    (site / "switch.yaml").write_text("paths:\n  socket: /run/z.sock\n")
    assert here.socket == Path("/run/z.sock")
