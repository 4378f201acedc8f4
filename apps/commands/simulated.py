"""How a routing and a walked call are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.api.protocol import plain
from apps.commands.screen import Column, facts, fitted, note, say, table

if TYPE_CHECKING:
    from apps.simulation import Asked, RouteAsked, Routing
    from ivr.simulator.story import Moment, Story

TEXT_COLUMNS = 48
"""Of a text that is said, when not the whole is asked for."""
_VERBS = {"say": "says", "play": "plays", "key": "key", "wait": "waits:", "set": "sets", "branch": "->"}
"""Before what happened, by its kind."""


def show_routing(asked: Asked, routing: Routing) -> None:
    """Who calls, and every route that was asked."""
    way = f"from phone {asked.extension}" if asked.extension else f"by trunk {asked.trunk}"
    when = asked.at.strftime("%a %Y-%m-%d %H:%M:%S %Z")
    say(plain(f"{asked.caller or 'A caller without a number'} calls {asked.called} {way}, {when}", 300))
    columns: list[Column[RouteAsked]] = [
        Column("WHERE", lambda each: f"{each.file}:{each.line}"),
        Column("TAKES IT", lambda each: "no" if each.refusal else "yes"),
        Column("ROUTE", lambda each: each.route, 8),
        Column("WHY NOT", lambda each: each.refusal),
    ]
    if routing.asked:
        table(columns, routing.asked, "")
    say(plain(f"-> {routing.taken}", 300))


def show_story(story: Story, *, whole_texts: bool) -> None:
    """What happened, by virtual time; how it ended; the variables."""
    if story.moments:
        say()
    for moment in story.moments:
        say(_line(moment, whole_texts=whole_texts))
    say()
    minutes, seconds = divmod(round(story.seconds), 60)
    lasted = f"{minutes}:{seconds:02}"
    by = f" by the {story.ended_by}" if story.ended_by else ""
    cause = f", cause {story.cause}" if story.cause else ""
    facts([("ended", f"after {lasted}{by}{cause}"), ("why", story.why)])
    facts([(f"{{{name}}}", value) for name, value in sorted(story.variables.items())])
    if not whole_texts and any(moment.kind == "say" for moment in story.moments):
        note("(texts are cut: --say-text prints them whole)")


def _line(moment: Moment, *, whole_texts: bool) -> str:
    at = f"{moment.at_s:8.1f}"
    if moment.kind == "step":
        return f"{at}  {plain(f'{moment.file}:{moment.line}  {moment.what}', 200)}  {plain(moment.step, 200)}"
    if moment.kind in ("say", "play"):
        text = moment.what if whole_texts else fitted(moment.what, TEXT_COLUMNS)
        return f"{at}      {_VERBS[moment.kind]} {moment.language}: {plain(text, 3000)}"
    verb = f"{_VERBS[moment.kind]} " if moment.kind in _VERBS else ""
    return f"{at}      {verb}{plain(moment.what, 3000)}"
