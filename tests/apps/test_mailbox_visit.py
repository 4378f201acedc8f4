"""More of a visit to a mailbox: who may in, folders, sending on, greetings, steering; and what the API tells."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from apps.api import params as p
from apps.mailbox.texts import TEXTS, envelope
from media.words import StreamId
from switch.words import LegId
from tests.apps.test_mailbox import KEYS, MENU, WAV, box, hears, opened, put, says_goodbye, until_open
from tests.stage.paper.house import PaperHouse, after, paper, settle

PHONES = """
    phones:
      "2001": {name: Alice, secret: not-a-secret-2001, mailbox_pin: "4711"}
      "2002": {name: Bob, secret: not-a-secret-2002}
      "2003": {name: Carol, secret: not-a-secret-2003}
      "2004": {name: Front, secret: not-a-secret-2004}
"""
PLAN = """
    routes: [{to: "4001", do: messages}, {to: "4002", do: message}]
    scripts:
      messages: [{mailbox: {refused: [{say: {en: "Refused.", zh: "拒绝。"}}]}}]
      message: [{voicemail: "2002"}]
"""
EN = {name: texts["en"] for name, texts in TEXTS.items()}


async def says(house: PaperHouse, leg: LegId, name: str, keys: str = "") -> None:
    """The phone hears one text, and keys these."""
    await house.until_hears(leg, EN[name])
    await house.key(leg, keys)


async def counts(house: PaperHouse, extension: str) -> tuple[int, int]:
    found = await house.ask("mailboxes.show", p.ByMailbox(extension))
    saved = sum(message.saved for message in found.messages)
    return len(found.messages) - saved, saved


@paper(phones=PHONES, dialplan=PLAN)
async def test_from_outside_number_and_pin_open_a_mailbox_and_the_books_see_no_pin(house: PaperHouse) -> None:
    put(box(house), 4)
    leg = await house.call_in("4001")
    await says(house, leg, "ask box", "2001#")
    await says(house, leg, "ask pin")
    assert house.desk.streams[StreamId(leg)].hidden
    await house.key(leg, "4711#")
    await hears(house, leg, "You have one message.")
    assert not house.desk.streams[StreamId(leg)].hidden


@paper(phones=PHONES, dialplan=PLAN)
async def test_three_wrong_pins_are_enough_and_nine_close_the_mailbox(house: PaperHouse) -> None:
    for pins in (("1", "2", "3"), ("", "4712", "4"), ("5", "6", "7")):
        leg = await house.call_in("4001")
        for pin in pins:
            await says(house, leg, "ask box", "2001#")
            await says(house, leg, "ask pin", f"{pin}#")
            await says(house, leg, "wrong")
            await after(2)
        await house.until_hears(leg, "Refused.")
        await after(3)
        assert house.switch.ended(leg) is not None
    leg = await house.call_in("4001")
    await says(house, leg, "ask box", "2001#")
    await says(house, leg, "ask pin", "4711#")
    await says(house, leg, "wrong")
    await house.hang_up(leg)
    await after(901)
    leg = await house.call_in("4001")
    await says(house, leg, "ask box", "2001#")
    await says(house, leg, "ask pin", "4711#")
    await hears(house, leg, "You have no messages.")


@pytest.mark.parametrize("number", ["2002", "9999", "../2001", ""])
@paper(phones=PHONES, dialplan=PLAN)
async def test_a_mailbox_without_a_pin_is_open_to_nobody_from_outside(house: PaperHouse, number: str) -> None:
    leg = await house.call_in("4001")
    for _ in range(3):
        await says(house, leg, "ask box", f"{''.join(filter(str.isdigit, number))}#")
        await says(house, leg, "ask pin", "#")
        await says(house, leg, "wrong")
        await after(2)
    await house.until_hears(leg, "Refused.")


@paper(phones=PHONES, dialplan=PLAN)
async def test_at_its_own_phone_a_mailbox_with_a_pin_asks_for_it(house: PaperHouse) -> None:
    leg = await house.call_from("2001", "*97")
    await says(house, leg, "ask pin", "4711#")
    await hears(house, leg, "You have no messages.")
    leg = await house.call_from("2002", "*98")
    await says(house, leg, "ask box", "2001#")
    await says(house, leg, "ask pin", "4711#")
    await hears(house, leg, "You have no messages.")


@paper
async def test_what_was_heard_is_saved_and_the_counts_are_told(house: PaperHouse) -> None:
    put(box(house), 4, 9)
    leg = await opened(house, "You have two messages.")
    await hears(house, leg, "Message one.", "20260104-030405-call4-1.wav", KEYS)
    await house.key(leg, "2")
    await hears(house, leg, "Message two.", "20260109-030405-call9-1.wav", KEYS)
    await house.hang_up(leg)
    await asyncio.to_thread(lambda: None)
    assert await counts(house, "2001") == (1, 1)
    for _ in range(200):
        await settle()
        if house.told("mailbox.changed"):
            break
        await asyncio.to_thread(time.sleep, 0.005)
    assert house.told("mailbox.changed")[-1] == {"mailbox": "2001", "new": 1, "saved": 1}
    leg = await house.call_from("2001", "*97")
    await until_open(house, leg)
    await hears(house, leg, "You have one message.", "You have one saved message.")
    await house.key(leg, "#")
    await hears(house, leg, MENU)
    await house.key(leg, "2")
    await hears(house, leg, "Message one.", "20260104-030405-call4-1.wav", KEYS)


@paper
async def test_what_is_deleted_can_be_had_back_until_the_visit_is_over(house: PaperHouse) -> None:
    first, second = put(box(house), 4, 9)
    leg = await opened(house, "You have two messages.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "7")
    await says(house, leg, "deleted")
    await after(2)
    await hears(house, leg, "Message two.", second.name, KEYS)
    assert not first.exists()
    await house.key(leg, "3")
    await says(house, leg, "was deleted", "7")
    await says(house, leg, "back")
    await after(2)
    await hears(house, leg, "Message one.", first.name, KEYS)
    assert first.exists()
    await house.key(leg, "*")
    await says_goodbye(house, leg, menu=False)
    assert first.exists() and second.exists()


@paper
async def test_keys_steer_a_message_while_it_plays(house: PaperHouse) -> None:
    (first,) = put(box(house), 4)
    leg = await opened(house, "You have one message.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "4655")
    assert [what for _, what in house.desk.steered] == ["skip -5000", "skip 5000", "speed 1.5", "speed 2"]
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "0")
    await house.until_hears(leg, envelope("2026-01-04 03:04", "", "en"))


@paper
async def test_a_message_is_sent_on_with_an_introduction(house: PaperHouse) -> None:
    (first,) = put(box(house), 4)
    leg = await opened(house, "You have one message.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "8")
    await says(house, leg, "send to", "2001#")
    await says(house, leg, "no such box")
    await after(2)
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "8")
    await says(house, leg, "send to", "2002#")
    await says(house, leg, "introduce", "1")
    await speak(house, leg)
    await house.until_hears(leg, "To keep it, three.")
    await house.key(leg, "3")
    await says(house, leg, "sent")
    found = await house.ask("mailboxes.show", p.ByMailbox("2002"))
    assert [(message.sent_by, message.saved) for message in found.messages] == [("2001", False)]
    copy = Path(found.messages[0].path)
    assert copy.parent.name == "2002"
    assert [content(path) for path in (copy, copy.with_suffix(".intro.wav"), first)] == [WAV] * 3
    await house.hang_up(leg)
    leg = await opened(house, "You have one message.", "2002")
    await hears(house, leg, "Message one.", copy.with_suffix(".intro.wav").name, copy.name, KEYS)


def content(path: Path) -> bytes:
    return path.read_bytes()


async def speak(house: PaperHouse, leg: LegId) -> None:
    """Say something after the tone, and press #."""
    await says(house, leg, "speak")
    await after(2.6)
    (recording,) = house.desk.recordings.values()
    recording.path.parent.mkdir(parents=True, exist_ok=True)
    recording.path.write_bytes(WAV)
    await house.speaks(leg, True)
    await after(3)
    await house.key(leg, "#")


@paper(dialplan=PLAN)
async def test_the_owners_greeting_is_heard_until_it_is_removed(house: PaperHouse) -> None:
    leg = await house.call_from("2002", "*97")
    await until_open(house, leg)
    await hears(house, leg, "You have no messages.")
    await after(2)
    await says(house, leg, "menu", "3")
    await says(house, leg, "greetings", "1")
    await says(house, leg, "greeting", "2")
    await speak(house, leg)
    await house.until_hears(leg, "To keep it, three.")
    await house.key(leg, "3")
    await says(house, leg, "kept greeting")
    await after(2)
    found = await house.ask("mailboxes.show", p.ByMailbox("2002"))
    assert (found.greetings, found.messages) == (["unavailable"], [])
    caller = await house.call_in("4002")
    await house.until_hears(caller, "greeting-unavailable.wav")
    await says(house, leg, "greeting", "3")
    await says(house, leg, "removed")
    other = await house.call_in("4002")
    await house.until_hears(other, "leave your message")
