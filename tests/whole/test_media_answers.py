"""Who answered, over real packets: the engine judges the streams that are asked for, and only those."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from media.answer import AnswerParameters, Verdict
from media.events import AnswerJudged, BeepHeard
from media.paths import Codec
from media.words import StreamId
from tests.stage import greetings
from tests.stage.media_house import house
from tests.stage.rtp_peer import Peer

pytestmark = pytest.mark.whole


async def test_a_human_a_machine_and_nobody_are_told_apart_and_the_beep_is_told(tmp_path: Path) -> None:
    spoken = greetings.spoken("exam")
    human = next(answer for answer in spoken if answer.who == "human" and answer.kind == "zh")
    machine = next(answer for answer in spoken if answer.who == "machine" and answer.kind == "en")
    said = {
        StreamId("human"): greetings.call(human, "clean", -20, 1),
        StreamId("machine"): greetings.call(machine, "clean", -20, 2),
        StreamId("nobody"): greetings.call(greetings.others()[0], "clean", -20, 3),
        StreamId("unasked"): greetings.call(human, "clean", -20, 4),
    }
    async with house(tmp_path) as h:
        for n, (name, heard) in enumerate(said.items()):
            peer = await Peer.at((Codec.PCMU, Codec.PCMA)[n % 2])
            address = await h.desk.open(name)
            h.desk.set_path(name, peer.path())
            if name != "unasked":
                h.desk.watch_answer(name, AnswerParameters(beep=name == "machine"))
            peer.speak(address, heard.pcm.astype("<i2").tobytes())
        told = {event.stream: event for event in await h.told(AnswerJudged, 3, 8.0)}
        assert {name: event.verdict for name, event in told.items()} == {
            "human": Verdict.HUMAN,
            "machine": Verdict.MACHINE,
            "nobody": Verdict.SILENCE,
        }
        (beep,) = await h.told(BeepHeard, 1, 10.0)
        wanted = said[StreamId("machine")].beep
        assert isinstance(beep, BeepHeard) and wanted is not None
        assert (beep.stream, beep.cause) == ("machine", "beep")
        assert abs(beep.freq_hz - wanted[1]) < 5 and abs(beep.ms / 1000 - wanted[0]) < 0.3
        h.desk.watch_answer(StreamId("unasked"), AnswerParameters())
        h.desk.watch_answer(StreamId("unasked"), None)
        await asyncio.sleep(0.5)
        await h.desk.close_stream(StreamId("machine"))
        assert len([event for event in h.events if isinstance(event, AnswerJudged)]) == 3
