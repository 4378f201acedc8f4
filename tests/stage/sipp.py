"""sipp: a foreign SIP stack that follows a scenario to the letter, also where no phone would.

Scenarios lie in tests/stage/scenarios/*.xml. `@NAME@` in them is filled in from `words`. A failed run raises with what
sipp wrote in its error file, which says the message it waited for and the one that came.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run's counts, and times as sipp measured them."""

    code: int
    succeeded: int
    failed: int
    rate: float
    """Calls a second over the whole run."""
    retransmissions: int
    errors: str
    statistics: dict[str, str] = field(default_factory=dict)


class Run:
    """A sipp under way. `finish` waits for it."""

    def __init__(
        self,
        scenario: str,
        directory: Path,
        *,
        remote: str = "",
        local_port: int,
        calls: int = 1,
        rate: float = 10.0,
        limit: int = 1000,
        rows: Sequence[Sequence[object]] = (),
        words: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        service: str = "",
        transport: str = "u1",
        timeout_s: int = 60,
        label: str = "",
        ip: str = "127.0.0.1",
    ) -> None:
        self.name = label or scenario
        base = directory / f"sipp-{self.name}-{local_port}"
        self._errors = base.with_suffix(".errors")
        self._statistics = base.with_suffix(".stat")
        self.log = base.with_suffix(".log")
        self._said = base.with_suffix(".out").open("wb")
        text = (SCENARIOS / f"{scenario}.xml").read_text("utf-8")
        for word, value in {"ROWS": f"{base.name}.csv", **(words or {})}.items():
            text = text.replace(f"@{word}@", value)
        base.with_suffix(".xml").write_text(text, "utf-8")
        # fmt: off
        line = ["sipp", *([remote] if remote else []), "-sf", str(base.with_suffix(".xml")), "-i", ip,
                "-p", str(local_port), "-t", transport, "-m", str(calls), "-r", f"{rate:g}", "-l", str(limit),
                "-nostdin", "-trace_err", "-error_file", str(self._errors), "-trace_stat",
                "-stf", str(self._statistics), "-fd", "1", "-trace_logs", "-log_file", str(self.log),
                "-timeout", f"{timeout_s}s", "-timeout_error", "-recv_timeout", "15000", "-timer_resol", "10",
                "-mi", ip]
        # fmt: on
        if rows:
            order = "SEQUENTIAL\n"
            Path(f"{base}.csv").write_text(order + "".join(";".join(map(str, row)) + ";\n" for row in rows), "utf-8")
            # By bare name: sipp forgets the directory and would not find the file in a look-up.
            line += ["-inf", f"{base.name}.csv", "-infindex", f"{base.name}.csv", "0"]
        if service:
            line += ["-s", service]
        self._timeout_s = timeout_s
        self._local_port = local_port
        self.process = subprocess.Popen(
            [*line, *options], stdout=self._said, stderr=subprocess.STDOUT, cwd=directory, stdin=subprocess.DEVNULL
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def listening(self, timeout_s: float = 5.0) -> None:
        """Wait until it has its UDP port: before that, a message to it is lost."""
        deadline = time.monotonic() + timeout_s
        wanted = f":{self._local_port:04X}"
        while not any(line.split()[1].endswith(wanted) for line in Path("/proc/net/udp").read_text().splitlines()):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"sipp {self.name} did not start:\n{self._why()}")
            time.sleep(0.02)

    def finish(self, timeout_s: float | None = None) -> Outcome:
        """Wait for all calls to be over. Raises AssertionError, with the reason, if a call failed."""
        try:
            self.process.wait(timeout_s or self._timeout_s + 5)
        except subprocess.TimeoutExpired:
            self.stop()
            raise AssertionError(f"sipp {self.name} did not end:\n{self._why()}") from None
        outcome = self.outcome()
        if outcome.code != 0 or outcome.failed:
            counts = f"code {outcome.code}, {outcome.succeeded} calls good, {outcome.failed} failed"
            raise AssertionError(f"sipp {self.name}: {counts}\n{self._why()}")
        return outcome

    def outcome(self) -> Outcome:
        """The counts so far; final once the process is over."""
        last: dict[str, str] = {}
        if self._statistics.exists():
            with self._statistics.open(newline="") as file:
                for row in csv.DictReader(file, delimiter=";"):
                    last = {key: value for key, value in row.items() if key and isinstance(value, str)}
        return Outcome(
            self.process.returncode if self.process.returncode is not None else -1,
            int(last.get("SuccessfulCall(C)", 0)),
            int(last.get("FailedCall(C)", 0)),
            float(last.get("CallRate(C)", 0)),
            int(last.get("Retransmissions(C)", 0)),
            self._errors.read_text("utf-8", "replace") if self._errors.exists() else "",
            last,
        )

    def stop(self) -> None:
        """End it now."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if not self._said.closed:
            self._said.close()

    def _why(self) -> str:
        said = Path(self._said.name).read_text("utf-8", "replace").strip()
        errors = self.outcome().errors.strip()
        return (errors or said or "it said nothing")[:6000]


def need_sipp() -> None:
    """Skip the test, with a sentence, on a machine without sipp."""
    if shutil.which("sipp") is None:
        pytest.skip("sipp is not installed (Debian package sip-tester)")
