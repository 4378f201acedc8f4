"""Playing what one wants when one wants it: pause, seek, another speed at the same pitch, a file that still grows."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import g711, orders, wording
from media.board import Board
from media.disk_orders import Block, Create
from media.events import PlayEnded
from media.files import Loader, Shelf
from media.sounding import FOLLOW_S, Sounding
from media.source import Clip, Player
from media.stretch import stretch
from media.tape import Tape
from media.words import File, StreamId


def chirps(seconds: int) -> np.ndarray:
    """Each second has a pitch of its own: 300, 400, ... Hz."""
    time_s = np.arange(seconds * 8000) / 8000
    return (8000 * np.sin(2 * np.pi * (300 + 100 * (time_s // 1)) * time_s)).astype(np.int16)


def pitch(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * 8000 / samples.size)


def heard(player: Player, frames: int) -> np.ndarray:
    return np.concatenate([g711.decode(player.take()[None], np.zeros(1, np.uint8))[0] for _ in range(frames)])


def test_seek_and_skip_land_where_they_say() -> None:
    player = Player(1, [Clip(chirps(3)), Clip(chirps(2))], 0, loop=False)
    player.seek(2000)
    assert abs(pitch(heard(player, 20)) - 500) < 5
    player.seek(player.position_ms - 1400)
    assert abs(pitch(heard(player, 15)) - 400) < 8
    player.seek(4000)
    assert abs(pitch(heard(player, 20)) - 400) < 5
    player.seek(99_999)
    assert player.over
    player.seek(-5)
    assert not player.over and player.position_ms == 0


def test_a_pause_is_silence_and_loses_nothing() -> None:
    whole = heard(Player(1, [Clip(chirps(1))], 0, loop=False), 50)
    player = Player(1, [Clip(chirps(1))], 0, loop=False)
    first = heard(player, 20)
    player.paused = True
    assert not heard(player, 30).any() and player.heard_ms == 400 and not player.over
    player.paused = False
    assert (np.concatenate([first, heard(player, 30)]) == whole).all() and player.over


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 1.5, 2.0])
def test_another_speed_has_the_same_pitch_and_level(speed: float) -> None:
    sound = chirps(4)
    fast = stretch(sound, speed)
    assert abs(fast.size - sound.size / speed) <= 1
    for second in range(4):
        middle = int((second + 0.5) * 8000 / speed)
        part = fast[middle - 1200 : middle + 1200]
        assert abs(pitch(part) - (300 + 100 * second)) < 8
        assert 0.9 < np.sqrt(np.mean(part.astype(float) ** 2)) / (8000 / np.sqrt(2)) < 1.1


def test_a_play_at_another_speed_goes_on_where_it_was() -> None:
    player = Player(1, [Clip(chirps(4))], 0, loop=False)
    heard(player, 110)
    fast = Player(1, player.clips, 0, loop=False, speed=2.0)
    fast.take_over(player)
    assert fast.position_ms == player.position_ms == 2200 and fast.heard_ms == 2200
    assert abs(pitch(heard(fast, 15)) - 500) < 15
    slow = Player(1, player.clips, 0, loop=False, speed=1.0)
    slow.take_over(fast)
    assert slow.position_ms == 2800


def test_the_shelf_keeps_to_its_bound(tmp_path: Path) -> None:
    shelf = Shelf(limit=100_000)
    for n, seconds in enumerate((1, 1, 1, 1, 5, 1)):
        soundfile.write(tmp_path / f"{n}.wav", chirps(seconds), 8000)
        shelf.clip(File(str(tmp_path / f"{n}.wav")))
        assert shelf._bytes <= 100_000 and shelf._bytes == sum(clip.bytes for clip in shelf._clips.values())
    assert len(shelf._clips) == 3


class Listener:
    """As much of a stream as a play needs."""

    def __init__(self, board: Board) -> None:
        self.id, self.row = StreamId("leg"), board.take()
        self.player: Player | None = None
        self.play, self.music = 0, None


def test_a_file_that_is_still_recorded_is_played_to_its_end(tmp_path: Path) -> None:
    path, sound = tmp_path / "call.wav", chirps(6)
    codes = g711.encode_all(sound, 0).tobytes()
    tape = Tape.create(Create("r", str(path), 1, False))
    tape.add(Block("r", 0, 0, 0, codes[:8000], b""))
    board, told, loader = Board(8), [], Loader()
    stream = Listener(board)
    sounding = Sounding(board, loader, {stream.id: stream}, told.append)  # type: ignore[dict-item]
    sounding.play(stream, orders.Play("leg", 7, [wording.sounds(File(str(path), follow=True))], False))  # type: ignore[arg-type]
    out, limit = [], time.monotonic() + 20
    while stream.player is None and time.monotonic() < limit:
        loader.collect()
    while not told and time.monotonic() < limit:
        board.now += 0.02
        if len(out) % 50 == 20 and len(tape_at := codes[tape.samples : tape.samples + 8000]):
            tape.add(Block("r", tape.samples, 0, 0, tape_at, b""))
        sounding.overlay()
        out.append(g711.decode(board.out[stream.row][None], np.zeros(1, np.uint8))[0])
        while stream.player is not None and stream.player.growing is not None and stream.player.growing.loading:
            loader.collect()
    tape.close()
    loader.close()
    assert told == [PlayEnded(stream.id, 7, "done", 6000)]
    pcm = np.concatenate(out)
    assert (pcm[: sound.size] == g711.DECODE[0][np.frombuffer(codes, np.uint8)]).all()
    assert sound.size + FOLLOW_S * 8000 * 0.3 < pcm.size < sound.size + (FOLLOW_S + 1) * 8000
