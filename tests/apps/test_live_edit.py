"""A dialplan edited while calls run: taken at one instant or not at all, told in full, and rendered by need."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from apps import exchange as exchange_module
from apps.api import params as p
from apps.whole import Whole, load_whole
from apps.whole_site import Site
from ivr.words import Mistakes
from switch.words import Cause
from tests.stage.paper.house import PaperHouse, after, paper, settle

EDITED = """
routes:
  - {to: "4003", do: ask}
  - {to: "4009", reject: declined}
scripts:
  ask:
    - label: choose
      menu:
        say: {en: "Press three.", zh: "请按三。"}
        keys: {"3": [{say: {en: "Three.", zh: "三。"}}]}
        timeout: 5
        retries: 1
        no_input: {hangup: busy}
        no_match: {hangup: busy}
"""


def dialplan(house: PaperHouse) -> Path:
    return house.house.site.paths.dialplan / "main.yaml"


@paper
async def test_a_call_in_a_menu_ends_on_the_plan_it_began_with(house: PaperHouse) -> None:
    old = await house.call_in("4003")
    await after(0.5)
    dialplan(house).write_text(EDITED, "utf-8")
    assert (await house.ask("config.reload", p.Nothing())).ok
    new = await house.call_in("4003")
    await after(0.5)
    assert "Press one" in house.hears(old) and "Press three" in house.hears(new)
    await house.key(old, "2")
    await house.key(new, "2")
    assert house.hears(old) == "music default"
    assert "Press three" in house.hears(new), "2 is no key of the new menu: it asks again"
    assert house.switch.ended(await house.call_in("4009")) is Cause.DECLINED


@paper
async def test_a_queues_old_answer_leads_to_the_old_script(house: PaperHouse) -> None:
    """And not to one that only the new plan has."""
    leg = await house.call_in("4003")
    site = house.house.site
    dialplan(house).write_text(EDITED, "utf-8")
    await house.exchange.reload()
    assert house.house.site is not site
    await house.key(leg, "1")  # sales, where nobody is logged in
    await after(3)
    assert house.switch.ended(leg) is not Cause.ERROR


@paper
async def test_calls_go_on_while_the_configuration_is_read(house: PaperHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(directory: Path) -> Whole:
        loop.call_soon_threadsafe(reading.set)
        _real_sleep(0.3)
        return load_whole(directory)

    monkeypatch.setattr(exchange_module, "load_whole", slow)
    dialplan(house).write_text(EDITED, "utf-8")
    reload = asyncio.ensure_future(house.exchange.reload())
    await reading.wait()
    leg = await house.call_in("4003")
    assert not reload.done() and "Press one" in house.hears(leg), "the old plan serves until the new one is read"
    await reload
    assert "Press three" in house.hears(await house.call_in("4003"))


_real_sleep = time.sleep


@paper
async def test_two_reloads_at_once_are_taken_one_after_the_other(house: PaperHouse) -> None:
    dialplan(house).write_text(EDITED, "utf-8")
    first, second = await asyncio.gather(house.exchange.reload(), house.exchange.reload())
    assert first.changes and not second.changes


@paper
async def test_a_broken_edit_says_every_mistake_and_changes_nothing(house: PaperHouse) -> None:
    one = house.house
    before = (one.site, one.plan, one.prompts, one.routes)
    dialplan(house).write_text(EDITED.replace("hangup: busy", "hangup: bsy").replace("do: ask", "do: aks"), "utf-8")
    report = await house.ask("config.reload", p.Nothing())
    assert not report.ok and not report.applied
    assert [(mistake.line, mistake.warning) for mistake in report.mistakes] == [
        (3, False), (13, False), (14, False)]  # fmt: skip
    assert all(now is then for now, then in zip((one.site, one.plan, one.prompts, one.routes), before, strict=True))
    assert not house.told("config.reloaded")
    with pytest.raises(Mistakes):
        await house.exchange.reload()
    assert "Press one" in house.hears(await house.call_in("4003"))


@paper
async def test_what_fails_after_reading_changes_nothing_either(
    house: PaperHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(self: Site) -> None:
        raise RuntimeError("no such luck")

    before = (house.house.site, house.house.plan)
    dialplan(house).write_text(EDITED, "utf-8")
    monkeypatch.setattr(Site, "centre_settings", fails)
    with pytest.raises(RuntimeError):
        await house.exchange.reload()
    assert (house.house.site, house.house.plan) == before


@paper
async def test_new_texts_are_rendered_what_callers_need_first_first(house: PaperHouse) -> None:
    house.voice.prepared.clear()
    dialplan(house).write_text(EDITED, "utf-8")
    await house.exchange.reload()
    await settle()
    assert house.voice.prepared[:4] == [
        ("Press three.", "en"), ("请按三。", "zh"), ("Three.", "en"), ("三。", "zh")]  # fmt: skip


@paper
async def test_every_difference_is_told(house: PaperHouse) -> None:
    text = dialplan(house).read_text("utf-8")
    edited = text.replace("Press one or two.", "Press 1 or 2.").replace(
        '{to: "4009", reject: busy}', '{to: "4009", reject: declined}'
    )
    dialplan(house).write_text(edited, "utf-8")
    path = house.house.site.paths.directory / "phones.yaml"
    path.write_text(path.read_text("utf-8").replace("not-a-secret-2001", "not-a-secret-9999"), "utf-8")
    checked = await house.ask("config.check", p.Nothing())
    done = await house.ask("config.reload", p.Nothing())
    assert checked.changes == done.changes and not checked.applied and done.applied
    assert done.changes == [
        "Phones changed: 2001 (secret).",
        "dialplan/main.yaml:13: A new route, to 4009: refused, declined.",
        "A route is gone, to 4009: refused, busy.",
        "dialplan/main.yaml:21: ask.choose: say is “Press 1 or 2.”, was “Press one or two.”.",
    ]
    assert "9999" not in str(done)
    assert house.told("config.reloaded")[-1]["changes"] == done.changes
