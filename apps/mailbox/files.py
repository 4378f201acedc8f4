"""The files of a mailbox: which are messages, and what is done with them. Everything here waits for the disk.

    <site>/voicemail/<box>/20261122-040506-<call id>-1.wav          a message
    <site>/voicemail/<box>/20261122-040506-<call id>-1.intro.wav    what who sent it on says before it
    <site>/voicemail/<box>/20261122-040506-<call id>-1.wav.deleted  until the visit is over
    <site>/voicemail/<box>/greeting-busy.wav                        the owner's own

One that is still being recorded, a file that is no message and a symbolic link are left out.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Collection
from pathlib import Path

MOST = 100
HEADER_BYTES = 44
NAME = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)\d\d-((.+)-\d+)\.wav", re.ASCII)
"""As `Recorder.start_message` names them: date and time, the recording's id, the call's."""
DELETED = ".deleted"
GREETINGS = ("unavailable", "busy", "temporary")


def used(voicemail: Path) -> set[str]:
    """Boxes in which there may be messages."""
    try:
        return set(os.listdir(voicemail))
    except OSError:
        return set()


def messages(voicemail: Path, extension: str, running: Collection[str] = ()) -> list[Path]:
    """The newest `MOST` messages of a box, oldest first. `running`: recordings that are not over."""
    box = voicemail.resolve() / extension
    found: list[Path] = []
    try:
        names = sorted(os.listdir(box), reverse=True)
    except OSError:  # nobody has left a message yet
        return []
    for name in names:
        is_message = NAME.fullmatch(name)
        if is_message and is_message[6] not in running and playable(box / name):
            found.append(box / name)
            if len(found) == MOST:
                break
    return found[::-1]


def playable(path: Path) -> bool:
    """A WAV file with sound in it, lying where it seems to lie: no link leads out of the box, or into it."""
    try:
        if path.parent.resolve() != path.parent:
            return False
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            state, head = os.fstat(fd), os.read(fd, 12)
        finally:
            os.close(fd)
    except OSError:
        return False
    return stat.S_ISREG(state.st_mode) and state.st_size > HEADER_BYTES and head[:4] + head[8:] == b"RIFFWAVE"


def introduction(message: Path) -> Path:
    """Where the introduction of a message lies, if it has one."""
    return message.with_suffix(".intro.wav")


def left_at(message: Path) -> str:
    """When it was left, by the site's clock: 2026-11-22 04:05."""
    found = NAME.fullmatch(message.name)
    return f"{found[1]}-{found[2]}-{found[3]} {found[4]}:{found[5]}" if found else ""


def call_of(message: Path) -> str:
    """The call that it was left by."""
    found = NAME.fullmatch(message.name)
    return found[7] if found else ""


def delete(message: Path) -> None:
    """Put it away until `empty`. Raises OSError; one that is gone already is no error."""
    if message.exists():
        message.rename(message.with_name(message.name + DELETED))


def undelete(message: Path) -> bool:
    """Have it back; False when it is gone for good."""
    try:
        message.with_name(message.name + DELETED).rename(message)
    except OSError:
        return False
    return True


def is_deleted(message: Path) -> bool:
    """It was put away, and can be had back."""
    return message.with_name(message.name + DELETED).exists()


def empty(messages: Collection[Path]) -> None:
    """What was put away of these is gone for good. Raises OSError."""
    for message in messages:
        away = message.with_name(message.name + DELETED)
        if away.exists():
            away.unlink(missing_ok=True)
            introduction(message).unlink(missing_ok=True)


def send_on(message: Path, box: Path, spoken: Path | None) -> Path:
    """Copy it into another box, with an introduction if there is one. Raises OSError."""
    box.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = box / message.name
    ahead = spoken or introduction(message)
    if playable(ahead):
        _copy(ahead, introduction(target))
    _copy(message, target)
    return target


def keep(spoken: Path, target: Path) -> None:
    """A recording becomes this file. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _copy(spoken, target)
    spoken.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    """All at once: nobody sees half a file, and nobody's link is followed."""
    beside = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, beside)
    beside.chmod(0o600)
    beside.replace(target)


def greeting(voicemail: Path, extension: str, kind: str) -> Path:
    """Where the owner's greeting of this kind lies, if there is one."""
    return voicemail.resolve() / extension / f"greeting-{kind}.wav"


def greeting_for(voicemail: Path, extension: str, *, busy: bool) -> Path | None:
    """What the owner says to callers now: the temporary one before all others."""
    for kind in ("temporary", "busy" if busy else "unavailable", "unavailable"):
        path = greeting(voicemail, extension, kind)
        if playable(path):
            return path
    return None
