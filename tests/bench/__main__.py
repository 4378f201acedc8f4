"""`make bench`: measures this machine; prints a table and writes the same as one flat JSON object, var/bench.json.

Each module beside this one has `run() -> dict[str, float]`, its keys `<what>_<unit>`, and runs in a process of its
own. One that fails is said so and costs the others nothing.

    python -m tests.bench [name ...]        all, or those named: acd engines journal media ...
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
RESULT = HERE.parents[1] / "var" / "bench.json"
LIMIT_S = 600


def main(names: list[str]) -> int:
    """Run the named benches, or all; the exit code."""
    there = sorted(path.stem.removesuffix("_bench") for path in HERE.glob("*_bench.py"))
    unknown = [name for name in names if name not in there]
    if unknown:
        print(f"There is no bench {', '.join(unknown)}; there are: {', '.join(there)}", file=sys.stderr)
        return 2
    found: dict[str, float | str] = {"machine_python_loop_ms": _loop_ms()}
    failed: list[str] = []
    for name in names or there:
        began = time.monotonic()
        print(f"{name} ...", file=sys.stderr, flush=True)
        figures = _one(name)
        if figures is None:
            failed.append(name)
        else:
            found |= figures
            print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    _show(found)
    RESULT.parent.mkdir(exist_ok=True)
    # A bench that did not run this time keeps its last figures.
    old = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    machine = f"{os.cpu_count()} x {platform.machine()}, Python {platform.python_version()}"
    RESULT.write_text(json.dumps(old | found | {"machine_text": machine}, indent=1, ensure_ascii=False) + "\n")
    print(f"\nwritten to {RESULT}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _loop_ms() -> float:
    """CPU time of a fixed loop of Python: what this machine is worth at this moment, to read the other figures by.

    Shared machines differ by a factor of three from one hour to the next, CPU time included.
    """
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        total = 0
        for n in range(300_000):
            total += n * n % 7
        best = min(best, (time.process_time() - began) * 1000)
    return round(best, 2)


def _one(name: str) -> dict[str, float] | None:
    code = f"import json; from tests.bench.{name}_bench import run; print('\\n' + json.dumps(run()))"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired:
        print(f"{name} took over {LIMIT_S} s", file=sys.stderr)
        return None
    if done.returncode:
        return None
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    return {key: round(float(value), 4) for key, value in figures.items()}


def _show(figures: dict[str, float | str]) -> None:
    width = max((len(key) for key in figures), default=0)
    for key, value in figures.items():
        print(f"{key:<{width}}  {value:>12,.4g}" if isinstance(value, float) else f"{key:<{width}}  {value}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
