"""Supervision by star code: who keys is known by the phone.

    *90 listen   *91 whisper   *92 barge   *93 take   *94 release       each with an agent's extension behind it

The first three alone follow all talks of the supervisor's teams.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.guests import Mode
from apps.supervise import acts, rights
from apps.supervise.texts import say
from apps.supervise.watch import Watch
from apps.supervise.words import Follow, Refused

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House
    from apps.telephone import Telephone

MODES = {mode.value: mode for mode in Mode}
ACTIONS = (*MODES, "take", "release")
"""The star codes' keys in switch.yaml."""


async def serve(house: House, call: Call, telephone: Telephone, action: str, extension: str) -> None:
    """Do what the code says, and tell what came of it."""
    by = rights.at_phone(house.site, telephone.extension)
    if by is None:
        _book_stranger(house, telephone, action, extension)
        await telephone.play(say(house.site, "not allowed"))
        return
    try:
        told = await _do(house, by, call, action, extension)
    except Refused:
        told = "not allowed"
    if told:
        await telephone.play(say(house.site, told))


async def _do(house: House, by: str, call: Call, action: str, extension: str) -> str:
    """Do it; what is to be said afterwards. Raises `Refused`."""
    if action in MODES:
        follow = _follow(house, extension)
        with house.supervision.booked(by, f"{action} asked", agent=follow.agent, extension=call.line.extension):
            rights.may_act(house.site, by, action)
            if extension and not rights.over_extension(house, by, extension):
                raise Refused(f"{by} does not watch over {extension}", "agent")
        await Watch(house, by, call, follow, MODES[action]).run()
        return ""
    target = acts.at_extension(house, extension)
    if target is None or not extension:
        house.supervision.book(by, action, extension=call.line.extension, refused=f"no call at {extension}")
        return "no call"
    if action == "release":
        acts.release(house, by, target, call.line.extension)
        return "released"
    await call.answer()
    Watch(house, by, call, Follow(call=target.id), Mode.BARGE).take(target)
    await call.line.over.wait()
    return ""


def _follow(house: House, extension: str) -> Follow:
    """The agent at this phone, or whose it is; else the phone."""
    seated = house.floor.centre.agent_at(extension) if extension else None
    owner = seated or next(
        (name for name, a in house.site.agents.items() if extension and a.extension == extension), ""
    )
    return Follow(agent=owner, extension="" if owner else extension)


def _book_stranger(house: House, telephone: Telephone, action: str, extension: str) -> None:
    at = telephone.extension
    house.supervision.book("", action, extension=at, refused=f"{at} is no supervisor's phone", text=extension)
