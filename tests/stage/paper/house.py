"""A whole exchange on paper: the real applications, centre, dialplan and books; signalling, audio and time are paper.

    @paper
    async def test_the_caller_hangs_up(house: PaperHouse) -> None: ...

Every test ends by everybody hanging up, and then nothing may be left behind: no line, no stream, no ringing phone,
no busy phone, no open row.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar
from unittest.mock import patch

from acd.words import CallerId
from apps import reports
from apps.api import params as p
from apps.api.types import CdrRow
from apps.call import Call
from apps.exchange import Exchange
from apps.whole import load_whole
from media.events import DigitHeard, SpeechChanged
from media.words import StreamId
from switch.words import Cause, LegId, Party, call_of
from tests.stage.paper.desk import PaperDesk, PaperVoice
from tests.stage.paper.loop import PaperLoop, after, paper_time, settle
from tests.stage.paper.switch import PaperSwitch

T = TypeVar("T")

SITE: Mapping[str, str] = {
    "switch.yaml": """
        languages: [en, zh]
        time_zone: UTC
        sip: {public_ip: "192.0.2.10"}
        limits: {drain: 30, ring: 20}
    """,
    "phones.yaml": """
        phones:
          "2001": {name: Alice, secret: not-a-secret-2001}
          "2002": {name: Bob, secret: not-a-secret-2002}
          "2003": {name: Carol, secret: not-a-secret-2003}
          "2004": {name: Front, secret: not-a-secret-2004}
    """,
    "trunks.yaml": """
        trunks:
          carrier: {host: 203.0.113.10, addresses: [203.0.113.10], max_calls: 3}
          other: {host: 203.0.113.20, addresses: [203.0.113.20]}
        outbound:
          - {number: "7.", trunks: [carrier, other]}
    """,
    "agents.yaml": """
        agents:
          alice: {name: Alice, extension: "2001", pin: "111111", queues: [sales, service], team: red}
          bob: {name: Bob, extension: "2002", pin: "222222", queues: [sales], team: blue}
        supervisors:
          lin: {name: Lin, extension: "2004", teams: red}
          coach: {extension: "2003", role: coach, teams: all}
        breaks: {"1": rest}
    """,
    "queues.yaml": """
        queues:
          sales: {ring: 15, skip: 30, wrap_up: 10, announce_position_every: 20}
          service: {ring: 15, wrap_up: 0, record: ring, keep_without_agents: true, announce_position_every: never,
                    max_wait: 60}
          short:
            keep_without_agents: true
            announce_position_every: never
            timed_out: {say: {en: "Sorry.", zh: "抱歉。"}, then: {voicemail: "2004"}}
    """,
    "dialplan/main.yaml": """
        routes:
          - {to: "2XXX", dial: "{called}"}
          - {to: "7*", phone: true, dial: "{called}"}
          - {to: "4001", do: hotline}
          - {to: "4002", do: service}
          - {to: "4003", do: ask}
          - {to: "4004", do: message}
          - {to: "4005", do: both}
          - {to: "4006", do: short}
          - {to: "4007", do: memo}
          - {to: "4008", do: survey}
          - {to: "4009", reject: busy}
          - {to: "4010", do: plain}
          - {to: "4011", do: judged}
        scripts:
          hotline: [{queue: sales}, {say: {en: "After.", zh: "之后。"}}]
          service: [{queue: service}]
          ask:
            - label: choose
              menu:
                say: {en: "Press one or two.", zh: "请按一或二。"}
                keys: {"1": hotline, "2": service}
                timeout: 5
                no_input: {hangup: busy}
                no_match: {hangup: busy}
          message: [{voicemail: "2004"}, {say: {en: "Thanks.", zh: "谢谢。"}}]
          both: [{say: {en: "Wait.", zh: "请稍候。"}}, {dial: {to: ["2001", "2002"], timeout: 20}}, {voicemail: "2004"}]
          short: [{queue: {name: short, max_wait: 10}}]
          memo: [{record: {max: 20, silence: 3}}, {say: {en: "Kept.", zh: "好。"}}]
          survey:
            - queue: {name: sales, connected: [{say: {en: "Survey.", zh: "调查。"}}]}
          judged:
            - dial:
                to: "2001"
                amd: true
                answered: [{say: {en: "By {answered_by}.", zh: "{answered_by}。"}}]
                machine: [{say: {en: "A machine.", zh: "机器。"}}, {voicemail: "2004"}]
          plain: [{say: {en: "Hello.", zh: "您好。"}}, {hangup: normal}]
    """,
}


class PaperHouse:
    """What a test holds. `legs` are named by their ids; a call's caller is `<call>.1`."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.house = exchange.house
        self.switch: PaperSwitch = exchange.house.switch  # type: ignore[assignment]
        self.desk: PaperDesk = exchange.house.desk  # type: ignore[assignment]
        self.voice: PaperVoice = exchange.house.voice  # type: ignore[assignment]

    # ---- callers ------------------------------------------------------------------------------------------------

    async def call_in(self, called: str = "4001", **how: Any) -> LegId:
        """A call by the trunk; its first turn is over."""
        leg = self.switch.call_in(called, **how)
        await settle()
        return leg

    async def call_from(self, extension: str, called: str, **how: Any) -> LegId:
        leg = self.switch.call_from(extension, called, **how)
        await settle()
        return leg

    def call(self, leg: LegId) -> Call:
        return self.house.calls[call_of(leg)]

    async def key(self, leg: LegId, digits: str) -> None:
        """The party keys digits (RFC 4733)."""
        for digit in digits:
            self.desk.heard(DigitHeard(StreamId(leg), digit))
        await settle()

    async def sounds(self, leg: LegId, digits: str) -> None:
        """The party keys digits that come as sound."""
        for digit in digits:
            self.desk.heard(DigitHeard(StreamId(leg), digit, by_sound=True))
        await settle()

    async def speaks(self, leg: LegId, speaking: bool) -> None:
        self.desk.tell(SpeechChanged(StreamId(leg), speaking))
        await settle()

    def hears(self, leg: LegId) -> str:
        return self.desk.hears(StreamId(leg))

    async def until_hears(self, leg: LegId, text: str) -> None:
        """The party hears something with this in it, as soon as the disk has been read: threads run in real time."""
        for _ in range(2000):
            await settle()
            if StreamId(leg) in self.desk.streams and text in self.hears(leg):
                return
            await asyncio.to_thread(time.sleep, 0.001)
        assert text in self.hears(leg)

    def said(self, leg: LegId) -> list[str]:
        return self.desk.said(StreamId(leg))

    # ---- agents and phones --------------------------------------------------------------------------------------

    async def register(self, *extensions: str) -> None:
        for extension in extensions:
            self.switch.register(extension)
        await settle()

    async def log_in(self, name: str = "alice", extension: str = "2001") -> None:
        """Registered and available."""
        await self.register(extension)
        await self.ask("agents.login", p.Login(name, extension))
        await settle()

    async def ringing(self, extension: str) -> LegId:
        """The leg that rings this phone, after it has rung."""
        await settle()
        (leg,) = self.switch.out(extension)
        self.switch.rang(leg)
        await settle()
        return leg

    async def pick_up(self, extension: str, body: bytes = b"") -> LegId:
        """The phone rings, and is answered."""
        leg = await self.ringing(extension)
        self.switch.answered(leg, body)
        await settle()
        return leg

    async def agent(self, name: str = "alice") -> str:
        """Presence and activity."""
        found = await self.ask("agents.list", p.Nothing())
        (one,) = [agent for agent in found.agents if agent.agent == name]
        return f"{one.presence}, {one.activity}"

    async def hang_up(self, leg: LegId, *how: Any, **also: Any) -> None:
        """The far end does."""
        self.switch.gone(leg, *how, **also)
        await settle()

    # ---- the API and the books ----------------------------------------------------------------------------------

    async def ask(self, method: str, asked: Any) -> Any:
        return await self.exchange.api.methods[method].call(asked)

    def told(self, kind: str) -> list[Any]:
        """The data of all events of a type, as the wire has them."""
        import msgspec

        _, kept = self.house.hub.after(self.house.hub.oldest - 1, 100_000)
        return [msgspec.json.decode(each.line)["params"]["data"] for each in kept if each.type == kind]

    async def row(self, leg: LegId) -> CdrRow:
        """The call's record, with its segments."""
        found = await reports.cdrs(self.house.journal, p.CdrFilter(call_id=call_of(leg), segments=True))
        return found.rows[0]

    async def kinds(self, leg: LegId) -> list[str]:
        """The kinds of the call's segments."""
        return [segment.kind for segment in (await self.row(leg)).segments]

    # ---- the end ------------------------------------------------------------------------------------------------

    async def everybody_hangs_up(self) -> None:
        for call in list(self.house.calls.values()):
            call.end(Cause.SHUTDOWN, Party.SWITCH)
        await settle()
        await after(0.0)

    async def assert_nothing_left(self) -> None:
        house, floor = self.house, self.house.floor
        await settle()
        assert not self.switch.faults, self.switch.faults
        assert not house.calls, f"calls left: {house.calls}"
        assert not house.lines, f"lines left: {house.lines}"
        assert not [leg for leg in self.switch.legs_by_id.values() if leg.live], "legs left"
        assert not self.desk.streams, f"streams left: {self.desk.streams}"
        assert not self.desk.recordings, f"recordings left: {self.desk.recordings}"
        assert not house.recorder.running, "the recorder holds some"
        assert not floor.waiting, f"somebody waits: {floor.waiting}"
        assert not floor.alerts, f"alerts left: {floor.alerts}"
        for extension in house.site.phones:
            assert not house.phone_use.busy(extension), f"{extension} is busy for ever"
        for trunk in house.site.trunks:
            assert house.today.trunk_calls(trunk) == 0, f"trunk {trunk} is in use"
        for view in floor.centre.snapshot(asyncio.get_running_loop().time()).agents:
            assert view.activity.value in ("idle", "wrapping up"), f"{view.name} is {view.activity}"
        assert not await house.journal.open_interactions()
        assert not house.supervision.watches, "supervisors left"
        assert not house.studios.live, "studios left"
        assert house.journal.strays == 0, "something was booked for a call that is closed"
        assert house.journal.lost == 0

    def position(self, leg: LegId) -> int | None:
        return self.house.floor.centre.position(CallerId(call_of(leg)))


def write_site(directory: Path, changes: Mapping[str, str]) -> None:
    """The paper site's files, some of them replaced."""
    for name, text in (SITE | changes).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    (directory / "run").mkdir(exist_ok=True)


def run(scene: Callable[[PaperHouse], Awaitable[T]], **changes: str) -> T:
    """Play a scene in a new house. `changes`: files of the site, as switch="..." or dialplan="..."."""
    files = {f"{name}.yaml" if name != "dialplan" else "dialplan/main.yaml": text for name, text in changes.items()}

    async def life(directory: Path) -> T:
        with (
            patch("apps.exchange.Switch", PaperSwitch),
            patch("apps.exchange.Desk", PaperDesk),
            patch("apps.exchange.Voice", PaperVoice),
        ):
            exchange = Exchange(load_whole(directory))
        await exchange.start()
        house = PaperHouse(exchange)
        try:
            await settle()
            result = await scene(house)
            await house.everybody_hangs_up()
            await house.assert_nothing_left()
            return result
        finally:
            await exchange.api.stop()
            await exchange.house.journal.close()

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_site(directory, files)
        with asyncio.Runner(loop_factory=PaperLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, PaperLoop)
            with paper_time(loop):
                return runner.run(life(directory))


def paper(test: Callable[..., Awaitable[None]] | None = None, **changes: str) -> Any:
    """Make a test of an `async def test_x(house, ...)`; other arguments are pytest's. `changes` as in `run`."""

    def decorated(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def wrapper(**given: Any) -> None:
            run(lambda house: test(house, **given), **changes)

        others = [parameter for name, parameter in signature.parameters.items() if name != "house"]
        wrapper.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
        return wrapper

    return decorated if test is None else decorated(test)


__all__ = ["PaperHouse", "after", "paper", "run", "settle"]
