"""Recordings on disk: readable at every moment, never over another file, whole whatever was dropped."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
import soundfile

from media import g711
from media.disk import Client
from media.disk_orders import Block, Create, Created, DiskAnswer, Failed, Finish, Finished, Widen
from media.encoder import Encoder
from media.tape import Tape


class Engine(Client):
    """A client without a socket that keeps its answers."""

    def __init__(self) -> None:
        super().__init__(sock=None, encoder=Encoder())  # type: ignore[arg-type]
        self.answers: list[DiskAnswer] = []

    def answer(self, answer: DiskAnswer) -> None:
        self.answers.append(answer)


def block(at: int, left: int, right: int, samples: int = 800) -> Block:
    return Block("r", at, 0, 1, bytes([left]) * samples, bytes([right]) * samples)


def test_a_recording_is_readable_after_each_block(tmp_path: Path) -> None:
    engine, path = Engine(), tmp_path / "a" / "b" / "call.wav"
    engine.do(Create("r", str(path), 2, False))
    assert len(soundfile.read(path)[0]) == 0
    for n in range(5):
        engine.do(block(n * 800, 0x10 + n, 0x20 + n))
        pcm, _ = soundfile.read(path, dtype="int16")
        assert pcm.shape == ((n + 1) * 800, 2)
        assert (pcm[-1] == [g711.DECODE[0][0x10 + n], g711.DECODE[1][0x20 + n]]).all()
    engine.do(Finish("r", 4000))
    assert engine.answers == [Created("r"), Finished("r", 4000, 44 + 16000, "", 4000)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_lost_block_is_silence_and_the_length_is_right(tmp_path: Path) -> None:
    engine, path = Engine(), tmp_path / "call.wav"
    engine.do(Create("r", str(path), 2, False))
    engine.do(block(0, 1, 1))
    engine.do(block(1600, 1, 1))
    engine.do(Finish("r", 4000))
    pcm, _ = soundfile.read(path, dtype="int16")
    assert len(pcm) == 4000 and pcm[:800].all() and not pcm[800:1600].any() and pcm[1600:2400].all()
    assert not pcm[2400:].any()


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    engine, path = Engine(), tmp_path / "call.wav"
    path.write_bytes(b"mine")
    engine.do(Create("r", str(path), 2, False))
    engine.do(block(0, 1, 1))
    engine.do(Finish("r", 800))
    assert path.read_bytes() == b"mine"
    assert engine.answers == [Failed("r", "File exists"), Finished("r", 0, 0, "there is no file")]


def test_a_recording_goes_on_after_a_restart(tmp_path: Path) -> None:
    engine, path = Engine(), tmp_path / "call.wav"
    engine.do(Create("r", str(path), 2, False))
    engine.do(block(0, 1, 1))
    engine = Engine()
    engine.do(Create("r", str(path), 2, True))
    engine.do(Create("r", str(path), 2, False))
    engine.do(block(1600, 2, 2))
    engine.do(Finish("r", 2400))
    pcm, _ = soundfile.read(path, dtype="int16")
    assert len(pcm) == 2400 and pcm[:800].all() and not pcm[800:1600].any() and pcm[1600:].all()


def test_mono_becomes_stereo_and_loses_nothing(tmp_path: Path) -> None:
    engine, path = Engine(), tmp_path / "call.wav"
    engine.do(Create("r", str(path), 1, False))
    engine.do(Block("r", 0, 0, 0, b"\x11" * 800, b""))
    assert soundfile.info(path).channels == 1
    engine.do(Widen("r"))
    engine.do(Widen("r"))
    engine.do(block(800, 0x11, 0x22))
    engine.do(Finish("r", 1600))
    pcm, _ = soundfile.read(path, dtype="int16")
    assert pcm.shape == (1600, 2) and (pcm[:, 0] == g711.DECODE[0][0x11]).all()
    assert not pcm[:800, 1].any() and (pcm[800:, 1] == g711.DECODE[1][0x22]).all()
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_becomes_full_fails_once_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, path = Engine(), tmp_path / "call.wav"
    engine.do(Create("r", str(path), 2, False))
    engine.do(block(0, 1, 1))

    def full(self: Tape, at: int, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Tape, "_write", full)
    engine.do(block(800, 1, 1))
    engine.do(block(1600, 1, 1))
    engine.do(Finish("r", 2400))
    assert engine.answers[1:] == [
        Failed("r", "No space left on device"),
        Finished("r", 800, 44 + 3200, "No space left on device", 800),
    ]
    assert len(soundfile.read(path)[0]) == 800


def test_a_path_that_cannot_be_is_an_answer(tmp_path: Path) -> None:
    engine = Engine()
    for path in ("/proc/x/y.wav", "nul\0l", str(tmp_path)):
        engine.do(Create("r", path, 2, False))
    assert all(isinstance(answer, Failed) for answer in engine.answers) and len(engine.answers) == 3
