"""What a caller and an agent notice: one-way delay through the switch, and how soon the agent's phone rings.

Also what fifty calls with audio cost, signalling to recording, in the processes that carry them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from tests.stage import procs
from tests.stage.cast import Cast
from tests.stage.phone import phones
from tests.stage.switch import Switch, switch
from tests.whole.test_fifty_calls import TALK_MS, talk_all

ROUNDS = 5


def run() -> dict[str, float]:
    """Medians and worst cases."""
    with tempfile.TemporaryDirectory(prefix="zj-bench-") as name, switch(Path(name)) as house:
        return _ringing(house, Path(name)) | _delay(house, Path(name), 10) | _delay(house, Path(name), 50)


def _ringing(house: Switch, directory: Path) -> dict[str, float]:
    # From the INVITE of a caller who goes straight into the queue, to the INVITE at the free agent's phone.
    took = []
    with phones(directory, house.address) as them:
        cast = Cast(house, them)
        alice = cast.agent("alice")
        caller = cast.caller()
        for number in range(1, ROUNDS + 1):
            house.until("alice is free", lambda: house.agent("alice")["activity"] == "idle")
            caller.dial("4002")
            sent = caller.wait("dialling")["now"]
            took.append((alice.wait("incoming")["now"] - sent) * 1000)
            caller.order("hangup")
            alice.wait("ended", call=number)
            caller.wait("ended", call=number)
        cast.log_out()
    return {"queue_to_ringing_agent_p50_ms": statistics.median(took), "queue_to_ringing_agent_max_ms": max(took)}


def _delay(house: Switch, directory: Path, count: int) -> dict[str, float]:
    pids = {name: house.child(name) for name in ("exchange", "engine", "disk")}
    before = {name: procs.cost(pid) for name, pid in pids.items()}
    began = time.monotonic()
    verdicts, wanted = talk_all(house, directory, count)
    seconds = time.monotonic() - began
    delays = sorted(v.delay_ms for v in verdicts if v.delay_ms is not None)
    right = sum(abs(v.freq_hz - wanted[v.port].hears_hz) <= 4 for v in verdicts)
    prefix = f"calls_{count}"
    figures = {
        f"{prefix}_ears_right_percent": 100 * right / len(verdicts),
        f"{prefix}_gaps_mean_ms": statistics.mean(v.gaps_ms for v in verdicts),
        f"{prefix}_worst_arrival_ms": max(v.worst_arrival_ms for v in verdicts),
    }
    if delays:
        figures[f"{prefix}_one_way_delay_p50_ms"] = statistics.median(delays)
        figures[f"{prefix}_one_way_delay_max_ms"] = delays[-1]
    talked_s = count * TALK_MS / 1000
    for name, pid in pids.items():
        after = procs.cost(pid)
        figures[f"{prefix}_{name}_cpu_ms_per_call_and_s"] = (after.cpu_s - before[name].cpu_s) * 1000 / talked_s
        figures[f"{prefix}_{name}_resident_mb"] = after.resident_mb
    figures[f"{prefix}_took_s"] = seconds
    house.idle(10)
    return figures
