"""Prompts become audio sources: recorded files found by name, texts spoken by the TTS child.

A recording always wins over words where both exist (ivr/prompts.py), also one that has to be put together
(ivr/pieces.py). A prompt that cannot be made is left out, and an alarm is raised: the caller's menu goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from apps.log import safe
from ivr.prompts import Prompts
from ivr.words import Beep, Heard, Pause, Play, Prompt, Say
from media.voice import VoiceError
from media.words import File, Silence, Source, Tone

if TYPE_CHECKING:
    from apps.house import House

BEEP = Tone((1000.0,), on_ms=400, level_dbm0=-12.0)
"""The tone before a recording: 1 kHz, as every answering machine has it."""
MISSING, UNSPOKEN = "A prompt is missing", "A prompt cannot be spoken"
"""Alarms; the next reload clears them."""
HINT = "Record it, or see `zongji doctor` for the speech process."


async def sources(house: House, prompts: Sequence[Prompt], recorded: Prompts | None = None) -> list[Source]:
    """What the engine shall play for these prompts, in order; `recorded`: found there by name, else in the site's."""
    by = recorded or house.prompts
    return [source for prompt in prompts for source in await _sources(house, prompt, by)]


async def _sources(house: House, prompt: Prompt, recorded: Prompts) -> Sequence[Source]:
    match prompt:
        case Beep():
            return [BEEP]
        case Pause(ms):
            return [Silence(ms)]
        case Heard(path):
            return [File(path)]
        case Play(name, language):
            return await _recorded(house, recorded, name, language)
        case Say(text, language):
            return await _spoken(house, recorded, text, language)


async def _recorded(house: House, recorded: Prompts, name: str, language: str) -> Sequence[Source]:
    found = recorded.find(name, language)
    if isinstance(found, Path):
        return [File(str(found))]
    if found is not None:
        return await _spoken(house, recorded, found.text, found.language)
    house.alarms.raise_(MISSING, f"{safe(name)} ({language})", HINT)
    return []


async def _spoken(house: House, recorded: Prompts, text: str, language: str) -> Sequence[Source]:
    if (pieces := recorded.recorded(text, language)) is not None:
        return [File(str(path)) for path in pieces]
    try:
        return [File(str(await house.voice.speak(text, language)))]
    except VoiceError as error:
        house.alarms.raise_(UNSPOKEN, f"{safe(text)}: {error}", HINT)
        return []
