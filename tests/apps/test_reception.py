"""Who comes in, and where they are sent."""

from __future__ import annotations

from apps.api import params as p
from switch.words import Cause
from tests.stage.paper.house import PaperHouse, after, paper, settle


@paper
async def test_a_phone_is_known_by_its_extension_and_name(house: PaperHouse) -> None:
    leg = await house.call_from("2001", "4010")
    (info,) = (await house.ask("calls.list", p.CallFilter(extension="2001"))).calls
    assert (info.caller, info.caller_name, info.direction, info.extension) == ("2001", "Alice", "internal", "2001")
    await house.hang_up(leg)
    assert (await house.row(leg)).direction == "internal"


@paper
async def test_a_trunks_caller_is_known_by_number_and_trunk(house: PaperHouse) -> None:
    leg = await house.call_in("4010")
    (info,) = (await house.ask("calls.list", p.CallFilter())).calls
    assert (info.caller, info.trunk, info.direction) == ("13800138000", "carrier", "in")
    (carrier, _) = (await house.ask("trunks.list", p.Nothing())).trunks
    assert (carrier.calls, carrier.calls_today, carrier.failed_today) == (1, 1, 0)
    await house.hang_up(leg)
    (carrier, _) = (await house.ask("trunks.list", p.Nothing())).trunks
    assert (carrier.calls, carrier.calls_today) == (0, 1)


@paper
async def test_a_trunk_may_not_go_out_by_a_route_for_phones(house: PaperHouse) -> None:
    leg = await house.call_in("75551234")
    assert house.switch.ended(leg) is Cause.NOT_FOUND and house.switch.out() == []


@paper
async def test_a_call_keeps_the_plan_it_began_with(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    path = house.house.site.paths.dialplan / "main.yaml"
    path.write_text('routes:\n  - {to: "4003", reject: busy}\nscripts: {}\n', "utf-8")
    queues = house.house.site.paths.directory / "queues.yaml"
    assert queues.exists()
    changes = (await house.exchange.reload()).changes
    assert "A new route, to 4003: refused, busy." in " ".join(changes)
    assert house.switch.ended(leg) is None
    await house.key(leg, "2")
    assert house.hears(leg) == "music default"
    assert house.switch.ended(await house.call_in("4003")) is Cause.BUSY


@paper
async def test_a_drain_lets_the_running_calls_finish(house: PaperHouse) -> None:
    leg = await house.call_in("4003")
    house.exchange.stopping.begin(30.0)
    refused = await house.call_in("4010")
    assert house.switch.ended(refused) is Cause.OVERLOAD
    assert (await house.ask("status.get", p.Nothing())).state == "stopping"
    await after(3)
    assert house.switch.ended(leg) is None
    await house.hang_up(leg)
    await settle()
    assert house.told("switch.stopping")[0]["calls"] == 1
