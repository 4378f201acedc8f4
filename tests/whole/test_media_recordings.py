"""A recording through a transfer, with a pause, into FLAC: real packets, real processes, a reader that is not ours."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import soundfile

from media.events import RecordingEncoded
from media.recording_report import RecordingFormat
from media.words import RoomId, StreamId
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer, purity, sine

pytestmark = pytest.mark.whole

CALLER, ALICE, BOB = StreamId("leg-1"), StreamId("leg-2"), StreamId("leg-3")


async def test_a_transferred_call_is_one_file_with_a_map(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        peers = []
        for name, freq in ((CALLER, 440.0), (ALICE, 1000.0), (BOB, 1700.0)):
            peers.append(peer := await Peer.at())
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            peer.speak(address, sine(freq))
        target = tmp_path / "rec" / "call.flac"
        h.desk.bridge(RoomId("c"), [CALLER, ALICE])
        await asyncio.sleep(0.3)
        await h.desk.record("r", target, CALLER, ALICE, form=RecordingFormat.FLAC)
        await asyncio.sleep(1.0)
        h.desk.record_pause("r")
        await asyncio.sleep(0.5)
        h.desk.bridge(RoomId("c"), [CALLER, BOB])
        h.desk.record_right("r", BOB)
        h.desk.record_resume("r")
        await asyncio.sleep(1.0)
        report = await h.desk.record_stop("r")
        assert [mark.what for mark in report.marks] == ["begin", "pause", "right", "resume", "end"]
        assert abs(report.expected_s - report.seconds) < 0.06 and report.missing_s < 0.06 and report.failed == ""
        (encoded,) = await h.told(RecordingEncoded)
        assert encoded == RecordingEncoded("r", str(target), target.stat().st_size, "")
        pcm, _ = soundfile.read(target, dtype="int16")
        assert len(pcm) == round(report.seconds * 8000)
        pause, resume = (next(m.at_ms for m in report.marks if m.what == what) * 8 for what in ("pause", "resume"))
        assert purity(pcm[800:pause, 1], 1000) > 0.98 and purity(pcm[resume + 160 :, 1], 1700) > 0.98
        assert not pcm[pause:resume].any() and purity(pcm[resume + 160 :, 0], 440) > 0.98
        for peer in peers:
            peer.close()
