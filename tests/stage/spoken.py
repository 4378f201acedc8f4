"""Speech to measure with: espeak-ng's, rendered by the product's own synthesiser in a process of its own."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[2]
TEXTS = (
    ("en", "Welcome to the hotline. All our agents are busy at the moment, please stay on the line."),
    ("en", "Your call may be recorded. The order number is seven three nine, one five zero, two two eight."),
    ("zh", "您好，欢迎致电客户服务中心。现在所有坐席都在忙，请您耐心等待，我们会尽快为您服务。"),
    ("zh", "您的订单编号是七三九一五零，预计明天下午三点送达。"),
)
_RENDER = """
import json, sys
from pathlib import Path
from media import synth
from media.utterance import VOICES
engine = synth.start()
for n, (language, text) in enumerate(json.load(sys.stdin)):
    synth.render(engine, text, VOICES[language], Path(sys.argv[1]) / f"{n}.wav")
"""


def render(texts: list[tuple[str, str]]) -> np.ndarray:
    """PCM16 at 8 kHz of all `texts` (language, text), one after the other; skips the test where nothing can speak."""
    import json

    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", _RENDER, directory]
        done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode:
            pytest.skip(f"no speech here: {done.stderr[-200:]}")
        waves = [soundfile.read(Path(directory) / f"{n}.wav", dtype="int16")[0] for n in range(len(texts))]
    return np.concatenate(waves)


@functools.cache
def speech() -> np.ndarray:
    """Some twenty seconds of English and Mandarin."""
    return render(list(TEXTS))
