"""The telephone in a script's hand: keys ahead of time, barge-in, patience."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from apps.telephone import Telephone
from ivr.pieces import pieces
from ivr.prompts import Prompts
from ivr.words import Beep, Pause, Play, Say
from media.words import StreamId
from switch.words import Cause, LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle

HELLO = [Say("Hello.", "en")]


async def telephone(house: PaperHouse) -> tuple[LegId, Telephone]:
    """An answered call whose own script only waits for a key."""
    leg = await house.call_in("4002")
    house.call(leg).line.stop_play()
    await settle()
    return leg, Telephone(house.house, house.call(leg))


@paper
async def test_a_key_cuts_the_prompt_at_once_and_chooses(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    await after(0.5)
    assert "Press one" in house.hears(leg)
    await house.key(leg, "2")
    assert house.hears(leg) == "music default"
    assert (await house.row(leg)).queue == "service"


@paper
async def test_a_key_before_the_menu_is_its_answer_and_nothing_is_played(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    await house.key(leg, "7")
    assert await port.play(HELLO, stop_on="0123456789") == "7"
    assert house.hears(leg) == "music default" and not house.call(leg).line.input.digits


@paper
async def test_a_key_that_means_nothing_here_stays_for_later(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    await house.key(leg, "7")
    playing = asyncio.ensure_future(port.play(HELLO, stop_on="#"))
    await after(3)
    assert await playing is None and await port.digit(1) == "7"


@paper
async def test_one_press_that_comes_in_two_ways_cuts_one_prompt_and_not_the_next(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    first = asyncio.ensure_future(port.play(HELLO, stop_on="1"))
    await settle()
    house.switch.keyed(leg, "1")
    await settle()
    assert await first == "1"
    second = asyncio.ensure_future(port.play([Say("What now?", "en"), Pause(2000)], stop_on="1"))
    await after(0.3)
    await house.key(leg, "1")  # the same press, now as RTP event: the engine has cut what plays
    await settle()
    (_, sources), again = house.desk.played[-1], house.desk.streams[StreamId(leg)]
    assert house.hears(leg).startswith("play What now?") and len(sources) == 2
    assert again.start_ms == 300 and not second.done()
    await after(1.0)
    await house.key(leg, "1")
    assert await second == "1"


@paper
async def test_a_key_while_the_words_are_made_cuts_them_before_they_begin(house: PaperHouse) -> None:
    house.voice.speak_s = 1.0
    leg, port = await telephone(house)
    playing = asyncio.ensure_future(port.play(HELLO, stop_on="1"))
    await after(0.5)
    await house.key(leg, "1")
    await after(1)
    assert playing.done() and await playing == "1"
    assert house.hears(leg) == "music default"


@paper
async def test_patience_is_counted_from_the_asking_and_a_key_ends_it(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    loop = asyncio.get_running_loop()
    began = loop.time()
    waiting = asyncio.ensure_future(port.digit(5))
    await after(6)
    assert await waiting is None
    waiting = asyncio.ensure_future(port.digit(5))
    await after(2)
    await house.key(leg, "4")
    assert await waiting == "4" and loop.time() - began == 8


@paper
async def test_keys_are_forgotten_when_the_script_says_so(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    await house.key(leg, "123")
    port.forget_digits()
    waiting = asyncio.ensure_future(port.digit(1))
    await after(2)
    assert await waiting is None


@paper
async def test_a_script_that_is_cancelled_in_a_prompt_leaves_nothing_playing(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    playing = asyncio.ensure_future(port.play(HELLO))
    await settle()
    assert house.hears(leg) == "play Hello."
    playing.cancel()
    await settle()
    assert house.hears(leg) == "music default"


@paper
async def test_what_cannot_be_said_is_left_out_and_alarmed_until_the_next_reload(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    house.voice.dumb.add("Hello.")
    playing = asyncio.ensure_future(port.play([*HELLO, Beep(), Pause(100), Play("missing", "en")]))
    await settle()
    assert house.hears(leg) == "play 1000 Hz silence"
    await after(3)
    assert await playing is None
    assert {alarm.what for alarm in house.house.alarms.standing()} == {
        "A prompt is missing",
        "A prompt cannot be spoken",
    }
    house.voice.dumb.clear()
    await house.exchange.reload()
    await settle()
    assert house.house.alarms.standing() == []


@paper
async def test_a_recording_wins_over_words(house: PaperHouse) -> None:
    house.house.prompts = Prompts({"en/both": "Words."}, {"en/both": Path("/site/both.wav")})
    leg, port = await telephone(house)
    playing = asyncio.ensure_future(port.play([Play("both", "en")]))
    await settle()
    assert house.hears(leg) == "play both.wav"
    playing.cancel()


@paper
async def test_a_call_hears_the_prompts_that_were_there_when_it_began(house: PaperHouse) -> None:
    house.house.prompts = Prompts({"en/both": "Words."}, {})
    leg, port = await telephone(house)
    house.house.prompts = Prompts({}, {"en/both": Path("/site/both.wav")})  # as a reload does
    later_leg, later = await telephone(house)
    for each, on, heard in ((port, leg, "play Words."), (later, later_leg, "play both.wav")):
        playing = asyncio.ensure_future(each.play([Play("both", "en")]))
        await settle()
        assert house.hears(on) == heard
        playing.cancel()


@paper
async def test_the_script_hangs_up_by_a_name_that_the_caller_is_told(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    hanging_up = asyncio.ensure_future(port.hang_up("busy"))
    await settle()
    assert hanging_up.done() and house.switch.ended(leg) is Cause.BUSY
    assert StreamId(leg) not in house.desk.streams


@paper
async def test_while_keys_are_hidden_nothing_keeps_them_and_afterwards_everything_does_again(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    call, stream = house.call(leg), house.desk.streams[StreamId(leg)]
    house.house.recorder.follow(call, None)
    await settle()
    (recording,) = house.desk.recordings.values()
    port.hide(True)
    assert stream.hidden and recording.story[-1] == "mask left"
    port.hide(False)
    assert not stream.hidden and recording.story[-1] == "resume"


@paper
async def test_a_recording_that_is_just_beginning_is_masked_when_it_has_begun(house: PaperHouse) -> None:
    leg, port = await telephone(house)
    house.house.recorder.follow(house.call(leg), None)
    port.hide(True)
    await settle()
    (recording,) = house.desk.recordings.values()
    assert recording.story == ["mask left"]


@paper
async def test_numbers_are_played_from_recorded_words_and_the_rest_is_synthesised(house: PaperHouse) -> None:
    files = [Path("/p/en/spoken/twenty.wav"), Path("/p/en/spoken/one.wav")]
    house.house.prompts = replace(house.house.prompts, pieces={"en": pieces(files)})
    _, port = await telephone(house)
    playing = asyncio.ensure_future(port.play([Say("You owe", "en"), Say("twenty-one", "en"), Say("Thanks", "en")]))
    await settle()
    _, sources = house.desk.played[-1]
    assert [source.path for source in sources][1:3] == [str(path) for path in files] and len(sources) == 4
    playing.cancel()
