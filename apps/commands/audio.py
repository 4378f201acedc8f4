"""How the audio of a leg was, in one line for each direction: every counter by its name, and nothing that is nought.

Deliberately absent: what the counters mean (docs/operations.md).
"""

from __future__ import annotations

from apps.api.types import StreamInfo


def heard(stream: StreamInfo) -> str:
    """What came from the far end; empty when nothing did."""
    named = [
        _mos(stream.mos_in),
        _ms("jitter", stream.jitter_ms),
        _ms("delay", stream.delay_ms),
        _count("lost", stream.lost),
        _count("late", stream.late),
        _count("duplicate", stream.duplicate),
        _ms("concealed", stream.concealed_ms),
        _count("bursts", stream.bursts),
        _ms("of", stream.burst_ms),
        _ms("apart", stream.gap_ms if stream.bursts else 0),
        _ms("stretched", stream.stretched_ms),
        _ms("shrunk", stream.shrunk_ms),
        _count("resynced", stream.resynced),
        *(_count(f"dropped {reason}", count) for reason, count in sorted(stream.dropped.items())),
    ]
    return ", ".join(filter(None, named)) if stream.packets_in or stream.dropped else ""


def said(stream: StreamInfo) -> str:
    """What the far end has of us, by its own reports; empty when it never sent one."""
    named = [
        _mos(stream.mos_out),
        _ms("jitter", stream.far_jitter_ms),
        _ms("round trip", stream.round_trip_ms or 0),
        _count("lost", stream.far_lost),
        _count("refused", stream.refused_out),
    ]
    return ", ".join(filter(None, named))


def _mos(found: float | None) -> str:
    return "" if found is None else f"MOS {found:.2f}"


def _ms(name: str, value: float) -> str:
    return f"{name} {value:g} ms" if value else ""


def _count(name: str, value: int) -> str:
    return f"{name} {value}" if value else ""
