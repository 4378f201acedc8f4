"""Fifty calls at once, and every one of the hundred ears hears its own tone and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.ports import free_block, free_port
from tests.stage.rtp import Farm, Verdict, Voice
from tests.stage.sipp import Run, need_sipp
from tests.stage.switch import CARRIER_IP, Switch

pytestmark = pytest.mark.whole

COUNT = 50
TALK_MS = 6000
STEP_HZ = 30
"""Apart enough that the ear tells neighbours apart; 100 voices from 300 to 3,270 Hz."""


def test_every_ear_hears_its_own_tone(house: Switch, tmp_path: Path) -> None:
    need_sipp()
    before = {row["call_id"] for row in house.booked(count=0, limit=1000)}
    verdicts, wanted = talk_all(house, tmp_path, COUNT)
    assert len(verdicts) == 2 * COUNT
    wrong = [v for v in verdicts if abs(v.freq_hz - wanted[v.port].hears_hz) > 4 or v.share < 0.5]
    assert not wrong, f"{len(wrong)} heard something else: {wrong[:5]}"
    holes = [v for v in verdicts if v.gaps_ms > 80]
    assert not holes, f"{len(holes)} heard holes: {holes[:5]}"
    lost = [v for v in verdicts if v.received < 0.9 * TALK_MS / 20]
    assert not lost, f"{len(lost)} got too few packets: {lost[:5]}"
    delays = sorted(v.delay_ms for v in verdicts if v.delay_ms is not None)
    assert len(delays) == 2 * COUNT, "not every voice was recognised"
    assert delays[len(delays) // 2] < 60, f"median delay through the switch {delays[len(delays) // 2]} ms"
    rows = house.booked(count=len(before) + COUNT, limit=1000)
    assert len({row["call_id"] for row in rows if row["disposition"] == "answered"} - before) == COUNT


def talk_all(house: Switch, directory: Path, count: int) -> tuple[list[Verdict], dict[int, Voice]]:
    """`count` calls from the carrier to the carrier, each voice another frequency; what each ear heard."""
    media = free_block(4 * count, CARRIER_IP, even=True)
    says = [300 + STEP_HZ * i for i in range(2 * count)]
    callers = [Voice(media + 4 * i, says[2 * i], says[2 * i + 1]) for i in range(count)]
    callees = [Voice(media + 4 * i + 2, says[2 * i + 1], says[2 * i]) for i in range(count)]
    numbers = [str(7100 + i) for i in range(count)]
    # fmt: off
    with (
        Run("uas_answer", directory, ip=CARRIER_IP, local_port=house.carrier_port, calls=count,
            words={"RING_MS": "100"}, rows=list(zip(numbers, (v.port for v in callees), strict=True))) as far,
        Run("uac_call", directory, ip=CARRIER_IP, remote=house.address, local_port=free_port(CARRIER_IP),
            calls=count, rate=25, words={"TALK_MS": str(TALK_MS)},
            rows=[(n, "13800000000", v.port) for n, v in zip(numbers, callers, strict=True)]) as near,
        Farm(callers + callees, [near.log, far.log], ip=CARRIER_IP, far_ip=house.ip) as farm,
    ):
        # fmt: on
        near.finish(40)
        far.finish(10)
        verdicts = farm.stop()
    return verdicts, {voice.port: voice for voice in callers + callees}
