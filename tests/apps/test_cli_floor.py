"""What the command line asks for supervisors and hosts of studios."""

from __future__ import annotations

from typing import Any

import pytest

from apps.api import studio_types as stu
from apps.api import supervise_params as s
from tests.apps.cli_bench import Bench


@pytest.mark.parametrize(
    ("line", "method", "asked"),
    [
        ("supervise listen mei --by lin", "supervise.listen", s.Watch("lin", agent="mei")),
        ("supervise whisper --call abc --phone 204", "supervise.whisper", s.Watch(call_id="abc", extension="204")),
        ("supervise barge --queue sales", "supervise.barge", s.Watch(queue="sales")),
        ("supervise stop --by lin", "supervise.stop", s.ByWatcher("lin")),
        ("supervise takeover abc --by lin", "supervise.takeover", s.Take("abc", "lin")),
        ("supervise intercept abc --phone 204", "supervise.intercept", s.Take("abc", extension="204")),
        ("supervise release abc --by lin", "supervise.release", s.OnCall("abc", "lin")),
        ("supervise move abc --queue sales --first", "supervise.move", s.Move("abc", queue="sales", first=True)),
        ("supervise state mei break --reason lunch", "supervise.state", s.AgentState("mei", "break", reason="lunch")),
        ("supervise note good --agent mei", "supervise.note", s.Note("good", agent="mei")),
        ("supervise log --act note", "supervise.log", s.ActFilter(act="note", limit=50)),
        ("studio air health", "studio.air", stu.InStudio("health")),
        ("studio back health abc --by lin", "studio.back", stu.InStudio("health", "abc", "lin")),
    ],
)
def test_a_command_asks_what_it_was_told(bench: Bench, line: str, method: str, asked: Any) -> None:
    result = bench.run(line)
    assert result.exit_code == 0, result.output
    assert bench.board.asked == [(method, asked)]
