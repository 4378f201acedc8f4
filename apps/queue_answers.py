"""A queue's own answer to a caller whom it could not serve: what it says, and where they go then.

It is given when the dialplan's `queue` step says nothing of its own for that outcome, so that a caller never
meets silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ivr import speech
from ivr.steps.voicemail import GREETING
from ivr.words import NOTHING_WANTED, CallPort, Say, Wants

if TYPE_CHECKING:
    from apps.whole_site import Site


@dataclass(frozen=True, slots=True)
class Stood:
    """How a caller stood in a queue that did not serve them."""

    door: int = -1
    """By which of its conditions they left."""
    since: float | None = None
    """Since when they have waited, on the loop's clock."""
    priority: int = 0
    wants: Wants = NOTHING_WANTED


UNKNOWN = Stood()
TEXTS: dict[str, dict[str, str]] = {
    "timed out": {"zh": "坐席仍然忙，请稍后再拨。", "en": "All agents are still busy. Please call again later."},
    "no agents": {"zh": "现在没有坐席值班，请稍后再拨。", "en": "Nobody is on duty now. Please call again later."},
    "full": {"zh": "来电很多，请稍后再拨。", "en": "Too many callers are waiting. Please call again later."},
    "closed": {"zh": "现在不是服务时间，请稍后再拨。", "en": "We are closed now. Please call again later."},
    "turned away": {"zh": "来电很多，请稍后再拨。", "en": "Too many callers are waiting. Please call again later."},
    "overflow": {"zh": "坐席仍然忙，请稍后再拨。", "en": "All agents are still busy. Please call again later."},
    "removed": {"zh": "请稍后再拨。", "en": "Please call again later."},
}
"""What is said when the queue's YAML says nothing."""
MESSAGE_S = 180.0
"""The longest message; what the dialplan's `voicemail` allows when it says nothing."""


def text(site: Site, queue: str, status: str, language: str, door: int = -1) -> str:
    """What this queue says for this outcome, in this language or in English; empty for an outcome without words."""
    entry = site.queues.get(queue)
    answer = entry.answer(status, door) if entry is not None else None
    own = (answer.say if answer is not None else {}) or {}
    if door >= 0 and not own and answer is not None and answer.then is not None:
        return ""  # whoever is sent on at once need not hear of it
    return own.get(language) or TEXTS.get(status, {}).get(language) or TEXTS.get(status, {}).get("en", "")


def static_texts(site: Site) -> set[tuple[str, str]]:
    """All that queues can say of themselves, for rendering ahead: answers, greetings, comfort."""
    languages, queues = site.switch.languages, site.queues.values()
    said = {(text(site, queue, status, lang), lang) for queue in site.queues for status in TEXTS for lang in languages}
    own = [answer.say for queue in queues for answer in queue.every_answer]
    own += [texts for queue in queues for texts in (queue.greeting, *queue.comfort)]
    said |= {(words, lang) for texts in own for lang, words in texts.items()}
    answers = [answer for queue in queues for answer in queue.every_answer]
    if any(answer.then is not None and answer.then.verb == "voicemail" for answer in answers):
        said |= {pair for pair in speech.static_texts(GREETING) if pair[1] in languages}
    return {pair for pair in said if pair[0]}


async def give(telephone: CallPort, site: Site, queue: str, status: str, language: str, stood: Stood = UNKNOWN) -> str:
    """Say it and go there. Returns the script to go on with, if that is where; else the call is over or goes on.

    `stood`: how the caller stood in the queue.
    """
    tried = set()
    while True:
        tried.add(queue)
        if words := text(site, queue, status, language, stood.door):
            await telephone.play([Say(words, language)])
        entry = site.queues.get(queue)
        answer = entry.answer(status, stood.door) if entry is not None else None
        then = answer.then if answer is not None else None
        if then is None:
            return ""
        match then.verb:
            case "goto":
                return then.value
            case "voicemail":
                if not await telephone.greet(then.value, busy=False):
                    await telephone.play(speech.prompts(GREETING, language, {}))
                await telephone.voicemail(then.value, language=language, max_s=MESSAGE_S)
                await telephone.hang_up("normal")
            case "dial":
                dialled = await telephone.dial([then.value], timeout_s=site.switch.limits.ring_s, caller_id=None)
                await telephone.hang_up(dialled.status)
            case "queue" if then.value not in tried:  # else two queues could send a caller to and fro for ever
                queue = then.value
                kept = stood if then.keep_place else UNKNOWN
                stay = await telephone.queue(
                    queue,
                    priority=kept.priority,
                    language=language,
                    max_wait_s=None,
                    music=None,
                    announce_every_s=None,
                    wants=replace(kept.wants, since=kept.since),
                )
                status, stood = stay.status, replace(kept, door=stay.door, since=stay.arrived)
                if status != "connected":
                    continue
                await telephone.hang_up("normal")
            case "queue":
                await telephone.hang_up("busy")
            case _:
                await telephone.hang_up(then.value)
        return ""
