"""One dialplan verb a file; this one lists them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ivr.steps.call import Call
from ivr.steps.conference import Conference
from ivr.steps.dial import Dial
from ivr.steps.form import Form
from ivr.steps.gather import Gather
from ivr.steps.goto import Goto
from ivr.steps.hangup import Hangup
from ivr.steps.hours import Hours
from ivr.steps.http import Http
from ivr.steps.if_ import If
from ivr.steps.mailbox import Mailbox
from ivr.steps.menu import Menu
from ivr.steps.play import Play
from ivr.steps.queue import Queue
from ivr.steps.record import Record
from ivr.steps.remember import Remember
from ivr.steps.return_ import Return
from ivr.steps.run_ import Run
from ivr.steps.say import Say
from ivr.steps.set import Set
from ivr.steps.sql import Sql
from ivr.steps.studio import Studio
from ivr.steps.survey import Survey
from ivr.steps.switch import Switch
from ivr.steps.voicemail import Voicemail
from ivr.steps.vote import Vote
from ivr.verb import Verb

VERBS: Mapping[str, type[Verb]] = MappingProxyType(
    {
        verb.verb: verb
        for verb in (
            Say,
            Play,
            Menu,
            Gather,
            Queue,
            Dial,
            Record,
            Voicemail,
            Mailbox,
            Conference,
            Survey,
            Vote,
            Form,
            Studio,
            Goto,
            Call,
            Return,
            If,
            Switch,
            Hours,
            Set,
            Remember,
            Http,
            Sql,
            Run,
            Hangup,
        )
    }
)
