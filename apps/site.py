"""Making a new site: the default configuration, with secrets of its own.

The template has no secret in it: every phone's and every agent's is drawn here. Directories are made for their
owner alone (0700), and files that hold secrets, too (0600).

Deliberately absent: reading a site (settings.py), starting one (supervisor.py).
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from apps.settings import FILES, load_site
from apps.whole_site import Site
from ivr.words import Mistakes

SECRET_BYTES = 18
"""Of chance in a phone's secret: 24 characters."""
PIN_DIGITS = 6


class SiteError(Exception):
    """A site cannot be made; one sentence."""


def default_config() -> Path:
    """Where the default configuration is: beside the packages, or where `pip install` put it.

    Its neighbour `prompts` has the default prompts."""
    for candidate in (Path(__file__).resolve().parent.parent / "config", Path(sys.prefix) / "share/zongji/config"):
        if (candidate / "switch.yaml").is_file():
            return candidate
    raise SiteError("The default configuration is missing; install Zongji again.")


def create_site(directory: Path, *, settings: Mapping[str, str] | None = None) -> Site:
    """A new site in `directory`, which is made if need be and must hold no site yet; returned as read.

    `settings` replaces values of switch.yaml in place: dotted key to YAML text, as in
    {"sip.listen": '["udp 127.0.0.1:5070"]', "media.ip": "127.0.0.1"}; each key must be in the template.
    Raises `SiteError`.
    """
    source = default_config()
    present = [name for name in FILES if (directory / name).exists()]
    if present:
        raise SiteError(f"There is a site in {directory} already ({', '.join(present)}).")
    texts = {file: _filled(file, (source / file).read_text("utf-8"), settings or {}) for file in FILES}
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, text in texts.items():
            _write(directory / file, text)
        _copy_tree(source / "dialplan", directory / "dialplan")
        site = load_site(directory)
        _copy_tree(source.parent / "prompts", site.paths.prompts)
        for path in (site.paths.run, site.paths.recordings, site.paths.voicemail, site.paths.cache,
                     site.paths.prompts, site.paths.music, site.paths.database.parent):  # fmt: skip
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except Mistakes as error:
        # Nobody could start it, and nobody could make it again: take it back.
        for file in FILES:
            (directory / file).unlink(missing_ok=True)
        raise SiteError(f"A site in {directory} would not start: {error.mistakes[0]}") from error
    except OSError as error:
        raise SiteError(f"A site cannot be made in {directory}: {error.strerror}.") from error
    return site


def _filled(file: str, text: str, settings: Mapping[str, str]) -> str:
    if file == "phones.yaml":
        return re.sub(r'(?<=\bsecret: )""', lambda _: f'"{secrets.token_urlsafe(SECRET_BYTES)}"', text)
    if file == "agents.yaml":
        return re.sub(r'(?<=\bpin: )""', lambda _: f'"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"', text)
    if file == "switch.yaml":
        for key, value in settings.items():
            text = _replaced(text, key, value)
    return text


def _replaced(text: str, key: str, value: str) -> str:
    """The YAML text with the value of one dotted key replaced, comments kept."""
    section, _, last = key.rpartition(".")
    lines = text.split("\n")
    inside = not section
    for index, line in enumerate(lines):
        if section and re.match(rf"{re.escape(section)}:\s*(#.*)?$", line):
            inside = True
        elif section and re.match(r"\S", line) and not line.startswith("#"):
            inside = False
        indent = "  " if section else ""
        if inside and re.match(rf"{indent}{re.escape(last)}:(\s|$)", line):
            lines[index] = f"{indent}{last}: {value}"
            return "\n".join(lines)
    raise SiteError(f"The template of switch.yaml has no key {key}.")


def _write(path: Path, text: str) -> None:
    # Created with its mode, not changed afterwards: a secret is readable by nobody else at any moment.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def _copy_tree(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not source.is_dir():
        return
    for path in sorted(source.iterdir()):
        if path.is_file():
            shutil.copyfile(path, target / path.name)
            (target / path.name).chmod(0o600)
