"""The keys of those in a studio, and their stay in it.

caller   1 ask to speak, or no more      * leave
expert   5 microphone off, on            * leave
host     1 talk to the first who asks    2 put on air    3 back to the line    4 off air
         5 microphone on, off            0 how many ask  * leave
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.studio.live import Studio
from apps.studio.words import Happening, Part, Role

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

LEFT, FULL, REMOVED = "left", "full", "removed"


async def attend(house: House, call: Call, name: str, role: Role | None) -> str:
    """Be in the studio until `*`; cancelled when the caller hangs up. Returns "left", "full" or "removed"."""
    studio = house.studios.open(name)
    if studio is None:
        return REMOVED
    role = role or studio.role_of(call)
    most = studio.entry.max_callers
    if role is Role.CALLER and most is not None and len(studio.calls) >= most:
        house.studios.close(studio)
        return FULL
    line = call.line
    try:
        with line.watchers.during(lambda _: studio.leave(call)):
            if not line.live:
                return LEFT
            studio.join(call, role)
            while True:
                line.input.keyed.clear()
                while line.input.digits:
                    digit = line.input.digits.popleft()
                    if digit == "*":
                        return LEFT
                    press(studio, call, role, digit)
                await line.input.keyed.wait()
    finally:
        studio.leave(call)
        house.studios.close(studio)


def press(studio: Studio, call: Call, role: Role, digit: str) -> None:
    """Do what the key means to who pressed it."""
    show = studio.show
    if role is Role.CALLER:
        if digit == "1" and not studio.happen(call.id, Happening.ASKED):
            studio.happen(call.id, Happening.WITHDREW)
        return
    if digit == "5":
        on = show.members[call.id].part is Part.ON_AIR
        studio.happen(call.id, Happening.DROP if on else Happening.AIR)
    elif role is Role.HOST and digit == "0":
        studio.tell_count(call)
    elif role is Role.HOST and digit in _HOST:
        happening = _HOST[digit]
        told = "nobody"
        if direct(studio, happening):
            told = f"host {happening.value}"
        studio.tell(call, told)


_HOST = {"1": Happening.SCREEN, "2": Happening.AIR, "3": Happening.BACK, "4": Happening.DROP}


def direct(studio: Studio, happening: Happening) -> bool:
    """Do this to whom it is about: the first who asks, who is screened, or who came on air last."""
    show = studio.show
    screened = next(iter(show.those(Part.SCREENED)), None)
    if happening is Happening.SCREEN:
        if screened is not None:
            studio.happen(screened.call, Happening.BACK)
        member = show.next_to_screen()
    elif happening is Happening.AIR:
        member = screened or next(iter(show.line), None)
    else:
        member = show.at_hand()
    return member is not None and studio.happen(member.call, happening)
