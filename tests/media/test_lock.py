"""The source lock: the negotiated address wins, the patient stranger gets in only where nobody is."""

from __future__ import annotations

import pytest

from media.lock import CANDIDATES, PROOF, TABLE, Lock, Sign, Watch
from media.rtp import Header

NEGOTIATED, OTHER, THIRD = ("10.0.0.1", 4000), ("192.0.2.7", 1234), ("192.0.2.9", 99)


def header(seq: int, ssrc: int = 5) -> Header:
    return Header(0, False, seq, seq * 160, ssrc)


def proven(watch: Watch, source: tuple[str, int], now: float = 0.0, silent: bool = False) -> bool:
    return [watch.knock(source, header(n), now, silent) for n in range(PROOF)][-1]


@pytest.mark.parametrize("state", Lock)
@pytest.mark.parametrize("sign", Sign)
def test_every_pair_of_the_table(state: Lock, sign: Sign) -> None:
    to = TABLE[state].get(sign)
    if state is Lock.DEAF:
        assert to is (Lock.SEEKING if sign in (Sign.PATH_SET, Sign.PATH_MOVED) else None)
    elif sign is Sign.PATH_SET:
        assert to is state
    elif sign is Sign.PATH_MOVED:
        assert to is Lock.SEEKING
    elif sign is Sign.STRANGER_PROVED:
        assert to is Lock.LEARNED
    else:
        assert to is (None if state is Lock.SURE else Lock.SURE)


def test_nobody_is_heard_before_there_is_a_path() -> None:
    assert not proven(Watch(), OTHER)


def test_the_negotiated_address_is_believed_at_once() -> None:
    watch = Watch()
    watch.path(NEGOTIATED, 0.0)
    assert watch.knock(NEGOTIATED, header(1), 0.0, False)
    assert (watch.state, watch.source) == (Lock.SURE, NEGOTIATED)
    assert not proven(watch, OTHER)


def test_another_address_must_prove_itself_and_gives_way_to_the_negotiated_one() -> None:
    watch = Watch()
    watch.path(NEGOTIATED, 0.0)
    assert [watch.knock(OTHER, header(n), 0.0, False) for n in range(PROOF)] == [False] * (PROOF - 1) + [True]
    assert not proven(watch, THIRD)
    assert watch.knock(NEGOTIATED, header(9), 0.0, False)
    assert watch.state is Lock.SURE


def test_a_spray_of_sources_or_numbers_proves_nothing() -> None:
    watch = Watch()
    watch.path(NEGOTIATED, 0.0)
    for n in range(1000):
        assert not watch.knock((f"198.51.100.{n % 250}", 1000 + n), header(n), 0.0, False)
        assert not watch.knock(OTHER, header(n * 77 & 0xFFFF, ssrc=n), 0.0, False)
    assert len(watch._candidates) <= CANDIDATES


def test_a_silent_source_may_be_replaced() -> None:
    watch = Watch()
    watch.path(NEGOTIATED, 0.0)
    watch.knock(NEGOTIATED, header(1), 0.0, False)
    assert proven(watch, OTHER, silent=True)
    assert watch.source == OTHER


def test_after_a_move_the_old_source_is_not_learned_anew_for_a_while() -> None:
    watch = Watch()
    watch.path(NEGOTIATED, 0.0)
    watch.knock(NEGOTIATED, header(1), 0.0, False)
    assert not watch.path(NEGOTIATED, 1.0) and watch.source == NEGOTIATED
    assert watch.path(("10.0.0.2", 6000), 10.0) and watch.source is None
    assert not proven(watch, NEGOTIATED, 11.0)
    assert proven(watch, OTHER, 11.0)
