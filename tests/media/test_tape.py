"""Recordings in every form: what a reader that is not ours finds in them, whole or killed, gaps and all."""

from __future__ import annotations

import audioop
import itertools
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import g711
from media.disk_orders import Block, Create
from media.encoder import Encoder, available, encode
from media.recording_report import RecordingFormat
from media.tape import Tape

SECOND = 8000
WAVE = (9000 * np.sin(2 * np.pi * 440 * np.arange(SECOND) / SECOND)).astype(np.int16)
LEFT, RIGHT = g711.encode_all(WAVE, 0).tobytes(), g711.encode_all(WAVE // 2, 1).tobytes()


def taped(path: Path, form: RecordingFormat, seconds: int, channels: int = 2, mix: bool = False) -> Tape:
    tape = Tape.create(Create("r", str(path), channels, False, form.value, mix))
    for n in range(seconds):
        tape.add(Block("r", n * SECOND, 0, 1, LEFT, RIGHT))
    return tape


@pytest.mark.parametrize(
    ("form", "subtype"),
    [
        (RecordingFormat.WAV, "PCM_16"),
        (RecordingFormat.WAV_ULAW, "ULAW"),
        (RecordingFormat.WAV_ALAW, "ALAW"),
    ],
)
def test_each_wav_is_whole_after_every_block_and_its_gaps_are_silent(
    tmp_path: Path, form: RecordingFormat, subtype: str
) -> None:
    path = tmp_path / "call.wav"
    tape = taped(path, form, 2)
    tape.add(Block("r", 4 * SECOND, 0, 1, LEFT, RIGHT))
    info = soundfile.info(path)
    assert (info.subtype, info.channels, info.samplerate, info.frames) == (subtype, 2, SECOND, 5 * SECOND)
    tape.end(6 * SECOND)
    tape.close()
    pcm, _ = soundfile.read(path, dtype="int16")
    assert len(pcm) == 6 * SECOND and tape.written == 3 * SECOND
    assert path.stat().st_size == tape.total_bytes
    left = np.frombuffer(audioop.ulaw2lin(LEFT, 2), np.int16).astype(int)
    right = np.frombuffer(audioop.alaw2lin(RIGHT, 2), np.int16).astype(int)
    assert np.abs(pcm[4 * SECOND : 5 * SECOND, 0] - left).max() <= 256
    assert np.abs(pcm[:SECOND, 1] - right).max() <= 256
    assert np.abs(pcm[2 * SECOND : 4 * SECOND].astype(int)).max() <= 8
    assert np.abs(pcm[5 * SECOND :].astype(int)).max() <= 8


def test_g711_goes_on_after_a_restart_and_becomes_wide(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    tape = Tape.create(Create("r", str(path), 1, False, "wav-alaw"))
    tape.add(Block("r", 0, 1, 0, RIGHT, b""))
    tape.close()
    tape = Tape.create(Create("r", str(path), 1, True, "wav-alaw"))
    tape.widen()
    tape.add(Block("r", 2 * SECOND, 0, 1, LEFT, RIGHT))
    tape.close()
    pcm, _ = soundfile.read(path, dtype="int16")
    assert pcm.shape == (3 * SECOND, 2) and np.abs(pcm[: 2 * SECOND, 1].astype(int)).max() <= 8
    assert np.abs(pcm[:SECOND, 0]).max() > 4000 and np.abs(pcm[SECOND : 2 * SECOND, 0].astype(int)).max() <= 8


def test_a_mix_is_the_sum_of_both_sides_clipped(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    tape = Tape.create(Create("r", str(path), 1, False, "wav", True))
    loud = bytes([0x80]) * 160  # the greatest mu-law sample
    tape.add(Block("r", 0, 0, 1, LEFT, RIGHT))
    tape.add(Block("r", SECOND, 0, 0, loud, loud))
    tape.widen()
    tape.close()
    pcm, _ = soundfile.read(path, dtype="int16")
    expected = audioop.add(audioop.ulaw2lin(LEFT, 2), audioop.alaw2lin(RIGHT, 2), 2)
    assert pcm.ndim == 1 and pcm[:SECOND].tobytes() == expected and (pcm[SECOND:] == 32767).all()


@pytest.mark.parametrize("form", [RecordingFormat.FLAC, RecordingFormat.OPUS])
def test_what_is_encoded_at_the_end_is_the_same_sound(tmp_path: Path, form: RecordingFormat) -> None:
    if not available(form):
        pytest.skip(f"libsndfile here has no {form.value}")
    path = tmp_path / f"call.{form.value}"
    tape = taped(path, form, 3)
    assert not path.exists() and soundfile.info(tape.path).frames == 3 * SECOND
    raw, _ = soundfile.read(tape.path, dtype="int16")
    tape.close()
    encoder = Encoder()
    encoder.submit("engine", "r", tape)
    limit = time.monotonic() + 20
    while not (done := list(encoder.collect())) and time.monotonic() < limit:
        time.sleep(0.01)
    ((owner, answer),) = done
    assert owner == "engine" and answer.failed == "" and answer.bytes == path.stat().st_size
    assert list(tmp_path.iterdir()) == [path] and path.stat().st_mode & 0o777 == 0o640
    pcm, rate = soundfile.read(path, dtype="int16")
    assert rate == SECOND and pcm.shape == raw.shape
    if form is RecordingFormat.FLAC:
        assert (pcm == raw).all()
    else:
        assert path.stat().st_size < 50_000
        for side in (0, 1):
            assert np.corrcoef(pcm[4000:20000, side], raw[4000:20000, side])[0, 1] > 0.98


def test_an_encoding_never_takes_another_files_place(tmp_path: Path) -> None:
    path = tmp_path / "call.flac"
    tape = taped(path, RecordingFormat.FLAC, 1)
    tape.close()
    path.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        encode(tape.path, str(path), RecordingFormat.FLAC)
    assert path.read_bytes() == b"mine" and soundfile.info(tape.path).frames == SECOND
    with pytest.raises(FileExistsError):
        Tape.create(Create("s", str(path), 1, False, "flac"))


def test_every_form_is_readable_after_kill_9(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from tests.media.test_tape import taped
from media.recording_report import RecordingFormat
from pathlib import Path
for form in RecordingFormat:
    taped(Path(sys.argv[1]) / f"call-{form.name}", form, 5)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=Path(__file__).parents[2], timeout=60)
    assert ended.returncode == -9
    for form in RecordingFormat:
        path = tmp_path / (f"call-{form.name}" + (".wav" if form.encoded else ""))
        pcm, _ = soundfile.read(path, dtype="int16")
        assert pcm.shape == (5 * SECOND, 2) and np.abs(pcm).max() > 8000


def test_every_order_of_loss_gives_the_same_length(tmp_path: Path) -> None:
    for n, kept in enumerate(itertools.combinations(range(4), 2)):
        tape = Tape.create(Create("r", str(tmp_path / f"{n}.wav"), 2, False, "wav-ulaw"))
        for at in kept:
            tape.add(Block("r", at * SECOND, 0, 1, LEFT, RIGHT))
        tape.end(4 * SECOND)
        tape.close()
        assert soundfile.info(tape.path).frames == 4 * SECOND and tape.written == 2 * SECOND
