"""Answers to outbound calls, to judge the judge by: what humans and machines say first, and what lies around it.

Spoken by espeak-ng in many voices and paces, English and Mandarin, and put together from recorded prompts where those
are installed. A half of the texts and voices is there to choose parameters by ("learn"), the other half to measure with
("exam"): nothing that was used to choose is in a figure.

Each answer goes over a line of its own: level -10 to -35 dBFS, noise or babble behind it, G.711 of either law, the
network's ring-back cut off at its beginning now and then. Seconds, and PCM16 of 8 kHz.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media import g711, music
from tests.stage import recorded

LONG_S = 2.5
"""A human's greeting that is longer is a company's, or slow: it has the length of a machine's."""
ROOT = Path(__file__).resolve().parents[2]
RATES = {"learn": (135, 165), "exam": (145, 180)}
VOICES = {
    ("learn", "en"): ("gmw/en-us", "gmw/en+f2", "gmw/en-us+m3"),
    ("exam", "en"): ("gmw/en", "gmw/en-us+f4", "gmw/en-gb-x-rp+m7"),
    ("learn", "zh"): ("sit/cmn-latn-pinyin", "sit/cmn-latn-pinyin+f2"),
    ("exam", "zh"): ("sit/cmn-latn-pinyin+f4", "sit/cmn-latn-pinyin+m7"),
}
HUMANS = {
    ("learn", "en"): (
        "Hello?", "Yes?", "Hello, this is John speaking.", "Good morning, Miller and Sons, how can I help you?",
        "Hi, who is it?", "Smith residence.", "Jones.",
    ),
    ("exam", "en"): (
        "Hello, hello?", "Yeah?", "Mary speaking, good evening.", "Good afternoon, Green Valley Hotel, Susan speaking.",
        "Yes, who is calling, please?", "Accounts department.", "Speaking.",
    ),
    ("learn", "zh"): ("喂，你好。", "喂？", "你好，请讲。", "您好，蓝天公司，请问有什么可以帮您？", "喂，哪位？"),
    ("exam", "zh"): ("喂喂，你好。", "哪位？", "喂，您好，我是王小明。", "您好，客服部，请说。", "你好？"),
}  # fmt: skip
MACHINES = {
    ("learn", "en"): (
        "You have reached five five five, one two three four. Please leave a message after the tone.",
        "Hi, this is Mary. I can't come to the phone right now. Please leave your name and number after the beep.",
        "Thank you for calling Miller and Sons. Our office is closed. Please leave a message after the tone.",
        "Your call has been forwarded to an automatic voice message system. At the tone, please record your message.",
    ),
    ("exam", "en"): (
        "The person you are trying to reach is not available. Please record your message after the tone.",
        "Hello, you've reached the Smiths. We are not at home. Leave a message, and we will call you back.",
        "Welcome to the voice mailbox of Peter Brown. Please speak after the beep.",
        "Sorry, nobody is available to take your call. When you have finished your message, hang up or press pound.",
    ),
    ("learn", "zh"): (
        "您好，您拨打的用户暂时无法接听，请在滴声后留言。",
        "您好，这里是王先生的语音信箱，我现在不方便接听电话，请留下您的姓名和电话。",
        "欢迎致电蓝天公司，现在是非工作时间，请在提示音后留言。",
    ),
    ("exam", "zh"): (
        "对不起，您呼叫的用户正忙，请在提示音后留言，结束请挂机。",
        "您好，我是李老师，现在不能接电话，请在滴的一声以后留下您的口信。",
        "这里是语音留言信箱，请留言，录音完毕请按井号键。",
    ),
}  # fmt: skip
SPOKEN_BY_A_HUMAN = {
    "learn": ("hello", "privacy-thankyou", "sorry", "spy-agent", "vm-goodbye", "extension"),
    "exam": ("hello-world", "auth-thankyou", "im-sorry", "one-moment-please", "goodbye", "pbx-transfer"),
}
"""Recorded prompts of the length of what a human answers; the voice is a real one, the words are what there is."""
SPOKEN_BY_A_MACHINE = {
    "learn": (("vm-theperson", "digits/4", "digits/2", "vm-isunavail", "vm-intro"), ("vm-nobodyavail", "vm-intro")),
    "exam": (("vm-theperson", "digits/7", "digits/1", "vm-isonphone", "vm-intro"), ("vm-leavemsg", "vm-intro")),
}
_RENDER = """
import ctypes, json, sys
from pathlib import Path
import numpy as np, soundfile, soxr
from media.synth import levelled
# The library that the product speaks by, asked without a thread: the same text is the same sound each time.
speech = ctypes.CDLL("libespeak-ng.so.1")
rate = speech.espeak_Initialize(2, 0, None, 0)
kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
parts = []
def take(wav, samples, events):
    if wav and samples:
        parts.append(np.ctypeslib.as_array(wav, (samples,)).copy())
    return 0
taker = kind(take)
speech.espeak_SetSynthCallback(taker)
for n, (text, voice, pace) in enumerate(json.load(sys.stdin)):
    del parts[:]
    assert speech.espeak_SetVoiceByName(voice.encode()) == 0, voice
    speech.espeak_SetParameter(1, pace, 0)
    raw = text.encode() + bytes(1)
    assert speech.espeak_Synth(raw, len(raw), 0, 0, 0, 1, None, None) == 0
    wave = np.concatenate(parts).astype(np.float32) / 32768
    soundfile.write(str(Path(sys.argv[1]) / f"{n}.wav"), levelled(soxr.resample(wave, rate, 8000)), 8000, subtype="FLOAT")
"""


@dataclass(frozen=True)
class Answer:
    """What is said first after an answer."""

    who: str
    """human, machine, silence, music."""
    kind: str
    """en, zh, recorded; none for silence and music."""
    text: str
    pcm: np.ndarray
    """float, +-1; speech at -20 dBFS."""

    @property
    def group(self) -> str:
        """`who`, and of humans those apart who say more than most machines do before their first pause."""
        return "human, long" if self.who == "human" and self.pcm.size > LONG_S * 8000 else self.who


@dataclass(frozen=True)
class Heard:
    """An answer over a line."""

    answer: Answer
    line: str
    """What is special: clean, noise, babble, ring-back."""
    level: int
    """dBFS of the speech."""
    pcm: np.ndarray
    """int16."""
    begins_s: float
    beep: tuple[float, float, float] | None
    """(second at which it ends, Hz, ms), if there is one."""


@functools.cache
def spoken(part: str) -> tuple[Answer, ...]:
    """All texts of `part` in all its voices and paces; skips the test where nothing can speak."""
    todo, about = [], []
    for who, texts in (("human", HUMANS), ("machine", MACHINES)):
        for (half, language), lines in texts.items():
            if half == part:
                for text in lines:
                    for voice in VOICES[half, language]:
                        for rate in RATES[half]:
                            todo.append((text, voice, rate))
                            about.append((who, language, text))
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-c", _RENDER, directory]
        done = subprocess.run(command, input=json.dumps(todo), capture_output=True, text=True, cwd=ROOT, check=False)
        if done.returncode:
            pytest.skip(f"no speech here: {done.stderr[-200:]}")
        waves = [soundfile.read(Path(directory) / f"{n}.wav", dtype="float32")[0] for n in range(len(todo))]
    return tuple(Answer(*who, pcm=wave) for who, wave in zip(about, waves, strict=True))


@functools.cache
def from_prompts(part: str) -> tuple[Answer, ...]:
    """The same of recorded prompts; skips the test where there are none."""
    clips = {name: pcm.astype(np.float32) / 32768 for name, pcm in recorded.prompts().items()}
    found = [Answer("human", "recorded", name, _level(clips[name], -20)) for name in SPOKEN_BY_A_HUMAN[part]]
    for names in SPOKEN_BY_A_MACHINE[part]:
        parts = [clips[name] for name in names if name in clips]
        found.append(Answer("machine", "recorded", " ".join(names), _level(np.concatenate(parts), -20)))
    return tuple(found)


def others() -> tuple[Answer, ...]:
    """Nothing, and music."""
    tune = music.house_music().astype(np.float32) / 32768
    return (
        Answer("silence", "none", "", np.zeros(0, np.float32)),
        Answer("music", "none", "the house's music", _level(tune[:96000], -20)),
    )


def calls(answers: tuple[Answer, ...], seed: int, times: int = 1) -> Iterator[Heard]:
    """Each of `answers`, over `times` lines by chance."""
    chance = np.random.default_rng(seed)
    for answer in answers:
        for _ in range(times):
            line = ("clean", "noise", "babble", "ring-back")[chance.choice(4, p=[0.4, 0.3, 0.15, 0.15])]
            level = int(chance.integers(-35, -9))
            yield call(answer, line, level, int(chance.integers(2**31)))


def call(answer: Answer, line: str, level: int, seed: int) -> Heard:
    """`answer` over a line; a machine's ends with a beep, then there are seven seconds of the line alone."""
    chance = np.random.default_rng(seed)
    begins = chance.uniform(0.0, 1.2)
    lead = np.zeros(int(begins * 8000))
    if line == "ring-back":
        freqs = ((450.0,), (440.0, 480.0), (400.0, 450.0), (425.0,))[chance.integers(4)]
        ring = np.arange(int(chance.uniform(0.2, 0.9) * 8000)) / 8000
        lead[: ring.size] = sum(0.1 * np.sin(2 * np.pi * freq * ring) for freq in freqs)[: lead.size]
    gain = 10 ** ((level + 20) / 20)
    parts = [lead, answer.pcm * gain]
    beep = None
    if answer.who == "machine":
        parts.append(np.zeros(int(chance.uniform(0.1, 1.0) * 8000)))
        freq, ms = chance.uniform(400, 2100), chance.uniform(100, 1000)
        sine = np.arange(int(ms * 8)) / 8000
        parts.append(0.1 * gain * 10 ** (chance.uniform(-3, 8) / 20) * np.sin(2 * np.pi * freq * sine))
        beep = (sum(part.size for part in parts) / 8000, float(freq), float(ms))
    pcm = np.concatenate([*parts, np.zeros(7 * 8000)])
    if line == "noise":
        pcm = pcm + _coloured(chance, pcm.size) * 0.1 * gain * 10 ** (-chance.uniform(12, 25) / 20)
    elif line == "babble":
        pcm = pcm + _babble(chance, pcm.size) * 0.1 * gain * 10 ** (-chance.uniform(18, 28) / 20)
    pcm = pcm + chance.normal(0, 10 ** (-65 / 20), pcm.size)
    law = int(chance.integers(2))
    whole = np.clip(pcm[: pcm.size // 160 * 160] * 32768, -32768, 32767).astype(np.int16)
    return Heard(answer, line, level, g711.DECODE[law][g711.encode_all(whole, law)], float(begins), beep)


def _coloured(chance: np.random.Generator, samples: int) -> np.ndarray:
    """Noise of 1 rms: white, pink, or of a car."""
    spectrum = np.fft.rfft(chance.normal(0, 1, samples))
    slope = chance.choice([0.0, 0.5, 1.0])
    noise = np.fft.irfft(spectrum / np.maximum(np.fft.rfftfreq(samples), 50 / 8000) ** slope, samples)
    return noise / np.sqrt((noise**2).mean())


def _babble(chance: np.random.Generator, samples: int) -> np.ndarray:
    """Six voices at once, of 1 rms."""
    voices = [answer.pcm for answer in spoken("learn") if answer.who == "machine"]
    total = np.zeros(samples)
    for nth in chance.choice(len(voices), 6, replace=False):
        total += np.resize(np.roll(voices[nth], int(chance.integers(voices[nth].size))), samples)
    return total / np.sqrt((total**2).mean())


def _level(pcm: np.ndarray, dbfs: float) -> np.ndarray:
    """Speech at so much, measured where it sounds."""
    frames = pcm[: pcm.size // 160 * 160].reshape(-1, 160)
    power = (frames.astype(np.float64) ** 2).mean(axis=1)
    return pcm * (10 ** (dbfs / 20) / np.sqrt(power[power > power.max() * 1e-3].mean()))
