"""Real voices to measure with: the prompts of Debian's `asterisk-core-sounds-en-wav`, where they are installed.

Nothing needs them: who asks for them where they are absent is skipped, with a word.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
import soundfile

PACKAGE = "asterisk-core-sounds-en-wav"
DIRECTORY = Path("/usr/share/asterisk/sounds/en_US_f_Allison")


@functools.cache
def prompts() -> dict[str, np.ndarray]:
    """PCM16 at 8 kHz of each prompt, by its name within the directory; some 570, 25 minutes in all."""
    paths = sorted(DIRECTORY.rglob("*.wav"))
    if not paths:
        pytest.skip(f"Debian's {PACKAGE} is not installed here: no recorded voices to measure with")
    found = {}
    for path in paths:
        pcm, rate = soundfile.read(path, dtype="int16")
        if rate == 8000 and pcm.size:
            found[str(path.relative_to(DIRECTORY).with_suffix(""))] = pcm
    return found
