"""Star codes: what an agent keys on a desk phone, with spoken confirmation.

    *11  log in       *12  log out       *13 or *131  break, with a reason       *14  ready (also ends wrap-up)
    *152 the talk came out so: the queue's disposition 2                          *16  more time to wrap up

Who keys is known by the phone: the agent whose extension it is. From another phone *11 asks for the extension that
is the agent's own and for the PIN, and the agent sits at this phone until logging out.

    *17 and a queue's desk_code: closes or opens it, keyed again leaves it to its hours; for who serves it

    *97  the messages of the phone's own extension       *98  those of any, by number and PIN (mailbox/)
    *90 ... *94  supervision (supervise/keyed.py)
    *19  pause the recording of the call that this phone has on hold, or go on with it
"""

from __future__ import annotations

import hmac
import logging
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acd.events import AgentLoggedIn, AgentLoggedOut, BreakEnded, BreakStarted, DispositionGiven, WrapUpExtended
from acd.words import Activity, AgentName
from apps.fields import EXTENSION
from apps.log import safe
from apps.mailbox import texts as mailbox_texts
from apps.mailbox.door import visit
from apps.prompter import Prompter
from apps.studio import texts as studio_texts
from apps.supervise import keyed, texts
from ivr.words import Say

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House
    from apps.telephone import Telephone
    from apps.whole_site import Site

log = logging.getLogger("star")

PIN_TRIES = 3

TEXTS: dict[str, dict[str, str]] = {
    "logged in": {"zh": "您已签入。", "en": "You are logged in."},
    "logged out": {"zh": "您已签出。", "en": "You are logged out."},
    "on break": {"zh": "您已示忙。", "en": "You are on a break."},
    "ready": {"zh": "您已示闲。", "en": "You are ready."},
    "not logged in": {"zh": "您还没有签入。", "en": "You are not logged in."},
    "ask extension": {
        "zh": "请输入您的分机号，按井号键结束。",
        "en": "Please enter your extension, then the pound key.",
    },
    "ask pin": {"zh": "请输入密码，按井号键结束。", "en": "Please enter your PIN, then the pound key."},
    "wrong": {"zh": "输入有误。", "en": "That is not right."},
    "paused": {"zh": "录音已暂停。", "en": "The recording is paused."},
    "goes on": {"zh": "录音已恢复。", "en": "The recording goes on."},
    "no recording": {"zh": "没有通话正在录音。", "en": "No call of yours is being recorded."},
    "owed": {"zh": "请先登记通话结果。", "en": "Please note the result of the call first."},
    "noted": {"zh": "已登记。", "en": "Noted."},
    "nothing to note": {"zh": "没有需要登记的通话。", "en": "There is no call to note."},
    "no such result": {"zh": "没有这个通话结果。", "en": "There is no such result."},
    "more time": {"zh": "整理时间已延长。", "en": "You have more time."},
    "not wrapping up": {"zh": "您不在话后整理中。", "en": "You are not wrapping up."},
    "closed now": {"zh": "队列已关闭。", "en": "The queue is closed."},
    "open now": {"zh": "队列已开放。", "en": "The queue is open."},
    "by hours now": {"zh": "队列已恢复按服务时间开放。", "en": "The queue follows its opening hours."},
    "no such queue": {"zh": "您没有这个队列。", "en": "You serve no such queue."},
    "no such break": {"zh": "没有这个小休原因。", "en": "There is no such break."},
}
"""What is said, by language."""


@dataclass(frozen=True, slots=True)
class StarCode:
    """A code that was keyed. `digit`: what followed it, a digit or an extension."""

    action: str
    digit: str = ""


def find(site: Site, called: str) -> StarCode | None:
    """The star code that `called` is, if it is one."""
    codes = site.switch.star_codes
    for action, code in (
        ("login", codes.login),
        ("logout", codes.logout),
        ("ready", codes.ready),
        ("voicemail", codes.voicemail),
        ("mailbox", codes.mailbox),
        ("recording", codes.recording),
        ("extend", codes.extend),
    ):
        if called == code:
            return StarCode(action)
    if called == codes.start_break:
        return StarCode("break")
    if called.startswith(codes.start_break) and len(called) == len(codes.start_break) + 1:
        return StarCode("break", called[-1])
    queue = called.removeprefix(codes.close)
    if queue != called and re.fullmatch("[0-9]{1,3}", queue):
        return StarCode("close", queue)
    result = called.removeprefix(codes.disposition)
    if result != called and re.fullmatch("[0-9]{1,3}", result):
        return StarCode("disposition", result)
    for action in keyed.ACTIONS:
        code = codes.all[action]
        if called == code or (called.startswith(code) and EXTENSION.fullmatch(called, len(code))):
            return StarCode(action, called[len(code) :])
    return None


def static_texts(languages: tuple[str, ...]) -> set[tuple[str, str]]:
    """All that a star code can say, for rendering ahead."""
    own = {(said[language], language) for said in TEXTS.values() for language in languages if language in said}
    return (
        own
        | mailbox_texts.static_texts(languages)
        | texts.static_texts(languages)
        | studio_texts.static_texts(languages)
    )


def results(site: Site) -> set[tuple[str, str]]:
    """The names of all dispositions, as they are confirmed."""
    language = site.switch.language
    queues = site.queues.items()
    return {(site.disposition(name, code), language) for name, queue in queues for code in queue.dispositions}


async def serve(house: House, call: Call, telephone: Telephone, code: StarCode) -> None:
    """Do what the code says and confirm it."""
    if code.action in keyed.ACTIONS:
        await keyed.serve(house, call, telephone, code.action, code.digit)
        return
    if code.action == "voicemail":
        await visit(house, telephone, telephone.extension, house.site.switch.language)
        return
    if code.action == "mailbox":
        await visit(house, telephone, "", house.site.switch.language)
        return
    voice = Prompter(telephone, TEXTS, house.site.switch.language)
    if code.action == "recording":
        await voice.say(_turn_recording(house, telephone.extension))
        return
    agent = _sitting_at(house, telephone.extension)
    if code.action == "login":
        agent = agent or _owner(house.site, telephone.extension) or await _identify(house, voice)
        if agent is None:
            await voice.say("wrong")
            return
        reachable = bool(house.switch.contacts(telephone.extension))
        house.floor.tell(AgentLoggedIn(agent, telephone.extension, reachable))
        await voice.say("logged in")
    elif agent is None:
        await voice.say("not logged in")
    elif code.action == "logout":
        house.floor.tell(AgentLoggedOut(agent))
        await voice.say("logged out")
    elif code.action == "ready":
        house.floor.tell(BreakEnded(agent))
        view = house.floor.centre.agent(agent, time.monotonic())
        owes = view is not None and view.owed and view.activity is Activity.WRAPPING_UP
        await voice.say("owed" if owes else "ready")
    elif code.action == "extend":
        view = house.floor.centre.agent(agent, time.monotonic())
        house.floor.tell(WrapUpExtended(agent))
        wraps_up = view is not None and view.activity is Activity.WRAPPING_UP
        await voice.say("more time" if wraps_up else "not wrapping up")
    elif code.action == "close":
        await voice.say(_turn_queue(house, agent, code.digit))
    elif code.action == "disposition":
        await _dispose(house, voice, agent, code.digit)
    else:
        reason = "break"
        if code.digit:
            entry = house.site.breaks.get(code.digit)
            if entry is None:
                await voice.say("no such break")
                return
            reason = entry.reason
        house.floor.tell(BreakStarted(agent, reason, house.site.break_limit_s(reason)))
        await voice.say("on break")


def _turn_recording(house: House, extension: str) -> str:
    """Pause what records this extension, or go on; the text to say."""
    for call in list(house.calls.values()):
        if any(line.extension == extension and line.answered and line.live for line in call.lines.values()):
            if house.recorder.state(call) == "recording":
                house.recorder.pause(call)
                return "paused"
            if house.recorder.resume(call) is not None:
                return "goes on"
    return "no recording"


async def _dispose(house: House, voice: Prompter, agent: AgentName, code: str) -> None:
    """Note how the talk came out, and say its name."""
    view = house.floor.centre.agent(agent, time.monotonic())
    if view is None or view.queue is None or view.activity not in (Activity.TALKING, Activity.WRAPPING_UP):
        await voice.say("nothing to note")
    elif code not in view.codes:
        await voice.say("no such result")
    else:
        house.floor.tell(DispositionGiven(agent, code))
        name = house.site.disposition(view.queue, code)
        await voice.say("noted", *([Say(name, voice.language)] if name else []))


def _turn_queue(house: House, agent: AgentName, code: str) -> str:
    """Close or open the agent's queue that has this code; what to say of it."""
    queues = house.site.agents[agent].queues if agent in house.site.agents else ()
    found = [name for name in queues if name in house.site.queues and house.site.queues[name].desk_code == code]
    if not found:
        return "no such queue"
    return {"open": "open now", "closed": "closed now"}.get(house.opening.turn(found[0], agent), "by hours now")


def _sitting_at(house: House, extension: str) -> AgentName | None:
    return house.floor.centre.agent_at(extension)


def _owner(site: Site, extension: str) -> AgentName | None:
    return next((AgentName(name) for name, entry in site.agents.items() if entry.extension == extension), None)


async def _identify(house: House, voice: Prompter) -> AgentName | None:
    """Who sits at a phone that is not their own: extension and PIN, `PIN_TRIES` times."""
    for _ in range(PIN_TRIES):
        extension = await voice.ask("ask extension")
        pin = await voice.ask("ask pin")
        owner = _owner(house.site, extension)
        # Compared even when there is no such agent: how long it takes tells nothing.
        expected = house.site.agents[owner].pin if owner is not None else ""
        if hmac.compare_digest(pin.encode(), expected.encode()) and expected and owner is not None:
            return owner
        at = voice.telephone.extension
        log.warning("extension %s: wrong extension or PIN for a log-in (%s)", at, safe(extension))
        await voice.say("wrong")
    return None
