"""What can be played: tones, files of any rate, loops, and the house's own music."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import g711, music, tone
from media.files import FileError, Loader, Shelf, read
from media.source import Clip, Player, clip_of
from media.words import File, Silence, Tone
from tests.stage.rtp_peer import loudest, purity, rms_dbfs


def frames(player: Player, most: int = 1000) -> np.ndarray:
    found = []
    while not player.over and len(found) < most:
        found.append(player.take().copy())
    return g711.DECODE[0][np.concatenate(found)]


def test_a_tone_has_its_pitch_level_and_cadence() -> None:
    pcm, endless = tone.samples(Tone((440.0,), on_ms=300, off_ms=200, repeat=3, level_dbm0=-10.0))
    assert pcm.size == 3 * 4000 and not endless
    assert purity(pcm[:2400], 440) > 0.99 and not pcm[2400:4000].any()
    # A sine's RMS is 3.01 dB under its peak, and 0 dBm0 peaks 3.17 dB under full scale.
    assert abs(rms_dbfs(pcm[100:2300]) - (-10 - 3.17 - 3.01)) < 0.2


def test_an_endless_tone_has_no_seam() -> None:
    pcm, endless = tone.samples(Tone((350.0, 440.0)))
    assert endless
    twice = np.concatenate([pcm, pcm]).astype(float)
    seam = np.abs(np.diff(twice))[pcm.size - 1]
    assert seam <= np.abs(np.diff(pcm.astype(float))).max()


@pytest.mark.parametrize(
    ("key", "low", "high"), [("1", 697, 1209), ("5", 770, 1336), ("#", 941, 1477), ("d", 941, 1633)]
)
def test_a_key_is_its_pair(key: str, low: int, high: int) -> None:
    pcm = tone.digit(key, 200)
    assert purity(pcm, low) + purity(pcm, high) > 0.98
    assert tone.digit("x", 100).size == tone.digit("", 100).size == 0


def test_a_player_plays_its_parts_in_turn_and_says_how_much_was_heard() -> None:
    parts = [clip_of(Silence(30)), clip_of(Tone((1000.0,), on_ms=50)), clip_of(Silence(25))]
    player = Player(1, parts, 0, loop=False)
    pcm = frames(player)
    assert player.over and player.heard_ms == 105
    assert pcm.size == 6 * 160 and not pcm[:240].any() and pcm[250:630].any() and not pcm[650:].any()


def test_a_loop_never_ends_and_counts_on() -> None:
    player = Player(1, [Clip(np.arange(1, 241, dtype=np.int16) * 100)], 0, loop=True)
    pcm = frames(player, 30)
    assert player.heard_ms == 600
    assert (pcm[:240] == pcm[2400:2640]).all() and (pcm[:240] == pcm[240:480]).all()


def test_an_endless_tail_loops_without_the_head() -> None:
    player = Player(1, [clip_of(Tone((500.0,), on_ms=100)), clip_of(Tone((1000.0,)))], 0, loop=False)
    pcm = frames(player, 700)
    assert purity(pcm[-8000:], 1000) > 0.99 and not player.over


def test_a_play_of_nothing_is_over_at_once() -> None:
    assert Player(1, [], 0, loop=True).over
    assert Player(1, [clip_of(Silence(0))], 0, loop=True).over


def test_a_change_of_law_goes_on_where_it_was() -> None:
    player = Player(1, [clip_of(Tone((1000.0,), on_ms=1000))], 0, loop=False)
    for _ in range(10):
        player.take()
    player.speak(1)
    pcm = g711.DECODE[1][np.concatenate([player.take() for _ in range(20)])]
    assert purity(pcm, 1000) > 0.98


@pytest.mark.parametrize(
    ("rate", "kind"), [(8000, "wav"), (16000, "wav"), (44100, "flac"), (48000, "ogg"), (11025, "wav")]
)
def test_files_of_any_rate_become_eight_kilohertz(tmp_path: Path, rate: int, kind: str) -> None:
    path = tmp_path / f"tone.{kind}"
    time = np.arange(rate * 5 // 2) / rate
    soundfile.write(path, np.stack([0.3 * np.sin(2 * np.pi * 600 * time), 0 * time], axis=1), rate)
    pcm, flaw = read(str(path))
    assert not flaw
    assert abs(pcm.size - 20000) <= 2
    assert abs(loudest(pcm) - 600) < 2 and purity(pcm, 600) > 0.99
    assert abs(rms_dbfs(pcm) - rms_dbfs(0.3 * 32767 * np.sin(2 * np.pi * 600 * time))) < 0.3


def test_what_is_no_audio_has_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not audio")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name in ("text.wav", "empty.wav", "missing.wav", ".", "nul\0l"):
        with pytest.raises(FileError, match="cannot play"):
            Shelf().clip(File(str(tmp_path / name)))


def test_the_shelf_is_bounded_and_sees_a_changed_file(tmp_path: Path) -> None:
    for n in range(4):
        soundfile.write(tmp_path / f"{n}.wav", np.full(8000, 0.1 * n), 8000)
    shelf = Shelf(limit=80_000)
    first = shelf.clip(File(str(tmp_path / "0.wav")))
    assert shelf.clip(File(str(tmp_path / "0.wav"))) is first
    for n in range(4):
        shelf.clip(File(str(tmp_path / f"{n}.wav")))
    assert shelf._bytes <= 80_000 and len(shelf._clips) == 2
    soundfile.write(tmp_path / "3.wav", np.full(4000, 0.5), 8000)
    assert shelf.clip(File(str(tmp_path / "3.wav"))).samples.size == 4000


def test_the_loader_gives_results_back_where_they_are_collected() -> None:
    loader, found = Loader(), []
    for n in range(3):
        loader.submit(lambda n=n: n * 2, found.append)
    loader._jobs.put(None)
    loader._thread.join(5)
    assert found == []
    loader.collect()
    assert found == [0, 2, 4]
    loader.close()


def test_the_houses_music_is_gentle_never_silent_and_loops() -> None:
    pcm = music.house_music()
    assert abs(rms_dbfs(pcm) - music.LEVEL_DBFS) < 0.5 and np.abs(pcm).max() < 20000
    seconds = pcm[: pcm.size // 8000 * 8000].reshape(-1, 8000)
    assert min(rms_dbfs(second) for second in seconds) > -32
    steps = np.abs(np.diff(np.concatenate([pcm, pcm[:1]]).astype(float)))
    assert steps[-1] <= steps[:-1].max()
    assert pcm.size % 160 == 0


def test_listeners_of_a_class_share_one_position(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.linspace(-0.5, 0.5, 8000), 8000)
    jukebox = music.Jukebox()
    track, mistakes = music.load(Shelf(), [str(tmp_path / "a.wav"), str(tmp_path / "none.wav")])
    assert len(mistakes) == 1 and track.shape == (2, 8000)
    jukebox.put("quiet", track)
    assert (jukebox.frame("quiet", 0, 51) == track[0, 160:320]).all()
    assert (jukebox.frame("quiet", 1, 1) == track[1, 160:320]).all()
    assert jukebox.frame("unknown", 0, 3).size == 160
    jukebox.keep(set())
    assert (jukebox.frame("quiet", 0, 3) == jukebox.frame("unknown", 0, 3)).all()
