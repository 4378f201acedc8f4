"""`python -m tests.bench.amd`: how often the judge of answers is right, as a table; docs/media.md has the figures.

The exam half of tests/stage/greetings.py: texts, voices and paces that no parameter was chosen by. `--times N` is how
many lines each answer goes over (default 6).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter

from media.amd import GreetingOver, Judgement
from media.answer import AnswerParameters, Verdict
from tests.stage import recorded
from tests.stage.amd_run import confusion, judged, verdict
from tests.stage.greetings import Heard, calls, from_prompts, others, spoken

COLUMNS = ("human", "machine", "silence", "not_sure", "none")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.amd")
    parser.add_argument("--times", type=int, default=6)
    parser.add_argument("--part", choices=["exam", "learn"], default="exam")
    arguments = parser.parse_args()
    answers = spoken(arguments.part) + others() * 15
    if any(recorded.DIRECTORY.rglob("*.wav")):
        answers += from_prompts(arguments.part) * 3
    else:
        print(f"without recorded voices: Debian's {recorded.PACKAGE} is not installed here")
    heard = list(calls(answers, seed=2 if arguments.part == "exam" else 1, times=arguments.times))
    began = time.process_time()
    told = judged(heard, AnswerParameters(beep=True))
    took = time.process_time() - began
    print(f"{len(heard)} calls, {sum(c.pcm.size for c in heard) / 8000 / 60:.0f} minutes\n")
    table("all", heard, told)
    for what in ("clean", "noise", "babble", "ring-back"):
        chosen = [n for n, call in enumerate(heard) if call.line == what]
        table(what, [heard[n] for n in chosen], [told[n] for n in chosen])
    for kind in ("en", "zh", "recorded"):
        chosen = [n for n, call in enumerate(heard) if call.answer.kind == kind]
        if chosen:
            table(kind, [heard[n] for n in chosen], [told[n] for n in chosen])
    latency(heard, told)
    beeps(heard, told)
    frames = sum(news[-1].ms if news else 0 for news in told) / 20
    print(f"CPU {took / frames * 1e6:.0f} us a frame and call, all calls at once")


def table(name: str, heard: list[Heard], told: list[list[Judgement | GreetingOver]]) -> None:
    """Print who was taken for what, in percent of each row."""
    found = confusion(heard, told)
    print(f"{name:12}" + "".join(f"{column:>10}" for column in COLUMNS) + "     calls")
    for group in ("human", "human, long", "machine", "silence", "music"):
        count = sum(found[group, column] for column in COLUMNS)
        if count:
            shares = "".join(f"{100 * found[group, column] / count:9.1f}%" for column in COLUMNS)
            print(f"{group:12}{shares}{count:10}")
    print()


def latency(heard: list[Heard], told: list[list[Judgement | GreetingOver]]) -> None:
    """Print after how much of speech the verdict comes."""
    human, machine = [], []
    for call, news in zip(heard, told, strict=True):
        if verdict(news) == call.answer.who == Verdict.HUMAN.value:
            human.append(news[0].ms / 1000 - call.begins_s - call.answer.pcm.size / 8000)
        elif verdict(news) == call.answer.who == Verdict.MACHINE.value:
            machine.append(news[0].ms / 1000 - call.begins_s)
    print(f"human: {statistics.median(human):.2f} s after the last word (median), 95 % within {_p95(human):.2f} s")
    print(f"machine: {statistics.median(machine):.2f} s after the first word, 95 % within {_p95(machine):.2f} s")


def beeps(heard: list[Heard], told: list[list[Judgement | GreetingOver]]) -> None:
    """Print what became of the beeps of machines that were taken for such."""
    found: Counter[str] = Counter()
    lateness = []
    for call, news in zip(heard, told, strict=True):
        if call.beep is None or verdict(news) != "machine":
            continue
        over = next((item for item in news if isinstance(item, GreetingOver)), None)
        late = over.ms / 1000 - call.beep[0] if over is not None else 0.0
        if over is None:
            found["not told"] += 1
        elif over.cause == "beep" and -0.1 < late < 0.3 and abs(over.freq_hz - call.beep[1]) < 10:
            found["right"] += 1
            lateness.append(late)
        elif over.ms / 1000 < call.beep[0] - 0.1:
            found["too early: " + over.cause] += 1
        else:
            found["after it: " + over.cause] += 1
    total = sum(found.values())
    print(f"beeps: {total}; " + ", ".join(f"{what} {100 * n / total:.1f} %" for what, n in found.most_common()))
    print(f"told {1000 * statistics.median(lateness):.0f} ms after the beep's end (median)")


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


if __name__ == "__main__":
    main()
