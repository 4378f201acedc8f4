"""What the tests of supervision share: a talk, a star code keyed, who hears whom, what was booked."""

from __future__ import annotations

from apps.api import supervise_params as s
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, settle

CALLER = "13800138000"


async def talking(house: PaperHouse, name: str = "alice", extension: str = "2001") -> tuple[LegId, LegId]:
    """A caller talks to an agent of queue sales."""
    await house.log_in(name, extension)
    caller = await house.call_in("4001")
    agent = await house.pick_up(extension)
    return caller, agent


async def keyed(house: PaperHouse, code: str, extension: str = "2004") -> LegId:
    """A supervisor keys a star code, and it is done."""
    leg = await house.call_from(extension, code)
    await settle()
    return leg


async def acts(house: PaperHouse, **wanted: str) -> list[tuple[str, str, str]]:
    """What the books have: by, act, why refused; oldest first."""
    found = (await house.ask("supervise.log", s.ActFilter(**wanted))).acts  # type: ignore[arg-type]
    return [(act.by, act.act, act.refused) for act in reversed(found)]


def rooms(house: PaperHouse, *legs: LegId) -> list[set[str]]:
    """Whom each of them hears."""
    return [set(house.hears(leg).removeprefix("room").split()) for leg in legs]
