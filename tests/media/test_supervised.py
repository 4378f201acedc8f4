"""A supervised call over real packets: every mode as its matrix says, music on hold, announcements, doorbells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from media import music, speech_watch
from media.events import AnnouncementEnded, SpeechChanged
from media.hearing import Hearing, consult, talk
from media.orders import Announce, Bridge, Doorbell, StopAnnounce, WatchSpeech
from media.paths import Codec
from media.wording import sounds
from media.words import Source, Tone
from tests.stage.members import ROOM, Member, Members
from tests.stage.rtp_peer import rms_dbfs
from tests.stage.spoken import speech

FREQS = (440.0, 1000.0, 1700.0, 2300.0)
SAYS = 6000


@pytest.fixture
def hall() -> Iterator[Members]:
    """Customer, agent, supervisor and one more, each with a tone of its own, of both laws."""
    with Members(4, (Codec.PCMU, Codec.PCMA)) as built:
        for member, freq in zip(built.all, FREQS, strict=True):
            member.say(SAYS * np.sin(2 * np.pi * freq * np.arange(8000) / 8000))
        yield built


def level(member: Member, freq: float, ticks: int = 10) -> float:
    """Of one frequency in what it heard last, beside what each says [dB]."""
    pcm = member.heard(ticks).astype(float)
    window = np.hanning(pcm.size)
    turn = np.exp(-2j * np.pi * freq * np.arange(pcm.size) / 8000)
    return 20 * float(np.log10(max(abs((pcm * window * turn).sum()) / window.sum() * 2, 1e-3) / SAYS))


def tones(member: Member, ticks: int = 10) -> set[float]:
    """Whose tones it hears as loud as they are said; nothing between that and silence is let pass."""
    levels = {freq: level(member, freq, ticks) for freq in FREQS}
    assert all(abs(found) < 1 or found < -35 for found in levels.values()), levels
    return {freq for freq, found in levels.items() if found > -1}


def step(pcm: np.ndarray) -> float:
    """The greatest step between two samples."""
    return float(np.abs(np.diff(pcm.astype(float))).max())


C, A, B, D = "m0", "m1", "m2", "m3"
CALL = talk(C, A)
MODES: dict[str, Hearing] = {
    "two": CALL,
    "listen": CALL.listen(B),
    "whisper to the agent": CALL.whisper(B, A),
    "whisper to the customer": CALL.whisper(B, C),
    "whisper to both, of three": CALL.join(D).whisper(B, A, C),
    "barge": CALL.listen(B).barge(B),
    "mute": CALL.join(B).mute(A),
    "deaf": CALL.join(B).deafen(C),
    "consult": consult(A, B, waiting=C),
    "three-way": consult(A, B, waiting=C).resume(C),
    "hold": CALL.hold(C),
    "hold by both": CALL.hold(C).hold(A),
    "two supervisors": CALL.listen(B).whisper(D, A),
}


@pytest.mark.parametrize("mode", MODES)
def test_each_hears_whom_the_mode_says_and_who_is_held_music_alone(hall: Members, mode: str) -> None:
    hearing = MODES[mode]
    hall.arrange(CALL)
    hall.run(20)
    hall.arrange(hearing)
    hall.run(20)
    for member, freq in zip(hall.all, FREQS, strict=True):
        if member.name in hearing.held:
            tracks = [track.tobytes() for track in music.load(hall.engine.hall.loader.shelf, ())[0]]
            law = 0 if member.peer.codec is Codec.PCMU else 1
            assert all(code in tracks[law] for code in member.codes(10)) and rms_dbfs(member.heard(50)) > -40
            continue
        expected = {FREQS[int(s[1])] for s in hearing.members if hearing.gain(s, member.name)}
        assert tones(member) == expected and freq not in expected, (mode, member.name)


@pytest.mark.parametrize("gain", [0.25, 0.5, 2.0])
def test_a_member_s_gain_is_heard_by_all(hall: Members, gain: float) -> None:
    hall.arrange(talk(C, A, B).gained(A, gain))
    hall.run(20)
    for member in (hall.all[0], hall.all[2]):
        assert abs(level(member, FREQS[1]) - 20 * np.log10(gain)) < 0.5
    assert abs(level(hall.all[1], FREQS[0])) < 0.5


@pytest.mark.parametrize("mode", MODES)
def test_no_change_of_mode_clicks(hall: Members, mode: str) -> None:
    hall.arrange(talk(C, A, B))
    hall.run(20)
    hall.arrange(MODES[mode])
    hall.run(4)
    hall.arrange(talk(C, A, B))
    hall.run(6)
    steepest = 2 * np.pi * SAYS / 8000 * sum(FREQS)
    for member in hall.all:
        if member.name not in MODES[mode].held:  # where music begins is music.py's affair
            assert step(member.heard(12)) < steepest * 1.1, member.name


# ---- announcements ----------------------------------------------------------------------------------------------


def announced(hall: Members, number: int, room: str, stream: str, *sources: Source, duck_db: float) -> None:
    hall.order(Announce(number, room, stream, [sounds(source) for source in sources], duck_db, False))
    hall.load()


def test_an_announcement_to_one_ducks_what_that_one_hears_and_nobody_else(hall: Members) -> None:
    customer, agent, other, _ = hall.all
    hall.arrange(talk(C, A, B))
    hall.run(20)
    announced(hall, 7, "", C, Tone((3000.0,), on_ms=600, level_dbm0=-20.0), duck_db=12.0)
    hall.run(25)
    assert all(abs(level(customer, freq) + 12) < 0.5 for freq in FREQS[1:3])
    assert level(customer, 3000.0) > -12
    for member in (agent, other):
        assert level(member, 3000.0, 25) < -40 and abs(level(member, FREQS[0])) < 0.5
    hall.run(25)
    assert all(abs(level(customer, freq)) < 0.5 for freq in FREQS[1:3]) and level(customer, 3000.0) < -40
    assert [event for event in hall.events if isinstance(event, AnnouncementEnded)] == [
        AnnouncementEnded(7, "done", 600)
    ]
    assert step(customer.heard(50)) < 2 * np.pi / 8000 * (SAYS * sum(FREQS[1:3]) + 3500 * 3000)


def test_an_announcement_into_a_room_is_heard_by_all_and_stops_at_once(hall: Members) -> None:
    hall.arrange(talk(C, A, B))
    hall.run(20)
    announced(hall, 8, ROOM, "", Tone((3000.0,), level_dbm0=-20.0), duck_db=20.0)
    hall.run(15)
    for member, freqs in zip(hall.all, ((1, 2), (0, 2), (0, 1)), strict=False):
        assert level(member, 3000.0) > -12 and all(abs(level(member, FREQS[n]) + 20) < 1 for n in freqs)
    assert rms_dbfs(hall.all[3].heard(10)) < -60  # who is not in the room
    hall.order(StopAnnounce(8))
    hall.run(12)
    assert all(level(member, 3000.0) < -40 for member in hall.all)
    assert all(abs(level(hall.all[0], freq)) < 0.5 for freq in FREQS[1:3])


def test_who_comes_and_who_goes_is_told_to_the_room_by_tones_of_its_own(hall: Members) -> None:
    for member in hall.all:
        member.hush()
    hall.order(Bridge(ROOM, [C, A]))
    entry, leaving = Tone((1300.0,), on_ms=200, level_dbm0=-20.0), Tone((2100.0,), on_ms=200, level_dbm0=-20.0)
    hall.order(Doorbell(ROOM, [sounds(entry)], [sounds(leaving)]))
    hall.run(10)

    def rung(members: list[str]) -> list[set[float]]:
        """Which bells each hears in the 400 ms after these are in the room."""
        hall.order(Bridge(ROOM, members))
        hall.run(1)
        hall.load()
        hall.run(20)
        return [{freq for freq in (1300.0, 2100.0) if level(member, freq, 20) > -25} for member in hall.all]

    assert rung([C, A, B]) == [{1300.0}, {1300.0}, {1300.0}, set()]
    assert rung([C, A, B]) == [set()] * 4
    assert rung([C, B]) == [{2100.0}, set(), {2100.0}, set()]
    assert rung([C, D]) == [{1300.0, 2100.0}, set(), set(), {1300.0, 2100.0}]
    hall.order(Doorbell(ROOM, [], []))
    assert rung([C, D, A]) == [set()] * 4
    assert not [event for event in hall.events if isinstance(event, AnnouncementEnded)]


# ---- speech -----------------------------------------------------------------------------------------------------


def test_speech_is_told_when_it_starts_and_stops_of_those_who_are_watched_alone(
    hall: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = np.concatenate([np.zeros(8000), speech()[:16000], np.zeros(16000)])
    for member in hall.all[:2]:
        member.say(said)
    asked = []

    class Counted(speech_watch.Listener):
        def hear(self, samples: np.ndarray) -> bool:
            asked.append(samples.size)
            return super().hear(samples)

    hall.arrange(talk(C, A))
    monkeypatch.setattr(speech_watch, "Listener", Counted)
    hall.run(100)
    assert asked == [] and not [event for event in hall.events if isinstance(event, SpeechChanged)]
    hall.order(WatchSpeech(A, True))
    hall.run(250)
    told = [event for event in hall.events if isinstance(event, SpeechChanged)]
    assert len(asked) == 250
    assert {event.stream for event in told} == {A} and len(told) >= 2
    assert [event.speaking for event in told] == [n % 2 == 0 for n in range(len(told))]
    hall.order(WatchSpeech(A, False))
    hall.run(250)
    assert len([event for event in hall.events if isinstance(event, SpeechChanged)]) == len(told)
