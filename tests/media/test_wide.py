"""Wideband members: what they say and hear, beside narrowband ones, sample by sample and by spectrum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import conceal, g711, jitter, mixer, resample, wide, wide_plan
from media.board import FULL, HALF, MEANT, SLOTS, Board
from media.crowd import Crowds
from media.g722 import G722, QUIET
from media.paths import Codec
from media.room import Room, Rooms
from media.words import RoomId, StreamId

A, B, C, D = (StreamId(name) for name in "abcd")
ROOM = RoomId("r")
LAWS = {Codec.PCMU: g711.MULAW, Codec.PCMA: g711.ALAW}
Sound = Callable[[np.ndarray], np.ndarray]


def tone(freq_hz: float, level: float = 8000.0) -> Sound:
    """Sound as a function of time [s]."""
    return lambda time_s: level * np.sin(2 * np.pi * freq_hz * time_s)


def silence(time_s: np.ndarray) -> np.ndarray:
    return np.zeros(time_s.size)


class Far:
    """A far end: says a sound in its codec, keeps what it hears as samples."""

    def __init__(self, codec: Codec, sound: Sound) -> None:
        self.codec, self.sound = codec, sound
        self.rate = 16000 if codec.wide else 8000
        self.coder = G722(2)
        self.coder.begin(1)
        self.heard: list[np.ndarray] = []
        self.bytes: list[np.ndarray] = []
        self.said: list[np.ndarray] = []

    def say(self, tick: int) -> np.ndarray:
        size = self.rate // 50
        pcm = self.sound((tick * size + np.arange(size)) / self.rate).astype(np.int16)
        codes = self.coder.encode([1], pcm[None])[0].copy() if self.codec.wide else self.law(pcm)
        self.said.append(codes)
        return codes

    def law(self, pcm: np.ndarray) -> np.ndarray:
        return g711.encode_all(pcm, LAWS[self.codec])

    def hear(self, codes: np.ndarray) -> None:
        self.bytes.append(codes.copy())
        if self.codec.wide:
            self.heard.append(self.coder.decode([1], codes[None], [3])[0].copy())
        else:
            self.heard.append(g711.DECODE[LAWS[self.codec]][codes])

    def pcm(self, last: int) -> np.ndarray:
        return np.concatenate(self.heard[-last:])


class Stage:
    """The audio part of an engine's tick, in its order."""

    def __init__(self, **fars: Far) -> None:
        self.board, self.rooms, self.crowds = Board(16), Rooms(), Crowds()
        self.wanted: list[int] = []
        self.wiring, self.wide = mixer.Wiring(16), wide.Wide(self.board, lambda: [np.array(self.wanted, np.int64)])
        self.fars: dict[StreamId, Far] = {}
        self.rows: dict[StreamId, int] = {}
        self.lost: dict[StreamId, set[int]] = {}
        self.over: dict[StreamId, np.ndarray] = {}
        for name, far in fars.items():
            self.join(StreamId(name), far)

    def join(self, name: StreamId, far: Far) -> None:
        b, row = self.board, self.board.take()
        self.fars[name], self.rows[name] = far, row
        b.hears[row] = b.sends[row] = True
        self.speak(name, far.codec)

    def speak(self, name: StreamId, codec: Codec) -> None:
        row = self.rows[name]
        self.wide.forget(row)
        self.board.set_law(row, g711.law_of(codec), QUIET if codec.wide else None)
        self.wide.speak(row, codec)
        if (room := self.rooms.where(name)) is not None:
            self.rooms.touched.add(room)

    def talk(self, ticks: int) -> None:
        b = self.board
        for _ in range(ticks):
            b.tick += 1
            for name, far in self.fars.items():
                row, codes = self.rows[name], far.say(b.tick)
                if b.tick not in self.lost.get(name, ()):
                    b.ring[b.tick % SLOTS, row] = codes
                    b.filled[b.tick % SLOTS, row] = FULL
            self.step()

    def step(self) -> None:
        b = self.board
        frames, holes = jitter.pop(b, b.tick)
        self.wide.hear(frames, b.tick)
        conceal.fill(b, b.tick, holes)
        self.wide.mend(frames, b.tick)
        jitter.clear(b, b.tick)
        if self.rooms.touched:
            self.crowds.follow(self.rooms, self.rows, b.law)
        self.wide.follow(self.rooms, self.rows)
        self.wiring.follow(self.rooms, self.rows)
        out = b.out[: b.high]
        self.wiring.carry_out(frames, b.law, out)
        self.crowds.carry_out(frames, b.law, out)
        self.wide.note(out)
        for name, codes in self.over.items():
            out[self.rows[name]] = codes
        self.wide.encode(out, frames, b.tick)
        for name, far in self.fars.items():
            far.hear(out[self.rows[name]])


def level(pcm: np.ndarray, freq_hz: float, rate: int) -> float:
    """Of one frequency [dB of full scale]."""
    window = np.hanning(pcm.size)
    turn = np.exp(-2j * np.pi * freq_hz * np.arange(pcm.size) / rate)
    return 20 * float(np.log10(max(abs((pcm * window * turn).sum()) / window.sum() * 2, 1e-3) / 32768))


def levels(far: Far, last: int) -> np.ndarray:
    """Of quarters of frames [dB of full scale]."""
    quarters = far.pcm(last).reshape(-1, far.rate // 200).astype(float)
    return 20 * np.log10(np.sqrt(np.mean(quarters**2, axis=1)) / 32768)


SAID = 20 * np.log10(8000 / 32768)


# ---- two ------------------------------------------------------------------------------------------------------


def test_two_in_g722_are_passed_each_others_bytes() -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(600))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(40)
    begins = wide.PATIENCE + 2
    for said, heard in ((a.said, b.bytes), (b.said, a.bytes)):
        assert all((one == other).all() for one, other in zip(said[begins:], heard[begins:], strict=True))
    assert abs(level(b.pcm(10), 5000, 16000) - SAID) < 1


@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA])
def test_g722_and_g711_hear_each_other_and_nothing_folds_down(codec: Codec) -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(codec, tone(700))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(40)
    assert level(b.pcm(20), 3000, 8000) < SAID - 50
    assert levels(b, 20).max() < SAID - 30  # the codec's own noise
    a.sound = tone(1000)
    stage.talk(40)
    assert abs(level(b.pcm(20), 1000, 8000) - SAID) < 0.5
    assert abs(level(a.pcm(20), 700, 16000) - SAID) < 0.5
    assert level(a.pcm(20), 7300, 16000) < SAID - 50


# ---- rooms ----------------------------------------------------------------------------------------------------


def three(codec: Codec = Codec.PCMA) -> tuple[Stage, Far, Far, Far]:
    a, b, c = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(6100)), Far(codec, tone(900))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B, C])
    return stage, a, b, c


def test_a_mixed_room_is_wide_for_those_who_can_hear_it() -> None:
    stage, a, b, c = three()
    stage.talk(40)
    for far, freqs, own in ((a, (6100, 900), 5000), (b, (5000, 900), 6100)):
        heard = far.pcm(20)
        assert all(abs(level(heard, freq, 16000) - SAID) < 1 for freq in freqs)
        assert level(heard, own, 16000) < SAID - 25
    assert max(level(c.pcm(20), freq, 8000) for freq in (3000, 1900, 900)) < SAID - 50


def test_gains_hold_at_16_khz_too() -> None:
    stage, a, b, _c = three()
    stage.rooms.hear(ROOM, {(B, A): 0.25}, {C: 0.5}, {})
    stage.talk(40)
    assert abs(level(a.pcm(20), 6100, 16000) - SAID + 12.04) < 1
    assert abs(level(a.pcm(20), 900, 16000) - SAID + 6.02) < 1
    assert abs(level(b.pcm(20), 5000, 16000) - SAID) < 1
    stage.rooms.hear(ROOM, {}, {B: 0.0}, {A: 0.5})
    stage.talk(40)
    assert abs(level(a.pcm(20), 900, 16000) - SAID + 6.02) < 1 and level(a.pcm(20), 6100, 16000) < SAID - 25


def test_what_lies_over_the_room_is_heard_instead_of_it() -> None:
    stage, a, _b, _c = three()
    stage.talk(20)
    over = tone(400)(np.arange(160) / 8000).astype(np.int16)
    stage.over[A] = g711.encode_all(over, g711.ALAW)
    stage.talk(20)
    assert abs(level(a.pcm(15), 400, 16000) - SAID) < 0.5 and level(a.pcm(15), 6100, 16000) < SAID - 50
    stage.over.clear()
    stage.talk(20)
    assert abs(level(a.pcm(15), 6100, 16000) - SAID) < 1


def test_a_room_of_narrowband_members_has_no_plan() -> None:
    stage = Stage(a=Far(Codec.PCMA, silence), b=Far(Codec.PCMU, silence), c=Far(Codec.G722, silence))
    stage.rooms.bridge(ROOM, [A, B, C])
    stage.talk(2)
    assert not stage.wide._rooms.plan and not stage.wide._rooms


# ---- changes --------------------------------------------------------------------------------------------------


def click(pcm: np.ndarray) -> float:
    """The loudest 4 ms between 2 and 7 kHz [dB of full scale]."""
    window, loudest = np.hanning(640), 0.0
    for at in range(0, pcm.size - 640, 32):
        bins = np.abs(np.fft.rfft(pcm[at : at + 640] * window))[80:280] / window.sum() * 2
        loudest = max(loudest, float(np.sqrt((bins**2).sum())))
    return 20 * float(np.log10(max(loudest, 1e-3) / 32768))


CHANGES: dict[str, Callable[[Stage], None]] = {
    "a third one comes": lambda stage: stage.rooms.join(ROOM, C),
    "one goes": lambda stage: stage.rooms.leave(B),
    "mute": lambda stage: stage.rooms.hear(ROOM, {}, {B: 0.0}, {}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_leaving_what_was_passed_hardly_clicks(what: str) -> None:
    a, b, c = Far(Codec.G722, tone(440)), Far(Codec.G722, tone(510)), Far(Codec.PCMA, tone(380))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    CHANGES[what](stage)
    stage.talk(10)
    assert click(a.pcm(20)) < SAID - 24  # the step back by 5 ms, led over; without our care the level jumps by 10 dB


def test_leaving_what_was_passed_keeps_the_level() -> None:
    a, b, c = Far(Codec.G722, tone(300)), Far(Codec.G722, tone(2700)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B, C])
    stage.talk(20)
    stage.rooms.leave(C)
    stage.talk(20)
    assert (a.bytes[-1] == b.said[-1]).all()
    stage.rooms.join(ROOM, C)
    stage.talk(20)
    assert np.ptp(levels(a, 25)) < 2.5


@pytest.mark.parametrize("voice", [8000.0, 300.0])
def test_after_loud_music_a_passed_voice_has_its_own_level_at_once(voice: float) -> None:
    a, b = Far(Codec.G722, silence), Far(Codec.G722, tone(500, voice))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    for _ in range(20):
        time_s = (stage.board.tick * 160 + np.arange(160)) / 8000
        stage.over[A] = g711.encode_all(tone(700, 20000)(time_s).astype(np.int16), g711.ALAW)
        stage.talk(1)
    stage.over.clear()
    stage.talk(20)
    assert (a.bytes[-1] == b.said[-1]).all()
    assert abs(levels(a, 18) - 20 * np.log10(voice / np.sqrt(2) / 32768)).max() < 2


def test_the_codec_changes_in_mid_call() -> None:
    a, b = Far(Codec.G722, tone(5000)), Far(Codec.G722, tone(800))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    narrow = stage.fars[A] = Far(Codec.PCMU, tone(1000))
    stage.speak(A, Codec.PCMU)
    stage.talk(20)
    assert abs(level(b.pcm(10), 1000, 16000) - SAID) < 0.5 and abs(level(narrow.pcm(10), 800, 8000) - SAID) < 0.5
    again = stage.fars[A] = Far(Codec.G722, tone(5200))
    stage.speak(A, Codec.G722)
    stage.talk(20)
    assert abs(level(b.pcm(10), 5200, 16000) - SAID) < 1 and abs(level(again.pcm(10), 800, 16000) - SAID) < 1


# ---- holes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [(Codec.G722,), (Codec.PCMA,), (Codec.G722, Codec.PCMA)])
def test_lost_frames_are_concealed_for_all(others: tuple[Codec, ...]) -> None:
    speaker = Far(Codec.G722, tone(200))
    fars = [Far(codec, silence) for codec in others]
    stage = Stage(a=speaker, **{name: far for name, far in zip("bc", fars, strict=False)})
    stage.rooms.bridge(ROOM, list(stage.fars))
    stage.lost[A] = {30, 37}
    stage.talk(45)
    for far in fars:
        power = [20 * np.log10(np.sqrt(np.mean(np.square(f, dtype=float))) / 8000 * np.sqrt(2)) for f in far.heard]
        assert min(power[10:]) > -4 and max(power[10:]) < 3
    assert stage.board.concealed[stage.rows[A]] == 4


def test_a_frame_that_is_half_there_is_half_concealed() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    stage.lost[A] = {21}
    row, board = stage.rows[A], stage.board
    board.ring[21 % SLOTS, row, :HALF] = a.coder.encode([1], np.zeros((1, 320), np.int16))[0][:HALF]
    board.filled[21 % SLOTS, row] = HALF
    stage.talk(10)
    assert board.concealed[row] == 1


def test_a_meant_silence_is_silent() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, silence)
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(10)
    stage.board.missing[stage.rows[A]] = MEANT
    stage.lost[A] = set(range(11, 20))
    stage.talk(6)
    assert np.abs(b.pcm(4)).max() <= 8 and stage.board.concealed[stage.rows[A]] == 0


def test_one_who_does_not_send_costs_no_encoding() -> None:
    a, b = Far(Codec.G722, tone(300)), Far(Codec.PCMA, tone(500))
    stage = Stage(a=a, b=b)
    stage.rooms.bridge(ROOM, [A, B])
    stage.board.sends[stage.rows[A]] = False
    stage.talk(5)
    assert (stage.wide._g722._states[0, stage.rows[A], 90:] == 0).all()


# ---- dozing ---------------------------------------------------------------------------------------------------


def _over(stage: Stage) -> None:
    stage.over[A] = g711.encode_all(tone(600)(np.arange(160) / 8000).astype(np.int16), g711.ALAW)


def _lost(stage: Stage) -> None:
    stage.lost[B] = {stage.board.tick + 1, stage.board.tick + 2}


def _other_codec(stage: Stage) -> None:
    stage.fars[B] = Far(Codec.PCMU, tone(700))
    stage.speak(B, Codec.PCMU)


WAKERS: dict[str, Callable[[Stage], None]] = {
    **CHANGES,
    "a play": _over,
    "lost packets": _lost,
    "another codec": _other_codec,
    "on hold": lambda stage: stage.rooms.leave(A),
    "a recording": lambda stage: stage.wanted.extend(stage.rows.values()),
}


def dozed(what: str, ticks: int, wanted: bool) -> tuple[Stage, Far, int]:
    a, b, c = Far(Codec.G722, tone(440)), Far(Codec.G722, tone(510)), Far(Codec.PCMA, tone(380))
    stage = Stage(a=a, b=b, c=c)
    stage.rooms.bridge(ROOM, [A, B])
    stage.talk(20)
    stage.wanted = list(stage.rows.values())
    stage.talk(2)
    stage.wanted = [5] if not wanted else stage.wanted
    stage.talk(ticks)
    asleep = int(stage.wide._doze.asleep.sum())
    WAKERS[what](stage)
    stage.talk(12)
    return stage, a, asleep


@pytest.mark.parametrize("what", WAKERS)
def test_who_is_woken_soon_has_missed_nothing(what: str) -> None:
    stage, woken, asleep = dozed(what, 8, wanted=False)
    other, awake, none = dozed(what, 8, wanted=True)
    assert asleep == 2 and none == 0
    assert all((one == two).all() for one, two in zip(woken.bytes, awake.bytes, strict=True))
    if not stage.wide._doze.any:
        assert (stage.board.ring[:, : stage.board.high] == other.board.ring[:, : stage.board.high]).all()


@pytest.mark.parametrize("what", WAKERS)
def test_who_is_woken_late_sounds_the_same(what: str) -> None:
    _, woken, asleep = dozed(what, 60, wanted=False)
    _, awake, _ = dozed(what, 60, wanted=True)
    assert asleep == 2
    apart = woken.pcm(14).astype(float) - awake.pcm(14)
    assert 20 * np.log10(max(np.sqrt(np.mean(apart**2)), 1e-3) / 5657) < (-28 if what == "lost packets" else -40)


# ---- the sums -------------------------------------------------------------------------------------------------

gain = st.sampled_from([0.0, 0.25, 0.5, 1.0, 1.0, 1.7, 4.0])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_wide_mix_is_the_plain_sum_for_any_order_of_members(data: st.DataObject) -> None:
    """Against one loop a listener, in whole numbers of 1/4096 squared."""
    count = data.draw(st.integers(3, 7))
    names = [StreamId(f"m{n}") for n in range(count)]
    row_of = {name: n + 1 for n, name in enumerate(names)}
    broad = np.zeros(10, bool)
    broad[1 : count + 1] = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    says = data.draw(st.dictionaries(st.sampled_from(names), gain))
    hears = data.draw(st.dictionaries(st.sampled_from(names), gain))
    gains = data.draw(st.dictionaries(st.tuples(st.sampled_from(names), st.sampled_from(names)), gain))
    members = data.draw(st.permutations(names))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    low = rng.integers(-32768, 32768, (10, resample.LEAD_UP + 160), dtype=np.int16)
    high = rng.integers(-32768, 32768, (10, 320), dtype=np.int16)
    todo = wide_plan.plan([Room(list(members), gains, says, hears, shaped=True)], row_of, broad)
    if broad.sum() < 2:
        assert not todo
        return
    narrow = wide_plan.summed(todo, todo.narrow, low[todo.narrow.rows], own=False)
    wide_sum = wide_plan.summed(todo, todo.wide, high[todo.wide.rows], own=True)
    assert set(todo.listeners.tolist()) == set(np.flatnonzero(broad).tolist())
    for at, row in enumerate(todo.listeners.tolist()):
        to = names[row - 1]
        expected = {False: np.zeros(low.shape[1], object), True: np.zeros(320, object)}
        for name in names:
            if name == to:
                continue
            units = (
                round(gains[name, to] * 4096) * 4096
                if (name, to) in gains
                else (round(says.get(name, 1.0) * 4096) * round(hears.get(to, 1.0) * 4096))
            )
            width = bool(broad[row_of[name]])
            expected[width] += (high if width else low)[row_of[name]].astype(object) * units
        for width, found in ((False, narrow[at]), (True, wide_sum[at])):
            assert [(value + 2**23) // 2**24 for value in expected[width]] == found.tolist()
