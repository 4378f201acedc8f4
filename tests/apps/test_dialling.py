"""A `dial`: who rings, who gets it, how it ends, and what it takes of phones and trunks."""

from __future__ import annotations

from dataclasses import fields
from textwrap import dedent
from typing import Any

import pytest

from apps.api import params as p
from apps.model_amd import AmdSection
from ivr.argument_answer import LIMITS
from media.answer import AnswerParameters, Verdict
from media.events import AnswerJudged
from media.words import StreamId, Tone
from switch.words import Cause, LegId, Party, ToTrunk
from tests.stage.paper.house import SITE, PaperHouse, after, paper, settle


@paper
async def test_the_caller_hears_ringing_and_is_answered_when_the_phone_is(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    await house.ringing("2001")
    assert house.switch.asked(leg) == ["ring"]
    await after(3)
    other = house.switch.out("2001")[0]
    house.switch.answered(other)
    await settle()
    assert house.switch.asked(leg) == ["ring", "answer"]
    await after(5)
    await house.hang_up(leg)
    row = await house.row(leg)
    assert [(s.kind, s.ms, s.extension, s.label) for s in row.segments] == [
        ("dial", 3000, "2001", "2001"),
        ("talk", 5000, "2001", "2001"),
    ]
    assert (row.disposition, row.ended_by, row.duration_ms) == ("answered", "caller", 8000)
    assert row.answered_at is not None and (row.answered_at - row.started_at).total_seconds() == 3


@paper
async def test_ringing_stops_in_the_turn_in_which_the_caller_goes(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    rings = await house.ringing("2001")
    told = house.exchange.told

    def checked(event: Any) -> None:
        told(event)
        if event.leg == leg:
            assert house.switch.ended(rings) is Cause.CANCELLED

    house.exchange.told = house.switch.listener.told = checked  # type: ignore[method-assign]
    await house.hang_up(leg)
    assert (await house.row(leg)).disposition == "abandoned"
    assert house.switch.faults == []


@paper
async def test_an_answer_that_crosses_the_callers_end_is_no_answer(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    rings = await house.ringing("2001")
    house.switch.gone(leg)
    house.switch.answered(rings)
    await settle()
    row = await house.row(leg)
    assert (row.cause, row.answered_at, row.talk_ms) == ("cancelled", None, 0)
    assert house.switch.ended(rings) is not None


@paper
async def test_a_caller_who_goes_in_the_turn_of_the_answer_is_not_booked_as_answered(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    rings = await house.ringing("2001")
    house.switch.answered(rings)
    house.switch.gone(leg)
    await settle()
    row = await house.row(leg)
    assert (row.cause, row.answered_at, row.talk_ms) == ("cancelled", None, 0)
    assert house.switch.ended(rings) is Cause.NORMAL


@paper
async def test_two_ring_one_answers_the_other_stops(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_in("4005")
    await after(3)
    one, two = house.switch.out()
    for rings in (one, two):
        house.switch.rang(rings)
    await settle()
    assert house.hears(leg) == "play 450 Hz"
    house.switch.answered(two)
    await settle()
    assert house.switch.ended(one) is Cause.ANSWERED_ELSEWHERE
    assert house.hears(leg) == f"room {two}"
    assert (await house.row(leg)).segments[-1].extension == "2002"


@paper
async def test_two_answer_in_one_turn_and_the_second_is_hung_up(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_in("4005")
    await after(3)
    one, two = house.switch.out()
    house.switch.answered(one)
    house.switch.answered(two)
    await settle()
    assert house.switch.ended(two) is Cause.ANSWERED_ELSEWHERE and house.switch.ended(one) is None
    assert house.hears(leg) == f"room {one}"


@paper
async def test_ring_back_never_goes_on_into_the_talk(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_in("4005")
    await after(3)
    one = house.switch.out("2001")[0]
    house.switch.rang(one)
    house.switch.answered(one)  # told in the same turn
    await settle()
    assert house.hears(leg) == f"room {one}"


@pytest.mark.parametrize(
    ("cause", "status", "booked", "disposition"),
    [
        (Cause.BUSY, 486, "busy", "busy"),
        (Cause.DECLINED, 603, "declined", "rejected"),
        (Cause.NO_ANSWER, 480, "no_answer", "no answer"),
        (Cause.UNREACHABLE, 480, "unreachable", "no answer"),
        (Cause.NOT_FOUND, 404, "not_found", "rejected"),
    ],
)
@paper
async def test_a_refusal_is_the_callers_answer_and_the_called_sides_doing(
    house: PaperHouse, cause: Cause, status: int, booked: str, disposition: str
) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    await house.hang_up(house.switch.out("2001")[0], cause, Party.CALLEE, status)
    row = await house.row(leg)
    assert (row.cause, row.ended_by, row.disposition, row.answered_at) == (booked, "callee", disposition, None)
    assert row.segments[-1].kind == "dial"


@paper
async def test_a_phone_that_is_not_registered_is_unreachable(house: PaperHouse) -> None:
    leg = await house.call_from("2002", "2001")
    assert house.switch.ended(leg) is Cause.UNREACHABLE
    assert (await house.row(leg)).ended_by == "switch"


@paper
async def test_nobody_answers_in_time(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_in("4005")
    await after(3)
    one, two = house.switch.out()
    await after(20)
    assert house.switch.ended(one) is Cause.NO_ANSWER and house.switch.ended(two) is Cause.NO_ANSWER
    await house.until_hears(leg, "leave your message")
    await after(4)
    row = await house.row(leg)
    assert ("dial", "no answer") in [(s.kind, s.outcome) for s in row.segments]
    assert row.segments[-1].kind == "voicemail"


@paper
async def test_no_engine_for_the_called_phone_ends_the_dial(house: PaperHouse) -> None:
    await house.register("2001")
    house.desk.refuse = "no port"
    leg = await house.call_from("2002", "2001")
    await settle()
    assert (await house.row(leg)).cause == "overload"


@paper
async def test_the_called_side_hangs_up(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    other = await house.pick_up("2001")
    await after(4)
    await house.hang_up(other)
    row = await house.row(leg)
    assert (row.cause, row.ended_by, row.talk_ms) == ("normal", "callee", 4000)


@paper
async def test_both_hang_up_in_one_turn(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    other = await house.pick_up("2001")
    house.switch.gone(other)
    house.switch.gone(leg)
    await settle()
    assert (await house.row(leg)).cause == "normal"


@paper
async def test_the_engine_dies_in_the_talk(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_from("2002", "2001")
    await house.pick_up("2001")
    house.desk.lose_engine()
    await settle()
    row = await house.row(leg)
    assert (row.cause, row.ended_by) == ("engine_lost", "switch")


@paper
async def test_the_engine_dies_while_it_rings(house: PaperHouse) -> None:
    await house.register("2001")
    leg = await house.call_in("2001")
    await house.ringing("2001")
    house.desk.lose_engine()
    await settle()
    assert house.switch.ended(leg) is not None


# ---- trunks ---------------------------------------------------------------------------------------------------------


@paper
async def test_a_call_out_is_booked_with_its_trunk_and_number(house: PaperHouse) -> None:
    leg = await house.call_from("2001", "75551234")
    (out,) = house.switch.out()
    assert house.switch.legs_by_id[out].target == ToTrunk("carrier", "75551234")
    await house.pick_up("75551234")
    (trunk, _) = (await house.ask("trunks.list", p.Nothing())).trunks
    assert (trunk.calls, trunk.calls_today) == (1, 1)
    assert house.told("call.changed")[-1]["call"]["direction"] == "out"
    await house.hang_up(leg)
    row = await house.row(leg)
    assert (row.direction, row.trunk, row.disposition) == ("out", "carrier", "answered")
    assert row.segments[-1].label == "75551234"


@paper
async def test_a_full_trunk_gives_the_call_to_the_next(house: PaperHouse) -> None:
    for _ in range(3):
        await house.call_in("4003")
    await house.call_from("2001", "75551234")
    (out,) = house.switch.out()
    assert house.switch.legs_by_id[out].target == ToTrunk("other", "75551234")


@pytest.mark.parametrize(("cause", "failed"), [(Cause.TRUNK_FAILED, 1), (Cause.BUSY, 0)])
@paper
async def test_a_trunks_failures_are_counted_and_a_busy_person_is_none(
    house: PaperHouse, cause: Cause, failed: int
) -> None:
    await house.call_from("2001", "75551234")
    await house.hang_up(house.switch.out()[0], cause, Party.CALLEE, 503)
    (trunk, _) = (await house.ask("trunks.list", p.Nothing())).trunks
    assert (trunk.calls, trunk.calls_today, trunk.failed_today) == (0, 1, failed)


@paper
async def test_a_number_that_leads_nowhere_is_unknown(house: PaperHouse) -> None:
    leg = await house.call_in("2999")
    assert house.switch.ended(leg) is Cause.NOT_FOUND


# ---- phones ---------------------------------------------------------------------------------------------------------


@paper
async def test_both_phones_are_in_use_for_as_long_as_their_lines_live(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_from("2002", "2001")
    other = await house.ringing("2001")
    use = house.house.phone_use
    assert use.busy("2001") and use.busy("2002")
    phones = {phone.extension: phone.calls for phone in (await house.ask("phones.list", p.Nothing())).phones}
    assert phones == {"2001": 1, "2002": 1, "2003": 0, "2004": 0}
    await house.hang_up(other)
    assert not use.busy("2001") and not use.busy("2002")
    assert (await house.row(leg)).cause == "busy"


@paper
async def test_an_agent_on_a_call_of_their_own_is_given_none(house: PaperHouse) -> None:
    await house.log_in("alice", "2001")
    await house.register("2002")
    talks = await house.call_from("2001", "2002")
    await house.pick_up("2002")
    assert await house.agent() == "available, other call"
    await house.call_in("4002")
    assert house.switch.out("2001") == []
    await house.hang_up(talks)
    await house.ringing("2001")


async def _dialled(house: PaperHouse, called: str) -> tuple[LegId, LegId]:
    """A caller, and the phone that has answered them."""
    await house.register("2001")
    leg = await house.call_in(called)
    other = await house.ringing("2001")
    house.switch.answered(other)
    await settle()
    return leg, other


def _judged(leg: LegId, verdict: Verdict) -> AnswerJudged:
    return AnswerJudged(StreamId(leg), verdict, "long_greeting", 3000, 3)


@paper
async def test_a_machine_is_hung_up_on_and_the_caller_goes_on(house: PaperHouse) -> None:
    leg, other = await _dialled(house, "4011")
    assert house.desk.streams[StreamId(other)].judged == AnswerParameters()
    await after(3)
    house.desk.tell(_judged(other, Verdict.MACHINE))
    await settle()
    assert house.switch.ended(other) is Cause.NORMAL and house.call(leg).line.live
    assert "A machine." in str(house.hears(leg)) or "机器" in str(house.hears(leg))
    await house.hang_up(leg)
    row = await house.row(leg)
    assert [(s.kind, s.ms) for s in row.segments][:2] == [("dial", 0), ("talk", 3000)]


@paper
@pytest.mark.parametrize("verdict", [Verdict.HUMAN, Verdict.SILENCE, Verdict.NOT_SURE])
async def test_whoever_is_no_machine_for_sure_talks_on(house: PaperHouse, verdict: Verdict) -> None:
    leg, other = await _dialled(house, "4011")
    house.desk.tell(_judged(other, verdict))
    await after(10)
    assert house.switch.ended(other) is None
    await house.hang_up(other)
    assert verdict.value in str(house.hears(leg))


@paper(switch=dedent(SITE["switch.yaml"]) + "media: {tones: uk}\n")
async def test_a_caller_hears_ringing_as_in_the_site_s_country(house: PaperHouse) -> None:
    await house.register("2001", "2002")
    leg = await house.call_in("4005")
    await after(3)
    for rings in house.switch.out():
        house.switch.rang(rings)
    await settle()
    ((_, played),) = [item for item in house.desk.played if item[0] == leg][-1:]
    assert [(tone.freqs_hz, tone.on_ms, tone.off_ms) for tone in played if isinstance(tone, Tone)] == [
        ((400.0, 450.0), 400, 200),
        ((400.0, 450.0), 400, 2000),
    ]
    await house.hang_up(leg)


OWN = dedent(SITE["dialplan/main.yaml"]).replace("amd: true", "amd: {greeting: 3000, maximum_number_of_words: 9}")


@paper(switch=dedent(SITE["switch.yaml"]) + "amd: {greeting: 1500, silence_threshold: 256}\n")
async def test_a_site_has_lengths_for_all_its_calls(house: PaperHouse) -> None:
    leg, other = await _dialled(house, "4011")
    assert house.desk.streams[StreamId(other)].judged == AnswerParameters(greeting=1500, silence_threshold=256)
    await house.hang_up(leg)


@paper(switch=dedent(SITE["switch.yaml"]) + "amd: {greeting: 1500, silence_threshold: 256}\n", dialplan=OWN)
async def test_a_dial_s_own_lengths_go_before_the_site_s(house: PaperHouse) -> None:
    leg, other = await _dialled(house, "4011")
    assert house.desk.streams[StreamId(other)].judged == AnswerParameters(
        greeting=3000, silence_threshold=256, maximum_number_of_words=9
    )
    await house.hang_up(leg)


def test_what_can_be_set_is_what_a_call_is_judged_by_and_every_default_may_be_written() -> None:
    only_on_the_desk = {"beep", "end_of_greeting_silence", "beep_wait"}
    assert {*LIMITS, *only_on_the_desk} == {field.name for field in fields(AnswerParameters)}
    assert AmdSection.model_fields.keys() == LIMITS.keys()
    assert AmdSection().parameters({}) == AnswerParameters()
    assert all(low <= getattr(AnswerParameters(), name) <= high for name, (low, high) in LIMITS.items())


@paper
async def test_nobody_is_judged_who_was_not_to_be(house: PaperHouse) -> None:
    _, other = await _dialled(house, "2001")
    assert house.desk.streams[StreamId(other)].judged is None
    house.desk.tell(_judged(other, Verdict.MACHINE))
    await after(1)
    assert house.switch.ended(other) is None
