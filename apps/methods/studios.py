"""Studios: who is in them, and directing the show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from apps.api import params as p
from apps.api import studio_types as t
from apps.api.protocol import not_found
from apps.methods.supervise import refusing
from apps.studio.keys import direct
from apps.studio.live import Studio
from apps.studio.show import Member
from apps.studio.words import Happening, Part
from apps.supervise import rights
from apps.supervise.words import Refused

if TYPE_CHECKING:
    from apps.house import House

_RANKS = {Part.ON_AIR: 0, Part.SCREENED: 1, Part.ASKING: 1, Part.LISTENING: 2}


class StudioMethods:
    """Methods about studios."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "studio.list": self.list,
            "studio.show": self.show,
            "studio.screen": self.screen,
            "studio.air": self.air,
            "studio.back": self.back,
            "studio.drop": self.drop,
        }

    async def list(self, _: p.Nothing) -> t.StudioList:
        return t.StudioList([self._info(name) for name in self._house.site.studios])

    def _info(self, name: str) -> t.StudioInfo:
        live = self._house.studios.live.get(name)
        return live.info() if live is not None else t.StudioInfo(name, self._house.site.studios[name].name)

    async def show(self, asked: t.ByStudio) -> t.StudioDetail:
        if asked.studio not in self._house.site.studios:
            raise not_found("studio", asked.studio, "zongji studio list shows them.")
        return self._detail(asked.studio)

    def _detail(self, name: str) -> t.StudioDetail:
        live, info = self._house.studios.live.get(name), self._info(name)
        found = list(live.show.members.values()) if live is not None else []
        found.sort(key=lambda member: (_RANKS[member.part], member.place or member.aired))
        members = [_member(live, member) for member in found if live is not None]
        same = {field: getattr(info, field) for field in t.StudioInfo.__struct_fields__}
        return t.StudioDetail(**same, callers=members)

    async def screen(self, asked: t.InStudio) -> t.StudioDetail:
        return self._direct(asked, Happening.SCREEN)

    async def air(self, asked: t.InStudio) -> t.StudioDetail:
        return self._direct(asked, Happening.AIR)

    async def back(self, asked: t.InStudio) -> t.StudioDetail:
        return self._direct(asked, Happening.BACK)

    async def drop(self, asked: t.InStudio) -> t.StudioDetail:
        return self._direct(asked, Happening.DROP)

    def _direct(self, asked: t.InStudio, happening: Happening) -> t.StudioDetail:
        house = self._house
        if asked.studio not in house.site.studios:
            raise not_found("studio", asked.studio, "zongji studio list shows them.")
        live = house.studios.live.get(asked.studio)
        with refusing():
            by = rights.known(house.site, asked.by)
            with house.supervision.booked(by, f"studio {happening.value}", call=asked.call_id, text=asked.studio):
                rights.may_act(house.site, by, "studio")
                if live is None:
                    raise Refused(f"Nobody is in studio {asked.studio}", "studio")
                if not (live.happen(asked.call_id, happening) if asked.call_id else direct(live, happening)):
                    who = f"call {asked.call_id}" if asked.call_id else "anybody there"
                    raise Refused(f"That cannot be done to {who} now", "call_id", "zongji studio show says who.")
        return self._detail(asked.studio)


def _member(studio: Studio, member: Member) -> t.StudioMember:
    caller = studio.calls[member.call].caller
    return t.StudioMember(
        call_id=member.call,
        number=caller.number,
        role=member.role.value,
        part=member.part.value,
        name=caller.name,
        position=studio.show.position(member.call),
        screened=member.screened,
    )
