"""What the socket API's methods do. One file a noun; `table` puts them together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from apps.api import catalogue
from apps.methods.agents import Agents
from apps.methods.answers import Answers
from apps.methods.books import Books
from apps.methods.callers import Callers
from apps.methods.calls import Calls
from apps.methods.conferences import Conferences
from apps.methods.mailboxes import Mailboxes
from apps.methods.queues import Queues
from apps.methods.recordings import Recordings
from apps.methods.reports import Reports
from apps.methods.status import Status
from apps.methods.studios import StudioMethods
from apps.methods.supervise import Supervise
from apps.methods.wallboard import Wall

if TYPE_CHECKING:
    from apps.api.catalogue import Method
    from apps.exchange import Exchange


def table(exchange: Exchange) -> dict[str, Method]:
    """Every method of the catalogue with the function that serves it."""
    house = exchange.house
    functions: dict[str, Callable[[Any], Awaitable[Any]]] = {}
    nouns = (
        *(Status(exchange), Calls(house), Agents(house), Queues(house), Books(house), Callers(house)),
        *(
            Recordings(house),
            Mailboxes(house),
            Conferences(house),
            Answers(house),
            Reports(house),
            Supervise(house),
            Wall(exchange.board),
            StudioMethods(house),
        ),
    )
    for noun in nouns:
        functions |= noun.functions()
    return catalogue.bind(functions)
