"""What every application shares: the halls, the books, the site, and who is on a call now.

`House` decides nothing. It finds the line for an event and hands out the parts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apps import recording
from apps.alarms import Alarms
from apps.answers import Answers
from apps.api.events import EngineChanged
from apps.api.hub import EventHub
from apps.caller_memory import CallerMemory
from apps.conference.room import Rooms
from apps.journal import Journal
from apps.lookups.world import Lookups
from apps.mailbox.boxes import Mailboxes
from apps.opening import Opening
from apps.polls import Polls
from apps.tally import Tally
from apps.today import Today
from apps.whole_site import Site
from ivr.plan import Plan
from ivr.prompts import Prompts
from media.desk import Desk
from media.events import (
    AnswerJudged,
    DigitHeard,
    EngineBack,
    EngineLost,
    FloorChanged,
    MediaEvent,
    PlayEnded,
    RecordingEncoded,
    RecordingFailed,
    RtpBack,
    RtpLost,
    SpeechChanged,
    TapEnded,
)
from media.voice import Voice
from media.words import RoomId
from switch.driver import Switch
from switch.route import Routes
from switch.words import CallId, LegId

if TYPE_CHECKING:
    from apps.call import Call
    from apps.line import Line
    from apps.meeting import Meeting
    from apps.phone_use import PhoneUse
    from apps.queue_calls import Floor
    from apps.recording import Recorder
    from apps.studio.live import Studios
    from apps.supervise.room import Supervision

log = logging.getLogger("house")


@dataclass
class House:
    """The running exchange's parts. `site` and `plan` are replaced by a reload; live calls keep what they hold."""

    site: Site
    plan: Plan
    prompts: Prompts
    switch: Switch
    desk: Desk
    voice: Voice
    journal: Journal
    hub: EventHub
    alarms: Alarms
    routes: Routes
    """Where dialled numbers lead; replaced by a reload."""
    today: Today = field(default_factory=Today)
    tally: Tally = field(default_factory=Tally)
    calls: dict[CallId, Call] = field(default_factory=dict)
    lines: dict[LegId, Line] = field(default_factory=dict)
    meetings: dict[RoomId, Meeting] = field(default_factory=dict)
    recorder: Recorder = field(init=False)
    floor: Floor = field(init=False)
    phone_use: PhoneUse = field(init=False)
    supervision: Supervision = field(init=False)
    studios: Studios = field(init=False)
    memory: CallerMemory = field(init=False)
    opening: Opening = field(init=False)
    mailboxes: Mailboxes = field(init=False)
    rooms: Rooms = field(init=False)
    polls: Polls = field(init=False)
    answers: Answers = field(init=False)
    lookups: Lookups = field(init=False)
    """What scripts ask of the world outside; replaced by a reload."""
    accepting: bool = True
    """False while the switch drains: new calls are refused with 503."""
    _call_over: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.memory = CallerMemory(self.journal)
        self.opening = Opening(self)
        self.mailboxes = Mailboxes(self)
        self.rooms = Rooms(self)
        self.polls = Polls(self)
        self.answers = Answers(self)
        self.lookups = Lookups.of(self.site, self._stuck)

    def _stuck(self, function: str) -> None:
        self.alarms.raise_(
            "Code of the site does not give way", function, "It blocks: use await, or give the work to a thread."
        )

    async def quiet(self) -> None:
        """Wait until no call is left."""
        while self.calls:
            self._call_over.clear()
            await self._call_over.wait()

    def forget(self, call: Call) -> None:
        """A call is over."""
        self.calls.pop(call.id, None)
        self._call_over.set()

    def call(self, call_id: str) -> Call | None:
        """A running call by its id."""
        return self.calls.get(CallId(call_id))

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` beside everything else; kept from the garbage collector, its failure is logged."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)

    def heard(self, event: MediaEvent) -> None:
        """What a media engine tells, to the line it is about."""
        match event:
            case DigitHeard() | PlayEnded() | RtpLost() | RtpBack() | SpeechChanged() | AnswerJudged():
                line = self.lines.get(LegId(event.stream))
                if line is not None:
                    line.heard(event)
            case EngineLost():
                log.error("media engine %s is lost with %d streams", event.engine, len(event.streams))
                self.hub.publish(EngineChanged(event.engine, "lost", len(event.streams)))
                for stream in event.streams:
                    line = self.lines.get(LegId(stream))
                    if line is not None:
                        line.heard(event)
            case EngineBack():
                log.info("media engine %s is back", event.engine)
                self.hub.publish(EngineChanged(event.engine, "running"))
            case FloorChanged():
                meeting = self.meetings.get(event.room)
                if meeting is not None:
                    meeting.heard(event)
            case RecordingEncoded():
                path = f"{event.path}.wav" if event.failed else event.path
                self.journal.recording_encoded(event.recording, path, event.bytes)
                if event.failed:
                    self.alarms.raise_(
                        "A recording could not be encoded", f"{event.path}: {event.failed}", recording.HINT
                    )
            case TapEnded():
                log.info("%s has %d packets, %d missing %s", event.path, event.packets, event.dropped, event.failed)
            case RecordingFailed():
                self.recorder.broke(event.recording)
                self.alarms.raise_(recording.FAILED, f"{event.recording}: {event.why}", recording.HINT)
