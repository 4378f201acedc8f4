"""Framing, ports, lateness, and what orders carry."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import orders, wording
from media.lateness import Lateness
from media.messages import Request
from media.paths import Codec, Direction, Path
from media.ports import REST_S, Ports
from media.wire import FrameError, Unframer, frame
from media.words import File, Silence, Source, Tone


@given(st.lists(st.binary(max_size=300), max_size=10), st.integers(1, 50))
def test_frames_come_out_however_the_bytes_were_cut(bodies: list[bytes], step: int) -> None:
    data = b"".join(frame(body) for body in bodies)
    unframer, found = Unframer(), []
    for at in range(0, len(data), step):
        found += unframer.feed(data[at : at + step])
    assert found == bodies


def test_an_impossible_length_is_refused() -> None:
    with pytest.raises(FrameError):
        list(Unframer().feed(b"GET / HTTP/1.1\r\n"))


def test_ports_are_even_random_and_rest_after_use() -> None:
    ports = Ports(20001, 20011, random.Random(1))
    taken = [ports.take(0.0) for _ in range(5)]
    assert sorted(p for p in taken if p) == [20002, 20004, 20006, 20008, 20010] and taken != sorted(taken)
    assert ports.take(0.0) is None
    ports.rest(20004, 1.0)
    ports.rest(20008, 2.0)
    # The range is short: the one that has rested longest goes out early.
    assert ports.take(2.0) == 20004
    assert ports.take(2.0 + REST_S) == 20008


def test_a_rested_port_is_not_taken_while_others_are_free() -> None:
    ports = Ports(20000, 20005, random.Random(1))
    first = ports.take(0.0)
    assert first is not None
    ports.rest(first, 0.0)
    assert {ports.take(1.0), ports.take(1.0)} == {20000, 20002, 20004} - {first}


def test_lateness_says_its_quantiles() -> None:
    late = Lateness()
    assert late.quantile(0.99) == 0.0
    for _ in range(98):
        late.add(0.05)
    late.add(4.0)
    late.add(1500.0)
    assert (late.quantile(0.5), late.quantile(0.985), late.max_ms) == (0.1, 5.0, 1500.0)
    assert sum(late.counts) == 100 and late.figures()["max_ms"] == 1500.0


paths = st.builds(
    Path,
    st.ip_addresses(v=4).map(str),
    st.integers(0, 65535),
    st.sampled_from(Codec),
    st.integers(0, 127),
    st.none() | st.integers(96, 127),
    st.sampled_from([10, 20, 30, 40, 50, 60]),
    st.sampled_from(Direction),
    st.integers(0, 65535),
)
sources = st.one_of(
    st.builds(File, st.text(min_size=1)),
    st.builds(Tone, st.lists(st.floats(1, 4000), min_size=1, max_size=3).map(tuple), st.integers(0, 9999)),
    st.builds(Silence, st.integers(0, 9999)),
)


@given(paths, st.lists(sources))
def test_words_survive_the_wire(path: Path, played: list[Source]) -> None:
    for order in (
        wording.set_path("s", path),
        orders.Play("s", 1, [wording.sounds(source) for source in played], False),
    ):
        wired = msgspec.msgpack.encode(Request(1, order))
        back = msgspec.msgpack.decode(wired, type=Request).order
        assert back == order
        if isinstance(back, orders.SetPath):
            assert wording.path_of(back) == path
        if isinstance(back, orders.Play):
            assert [wording.source_of(wired) for wired in back.sources] == played


@pytest.mark.parametrize("changes", [{"remote_ip": "example.org"}, {"codec": "G729"}, {"remote_port": 70000}])
def test_a_path_that_is_none_is_refused(changes: dict[str, object]) -> None:
    path = Path("10.0.0.1", 4000, Codec.PCMU, 0, 101, 20, Direction.SENDRECV, 4001)
    order = msgspec.structs.replace(wording.set_path("s", path), **changes)
    with pytest.raises((KeyError, ValueError)):
        wording.path_of(order)
