"""sipp against sipp, with the RTP farm between: proof of the test's own tools, before they judge a switch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.ports import free_block, free_port
from tests.stage.rtp import Farm, Voice
from tests.stage.sipp import Run, need_sipp
from tests.stage.wire import Callee, Caller

pytestmark = pytest.mark.whole


def test_calls_with_a_voice_each(tmp_path: Path) -> None:
    need_sipp()
    count = 10
    media = free_block(4 * count, even=True)
    callers = [Voice(media + 4 * i, 300 + 40 * i, 320 + 40 * i) for i in range(count)]
    callees = [Voice(media + 4 * i + 2, 320 + 40 * i, 300 + 40 * i) for i in range(count)]
    numbers = [str(7000 + i) for i in range(count)]
    port = free_port()
    # fmt: off
    with (
        Run("uas_answer", tmp_path, local_port=port, calls=count, words={"RING_MS": "100"},
            rows=[(number, voice.port) for number, voice in zip(numbers, callees, strict=True)]) as far,
        Run("uac_call", tmp_path, remote=f"127.0.0.1:{port}", local_port=free_port(), calls=count, rate=20,
            words={"TALK_MS": "3000"},
            rows=[(n, "13800000000", voice.port) for n, voice in zip(numbers, callers, strict=True)]) as near,
        Farm(callers + callees, [near.log, far.log]) as farm,
    ):
        # fmt: on
        near.finish(20)
        far.finish(10)
        verdicts = farm.stop()
    wanted = {voice.port: voice for voice in callers + callees}
    assert len(verdicts) == 2 * count
    for verdict in verdicts:
        assert verdict.freq_hz == pytest.approx(wanted[verdict.port].hears_hz, abs=3), verdict
        assert verdict.gaps_ms <= 40 and verdict.lost == 0, verdict
        assert verdict.delay_ms is not None and verdict.delay_ms < 40, verdict


@pytest.mark.parametrize(
    ("caller", "callee", "words"),
    [
        ("uac_refused", "uas_refuse", {"STATUS": "486", "RING_MS": "50"}),
        ("uac_cancel", "uas_ring_until_cancel", {"WAIT_MS": "100"}),
    ],
)
def test_scenarios_fit_each_other(tmp_path: Path, caller: str, callee: str, words: dict[str, str]) -> None:
    need_sipp()
    port = free_port()
    rows = [("7001", "13800000000", free_block(2, even=True))]
    uas_words = {**words, "STATUS": "486 Busy Here"}
    with (
        Run(callee, tmp_path, local_port=port, words=uas_words, rows=[(r[0], r[2]) for r in rows]) as far,
        Run(
            caller,
            tmp_path,
            remote=f"127.0.0.1:{port}",
            local_port=free_port(),
            words=words,
            rows=rows,
        ) as near,
    ):
        near.finish(10)
        far.finish(10)


def test_two_by_hand_let_an_answer_cross_a_cancel() -> None:
    media = free_block(4, even=True)
    with Callee(media_port=media) as callee, Caller(callee.address, "7001", media_port=media + 2) as caller:
        caller.invite()
        callee.ring(callee.request("INVITE"))
        caller.wait("INVITE", 180)
        caller.cancel()
        cancel = callee.request("CANCEL")
        callee.answer()
        callee.reply(cancel)
        caller.ack(caller.wait("INVITE", 200))
        callee.request("ACK")
        caller.wait("CANCEL", 200)
        caller.bye()
        callee.reply(callee.request("BYE"))
        caller.wait("BYE", 200)


def test_two_by_hand_hang_up_at_once() -> None:
    media = free_block(4, even=True)
    with Callee(media_port=media) as callee, Caller(callee.address, "7001", media_port=media + 2) as caller:
        caller.invite()
        callee.ring(callee.request("INVITE"))
        callee.answer()
        caller.ack(caller.wait("INVITE", 200))
        callee.request("ACK")
        caller.bye()
        callee.bye()
        caller.reply(caller.request("BYE"))
        callee.reply(callee.request("BYE"))
        caller.wait("BYE", 200)
        callee.wait("BYE", 200)
