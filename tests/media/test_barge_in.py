"""Who presses a key while something plays to them: nothing of the rest is heard, from that very tick on."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest

from media import g711, tone
from media.events import DigitHeard, PlayEnded
from media.orders import Play, Sounds, WatchTones
from media.words import StreamId
from tests.stage.replay import Bench

PLAYLIST = [Sounds(freqs_hz=(500.0,), on_ms=2000)] * 3


def heard(bench: Bench) -> np.ndarray:
    """What the speaker heard in the last tick."""
    return g711.DECODE[0][np.frombuffer(b"".join(packet[12:] for packet in bench.came), np.uint8)].astype(int)


def playing(bench: Bench, stop_on: str) -> None:
    """A playlist is heard by the one who will press."""
    bench.connect()
    bench.order(Play("speaker", 7, PLAYLIST, False, 0, stop_on))
    until = time.monotonic() + 5
    while bench.engine.hall.streams[StreamId("speaker")].player is None and time.monotonic() < until:
        bench.engine.hall.loader.collect()
    for n in range(20):
        bench.send(audio(n))
        bench.tick()
    assert np.abs(heard(bench)).max() > 5000


def audio(n: int, codes: bytes = b"\xff" * 160) -> bytes:
    return struct.pack(">BBHII", 0x80, 0, n, n * 160, 7) + codes


def event(n: int, key: int) -> bytes:
    return struct.pack(">BBHII", 0x80, 101 | 128, n, n * 160, 7) + struct.pack(">BBH", key, 10, 160)


def silent_from_now_on(bench: Bench) -> None:
    for _ in range(20):
        bench.tick()
        assert not heard(bench).any()


def test_an_event_ends_it_in_the_tick_in_which_it_comes_and_another_key_does_not() -> None:
    with Bench() as bench:
        playing(bench, "15")
        bench.send(event(20, 9))
        bench.tick()
        bench.send(audio(21))
        bench.tick()
        assert np.abs(heard(bench)).max() > 5000
        bench.send(event(22, 5))
        bench.tick()
        assert not heard(bench).any()
        told = [each for each in bench.events if isinstance(each, DigitHeard | PlayEnded)]
        assert told == [
            DigitHeard(StreamId("speaker"), "9"),
            DigitHeard(StreamId("speaker"), "5"),
            PlayEnded(StreamId("speaker"), 7, "digit", 22 * 20),
        ]
        silent_from_now_on(bench)


def test_a_digit_as_sound_ends_it_when_it_is_known() -> None:
    with Bench() as bench:
        playing(bench, "#")
        bench.order(WatchTones("speaker", True))
        codes = g711.encode_all(tone.digit("#", 200), 0).tobytes()
        for n in range(10):
            bench.send(audio(20 + n, codes[160 * n : 160 * n + 160]))
            bench.tick()
            if any(isinstance(each, PlayEnded) for each in bench.events):
                break
        # Known after 40 ms of it, which the play-out delay comes before.
        assert bench.events[-1].why == "digit" and 2 <= n <= 5
        assert not heard(bench).any()
        silent_from_now_on(bench)


@pytest.mark.parametrize("stop_on", ["", "1"])
def test_a_play_that_follows_has_keys_of_its_own(stop_on: str) -> None:
    with Bench() as bench:
        playing(bench, "5")
        bench.order(Play("speaker", 8, PLAYLIST, False, 0, stop_on))
        bench.send(event(20, 5))
        for _ in range(3):
            bench.engine.hall.loader.collect()
            bench.tick()
            time.sleep(0.02)
        ended = [each for each in bench.events if isinstance(each, PlayEnded)]
        assert [(each.play, each.why) for each in ended] == [(7, "stopped")] and np.abs(heard(bench)).max() > 5000
