"""A short run of the fuzzer, so that it stays able to run; the long one is `python -m tests.fuzz.packets`."""

from __future__ import annotations

import pytest

from tests.fuzz.mutate import Mutator
from tests.fuzz.packets import run
from tests.fuzz.wire import load


def test_the_same_seed_makes_the_same_messages():
    one, two = (Mutator(list(load().values()), 7) for _ in range(2))
    assert [one.next() for _ in range(200)] == [two.next() for _ in range(200)]


@pytest.mark.whole
@pytest.mark.parametrize("flags", [(), ("--whole",)])
def test_pjsip_outlives_what_the_guard_lets_in(flags, tmp_path, capsys):
    assert run(1500, 42, tmp_path, flags) == 0
    said = capsys.readouterr().out
    assert "faults 0" in said and not list(tmp_path.iterdir())
