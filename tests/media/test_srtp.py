"""SRTP without an engine: the standard's numbers, what is dropped and under which name, keys that stay and keys that go."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import orders, rtcp, rtp, uring, wording
from media.board import DROPS, Board
from media.lock import Lock
from media.messages import Request
from media.paths import Secure, Suite
from media.rtp import SLOT_BYTES
from media.seals import Sealing, Seals
from media.sender import PHASES, Sender
from media.srtp import MOST_SSRCS, Seal, Sealed
from tests.media.test_stream import Stage
from tests.stage.rtp_peer import Vault

CM80 = Suite.AES_CM_128_HMAC_SHA1_80
AUDIO = bytes(range(160))


def keys(suite: Suite = CM80) -> Secure:
    return Secure(suite, secrets.token_bytes(suite.key_bytes), secrets.token_bytes(suite.key_bytes))


def packet(seq: int, ssrc: int = 7) -> bytes:
    return rtp.head(0, 0, seq, seq * 160, ssrc) + AUDIO


def why(seal: Seal, data: bytes, *, control: bool = False) -> str:
    """Name under which a packet is dropped; empty when it is not."""
    try:
        (seal.open_control if control else seal.open)(data)
    except Sealed as reason:
        return DROPS[reason.column]
    return ""


def sealed(seal: Seal, data: bytes | memoryview) -> bytes:
    """What would be sent."""
    sent: list[bytes] = []
    assert seal.sender(lambda wire: sent.append(bytes(wire)) or len(wire))(data) == len(sent[0])
    return sent[0]


@pytest.fixture
def stage() -> Iterator[Stage]:
    built = Stage()
    yield built
    built.far.close()
    built.control.close()


def test_a_packet_is_that_of_the_standard() -> None:
    # RFC 3711 B.3: master key and salt, and the authentication key derived from them. The packet is libsrtp's own.
    master = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6")
    auth_key = bytes.fromhex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")
    clear = bytes.fromhex("800f1234decafbadcafebabe") + b"\xab" * 16
    wire = sealed(Seal(Secure(CM80, master, master)), clear)
    assert wire.hex() == "800f1234decafbadcafebabe" + "4e55dc4ce79978d88ca4d215949d2402" + "b78d6acc99ea179b8dbb"
    assert wire[-10:] == hmac.digest(auth_key, wire[:-10] + bytes(4), "sha1")[:10]  # the roll-over counter is 0
    assert Seal(Secure(CM80, master, master)).open(wire) == clear


@pytest.mark.parametrize("suite", list(Suite))
def test_what_one_side_seals_the_other_opens(suite: Suite) -> None:
    secure = keys(suite)
    seal, far = Seal(secure), Vault(secure)
    tag = {"80": 10, "32": 4}.get(suite.name[-2:], 16)
    report = rtcp.build(7, "x@y", None, None)
    for seq in range(65530, 65546):  # over the wrap, where the roll-over counter begins to count
        sent = packet(seq)
        wire = sealed(seal, memoryview(sent))
        assert len(wire) == len(sent) + tag and wire[:12] == sent[:12] and wire[12:172] != AUDIO
        assert far.open(wire) == sent and seal.open(far.close(sent)) == sent
    assert far.open(seal.close_control(report), control=True) == report
    assert seal.open_control(far.close(report, control=True)) == report


@given(st.data())
def test_an_altered_packet_is_dropped(data: st.DataObject) -> None:
    secure = keys(data.draw(st.sampled_from(list(Suite))))
    wire = bytearray(Vault(secure).close(packet(1)))
    at = data.draw(st.integers(1, len(wire) - 1))
    wire[at] ^= data.draw(st.integers(1, 255))
    assert why(Seal(secure), bytes(wire)) == "auth"


@given(st.binary(max_size=700))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    seal = Seal(keys())
    assert why(seal, data) in ("auth", "short", "long") and why(seal, data, control=True) in ("auth", "short", "long")
    assert why(seal, b"\x80\x00" + data) in ("auth", "short", "long")


def test_each_way_of_being_wrong_has_its_name_and_spoils_nothing() -> None:
    secure = keys()
    seal, far, stranger = Seal(secure), Vault(secure), Vault(keys())
    first, second = far.close(packet(1)), far.close(packet(2))
    assert why(seal, stranger.close(packet(1))) == "auth"
    assert why(seal, packet(1)) == "auth"
    for size in range(12, len(first)):
        assert why(seal, first[:size]) == "auth"
    assert why(seal, first[:11]) == "short" and why(seal, bytes(SLOT_BYTES)) == "long"
    assert why(seal, second) == "" and why(seal, first) == ""
    assert why(seal, first) == why(seal, second) == "replay"
    for seq in range(3, 300):
        assert why(seal, far.close(packet(seq))) == ""
    assert why(seal, first) == "replay"
    report = far.close(rtcp.build(7, "x@y", None, None), control=True)
    assert why(seal, report[:-1], control=True) == "auth" and why(seal, report, control=True) == ""
    assert why(seal, report, control=True) == "replay"
    assert why(seal, rtcp.build(7, "x@y", None, None), control=True) == "auth"
    assert why(seal, report[:7], control=True) == "short"


def test_sources_under_one_key_are_bounded() -> None:
    secure = keys()
    seal, far = Seal(secure), Vault(secure)
    assert [why(seal, far.close(packet(1, ssrc=n + 1))) for n in range(MOST_SSRCS + 1)] == [""] * MOST_SSRCS + ["auth"]
    assert why(seal, far.close(packet(2, ssrc=1))) == ""
    other = keys()
    seal.rekey(other)
    assert why(seal, Vault(other).close(packet(2, ssrc=1000))) == ""


def test_a_key_that_stays_goes_on_and_one_that_changes_begins_anew() -> None:
    secure, other = keys(), keys()
    seal, far = Seal(secure), Vault(secure)
    first = far.close(packet(1))
    assert why(seal, first) == ""
    assert far.open(sealed(seal, packet(65535))) and far.open(sealed(seal, packet(65536)))
    seal.rekey(secure)
    assert why(seal, first) == "replay"
    assert far.open(sealed(seal, packet(65537))) == packet(65537)  # roll-over counter 1: a new session would have 0
    with pytest.raises(OSError, match="status 9"):
        sealed(seal, packet(65537))
    seal.rekey(Secure(CM80, secure.send_key, other.receive_key))  # theirs alone is new
    assert far.open(sealed(seal, packet(65538))) == packet(65538)
    assert why(seal, far.close(packet(2))) == "auth" and why(seal, Vault(other).close(packet(2))) == ""
    seal.rekey(other)
    assert Vault(other).open(sealed(seal, packet(5))) == packet(5)


def test_no_repr_and_no_error_has_a_key() -> None:
    secure = Secure(CM80, b"S3CRET" * 5, b"S3CRET" * 5)
    order = orders.Keys("AES_CM_128_HMAC_SHA1_80", b"S3CRET" * 5, b"S3CRET" * 5)
    path = orders.SetPath("s", "127.0.0.1", 1, "PCMU", 0, None, 20, "sendrecv", 2, False, order)
    for thing in (Seal(secure), order, path, Request(1, path), wording.path_of(path)):
        assert "S3CRET" not in repr(thing)
    assert wording.set_path("s", wording.path_of(path)) == path
    for bad in (orders.Keys("NULL", b"S3CRET", b"S3CRET"), orders.Keys(order.suite, b"S3CRET", order.send_key)):
        with pytest.raises((KeyError, ValueError)) as caught:
            wording.path_of(orders.SetPath("s", "127.0.0.1", 1, "PCMU", 0, None, 20, "sendrecv", 2, False, bad))
        assert "S3CRET" not in str(caught.value)


def test_in_a_batch_only_secure_rows_are_opened() -> None:
    board = Board(8)
    seals, secure = Seals(board), keys()
    far = Vault(secure)
    none = iter(())
    assert seals.opened(none) is none  # nobody pays while nobody is secure
    seals.set(2, Seal(secure), muxed=False)
    seals.set(3, Seal(secure), muxed=False)
    sent = {1: packet(9), 2: far.close(packet(1)), 3: b"\x80" + bytes(50), 4: packet(4)}
    inbox = np.zeros((4, SLOT_BYTES), np.uint8)
    for nth, data in enumerate(sent.values()):
        inbox[nth, : len(data)] = memoryview(data)
    sizes = np.array([len(data) for data in sent.values()])
    (batch,) = seals.opened([(inbox, np.array(list(sent)), sizes)])
    found = {int(row): packets[:size].tobytes() for packets, row, size in zip(*batch, strict=True)}
    assert found == {1: packet(9), 2: packet(1), 4: packet(4)}
    assert int(board.dropped.sum()) == int(board.dropped[3, DROPS.index("auth")]) == 1
    assert list(seals.opened([(inbox[2:3], np.array([3]), np.array([51]))])) == []
    seals.set(2, None, muxed=False)
    seals.set(3, None, muxed=False)
    assert seals.opened(none) is none


def test_rtcp_among_the_rtp_is_opened_as_such_only_when_it_was_agreed() -> None:
    board, secure = Board(8), keys()
    seals, far = Seals(board), Vault(secure)
    report = rtcp.build(7, "x@y", None, None)
    wire = far.close(report, control=True)
    inbox = np.zeros((1, SLOT_BYTES), np.uint8)
    for muxed, expected in ((False, []), (True, [report])):
        inbox[0, : len(wire)] = memoryview(wire)
        seals.set(1, Seal(secure), muxed=muxed)
        batches = seals.opened([(inbox, np.array([1]), np.array([len(wire)]))])
        assert [packets[0, : sizes[0]].tobytes() for packets, _, sizes in batches] == expected


def test_nobody_without_the_key_gets_past_the_door(stage: Stage) -> None:
    stream, secure = stage.stream(), keys()
    far, stranger, at = Vault(secure), Vault(keys()), ("127.0.0.1", stream.address.port)
    stream.set_path(stage.path(srtp=secure))
    other = stage.socket()
    for n in range(1, 8):
        stage.far.sendto(packet(n), at)  # even from the negotiated address
        other.sendto(stranger.close(packet(n)), at)
        stage.yard.knocks()
    assert stage.admitted == [] and stream.watch.state is Lock.SEEKING
    assert stream.report().dropped == {"auth": 14}
    assert repr(stream) == f"<udp {stream.address.port} > srtp > seeking > jitter 20ms > PCMU > silence>"
    stage.far.sendto(far.close(packet(1)), at)
    stage.yard.knocks()
    assert stage.admitted == [(stream.row, packet(1))] and stream.watch.state is Lock.SURE
    assert repr(stream) == f"<udp {stream.address.port} > srtp > jitter 20ms > PCMU > silence>"
    stream.outlet.send(packet(5))
    assert far.open(stage.far.recv(1000)) == packet(5)
    stream.set_path(stage.path(srtp=secure))  # hold, resume: the address and the key are the same
    stream.outlet.send(packet(6))
    assert far.open(stage.far.recv(1000)) == packet(6)
    stream.set_path(stage.path())
    stream.outlet.send(packet(7))
    assert stage.far.recv(1000) == packet(7) and "srtp" not in repr(stream)
    other.close()
    stream.close()


@pytest.mark.parametrize("tapped", [False, True])
def test_in_one_system_call_the_secure_ones_leave_sealed(stage: Stage, tapped: bool) -> None:
    ring = uring.open_ring(64)
    if ring is None:
        pytest.skip("the kernel gives no io_uring here")
    sender = stage.sender = Sender(stage.board, ring)
    stage.aimed = sender.arrange
    streams = [stage.stream() for _ in range(uring.FEWEST + 4)]
    fars = [stage.socket() for _ in streams]
    secures = [keys(suite) if n % 3 else None for n, suite in enumerate(list(Suite) * 5)]
    copies: list[bytes] = []
    for stream, far, secure in zip(streams, fars, secures, strict=True):
        stream.set_path(stage.path(remote_port=far.getsockname()[1], srtp=secure))
        first = packet(1) if secure is None else Vault(secure).close(packet(1))
        far.sendto(first, ("127.0.0.1", stream.address.port))
    stage.yard.knocks()
    assert {stream.watch.state for stream in streams} == {Lock.SURE}
    if tapped:
        streams[1].outlet.copy(lambda sent: copies.append(bytes(sent)))
    vaults = [Vault(secure) if secure else None for secure in secures]
    for tick in range(6):
        stage.board.out[:] = tick + 1
        if tick == 3:  # a new key, between two ticks
            secures[4] = keys()
            vaults[4] = Vault(secures[4])
            streams[4].set_path(stage.path(remote_port=fars[4].getsockname()[1], srtp=secures[4]))
        sender.build()
        for phase in range(PHASES):
            sender.send(phase)
        for stream, far, vault in zip(streams, fars, vaults, strict=True):
            wire = far.recv(1000)
            clear = vault.open(wire) if vault else wire
            assert (clear == wire) == (vault is None)
            assert clear[12:] == bytes([tick + 1]) * 160 and clear[8:12] == stream.ssrc.to_bytes(4, "big")
    assert int(stage.board.refused_out.sum()) == 0
    assert [copy[12:] for copy in copies] == [bytes([tick + 1]) * 160 for tick in range(6 if tapped else 0)]
    for stream, far in zip(streams, fars, strict=True):
        stream.close()
        far.close()
    ring.close()


def test_rows_that_have_no_room_for_a_tag_are_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Sealing(np.zeros((2, 180), np.uint8), 172, np.array([1]), [Seal(keys()).outward])
