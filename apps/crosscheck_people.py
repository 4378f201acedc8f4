"""Supervisors and studios held against the rest of the site. See crosscheck.py."""

from __future__ import annotations

from apps.crosscheck_files import Files, unknown
from apps.model_supervisors import ADMIN, ALL_TEAMS, BUILT_IN_ROLES
from apps.whole_site import Site
from ivr.document import Place


def supervisors(files: Files, site: Site) -> None:
    """Roles, teams and phones exist; a phone is one supervisor's."""
    doc, phones = files["agents.yaml"], files.names("phones.yaml", "phones")
    roles = None if "agents.yaml" in files.broken else {*BUILT_IN_ROLES, *(files.names("agents.yaml", "roles") or ())}
    teams = {agent.team for agent in site.agents.values() if agent.team} | {ALL_TEAMS}
    seated: dict[str, str] = {}
    for name, supervisor in site.supervisors.items():
        place = ("supervisors", name)
        if name == ADMIN:
            doc.mistake(place, f'No supervisor may be called "{ADMIN}"', "That is who acts on nobody's behalf.")
        unknown(doc, (*place, "role"), "role", supervisor.role, roles, "agents.yaml")
        for index, team in enumerate(supervisor.teams):
            unknown(doc, (*place, "teams", index), "team of agents", team, teams, "agents.yaml")
        if not supervisor.teams:
            doc.mistake(place, f'Supervisor "{name}" watches over nobody', "Name teams, or write teams: all.")
        if supervisor.extension is not None:
            unknown(doc, (*place, "extension"), "phone", supervisor.extension, phones, "phones.yaml")
            if (other := seated.setdefault(supervisor.extension, name)) != name:
                doc.mistake(
                    (*place, "extension"),
                    f'The phone {supervisor.extension} is that of supervisor "{other}", too',
                    "Who keys a star code is known by the phone.",
                )


def studios(files: Files, site: Site) -> None:
    """Phones and music exist."""
    doc, phones = files["queues.yaml"], files.names("phones.yaml", "phones")
    for name, studio in site.studios.items():
        place: Place = ("studios", name)
        for key, extensions in (("hosts", studio.hosts), ("experts", studio.experts)):
            for index, extension in enumerate(extensions):
                unknown(doc, (*place, key, index), "phone", extension, phones, "phones.yaml")
        for extension in set(studio.hosts) & set(studio.experts):
            doc.mistake(place, f'Phone {extension} is host and expert of studio "{name}"', "Keep one.")
        if "switch.yaml" not in files.broken:
            unknown(doc, (*place, "music"), "music class", studio.music, set(site.switch.music), "switch.yaml")
