"""What a call costs the media hall: CPU of engine and disk process, lateness of ticks, memory.

All cases in one run, since machines differ from hour to hour; `floor` is a C loop with the same system calls and
nothing else (floor.c), and `single` is the engine without io_uring. Far ends are a separate process, whose cost is not
counted. Each case has processes of its own.

    python -m tests.bench.media_bench [seconds a case] [case,...]        a case is kind:calls; see CASES
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from media.paths import Codec, Direction, Secure, Suite
from media.paths import Path as MediaPath
from media.words import RoomId, StreamId, Tone
from tests.stage import procs
from tests.stage.media_house import ROOT, House, house

CASES = [
    *("floor:50", "floor:500", "bridged:50", "bridged:100", "bridged:200", "bridged:500", "single:200", "single:500"),
    *("recorded:50", "recorded:100", "recorded:200", "recorded:400", "room20:20", "room20:400", "room100:400"),
    *("room400:400", "music:1000", "playing:200", "srtp:50", "srtp:200", "srtp:500"),
    *("g722:100", "transcoded:100", "wide3:60"),
]
"""kind:calls. A call is two streams where two talk; in rooms, music and plays it is one. With srtp both are secure."""
CODECS = {
    "g722": (Codec.G722,),
    "transcoded": (Codec.G722, Codec.PCMU),
    "wide3": (Codec.G722, Codec.G722, Codec.PCMU),
}
"""Of streams in turn; all others speak PCMU. `wide3` are rooms of three."""
SETTLE_S = 1.5


async def _load(
    streams: int, codecs: tuple[Codec, ...] = (Codec.PCMU,), key: bytes = b""
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "tests/bench/rtp_load.py"),
        str(streams),
        ",".join(str(codec.payload_type) for codec in codecs),
        *([key.hex()] if key else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )


async def _open(
    h: House, far_ports: list[int], codecs: tuple[Codec, ...] = (Codec.PCMU,), key: bytes = b""
) -> list[int]:
    ports, suite = [], Suite.AES_CM_128_HMAC_SHA1_80
    for n, far in enumerate(far_ports):
        name = StreamId(f"s{n}")
        ports.append((await h.desk.open(name)).port)
        codec = codecs[n % len(codecs)]
        kind = codec.payload_type
        srtp = Secure(suite, secrets.token_bytes(suite.key_bytes), key) if key else None
        path = MediaPath("127.0.0.1", far, codec, kind, 101, 20, Direction.SENDRECV, far + 1, srtp=srtp)
        h.desk.set_path(name, path)
    return ports


def _streams(kind: str, calls: int) -> int:
    return calls if kind.startswith(("room", "music", "playing", "wide")) else 2 * calls


async def _connect(h: House, kind: str, names: list[StreamId]) -> None:
    if kind == "music":
        for name in names:
            h.desk.music(name, "default")
    elif kind == "playing":
        for name in names:
            await h.desk.play(name, [Tone((440.0,), on_ms=0)])
    else:
        size = int(kind[4:]) if kind.startswith(("room", "wide")) else 2
        for first in range(0, len(names), size):
            h.desk.bridge(RoomId(f"r{first}"), names[first : first + size])


async def _engine_case(kind: str, calls: int, seconds: float) -> dict[str, float]:
    extra = ["--ports", "14000-31999", *(["--single-sockets"] if kind == "single" else [])]
    with tempfile.TemporaryDirectory() as directory:
        async with house(Path(directory), 1, *extra) as h:
            codecs, key = CODECS.get(kind, (Codec.PCMU,)), secrets.token_bytes(30) if kind == "srtp" else b""
            load = await _load(_streams(kind, calls), codecs, key)
            assert load.stdin and load.stdout
            engine, disk = h.processes["e1"].pid, h.processes["disk"].pid
            idle_rss = procs.cost(engine).resident_mb
            ports = await _open(h, json.loads(await load.stdout.readline()), codecs, key)
            names = [StreamId(f"s{n}") for n in range(len(ports))]
            await _connect(h, kind, names)
            load.stdin.write(json.dumps(ports).encode() + b"\n")
            await load.stdout.readline()
            if kind == "recorded":
                for n in range(calls):
                    target = Path(directory) / "rec" / f"{n}.wav"
                    await h.desk.record(f"rec{n}", target, names[2 * n], names[2 * n + 1])
            await asyncio.sleep(SETTLE_S)
            before, disk_before, began = (
                procs.cost(engine).cpu_s,
                procs.cost(disk).cpu_s,
                asyncio.get_running_loop().time(),
            )
            await asyncio.sleep(seconds)
            span = asyncio.get_running_loop().time() - began
            cpu, disk_cpu = procs.cost(engine).cpu_s - before, procs.cost(disk).cpu_s - disk_before
            (figures,) = await h.desk.engines()
            heard = await _end(load)
            rss = procs.cost(engine).resident_mb
    return {
        "cpu_ms": (cpu + disk_cpu) * 1000 / span / calls,
        "disk_cpu_ms": disk_cpu * 1000 / span / calls,
        "lateness_p50_ms": figures["lateness"]["p50_ms"],
        "lateness_p99_ms": figures["lateness"]["p99_ms"],
        "lateness_max_ms": figures["lateness"]["max_ms"],
        "work_p99_ms": figures["work"]["p99_ms"],
        "rss_mb": rss,
        "call_kb": (rss - idle_rss) * 1024 / calls,
        "dropped_blocks": figures["counters"]["dropped_blocks"],
        **heard,
    }


async def _floor_case(program: Path, calls: int, seconds: float) -> dict[str, float]:
    load = await _load(2 * calls)
    assert load.stdin and load.stdout
    fars = json.loads(await load.stdout.readline())
    floor = await asyncio.create_subprocess_exec(
        program, *map(str, fars), stdout=asyncio.subprocess.PIPE, limit=1 << 20
    )
    assert floor.stdout
    load.stdin.write(await floor.stdout.readline())
    await load.stdout.readline()
    await asyncio.sleep(SETTLE_S)
    before, began = procs.cost(floor.pid).cpu_s, asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    cpu, span = procs.cost(floor.pid).cpu_s - before, asyncio.get_running_loop().time() - began
    heard = await _end(load)
    floor.terminate()
    await floor.wait()
    return {"cpu_ms": cpu * 1000 / span / calls, **heard}


async def _end(load: asyncio.subprocess.Process) -> dict[str, float]:
    assert load.stdout
    load.terminate()
    told = json.loads(await load.stdout.readline())
    await load.wait()
    # A far end that fell behind makes every other figure worthless.
    return {
        "heard_share": told["heard"] / told["sent"],
        "gap_max_ms": told["gap_ms"],
        "far_behind_ms": told["behind_ms"],
    }


def _build(directory: Path) -> Path | None:
    """The C loop; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("no C compiler here: the floor is not measured", file=sys.stderr)
        return None
    made = directory / "floor"
    subprocess.run([compiler, "-O2", "-o", str(made), str(Path(__file__).with_name("floor.c"))], check=True)
    return made


def run(seconds: float = 5.0, cases: list[str] = CASES) -> dict[str, float]:
    """Figures of all cases, `media_<kind>_<calls>_<what>`, and the ratios to the floor."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as directory:
        floor = _build(Path(directory)) if any(case.startswith("floor:") for case in cases) else None
        for case in cases:
            kind, _, calls = case.partition(":")
            if kind == "floor" and floor is None:
                continue
            one = _floor_case(floor, int(calls), seconds) if floor and kind == "floor" else None
            for what, value in asyncio.run(one or _engine_case(kind, int(calls), seconds)).items():
                found[f"media_{kind}_{calls}_{what}"] = round(value, 3)
    for kind in ("bridged", "single", "recorded"):
        if (cost := found.get(f"media_{kind}_500_cpu_ms")) and (least := found.get("media_floor_500_cpu_ms")):
            found[f"media_{kind}_500_over_floor_ratio"] = round(cost / least, 3)
    return found


def table(found: dict[str, float]) -> str:
    """The figures as text, a line a case."""
    cases = list(dict.fromkeys(tuple(key.split("_", 3)[1:3]) for key in found if not key.endswith("_ratio")))
    columns = list(dict.fromkeys(key.split("_", 3)[3] for key in found if not key.endswith("_ratio")))
    lines = [f"{'case':>14} " + " ".join(f"{column:>15}" for column in columns)]
    for kind, count in cases:
        row = [found.get(f"media_{kind}_{count}_{column}") for column in columns]
        cells = " ".join(f"{'' if value is None else format(value, '.2f'):>15}" for value in row)
        lines.append(f"{kind + ' ' + count:>14} {cells}")
    return "\n".join(lines)


if __name__ == "__main__":
    length = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    print(table(run(length, sys.argv[2].split(",") if len(sys.argv) > 2 else CASES)))
