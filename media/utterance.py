"""One text to be spoken, and where its audio lies.

Both sides of the synthesis socket use this file, so that they agree, without talking, on what a text is and on
the name of its WAV: a cache hit never wakes the child. The name is a hash of all that shapes the sound.

Deliberately absent: making the sound (synth.py), asking for it (voice.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from media.words import RATE_HZ

MAX_CHARS = 600
"""Longest text; about two minutes of speech. Longer is a mistake or an attack, and would keep others waiting."""
WORDS_A_MINUTE = 155
"""Pace. 150-160 is easy to follow over a telephone in English and in Mandarin."""
VOICES = {"en": "gmw/en-us", "zh": "sit/cmn-latn-pinyin", "yue": "sit/yue"}
"""Language -> voice. Never "zh" or "cmn": the first may be an MBROLA voice, the second reads tones as digits."""
IDENTITY_FILE = "engine.json"


class VoiceError(Exception):
    """A text could not be spoken. The message is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which synthesiser speaks. The child writes it into the cache; without it nothing can be a hit."""

    engine: str
    version: str
    rate: int = WORDS_A_MINUTE
    """Words a minute."""


def clean(text: str) -> str:
    """The text as it is spoken: one line, no control characters, no markup that an engine might obey.

    Total: any string gives a string, perhaps empty.
    """
    kept = []
    # Compatibility forms become plain ones, so that full-width digits and Latin are read and hash alike.
    for char in unicodedata.normalize("NFKC", text.replace("\r", "\n")):
        category = unicodedata.category(char)
        if char in "<>[]{}|\\`" or category in ("Zs", "Zl", "Zp") or char in "\n\t":
            kept.append(" ")
        elif not category.startswith("C"):
            kept.append(char)
    # A leading dash would be an option to a command line; it is never spoken.
    return re.sub(r" +", " ", "".join(kept)).strip().lstrip("-–— ")


def checked(text: str, language: str) -> str:
    """The cleaned text. Raises `VoiceError` when there is nothing to say, too much, or no such voice."""
    if language not in VOICES:
        raise VoiceError(f"There is no voice for the language {language!r}; there are {', '.join(sorted(VOICES))}.")
    if len(text) > MAX_CHARS:
        raise VoiceError(f"The text has {len(text)} characters; at most {MAX_CHARS} are spoken at once.")
    cleaned = clean(text)
    if len(cleaned) > MAX_CHARS:
        raise VoiceError(f"The text grows to {len(cleaned)} characters; at most {MAX_CHARS} are spoken at once.")
    if not any(char.isalnum() for char in cleaned):
        raise VoiceError("The text has nothing in it that can be spoken.")
    return cleaned


def wav_path(cache: Path, identity: Identity, text: str, language: str) -> Path:
    """Where the WAV of a cleaned text lies, or will lie: mono PCM16 at 8 kHz."""
    parts = (identity.engine, identity.version, VOICES[language], str(identity.rate), str(RATE_HZ), text)
    key = hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()
    return cache / key[:2] / f"{key}.wav"


def write_identity(cache: Path, identity: Identity) -> None:
    """Leave the synthesiser's identity in the cache, at once or not at all. Raises OSError."""
    part = cache / f"{IDENTITY_FILE}.{os.getpid()}.part"
    part.write_text(json.dumps(asdict(identity)), "utf-8")
    part.replace(cache / IDENTITY_FILE)


def read_identity(cache: Path) -> Identity | None:
    """The identity last written into the cache; None when there is none that can be read."""
    try:
        data = json.loads((cache / IDENTITY_FILE).read_text("utf-8"))
        return Identity(str(data["engine"]), str(data["version"]), int(data["rate"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
