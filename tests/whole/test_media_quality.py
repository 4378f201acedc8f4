"""RTCP over real packets, on the RTP port and on one of its own: what each end says of the other, and what is reckoned."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest

from media import rtcp
from media.words import StreamId
from tests.stage.media_house import House, house
from tests.stage.rtp_peer import Peer, sine

pytestmark = pytest.mark.whole


def reports(peer: Peer, mux: bool) -> list[bytes]:
    """RTCP as it came: all of it where it was agreed to come, and none elsewhere."""
    among = [packet for _, packet in peer.packets if rtcp.is_rtcp(packet)]
    assert not (peer.rtcp if mux else among)
    return among if mux else peer.rtcp


async def measured(h: House, name: StreamId, mux: bool) -> None:
    peer = await Peer.at()
    address = await h.desk.open(name)
    h.desk.set_path(name, peer.path(rtcp_mux=mux))
    peer.speak(address, sine(440))
    await asyncio.sleep(1.0)
    before = await h.desk.report(name)
    assert before.lost == 0 and before.mos_in is not None and before.mos_in > 4.3 and before.mos_out is None
    assert before.path.startswith(f"udp {address.port} > jitter ") and before.path.endswith(" > PCMU > silence")
    for gap in (3, 2):  # two holes within one burst
        peer.seq, peer.ts = peer.seq + gap, peer.ts + gap * 160
        await asyncio.sleep(0.2)
    async with asyncio.timeout(10):
        while not reports(peer, mux):
            await asyncio.sleep(0.02)
    said = rtcp.read(reports(peer, mux)[0])
    assert said is not None and said.sent is not None and said.blocks[0].lost == 5
    # The far end's word on us: 4 % lost, 100 ms after our report; version 2, one block, by RFC 3550 6.4.2.
    ssrc = struct.unpack_from(">I", reports(peer, mux)[0], 4)[0]
    await asyncio.sleep(0.1)
    lost = (await h.desk.report(name)).packets_out // 25
    block = struct.pack(">IIIIII", ssrc, lost, 0, 80, said.sent.ntp >> 16 & 0xFFFFFFFF, 6553)
    assert peer.transport is not None and peer.control is not None
    way, to = (peer.transport, address.port) if mux else (peer.control, address.port + 1)
    way.sendto(struct.pack(">BBHI", 0x81, 201, 7, peer.ssrc) + block, ("127.0.0.1", to))
    await asyncio.sleep(0.1)
    report = await h.desk.close_stream(name)
    assert report.far_lost == lost and report.far_jitter_ms == 10.0 and report.dropped == {}
    assert report.round_trip_ms is not None and 0 <= report.round_trip_ms < 60
    assert report.lost == 5 and report.bursts == 1 and 200 <= report.burst_ms <= 500 and report.gap_ms > 200
    assert report.concealed_ms >= 5 * 20 and 0 <= report.jitter_ms < 20
    assert report.mos_out is not None and 3.5 < report.mos_out < 4.2
    assert report.mos_in is not None and report.mos_in < before.mos_in
    await asyncio.sleep(0.05)
    last = rtcp.read(reports(peer, mux)[-1])
    assert last is not None and last.bye
    peer.close()


async def test_both_directions_are_measured_on_one_port_and_on_two(tmp_path: Path) -> None:
    async with house(tmp_path) as h, asyncio.TaskGroup() as both:
        both.create_task(measured(h, StreamId("leg-1"), True))
        both.create_task(measured(h, StreamId("leg-2"), False))
