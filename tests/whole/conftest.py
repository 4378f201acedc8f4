"""One running switch for each file of whole tests, and phones for each test."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.stage.cast import Cast
from tests.stage.phone import phones
from tests.stage.switch import Switch, switch

RERUNS = 2
"""These tests live in real time: on a machine that others use, too, a phone or a sipp may not be let run when it must.
A fault of the switch fails three times; what is only the machine's does not."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder may be run again."""
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.flaky(reruns=RERUNS, reruns_delay=1))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    """A switch of the test site, shared by the file's tests."""
    with switch(tmp_path_factory.mktemp("house")) as running:
        yield running


@pytest.fixture
def cast(house: Switch, tmp_path: Path) -> Iterator[Cast]:
    """Phones against the house; no call is left when the test ends."""
    with phones(tmp_path, house.address) as them:
        yield Cast(house, them)
    house.idle()


@pytest.fixture
def nobody_logged_in(house: Switch) -> Iterator[None]:
    """Nobody serves a queue any more when the test ends."""
    yield
    for name in ("alice", "bob"):
        house.ask("agents.logout", agent=name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the switch said."""
    report = yield
    running = getattr(item, "funcargs", {}).get("house")
    if report.failed and running is not None:
        report.sections.append(("the switch said", running.tail(60)))
    return report
