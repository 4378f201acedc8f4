"""Random dialplans on paper: walked, drawn and compared without failing; the simulated line acts as the tests' own does."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.difference import differences
from ivr.drawing.svg import draw
from ivr.run import run
from ivr.simulator import clock
from ivr.simulator.call import walk_script
from ivr.simulator.keys import Keys
from ivr.simulator.line import SimulatedLine, Times
from ivr.simulator.outcomes import DIAL, QUEUE, parse
from ivr.words import DialResult, QueueResult
from tests.ivr.fakeport import FakePort, seconds_of
from tests.ivr.stage import ENGLISH
from tests.ivr.test_fuzz import PLANS, read

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SOME = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def plan_of(scripts):
    scripts = json.loads(json.dumps(scripts))
    scripts["main"][0]["label"] = "mark"
    hours = {"office": {"open": "daily 00:00-24:00", "zone": "UTC"}}
    routes = [{"to": str(number), "do": name} for number, name in enumerate(scripts)]
    return read({"routes": routes, "hours": hours, "scripts": scripts}, ENGLISH)[0]


@SOME
@given(
    PLANS, st.text("1239*", max_size=30), st.sampled_from(["busy", "answered"]), st.sampled_from(["full", "connected"])
)
# No #: that ends a recording on the simulated line, while the other one only lets it be silent.
def test_a_walk_says_what_the_runner_says_on_another_line(scripts, keys, dialled, queued):
    plan = plan_of(scripts)
    line = {}

    async def walked():
        line["it"] = SimulatedLine(
            "13800138000", "4001", AT, trunk="carrier", keys=Keys(tuple(keys)), queues=parse([queued], QUEUE),
            dials=parse([dialled], DIAL), times=Times(prompt_s=seconds_of, wait_s=0.0, ring_s=0.0, talk_s=0.0),
        )  # fmt: skip
        return await walk_script(plan, "main", line["it"])

    async def faked():
        port = FakePort(keys, dials={"2001": DialResult(dialled)}, queues={"sales": QueueResult(queued)}, at=AT)
        return port, await run(plan, "main", port)

    story = clock.run(walked())
    port, why = clock.run(faked())
    assert (story.why, story.cause) == (why, port.ended)
    assert [moment.what for moment in story.moments if moment.kind == "say"] == [
        said.removeprefix("en: ") for said in port.said]  # fmt: skip
    times = [moment.at_s for moment in story.moments]
    assert times == sorted(times)


@SOME
@given(PLANS, st.sampled_from(["", "main", "third"]))
def test_whatever_can_be_read_can_be_drawn(scripts, name):
    ET.fromstring(draw(plan_of(scripts), name))


@SOME
@given(PLANS, PLANS)
def test_a_plan_differs_from_another_and_never_from_itself(scripts, others):
    one, other = plan_of(scripts), plan_of(others)
    assert differences(one, plan_of(scripts)) == []
    told = differences(one, other)
    assert bool(told) == (one != other), "JSON is one line, so equal plans stand at equal places"
    assert all("\n" not in sentence and sentence.endswith(".") for sentence in told)
