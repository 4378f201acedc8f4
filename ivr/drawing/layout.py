"""Cards into columns: a layered drawing after Sugiyama, from left to right. Pure; it knows boxes and lines only.

Loops are broken where a walk from the first box meets them. A box stands right of all that lead to it; a line that
passes columns gets a place in each, and lines to one box share it. Boxes are ordered within their columns so that
few lines cross, and moved up and down towards what they are joined to, without overlapping.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

ABOVE = 26.0
"""Between two boxes of a column."""
BETWEEN = 96.0
"""Between two columns."""
PASSING = 10.0
"""Height of a line that passes a column."""
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Box:
    """What is to be placed."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """From a box to another, by number; `out` and `into`: how far below their tops it leaves and arrives."""

    start: int
    end: int
    out: float
    into: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The drawing."""

    at: list[tuple[float, float]]
    """Left upper corner of each box."""
    ways: list[list[tuple[float, float]]]
    """Points of each line, in pairs of (leave, arrive) at columns' edges; the first and last are at boxes."""
    back: list[bool]
    """Whether a line runs from right to left."""
    width: float
    height: float


@dataclass(slots=True)
class _Node:
    """A box, or the place where lines pass a column."""

    height: float
    column: int
    before: list[tuple[int, float, float]] = field(default_factory=list)
    """Neighbours one column to the left: (node, where the line leaves it, where it arrives here)."""
    after: list[tuple[int, float, float]] = field(default_factory=list)
    """Neighbours to the right: (node, where the line arrives there, where it leaves here)."""
    y: float = 0.0


def place(boxes: Sequence[Box], lines: Sequence[Line]) -> Placed:
    """Where everything stands. Lines from a box to itself are not drawn: leave them out."""
    back = _loops(len(boxes), lines)
    columns = _columns(len(boxes), lines, back)
    nodes = [_Node(box.height, column) for box, column in zip(boxes, columns, strict=True)]
    chains = _chains(nodes, lines, back)
    ranks: list[list[int]] = [[] for _ in range(max(columns, default=0) + 1)]
    for number, node in enumerate(nodes):
        ranks[node.column].append(number)
    _order(nodes, ranks)
    _heights(nodes, ranks)
    widths = [max((boxes[each].width for each in rank if each < len(boxes)), default=0.0) for rank in ranks]
    lefts = [0.0]
    for width in widths:
        lefts.append(lefts[-1] + width + BETWEEN)
    ways = [
        _way(nodes, line, chain, lefts, widths, boxes, backwards=backwards)
        for line, chain, backwards in zip(lines, chains, back, strict=True)
    ]
    top = min((node.y for node in nodes), default=0.0)
    at = [(lefts[nodes[each].column], nodes[each].y - top) for each in range(len(boxes))]
    moved = [[(x, y - top) for x, y in way] for way in ways]
    bottom = max((node.y + node.height for node in nodes), default=0.0)
    return Placed(at, moved, back, max(lefts[-1] - BETWEEN, 0.0), bottom - top)


# ---- columns ------------------------------------------------------------------------------------------------


def _loops(count: int, lines: Sequence[Line]) -> list[bool]:
    """Which lines to turn round so that no loop is left: those that lead back to a box that is being walked."""
    out: list[list[int]] = [[] for _ in range(count)]
    for number, line in enumerate(lines):
        out[line.start].append(number)
    state = [0] * count
    back = [False] * len(lines)
    for first in range(count):
        if state[first]:
            continue
        way = [(first, iter(out[first]))]
        state[first] = 1
        while way:
            box, rest = way[-1]
            number = next(rest, -1)
            if number < 0:
                state[box] = 2
                way.pop()
                continue
            end = lines[number].end
            if state[end] == 1:
                back[number] = True
            elif state[end] == 0:
                state[end] = 1
                way.append((end, iter(out[end])))
    return back


def _columns(count: int, lines: Sequence[Line], back: Sequence[bool]) -> list[int]:
    """The longest way to each box, turned lines turned."""
    after: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for line, turned in zip(lines, back, strict=True):
        start, end = (line.end, line.start) if turned else (line.start, line.end)
        after[start].append(end)
        missing[end] += 1
    column = [0] * count
    todo = [box for box in range(count) if not missing[box]]
    while todo:
        box = todo.pop()
        for end in after[box]:
            column[end] = max(column[end], column[box] + 1)
            missing[end] -= 1
            if not missing[end]:
                todo.append(end)
    return column


def _chains(nodes: list[_Node], lines: Sequence[Line], back: Sequence[bool]) -> list[list[int]]:
    """The nodes that each line passes, from left to right, ends included; lines to one box share places."""
    shared: dict[tuple[int, int, bool], int] = {}
    joined: set[tuple[int, int, float, float]] = set()
    chains = []
    for line, turned in zip(lines, back, strict=True):
        left, right = (line.end, line.start) if turned else (line.start, line.end)
        leave, arrive = (line.into, line.out) if turned else (line.out, line.into)
        chain = [left]
        for column in range(nodes[left].column + 1, nodes[right].column):
            key = (line.end, column, turned)
            if key not in shared:
                shared[key] = len(nodes)
                nodes.append(_Node(PASSING, column))
            chain.append(shared[key])
        chain.append(right)
        chains.append(chain)
        for one, other in pairwise(chain):
            out = leave if one == left else PASSING / 2
            into = arrive if other == right else PASSING / 2
            if (one, other, out, into) not in joined:
                joined.add((one, other, out, into))
                nodes[one].after.append((other, into, out))
                nodes[other].before.append((one, out, into))
    return chains


# ---- order within columns -----------------------------------------------------------------------------------


def _order(nodes: list[_Node], ranks: list[list[int]]) -> None:
    """Sort columns by what their boxes are joined to, to and fro; the order with the fewest crossings stays."""
    _stack(nodes, ranks)
    best, fewest = [list(rank) for rank in ranks], _crossings(nodes, ranks)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for rank in ranks if forward else reversed(ranks):
            wish = {}
            for place, number in enumerate(rank):
                joined = nodes[number].before if forward else nodes[number].after
                ys = sorted(nodes[other].y + theirs - ours for other, theirs, ours in joined)
                wish[number] = (ys[len(ys) // 2] if ys else nodes[number].y, place)
            rank.sort(key=lambda number: wish[number])
            _stack_one(nodes, rank)
        crossings = _crossings(nodes, ranks)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in ranks], crossings
    for rank, kept in zip(ranks, best, strict=True):
        rank[:] = kept


def _stack(nodes: list[_Node], ranks: list[list[int]]) -> None:
    for rank in ranks:
        _stack_one(nodes, rank)


def _stack_one(nodes: list[_Node], rank: list[int]) -> None:
    y = 0.0
    for number in rank:
        nodes[number].y = y
        y += nodes[number].height + ABOVE


def _crossings(nodes: list[_Node], ranks: list[list[int]]) -> int:
    """How many pairs of lines between neighbouring columns cross."""
    total = 0
    for rank in ranks:
        places = {number: place for place, number in enumerate(rank)}
        ends = sorted(
            (places[number], out, nodes[other].y + into)
            for number in rank
            for other, into, out in nodes[number].after
        )  # fmt: skip
        seen: list[float] = []
        for _, _, y in ends:
            total += sum(above > y for above in seen)
            seen.append(y)
    return total


# ---- heights ------------------------------------------------------------------------------------------------


def _heights(nodes: list[_Node], ranks: list[list[int]]) -> None:
    """Move boxes towards what they are joined to, order and gaps kept."""
    _stack(nodes, ranks)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        for rank in ranks if forward else reversed(ranks):
            wishes = []
            for number in rank:
                node = nodes[number]
                joined = (node.before if forward else node.after) or node.before or node.after
                ys = [nodes[other].y + theirs - ours for other, theirs, ours in joined]
                wishes.append(sum(ys) / len(ys) if ys else node.y)
            for number, y in zip(rank, _apart([nodes[n].height for n in rank], wishes), strict=True):
                nodes[number].y = y


def _apart(heights: list[float], wishes: list[float]) -> list[float]:
    """The places nearest to the wishes (least squares) at which boxes in this order do not overlap."""
    offsets = [0.0]
    for height in heights:
        offsets.append(offsets[-1] + height + ABOVE)
    # Without their offsets the places only have to ascend: neighbours that would not are put at their mean.
    groups: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=False):
        total, count = wish - offset, 1
        while groups and groups[-1][0] / groups[-1][1] > total / count:
            before, members = groups.pop()
            total, count = total + before, count + members
        groups.append((total, count))
    places = [total / count for total, count in groups for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=False)]


def _way(
    nodes: list[_Node],
    line: Line,
    chain: list[int],
    lefts: list[float],
    widths: list[float],
    boxes: Sequence[Box],
    *,
    backwards: bool,
) -> list[tuple[float, float]]:
    """The points of a line in the direction in which it leads."""
    leave, arrive = (line.into, line.out) if backwards else (line.out, line.into)
    first, last = nodes[chain[0]], nodes[chain[-1]]
    points = [(lefts[first.column] + boxes[chain[0]].width, first.y + leave)]
    for number in chain[1:-1]:
        node = nodes[number]
        y = node.y + PASSING / 2
        points += [(lefts[node.column], y), (lefts[node.column] + widths[node.column], y)]
    points.append((lefts[last.column], last.y + arrive))
    return points[::-1] if backwards else points
