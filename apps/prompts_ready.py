"""What callers can be told is rendered before one waits for it: at start, and after a reload.

Deliberately absent: what only a call can say (a number read out, a variable); prompts.py renders that when it is due.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from apps import prompts, queue_answers, star_codes
from apps.conference import texts as conference_texts
from ivr import review, spoken
from ivr.flow import texts_by_need

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("exchange")


async def make_ready(house: House) -> None:
    """Render every text that is known beforehand; those that fail raise alarms, and old alarms of prompts go."""
    began = time.monotonic()
    site = house.site
    # What a caller would need first comes first: a call that comes in the next second waits for no text of its own.
    texts = texts_by_need(house.plan)
    others = house.prompts.static_texts() | queue_answers.static_texts(site)
    others |= star_codes.static_texts(site.switch.languages) | star_codes.results(site)
    others |= conference_texts.static_texts(site.switch.languages) | review.static_texts(site.switch.languages)
    usual = {text for language in site.switch.languages for text in spoken.usual(language)}
    texts += [*sorted(others), *sorted(usual)]
    recorded = house.prompts.recorded
    texts = [pair for pair in dict.fromkeys(texts) if recorded(*pair) is None]
    failures = await house.voice.prepare(texts)
    for alarm in (prompts.MISSING, prompts.UNSPOKEN):
        house.alarms.clear(alarm)
    for failure in failures:
        house.alarms.raise_(prompts.UNSPOKEN, failure, prompts.HINT)
    log.info("%d prompts are ready (%.1f s)", len(texts) - len(failures), time.monotonic() - began)
