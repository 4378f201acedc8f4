"""A message that a caller speaks after the beep: for a mailbox, or for the dialplan's `record`.

It ends by a key, by silence, at the limit, or when the caller hangs up; what was spoken until then is kept in
every case, and has its row.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from apps.journal_story import SegmentKind
from apps.log import safe
from apps.prompts import BEEP
from ivr.words import RecordResult

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

log = logging.getLogger("voicemail")


async def record_message(
    house: House,
    call: Call,
    *,
    box: str | None,
    max_s: float,
    silence_s: float,
    finish_on: str,
    beep: bool,
) -> RecordResult:
    """Record the caller for at most `max_s`; `silence_s` without speech ends it (0: never).

    Returns when it is over; cancelled when the caller hangs up, and then the message is still kept. A box that is
    no extension's has no messages: a number from outside must not become a path.
    """
    if box is not None and box not in house.site.phones:
        log.warning("call=%s: there is no mailbox %s", call.id, safe(box))
        return RecordResult("", 0.0, "no mailbox")
    line = call.line
    await call.answer()
    call.enter(SegmentKind.VOICEMAIL, label=box or "record", extension=box or "")
    if beep:
        await line.play([BEEP])
    line.input.digits.clear()  # what was keyed into the greeting does not end the message
    recording, path = house.recorder.start_message(call, box or "")
    began = asyncio.get_running_loop().time()
    ended_by, digit = "hangup", ""
    try:
        ended_by, digit = await _until_done(house, call, began, max_s, silence_s, finish_on)
    finally:
        seconds = asyncio.get_running_loop().time() - began
        over = house.recorder.stop(recording)
        if box:
            house.spawn(_tell(house, over, box), f"a message for {box}")
    if over is not None:  # who hears it now hears all of it
        await asyncio.shield(over)
    return RecordResult(str(path), seconds, ended_by, digit)


async def _tell(house: House, over: asyncio.Task[None] | None, box: str) -> None:
    """There is one more message, once the disk has it."""
    if over is not None:
        await over
    await house.mailboxes.tell(box)


async def _until_done(
    house: House, call: Call, began: float, max_s: float, silence_s: float, finish_on: str
) -> tuple[str, str]:
    line = call.line
    line.input.watch_speech(silence_s > 0)
    try:
        while True:
            now = asyncio.get_running_loop().time()
            line.input.keyed.clear()
            while line.input.digits:
                digit = line.input.digits.popleft()
                if digit in finish_on:
                    return "key", digit
            left = began + max_s - now
            if left <= 0:
                return "limit", ""
            if silence_s > 0:
                quiet_since = max(began, line.input.spoke_at)
                if not line.input.speaking and now - quiet_since >= silence_s:
                    return "silence", ""
                left = min(left, quiet_since + silence_s - now if not line.input.speaking else silence_s)
            try:
                async with asyncio.timeout(max(left, 0.02)):
                    await line.input.keyed.wait()
            except TimeoutError:
                pass
    finally:
        line.input.watch_speech(False)
