"""The engine: all audio of many calls, one tick every 20 ms, in one thread.

`tick` reads top to bottom like the list in docs/architecture.md: receive, place, pop, conceal, mix, play, send,
record. Deadlines are absolute; between ticks the rest of the packets leaves phase by phase and orders are done.

`python -m media.engine --name e1 --socket S --disk D --ip IP --ports A-B`
Time: monotonic seconds; a tick's frame number grows even over ticks that were slept through.
Deliberately absent: what an order does (hall.py), how it comes in (control.py).
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import resource
import signal
import sys
import time
from typing import Any

from media import conceal, g722, intake, jitter, process
from media.board import PAST_FRAMES, SLOTS
from media.control import Control
from media.events import MediaEvent
from media.hall import Hall
from media.lateness import Lateness
from media.ports import Ports
from media.pulse import Pulse
from media.sender import PHASES
from media.uring import open_ring
from media.words import FRAME_MS

FRAME_S = FRAME_MS / 1000
CATCH_UP = 5
"""Ticks that are made up for, back to back; beyond that they are skipped and counted."""
WATCH_TICKS = 10
COLLECT_TICKS, SWEEP_TICKS = 500, 30_000
"""Ticks between two collections of young garbage, and of all; what was there at the start is frozen."""


class Engine:
    """One engine process."""

    def __init__(
        self, name: str, socket: str, disk: str, ip: str, ports: Ports, *, rows: int, lost_s: float, batched: bool
    ) -> None:
        self.name = name
        ring = open_ring(rows) if batched else None
        if batched and ring is None:
            process.log("the kernel gives no io_uring here: sockets are served one by one, which costs more")
        self.hall = Hall(ip, ports, disk, self._tell, rows=rows, lost_s=lost_s, ring=ring)
        self.control = Control(socket, self.hall, self._figures)
        self.control.watch(self.hall.loader.wake, self.hall.loader.collect)
        self.lateness = Lateness()
        self.work = Lateness()
        self.pulse = Pulse(self.lateness, lambda: len(self.hall.streams), self.control.tell)
        self.skipped = 0
        self._extra = 0
        self._stop = False

    def _tell(self, event: MediaEvent) -> None:
        self.control.tell(event)

    # ---- 20 ms ---------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """One frame of everything. `now` is monotonic, and a clock of its own where a fault is played again."""
        hall, b = self.hall, self.hall.board
        b.now = now
        b.tick += 1
        arrival = int(now * 8000)

        hall.ties.meet()
        hall.yard.knocks()
        hall.arrivals.admit()
        for packets, rows, sizes in hall.mux.sift(hall.taps.copied(hall.seals.opened(hall.yard.batches(self._extra)))):
            for digit in intake.take_in(b, packets, rows, sizes, arrival, hall.wide.linear):
                hall.arrivals.digit(digit)
        if hall.yard.overfull:
            intake.flooded(b, hall.yard.flood())

        frames, holes = jitter.pop(b, b.tick)
        hall.wide.hear(frames, b.tick)
        conceal.fill(b, b.tick, holes)
        hall.wide.mend(frames, b.tick)
        hall.quality.tick()
        jitter.clear(b, b.tick)
        if b.tick % jitter.WINDOW_TICKS == 0:
            jitter.judge(b)

        if hall.speech:
            hall.speech.listen(frames)
        if hall.tones:
            hall.tones.listen(frames)
        if hall.answers:
            hall.answers.listen(frames)
        hall.rewire()
        said = hall.floors.listen(frames) if hall.floors else frames
        hall.wiring.carry_out(said, b.law, b.out[: b.high])
        hall.crowds.carry_out(said, b.law, b.out[: b.high])
        hall.wide.note(b.out[: b.high])
        hall.sounding.overlay()
        hall.announcer.overlay()
        hall.ties.feed(frames)
        hall.wide.encode(b.out[: b.high], frames, b.tick)
        hall.sender.build()
        hall.sender.send(0)
        hall.recorder.tick(frames)
        if b.tick % WATCH_TICKS == 0:
            hall.watch()
            if hall.recorder.beat(now):
                self.control.watch(hall.recorder.link.fd, self._disk_answered)
        hall.recorder.link.flush()

    # ---- the loop ------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Tick until SIGTERM."""
        start = time.monotonic()
        ticks = turns = 0
        while not self._stop:
            ticks += 1
            due = start + ticks * FRAME_S
            self.control.serve(due)
            begin = time.monotonic()
            late = begin - due
            self.lateness.add(max(late, 0.0) * 1000)
            behind = int(late / FRAME_S)
            self._extra = 2 * min(behind, CATCH_UP) + (2 if late > FRAME_S / 4 else 0)
            if behind > CATCH_UP:
                ticks += behind
                self._skip(behind)
            turns += 1
            self.pulse.tick(turns)
            self.tick(time.monotonic())
            self.work.add((time.monotonic() - begin) * 1000)
            for phase in range(1, PHASES):
                if self.hall.sender.phases[phase]:
                    self.control.serve_about(due + phase * FRAME_S / PHASES)
                    self.hall.sender.send(phase)
            if ticks % COLLECT_TICKS == 0:
                gc.collect(1 if ticks % SWEEP_TICKS else 2)

    def _skip(self, ticks: int) -> None:
        """Time went by unused (the machine slept): the frames of it are gone, the time stamps go on."""
        b = self.hall.board
        self.skipped += ticks
        for slept in range(min(ticks, SLOTS) + PAST_FRAMES):
            jitter.clear(b, b.tick + slept)
        b.tick += ticks
        self.hall.recorder.skip(ticks)
        b.ts_out[:] = (b.ts_out + ticks * 160) & 0xFFFFFFFF

    def _disk_answered(self) -> None:
        for answer in self.hall.recorder.link.receive():
            self.hall.recorder.answered(answer)

    def stop(self, *_: object) -> None:
        """Leave the loop at its next turn."""
        self._stop = True
        self.control.hurry = True

    def shut(self) -> None:
        """After the loop: good-bye to everybody, what was recorded goes out."""
        hall = self.hall
        for name in hall.recorder.names:
            hall.recorder.stop(name, hall.board.now, lambda report: None)
        limit = time.monotonic() + 1.0
        while hall.recorder.link.waiting and hall.recorder.link.fd >= 0 and time.monotonic() < limit:
            hall.recorder.link.flush()
            time.sleep(0.002)
        hall.shut()
        self.control.close()

    def _figures(self) -> dict[str, Any]:
        hall = self.hall
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "name": self.name,
            "pid": os.getpid(),
            "streams": len(hall.streams),
            "rooms": len(hall.rooms.rooms),
            "ties": len(hall.ties),
            "recordings": len(hall.recorder),
            "ports_free": hall.ports_free,
            "busy": self.pulse.load.busy,
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
            "rss_kb": _rss_kb(),
            "ticks": hall.board.tick,
            "skipped_ticks": self.skipped,
            "lateness": self.lateness.figures(),
            "work": self.work.figures(),
            "counters": {"skipped_ticks": self.skipped, **self.control.lost, **self._losses(), **hall.totals.figures()},
        }

    def _losses(self) -> dict[str, int]:
        hall = self.hall
        return {
            "dropped_blocks": hall.recorder.dropped_blocks,
            "disk_waiting_bytes": hall.recorder.link.waiting,
            "music_failed": hall.sounding.music_failed,
            "plays_failed": hall.sounding.plays_failed + hall.announcer.failed,
            "tap_dropped": hall.taps.dropped,
            "loader_failed": hall.loader.failed,
            "ring_failed": int(hall.ring is not None and hall.ring.broken),
            **hall.ties.figures(),
        }


def _rss_kb() -> int:
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def _ports(text: str) -> Ports:
    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and 0 < int(first) < int(last) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port range like 16384-24575")
    return Ports(int(first), int(last))


def main() -> None:
    """Entry of the process."""
    parser = argparse.ArgumentParser(prog="media.engine")
    parser.add_argument("--name", required=True)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--disk", required=True)
    parser.add_argument("--ip", required=True)
    parser.add_argument("--ports", required=True, type=_ports)
    parser.add_argument("--rows", type=int, default=2048, help="most streams at once")
    parser.add_argument("--rtp-lost-s", type=float, default=10.0, help="silence after which RtpLost is told")
    parser.add_argument("--beat", action="store_true", help="say every second on stdout that ticks run")
    parser.add_argument("--single-sockets", action="store_true", help="do without io_uring")
    arguments = parser.parse_args()
    process.end_with_parent()
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.setswitchinterval(0.0005)
    engine = Engine(
        arguments.name,
        arguments.socket,
        arguments.disk,
        arguments.ip,
        arguments.ports,
        rows=arguments.rows,
        lost_s=arguments.rtp_lost_s,
        batched=not arguments.single_sockets,
    )
    # The loader's thread keeps its ordinary priority: this asks for the calling thread alone.
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    signal.signal(signal.SIGTERM, engine.stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        g722.load()
    except g722.NoG722 as missing:
        process.log(f"no G.722: {missing}")
    gc.collect()
    gc.freeze()
    gc.disable()
    process.say_ready()
    if arguments.beat:
        engine.pulse.beat_on_stdout()
    try:
        engine.run()
    finally:
        engine.shut()


if __name__ == "__main__":
    main()
