"""Wideband members whose bytes are passed and not decoded: woken, they have missed nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from media import g711
from media.paths import Codec
from tests.media.wide_stage import CHANGES, ROOM, A, B, Far, Stage, tone


def _over(stage: Stage) -> None:
    stage.over[A] = g711.encode_all(tone(600)(np.arange(160) / 8000).astype(np.int16), g711.ALAW)


def _lost(stage: Stage) -> None:
    stage.lost[B] = {stage.board.tick + 1, stage.board.tick + 2}


def _other_codec(stage: Stage) -> None:
    stage.fars[B] = Far(Codec.PCMU, tone(700))
    stage.speak(B, Codec.PCMU)


WAKERS: dict[str, Callable[[Stage], None]] = {
    **CHANGES,
    "a play": _over,
    "lost packets": _lost,
    "another codec": _other_codec,
    "on hold": lambda stage: stage.rooms.leave(A),
    "a recording": lambda stage: stage.wanted.extend(stage.rows.values()),
}


def dozed(what: str, ticks: int, wanted: bool) -> tuple[Stage, Far, int]:
    a, b, c = Far(Codec.G722, tone(440)), Far(Codec.G722, tone(510)), Far(Codec.PCMA, tone(380))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    stage.wanted = list(stage.rows.values())
    stage.talk(2)
    stage.wanted = [5] if not wanted else stage.wanted
    stage.talk(ticks)
    asleep = int(stage.wide._doze.asleep.sum())
    WAKERS[what](stage)
    stage.talk(12)
    return stage, a, asleep


@pytest.mark.parametrize("what", WAKERS)
def test_who_is_woken_soon_has_missed_nothing(what: str) -> None:
    stage, woken, asleep = dozed(what, 8, wanted=False)
    other, awake, none = dozed(what, 8, wanted=True)
    assert asleep == 2 and none == 0
    assert all((one == two).all() for one, two in zip(woken.bytes, awake.bytes, strict=True))
    if not stage.wide._doze.any:
        assert (stage.board.ring[:, : stage.board.high] == other.board.ring[:, : stage.board.high]).all()


@pytest.mark.parametrize("what", WAKERS)
def test_who_is_woken_late_sounds_the_same(what: str) -> None:
    _, woken, asleep = dozed(what, 60, wanted=False)
    _, awake, _ = dozed(what, 60, wanted=True)
    assert asleep == 2
    apart = woken.pcm(14).astype(float) - awake.pcm(14)
    assert 20 * np.log10(max(np.sqrt(np.mean(apart**2)), 1e-3) / 5657) < (-28 if what == "lost packets" else -40)
