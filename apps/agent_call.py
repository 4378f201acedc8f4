"""One alert: the line to the agent's phone, from the first ring to the end of the talk.

It listens to that line and tells the centre what the phone does; what the centre then wants is the floor's to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acd.effects import StartAlert
from acd.events import AlertAnswered, AlertFailed, AlertRang, TalkEnded
from acd.words import AlertOutcome, LeaveReason
from apps.bridge import Bridge
from switch.events import Answered, Ended, LegEvent, Rang
from switch.words import Cause, Party

if TYPE_CHECKING:
    from apps.line import Line
    from apps.queue_calls import Floor
    from apps.waiting import Waiting

OUTCOMES = {
    Cause.BUSY: AlertOutcome.BUSY,
    Cause.DECLINED: AlertOutcome.DECLINED,
    Cause.FORBIDDEN: AlertOutcome.DECLINED,
    Cause.NO_ANSWER: AlertOutcome.NO_ANSWER,
}
"""What a phone's refusal means for its agent; every other cause is UNREACHABLE."""


@dataclass(slots=True, eq=False)
class AgentCall:
    """Listens to the agent's line (LineListener)."""

    floor: Floor
    alert: StartAlert
    waiting: Waiting
    began: float
    """When the alert started, on the loop's clock."""
    line: Line = field(init=False)
    bridge: Bridge | None = None
    """Since the two talk."""

    def line_told(self, line: Line, event: LegEvent) -> None:
        """The agent's phone rang, answered, ended."""
        match event:
            case Rang():
                self.floor.tell(AlertRang(self.alert.alert))
            case Answered():
                self.floor.tell(AlertAnswered(self.alert.alert))
            case Ended():
                self._ended(event)
            case _:
                pass

    def line_held(self, line: Line, held: bool) -> None:
        """Agent or caller put the other on hold, or came back."""
        if self.bridge is not None:
            self.bridge.join()

    def connect(self) -> None:
        """Let the two talk."""
        waiting, alert = self.waiting, self.alert
        self.bridge = Bridge(
            waiting.call,
            self.line,
            music=waiting.music,
            queue=alert.queue,
            agent=alert.agent,
            extension=alert.extension,
        )
        self.bridge.join()

    def part(self, by: Party) -> None:
        """The talk, if there is one, is over by that party's doing, whatever the agent's line still does."""
        bridge, self.bridge = self.bridge, None
        if bridge is not None:
            self.floor.alerts.pop(self.alert.alert, None)
            bridge.part(by)
            call = self.waiting.call
            call.house.journal.talk_ended(call.id, self.alert.agent, call.at())
            self.floor.tell(TalkEnded(self.alert.alert))
            self.waiting.finish(LeaveReason.CONNECTED, self.alert.agent)

    def _ended(self, event: Ended) -> None:
        """The talk is over, or the alert failed; one that the centre stopped is over already."""
        number = self.alert.alert
        if self.bridge is not None:
            self.part(event.by)
        elif number in self.floor.alerts:
            outcome = OUTCOMES.get(event.cause, AlertOutcome.UNREACHABLE)
            self.floor.back_to_queue(self, outcome)
            self.floor.tell(AlertFailed(number, outcome))
