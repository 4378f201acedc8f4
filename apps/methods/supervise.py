"""Supervision: listen, whisper, barge, take, release, move, agents' states, notes, and what was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from apps import views
from apps.api import params as p
from apps.api import supervise_params as s
from apps.api import supervise_types as st
from apps.api import types as t
from apps.api.protocol import ApiError, Code
from apps.api.types import utc
from apps.click_to_dial import click_to_dial
from apps.guests import Mode
from apps.supervise import acts, books, rights
from apps.supervise.watch import Watch
from apps.supervise.words import Follow, Missing, Refused
from switch.words import Cause

if TYPE_CHECKING:
    from apps.call import Call
    from apps.house import House

RING_S = 30.0
"""How long a supervisor's own phone is rung."""


@contextmanager
def refusing() -> Iterator[None]:
    """A refusal becomes the API's."""
    try:
        yield
    except Refused as refused:
        code = Code.NOT_FOUND if isinstance(refused, Missing) else Code.REFUSED
        raise ApiError(code, refused.why, where=refused.where, hint=refused.hint) from None


class Supervise:
    """Methods for supervisors."""

    def __init__(self, house: House) -> None:
        self._house = house

    def functions(self) -> Mapping[str, Callable[[Any], Awaitable[Any]]]:
        """Method name -> function."""
        return {
            "supervise.listen": self.listen,
            "supervise.whisper": self.whisper,
            "supervise.barge": self.barge,
            "supervise.stop": self.stop,
            "supervise.list": self.list,
            "supervise.takeover": self.takeover,
            "supervise.intercept": self.intercept,
            "supervise.release": self.release,
            "supervise.move": self.move,
            "supervise.state": self.state,
            "supervise.note": self.note,
            "supervise.log": self.log,
        }

    # ---- on the line --------------------------------------------------------------------------------------------

    async def listen(self, asked: s.Watch) -> st.WatchInfo:
        return self._watch(asked, Mode.LISTEN)

    async def whisper(self, asked: s.Watch) -> st.WatchInfo:
        return self._watch(asked, Mode.WHISPER)

    async def barge(self, asked: s.Watch) -> st.WatchInfo:
        return self._watch(asked, Mode.BARGE)

    def _watch(self, asked: s.Watch, mode: Mode) -> st.WatchInfo:
        house = self._house
        with refusing():
            by = rights.known(house.site, asked.by)
            follow = Follow(call=asked.call_id, agent=asked.agent, queue=asked.queue)
            wish = {"call": asked.call_id, "agent": asked.agent, "queue": asked.queue}
            with house.supervision.booked(by, f"{mode.value} asked", **wish):
                rights.may_act(house.site, by, mode.value)
                self._may_follow(by, follow)
                extension = self._phone(by, asked.extension)
            watch = house.supervision.at(extension)
            if watch is not None and watch.by == by:
                if follow != Follow():
                    watch.go(follow)
                watch.turn(mode)
                return watch_info(watch)
            self._reachable(extension)

        async def script(own: Call) -> Cause:
            return await Watch(house, by, own, follow, mode).run()

        own = click_to_dial(house, extension, f"{mode.value} {follow}", RING_S, script)
        now = utc(house.calls[own].caller.began_at)
        return st.WatchInfo(own, by, extension, mode.value, str(follow), "ringing", now)

    def _may_follow(self, by: str, follow: Follow) -> None:
        """Raises `Refused`."""
        if sum(map(bool, (follow.call, follow.agent, follow.queue))) > 1:
            raise Refused("Name one of call, agent and queue", "call_id")
        if follow.call:
            rights.must_be_over_call(self._house, by, acts.running(self._house, follow.call))
        elif follow.agent:
            rights.must_be_over_agent(self._house.site, by, follow.agent)
        elif follow.queue:
            if follow.queue not in self._house.site.queues:
                raise Missing(f"There is no queue {follow.queue}", "queue", "zongji queues list shows them.")
            if not rights.over_queue(self._house.site, by, follow.queue):
                raise Refused(f"{by} does not watch over queue {follow.queue}", "queue")

    def _phone(self, by: str, extension: str) -> str:
        """The supervisor's phone. Raises `Refused`."""
        entry = self._house.site.supervisors.get(by)
        found = extension or (entry.extension if entry is not None else "") or ""
        if not found:
            raise Refused("It is not known whose phone is to be rung", "extension", "Name an extension.")
        if found not in self._house.site.phones:
            raise Missing(f"There is no extension {found}", "extension", "zongji phones list shows them.")
        return found

    def _reachable(self, extension: str) -> None:
        if not self._house.accepting:
            raise Refused("The switch is stopping and takes no new call")
        if not self._house.switch.contacts(extension):
            raise Refused(f"The phone of extension {extension} is not registered", "extension")

    async def stop(self, asked: s.ByWatcher) -> st.Watches:
        with refusing():
            by = rights.known(self._house.site, asked.by)
            watches = self._house.supervision.watches.values()
            found = [
                watch
                for watch in watches
                if (watch.extension == asked.extension if asked.extension else watch.by == by)
                and (watch.by == by or not asked.by)
            ]
            if not found:
                raise Missing("No such supervisor is on the line", "by", "zongji supervise list shows them.")
            for watch in found:
                watch.leave()
        return st.Watches([watch_info(watch) for watch in watches if watch not in found])

    async def list(self, _: p.Nothing) -> st.Watches:
        return st.Watches([watch_info(watch) for watch in self._house.supervision.watches.values()])

    # ---- calls --------------------------------------------------------------------------------------------------

    async def takeover(self, asked: s.Take) -> t.CallInfo:
        return self._take(asked, talking=True)

    async def intercept(self, asked: s.Take) -> t.CallInfo:
        return self._take(asked, talking=False)

    def _take(self, asked: s.Take, *, talking: bool) -> t.CallInfo:
        house = self._house
        with refusing():
            by = rights.known(house.site, asked.by)
            call = acts.running(house, asked.call_id)
            with self._if_refused(by, "takeover" if talking else "intercept", call):
                rights.may_act(house.site, by, "takeover" if talking else "intercept")
                rights.must_be_over_call(house, by, call)
                if talking and call.bridge is None:
                    raise Refused(f"Call {call.id} is no talk", "call_id", "Intercept it.")
                if not talking and call.bridge is not None:
                    raise Refused(f"Call {call.id} is a talk already", "call_id", "Take it over.")
                extension = self._phone(by, asked.extension)
                watch = house.supervision.at(extension)
                if watch is not None and watch.by == by:
                    watch.take(call)
                    return views.call_info(call)
                self._reachable(extension)

        async def script(own: Call) -> Cause:
            try:
                Watch(house, by, own, Follow(call=call.id), Mode.BARGE).take(call)
            except Refused:
                return Cause.NORMAL  # gone while the phone rang; booked
            await own.line.over.wait()
            return Cause.NORMAL

        click_to_dial(house, extension, f"take {call.id}", RING_S, script)
        return views.call_info(call)

    @contextmanager
    def _if_refused(self, by: str, act: str, call: Call) -> Iterator[None]:
        """What is refused before the supervisor's phone rings is booked; what is done is booked when it is."""
        try:
            yield
        except Refused as refused:
            self._house.supervision.book(by, act, call=call.id, refused=refused.why)
            raise

    async def release(self, asked: s.OnCall) -> t.HangupInfo:
        with refusing():
            by = rights.known(self._house.site, asked.by)
            call = acts.running(self._house, asked.call_id)
            was = views.state_of(call)
            acts.release(self._house, by, call)
        return t.HangupInfo(call.id, was)

    async def move(self, asked: s.Move) -> t.CallInfo:
        with refusing():
            by = rights.known(self._house.site, asked.by)
            call = acts.running(self._house, asked.call_id)
            acts.move(self._house, by, call, asked.queue, asked.first)
        return views.call_info(call)

    # ---- people -------------------------------------------------------------------------------------------------

    async def state(self, asked: s.AgentState) -> t.AgentInfo:
        with refusing():
            by = rights.known(self._house.site, asked.by)
            return acts.change_state(self._house, by, asked.agent, asked.state, asked.reason, asked.extension)

    async def note(self, asked: s.Note) -> st.ActInfo:
        with refusing():
            by = rights.known(self._house.site, asked.by)
            return acts.note(self._house, by, asked.text, asked.call_id, asked.agent)

    async def log(self, asked: s.ActFilter) -> st.Acts:
        return await books.acts(self._house.journal, asked)


def watch_info(watch: Watch) -> st.WatchInfo:
    """A supervisor on the line."""
    bridge = watch.bridge
    return st.WatchInfo(
        watch_id=watch.call.id,
        by=watch.by,
        extension=watch.extension,
        mode=watch.mode.value,
        follows=str(watch.follow),
        state="waiting" if bridge is None else "on call",
        since=utc(watch.since),
        call_id=bridge.call.id if bridge is not None else "",
        agent=bridge.agent if bridge is not None else "",
        queue=bridge.queue if bridge is not None else "",
    )
