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
from apps.journal_rows import CallDirection
from apps.journal_story import SegmentKind
from apps.line import Line
from apps.line_use import take_phone, take_trunk
from apps.log import safe
from apps.site_clock import local_now
from apps.telephone import Telephone
from ivr.route import DialDirect, Reject, RunScript
from ivr.run import run
from switch.events import Invited
from switch.words import Cause, FromPhone, FromTrunk, Party

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
    """Run the call's script to its end; then the call ends."""
    try:
        cause = await _route(house, call)
    except Exception:  # one call's failure is that call's alone
        log.exception("call=%s: its script failed", call.id)
        cause, call.parted_by = Cause.ERROR, Party.SWITCH
    call.end(call.broken or cause, call.parted_by)


async def _route(house: House, call: Call) -> Cause:
    """Do what the dialplan says; the cause to end the call with, should it still live."""
    if why := call.line.terms.unfit:
        call.enter(SegmentKind.MENU, label="no common audio")
        log.info("call=%s offers no audio that we speak: %s", call.id, why)
        return Cause.NOT_ACCEPTABLE
    telephone = Telephone(house, call)
    if call.caller.extension and (code := star_codes.find(house.site, call.caller.called)) is not None:
        call.enter(SegmentKind.MENU, label=f"star code {code.action}")
        await star_codes.serve(house, telephone, code)
        return Cause.NORMAL
    if "@" in call.caller.called:
        # `number@trunk` is the dialplan's own word for a way out: a caller who says it must not get one by "{called}".
        call.enter(SegmentKind.MENU, label="no route")
        log.warning("call=%s: %s is no number", call.id, safe(call.caller.called))
        return Cause.NOT_FOUND
    plan = house.plan
    routed = plan.route(
        call.caller.called, call.caller.number, call.caller.trunk, call.caller.extension, local_now(house.site)
    )
    if routed is None:
        call.enter(SegmentKind.MENU, label="no route")
        log.info("call=%s: no route for %s", call.id, safe(call.caller.called))
        return Cause.NOT_FOUND
    match routed.action:
        case RunScript(script):
            why = await run(plan, script, telephone, language=routed.language, variables=routed.variables)
            log.info("call=%s: script %s ended: %s", call.id, script, safe(why))
            return Cause.NORMAL
        case DialDirect(numbers, timeout_s, caller_id):
            result = await telephone.dial(numbers, timeout_s=timeout_s, caller_id=caller_id)
            if result.status == "failed" and call.dial_failed is not None:
                return call.dial_failed
            return CAUSES.get(result.status, Cause.NORMAL)
        case Reject(cause):
            return CAUSES.get(cause, Cause.FORBIDDEN)
