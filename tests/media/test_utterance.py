"""What is spoken, and the name of its WAV."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.utterance import (
    IDENTITY_FILE,
    MAX_CHARS,
    Identity,
    VoiceError,
    checked,
    clean,
    read_identity,
    wav_path,
    write_identity,
)

ENGINE = Identity("test", "1")


@given(st.text())
def test_a_cleaned_text_is_one_line_without_control_or_markup(text):
    cleaned = clean(text)
    assert cleaned.isprintable() or not cleaned
    assert not set(cleaned) & set("<>[]{}|\\`\n\r\t\0")
    assert not cleaned.startswith("-") and "  " not in cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("您好，\n世界", "您好, 世界"),
        ("１２３", "123"),
        ("--help", "help"),
        ("<speak>hi</speak>", "speak hi /speak"),
        ("a\x00b\x1b[2Jc", "ab 2Jc"),
        ("[[h@'l@U]]", "h@'l@U"),
    ],
)
def test_markup_and_controls_lose_their_meaning(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    "text", ["", "   ", "...", "。，！", "\0\0", "<>", "x" * (MAX_CHARS + 1), "\ufdfa" * MAX_CHARS]
)
def test_what_cannot_be_spoken_is_refused_in_a_sentence(text):
    with pytest.raises(VoiceError, match=r"\.$"):
        checked(text, "en")


def test_a_language_without_a_voice_is_refused():
    with pytest.raises(VoiceError, match="no voice for the language 'fr'"):
        checked("bonjour", "fr")


def test_everything_that_shapes_the_sound_shapes_the_name():
    cache = Path("/c")
    names = {
        wav_path(cache, ENGINE, "hello", "en"),
        wav_path(cache, ENGINE, "hello", "zh"),
        wav_path(cache, ENGINE, "hallo", "en"),
        wav_path(cache, Identity("test", "2"), "hello", "en"),
        wav_path(cache, Identity("other", "1"), "hello", "en"),
        wav_path(cache, Identity("test", "1", 160), "hello", "en"),
    }
    assert len(names) == 6
    assert all(name.suffix == ".wav" and name.parent.parent == cache for name in names)


def test_the_identity_survives_the_disk_and_rubbish_is_none(tmp_path):
    assert read_identity(tmp_path) is None
    write_identity(tmp_path, ENGINE)
    assert read_identity(tmp_path) == ENGINE
    for rubbish in ("", "{}", "[1]", '{"engine": 1}', "\0", '{"engine": "a", "version": "b", "rate": "x"}'):
        (tmp_path / IDENTITY_FILE).write_text(rubbish)
        assert read_identity(tmp_path) is None
