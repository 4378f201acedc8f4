"""One party's line: answering, placing, holding, ending; what is left of its stream."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from apps.line import Line
from apps.line_words import Stage
from media.events import EngineLost, RtpLost
from media.paths import Direction
from media.words import StreamId
from switch.events import Answered, Ended, LegEvent, Rang
from switch.words import CallId, Cause, Identity, Party, ToPhone, leg_id
from tests.stage.paper.house import PaperHouse, after, paper, settle
from tests.stage.paper.switch import NO_CODEC, sound


class Ear:
    """Notes what a line tells."""

    def __init__(self) -> None:
        self.told: list[LegEvent] = []
        self.held: list[bool] = []

    def line_told(self, line: Line, event: LegEvent) -> None:
        self.told.append(event)

    def line_held(self, line: Line, held: bool) -> None:
        self.held.append(held)

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.told]


def placed(house: PaperHouse, ear: Ear, number: int = 1) -> tuple[Line, asyncio.Task[Any]]:
    line = Line(house.house, leg_id(CallId("paper"), number), ear)
    return line, asyncio.ensure_future(line.place(ToPhone("2001"), Identity("1"), timeout_s=20))


@paper
async def test_an_answer_says_the_address_that_we_are_told_to_say(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    assert house.switch.asked(leg) == ["answer"]
    line = house.call(leg).line
    assert line.answered and line.stage is Stage.PLACED and line.sound.path is not None
    assert line.sound.path.remote_port == 30000


@paper
async def test_an_invite_without_sdp_is_answered_with_an_offer_and_starts_with_the_acks_answer(
    house: PaperHouse,
) -> None:
    leg = await house.call_in("4010", offer=None)
    line = house.call(leg).line
    assert line.answered and line.sound.path is None
    house.switch.agreed(leg)
    await settle()
    assert line.sound.path is not None


@paper
async def test_no_common_codec_is_488_and_booked_as_that(house: PaperHouse) -> None:
    leg = await house.call_in("4010", offer=NO_CODEC)
    assert house.switch.ended(leg) is Cause.NOT_ACCEPTABLE
    row = await house.row(leg)
    assert (row.cause, row.answered_at, row.sip_status) == ("not_acceptable", None, 488)


@paper
async def test_no_engine_is_overload_and_not_an_answer(house: PaperHouse) -> None:
    house.desk.refuse = "no engine"
    leg = await house.call_in("4010")
    assert house.switch.ended(leg) is Cause.OVERLOAD
    row = await house.row(leg)
    assert (row.cause, row.answered_at, row.ended_by) == ("overload", None, "switch")


@paper
async def test_a_caller_who_goes_while_the_stream_is_opened_leaves_no_stream(house: PaperHouse) -> None:
    house.desk.open_s = 0.5
    leg = await house.call_in("4010")
    assert StreamId(leg) in house.desk.streams
    await house.hang_up(leg)
    await after(1)
    assert house.desk.streams == {}
    assert house.switch.asked(leg) == []


@paper
async def test_an_administrator_who_hangs_up_while_the_stream_is_opened_is_not_crossed_by_an_answer(
    house: PaperHouse,
) -> None:
    house.desk.open_s = 0.5
    leg = await house.call_in("4010")
    house.call(leg).end(Cause.RELEASED, Party.ADMIN)
    await after(1)
    assert house.switch.asked(leg) == ["hang up"]
    assert (await house.row(leg)).ended_by == "admin"


@paper
async def test_a_line_that_is_hung_up_before_it_is_placed_is_never_placed_and_ends_once(house: PaperHouse) -> None:
    await house.register("2001")
    ear = Ear()
    line = Line(house.house, leg_id(CallId("paper"), 1), ear)
    line.hang_up(Cause.CANCELLED)
    line.hang_up(Cause.NORMAL)
    await line.place(ToPhone("2001"), Identity("1"), timeout_s=20)
    await settle()
    assert ear.kinds() == ["Ended"] and house.switch.out() == []
    assert line.ended is not None and line.ended.cause is Cause.CANCELLED and line.over.is_set()


@paper
async def test_a_line_that_is_hung_up_while_it_is_opened_is_never_placed(house: PaperHouse) -> None:
    await house.register("2001")
    house.desk.open_s, ear = 0.5, Ear()
    line, _ = placed(house, ear)
    await settle()
    line.hang_up(Cause.CANCELLED)
    await after(1)
    assert ear.kinds() == ["Ended"] and ("place", line.leg) not in house.switch.done


@paper
async def test_a_failure_of_our_own_in_placing_is_told_as_an_end(
    house: PaperHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise OSError("no such luck")

    monkeypatch.setattr(house.switch, "place", broken)
    ear = Ear()
    line, _ = placed(house, ear)
    await settle()
    assert ear.kinds() == ["Ended"] and line.ended is not None and line.ended.cause is Cause.ERROR


@paper
async def test_an_answer_that_crosses_our_cancel_is_not_told(house: PaperHouse) -> None:
    await house.register("2001")
    ear = Ear()
    line, _ = placed(house, ear)
    await settle()
    house.switch.answered(line.leg)  # queued: its 200 has come
    line.hang_up(Cause.CANCELLED)
    await settle()
    assert ear.kinds() == ["Ended"] and not line.answered


@paper
async def test_an_answer_that_cannot_be_used_ends_the_leg(house: PaperHouse) -> None:
    await house.register("2001")
    ear = Ear()
    line, _ = placed(house, ear)
    await settle()
    house.switch.answered(line.leg, NO_CODEC)
    await settle()
    assert ear.kinds() == ["Ended"] and line.ended is not None and line.ended.cause is Cause.NOT_ACCEPTABLE


@paper
async def test_nothing_is_told_after_the_end(house: PaperHouse) -> None:
    await house.register("2001")
    ear = Ear()
    line, _ = placed(house, ear)
    await settle()
    house.switch.gone(line.leg)
    await settle()
    for late in (
        Rang(line.leg, 0.0),
        Answered(line.leg, sound(), 0.0),
        Ended(line.leg, Cause.BUSY, Party.CALLEE, 486, "", 0.0),
    ):
        line.told(late)
    assert ear.kinds() == ["Ended"]


@paper
async def test_the_end_is_watched_before_it_is_told_and_one_who_fails_harms_no_other(house: PaperHouse) -> None:
    await house.register("2001")
    ear, order = Ear(), []
    line, _ = placed(house, ear)

    def fails(ended: Ended) -> None:
        order.append("fails")
        raise RuntimeError("on purpose")

    line.watchers.add(fails)
    line.watchers.add(lambda ended: order.append(f"watched, {len(ear.told)} told"))
    with line.watchers.during(lambda ended: order.append("never")):
        pass
    await settle()
    house.switch.gone(line.leg)
    await settle()
    assert order == ["fails", "watched, 0 told"] and ear.kinds() == ["Ended"]


@pytest.mark.parametrize(
    ("theirs", "held"), [(Direction.SENDONLY, True), (Direction.INACTIVE, True), (Direction.RECVONLY, False)]
)
@paper
async def test_who_does_not_want_to_hear_us_holds_us(house: PaperHouse, theirs: Direction, held: bool) -> None:
    leg = await house.call_in("4010")
    house.switch.offered(leg, theirs)
    await settle()
    assert house.call(leg).line.held is held
    assert "answer offer" in house.switch.asked(leg)


@paper
async def test_a_reinvite_without_a_codec_of_ours_is_refused_and_changes_nothing(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    before = house.call(leg).line.sound.path
    house.call(leg).line._offered(NO_CODEC)
    assert "refuse offer" in house.switch.asked(leg) and house.call(leg).line.sound.path == before


@paper
async def test_lost_audio_ends_the_call_but_not_one_that_is_held(house: PaperHouse) -> None:
    held, silent = await house.call_in("4010"), await house.call_in("4010")
    house.switch.offered(held, Direction.SENDONLY)
    await settle()
    for leg in (held, silent):
        house.desk.tell(RtpLost(StreamId(leg), 30.0))
    await settle()
    assert house.switch.ended(silent) is Cause.RTP_LOST and house.switch.ended(held) is None
    assert (await house.row(silent)).cause == "rtp_lost"


@paper
async def test_a_lost_engine_ends_its_calls_and_they_say_so(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    house.desk.lose_engine()
    await settle()
    assert (await house.row(leg)).cause == "engine_lost"
    assert house.told("engine.changed")[-1]["state"] == "lost"


@paper
async def test_an_engine_lost_while_a_phone_is_placed_ends_that_line(house: PaperHouse) -> None:
    await house.register("2001")
    house.desk.open_s, ear = 0.5, Ear()
    line, _ = placed(house, ear)
    await settle()
    house.desk.tell(EngineLost("e1", (line.stream,)))
    await after(1)
    assert ear.kinds() == ["Ended"] and line.ended is not None and line.ended.cause is Cause.ENGINE_LOST


@paper
async def test_what_plays_ends_as_closed_with_the_line_and_the_stream_keeps_its_totals(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    line = house.call(leg).line
    playing = asyncio.ensure_future(line.play([], loop=True))
    await settle()
    await house.hang_up(leg)
    assert await playing == "closed" and await line.play([]) == "closed"
    assert line.sound.report.packets_in == 1 and line.over.is_set()


@paper
async def test_digits_are_kept_up_to_a_limit_and_come_both_ways(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    await house.key(leg, "12")
    house.switch.keyed(leg, "3")
    await settle()
    line = house.call(leg).line
    assert "".join(line.input.digits) == "123"
    await house.key(leg, "4" * 100)
    assert len(line.input.digits) == 64


@paper
async def test_a_digit_that_comes_as_event_and_info_and_sound_is_one(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    line = house.call(leg).line
    await house.key(leg, "55")
    house.switch.keyed(leg, "55")
    await house.sounds(leg, "55")
    house.switch.keyed(leg, "6")
    await house.key(leg, "6")
    assert "".join(line.input.digits) == "556"


@paper
async def test_who_has_no_telephone_event_is_listened_to_for_sounds_and_they_are_not_sent_on(house: PaperHouse) -> None:
    leg = await house.call_in("4001")
    line = house.call(leg).line
    assert line.sound.path is not None
    stream = house.desk.streams[line.stream]
    assert stream.keyed_by_sound == (line.sound.path.dtmf_payload_type is None)
    line._use(replace(line.sound.path, dtmf_payload_type=None))
    assert stream.keyed_by_sound
    line._use(replace(line.sound.path, dtmf_payload_type=101))
    assert not stream.keyed_by_sound
    line.input.digits_to = line
    await house.sounds(leg, "7")
    assert stream.pressed == ""
    await house.key(leg, "8")
    assert stream.pressed == "8" and not line.input.digits


@paper
async def test_a_line_shows_where_it_is(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    assert "placed answered" in repr(house.call(leg).line)


@paper
async def test_a_confirmed_dialog_is_in_the_books_until_its_end(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    assert [saved.leg_id for saved in await house.house.journal.dialogs()] == [leg]
    await house.hang_up(leg)
    assert await house.house.journal.dialogs() == []
