"""RTCP on the RTP port over real packets: what each end says of the other, and what is reckoned from it."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest

from media import rtcp
from media.words import StreamId
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer, sine

pytestmark = pytest.mark.whole

A = StreamId("leg-1")


async def test_both_directions_are_measured(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        peer = await Peer.at()
        address = await h.desk.open(A)
        h.desk.set_path(A, peer.path(rtcp_mux=True))
        peer.speak(address, sine(440))
        await asyncio.sleep(1.0)
        before = await h.desk.report(A)
        assert before.lost == 0 and before.mos_in is not None and before.mos_in > 4.3 and before.mos_out is None
        assert before.path.startswith(f"udp {address.port} > jitter ") and before.path.endswith(" > PCMU > silence")
        for gap in (3, 2):  # two holes within one burst
            peer.seq, peer.ts = peer.seq + gap, peer.ts + gap * 160
            await asyncio.sleep(0.2)
        async with asyncio.timeout(10):
            while not (reports := [p for _, p in peer.packets if rtcp.is_rtcp(p)]):
                await asyncio.sleep(0.02)
        assert peer.rtcp == []
        said = rtcp.read(reports[0])
        assert said is not None and said.sent is not None and said.blocks[0].lost == 5
        # The far end's word on us: 4 % lost, 100 ms after our report; version 2, one block, by RFC 3550 6.4.2.
        ssrc = struct.unpack_from(">I", reports[0], 4)[0]
        await asyncio.sleep(0.1)
        lost = (await h.desk.report(A)).packets_out // 25
        block = struct.pack(">IIIIII", ssrc, lost, 0, 80, said.sent.ntp >> 16 & 0xFFFFFFFF, 6553)
        peer.transport.sendto(struct.pack(">BBHI", 0x81, 201, 7, peer.ssrc) + block, peer.to)  # type: ignore[union-attr]
        await asyncio.sleep(0.1)
        report = await h.desk.close_stream(A)
        assert report.far_lost == lost and report.far_jitter_ms == 10.0 and report.dropped == {}
        assert report.round_trip_ms is not None and 0 <= report.round_trip_ms < 60
        assert report.lost == 5 and report.bursts == 1 and 200 <= report.burst_ms <= 500
        assert report.mos_out is not None and 3.5 < report.mos_out < 4.2
        assert report.mos_in is not None and report.mos_in < before.mos_in
        await asyncio.sleep(0.05)
        last = rtcp.read(next(p for _, p in reversed(peer.packets) if rtcp.is_rtcp(p)))
        assert last is not None and last.bye
        peer.close()
