"""The exchange process: one loop for all signalling, all decisions and all bookkeeping. No audio.

    python -m apps.exchange --site DIR

Start: site and dialplan checked, books opened and mended, engines and voice reached, prompts rendered, SIP ports
bound, API opened, "ready". Stop (SIGTERM): new calls refused, running calls may finish for `drain_s`, then BYE.

Exit code 5 when it can never run like this: a mistake in the configuration, a port in use, the wrong wheel.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import signal
import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from acd.centre import Centre
from acd.events import DayBegan, PhoneReachable, Reconfigured
from apps import log as logs
from apps import methods, metrics, processes, reception, reports
from apps.alarms import Alarms
from apps.api.events import ConfigReloaded, PhoneRegistered, PhoneUnregistered
from apps.api.hub import EventHub
from apps.api.listening import SocketError
from apps.api.server import ApiServer
from apps.booked_bindings import BookedBindings
from apps.differences import differences
from apps.floor_memory import restore_floor
from apps.house import House
from apps.journal import Journal
from apps.journal_writer import JournalAlarm, JournalError
from apps.log import safe
from apps.methods.status import contact_info
from apps.metrics_http import MetricsServer
from apps.phone_use import PhoneUse
from apps.prompts_ready import make_ready
from apps.queue_calls import Floor
from apps.recording import Recorder
from apps.site_clock import midnight_at, seconds_to_midnight
from apps.stopping import Stopping
from apps.studio.live import Studios
from apps.supervise.room import Supervision
from apps.supervisor import UNUSABLE
from apps.version import VERSION
from apps.wallboard import Board
from apps.whole import Whole, load_whole
from ivr.words import Mistake, Mistakes
from media.desk import Desk, MediaError
from media.events import MediaEvent
from media.voice import Voice
from switch.driver import Switch
from switch.errors import SwitchError
from switch.events import Event, Invited, Registered, Unregistered

log = logging.getLogger("exchange")


BOOKS_ALARM = "The books cannot be written"
CODE_ALARM = "Code of the site cannot be used"
BOOKS_PATIENCE_S = 15.0
"""Below the supervisor's patience with a child that is not ready yet."""


@dataclass(frozen=True, slots=True)
class Reread:
    """A configuration that was read anew, and is right."""

    changes: list[str]
    """What is different from before, a sentence each."""
    warnings: tuple[Mistake, ...]


def _reread(before: Whole) -> tuple[Whole, list[str]]:
    """The configuration on disk, and how it differs. Raises `Mistakes`."""
    whole = load_whole(before.site.paths.directory)
    return whole, differences(before, whole)


class Exchange:
    """The wired-up house and its life: start, reload, stop."""

    def __init__(self, whole: Whole) -> None:
        site = whole.site
        self.started_at = self.loaded_at = time.time()
        self._reloading = asyncio.Lock()
        hub = EventHub()
        alarms = Alarms(hub)
        journal = Journal(site.paths.database, on_alarm=partial(_book_alarm, alarms))
        self._bindings = BookedBindings(journal)
        self.house = House(
            site=site,
            plan=whole.plan,
            prompts=whole.prompts,
            switch=Switch(site.switch_settings(VERSION), self, bindings=self._bindings),
            desk=Desk(processes.engine_sockets(site), self._heard),
            voice=Voice(processes.tts_socket(site), processes.tts_cache(site)),
            journal=journal,
            hub=hub,
            alarms=alarms,
            routes=site.routes(),
        )
        centre = Centre(site.centre_settings(), time.monotonic(), random.Random())
        self.house.floor = Floor(self.house, centre)
        self.house.floor.centre.surrounded_by(self.house.opening)
        self.house.recorder = Recorder(self.house)
        self.house.supervision = Supervision(self.house)
        self.house.studios = Studios(self.house)
        self.house.phone_use = PhoneUse(self.house.floor)
        self.stopping = Stopping(self.house)
        hub.counted = self.house.tally.told
        self._metrics: MetricsServer | None = None
        self.board = Board(self.house)
        self.api = ApiServer(
            site.paths.socket,
            methods.table(self),
            hub,
            version=VERSION,
            started_at=self.started_at,
            board=self.board.numbers,
        )

    # ---- start --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Bring everything up; raises `SwitchError` or `JournalError` when that cannot be."""
        house, site = self.house, self.house.site
        await self._open_books()
        left = await house.journal.close_open_as_crash(time.time())
        if left:
            log.warning("calls that ended when the exchange did, booked as crash: %d", len(left))
        await house.desk.connect()
        house.desk.set_music(site.music_files())
        await house.opening.restore()
        await restore_floor(house)
        midnight = midnight_at(site)
        queues = await reports.counts_today(house.journal, midnight)
        house.today.remember(queues.pop("")[0], queues, await reports.trunks_today(house.journal, midnight))
        house.spawn(make_ready(house), "prompts")
        house.spawn(self._prepare_code(), "code of the site")
        await self._bindings.read()
        await house.switch.start()
        await self.api.start()
        if site.switch.metrics.listen is not None:
            self._metrics = MetricsServer(*site.switch.metrics.listen, partial(metrics.picture, self))
            self._metrics.start(asyncio.get_running_loop())
        house.spawn(self._days(), "days")

    async def _open_books(self) -> None:
        """Open them; somebody else's long statement (a backup) is waited for, `BOOKS_PATIENCE_S` at most."""
        deadline = time.monotonic() + BOOKS_PATIENCE_S
        while True:
            try:
                await self.house.journal.open()
                return
            except JournalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                log.warning("%s; waiting", error)

    async def _prepare_code(self) -> None:
        """Import the site's own code before a caller waits for it; a file that cannot be used is an alarm."""
        self.house.alarms.clear(CODE_ALARM)
        for wrong in await self.house.lookups.prepare():
            log.error("%s", safe(wrong))
            self.house.alarms.raise_(CODE_ALARM, safe(wrong), "Mend it, then `zongji reload`.")

    async def _days(self) -> None:
        """Zero the agents' counts when the site's day begins."""
        while True:
            await asyncio.sleep(seconds_to_midnight(self.house.site) + 1.0)
            self.house.spawn(self.house.memory.tidy(), "what callers are remembered by")
            self.house.floor.tell(DayBegan())
            self.house.today.new_day()
            log.info("a new day: agents' counts are zero")

    # ---- events -------------------------------------------------------------------------------------------------

    def told(self, event: Event) -> None:
        """What the switch tells (`switch.driver.Listener`)."""
        match event:
            case Invited():
                reception.invited(self.house, event)
            case Registered(extension):
                self.house.floor.tell(PhoneReachable(extension, True))
                contacts = [contact_info(binding) for binding in self.house.switch.contacts(extension)]
                self.house.hub.publish(PhoneRegistered(extension, contacts))
            case Unregistered(extension, why):
                self.house.floor.tell(PhoneReachable(extension, False))
                self.house.hub.publish(PhoneUnregistered(extension, why))
            case _:
                line = self.house.lines.get(event.leg)
                if line is not None:
                    line.told(event)

    def _heard(self, event: MediaEvent) -> None:
        self.house.heard(event)

    # ---- reload -------------------------------------------------------------------------------------------------

    async def reload(self, *, apply: bool = True) -> Reread:
        """Read the configuration from disk and, with `apply`, take it for new calls: all of it at one instant.

        It is read and compared beside the loop: calls go on meanwhile. Raises `Mistakes`, and then nothing has changed.
        """
        house = self.house
        async with self._reloading:
            before = Whole(house.site, house.prompts, house.plan)
            whole, changes = await asyncio.to_thread(_reread, before)
            if not apply:
                return Reread(changes, whole.warnings)
            self._take(whole)
        house.spawn(make_ready(house), "prompts")
        house.spawn(self._prepare_code(), "code of the site")
        house.hub.publish(ConfigReloaded(changes))
        log.info("configuration reloaded: %s", safe(" ".join(changes)) or "nothing is different")
        return Reread(changes, whole.warnings)

    def _take(self, whole: Whole) -> None:
        """New calls meet this from now on. Everything that can fail is made before anything is replaced."""
        house, site = self.house, whole.site
        routes, settings, centre = site.routes(), site.switch_settings(VERSION), site.centre_settings()
        music, lookups = site.music_files(), house.lookups.reread(site)
        house.switch.reconfigure(settings)
        self.loaded_at = time.time()
        house.site, house.plan, house.prompts, house.routes = site, whole.plan, whole.prompts, routes
        house.lookups = lookups
        house.desk.set_music(music)
        house.floor.tell(Reconfigured(centre))

    # ---- stop ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until stopped. The books are closed last."""
        await self.stopping.done.wait()
        if self._metrics is not None:
            await self._metrics.stop()
        await self.api.stop()
        await self.house.switch.stop()
        await self.house.desk.close()
        await self.house.voice.close()
        await self.house.lookups.close()
        await self.house.journal.close()


def _book_alarm(alarms: Alarms, alarm: JournalAlarm) -> None:
    """The books say that they are not written, or are again."""
    if alarm.ok:
        alarms.clear(BOOKS_ALARM)
    else:
        alarms.raise_(BOOKS_ALARM, alarm.what, "Rows wait in memory until the disk takes them. See `zongji doctor`.")


async def serve(whole: Whole) -> None:
    """The life of the exchange process, from start to the end of the last call."""
    exchange = Exchange(whole)
    loop = asyncio.get_running_loop()
    await exchange.start()
    loop.add_signal_handler(signal.SIGTERM, exchange.stopping.told)
    _spare_the_collector()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await exchange.run()


def _spare_the_collector() -> None:
    """What is there now stays for good: the collector need not walk it again with every few calls.

    Young garbage is still collected, in larger and rarer steps; a call leaves few cycles behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@click.command()
@click.option("--site", "directory", type=click.Path(path_type=Path), required=True)
def main(directory: Path) -> None:
    """The exchange process; started by the supervisor."""
    logs.start("exchange")
    try:
        whole = load_whole(directory)
    except Mistakes as mistakes:
        for mistake in mistakes.mistakes:
            log.error("%s", mistake)
        sys.exit(UNUSABLE)
    for warning in whole.warnings:
        log.warning("%s", warning)
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        try:
            runner.run(serve(whole))
        except (SwitchError, JournalError, MediaError, SocketError) as error:
            log.error("%s", error)
            sys.exit(UNUSABLE)


if __name__ == "__main__":
    main()
