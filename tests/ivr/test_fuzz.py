"""Random dialplans: reading never raises, and whatever is read without a mistake runs to an end."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr import document, load
from ivr.run import run
from ivr.steps import VERBS
from ivr.words import DialResult, QueueResult
from tests.ivr.fakeport import FakePort
from tests.ivr.stage import ENGLISH, SITE

WORDS = st.sampled_from(
    ["main", "other", "x", "repeat", "continue", "hangup", "1", "2001", "sales", "office", "busy", "{called}", "{x}",
     "{", "*", "#", "", "en", "zh", "5", "-1", "0", "yes", "2XXX", "/a*/", "/(/", "mon 09:00-18:00", "welcome"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["routes", "scripts", "hours", "main", "to", "do", "dial", "reject", "label", "en", "zh", "text", "language", "keys",
     "no_input", "no_match", "then", "name", "open", "closed", "zone", "into", "pause", "beep", "1", "*", *VERBS]
)  # fmt: skip
ANY = st.recursive(
    WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25
)
SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "routes": ANY | st.lists(st.dictionaries(NAMES, ANY, max_size=4), max_size=4),
        "hours": ANY | st.dictionaries(WORDS, ANY, max_size=2),
        "scripts": ANY | st.dictionaries(WORDS, st.lists(st.dictionaries(NAMES, ANY, min_size=1, max_size=2))),
    },
)


def read(data, known):
    # JSON is YAML, but for nothing that matters here.
    return load.parse([document.parse(json.dumps(data), "d.yaml")], known)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SECTIONS | ANY)
def test_reading_whatever_is_written_never_raises(data):
    _, wrong = read(data, SITE)
    assert all(mistake.line >= 1 and mistake.what and "\n" not in str(mistake) for mistake in wrong)


@given(st.text())
def test_reading_any_text_never_raises(text):
    load.parse([document.parse(text, "d.yaml")], SITE)


TARGETS = st.sampled_from(["main", "other", "third", "mark"])


def blocks(inner):
    return st.lists(inner, min_size=1, max_size=3)


BRANCH = st.deferred(lambda: TARGETS | st.sampled_from(["continue", "hangup"]) | blocks(STEP))
INSIDE = st.deferred(lambda: BRANCH | st.just("repeat"))
STEP = st.deferred(
    lambda: st.one_of(
        st.just({"say": "Hello {x}"}),
        st.just({"set": {"x": "{x}{called}"}}),
        st.just({"queue": "sales"}),
        st.just({"record": {}}),
        st.fixed_dictionaries({"dial": st.fixed_dictionaries({"to": st.just("2001")}, optional={"busy": BRANCH})}),
        st.fixed_dictionaries({"hours": st.fixed_dictionaries({"name": st.just("office"), "open": BRANCH})}),
        st.fixed_dictionaries({"goto": TARGETS}),
        st.fixed_dictionaries({"call": TARGETS}),
        st.just({"return": "{x}"}),
        st.just({"remember": {"x": {"value": "number(default(caller.x, 0)) + 1"}}}),
        st.fixed_dictionaries(
            {"if": st.fixed_dictionaries({"test": st.sampled_from(["len(x) > 20", "caller.x > 2"]), "then": BRANCH})}
        ),
        st.fixed_dictionaries(
            {"http": st.fixed_dictionaries({"url": st.just("http://a.example/{x}"), "failed": BRANCH, "then": BRANCH})}
        ),
        st.fixed_dictionaries(
            {"switch": st.fixed_dictionaries({"value": st.just("caller.x"), "cases": st.just({"1": "other"})})}
        ),
        st.fixed_dictionaries(
            {
                "menu": st.fixed_dictionaries(
                    {
                        "say": st.just("Choose"),
                        "keys": st.dictionaries(st.sampled_from("123"), INSIDE, min_size=1),
                        "no_input": INSIDE,
                        "no_match": INSIDE,
                    }
                )
            }
        ),
        st.fixed_dictionaries(
            {"gather": st.fixed_dictionaries({"say": st.just("Number"), "no_input": INSIDE, "no_match": INSIDE})}
        ),
    )
)
PLANS = st.fixed_dictionaries({name: blocks(STEP) for name in ("main", "other", "third")})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    PLANS, st.text("1239#", max_size=30), st.sampled_from(["busy", "answered"]), st.sampled_from(["full", "connected"])
)
async def test_every_script_ends_with_one_hang_up_and_a_reason(scripts, keys, dialled, queued):
    scripts = json.loads(json.dumps(scripts))
    scripts["main"][0]["label"] = "mark"
    data = {
        "routes": [{"to": str(number), "do": name} for number, name in enumerate(scripts)],
        "hours": {"office": {"open": "daily 09:00-12:00", "zone": "UTC"}},
        "scripts": scripts,
    }
    # Loops without a wait and steps out of reach are mistakes, but even such a plan has to end.
    plan, wrong = read(data, ENGLISH)
    meant = (
        "Both branches",
        "never reached",
        "Nothing leads",
        "A dead end",
        "without a wait",
        "script or label",
        "Nothing sets",
        "No script remembers",
    )
    assert all(any(said in str(mistake) for said in meant) for mistake in wrong), wrong
    port = FakePort(keys, dials={"2001": DialResult(dialled)}, queues={"sales": QueueResult(queued)})
    why = await run(plan, "main", port)
    assert why and port.ended is not None
    assert sum(what.startswith("hang up") for what in port.acts) == 1
