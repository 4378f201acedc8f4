"""A mutation fuzzer: `python -m tests.fuzz.packets --count 1000000 [--seed 1] [--save FOLDER]`.

Children shoot mutated messages through the guard at the real PJSIP (target.py), `BATCH` each; with `--whole` at the
whole switch (whole.py). A child that dies has its last message kept in a shared file; it is saved under a neutral
name, with the seed, and the next child goes on. Exit code 1 when any died.
`--unguarded` proves that the fuzzer can find what the guard holds back.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import mmap
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.mutate import Mutator
from tests.fuzz.wire import load, wire

BATCH = 25_000
SLOT = 8192


def shoot(seed: int, count: int, slot: mmap.mmap, whole: bool) -> dict[str, int]:
    """In the child: `count` messages at one PJSIP."""
    from switch.sdp import answer, parse
    from tests.fuzz.target import CODECS, LOCAL, Target, response_to
    from tests.fuzz.whole import WholeTarget

    target = WholeTarget(seed) if whole else Target(seed)
    chance = random.Random(seed)
    mutator = Mutator(list(load().values()), seed)
    body = wire((Path(__file__).parent / "corpus" / "invite-sipp.sip").read_bytes()).partition(b"\r\n\r\n")[2]
    sdp, _ = answer(parse(body), LOCAL, CODECS, session_id=1, version=1)
    invite: bytes | None = None
    for number in range(count):
        kind = chance.random()
        if number % 50 == 0:
            invite = target.call_out()
        base, fresh = None, True
        if kind < 0.25 and invite is not None:
            status = chance.choice((100, 180, 183, 200, 200, 401, 404, 407, 422, 486, 491, 503))
            base = response_to(invite, status, sdp if status in (183, 200) else None, b"t%d" % chance.randrange(3))
            fresh = False
        elif kind < 0.32 and (request := target.last_request()) is not None:
            base, fresh = response_to(request, chance.choice((200, 401, 407, 408, 422, 481, 500)), None, b"t0"), False
        elif kind < 0.45 and (known := target.known_dialog()) is not None:
            base, fresh = known(mutator.pick()), False
        data = mutator.next(base, fresh=fresh)
        slot[: 4 + len(data[: SLOT - 4])] = len(data).to_bytes(4, "big") + data[: SLOT - 4]
        target.shoot(data)
        if number % 10 == 0:
            target.pause()
    return target.totals()


def _child(seed: int, count: int, slot_path: str, *, unguarded: bool, whole: bool) -> None:
    faulthandler.enable()
    with open(slot_path, "r+b") as file, mmap.mmap(file.fileno(), SLOT) as slot:
        if unguarded:
            from switch.guard import Accept
            from tests.fuzz import target

            target.inspect = lambda data, transport: Accept(data[:3900] or b"x")  # type: ignore[assignment]
        print(json.dumps(shoot(seed, count, slot, whole)))


def run(count: int, seed: int, save: Path, flags: Sequence[str] = ()) -> int:
    """Deaths in `count` messages."""
    deaths, done, started = 0, 0, time.monotonic()
    totals: dict[str, int] = {}
    with tempfile.NamedTemporaryFile() as slot:
        slot.write(bytes(SLOT))
        slot.flush()
        while done < count:
            size = min(BATCH, count - done)
            command = [sys.executable, "-m", "tests.fuzz.packets", "--child", slot.name]
            command += ["--seed", str(seed), "--count", str(size), *flags]
            child = subprocess.run(command, capture_output=True, text=True, check=False)
            if child.returncode:
                deaths += 1
                data = Path(slot.name).read_bytes()
                path = save / f"death-{seed}.sip"
                save.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data[4 : 4 + int.from_bytes(data[:4], "big")])
                path.with_suffix(".txt").write_text(child.stderr)
                heard = child.stderr.splitlines()
                why = ([line for line in heard if "ssertion" in line] or heard[-1:])[:1]
                print(f"seed {seed}: child ended with {child.returncode}; last message in {path}; {why}")
            else:
                said = json.loads(child.stdout)
                if said["faults"]:
                    print(f"seed {seed}: {said['faults']} faults; the last:\n{child.stderr[-3000:]}")
                for key, value in said.items():
                    totals[key] = totals.get(key, 0) + value
            done += size
            seed += 1
            rate, accepted = done / (time.monotonic() - started), totals.get("accepted", 0)
            print(f"{done} messages, {accepted} accepted, {deaths} deaths, {rate:.0f}/s", flush=True)
    top = sorted(totals.items(), key=lambda item: -item[1])
    print(f"{done} messages, {deaths} deaths; " + ", ".join(f"{key} {value}" for key, value in top))
    return deaths


def main() -> int:
    parser = argparse.ArgumentParser(description="Mutated SIP messages through the guard at the real PJSIP.")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, default=Path("var/fuzz"))
    parser.add_argument("--unguarded", action="store_true", help="without the guard: it should die")
    parser.add_argument("--whole", action="store_true", help="at the whole switch, legs and registrar too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        _child(given.seed, given.count, given.child, unguarded=given.unguarded, whole=given.whole)
        return 0
    flags = ["--unguarded"] * given.unguarded + ["--whole"] * given.whole
    return 1 if run(given.count, given.seed, given.save, flags) else 0


if __name__ == "__main__":
    sys.exit(main())
