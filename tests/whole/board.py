"""A switch under test on free ports, a listener that keeps what it is told, and sipp as its peers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from switch.binding import Binding
from switch.driver import Switch
from switch.events import Event, Invited
from switch.settings import Bind, Phone, SwitchSettings, Trunk
from switch.words import FromPhone, Identity, LegId, ToPhone, leg_id

SCENARIOS = Path(__file__).with_name("scenarios")
E = TypeVar("E")
SDP = (
    b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 16384 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
    b"a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
)


class Memory:
    """A binding store in memory."""

    def __init__(self, bindings: Iterable[Binding] = ()) -> None:
        self.kept = {(b.extension, b.contact_uri): b for b in bindings}

    def save(self, binding: Binding) -> None:
        self.kept[binding.extension, binding.contact_uri] = binding

    def remove(self, extension: str, contact_uri: str) -> None:
        self.kept.pop((extension, contact_uri), None)

    def load(self) -> Iterable[Binding]:
        return list(self.kept.values())


class Ear:
    """Keeps events, lets a test wait for one, and may react."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.react: Callable[[Event], None] = lambda event: None
        self._news = asyncio.Event()

    def told(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()
        self.react(event)

    def of(self, kind: type[E], leg: LegId | None = None) -> list[E]:
        return [e for e in self.events if isinstance(e, kind) and (leg is None or getattr(e, "leg", None) == leg)]

    async def wait(self, kind: type[E], leg: LegId | None = None, count: int = 1, timeout_s: float = 5.0) -> E:
        async with asyncio.timeout(timeout_s):
            while len(self.of(kind, leg)) < count:
                self._news.clear()
                await self._news.wait()
        return self.of(kind, leg)[count - 1]


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Board:
    """The switch, its ear, and sipp."""

    def __init__(self, switch: Switch, ear: Ear, memory: Memory) -> None:
        self.switch = switch
        self.ear = ear
        self.memory = memory
        self.udp = next(port for kind, _, port in switch.bound if kind == "udp")
        self.tcp = next((port for kind, _, port in switch.bound if kind == "tcp"), 0)
        self._directory = tempfile.TemporaryDirectory()
        self._processes: list[asyncio.subprocess.Process] = []

    async def sipp(
        self,
        scenario: str,
        *options: str,
        port: int | None = None,
        row: str | None = None,
        target: str | None = None,
        calls: int = 1,
    ) -> asyncio.subprocess.Process:
        """Start a scenario. `row`: one line of fields for it."""
        where = Path(self._directory.name)
        arguments = ["-sf", str(SCENARIOS / scenario), "-i", "127.0.0.1", "-p", str(port or free_port())]
        arguments += ["-m", str(calls), "-nostdin", "-timeout", "20s", "-timeout_error"]
        if row is not None:
            handle, name = tempfile.mkstemp(dir=where, suffix=".csv")
            with os.fdopen(handle, "w") as file:
                file.write("SEQUENTIAL\n" + row + "\n")
            arguments += ["-inf", name]
            called = row.split(";")[2]
            if scenario.startswith("uac"):  # by itself sipp leaves the user out of the digest's uri
                arguments += ["-auth_uri", f"{called}@127.0.0.1:{self.udp}"]
        arguments += [*options, target or f"127.0.0.1:{self.udp}"]
        process = await asyncio.create_subprocess_exec(
            "sipp", *arguments, cwd=where, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        self._processes.append(process)
        return process

    async def ran(self, process: asyncio.subprocess.Process, timeout_s: float = 20.0) -> None:
        """The scenario went through to its end."""
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
        assert process.returncode == 0, output.decode("utf-8", "replace")[-3000:]

    async def register(self, user: str, secret: str, port: int, expires: int = 300, *options: str) -> None:
        """Register a contact on `port`."""
        row = f"{user};[authentication username={user} password={secret}];{port};{expires}"
        await self.ran(await self.sipp("register.xml", *options, row=row, port=port))

    async def close(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._directory.cleanup()


@contextlib.asynccontextmanager
async def board(**settings: Any) -> AsyncIterator[Board]:
    """A running switch with phones 201..203 (secrets s201..) and what `settings` says."""
    known: dict[str, Any] = {
        "bind": (Bind("udp", "127.0.0.1", 0), Bind("tcp", "127.0.0.1", 0)),
        "phones": tuple(Phone(name, "s" + name, f"Phone {name}") for name in ("201", "202", "203")),
        "realm": "zongji",
    }
    known.update(settings)
    memory = known.pop("memory", Memory())
    ear = Ear()
    switch = Switch(SwitchSettings(**known), ear, bindings=memory)
    await switch.start()
    made = Board(switch, ear, memory)
    try:
        yield made
    finally:
        await made.close()
        await switch.stop()


def join(board: Board, *, answer: bytes = SDP) -> None:
    """React to an INVITE as a B2BUA does: ring the extension called, answer when it answers."""
    switch = board.switch
    other: dict[LegId, LegId] = {}

    def react(event: Event) -> None:
        name = type(event).__name__
        if isinstance(event, Invited):
            callee = leg_id(event.call, 2)
            other[event.leg], other[callee] = callee, event.leg
            caller = event.caller if isinstance(event.origin, FromPhone) else Identity("1")
            switch.place(callee, ToPhone(event.called), caller, answer)
        elif name == "Rang":
            switch.ring(other[event.leg])  # type: ignore[union-attr]
        elif name == "Answered":
            switch.answer(other[event.leg], answer)  # type: ignore[union-attr]
        elif name == "Ended" and event.leg in other:  # type: ignore[union-attr]
            switch.hang_up(other.pop(event.leg), event.cause)  # type: ignore[union-attr]

    board.ear.react = react


__all__ = ["SDP", "Board", "Ear", "Memory", "Trunk", "board", "free_port", "join"]
