"""Loudness, edges, and what happens when an engine fails. No engine is started here; see test_voice.py."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile

from media import synth
from media.utterance import Identity, VoiceError


def tone(seconds: float, amplitude: float) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * 300 * np.arange(int(8000 * seconds)) / 8000)).astype(np.float32)


def dbfs(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples.astype(np.float64)))))


@pytest.mark.parametrize("amplitude", [0.001, 0.05, 0.9])
def test_speech_of_any_level_comes_out_at_minus_20(amplitude):
    assert dbfs(synth.levelled(tone(1.0, amplitude))) == pytest.approx(-20, abs=0.2)


def test_pauses_do_not_raise_the_level_of_the_words():
    quiet = np.zeros(16000, np.float32)
    loud = synth.levelled(np.concatenate([tone(1.0, 0.3), quiet, tone(1.0, 0.3)]))
    assert dbfs(loud[:7800]) == pytest.approx(-20, abs=0.3)


def test_silent_edges_are_cut_to_60_ms():
    edge = np.zeros(8000, np.float32)
    cut = synth.levelled(np.concatenate([edge, tone(1.0, 0.3), edge]))
    assert 8000 <= len(cut) <= 8000 + 2 * (480 + 160)


def test_peaks_are_bent_and_never_clipped():
    pulses = np.zeros(8000, np.float32)
    pulses[::400] = 1.0
    loud = synth.levelled(pulses)
    assert np.abs(loud).max() <= 1.0
    assert len(np.unique(np.abs(loud[np.abs(loud) > 0.5]))) >= 1


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(10), np.zeros(8000)])
def test_no_sound_is_an_error(samples):
    with pytest.raises(VoiceError):
        synth.levelled(samples.astype(np.float32))


class Engine:
    """An engine that writes what it is told to."""

    identity = Identity("test", "1")

    def __init__(self, content: bytes | np.ndarray) -> None:
        self.content = content

    def raw(self, text, voice, path):
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            soundfile.write(str(path), self.content, 22050, format="WAV")


def test_a_rendered_wav_is_8_khz_mono_pcm16(tmp_path):
    wav = tmp_path / "ab" / "x.wav"
    synth.render(Engine(np.sin(np.arange(22050) / 20)), "x", "v", wav)
    facts = soundfile.info(str(wav))
    assert (facts.samplerate, facts.channels, facts.subtype) == (8000, 1, "PCM_16")
    assert facts.duration == pytest.approx(1.0, abs=0.02)
    assert list(wav.parent.iterdir()) == [wav]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\0" * 1000, np.zeros(22050), np.zeros(0)])
def test_a_failed_rendering_leaves_nothing_behind(tmp_path, content):
    wav = tmp_path / "ab" / "x.wav"
    with pytest.raises(VoiceError):
        synth.render(Engine(content), "x", "v", wav)
    assert list(wav.parent.iterdir()) == []


def test_without_any_engine_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyttsx3", None)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(VoiceError, match="libespeak-ng1") as caught:
        synth.start()
    assert "\n" not in str(caught.value)


def test_without_pyttsx3_the_command_speaks(monkeypatch, tmp_path):
    program = tmp_path / "espeak-ng"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "eSpeak NG text-to-speech: 1.51  Data at: /x"; exit; fi\n'
        f'cat > "{tmp_path}/stdin"; echo "$@" > "{tmp_path}/args"; cp "{tmp_path}/tone.wav" "$8"\n'
    )
    program.chmod(0o755)
    soundfile.write(str(tmp_path / "tone.wav"), np.sin(np.arange(22050) / 20), 22050)
    monkeypatch.setitem(__import__("sys").modules, "pyttsx3", None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    engine = synth.start()
    assert engine.identity.engine == "espeak-ng" and "1.51" in engine.identity.version
    synth.render(engine, "$(reboot) 你好", "sit/cmn-latn-pinyin", tmp_path / "out" / "x.wav")
    assert (tmp_path / "stdin").read_text() == "$(reboot) 你好"
    assert "reboot" not in (tmp_path / "args").read_text()


def test_an_engine_that_is_stuck_is_interrupted(monkeypatch):
    import time

    with pytest.raises(synth.Stuck), synth._limit(0.05):
        while True:
            time.sleep(0.01)
