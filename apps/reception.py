"""Reception: a call came in; who is it, where does it want to go, and the script that takes it there.

star code from a phone   ->  apps.star_codes
a route of the dialplan  ->  its script, or a direct dial
nothing                  ->  404, with a row in the books like any other call
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from apps import star_codes
from apps.call import Call, Caller
from apps.causes import CAUSES
from apps.destination import destination
from apps.journal_rows import CallDirection
from apps.journal_story import SegmentKind
from apps.line import Line
from apps.line_use import take_phone, take_trunk
from apps.log import safe
from apps.site_clock import local_now
from apps.star_codes import StarCode
from apps.telephone import Telephone
from ivr.route import DialDirect, Reject, RunScript
from ivr.run import run
from switch.events import Invited
from switch.words import Cause, FromPhone, FromTrunk

if TYPE_CHECKING:
    from apps.house import House

log = logging.getLogger("reception")


def invited(house: House, event: Invited) -> None:
    """Take the call in. Refused at once, without a row, only while the switch drains."""
    if not house.accepting:
        house.switch.reject(event.leg, Cause.OVERLOAD)
        return
    match event.origin:
        case FromPhone(extension):
            phone = house.site.phones.get(extension)
            number, name, trunk = extension, phone.name if phone else "", ""
        case FromTrunk(trunk):
            number, name, extension = event.caller.number, event.caller.name, ""
    call = Call(
        house,
        event.call,
        Caller(number, name, event.called, CallDirection.IN if trunk else CallDirection.INTERNAL, trunk, extension),
        event.sip_call_id,
    )
    call.begin(Line.receive(house, event, call))
    if trunk:
        take_trunk(house, call.line, trunk)
    else:
        take_phone(house, call.line, extension)
    log.info("call=%s %s calls %s by %s", call.id, safe(number), safe(event.called), safe(trunk or extension))
    call.script = house.spawn(serve(house, call), f"script {call.id}")


async def serve(house: House, call: Call) -> None:
    """Do what the number leads to, to its end; then the call ends."""
    await call.run(lambda: _route(house, call))


async def _route(house: House, call: Call) -> Cause:
    """Do what the dialplan says; the cause to end the call with, should it still live."""
    if why := call.line.terms.unfit:
        call.enter(SegmentKind.MENU, label="no common audio")
        log.info("call=%s offers no audio that we speak: %s", call.id, why)
        return Cause.NOT_ACCEPTABLE
    telephone = Telephone(house, call)
    plan, caller = house.plan, call.caller
    found = destination(
        house.site, plan, caller.called, caller.number, caller.trunk, caller.extension, local_now(house.site)
    )
    match found:
        case StarCode():
            call.enter(SegmentKind.MENU, label=f"star code {found.action}")
            await star_codes.serve(house, call, telephone, found)
            return Cause.NORMAL
        case None:
            call.enter(SegmentKind.MENU, label="no route")
            log.info("call=%s: no route for %s", call.id, safe(caller.called))
            return Cause.NOT_FOUND
    match found.action:
        case RunScript(script):
            why = await run(plan, script, telephone, language=found.language, variables=found.variables)
            log.info("call=%s: script %s ended: %s", call.id, script, safe(why))
            return Cause.NORMAL
        case DialDirect(numbers, timeout_s, caller_id):
            result = await telephone.dial(numbers, timeout_s=timeout_s, caller_id=caller_id)
            if result.status == "failed" and call.dial_failed is not None:
                return call.dial_failed
            return CAUSES.get(result.status, Cause.NORMAL)
        case Reject(cause):
            return CAUSES.get(cause, Cause.FORBIDDEN)
