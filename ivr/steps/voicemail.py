"""voicemail: take a message for somebody."""

# ruff: noqa: RUF009 - `argument` is a dataclass field with a kind
from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr import speech
from ivr.argument import Seconds
from ivr.argument_name import Name
from ivr.argument_speech import Speech
from ivr.running import Running
from ivr.speech import Words
from ivr.template import Template, parse
from ivr.verb import Onward, Outcome, Verb, argument

GREETING: speech.Speech = (
    Words(
        (
            ("zh", parse("请在提示音后留言，说完请按井号键或挂机。")),
            ("en", parse("Please leave your message after the tone. Press hash or hang up when you have finished.")),
            ("yue", parse("請喺嘟一聲之後留言，講完請撳井字掣或者收線。")),
        )
    ),
)


@dataclass(frozen=True, kw_only=True)
class Voicemail(Verb):
    """Answer, greet, and record a message into a mailbox."""

    verb: ClassVar[str] = "voicemail"
    short: ClassVar[str] = "box"
    waits: ClassVar[bool] = True
    last_word: ClassVar[bool] = True
    sets: ClassVar[tuple[str, ...]] = ("message_seconds",)

    box: Template = argument(Name("mailbox"), doc="The mailbox: an extension.")
    say: speech.Speech = argument(Speech(), GREETING, "Instead of the owner's greeting, or the switch's own.")
    max: float = argument(Seconds(5, 3600), 180.0, "Longest message.")

    async def run(self, call: Running) -> Outcome:
        await call.port.answer()
        box = call.expand(self.box)
        # What the dialplan says goes before what the owner says.
        busy = call.variables.get("dial_status") == "busy"
        if self.say is not GREETING or not await call.port.greet(box, busy=busy):
            await call.say(self.say)
        result = await call.port.voicemail(box, language=call.language, max_s=self.max)
        call.set("message_seconds", str(round(result.seconds)))
        return Onward()
