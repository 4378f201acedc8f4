"""A running recording: pause, mask, resume."""

from __future__ import annotations

from typing import Any

import click

from apps.api import catalogue
from apps.api.catalogue import Signature
from apps.api.params import ByCall, MaskOf, Params
from apps.api.types import RecordingControl
from apps.commands.base import Verb, session
from apps.commands.screen import say

_SAID = {
    "recording": "records both sides again",
    "paused": "is silent from now on",
    "masked": "is silent on a side from now on",
}


def _ask(signature: Signature[Any, RecordingControl], asked: Params) -> None:
    result = session().call(signature, asked)
    session().show(result, lambda: say(f"Recording {result.recording_id} {_SAID[result.state]}."))


@click.command(cls=Verb, examples="zongji recordings pause 0gx3k2m4npqrs")
@click.argument("call_id", metavar="CALL")
def pause(call_id: str) -> None:
    """Silence in a running call's recording until `resume`, or until the talk is over."""
    _ask(catalogue.RECORDINGS_PAUSE, ByCall(call_id))


@click.command(cls=Verb, examples="zongji recordings mask 0gx3k2m4npqrs --side caller")
@click.argument("call_id", metavar="CALL")
@click.option("--side", type=click.Choice(["caller", "agent", "both"]), default="both", show_default=True)
def mask(call_id: str, side: str) -> None:
    """Silence on one side, while something is said or keyed there that must not be kept."""
    _ask(catalogue.RECORDINGS_MASK, MaskOf(call_id, side))  # type: ignore[arg-type]


@click.command(cls=Verb, examples="zongji recordings resume 0gx3k2m4npqrs")
@click.argument("call_id", metavar="CALL")
def resume(call_id: str) -> None:
    """Record both sides of a running call again."""
    _ask(catalogue.RECORDINGS_RESUME, ByCall(call_id))
