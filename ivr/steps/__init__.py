"""One dialplan verb a file; this one lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ivr.steps.dial import Dial
from ivr.steps.gather import Gather
from ivr.steps.goto import Goto
from ivr.steps.hangup import Hangup
from ivr.steps.hours import Hours
from ivr.steps.menu import Menu
from ivr.steps.play import Play
from ivr.steps.queue import Queue
from ivr.steps.record import Record
from ivr.steps.say import Say
from ivr.steps.set import Set
from ivr.steps.voicemail import Voicemail
from ivr.verb import Verb

VERBS: Mapping[str, type[Verb]] = MappingProxyType(
    {verb.verb: verb for verb in (Say, Play, Menu, Gather, Queue, Dial, Record, Voicemail, Goto, Hangup, Set, Hours)}
)
