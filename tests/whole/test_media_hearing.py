"""A supervised call over real packets: what each of three hears in every mode, and an announcement over it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from media.events import AnnouncementEnded
from media.hearing import Hearing, talk
from media.words import RoomId, StreamId, Tone
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer, sine

pytestmark = pytest.mark.whole

CUSTOMER, AGENT, BOSS = StreamId("leg-1"), StreamId("leg-2"), StreamId("leg-3")
TONES = {CUSTOMER: 440.0, AGENT: 1000.0, BOSS: 1700.0}
R = RoomId("call")


def tones(peer: Peer) -> set[float]:
    """Which of the tones are in the last 300 ms."""
    pcm = peer.pcm()[-2400:].astype(float) / 32768
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(pcm.size))) / pcm.size
    at = lambda freq: spectrum[round(freq * pcm.size / 8000) - 1 : round(freq * pcm.size / 8000) + 2].max()  # noqa: E731
    return {freq for freq in (*TONES.values(), 2500.0) if at(freq) > 0.01}


async def test_each_mode_is_heard_as_its_matrix_says(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        peers = {}
        for name, freq in TONES.items():
            peers[name] = peer = await Peer.at()
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            peer.speak(address, sine(freq))
        call = talk(CUSTOMER, AGENT)
        now = Hearing()
        for then in (
            call,
            call.listen(BOSS),
            call.whisper(BOSS, AGENT),
            call.listen(BOSS).barge(BOSS),
            call.mute(AGENT),
            call.join(BOSS).hold(CUSTOMER, "default"),
        ):
            h.desk.reshape(R, now, then)
            now = then
            await asyncio.sleep(0.5)
            for name in set(then.members) - then.held.keys():
                expected = {TONES[speaker] for speaker in then.members if then.gain(speaker, name)}
                assert tones(peers[name]) == expected, (then, name)
        h.desk.reshape(R, now, call)
        number = h.desk.announce(R, [Tone((2500.0,), on_ms=600, level_dbm0=-12.0)], duck_db=60)
        await asyncio.sleep(0.5)
        assert tones(peers[AGENT]) == {2500.0} and tones(peers[BOSS]) == set()
        assert await h.told(AnnouncementEnded) == [AnnouncementEnded(number, "done", 600)]
        await asyncio.sleep(0.5)
        assert tones(peers[CUSTOMER]) == {TONES[AGENT]}
        h.desk.doorbell(R, entry=[Tone((2500.0,), on_ms=300)])
        h.desk.join(R, BOSS)
        await asyncio.sleep(0.35)
        assert 2500.0 in tones(peers[CUSTOMER])
        for peer in peers.values():
            peer.close()
