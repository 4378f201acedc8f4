"""`zongji dialplan`: routes explained and calls walked, on the default site, without a switch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cli
from apps.site import create_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("site")
    create_site(made)
    yield made


def run(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.main, ["--site", str(site), "dialplan", *arguments])


def test_why_names_the_route_and_why_the_others_do_not_take_it(site: Path) -> None:
    done = run(site, "why", "--phone", "2001", "--to", "913800138000", "--at", "2026-10-01 08:30")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("2001 calls 913800138000 from phone 2001, Thu 2026-10-01 08:30:00 CST\n")
    assert "913800138000 is not 4001" in done.stdout
    assert done.stdout.endswith("-> dial {rest}\n")
    assert "yes" in done.stdout.splitlines()[-2]
    # From outside the same number leads elsewhere.
    outside = run(site, "why", "--from", "13800138000", "--to", "913800138000").stdout
    assert "the call is not from a phone" in outside and outside.endswith("-> script hotline\n")


def test_a_walk_tells_steps_words_keys_branches_and_the_end(site: Path) -> None:
    done = run(
        site,
        *("simulate", "--from", "13800138000", "--to", "4001", "--at", "2026-10-01 08:30"),
        *("--keys", "- 9 1", "--queue-says", "connected", "--say-text"),
    )
    assert done.exit_code == 0, done.output
    lines = done.stdout
    for said in (
        "dialplan/main.yaml:27  hours  hotline.1-hours",
        "-> the next step (office is open on Thu 2026-10-01 at 08:30)",
        "says zh: 您好，这里是总机。业务咨询请按一，客户服务请按二，人工前台请按零。",
        "waits: no key within 5 s",
        "-> branch 9 (key 9)",
        "sets language = en",
        "says en: We are connecting you to sales.",
        "sales: alice answers after 20 s",
        "by the script, cause normal",
        "the agent hung up",
    ):
        assert said in lines, lines


def test_a_queues_own_answer_and_a_dial_are_the_sites_own(site: Path) -> None:
    full = run(site, "simulate", "--from", "1", "--to", "4001", "--keys", "1", "--queue-says", "full").stdout
    assert "来电很多，请稍后再拨。" in full
    story = run(site, "simulate", "--phone", "2001", "--to", "2002", "--dial-says", "busy").stdout
    assert "rings 2002 (extension 2002, Bob)" in story and "a message for 2002" in story
    direct = run(site, "simulate", "--phone", "2001", "--to", "119", "--dial-says", "busy").stdout
    assert "rings 119 (leads nowhere)" in direct and "cause busy" in direct


def test_star_codes_and_unknown_numbers_end_before_any_step(site: Path) -> None:
    assert "*11 is the star code for login" in run(site, "simulate", "--phone", "2001", "--to", "*11").stdout
    done = run(site, "simulate", "--phone", "2001", "--to", "1@demo").stdout
    assert "1@demo is no number" in done and "cause unknown number" in done


def test_json_is_the_whole_story(site: Path) -> None:
    done = run(site, "simulate", "--from", "1", "--to", "4001", "--keys", "0", "--dial-says", "busy", "--json")
    told = json.loads(done.stdout)
    assert told["routing"]["asked"][-1]["refusal"] == ""
    assert told["story"]["variables"]["dial_status"] == "busy"
    said = [moment["language"] for moment in told["story"]["moments"] if moment["kind"] == "say"]
    assert said[:2] == ["zh", "en"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--to", "1", "--trunk", "x"], 3, "There is no trunk x"),
        (["--to", "1", "--phone", "9999"], 3, "There is no phone 9999"),
        (["--to", "1", "--phone", "2001", "--trunk", "demo"], 2, "not both"),
        (["--to", "1", "--phone", "2001", "--from", "5"], 2, "leave out --from"),
        (["--to", "1", "--at", "soon"], 2, "is no time"),
        (["--to", "1", "--keys", "1x"], 2, "is no key"),
        (["--to", "1", "--queue-says", "ful"], 2, 'Did you mean "full"?'),
        ([], 2, "--to"),
    ],
)
def test_what_cannot_be_is_one_sentence(site: Path, arguments: list[str], code: int, said: str) -> None:
    done = run(site, "simulate", *arguments)
    assert done.exit_code == code and said in done.output


def test_a_site_with_mistakes_is_not_walked(tmp_path: Path) -> None:
    create_site(tmp_path)
    (tmp_path / "dialplan" / "z.yaml").write_text("scripts: {x: [{goto: nowhere}]}\n", "utf-8")
    done = run(tmp_path, "simulate", "--to", "4001")
    assert done.exit_code == 5 and "dialplan/z.yaml:1: There is no script or label 'nowhere'" in done.stdout


def test_hostile_numbers_are_shown_safely(site: Path) -> None:
    done = run(site, "simulate", "--from", "\x1b[31m\n1", "--to", "40\x9b01\u202e", "--keys", "1")
    assert done.exit_code == 0 and not set(done.output) & {"\x1b", "\x9b", "\u202e"}


def test_graph_writes_a_picture(site: Path, tmp_path: Path) -> None:
    done = run(site, "graph", "--out", str(tmp_path / "plan.svg"))
    assert done.exit_code == 0 and (tmp_path / "plan.svg").read_text("utf-8").startswith("<svg ")
    done = run(site, "graph", "hotlin", "--out", str(tmp_path / "x.svg"))
    assert done.exit_code == 3 and 'Did you mean "hotline"?' in done.stderr and not (tmp_path / "x.svg").exists()
    done = run(site, "graph", "--out", str(tmp_path / "none" / "x.svg"))
    assert done.exit_code == 1 and "cannot be written" in done.stderr
