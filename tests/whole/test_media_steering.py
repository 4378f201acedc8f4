"""A voicemail listened to over real packets: paused, moved about in, hastened."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media.events import PlayEnded
from media.words import File, StreamId
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer, loudest

pytestmark = pytest.mark.whole

A = StreamId("leg-1")


async def test_a_play_obeys(tmp_path: Path) -> None:
    time_s = np.arange(10 * 8000) / 8000
    soundfile.write(tmp_path / "m.wav", 0.3 * np.sin(2 * np.pi * (300 + 200 * (time_s // 2)) * time_s), 8000)
    async with house(tmp_path) as h:
        peer = await Peer.at()
        address = await h.desk.open(A)
        h.desk.set_path(A, peer.path())
        peer.to = (address.ip, address.port)
        play = await h.desk.play(A, [File(str(tmp_path / "m.wav"))], start_ms=2000)
        await asyncio.sleep(0.5)
        assert abs(loudest(peer.pcm()[-1600:]) - 500) < 10
        h.desk.pause_play(A)
        await asyncio.sleep(0.3)
        assert not peer.pcm()[-800:].any()
        h.desk.seek(A, 6000)
        h.desk.resume_play(A)
        await asyncio.sleep(0.4)
        assert abs(loudest(peer.pcm()[-1600:]) - 900) < 10
        h.desk.skip(A, -6000)
        h.desk.play_speed(A, 2.0)
        await asyncio.sleep(0.5)
        assert abs(loudest(peer.pcm()[-1600:]) - 300) < 10
        h.desk.seek(A, 9000)
        (ended,) = await h.told(PlayEnded)
        assert ended.play == play and ended.why == "done"
        peer.close()
