"""What a call costs the media hall: CPU of engine and disk process, lateness of ticks, memory.

`python -m tests.bench.media_bench` prints a table; `run(seconds)` returns the same as a flat dict. Far ends are a
separate process, whose cost is not counted. Each case has processes of its own.

Kinds: bridged, srtp (bridged, both legs secure), recorded, rooms (of 20), music.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path

from media.words import Codec, Direction, RoomId, Secure, StreamId, Suite
from media.words import Path as MediaPath
from tests.stage.media_house import ROOT, House, house

CALLS = (50, 100, 200)
SETTLE_S = 1.5


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _load(streams: int, key: bytes) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "tests/bench/rtp_load.py"),
        str(streams),
        *([key.hex()] if key else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _open(h: House, far_ports: list[int], key: bytes) -> list[int]:
    ports = []
    suite = Suite.AES_CM_128_HMAC_SHA1_80
    for n, far in enumerate(far_ports):
        name = StreamId(f"s{n}")
        ports.append((await h.desk.open(name)).port)
        srtp = Secure(suite, secrets.token_bytes(suite.key_bytes), key) if key else None
        path = MediaPath("127.0.0.1", far, Codec.PCMU, 0, 101, 20, Direction.SENDRECV, far + 1, srtp=srtp)
        h.desk.set_path(name, path)
    return ports


async def _case(kind: str, calls: int, seconds: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as directory:
        async with house(Path(directory)) as h:
            key = secrets.token_bytes(30) if kind == "srtp" else b""
            load = await _load(2 * calls, key)
            assert load.stdin and load.stdout
            idle_rss = _rss_mb(h.processes["e1"].pid)
            ports = await _open(h, json.loads(await load.stdout.readline()), key)
            names = [StreamId(f"s{n}") for n in range(2 * calls)]
            if kind == "music":
                for name in names:
                    h.desk.music(name, "default")
            elif kind == "rooms":
                for first in range(0, 2 * calls, 20):
                    h.desk.bridge(RoomId(f"r{first}"), names[first : first + 20])
            else:
                for n in range(calls):
                    h.desk.bridge(RoomId(f"r{n}"), names[2 * n : 2 * n + 2])
            load.stdin.write(json.dumps(ports).encode() + b"\n")
            await load.stdout.readline()
            if kind == "recorded":
                for n in range(calls):
                    target = Path(directory) / "rec" / f"{n}.wav"
                    await h.desk.record(f"rec{n}", target, names[2 * n], names[2 * n + 1])
            await asyncio.sleep(SETTLE_S)
            engine, disk = h.processes["e1"].pid, h.processes["disk"].pid
            before, loop = _cpu_s(engine) + _cpu_s(disk), asyncio.get_running_loop().time()
            disk_before = _cpu_s(disk)
            await asyncio.sleep(seconds)
            span = asyncio.get_running_loop().time() - loop
            cpu, disk_cpu = _cpu_s(engine) + _cpu_s(disk) - before, _cpu_s(disk) - disk_before
            (figures,) = await h.desk.engines()
            load.terminate()
            heard = json.loads(await load.stdout.readline())
            await load.wait()
            rss = _rss_mb(engine)
            dropped = figures["counters"]["dropped_blocks"]
    return {
        "cpu_ms": cpu * 1000 / span / calls,
        "disk_cpu_ms": disk_cpu * 1000 / span / calls,
        "lateness_p50_ms": figures["lateness"]["p50_ms"],
        "lateness_p99_ms": figures["lateness"]["p99_ms"],
        "lateness_max_ms": figures["lateness"]["max_ms"],
        "work_p99_ms": figures["work"]["p99_ms"],
        "rss_mb": rss,
        "call_kb": (rss - idle_rss) * 1024 / calls,
        "heard_share": heard["heard"] / heard["sent"],
        "gap_max_ms": heard["gap_ms"],
        "dropped_blocks": dropped,
    }


def run(
    seconds: float = 60.0, kinds: tuple[str, ...] = ("bridged", "recorded"), calls: tuple[int, ...] = CALLS
) -> dict[str, float]:
    """Figures of all cases, `media_<kind>_<calls>_<what>`; each case is measured for its share of `seconds`."""
    found: dict[str, float] = {}
    each = max(1.0, seconds / (len(kinds) * len(calls)) - SETTLE_S)
    for kind in kinds:
        for count in calls:
            for what, value in asyncio.run(_case(kind, count, each)).items():
                found[f"media_{kind}_{count}_{what}"] = round(value, 3)
    return found


def table(found: dict[str, float]) -> str:
    """The figures as text, a line a case."""
    cases = list(dict.fromkeys(tuple(key.split("_", 3)[1:3]) for key in found))
    columns = list(dict.fromkeys(key.split("_", 3)[3] for key in found))
    lines = [f"{'case':>14} " + " ".join(f"{column:>15}" for column in columns)]
    for kind, count in cases:
        row = " ".join(f"{found[f'media_{kind}_{count}_{column}']:>15.2f}" for column in columns)
        lines.append(f"{kind + ' ' + count:>14} {row}")
    return "\n".join(lines)


if __name__ == "__main__":
    chosen = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("bridged", "recorded")
    sizes = tuple(int(text) for text in sys.argv[3].split(",")) if len(sys.argv) > 3 else CALLS
    print(table(run(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, chosen, sizes)))
