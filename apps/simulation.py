"""A call of this site on paper: which route takes it and why, and its walk through the scripts. No switch runs.

The route is asked as reception asks it, the script runs in the real runner, and a queue's own answer is the real
one; only the telephone is simulated (ivr/simulator). Nothing is rung, booked, recorded or looked up.
"""

from __future__ import annotations

import contextlib
import wave
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from apps import processes, queue_answers
from apps.destination import destination
from apps.star_codes import StarCode
from apps.whole import Whole
from ivr import why
from ivr.prompts import Prompts
from ivr.route import DialDirect, Reject, Routed, RunScript
from ivr.simulator import clock
from ivr.simulator.call import LONGEST_S, walk, walk_script
from ivr.simulator.keys import Keys
from ivr.simulator.line import SimulatedLine, Times, guessed_s
from ivr.simulator.outcomes import DIAL, QUEUE, Outcomes
from ivr.simulator.story import Story
from ivr.simulator.world import Answers
from ivr.words import Play, Prompt, Say
from media.utterance import VoiceError, checked, read_identity, wav_path
from switch.number import dialled
from switch.words import ToPhone, ToTrunk


@dataclass(frozen=True)
class Asked:
    """The call to walk. From a phone when `extension` is set, else by `trunk`."""

    called: str
    caller: str
    at: datetime
    """Aware."""
    trunk: str = ""
    extension: str = ""
    caller_name: str = ""
    remembered: Mapping[str, str] = field(default_factory=dict)
    """What earlier calls left of this caller."""
    keys: Keys = field(default_factory=Keys)
    queues: Outcomes = field(default_factory=lambda: Outcomes(QUEUE[0]))
    dials: Outcomes = field(default_factory=lambda: Outcomes(DIAL[0]))
    answers: Answers = field(default_factory=Answers)
    hangs_up_s: float = LONGEST_S


@dataclass(frozen=True, slots=True)
class RouteAsked:
    """One route that was asked, for people and for JSON."""

    file: str
    line: int
    route: str
    """What it asks and where it leads."""
    refusal: str
    """Why it does not take the call; empty for the one that does."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Which route takes a call, and why those before do not."""

    asked: list[RouteAsked]
    taken: str
    """What becomes of the call, in words."""


@dataclass(frozen=True, slots=True)
class Walked:
    """A walked call."""

    routing: Routing
    story: Story


def routing(whole: Whole, asked: Asked) -> Routing:
    """Which route takes the call and why."""
    return _routing(whole, asked, _destination(whole, asked))


def simulate(whole: Whole, asked: Asked) -> Walked:
    """Walk the call, in no time."""
    return clock.run(_walk(whole, asked))


def _destination(whole: Whole, asked: Asked) -> StarCode | Routed | None:
    return destination(whole.site, whole.plan, asked.called, asked.caller, asked.trunk, asked.extension, asked.at)


def _routing(whole: Whole, asked: Asked, found: StarCode | Routed | None) -> Routing:
    if isinstance(found, StarCode):
        return Routing([], f"{asked.called} is the star code for {found.action}; no route is asked")
    if "@" in asked.called:
        return Routing([], f"{asked.called} is no number; no route is asked, and the call is refused")
    tried = why.why(whole.plan, asked.called, asked.caller, asked.trunk, asked.extension, asked.at)
    routes = [RouteAsked(each.route.file, each.route.line, why.summary(each.route), each.refusal) for each in tried]
    taken = why.result(found.route) if found is not None else "no route takes it: refused as an unknown number"
    return Routing(routes, taken)


async def _walk(whole: Whole, asked: Asked) -> Walked:
    site = whole.site
    found = _destination(whole, asked)
    line = SimulatedLine(
        asked.caller,
        asked.called,
        asked.at,
        caller_name=asked.caller_name,
        trunk=asked.trunk,
        extension=asked.extension,
        remembered=asked.remembered,
        keys=asked.keys,
        queues=asked.queues,
        dials=asked.dials,
        answers=asked.answers,
        times=Times(_Lengths(whole).of, lambda queue: site.queues[queue].max_wait_s if queue in site.queues else None),
        agent=lambda queue: next((name for name, entry in site.agents.items() if queue in entry.queues), "nobody"),
        leads=_Leads(whole).of,
        own_answer=lambda line, queue, status, language: queue_answers.give(line, site, queue, status, language),
    )
    walked = Walked(_routing(whole, asked, found), line.story)
    match found:
        case None:
            await line.hang_up("unknown number")
        case StarCode():
            line.story.why = "what a star code does is not simulated"
        case Routed(RunScript(script), variables, language):
            await walk_script(
                whole.plan, script, line, language=language, variables=variables, hangs_up_s=asked.hangs_up_s
            )
        case Routed(Reject(cause)):
            await line.hang_up(cause)
        case Routed(DialDirect() as direct):
            await walk(line, _dial(line, direct), hangs_up_s=asked.hangs_up_s)
    return walked


async def _dial(line: SimulatedLine, direct: DialDirect) -> str:
    """A route's own dial: it is the whole call."""
    result = await line.dial(direct.numbers, timeout_s=direct.timeout_s, caller_id=direct.caller_id)
    await line.hang_up(result.status)
    return f"the route's dial ended: {result.status}"


class _Leads:
    """Where dialled numbers lead, in words."""

    def __init__(self, whole: Whole) -> None:
        self._routes, self._site = whole.site.routes(), whole.site

    def of(self, number: str) -> str:
        """`extension 2001`, `by trunk carrier`, `leads nowhere`."""
        _, _, trunk = number.partition("@")
        if trunk:
            return f"by trunk {trunk}" if trunk in self._site.trunks else f"there is no trunk {trunk}"
        ways = [way.target for way in self._routes.ways(dialled(number))]
        found = []
        for way in ways:
            match way:
                case ToPhone(extension):
                    phone = self._site.phones.get(extension)
                    found.append(f"extension {extension}" + (f", {phone.name}" if phone and phone.name else ""))
                case ToTrunk(name, sent):
                    found.append(f"by trunk {name} as {sent}")
        return ", else ".join(found) or "leads nowhere"


class _Lengths:
    """How long prompts take: as long as they are where there is a recording or a rendering, else a guess."""

    def __init__(self, whole: Whole) -> None:
        self._prompts: Prompts = whole.prompts
        self._cache = processes.tts_cache(whole.site)
        self._identity = read_identity(self._cache)

    def of(self, prompt: Prompt) -> float:
        """Seconds."""
        if isinstance(prompt, Play):
            found = self._prompts.find(prompt.name, prompt.language)
            if isinstance(found, Path):
                return _wav_s(found) or guessed_s(prompt)
            return self.of(found) if found is not None else 0.0
        if isinstance(prompt, Say) and self._identity is not None:
            with contextlib.suppress(VoiceError):
                path = wav_path(self._cache, self._identity, checked(prompt.text, prompt.language), prompt.language)
                return _wav_s(path) or guessed_s(prompt)
        return guessed_s(prompt)


def _wav_s(path: Path) -> float | None:
    """Length of a WAV; None when it cannot be told."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return None
