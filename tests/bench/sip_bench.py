"""Signalling with the books on: calls a second through the B2BUA, REGISTERs a second, and what each costs.

A whole switch on loopback, sipp on both sides. A call here comes by the carrier, is routed by the dialplan, goes out
to the carrier, is answered, lasts a second without audio, and is hung up by the caller; its row and segments are
written. CPU is user and system time of the exchange's process, from /proc.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.stage import procs
from tests.stage.ports import free_block, free_port
from tests.stage.sipp import Outcome, Run
from tests.stage.switch import CARRIER_IP, Switch, secret, switch

RATES = (50, 100, 125, 150, 200)
"""Calls a second; each step is tried only if the one before had no failure."""
STEP_S = 8
TALK_MS = 1000
REGISTER_RATES = (100, 300, 600, 1000)


def run() -> dict[str, float]:
    """Best rates without a failure, cost of one call and one REGISTER, memory."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="zj-bench-") as name, switch(Path(name), rtp_ports=2400) as house:
        exchange, engine = house.child("exchange"), house.child("engine")
        figures["exchange_idle_resident_mb"] = procs.cost(exchange).resident_mb
        figures["engine_idle_resident_mb"] = procs.cost(engine).resident_mb
        figures |= _registers(house, Path(name), exchange)
        figures |= _calls(house, Path(name), exchange, engine)
        figures["exchange_loaded_resident_mb"] = procs.cost(exchange).resident_mb
        figures["engine_loaded_resident_mb"] = procs.cost(engine).resident_mb
    return figures


def _calls(house: Switch, directory: Path, exchange: int, engine: int) -> dict[str, float]:
    figures = {"b2bua_calls_per_s": 0.0}
    port = free_block(2, CARRIER_IP, even=True)
    for rate in RATES:
        count = rate * STEP_S
        before = procs.cost(exchange), procs.cost(engine)
        began = time.monotonic()
        # fmt: off
        with (
            Run("uas_answer", directory, ip=CARRIER_IP, local_port=house.carrier_port, calls=count, limit=4000,
                words={"RING_MS": "50"}, rows=[("7001", port)], label=f"far-{rate}") as far,
            Run("uac_call", directory, ip=CARRIER_IP, remote=house.address, local_port=free_port(CARRIER_IP),
                calls=count, rate=rate, limit=4000, words={"TALK_MS": str(TALK_MS)},
                rows=[("7001", "13800000000", port)], label=f"near-{rate}") as near,
        ):
            # fmt: on
            outcome, failed = _end(near), _end(far)
        took = time.monotonic() - began
        bad = outcome.failed + (count - outcome.succeeded) + failed.failed
        cpu_ms = (procs.cost(exchange).cpu_s - before[0].cpu_s) * 1000 / count
        if bad:
            figures["b2bua_first_failing_calls_per_s"] = rate
            figures["b2bua_failed_calls_at_that_rate_count"] = bad
            break
        figures["b2bua_calls_per_s"] = rate
        figures["b2bua_cpu_ms_per_call"] = cpu_ms
        figures["b2bua_engine_cpu_ms_per_call"] = (procs.cost(engine).cpu_s - before[1].cpu_s) * 1000 / count
        figures["b2bua_retransmissions_count"] = outcome.retransmissions
        figures["b2bua_step_s"] = took
        house.idle(10)
    rows = house.ask("status.get")["calls_today"]
    figures["b2bua_booked_calls_count"] = rows
    return figures


def _registers(house: Switch, directory: Path, exchange: int) -> dict[str, float]:
    figures = {"registers_per_s": 0.0}
    proof = f"[authentication username=2004 password={secret('2004')}]"
    for rate in REGISTER_RATES:
        count = rate * 4
        before = procs.cost(exchange)
        # fmt: off
        with Run("register", directory, remote=house.address, local_port=free_port(), calls=count, rate=rate,
                 rows=[("2004", "2004", 0, proof)], words={"EXPIRES": "60", "STATUS": "200"},
                 label=f"register-{rate}") as run_:
            # fmt: on
            outcome = _end(run_)
        if outcome.failed or outcome.succeeded < count:
            break
        figures["registers_per_s"] = rate
        figures["register_cpu_ms"] = (procs.cost(exchange).cpu_s - before.cpu_s) * 1000 / count
    return figures


def _end(run_: Run) -> Outcome:
    try:
        return run_.finish(STEP_S * 6)
    except AssertionError:
        return run_.outcome()
