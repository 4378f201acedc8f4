"""A room on several engines, on paper: what each engine is told when the hub is another one."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from media import orders
from media.desk_ties import TieLines
from media.engine_line import EngineLine
from media.spread import Spread
from media.words import RoomId, StreamId


class Line:
    """An engine that keeps what it is told."""

    def __init__(self, name: str) -> None:
        self.name, self.path = name, Path(f"/run/{name}.sock")
        self.told: list[orders.Order] = []

    def tell(self, order: orders.Order) -> None:
        self.told.append(order)


def seated(**members: Line) -> tuple[Spread, TieLines]:
    spread, ties = Spread(RoomId("r")), TieLines()
    for name, line in members.items():
        spread.add(StreamId(name), cast(EngineLine, line))
    spread.settle(ties, anew=True)
    return spread, ties


def test_whoever_becomes_the_hub_watches_the_floor_after_it_has_the_room() -> None:
    first, second = Line("e1"), Line("e2")
    spread, ties = seated(a=first, b=second, c=second)
    spread.floor = orders.WatchFloor("r", True, 3)
    assert spread.hub is cast(EngineLine, first)
    second.told.clear()
    spread.remove(StreamId("a"))
    spread.parted(cast(EngineLine, first), ties)
    assert spread.hub is cast(EngineLine, second) and spread.floor in second.told
    assert spread.floor not in first.told
    before = len(second.told)
    spread.settle(ties)
    assert len(second.told) == before


def test_engines_that_are_no_hub_say_who_speaks_and_let_everybody_through() -> None:
    first, second, third = Line("e1"), Line("e2"), Line("e3")
    spread, ties = seated(a=first, b=second)
    spread.watch(orders.WatchFloor("r", True, 3))
    assert first.told[-1] == orders.WatchFloor("r", True, 3) and second.told[-1] == orders.WatchFloor("r", True, 0)
    spread.add(StreamId("c"), cast(EngineLine, third))
    spread.joined(StreamId("c"), ties)
    assert third.told[-1] == orders.WatchFloor("r", True, 0)
    spread.lose(cast(EngineLine, first))
    spread.settle(ties)
    assert second.told[-1] == orders.WatchFloor("r", True, 3)
    spread.watch(orders.WatchFloor("r", False, 0))
    assert second.told[-1] == third.told[-1] == orders.WatchFloor("r", False, 0) and spread.floor is None


def test_a_hub_that_dies_is_followed_too_and_an_empty_room_has_none() -> None:
    first, second = Line("e1"), Line("e2")
    spread, ties = seated(a=first, b=second)
    spread.floor = orders.WatchFloor("r", True, 0)
    spread.lose(cast(EngineLine, first))
    spread.settle(ties)
    assert [order for order in second.told if isinstance(order, orders.WatchFloor)] == [spread.floor]
    spread.lose(cast(EngineLine, second))
    spread.settle(ties)
    assert spread.hub is None
