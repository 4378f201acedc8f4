"""What wideband members miss: lost frames, halves of frames, meant silence."""

from __future__ import annotations

import numpy as np
import pytest

from media.board import HALF, MEANT, SLOTS
from media.paths import Codec
from tests.media.wide_stage import ROOM, A, B, Far, Stage, silence, tone


@pytest.mark.parametrize("others", [(Codec.G722,), (Codec.PCMA,), (Codec.G722, Codec.PCMA)])
def test_lost_frames_are_concealed_for_all(others: tuple[Codec, ...]) -> None:
    speaker = Far(Codec.G722, tone(200))
    fars = [Far(codec, silence) for codec in others]
    stage = Stage(a=speaker, **{name: far for name, far in zip("bc", fars, strict=False)})
    stage.rooms.bridge(ROOM, list(stage.fars))
    stage.lost[A] = {30, 37}
    stage.talk(45)
    for far in fars:
        power = [20 * np.log10(np.sqrt(np.mean(np.square(f, dtype=float))) / 8000 * np.sqrt(2)) for f in far.heard]
        assert min(power[10:]) > -4 and max(power[10:]) < 3
    assert stage.board.concealed[stage.rows[A]] == 4


def test_a_frame_that_is_half_there_is_half_concealed() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    stage.lost[A] = {21}
    row, board = stage.rows[A], stage.board
    board.ring[21 % SLOTS, row, :HALF] = a.coder.encode([1], np.zeros((1, 320), np.int16))[0][:HALF]
    board.filled[21 % SLOTS, row] = HALF
    stage.talk(10)
    assert board.concealed[row] == 1


def test_a_meant_silence_is_silent() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(10)
    stage.board.missing[stage.rows[A]] = MEANT
    stage.lost[A] = set(range(11, 20))
    stage.talk(6)
    assert np.abs(b.pcm(4)).max() <= 8 and stage.board.concealed[stage.rows[A]] == 0


def test_one_who_does_not_send_costs_no_encoding() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, tone(500))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.board.sends[stage.rows[A]] = False
    stage.talk(5)
    assert (stage.wide._g722._states[0, stage.rows[A], 90:] == 0).all()
