"""The caller's side of a queue: from joining to the end of the talk.

    WAITING   music and announcements; a phone may ring for them
    TALKING   with an agent; the music is the other's, should one hold the other
    OVER      there is a result, or the caller is gone: nothing of the queue stays behind

Deliberately absent: who is rung (acd), what is done with the agent's phone (queue_calls.py, agent_call.py).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from acd.events import CallerJoined, CallerLeft
from acd.words import AgentName, AlertId, CallerId, LeaveReason, QueueName
from apps import needs, queue_exits
from apps.announcer import Announcer, programme
from apps.journal_story import SegmentKind
from apps.log import safe
from apps.vip import vip
from ivr.words import NOTHING_WANTED, QueueResult, Wants
from switch.events import Ended
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.agent_call import AgentCall
    from apps.call import Call
    from apps.house import House


log = logging.getLogger("waiting")


class Stay(Enum):
    """Where a caller is; see above."""

    WAITING = "waiting"
    TALKING = "talking"
    OVER = "over"


@dataclass(slots=True, eq=False)
class Waiting:
    """One caller in a queue."""

    house: House
    call: Call
    queue: QueueName
    music: str
    announcer: Announcer
    result: asyncio.Future[QueueResult]
    began: float
    """On the loop's clock."""
    stay: Stay = Stay.WAITING
    ringing: dict[AlertId, AgentCall] = field(default_factory=dict)
    """Whose phones ring for them."""
    agent_call: AgentCall | None = None
    """With whom they talk."""
    waited_s: float = 0.0
    since: float | None = None
    """Where the place of a queue before is kept: since when, on the loop's clock."""
    entered: float = field(init=False)
    """When they came to stand in this queue; later than `began` for who was moved."""

    def __post_init__(self) -> None:
        self.entered = self.began

    @property
    def caller(self) -> CallerId:
        return CallerId(self.call.id)

    @property
    def arrived(self) -> float:
        """Since when the caller has waited, here or before; on the loop's clock."""
        return self.began if self.since is None else self.since

    def finish(self, reason: LeaveReason, agent: str = "", *, door: int = -1, why: str = "") -> None:
        """The script goes on with this result; the first one counts. `door`, `why`: which condition, as it was."""
        self._book_left(reason)
        if why:
            queue_exits.book(self.house.journal, self.call.id, self.queue, reason.value, why, self.call.at())
            log.info("call=%s %s from queue %s: %s", self.call.id, reason.value, self.queue, safe(why))
        self.stay = Stay.OVER
        if not self.result.done():
            if reason is not LeaveReason.CONNECTED and self.call.line.live:
                self.call.leave(reason.value)
            self.result.set_result(QueueResult(reason.value, agent, self.waited_s, door, self.arrived))

    def stands_in_another_queue(self) -> None:
        """A supervisor moved the caller to `queue`: for the books a stay of its own."""
        call, queue = self.call, self.house.site.queues.get(self.queue)
        current = call.story.current if call.story is not None else None
        if current is not None and current.queue != self.queue:
            call.leave("moved")
            call.enter(SegmentKind.QUEUE, queue=self.queue)
        self.entered = asyncio.get_running_loop().time()
        if queue is not None:
            self.house.journal.stay_opened(call.id, self.queue, call.at(), queue.service_level_s, queue.short_abandon_s)

    def _book_left(self, reason: LeaveReason) -> None:
        """The wait is over without an agent, if it was not before."""
        if self.stay is Stay.WAITING:
            self.left_queue(self.queue, reason)

    def left_queue(self, name: str, reason: LeaveReason) -> None:
        """For the books and today's counts: the wait in this queue is over without an agent."""
        self.house.journal.stay_left(self.call.id, self.call.at(), reason.value)
        queue, waited_s = self.house.site.queues.get(name), asyncio.get_running_loop().time() - self.entered
        if reason is not LeaveReason.ABANDONED and queue is not None and waited_s > queue.service_level_s:
            self.house.today.queue(name).sent_on_late += 1

    def too_long(self) -> None:
        """The dialplan's own patience is over. Whoever talks by then may talk on."""
        if self.stay is Stay.WAITING:
            self.waited_s = asyncio.get_running_loop().time() - self.began
            self.finish(LeaveReason.TIMED_OUT)
            self.house.floor.tell(CallerLeft(self.caller, abandoned=False))

    def gone(self, ended: Ended) -> None:
        """The caller's line is over."""
        self.leave(abandoned=ended.by is Party.CALLER)

    def leave(self, *, abandoned: bool = False) -> None:
        """Nothing of the queue stays behind: no ringing phone, no music, no recording. Again does nothing."""
        floor = self.house.floor
        if floor.waiting.pop(self.caller, None) is None:
            return
        self._book_left(LeaveReason.ABANDONED if abandoned else LeaveReason.REMOVED)
        stay, self.stay = self.stay, Stay.OVER
        self.announcer.stop()
        if stay is Stay.WAITING:
            if abandoned:
                self.house.today.queue(self.queue).abandoned += 1
                self.house.tally.given_up(self.queue, asyncio.get_running_loop().time() - self.began)
            floor.tell(CallerLeft(self.caller, abandoned))
        if self.agent_call is not None and self.call.line.live:  # taken from the agent
            self.agent_call.part(Party.SWITCH)
        for agent_call in (*self.ringing.values(), *((self.agent_call,) if self.agent_call is not None else ())):
            line = agent_call.line
            line.hang_up(Cause.NORMAL if line.answered else Cause.CANCELLED)
        if self.call.line.live:
            self.house.desk.music(self.call.line.stream, None)
            if self.agent_call is None:
                self.call.line.stop_play()
            self.house.recorder.rest(self.call)


def joined(waiting: Waiting, priority: int, language: str, last: AgentName | None, wants: Wants) -> CallerJoined:
    """The caller as call distribution is told: with what they want, and what the site knows of them."""
    call, site = waiting.call, waiting.house.site
    about = call.caller
    facts = call.variables | {
        "caller": about.number,
        "called": about.called,
        "trunk": about.trunk,
        "extension": about.extension,
        "language": language,
        "queue": waiting.queue,
    }
    known = vip(site.vip, about.number, waiting.queue, facts)
    need = needs.brought(wants.need)
    named, wait_s = wants.agent, wants.agent_wait_s
    if known is not None:
        priority += known.priority
        if not named and known.agent is not None:
            named, wait_s = known.agent, known.agent_wait_s
    return CallerJoined(
        waiting.caller,
        waiting.queue,
        about.number,
        priority,
        last,
        AgentName(named) if named else None,
        wait_s,
        need,
        facts,
        waiting.since,
    )


async def wait(
    house: House,
    call: Call,
    name: str,
    *,
    priority: int,
    language: str,
    max_wait_s: float | None,
    music: str | None,
    announce_every_s: float | None,
    wants: Wants = NOTHING_WANTED,
    since: float | None = None,
) -> QueueResult:
    """Keep the (answered) caller in the queue, and then with the agent; returns how it ended.

    `since`: stand there as one who has waited since then, on the loop's clock.

    When the caller hangs up, whoever rings or talks for them is hung up in the same turn of the loop.
    """
    queue = house.site.queues.get(name)
    if queue is None:  # removed by a reload after the plan of this call was made
        return QueueResult(LeaveReason.REMOVED.value)
    loop, floor, line = asyncio.get_running_loop(), house.floor, call.line
    language = queue.language or language
    expected = partial(floor.centre.expected_s, CallerId(call.id))
    announcer = Announcer(house, line, language, programme(queue, language, announce_every_s), expected)
    waiting = Waiting(house, call, QueueName(name), music or queue.music, announcer, loop.create_future(), loop.time())
    waiting.since = since
    if not line.live:
        return QueueResult(LeaveReason.ABANDONED.value)  # the script is about to be cancelled
    limit = loop.call_later(max_wait_s, waiting.too_long) if max_wait_s is not None else None
    try:
        with line.watchers.during(waiting.gone):
            floor.waiting[waiting.caller] = waiting
            call.enter(SegmentKind.QUEUE, queue=name)
            house.journal.stay_opened(call.id, name, call.at(), queue.service_level_s, queue.short_abandon_s)
            house.desk.music(line.stream, waiting.music)
            announcer.start()
            last = floor.last_agent(call.caller.number, queue.last_agent_holds_s)
            floor.tell(joined(waiting, priority, language, last, wants))
            return await waiting.result
    finally:
        if limit is not None:
            limit.cancel()
        waiting.leave()
