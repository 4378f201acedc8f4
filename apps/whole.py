"""Everything a site's files say: settings, prompts, dialplan; read together, and wrong together.

`zongji check`, start and reload all come here, so that one run shows every mistake of every file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import soundfile

from apps import star_codes
from apps.crosscheck_files import Files
from apps.lookups import code
from apps.reading import meant
from apps.settings import read_site
from apps.whole_site import Site
from ivr import load as dialplan
from ivr import prompts as prompt_files
from ivr.plan import Plan
from ivr.prompts import Prompts
from ivr.words import AnyFunction, AnyName, Known, Mistake, Mistakes


@dataclass(frozen=True, slots=True)
class Whole:
    """A site that can be started."""

    site: Site
    prompts: Prompts
    plan: Plan
    warnings: tuple[Mistake, ...] = ()
    """What is written that no caller meets, or that may not be meant so."""


def load_whole(directory: Path) -> Whole:
    """All of a site. Raises `Mistakes` with every mistake of every file."""
    site, files, mistakes = read_site(directory)
    prompts, wrong_prompts = prompt_files.load(site.paths.prompts, site.switch.languages)
    functions, wrong_code = code.functions(site.paths.directory)
    # What a broken file should have had may be there.
    known = replace(_known(site, files, prompts.names), functions=AnyFunction() if wrong_code else functions)
    wrong: list[Mistake] = [*mistakes, *wrong_prompts, *wrong_code]
    wrong += unplayable(prompts, site.paths.prompts)
    if "switch.yaml" in files.broken:
        # Its languages decide what every text of the dialplan must have.
        raise Mistakes(wrong)
    plan, wrong_plan = dialplan.read_all(site.paths.dialplan, known)
    wrong += wrong_plan
    wrong += hidden_by_star_codes(site, plan)
    wrong += _unknown_hours(site, files, plan)
    if not all(mistake.warning for mistake in wrong):
        raise Mistakes(wrong)
    return Whole(site, prompts, plan, tuple(sorted(wrong)))


def unplayable(prompts: Prompts, directory: Path) -> Iterator[Mistake]:
    """Recorded prompts in which there is no sound: a caller would meet silence."""
    for path in prompts.recordings.values():
        try:
            why = "" if soundfile.info(str(path)).frames else "it is empty"
        except RuntimeError as error:  # what soundfile raises for whatever it cannot read
            why = str(error).rpartition(": ")[2].rstrip(".")
        if why:
            shown = f"{directory.name}/{path.relative_to(directory)}"
            yield Mistake(shown, 1, f"The recording cannot be played: {why}", "Record it anew, as a WAV file.")


def hidden_by_star_codes(site: Site, plan: Plan) -> Iterator[Mistake]:
    """Routes for phones that no call takes, because a star code of the site has their number."""
    for entry in plan.routes:
        numbers = [pattern.text for pattern in entry.to if pattern.exact]
        codes = [star_codes.find(site, number) for number in numbers]
        if (entry.phone or entry.extension) and codes and len(codes) == len(entry.to):
            found = [code.action for code in codes if code is not None]
            if len(found) == len(codes):
                what = f"From a phone {', '.join(numbers)} is the star code for {', '.join(found)}, not this route"
                yield Mistake(entry.file, entry.line, what, "Change one, in switch.yaml or here.", warning=True)


def _unknown_hours(site: Site, files: Files, plan: Plan) -> Iterator[Mistake]:
    """Queues whose opening hours no file of the dialplan has."""
    doc = files["queues.yaml"]
    for name, queue in site.queues.items():
        if queue.hours is not None and queue.hours not in plan.hours:
            mend = meant(queue.hours, sorted(plan.hours)) or "Write them under hours: in a file of the dialplan."
            line = doc.line(("queues", name, "hours"))
            yield Mistake("queues.yaml", line, f'There are no opening hours "{queue.hours}"', mend)


def _known(site: Site, files: Files, prompts: frozenset[str]) -> Known:
    """What the dialplan may name.

    An entry that has a mistake of its own exists all the same, and so may whatever a broken file should have had:
    no second mistake where the dialplan names it.
    """
    known = site.known(prompts)

    def names(key: str, sound: frozenset[str]) -> frozenset[str]:
        file = f"{key}.yaml"
        return AnyName() if file in files.broken else sound | (files.names(file, key) or set())

    phones = names("phones", known.extensions)
    return replace(
        known,
        extensions=phones,
        mailboxes=phones,
        queues=names("queues", known.queues),
        studios=_in_queues_yaml(files, "studios", known.studios),
        trunks=names("trunks", known.trunks),
        scripts=AnyName() if "queues.yaml" in files.broken else known.scripts,
    )


def _in_queues_yaml(files: Files, key: str, sound: frozenset[str]) -> frozenset[str]:
    return AnyName() if "queues.yaml" in files.broken else sound | (files.names("queues.yaml", key) or set())
