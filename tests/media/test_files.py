"""Audio files of every kind that libsndfile reads: right pitch, right level, nothing that was not there, and damage told."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import files, g711
from media.events import PlayEnded
from media.files import FileError, Shelf, read
from media.orders import Play, Sounds
from media.words import File, StreamId
from tests.stage.replay import Bench
from tests.stage.rtp_peer import loudest, purity, rms_dbfs

KINDS = {
    "wav": ("WAV", "PCM_16"),
    "wav24": ("WAV", "PCM_24"),
    "float": ("WAV", "FLOAT"),
    "ulaw": ("WAV", "ULAW"),
    "flac": ("FLAC", "PCM_16"),
    "vorbis": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}
RATES = (8000, 22050, 44100, 48000)
NOT_MADE = {("opus", 22050), ("opus", 44100)}
"""Opus has no such rates."""


def tone(rate: int, hz: float, seconds: float = 2.0, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)


def write(path: Path, sound: np.ndarray, rate: int, kind: str) -> None:
    form, subtype = KINDS[kind]
    soundfile.write(path, sound, rate, format=form, subtype=subtype)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_tone_keeps_its_pitch_and_level(tmp_path: Path, kind: str, rate: int, channels: int) -> None:
    if (kind, rate) in NOT_MADE:
        pytest.skip("the format has no such rate")
    path = tmp_path / "a"
    sound = tone(rate, 600.0)
    # The other channel has another tone: only the first is played.
    write(path, np.stack([sound, tone(rate, 1500.0)], axis=1)[:, :channels], rate, kind)
    pcm, flaw = read(str(path))
    assert flaw == "" and abs(pcm.size - 16000) < 600  # MP3 puts silence before and behind
    middle = pcm[4000:12000]
    assert abs(loudest(middle) - 600) < 2 and purity(middle, 600) > 0.985
    assert abs(rms_dbfs(middle) - rms_dbfs(32767 * tone(8000, 600.0))) < (1.0 if kind == "mp3" else 0.5)


@pytest.mark.parametrize("rate", [44100, 48000, 22050, 16000, 11025])
def test_what_is_above_our_band_is_gone_and_what_is_below_it_is_not(tmp_path: Path, rate: int) -> None:
    """5 kHz at 8 kHz would be heard as 3 kHz."""
    path = tmp_path / "a.wav"
    write(path, tone(rate, 5000.0, level=0.9), rate, "float")
    pcm, _ = read(str(path))
    against = rms_dbfs(32767 * tone(8000, 1000.0, level=0.9))
    assert rms_dbfs(pcm[800:-800]) - against < -50
    for hz in (300.0, 1000.0, 3400.0):
        write(path, tone(rate, hz, level=0.9), rate, "float")
        pcm, _ = read(str(path))
        assert abs(rms_dbfs(pcm[800:-800]) - against) < 0.5 and purity(pcm[800:-800], hz) > 0.999


def test_a_loud_file_is_clipped_and_never_wraps(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write(path, np.concatenate([tone(8000, 500.0, level=2.0), [np.nan, np.inf, -np.inf]]), 8000, "float")
    pcm, _ = read(str(path))
    assert pcm[:16000].max() == 32767 and pcm[:16000].min() == -32768
    assert np.abs(np.diff(pcm[:16000].astype(int))).max() < 27000


def test_each_bad_file_is_one_clear_error(tmp_path: Path) -> None:
    write(tmp_path / "empty", np.zeros(0), 8000, "wav")
    (tmp_path / "nothing").write_bytes(b"")
    (tmp_path / "text").write_text("this is not audio\n" * 100)
    (tmp_path / "zeros").write_bytes(b"\0" * 5000)
    write(tmp_path / "strange", tone(8000, 500.0), 8000, "wav")
    strange = bytearray((tmp_path / "strange").read_bytes())
    strange[24:28] = (0xFFFFFFF0).to_bytes(4, "little")
    (tmp_path / "strange").write_bytes(strange)
    (tmp_path / "secret").write_bytes(b"RIFF")
    os.mkfifo(tmp_path / "fifo")
    for name in ("empty", "nothing", "text", "zeros", "strange", "secret", "missing", "", "fifo"):
        began = time.monotonic()
        with pytest.raises(FileError) as failed:
            Shelf().clip(File(str(tmp_path / name)))
        text = str(failed.value)
        assert text.startswith("cannot play '") and "\n" not in text and time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("flac", "lost sync"),
        ("opus", ""),
        ("mp3", "s are missing"),
        ("vorbis", "holds no audio"),
        ("wav", ""),
    ],
)
def test_a_file_that_is_cut_is_played_as_far_as_it_goes(tmp_path: Path, kind: str, says: str) -> None:
    """libsndfile finds nothing in half a Vorbis file, and takes half a WAV or Opus file for a shorter one."""
    path = tmp_path / "a"
    write(path, tone(48000, 700.0, 4.0), 48000, kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    try:
        pcm, flaw = read(str(path))
    except FileError as mistake:
        pcm, flaw = tone(8000, 700.0), str(mistake)
    assert 4000 < pcm.size <= 16000 and purity(pcm[1600:3600], 700) > 0.98
    assert says in flaw and bool(says) == flaw.startswith("cannot play '") and "\n" not in flaw


def test_bytes_that_went_wrong_never_stop_anything(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for kind in KINDS:
        path = tmp_path / kind
        write(path, tone(48000, 700.0, 0.5), 48000, kind)
        whole = path.read_bytes()
        for _ in range(15):
            hurt = bytearray(whole)
            for at in rng.integers(0, len(hurt), 20):
                hurt[at] = rng.integers(0, 256)
            path.write_bytes(hurt)
            try:
                pcm, _ = read(str(path))
                assert pcm.dtype == np.int16 and 0 < pcm.size <= files.LONGEST_S * 8000
            except FileError as mistake:
                assert "\n" not in str(mistake)


def test_a_header_that_promises_hours_costs_neither_memory_nor_time(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    write(path, tone(8000, 500.0), 8000, "wav")
    data = bytearray(path.read_bytes())
    data[40:44] = (0xFFFFFFF0).to_bytes(4, "little")
    data[4:8] = (0xFFFFFFFF).to_bytes(4, "little")
    path.write_bytes(data)
    began = time.monotonic()
    pcm, _ = read(str(path))
    assert pcm.size == 16000 and time.monotonic() - began < 1


def test_a_long_file_is_cut_at_its_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_S", 3)
    path = tmp_path / "a.wav"
    write(path, tone(44100, 500.0, 5.0), 44100, "wav")
    pcm, flaw = read(str(path))
    assert abs(pcm.size - 24000) < 40 and flaw == ""


# ---- on a call ------------------------------------------------------------------------------------------------------


def hear(bench: Bench, sources: list[Sounds], limit_s: float = 20.0) -> tuple[np.ndarray, PlayEnded]:
    """Play to the listener; what it heard, and how the play ended."""
    bench.order(Play("listener", 1, sources, False))
    heard: list[bytes] = []
    until = time.monotonic() + limit_s
    while not (ended := [event for event in bench.events if isinstance(event, PlayEnded)]):
        assert time.monotonic() < until
        bench.engine.hall.loader.collect()
        playing = bench.engine.hall.streams[StreamId("listener")].player is not None
        got = bench.tick()
        heard += got if playing else []
    codes = np.frombuffer(b"".join(packet[12:] for packet in heard), np.uint8)
    return g711.DECODE[0][codes], ended[0]


def test_a_bad_file_in_a_playlist_costs_nothing_but_itself(tmp_path: Path) -> None:
    for name, hz in (("a", 500.0), ("c", 900.0)):
        write(tmp_path / name, tone(44100, hz, 0.5), 44100, "flac")
    (tmp_path / "b").write_text("no audio at all")
    with Bench() as bench:
        bench.connect()
        pcm, ended = hear(bench, [Sounds(path=str(tmp_path / name)) for name in "abc"])
        assert ended.why == "failed" and ended.heard_ms == 1000
        assert abs(loudest(pcm[:3500]) - 500) < 4 and abs(loudest(pcm[4200:7800]) - 900) < 4
        assert bench.engine._figures()["counters"]["plays_failed"] == 1


def test_a_stop_is_heard_in_the_very_next_packet(tmp_path: Path) -> None:
    """What a digit does: the rest of the playlist is gone within a tick, and what lies below is heard."""
    write(tmp_path / "a", tone(8000, 500.0, 5.0), 8000, "wav")
    with Bench() as bench:
        bench.connect()
        bench.order(Play("listener", 1, [Sounds(path=str(tmp_path / "a"))] * 3, False))
        until = time.monotonic() + 5
        while bench.engine.hall.streams[StreamId("listener")].player is None and time.monotonic() < until:
            bench.engine.hall.loader.collect()
        for _ in range(5):
            (packet,) = bench.tick()
        assert np.abs(g711.DECODE[0][np.frombuffer(packet[12:], np.uint8)].astype(int)).max() > 5000
        bench.engine.hall.sounding.stop_play(bench.engine.hall.streams[StreamId("listener")])
        for _ in range(20):
            for packet in bench.tick():
                assert not g711.DECODE[0][np.frombuffer(packet[12:], np.uint8)].any()
        (ended,) = [event for event in bench.events if isinstance(event, PlayEnded)]
        assert ended.why == "stopped" and ended.heard_ms == 100
