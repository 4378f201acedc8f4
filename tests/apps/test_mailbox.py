"""The mailbox of one's own phone: what is played, what the keys do, what is never played."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from apps import prompter, star_codes
from apps.api import params as p
from apps.mailbox import files, visit
from apps.mailbox.texts import TEXTS, static_texts
from switch.words import LegId
from tests.stage.paper.house import PaperHouse, after, paper, settle

WAV = b"RIFF\x34\0\0\0WAVE" + bytes(48)
KEYS = TEXTS["keys"]["en"]
MENU = TEXTS["menu"]["en"]


def box(house: PaperHouse, extension: str = "2001") -> Path:
    directory = house.house.site.paths.voicemail / extension
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def put(directory: Path, *days: int) -> list[Path]:
    """Messages of these days of January."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"202601{day:02}-030405-call{day}-1.wav" for day in days]
    for path in paths:
        path.write_bytes(WAV)
    return paths


async def hears(house: PaperHouse, leg: LegId, *texts: str) -> None:
    """The phone hears exactly this, as soon as the disk has been read: threads run in real time."""
    expected = " ".join(("play", *texts))
    for _ in range(2000):
        await settle()
        if house.hears(leg) == expected:
            return
        await asyncio.to_thread(time.sleep, 0.001)
    assert house.hears(leg) == expected


async def opened(house: PaperHouse, count: str, extension: str = "2001") -> LegId:
    """*97 is dialled, and this is how many there are; the count has been said."""
    leg = await house.call_from(extension, "*97")
    await until_open(house, leg)
    await hears(house, leg, count)
    await after(2)
    return leg


async def until_open(house: PaperHouse, leg: LegId) -> None:
    for _ in range(2000):
        await settle()
        if leg in house.desk.streams:
            return
        await asyncio.to_thread(time.sleep, 0.001)


async def says_goodbye(house: PaperHouse, leg: LegId, *, menu: bool = True) -> None:
    """After the menu, in which nothing is chosen."""
    if menu:
        await hears(house, leg, MENU)
        await after(2 + prompter.KEY_S)
    await hears(house, leg, "Goodbye.")
    await after(2)
    assert house.switch.ended(leg) is not None


def played(house: PaperHouse, leg: LegId) -> list[str]:
    return [what for what in house.said(leg) if what.endswith(".wav")]


@paper
async def test_an_empty_mailbox_says_so(house: PaperHouse) -> None:
    await says_goodbye(house, await opened(house, "You have no messages."))


@paper
async def test_messages_are_played_oldest_first_without_a_key(house: PaperHouse) -> None:
    second, first = put(box(house), 9, 4)
    leg = await opened(house, "You have two messages.")
    for number, path in (("one", first), ("two", second)):
        await hears(house, leg, f"Message {number}.", path.name, KEYS)
        await after(6 + visit.KEY_S)
    await says_goodbye(house, leg)
    assert first.exists() and second.exists()
    assert (await house.kinds(leg)) == ["menu"]


@pytest.mark.parametrize("seconds", [1, 3, 6, 8])
@paper
async def test_keys_count_during_a_message_and_after_it(house: PaperHouse, seconds: float) -> None:
    first, second = put(box(house), 4, 9)
    leg = await opened(house, "You have two messages.")
    for key, number, path in (("1", "one", first), ("2", "two", second)):
        await hears(house, leg, "Message one.", first.name, KEYS)
        await after(seconds)
        await house.key(leg, key)
        await hears(house, leg, f"Message {number}.", path.name, KEYS)
    await house.key(leg, "5")
    await hears(house, leg, "Message two.", second.name, KEYS)
    await house.key(leg, "*")
    await says_goodbye(house, leg, menu=False)


@paper
async def test_a_deleted_message_is_gone_and_its_row_stays(house: PaperHouse) -> None:
    caller = await house.call_in("4004")
    await house.until_hears(caller, "leave your message")
    await after(3)
    await house.hang_up(caller)
    (recording,) = house.desk.past.values()
    recording.path.parent.mkdir(parents=True, exist_ok=True)
    recording.path.write_bytes(WAV)
    leg = await opened(house, "You have one message.", "2004")
    await hears(house, leg, "Message one.", recording.path.name, KEYS)
    await house.key(leg, "7")
    await hears(house, leg, "The message is deleted.")
    await after(2)
    await says_goodbye(house, leg)
    assert not recording.path.exists()
    row = await house.ask("recordings.info", p.ByRecording(caller.rpartition(".")[0]))
    assert row.mailbox == "2004" and not row.present


@paper
async def test_a_key_pressed_twice_deletes_one_message(house: PaperHouse) -> None:
    first, second = put(box(house), 4, 9)
    leg = await opened(house, "You have two messages.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.key(leg, "77")
    await hears(house, leg, "The message is deleted.")
    await house.key(leg, "7")
    await after(2)
    await hears(house, leg, "Message two.", second.name, KEYS)
    assert second.exists() and not first.exists()


@paper
async def test_a_message_that_cannot_be_deleted_is_said_to_be_kept(
    house: PaperHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = put(box(house), 4)
    leg = await opened(house, "You have one message.")
    await hears(house, leg, "Message one.", first.name, KEYS)

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", refuse)
        await house.key(leg, "7")
        await hears(house, leg, "The message could not be deleted.")
    await after(2)
    await says_goodbye(house, leg)


@paper
async def test_star_leaves_while_the_count_is_said(house: PaperHouse) -> None:
    put(box(house), 4)
    leg = await house.call_from("2001", "*97")
    await until_open(house, leg)
    await hears(house, leg, "You have one message.")
    await house.key(leg, "*")
    await says_goodbye(house, leg, menu=False)
    assert not played(house, leg)


@paper
async def test_who_hangs_up_deletes_nothing(house: PaperHouse) -> None:
    (first,) = put(box(house), 4)
    leg = await opened(house, "You have one message.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    await house.hang_up(leg)
    assert first.exists()


@paper
async def test_nobody_hears_the_messages_of_another(house: PaperHouse) -> None:
    put(box(house, "2002"), 4)
    await says_goodbye(house, await opened(house, "You have no messages."))
    leg = await house.call_in("*97")
    assert (await house.row(leg)).cause == "not_found"


@paper
async def test_a_message_deleted_meanwhile_is_passed_over(house: PaperHouse) -> None:
    first, second, third = put(box(house), 4, 5, 6)
    leg = await opened(house, "You have three messages.")
    await hears(house, leg, "Message one.", first.name, KEYS)
    second.unlink()
    await house.key(leg, "2")
    await hears(house, leg, "Message three.", third.name, KEYS)


@paper
async def test_a_message_that_is_being_recorded_is_not_offered(house: PaperHouse) -> None:
    await house.until_hears(await house.call_in("4004"), "leave your message")
    await after(3)
    (recording,) = house.desk.recordings.values()
    recording.path.parent.mkdir(parents=True, exist_ok=True)
    recording.path.write_bytes(WAV)
    await says_goodbye(house, await opened(house, "You have no messages.", "2004"))


@paper(switch='languages: [zh, en]\ntime_zone: UTC\nsip: {public_ip: "192.0.2.10"}\n')
async def test_it_speaks_the_sites_first_language(house: PaperHouse) -> None:
    first, _ = put(box(house), 4, 5)
    leg = await opened(house, "您有两条留言。")
    await hears(house, leg, "第一条。", first.name, TEXTS["keys"]["zh"])


def test_only_messages_are_offered(tmp_path: Path) -> None:
    kept, empty, foreign, locked = put(tmp_path / "2001", 4, 5, 6, 7)
    empty.write_bytes(WAV[:44])
    foreign.write_bytes(b"ID3" + bytes(100))
    locked.unlink()
    locked.mkdir()
    os.mkfifo(kept.with_name("20260108-030405-call-1.wav"))
    for name in ("notes.txt", "loud.wav", f"{kept.name}.wide", f".{kept.name}"):
        kept.with_name(name).write_bytes(WAV)
    assert files.messages(tmp_path, "2001") == [kept]
    assert files.messages(tmp_path, "2002") == []


def test_a_link_is_never_a_message(tmp_path: Path) -> None:
    root = tmp_path / "voicemail"
    (kept,) = put(root / "2001", 4)
    (outside,) = put(tmp_path / "elsewhere", 5)
    kept.with_name(outside.name).symlink_to(outside)
    (root / "2002").symlink_to(tmp_path / "elsewhere")
    (root / "2003").symlink_to(root / "2001")
    assert [files.messages(root, box) for box in ("2001", "2002", "2003")] == [[kept], [], []]


def test_a_voicemail_directory_may_itself_be_a_link(tmp_path: Path) -> None:
    (kept,) = put(tmp_path / "data" / "2001", 4)
    (tmp_path / "voicemail").symlink_to(tmp_path / "data")
    assert files.messages(tmp_path / "voicemail", "2001") == [kept]


def test_of_many_messages_the_newest_are_offered_oldest_first(tmp_path: Path) -> None:
    names = [f"20260101-{minute // 60:02}{minute % 60:02}00-call-1.wav" for minute in range(130)]
    (tmp_path / "2001").mkdir()
    for name in names:
        (tmp_path / "2001" / name).write_bytes(WAV)
    assert [path.name for path in files.messages(tmp_path, "2001")] == names[30:]


def test_what_it_says_is_rendered_ahead() -> None:
    ahead = star_codes.static_texts(("zh", "en"))
    assert {("您没有留言。", "zh"), ("Message one.", "en"), ("Goodbye.", "en"), ("再见。", "zh")} <= ahead
    assert ("Goodbye.", "en") in static_texts(("fr",)), "a language without texts is spoken to in English"
