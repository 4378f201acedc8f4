"""A new site: complete, its own, and nobody else's to read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from apps.settings import FILES
from apps.site import SiteError, create_site, default_config
from apps.softphone import tones
from apps.whole import load_whole
from ivr.words import Mistakes


def test_a_new_site_starts_as_it_is(tmp_path: Path) -> None:
    create_site(tmp_path / "site")
    whole = load_whole(tmp_path / "site")
    assert whole.site.phones and whole.plan.scripts and whole.prompts.names


def test_every_site_has_secrets_of_its_own(tmp_path: Path) -> None:
    one, two = create_site(tmp_path / "one"), create_site(tmp_path / "two")
    secrets = [phone.secret for site in (one, two) for phone in site.phones.values()]
    assert len(set(secrets)) == len(secrets) and all(len(secret) >= 24 for secret in secrets)
    pins = [agent.pin for agent in one.agents.values()]
    assert all(len(pin) == 6 for pin in pins)


def test_the_template_has_no_secret_in_it() -> None:
    for file in FILES:
        for line in (default_config() / file).read_text("utf-8").splitlines():
            if not line.lstrip().startswith("#"):
                assert "password:" not in line
                assert line.count("secret:") == line.count('secret: ""')
                assert line.count("pin:") == line.count('pin: ""')


def test_a_site_is_its_owners_alone(tmp_path: Path) -> None:
    create_site(tmp_path / "site")
    for path in [tmp_path / "site", *(tmp_path / "site").rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_site_is_never_written_over(tmp_path: Path) -> None:
    create_site(tmp_path)
    before = (tmp_path / "phones.yaml").read_text()
    with pytest.raises(SiteError, match="There is a site in"):
        create_site(tmp_path)
    assert (tmp_path / "phones.yaml").read_text() == before


def test_values_of_the_switch_may_be_given(tmp_path: Path) -> None:
    site = create_site(
        tmp_path,
        settings={"sip.listen": '["udp 127.0.0.1:5070"]', "media.ports": "30000-30999", "time_zone": "Europe/Berlin"},
    )
    assert site.switch.sip.listen[0].port == 5070
    assert site.switch.media.ports == (30000, 30999)
    assert site.switch.time_zone == "Europe/Berlin"
    assert "# 第一个是默认语言" in (tmp_path / "switch.yaml").read_text("utf-8")


@pytest.mark.parametrize("settings", [{"sip.port": "5070"}, {"nonsense": "1"}, {"media.ports": "x"}])
def test_values_that_cannot_be_leave_no_half_made_site(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(SiteError):
        create_site(tmp_path / "site", settings=settings)
    create_site(tmp_path / "site")


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SiteError, match=r"cannot be made in .*\."):
        create_site(tmp_path / "file" / "site")


def test_settings_and_dialplan_are_wrong_together(tmp_path: Path) -> None:
    create_site(tmp_path)
    queues = tmp_path / "queues.yaml"
    queues.write_text(queues.read_text("utf-8").replace("ring: 20", "ring: x"), "utf-8")
    plan = next((tmp_path / "dialplan").glob("*.yaml"))
    plan.write_text(plan.read_text("utf-8").replace("queue: {name: service}", "queue: {name: servce}"), "utf-8")
    with pytest.raises(Mistakes) as caught:
        load_whole(tmp_path)
    files = [mistake.file for mistake in caught.value.mistakes]
    assert files == [f"dialplan/{plan.name}", "queues.yaml"]


@pytest.mark.parametrize("broken", ["phones.yaml", "trunks.yaml", "agents.yaml", "queues.yaml"])
def test_a_file_that_cannot_be_read_hides_no_mistake_of_the_dialplan(tmp_path: Path, broken: str) -> None:
    """And adds none: whatever the dialplan names may be in that file."""
    create_site(tmp_path / "site")
    with (tmp_path / "site" / broken).open("a") as file:
        file.write("x: [\n")
    dialplan = tmp_path / "site" / "dialplan" / "main.yaml"
    assert [file for file, _ in _mistakes(tmp_path / "site")] == [broken]
    dialplan.write_text(dialplan.read_text("utf-8").replace("retries: 1", "retires: 1"), "utf-8")
    assert [file for file, _ in _mistakes(tmp_path / "site")] == sorted([broken, "dialplan/main.yaml"])


def _mistakes(site: Path) -> list[tuple[str, int]]:
    with pytest.raises(Mistakes) as caught:
        load_whole(site)
    return sorted((mistake.file, mistake.line) for mistake in caught.value.mistakes)


def test_a_route_with_a_star_codes_number_is_told_and_no_hindrance(tmp_path: Path) -> None:
    create_site(tmp_path)
    assert not load_whole(tmp_path).warnings, "the default site has nothing to warn of"
    plan = tmp_path / "dialplan" / "main.yaml"
    route = 'routes:\n  - {to: ["*11"], phone: true, do: hotline}\n  - {to: "*55", phone: true, do: hotline}\n'
    text = plan.read_text("utf-8")
    plan.write_text(route + text.partition("routes:")[2].partition("\n")[2], "utf-8")
    (warning,) = load_whole(tmp_path).warnings
    assert "*11 is the star code for login" in warning.what and warning.warning


def test_check_prints_warnings_and_is_content(tmp_path: Path) -> None:
    create_site(tmp_path)
    (tmp_path / "dialplan" / "z.yaml").write_text("scripts:\n  lonely:\n    - hangup\n", "utf-8")
    done = CliRunner().invoke(cli.main, ["--site", str(tmp_path), "check"])
    assert done.exit_code == 0
    assert done.stdout.startswith("dialplan/z.yaml:2: warning: Nothing leads to the script 'lonely'.")
    (tmp_path / "dialplan" / "z.yaml").write_text("scripts:\n  lonely:\n    - hangup: x\n", "utf-8")
    done = CliRunner().invoke(cli.main, ["--site", str(tmp_path), "check"])
    assert done.exit_code == 5 and "1 mistake; nothing was changed" in done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("dialplan/z.yaml:3: 'x' is none of") and ": warning: " in second


def test_a_recording_without_sound_is_a_mistake(tmp_path: Path) -> None:
    create_site(tmp_path)
    folder = tmp_path / "prompts" / "zh"
    folder.mkdir(exist_ok=True)
    tones.write(folder / "good.wav", tones.tone(440, 0.1))
    assert not load_whole(tmp_path).warnings
    (folder / "rubbish.wav").write_bytes(b"RIFF, or not")
    tones.write(folder / "silent.wav", tones.tone(440, 0.0))
    with pytest.raises(Mistakes) as caught:
        load_whole(tmp_path)
    assert [(mistake.file, "cannot be played" in mistake.what) for mistake in caught.value.mistakes] == [
        ("prompts/zh/rubbish.wav", True), ("prompts/zh/silent.wav", True)]  # fmt: skip
