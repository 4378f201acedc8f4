"""Call records as text: our own CSV, those of two well-known switches, and JSON lines.

`own`: a header; instants UTC ISO-8601 with milliseconds; durations whole milliseconds. `asterisk`: the 18 columns of
its Master.csv, no header, local time, whole seconds. `freeswitch`: the default Master.csv template, all quoted.
`jsonl`: each record as the API gives it. In the CSV forms a text cell that a spreadsheet would run as a
formula gets an apostrophe before it.

Deliberately absent: finding the records (reports.py).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime

from apps.api.protocol import plain, shown_json
from apps.api.types import CdrRow

OWN_COLUMNS = tuple(name for name in CdrRow.__struct_fields__ if name != "segments")
_FORMULA = ("=", "+", "-", "@")
_ASTERISK = {
    "answered": "ANSWERED",
    "no answer": "NO ANSWER",
    "abandoned": "NO ANSWER",
    "busy": "BUSY",
    "rejected": "FAILED",
    "failed": "FAILED",
    "running": "ANSWERED",
}


def header(form: str) -> str:
    """The first line; empty for the forms that have none."""
    return _line(OWN_COLUMNS, csv.QUOTE_MINIMAL) if form == "own" else ""


def record(form: str, row: CdrRow) -> str:
    """One record's line, with its newline. `form` is a key of FORMATS."""
    return FORMATS[form](row)


def guarded(cell: str) -> str:
    """A cell in one line that no spreadsheet takes for a formula and no terminal for an order.

    A plain number, +8613800138000 too, stays as it is.
    """
    cell = plain(cell, 10_000)
    if cell.startswith(_FORMULA) and not (cell[0] == "+" and cell[1:].isdigit()):
        return "'" + cell
    return cell


def _own(row: CdrRow) -> str:
    return _line([cell(getattr(row, name)) for name in OWN_COLUMNS], csv.QUOTE_MINIMAL)


def cell(value: object) -> str:
    """A value as our own CSV has it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case str():
            return guarded(value)
        case _:
            return str(value)


def _asterisk(row: CdrRow) -> str:
    name = row.caller_name.replace('"', "")
    billsec = _seconds(row, row.answered_at)
    cells = [
        "",  # accountcode
        row.caller,
        row.called,
        row.queue or row.direction,  # dcontext
        f'"{name}" <{row.caller}>' if name else row.caller,
        _channel(row.trunk or row.extension, row.call_id, 1),
        _channel(row.agent, row.call_id, 2) if row.agent else "",
        "Queue" if row.queue else "Dial",
        row.queue or row.called,
        _local(row.started_at),
        _local(row.answered_at),
        _local(row.ended_at),
        str(round(row.duration_ms / 1000)),
        str(billsec),
        _ASTERISK[row.disposition],
        "DOCUMENTATION",
        row.call_id,
        "",  # userfield
    ]
    return _line([guarded(cell) for cell in cells], csv.QUOTE_NONNUMERIC, bare=(12, 13))


def _freeswitch(row: CdrRow) -> str:
    cells = [
        row.caller_name,
        row.caller,
        row.called,
        row.direction,  # context
        _local(row.started_at),
        _local(row.answered_at),
        _local(row.ended_at),
        str(round(row.duration_ms / 1000)),
        str(_seconds(row, row.answered_at)),
        row.cause.upper(),
        row.call_id,
        "",  # bleg_uuid
        row.agent,  # accountcode
    ]
    return _line([guarded(cell) for cell in cells], csv.QUOTE_ALL)


def _jsonl(row: CdrRow) -> str:
    return shown_json(row) + "\n"


FORMATS: dict[str, Callable[[CdrRow], str]] = {
    "own": _own,
    "asterisk": _asterisk,
    "freeswitch": _freeswitch,
    "jsonl": _jsonl,
}


def _line(cells: Sequence[str], quoting: int, bare: Sequence[int] = ()) -> str:
    out = io.StringIO()
    values = [int(cell) if index in bare else cell for index, cell in enumerate(cells)]
    csv.writer(out, quoting=quoting, lineterminator="\n").writerow(values)  # type: ignore[arg-type]
    return out.getvalue()


def _local(at: datetime | None) -> str:
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _seconds(row: CdrRow, since: datetime | None) -> int:
    if since is None or row.ended_at is None:
        return 0
    return max(0, round((row.ended_at - since).total_seconds()))


def _channel(peer: str, call_id: str, leg: int) -> str:
    return f"SIP/{peer or 'unknown'}-{call_id}.{leg}"
