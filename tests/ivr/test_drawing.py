"""The dialplan as a picture: well formed, complete, without overlaps, and safe with whatever texts say."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.drawing import cards as card_module
from ivr.drawing.cards import TooBig, cards
from ivr.drawing.layout import Box, Line, place
from ivr.drawing.svg import HEAD, columns, draw, fitted, safe
from ivr.plan import walk
from ivr.shown import description
from tests.ivr.stage import ENGLISH, SITE, plan

PLAN = plan("""
    routes:
      - {to: "4001", do: main}
      - {to: "5XXX", phone: true, reject: busy}
    hours:
      office: {open: "daily 09:00-10:00"}
    scripts:
      main:
        - label: ask
          menu:
            say: {zh: "您好，这里是总机。业务咨询请按一，客户服务请按二，人工前台请按零。", en: "Hello"}
            keys: {"1": sales, "2": [{set: {language: en}}, repeat], "3": sales, "9": ask}
            no_input: repeat
            no_match: sales
      sales:
        - call: other
        - queue: {name: sales, timed_out: main}
      other:
        - say: {zh: "甲", en: "a"}
      lonely:
        - hangup
""", SITE)  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return ["".join(text.itertext()) for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_every_script_route_and_step_is_there():
    shown = "\n".join(texts(draw(PLAN)))
    for said in ("Routes", "to 4001 → main", "to 5XXX, from a phone → refused, busy", "main", "d.yaml:8", "sales",
                 "1, 3, no_match: ● goto sales", "2: ● set language = en", "● repeat", "timed_out: ● goto main",
                 "● call other", "“您好，这里是总机。业务咨询请按一，客户…", "d.yaml:20, not reached"):  # fmt: skip
        assert said in shown, shown


def test_a_line_for_each_way_between_cards_and_none_inside_one():
    svg = draw(PLAN)
    # routes -> main, main -> sales (one row for three branches), sales -> other, sales -> main
    assert svg.count("<polygon") == 4
    assert svg.count("stroke-dasharray") == 3  # the way back, the call that comes back, the lonely card


def test_one_script_and_what_it_leads_to():
    shown = texts(draw(PLAN, "other"))
    assert "other" in shown and "sales" not in shown and "main" not in shown
    assert [card.name for card in cards(PLAN, "sales") if card.name] == ["main", "sales", "other"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "&amp;\"'", "]]>", "\x00\x1b[31m", "\u202eabc", "\ud800", "a" * 5000, "\ufffe"],
)
def test_hostile_texts_are_only_text(text):
    made = safe(text)
    assert "<" not in made and "".join(ET.fromstring(f"<a>{made}</a>").itertext())
    assert not set(made) & {"\x00", "\x1b", "\u202e", "\ud800", "\ufffe"}
    hostile = plan("routes: [{do: main}]\nscripts: {main: [{say: 'X'}]}", ENGLISH)
    (step,) = walk(hostile.scripts["main"].steps)
    said = step.verb.text[0].texts[0][1]
    object.__setattr__(said, "parts", (text,))
    svg = draw(hostile)
    root = ET.fromstring(svg)
    names = {element.tag for element in root.iter()}
    allowed = ("svg", "title", "rect", "g", "path", "polygon", "text", "tspan", "circle")
    assert names <= {f"{SVG}{name}" for name in allowed}


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_text_is_cut_to_its_columns(text, most):
    cut = fitted(text, most)
    assert columns(cut) <= most or columns(text) <= most
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whatever_a_step_has_is_described_without_failing(language):
    for script in PLAN.scripts.values():
        for step in walk(script.steps):
            assert isinstance(description(step.verb, language), str)


# ---- layout -------------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw_from):
    boxes = draw_from(st.lists(st.builds(Box, st.floats(20, 300), st.floats(28, 200)), min_size=1, max_size=14))
    ends = st.integers(0, len(boxes) - 1)
    pairs = draw_from(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=30))
    return boxes, [Line(one, other, boxes[one].height / 2, HEAD / 2) for one, other in pairs]


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_boxes_never_overlap_and_lines_join_them(graph):
    boxes, lines = graph
    placed = place(boxes, lines)
    for one in range(len(boxes)):
        (x, y), box = placed.at[one], boxes[one]
        assert x >= 0 and y >= -0.01 and x + box.width <= placed.width + 0.01 and y + box.height <= placed.height + 0.01
        for other in range(one):
            (x2, y2), box2 = placed.at[other], boxes[other]
            apart = x + box.width <= x2 or x2 + box2.width <= x or y + box.height <= y2 or y2 + box2.height <= y
            assert apart, (one, other)
    for line, way, back in zip(lines, placed.ways, placed.back, strict=True):
        (x0, y0), (x1, y1) = way[0], way[-1]
        (sx, sy), (ex, ey) = placed.at[line.start], placed.at[line.end]
        assert y0 == pytest.approx(sy + line.out) and y1 == pytest.approx(ey + line.into)
        assert x0 == pytest.approx(sx if back else sx + boxes[line.start].width)
        assert x1 == pytest.approx(ex + boxes[line.end].width if back else ex)
        steps = [other[0] - one[0] for one, other in pairwise(way)]
        assert all(step <= 0.01 for step in steps) if back else all(step >= -0.01 for step in steps)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_a_line_crosses_no_box(graph):
    boxes, lines = graph
    placed = place(boxes, lines)
    for line, way in zip(lines, placed.ways, strict=True):
        for index in range(1, len(way) - 1, 2):  # the pieces across a column
            y = way[index][1]
            for number, box in enumerate(boxes):
                bx, by = placed.at[number]
                low = min(way[index][0], way[index + 1][0])
                if number not in (line.start, line.end) and bx == pytest.approx(low):
                    assert not by + 0.5 < y < by + box.height - 0.5


def test_a_chain_stands_in_a_row():
    placed = place([Box(100, 50)] * 4, [Line(n, n + 1, 20, 20) for n in range(3)])
    assert [y for _, y in placed.at] == [0, 0, 0, 0] and not any(placed.back)
    assert [x for x, _ in placed.at] == sorted(x for x, _ in placed.at)


# ---- size ---------------------------------------------------------------------------------------------------------


def many(scripts: int, routes: int) -> str:
    head = "".join(f"  - {{to: '{n}', do: s{n % scripts}}}\n" for n in range(routes))
    body = "".join(
        f"  s{n}:\n    - menu: {{say: Hi, keys: {{'1': s{(n * 7 + 1) % scripts}, '2': s{(n * 3 + 2) % scripts}}}, "
        "no_input: repeat, no_match: hangup}\n"
        for n in range(scripts)
    )
    return f"routes:\n{head}scripts:\n{body}"


def test_a_large_plan_is_drawn_in_a_moment_and_a_larger_one_is_refused():
    made = plan(many(100, 5000), ENGLISH)
    begun = time.perf_counter()
    svg = draw(made)
    assert time.perf_counter() - begun < 10
    assert len(re.findall("more routes", svg)) > 0 and len(svg) < 2_000_000
    with pytest.raises(TooBig, match="301 scripts are too many"):
        draw(plan(many(301, 301), ENGLISH))
    assert card_module.MOST_SCRIPTS == 300
