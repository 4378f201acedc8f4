"""What the socket API's methods answer about a house on paper."""

from __future__ import annotations

import pytest

from apps.api import params as p
from apps.api.protocol import ApiError
from ivr.words import Mistakes
from media.events import EngineBack
from tests.stage.paper.house import PaperHouse, after, paper, settle


@paper
async def test_every_method_of_the_catalogue_is_served(house: PaperHouse) -> None:
    from apps.api import catalogue

    assert set(house.exchange.api.methods) == set(catalogue.SIGNATURES) - set(catalogue.OWN)


@paper
async def test_the_snapshot_is_whole_and_of_one_moment(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    await house.ringing("2001")
    found = await house.ask("snapshot.get", p.Nothing())
    assert found.seq == house.house.hub.seq
    assert [(call.state, call.position) for call in found.calls] == [("ringing", 1)]
    assert {queue.queue: (queue.waiting, queue.ringing) for queue in found.queues}["sales"] == (1, 1)
    assert found.status.calls == 1 and found.status.agents_logged_in == 1 and found.status.phones_registered == 1
    assert {phone.extension: phone.agent for phone in found.phones}["2001"] == "alice"
    await house.hang_up(leg)


@pytest.mark.parametrize(
    ("method", "asked", "says"),
    [
        ("agents.login", p.Login("nobody", "2001"), "no agent nobody"),
        ("agents.login", p.Login("alice", "9999"), "no extension 9999"),
        ("agents.break", p.Break("alice", "rest"), "not logged in"),
        ("agents.ready", p.ByAgent("alice"), "not logged in"),
        ("queues.show", p.ByQueue("none"), "no queue none"),
        ("queues.explain", p.ByCall("none"), "no call none"),
        ("queues.change", p.ChangeClaim("none", 5), "no waiting caller none"),
        ("agents.explain", p.ByAgent("none"), "no agent none"),
        ("calls.hangup", p.ByCall("none"), "no running call none"),
        ("calls.trace", p.TraceOf("none"), "No SIP messages are kept of a call none"),
    ],
)
@paper
async def test_what_is_not_there_is_refused_in_words(house: PaperHouse, method: str, asked: object, says: str) -> None:
    with pytest.raises(ApiError, match=says):
        await house.ask(method, asked)


@paper
async def test_an_agent_logs_in_at_their_own_phone_when_no_other_is_said(house: PaperHouse) -> None:
    assert (await house.ask("agents.login", p.Login("alice"))).extension == "2001"
    path = house.house.site.paths.directory / "agents.yaml"
    path.write_text(path.read_text("utf-8").replace('extension: "2002", ', ""), "utf-8")
    assert (await house.ask("config.reload", p.Nothing())).ok
    with pytest.raises(ApiError, match="bob has no extension of their own"):
        await house.ask("agents.login", p.Login("bob"))


@paper
async def test_a_call_is_shown_while_it_runs_and_after(house: PaperHouse) -> None:
    await house.log_in()
    leg = await house.call_in("4001")
    agent = await house.pick_up("2001")
    asked = p.ByCall(house.call(leg).id)
    live = await house.ask("calls.show", asked)
    assert [(one.role, one.peer) for one in live.legs] == [
        ("caller", "trunk carrier 13800138000"),
        ("callee", "phone 2001"),
    ]
    assert live.recording_id and live.recordings == [live.recording_id]
    await house.hang_up(agent)
    await after(3)
    past = await house.ask("calls.show", asked)
    assert (past.state, past.cause, past.fault) == ("ended", "normal", "callee")


@paper
async def test_an_engine_that_is_back_is_told(house: PaperHouse) -> None:
    house.desk.lose_engine()
    await settle()
    house.desk.tell(EngineBack("e1"))
    await settle()
    assert [data["state"] for data in house.told("engine.changed")] == ["lost", "running"]


@paper
async def test_a_break_and_its_reason_are_seen_and_told(house: PaperHouse) -> None:
    await house.log_in()
    info = await house.ask("agents.break", p.Break("alice", "rest"))
    assert (info.presence, info.reason) == ("on break", "rest")
    (sales,) = [queue for queue in (await house.ask("queues.list", p.Nothing())).queues if queue.queue == "sales"]
    assert (sales.agents, sales.on_break, sales.free) == (0, 1, 0)
    assert house.told("agent.changed")[-1]["agent"]["reason"] == "rest"
    assert (await house.ask("agents.ready", p.ByAgent("alice"))).presence == "available"


@paper
async def test_a_wrong_configuration_is_reported_and_not_taken(house: PaperHouse) -> None:
    before = house.house.site
    (before.paths.directory / "queues.yaml").write_text(
        "queues: {sales: {rings: 3}, service: {}, short: {}}\n", "utf-8"
    )
    report = await house.ask("config.reload", p.Nothing())
    assert not report.ok and not report.applied and report.mistakes[0].file == "queues.yaml"
    assert house.house.site is before
    with pytest.raises(Mistakes):
        await house.exchange.reload()


@paper
async def test_a_check_takes_nothing_and_a_reload_does(house: PaperHouse) -> None:
    path = house.house.site.paths.directory / "phones.yaml"
    path.write_text(path.read_text("utf-8") + '  "2009": {secret: not-a-secret-2009}\n'.replace("  ", "  ", 1), "utf-8")
    before = house.house.site
    report = await house.ask("config.check", p.Nothing())
    assert report.ok and house.house.site is before, report.mistakes
    report = await house.ask("config.reload", p.Nothing())
    assert report.changes == ["Phones added: 2009."] and "2009" in house.house.site.phones
    assert house.told("config.reloaded")[-1]["changes"] == report.changes


@paper
async def test_phones_come_and_go_and_the_centre_knows(house: PaperHouse) -> None:
    await house.log_in()
    house.switch.unregister("2001", "expired")
    await settle()
    (alice, _) = (await house.ask("agents.list", p.Nothing())).agents
    assert not alice.reachable
    assert house.told("phone.unregistered") == [{"extension": "2001", "why": "expired"}]
