"""Events as they happen, resumed where they broke off."""

from __future__ import annotations

import time
from typing import Any

import click

from apps.api.client import SeenEvent, Told, Unreachable
from apps.api.event_filter import TypeFilter
from apps.api.events import EVENTS
from apps.api.params import Subscribe
from apps.api.protocol import ApiError, plain, shown_json
from apps.commands.base import UNREACHABLE, Failure, Verb, leave, session
from apps.commands.screen import note, say

RETRY_S = 1.0
_LEFT_OUT = {"started_at", "answered_at", "ended_at", "since", "until"}
"""Of a record inside: the event's own time says about the same."""


@click.command(
    cls=Verb,
    examples="""
    zongji events
    zongji events --type 'call.*' --type agent.changed
    zongji events --since 0 --count 100 --json
    """,
)
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this type, or 'call.*'. May be repeated.")
@click.option("--since", type=click.IntRange(min=0), help="Begin after this number; 0: with the oldest kept.")
@click.option("--count", type=click.IntRange(min=1), help="End after so many.")
@click.option("--types", "list_types", is_flag=True, help="Print the types there are, and end.")
def events(types: tuple[str, ...], since: int | None, count: int | None, list_types: bool) -> None:
    """Events as they happen, until Ctrl-C.

    Goes on by itself, with nothing missing, when the connection breaks or the switch restarts.
    """
    if list_types:
        for name in EVENTS:
            say(name)
        return
    for pattern in types:
        if not any(TypeFilter([pattern]).wants(name) for name in EVENTS):
            raise click.BadParameter(f"no event is of type {pattern!r}; --types prints them all", param_hint="--type")
    try:
        _follow(list(types), since, count)
    except KeyboardInterrupt:
        leave(0)


def _follow(types: list[str], since: int | None, count: int | None) -> None:
    here = session()
    instance = ""
    first = True
    while True:
        try:
            here.client.call_raw("events.subscribe", Subscribe(since, instance, types))
            if since is not None and not first:
                note("(connected again)")
            first, instance = False, here.client.greeting.instance
            since = since if since is not None else here.client.greeting.seq
            for told in here.client.events():
                _print(told)
                since = told.seq if isinstance(told, SeenEvent) else told.to_seq
                if count is not None:
                    count -= 1
                    if count <= 0:
                        return
        except ApiError as error:
            raise Failure(plain(error.message, 500), hint=error.data.hint) from None
        except (Unreachable, Failure) as error:
            if first:
                raise error if isinstance(error, Failure) else Failure(str(error), UNREACHABLE) from None
            if "client" in vars(here):
                note("(the switch is gone; waiting for it)")
                del here.client
            time.sleep(RETRY_S)


def _print(told: Told) -> None:
    if session().json:
        say(shown_json(told))
        return
    if not isinstance(told, SeenEvent):
        say(f"-- {told.count} events are no longer kept ({told.from_seq}..{told.to_seq})")
        return
    from datetime import datetime

    at = datetime.fromisoformat(told.at).astimezone().strftime("%H:%M:%S.%f")[:-3]
    say(f"{at} {told.seq:>6} {told.type:<18} {summary(told.data)}")


def summary(data: dict[str, Any]) -> str:
    """An event's data in one line: names and values; a record inside by what it begins with."""
    words = []
    for name, value in data.items():
        if isinstance(value, dict):
            words += [
                f"{key}={_word(each)}"
                for key, each in value.items()
                if key not in _LEFT_OUT and each not in ("", None, False, 0) and not isinstance(each, (dict, list))
            ]
        elif isinstance(value, list):
            words.append(f"{name}={len(value)}")
        elif value not in ("", None):
            words.append(f"{name}={_word(value)}")
    return " ".join(words)


def _word(value: object) -> str:
    text = plain("yes" if value is True else "no" if value is False else str(value), 200)
    return f'"{text}"' if " " in text else text
