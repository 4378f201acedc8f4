"""Cards and lines as SVG: plain shapes and text, no script, no style sheet, nothing from elsewhere.

Texts come from a site's files and are hostile: what XML or a reader's eye could take for something else is replaced.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from ivr.drawing.cards import ROUTES, Card, Row, cards
from ivr.drawing.layout import Box, Line, Placed, place
from ivr.plan import Plan

FONT = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','WenQuanYi Micro Hei','PingFang SC','Microsoft YaHei',"
    "sans-serif"
)
"""Fonts with Chinese characters, as Linux, macOS and Windows have them."""
SIZE = 13.0
ROW = 20.0
HEAD = 28.0
PAD = 10.0
INDENT = 14.0
DOT = 12.0
MARGIN = 24.0
TEXT_COLUMNS = 40
"""Of a row's text; the rest is in the tooltip."""
LABEL_COLUMNS = 24
LINES = ("#1f6fb2", "#b5521b", "#2e7d4f", "#8a3f9e", "#b0303f", "#5b6b00", "#00737d", "#7a5230")
"""One colour for all lines to a card, in turn."""
DOTS = {"waits": "#1f6fb2", "ends": "#b0303f", "says": "#2e7d4f", "leads": "#777777", "": "#c4c4c4"}
LEGEND = (("waits", "waits for the caller or somebody else"), ("says", "says something"), ("ends", "ends the call"),
          ("leads", "leads to another script"), ("", "anything else"))  # fmt: skip


def draw(plan: Plan, script: str = "") -> str:
    """The plan, or a script and all that it leads to, as an SVG document. Raises `cards.TooBig`."""
    made = cards(plan, script)
    numbers = {card.name: number for number, card in enumerate(made) if card.name != ROUTES}
    boxes = [Box(_card_width(card), HEAD + ROW * len(card.rows) + PAD) for card in made]
    lines: list[Line] = []
    called: list[bool] = []
    for number, card in enumerate(made):
        for index, row in enumerate(card.rows):
            for name in dict.fromkeys(row.leads):
                if name in numbers and numbers[name] != number:
                    lines.append(Line(number, numbers[name], HEAD + ROW * (index + 0.5), HEAD / 2))
                    called.append(row.called)
    placed = place(boxes, lines)
    width = max(placed.width, 560.0) + 2 * MARGIN
    height = placed.height + 2 * MARGIN + ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family={quoteattr(FONT)} font-size="{SIZE:g}">',
        f"<title>{safe(f'Dialplan: {script}' if script else 'Dialplan')}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
        f'<g transform="translate({MARGIN:g} {MARGIN:g})">',
    ]
    parts += _lines(placed, lines, called)
    for card, box, (x, y) in zip(made, boxes, placed.at, strict=True):
        parts += _card(card, box, x, y, LINES[numbers.get(card.name, 0) % len(LINES)])
    parts += ["</g>", *_legend(height - MARGIN), "</svg>", ""]
    return "\n".join(parts)


# ---- lines --------------------------------------------------------------------------------------------------


def _lines(placed: Placed, lines: Sequence[Line], called: Sequence[bool]) -> list[str]:
    parts = []
    for line, way, back, comes_back in zip(lines, placed.ways, placed.back, called, strict=True):
        colour = LINES[line.end % len(LINES)]
        dashes = ' stroke-dasharray="2 3"' if comes_back else ' stroke-dasharray="7 4"' if back else ""
        tip = -1.0 if back else 1.0
        x, y = way[-1]
        way = [*way[:-1], (x - 7.0 * tip, y)]
        path = [f"M{way[0][0]:.1f} {way[0][1]:.1f}"]
        for index in range(1, len(way)):
            (x0, y0), (x1, y1) = way[index - 1], way[index]
            if index % 2 == 0:  # across a column
                path.append(f"L{x1:.1f} {y1:.1f}")
            else:
                bend = (x1 - x0) / 2
                path.append(f"C{x0 + bend:.1f} {y0:.1f} {x1 - bend:.1f} {y1:.1f} {x1:.1f} {y1:.1f}")
        parts.append(f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.4"{dashes}/>')
        points = f"{x:.1f},{y:.1f} {x - 8 * tip:.1f},{y - 4:.1f} {x - 8 * tip:.1f},{y + 4:.1f}"
        parts.append(f'<polygon points="{points}" fill="{colour}"/>')
    return parts


# ---- cards --------------------------------------------------------------------------------------------------


def _card(card: Card, box: Box, x: float, y: float, colour: str) -> list[str]:
    routes = card.name == ROUTES
    edge = "#444444" if routes else colour
    dashes = "" if card.reached else ' stroke-dasharray="4 4"'
    parts = [
        f'<g transform="translate({x:.1f} {y:.1f})">',
        f'<rect width="{box.width:.1f}" height="{box.height:.1f}" rx="6" fill="#fbfbfa" stroke="{edge}"{dashes}/>',
        f'<path d="M0 {HEAD:g}V6a6 6 0 0 1 6 -6H{box.width - 6:.1f}a6 6 0 0 1 6 6V{HEAD:g}z" fill="{edge}"/>',
        _text(PAD, HEAD - 9, "Routes" if routes else card.name, fill="#ffffff", weight="bold"),
    ]
    if not routes:
        place = card.place if card.reached else f"{card.place}, not reached"
        parts.append(_text(box.width - PAD, HEAD - 9, place, fill="#ffffff", size=10, anchor="end"))
    for index, row in enumerate(card.rows):
        parts += _row(row, HEAD + ROW * index)
    parts.append("</g>")
    return parts


def _row(row: Row, y: float) -> list[str]:
    x, base = PAD + INDENT * row.depth, y + ROW / 2 + SIZE * 0.36
    whole = " ".join(part for part in (row.label, row.verb, row.text) if part)
    # One text of several spans: whatever font a reader has, they stand one after another.
    spans = [f'<tspan fill="{DOTS[row.role]}">\N{BLACK CIRCLE} </tspan>']
    if row.label:
        spans.insert(0, f'<tspan fill="#8a4b00">{safe(fitted(row.label, LABEL_COLUMNS))}: </tspan>')
    if row.verb:
        spans.append(f'<tspan font-weight="bold">{safe(row.verb)} </tspan>')
    spans.append(f"<tspan>{safe(fitted(row.text, TEXT_COLUMNS))}</tspan>")
    return [
        f'<text x="{x:.1f}" y="{base:.1f}" fill="#222222" xml:space="preserve">'
        f"<title>{safe(fitted(whole, 300))}</title>{''.join(spans)}</text>"
    ]


def _card_width(card: Card) -> float:
    head = (columns(card.name or "Routes") + 3) * _COLUMN + columns(card.place + ", not reached") * 6.0
    return max([head, *map(_row_width, card.rows), 160.0]) + 2 * PAD


def _row_width(row: Row) -> float:
    label = (min(columns(row.label), LABEL_COLUMNS) + 1) * _COLUMN + 6 if row.label else 0.0
    return INDENT * row.depth + label + DOT + (columns(row.verb) + 1 + min(columns(row.text), TEXT_COLUMNS)) * _COLUMN


def _legend(y: float) -> list[str]:
    parts, x = [], MARGIN
    for role, text in LEGEND:
        parts.append(f'<circle cx="{x + 4:.1f}" cy="{y - 4:.1f}" r="3.5" fill="{DOTS[role]}"/>')
        parts.append(_text(x + DOT, y, text, fill="#555555", size=11))
        x += DOT + columns(text) * 6.4 + 14
    return parts


# ---- text ---------------------------------------------------------------------------------------------------

_COLUMN = SIZE * 0.6
"""Width of a Latin letter, on the safe side; a Chinese character takes two and is a little narrower."""


def _text(
    x: float, y: float, text: str, *, fill: str = "#222222", weight: str = "", size: float = 0, anchor: str = ""
) -> str:
    more = f' font-weight="{weight}"' if weight else ""
    more += f' font-size="{size:g}"' if size else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{more} xml:space="preserve">{safe(text)}</text>'


def safe(text: str) -> str:
    """The text for XML; characters that are invisible, turn the line round, or that XML forbids are shown as �."""
    return escape("".join(char if char == " " or _visible(char) else "\N{REPLACEMENT CHARACTER}" for char in text))


def _visible(char: str) -> bool:
    return unicodedata.category(char)[0] not in "CZ" and char not in "\ufffe\uffff"


def columns(text: str) -> int:
    """How wide a text is, in Latin letters."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fitted(text: str, most: int) -> str:
    """The text, cut to so many columns; "…" stands for the rest."""
    if columns(text) <= most:
        return text
    kept, wide = "", 1
    for char in text:
        wide += columns(char)
        if wide > most:
            break
        kept += char
    return f"{kept}…"
