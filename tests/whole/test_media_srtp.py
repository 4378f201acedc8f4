"""SRTP over real packets through a real engine: secure and plain far ends in one room, and what must do nothing."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

import pytest

from media import rtcp, rtp
from media.events import DigitHeard, RtpLost, TapEnded
from media.paths import Codec, LocalAddress, Secure, Suite
from media.uring import FEWEST
from media.words import RoomId, StreamId
from tests.media.test_tap import read
from tests.stage.media_house import House, house
from tests.stage.rtp_peer import Peer, Vault, loudest, purity, sine

pytestmark = pytest.mark.whole

A, B, C = StreamId("leg-a"), StreamId("leg-b"), StreamId("leg-c")


def keys(suite: Suite = Suite.AES_CM_128_HMAC_SHA1_80) -> Secure:
    return Secure(suite, secrets.token_bytes(suite.key_bytes), secrets.token_bytes(suite.key_bytes))


async def talking(
    h: House, name: StreamId, freq: float, secure: Secure | None, codec: Codec = Codec.PCMU, ptime: int = 20
) -> Peer:
    peer = await Peer.at(codec, ptime, secure)
    address = await h.desk.open(name)
    h.desk.set_path(name, peer.path())
    peer.speak(address, sine(freq))
    return peer


@pytest.mark.parametrize("suite", list(Suite))
async def test_secure_and_plain_hear_each_other(tmp_path: Path, suite: Suite) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440, keys(suite))
        b = await talking(h, B, 1000, None, Codec.PCMA, 30)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(1.4)
        assert abs(loudest(a.pcm(50)) - 1000) < 5 and purity(a.pcm(50), 1000) > 0.98
        assert abs(loudest(b.pcm(30)) - 440) < 5 and purity(b.pcm(30), 440) > 0.98
        assert len(a.wire[-1]) == 172 + {"80": 10, "32": 4}.get(suite.name[-2:], 16)
        assert a.wire[-1][12:172] != a.packets[-1][1][12:172]
        reports = await h.desk.report(A), await h.desk.report(B)
        assert [report.path.split(" > ")[1] for report in reports] == ["srtp", f"jitter {reports[1].delay_ms}ms"]
        assert all(report.lost == 0 and not report.dropped.keys() - {"early", "waited"} for report in reports)
        a.close(), b.close()


async def test_three_in_a_room_of_which_two_are_secure_in_other_ways(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 400, keys(), ptime=40)
        b = await talking(h, B, 1000, keys(Suite.AES_CM_128_HMAC_SHA1_32), Codec.PCMA, 10)
        c = await talking(h, C, 2000, None)
        h.desk.bridge(RoomId("r"), [A, B, C])
        await asyncio.sleep(1.4)
        for peer, others in ((a, (1000, 2000)), (b, (400, 2000)), (c, (400, 1000))):
            pcm = peer.pcm()[-6400:]
            assert sum(purity(pcm, freq) for freq in others) > 0.97
            peer.close()


async def test_so_many_that_one_system_call_serves_them_all(tmp_path: Path) -> None:
    freqs = range(400, 400 + 60 * (2 * FEWEST), 60)
    async with house(tmp_path) as h:
        names = [StreamId(f"s{n}") for n in range(len(freqs))]
        peers = [
            await talking(h, name, freq, keys(list(Suite)[n % 4]) if n % 3 else None)
            for n, (name, freq) in enumerate(zip(names, freqs, strict=True))
        ]
        for n in range(0, len(names), 2):
            h.desk.bridge(RoomId(f"r{n}"), names[n : n + 2])
        await asyncio.sleep(2.0)
        for n, peer in enumerate(peers):
            assert purity(peer.pcm(40), freqs[n ^ 1]) > 0.95, n
            report = await h.desk.report(names[n])
            assert not report.dropped.keys() - {"early", "waited"} and ("srtp" in report.path) == bool(n % 3)
            peer.close()


async def test_digits_and_reports_are_secure_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        secure = keys()
        a = await talking(h, A, 440, secure)
        await asyncio.sleep(0.1)
        await a.digit(5)
        assert [event.digit for event in await h.told(DigitHeard)] == ["5"]
        h.desk.send_digits(A, "7")
        async with asyncio.timeout(10):
            while not a.rtcp:
                await asyncio.sleep(0.02)
        assert 7 in [packet[12] for _, packet in a.packets if packet[1] & 0x7F == 101]
        said = rtcp.read(a.rtcp[0])
        assert said is not None and said.sent is not None and said.blocks[0].ssrc == a.ssrc
        assert a.control is not None and a.vault is not None and a.to is not None
        block = rtcp.Block(said.ssrc, 0, 3, 0, 80, 0, 0)
        mine = rtcp.build(a.ssrc, "far", None, block)
        to = (a.to[0], a.to[1] + 1)
        a.control.sendto(mine, to)  # in the clear: nothing
        wire = a.vault.close(mine, control=True)
        for packet in (wire[:-1], wire, wire):
            a.control.sendto(packet, to)
        await asyncio.sleep(0.1)
        report = await h.desk.close_stream(A)
        assert report.far_lost == 3 and report.far_jitter_ms == 10.0
        assert report.dropped == {"auth": 2, "replay": 1}
        await asyncio.sleep(0.05)
        last = rtcp.read(a.rtcp[-1])
        assert last is not None and last.bye
        a.close()


async def test_reports_on_the_rtp_port_are_secure_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await Peer.at(secure=keys())
        address = await h.desk.open(A)
        h.desk.set_path(A, a.path(rtcp_mux=True))
        a.speak(address, sine(440))
        async with asyncio.timeout(10):
            while not (reports := [packet for _, packet in a.packets if rtcp.is_rtcp(packet)]):
                await asyncio.sleep(0.02)
        said = rtcp.read(reports[0])
        assert said is not None and said.blocks[0].ssrc == a.ssrc and a.rtcp == []
        assert a.transport is not None and a.vault is not None
        mine = rtcp.build(a.ssrc, "far", None, rtcp.Block(said.ssrc, 0, 4, 0, 80, 0, 0))
        a.transport.sendto(mine, a.to)
        a.transport.sendto(a.vault.close(mine, control=True), a.to)
        await asyncio.sleep(0.1)
        report = await h.desk.report(A)
        assert report.far_lost == 4 and report.dropped == {"auth": 1}
        a.close()


async def test_what_is_not_from_the_far_end_does_nothing_but_count(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440, keys())
        b = await talking(h, B, 1000, None)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(0.5)
        assert a.transport is not None and a.vault is not None and a.secure is not None
        noise = [a.encode(sine(2500))[n * 160 : n * 160 + 160] for n in range(40)]
        before = await h.desk.report(A)
        for payload in noise:  # ahead of the real ones in sequence: were they opened, they would be played
            packet = rtp.head(0, 0, a.seq + 2, a.ts + 320, a.ssrc) + payload
            good = Vault(a.secure).close(packet)
            tampered = good[:20] + bytes([good[20] ^ 1]) + good[21:]
            for bad in (packet, Vault(keys()).close(packet), tampered, good[:-3]):
                a.transport.sendto(bad, a.to)
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        report = await h.desk.report(A)
        auth = report.dropped["auth"]
        # On a busy machine a late tick may find more packets than it reads.
        assert (
            auth + report.dropped.get("flood", 0) >= 160 and auth >= 150 and report.packets_in - before.packets_in > 40
        )
        assert purity(b.pcm(40), 440) > 0.98 and purity(b.pcm(40), 2500) < 1e-4
        a.quiet()
        again = [
            a.vault.close(rtp.head(0, 0, a.seq + n, a.ts + 160 * n, a.ssrc) + payload)
            for n, payload in enumerate(noise[:5])
        ]
        for packet in again * 2:
            a.transport.sendto(packet, a.to)
            await asyncio.sleep(0.02)
        report = await h.desk.report(A)
        assert (
            report.dropped["auth"] == auth
            and report.dropped["replay"] == 5
            and not [e for e in h.events if isinstance(e, RtpLost)]
        )
        a.close(), b.close()


async def test_plain_packets_on_a_secure_stream_are_never_heard_nor_lock_it(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await Peer.at()
        address = await h.desk.open(A)
        b = await talking(h, B, 1000, keys())
        h.desk.bridge(RoomId("r"), [A, B])
        secure = keys()
        h.desk.set_path(A, a.path(srtp=secure))
        a.speak(address, sine(440))
        await asyncio.sleep(0.6)
        report = await h.desk.report(A)
        assert set(report.dropped) == {"auth"} and report.packets_in == 0 and "seeking" in report.path
        assert purity(b.pcm(20), 440) < 0.01
        a.quiet()
        a.packets.clear()
        a.rekey(secure)
        b_heard = len(b.audio())
        a.speak(address, sine(440))
        await asyncio.sleep(0.8)
        assert len(b.audio()) - b_heard > 30 and purity(b.pcm(25), 440) > 0.98
        a.close(), b.close()


async def test_hold_and_resume_keep_the_keys_and_a_new_key_counts_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440, keys())  # its sequence numbers wrap in a moment
        b = await talking(h, B, 1000, keys())
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(0.9)
        for _ in range(3):
            h.desk.set_path(A, a.path())
            await asyncio.sleep(0.15)
        assert purity(b.pcm(40), 440) > 0.98 and purity(a.pcm(40), 1000) > 0.98
        assert (await h.desk.report(A)).dropped.keys() <= {"early", "waited"}
        new = keys()
        h.desk.set_path(A, a.path(srtp=new))
        a.quiet()
        await asyncio.sleep(0.05)
        assert a.to is not None
        a.packets.clear()
        a.wire.clear()
        a.rekey(new)
        a.speak(LocalAddress(*a.to), sine(440))
        await asyncio.sleep(1.0)
        assert purity(b.pcm(30), 440) > 0.98 and purity(a.pcm(30), 1000) > 0.98
        a.close(), b.close()


async def test_a_tap_of_a_secure_stream_can_be_read(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        a = await talking(h, A, 440, keys())
        b = await talking(h, B, 1000, None)
        h.desk.bridge(RoomId("r"), [A, B])
        await asyncio.sleep(0.3)
        h.desk.tap([A], tmp_path / "tap.pcap", 0.6)
        await h.told(TapEnded)
        found = read((tmp_path / "tap.pcap").read_bytes())
        mine = a.encode(sine(440)) * 2
        into = [payload for _, _, target, payload in found if a.to == target]
        out = [payload for _, source, _, payload in found if a.to == source]
        assert len(into) > 20 and all(payload[12:] in mine and len(payload) == 172 for payload in into)
        assert len(out) > 20 and {payload for payload in out} <= {payload for _, payload in a.packets}
        a.close(), b.close()
