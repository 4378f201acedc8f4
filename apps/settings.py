"""A site: everything its YAML says, checked, and turned into what each hall is told.

`load_site` reads switch.yaml, trunks.yaml, phones.yaml, agents.yaml and queues.yaml. It either returns a whole
site or raises `ivr.words.Mistakes` with every mistake of every file at once; there is no half-read site.

Deliberately absent: the dialplan (ivr/load.py), making a new site (site.py), the checks across files (crosscheck.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from acd.settings import AGEING
from apps.crosscheck import crosscheck
from apps.crosscheck_files import Files
from apps.fields import digit, extension, name
from apps.model_centre import AGEING_READ, AgentEntry, BreakEntry, QueueEntry
from apps.model_lines import OutboundEntry, PhoneEntry, TrunkEntry
from apps.model_studio import StudioEntry
from apps.model_supervisors import RoleEntry, SupervisorEntry
from apps.model_switch import SwitchFile
from apps.reading import check_top, keys_of, read_entries, read_entry, read_list, read_value
from apps.vip import VipEntry
from apps.whole_site import Site, SitePaths
from ivr import document
from ivr.words import Mistake, Mistakes

__all__ = ["FILES", "Site", "SitePaths", "load_site", "read_site"]

FILES: Mapping[str, tuple[str, ...]] = {
    "switch.yaml": tuple(keys_of(SwitchFile)),
    "trunks.yaml": ("trunks", "outbound"),
    "phones.yaml": ("phones",),
    "agents.yaml": ("agents", "breaks", "supervisors", "roles"),
    "queues.yaml": ("queues", "vip", "ageing", "studios"),
}
"""A site's files but the dialplan, and the keys at the top of each."""


def load_site(directory: Path) -> Site:
    """The site in a directory. Raises `Mistakes` with all there are."""
    site, _, mistakes = read_site(directory)
    if not all(mistake.warning for mistake in mistakes):
        raise Mistakes(mistakes)
    return site


def read_site(directory: Path) -> tuple[Site, Files, list[Mistake]]:
    """The site as far as it can be read, its documents, and every mistake in them."""
    directory = directory.absolute()
    docs = {file: document.read(directory / file, file) for file in FILES}
    files = Files(docs, broken=frozenset(file for file, doc in docs.items() if doc.broken))
    for file, doc in docs.items():
        if file != "switch.yaml":  # read by one model, which knows its keys
            check_top(doc, FILES[file])
    switch = read_entry(docs["switch.yaml"], (), docs["switch.yaml"].data, SwitchFile, "switch.yaml") or SwitchFile()
    site = Site(
        paths=_paths(directory, switch),
        switch=switch,
        trunks=read_entries(docs["trunks.yaml"], "trunks", TrunkEntry, "trunk", name),
        outbound=read_list(docs["trunks.yaml"], "outbound", OutboundEntry, "outbound rule"),
        phones=read_entries(docs["phones.yaml"], "phones", PhoneEntry, "phone", extension),
        agents=read_entries(docs["agents.yaml"], "agents", AgentEntry, "agent", name),
        queues=read_entries(docs["queues.yaml"], "queues", QueueEntry, "queue", name),
        vip=read_list(docs["queues.yaml"], "vip", VipEntry, "important caller"),
        ageing=read_value(docs["queues.yaml"], "ageing", AGEING_READ, AGEING),
        studios=read_entries(docs["queues.yaml"], "studios", StudioEntry, "studio", name),
        supervisors=read_entries(docs["agents.yaml"], "supervisors", SupervisorEntry, "supervisor", name),
        roles=read_entries(docs["agents.yaml"], "roles", RoleEntry, "role", name),
        breaks=read_entries(docs["agents.yaml"], "breaks", BreakEntry, "break", digit),
    )
    crosscheck(files, site)
    return site, files, [mistake for doc in docs.values() for mistake in doc.mistakes]


def _paths(directory: Path, switch: SwitchFile) -> SitePaths:
    paths = switch.paths
    return SitePaths(
        directory=directory,
        run=directory / paths.run,
        socket=directory / paths.socket,
        database=directory / paths.database,
        recordings=directory / paths.recordings,
        voicemail=directory / paths.voicemail,
        cache=directory / paths.cache,
        prompts=directory / paths.prompts,
        music=directory / paths.music,
    )
