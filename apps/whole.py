"""Everything a site's files say: settings, prompts, dialplan; read together, and wrong together.

`zongji check`, start and reload all come here, so that one run shows every mistake of every file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from apps.settings import read_site
from apps.whole_site import Site
from ivr import load as dialplan
from ivr import prompts as prompt_files
from ivr.plan import Plan
from ivr.prompts import Prompts
from ivr.words import Mistake, Mistakes


@dataclass(frozen=True, slots=True)
class Whole:
    """A site that can be started."""

    site: Site
    prompts: Prompts
    plan: Plan


def load_whole(directory: Path) -> Whole:
    """All of a site. Raises `Mistakes` with every mistake of every file."""
    site, files, mistakes = read_site(directory)
    prompts, wrong_prompts = prompt_files.load(site.paths.prompts, site.switch.languages)
    known = site.known(prompts.names)
    # An entry that has a mistake of its own exists all the same: no second mistake where the dialplan names it.
    phones, queues, trunks = (files.names(f"{key}.yaml", key) or set() for key in ("phones", "queues", "trunks"))
    known = replace(
        known,
        extensions=known.extensions | phones,
        mailboxes=known.mailboxes | phones,
        queues=known.queues | queues,
        trunks=known.trunks | trunks,
    )
    wrong: list[Mistake] = [*mistakes, *wrong_prompts]
    if files.broken:
        # What a broken file names cannot be known; the dialplan's own forms can still be checked once it is mended.
        raise Mistakes(wrong)
    wrong += dialplan.mistakes(site.paths.dialplan, known)
    if wrong:
        raise Mistakes(wrong)
    return Whole(site, prompts, dialplan.load(site.paths.dialplan, known))
