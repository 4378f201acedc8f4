"""queue: wait for an agent and talk."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.argument import Number, Seconds
from ivr.argument_branch import Branch
from ivr.argument_name import Name
from ivr.argument_need import NeedText
from ivr.running import Running
from ivr.template import Template
from ivr.verb import Block, End, Into, Jump, Onward, Outcome, Verb, argument
from ivr.words import Wants

BRIEF_S = 1.0
"""A stay in a queue shorter than this is no waiting: a loop around it turns in circles."""


@dataclass(frozen=True, kw_only=True)
class Queue(Verb):
    """Wait with music for an agent, and talk. Goes on with the next step when no agent was reached."""

    verb: ClassVar[str] = "queue"
    short: ClassVar[str] = "name"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("queue_status", "agent", "waited")

    name: Template = argument(Name("queue"), doc="The queue, from queues.yaml.")
    priority: int = argument(Number(-100, 100), 0, "Higher is served first.")
    need: Template | None = argument(
        NeedText(), None, "What an agent must be, beside the queue's own need: lang_{language} >= 5."
    )
    agent: Template | None = argument(Name("agent"), None, "The agent whom the caller is given to, if free.")
    agent_wait: float = argument(Seconds(0, 86_400), 0.0, "How long the caller waits for that agent alone.")
    max_wait: float | None = argument(Seconds(1, 86_400), None, "Longest wait; the queue's own when not given.")
    music: Template | None = argument(Name("music class"), None, "Music; the queue's own when not given.")
    announce_every: float | None = argument(
        Seconds(5, 3600), None, "How often to announce the position; the queue's own when not given."
    )
    connected: Block | None = argument(Branch(), None, "After the talk, when the agent hung up first; else hang up.")
    timed_out: Block = argument(Branch(), (), "When the longest wait is over.")
    no_agents: Block = argument(Branch(), (), "When nobody is logged in.")
    full: Block = argument(Branch(), (), "When the queue takes no more callers.")
    closed: Block = argument(Branch(), (), "When the queue is closed, by its hours or by force.")
    turned_away: Block = argument(Branch(), (), "When a condition of entry is met; else its own answer.")
    overflow: Block = argument(Branch(), (), "When a condition of leaving is met; else its own answer.")
    removed: Block = argument(Branch(), (), "When the caller was taken out of the queue.")

    def ends(self) -> bool:
        return self.connected is None

    async def run(self, call: Running) -> Outcome:
        name = call.expand(self.name)
        await call.port.answer()
        result = await call.port.queue(
            name,
            priority=self.priority,
            language=call.language,
            max_wait_s=self.max_wait,
            music=call.expand(self.music) if self.music is not None else None,
            announce_every_s=self.announce_every,
            wants=Wants(
                call.expand(self.need) if self.need is not None else "",
                call.expand(self.agent) if self.agent is not None else "",
                self.agent_wait,
            ),
        )
        call.set("queue_status", result.status)
        call.set("agent", result.agent)
        call.set("waited", str(round(result.waited_s)))
        if result.waited_s >= BRIEF_S or result.status == "connected":
            call.acted()
        if result.status == "connected":
            return (
                Into(self.connected, result.status)
                if self.connected is not None
                else End("normal", "the agent hung up")
            )
        unhappy = {
            "timed out": self.timed_out,
            "no agents": self.no_agents,
            "full": self.full,
            "closed": self.closed,
            "turned away": self.turned_away,
            "overflow": self.overflow,
            "removed": self.removed,
        }
        branch = unhappy.get(result.status, ())
        if branch:
            return Into(branch, result.status)
        script = await call.port.unserved(name, result.status, language=call.language)
        return Jump(script, f"{result.status}; the queue's own answer") if script else Onward(result.status)
