"""Taps: a pcap that a reader of our own writing takes apart, and bounds that hold."""

from __future__ import annotations

import asyncio
import socket
import struct
from pathlib import Path

import pytest

from media import tap
from media.events import TapEnded
from media.words import RoomId, StreamId
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer, sine


def read(data: bytes) -> list[tuple[float, tuple[str, int], tuple[str, int], bytes]]:
    """(at, source, target, payload) of each packet of a raw-IP pcap; checks lengths and the header's checksum."""
    magic, major, minor, _, _, _, link = struct.unpack_from("<IHHiIII", data)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 101)
    found, at = [], 24
    while at < len(data):
        whole, part, kept, size = struct.unpack_from("<IIII", data, at)
        packet = data[at + 16 : at + 16 + kept]
        at += 16 + kept
        assert kept == size == len(packet) == struct.unpack_from(">H", packet, 2)[0] and packet[9] == 17
        total = sum(struct.unpack(">10H", packet[:20]))
        assert (total & 0xFFFF) + (total >> 16) == 0xFFFF
        source, target, length = struct.unpack_from(">HHH", packet, 20)
        assert length == kept - 20
        ends = socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])
        found.append((whole + part / 1e6, (ends[0], source), (ends[1], target), packet[28:]))
    return found


def test_a_record_is_a_packet_that_others_read() -> None:
    one = tap.record(1_700_000_000.25, ("192.0.2.9", 4000), ("198.51.100.1", 16384), b"\x80\x00abc")
    two = tap.record(1_700_000_000.9999999, ("10.0.0.1", 1), ("10.0.0.2", 65535), b"")
    assert read(tap.HEADER + one + two) == [
        (1_700_000_000.25, ("192.0.2.9", 4000), ("198.51.100.1", 16384), b"\x80\x00abc"),
        (1_700_000_001.0, ("10.0.0.1", 1), ("10.0.0.2", 65535), b""),
    ]


@pytest.mark.whole
async def test_a_call_s_packets_are_in_the_file_and_the_file_is_never_another_s(tmp_path: Path) -> None:
    a, b = StreamId("leg-1"), StreamId("leg-2")
    async with house(tmp_path) as h:
        peers, ports = [], []
        for name, freq in ((a, 440.0), (b, 1000.0)):
            peers.append(peer := await Peer.at())
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            peer.speak(address, sine(freq))
            ports.append(address.port)
        h.desk.bridge(RoomId("c"), [a, b])
        await asyncio.sleep(0.3)
        begun = [len(peer.packets) for peer in peers]
        target = tmp_path / "call.pcap"
        h.desk.tap([a, b], target, 1.0)
        (ended,) = await h.told(TapEnded)
        found = read(target.read_bytes())
        assert ended == TapEnded(str(target), len(found), 0, "") and target.stat().st_mode & 0o777 == 0o600
        for peer, port, before in zip(peers, ports, begun, strict=True):
            heard = [packet for _, packet in peer.packets[before:]]
            sent = [payload for _, source, to, payload in found if source[1] == port and to[1] == peer.port]
            came = [payload for _, source, to, payload in found if source[1] == peer.port and to[1] == port]
            assert 40 < len(sent) < 62 and 40 < len(came) < 62
            assert sum(packet in heard for packet in sent) >= len(sent) - 2
            assert {struct.unpack_from(">I", packet, 8)[0] for packet in came} == {peer.ssrc}
        h.desk.tap([a], target, 1.0)
        (_, refused) = await h.told(TapEnded, 2)
        assert refused.failed == "File exists" and read(target.read_bytes()) == found
        for peer in peers:
            peer.close()


@pytest.mark.whole
async def test_a_tap_keeps_what_is_hidden_without_what_is_in_it(tmp_path: Path) -> None:
    name = StreamId("leg-1")
    async with house(tmp_path) as h:
        peer = await Peer.at()
        address = await h.desk.open(name)
        h.desk.set_path(name, peer.path())
        peer.speak(address, sine(440.0))
        await asyncio.sleep(0.2)
        h.desk.hide_keys(name, True)
        h.desk.tap([name], tmp_path / "call.pcap", 0.8)
        await asyncio.sleep(0.4)
        h.desk.hide_keys(name, False)
        await h.told(TapEnded)
        came = [p for _, source, _, p in read((tmp_path / "call.pcap").read_bytes()) if source[1] == peer.port]
        empty = [not any(packet[12:]) for packet in came]
        assert len(came) > 30 and empty[0] and not empty[-1]
        assert empty == sorted(empty, reverse=True) and {len(packet) for packet in came} == {172}
        peer.close()
