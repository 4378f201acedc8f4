"""What one file says about another, and what no single value shows: the checks over a whole site.

Each check is one small function that notes its mistakes at the value's own line. A file that could not be read
at all is not held against the others.
"""

from __future__ import annotations

import ipaddress
import zoneinfo
from collections.abc import Iterable

from apps.crosscheck_doors import check_doors
from apps.crosscheck_files import Files, unknown
from apps.crosscheck_people import studios, supervisors
from apps.crosscheck_skills import check_needs, check_tiers, check_vips
from apps.fields import shown
from apps.model_doors import Answer
from apps.reading import meant
from apps.whole_site import Site
from ivr.document import Document, Place

SECRET_LEAST = 8
"""Characters of a phone's secret. Scanners try the extension, 1234 and dictionary words first."""
SOCKET_PATH_MOST = 107
"""Bytes of a Unix socket's path; Linux `sun_path` holds 108 with its end."""
PORTS_A_CALL = 4
"""Two streams, each with RTP and RTCP."""
SESSION_LEAST_S = 90
"""RFC 4028 4."""
PICKUP = "*8"
"""Kept for call pickup, as is everything that begins with two stars."""


def crosscheck(files: Files, site: Site) -> None:
    """Note every mistake that only shows when the files are held side by side."""
    for check in (
        _switch,
        _places,
        _star_codes,
        _ports,
        _music,
        _phones,
        _trunks,
        _agents,
        supervisors,
        _queues,
        studios,
    ):
        check(files, site)


def _switch(files: Files, site: Site) -> None:
    doc, switch = files["switch.yaml"], site.switch
    _time_zone(doc, switch.time_zone)
    if not switch.languages:
        doc.mistake(("languages",), "No language is named", "Write at least one: [zh, en].")
    if not switch.sip.listen:
        doc.mistake(("sip", "listen"), "SIP would be heard nowhere", 'Write at least one: ["udp 0.0.0.0:5060"].')
    if switch.sip.register_min_s > switch.sip.register_max_s:
        doc.mistake(("sip", "register_min"), "register_min is longer than register_max", "Make it shorter.")
    if switch.sip.session_expires_s < SESSION_LEAST_S:
        doc.mistake(("sip", "session_expires"), "session_expires is under 90 seconds", "RFC 4028 asks for 90 or more.")
    if not switch.sip.realm:
        doc.mistake(("sip", "realm"), "The realm is empty", "Write a word; phones mix it into their passwords.")


def _time_zone(doc: Document, name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        if not known:
            doc.mistake(("time_zone",), "This machine has no time zones", "Install Debian's package tzdata.")
            return
        near = meant(name, known)
        mend = near if near.startswith("Did") else "Write it as in Asia/Shanghai."
        doc.mistake(("time_zone",), f"There is no time zone {shown(name)}", mend)


def _places(files: Files, site: Site) -> None:
    for name, path in (("run", site.paths.run / "engine-e99.sock"), ("socket", site.paths.socket)):
        if len(str(path).encode()) > SOCKET_PATH_MOST:
            files["switch.yaml"].mistake(
                ("paths", name),
                f"The path of a socket would be longer than {SOCKET_PATH_MOST} bytes",
                f'Give paths.{name} a short absolute path, as in "/run/zongji".',
            )


def _star_codes(files: Files, site: Site) -> None:
    doc, codes = files["switch.yaml"], site.switch.star_codes
    by_code: dict[str, str] = {}
    for key, code in codes.all.items():
        place = ("star_codes", key)
        if code in by_code:
            doc.mistake(place, f'Star code "{code}" is that of "{by_code[code]}", too', "Give each a code of its own.")
        elif code == PICKUP or code.startswith("**"):
            doc.mistake(place, f'Star code "{code}" is kept for call pickup', "Choose another.")
        by_code.setdefault(code, key)
    longer = [(codes.start_break + digit, "a break (agents.yaml)") for digit in site.breaks]
    given = {code for queue in site.queues.values() for code in queue.dispositions}
    longer += [
        (codes.close + queue.desk_code, f'queue "{name}"') for name, queue in site.queues.items() if queue.desk_code
    ]
    longer += [(codes.disposition + code, "a disposition (queues.yaml)") for code in sorted(given)]
    for code, whose in longer:
        taken = by_code.get(code)
        if taken is not None:
            doc.mistake(("star_codes", taken), f'Star code "{code}" is that of {whose}, too', "Choose another.")


def _ports(files: Files, site: Site) -> None:
    doc, sip, media = files["switch.yaml"], site.switch.sip, site.switch.media
    for index, listen in enumerate(sip.listen):
        place = ("sip", "listen", index)
        if listen.transport == "udp" and media.ports.first <= listen.port <= media.ports.last:
            doc.mistake(
                place,
                f"SIP port {listen.port} lies within media.ports {media.ports.first}-{media.ports.last}",
                "Move one of them.",
            )
        for other in sip.listen[:index]:
            same_ip = listen.ip == other.ip or "0.0.0.0" in (listen.ip, other.ip)
            if listen.port and same_ip and (listen.transport, listen.port) == (other.transport, other.port):
                doc.mistake(place, f"{listen.transport} port {listen.port} is listened on twice", "Keep one.")
                break
    if (media.ports.last - media.ports.first + 1) // media.engines < 10 * PORTS_A_CALL:
        doc.mistake(
            ("media", "ports"),
            f"The range gives each of {media.engines} engines room for fewer than ten calls",
            f"A call takes {PORTS_A_CALL} ports; widen the range.",
        )


def _music(files: Files, site: Site) -> None:
    for name, sources in site.switch.music.items():
        for index, file in enumerate(sources):
            if not (site.paths.music / file).is_file():
                files["switch.yaml"].mistake(
                    ("music", name, index),
                    f'There is no music file "{file}"',
                    f"Put it into {site.paths.music}, write its whole path, or leave the list empty.",
                )


def _phones(files: Files, site: Site) -> None:
    doc = files["phones.yaml"]
    for extension, phone in site.phones.items():
        place = ("phones", extension, "secret")
        if phone.secret == extension:
            doc.mistake(place, f"The secret of phone {extension} is its extension", "Choose one nobody can guess.")
        elif len(phone.secret) < SECRET_LEAST:
            doc.mistake(
                place,
                f"The secret of phone {extension} is shorter than {SECRET_LEAST} characters",
                "Choose one nobody can guess.",
            )
        elif len(set(phone.secret)) < 4 or (extension in phone.secret and len(phone.secret) < 2 * SECRET_LEAST):
            doc.mistake(place, f"The secret of phone {extension} is easily guessed", "Choose one nobody can guess.")


def _trunks(files: Files, site: Site) -> None:
    doc = files["trunks.yaml"]
    seen: list[tuple[ipaddress.IPv4Network, str]] = []
    for name, trunk in site.trunks.items():
        if not trunk.host and not trunk.addresses:
            doc.mistake(
                ("trunks", name),
                f'Trunk "{name}" leads nowhere and nobody may call in by it',
                "Give it a host, addresses, or both.",
            )
        if trunk.username and not trunk.password:
            doc.mistake(("trunks", name, "username"), f'Trunk "{name}" has a username but no password', "Add it.")
        for index, address in enumerate(trunk.addresses):
            network = ipaddress.IPv4Network(address)
            for other, owner in seen:
                # A network within another's is meant: the narrower wins (switch/trunk.py).
                if owner != name and network == other:
                    doc.mistake(
                        ("trunks", name, "addresses", index),
                        f'{address} belongs to trunk "{owner}", too',
                        "A call's address must say which trunk it is.",
                    )
                    break
            seen.append((network, name))
    known = files.names("trunks.yaml", "trunks")
    for number, rule in enumerate(site.outbound):
        for index, way in enumerate(rule.trunks):
            unknown(doc, ("outbound", number, "trunks", index), "trunk", way, known, "trunks.yaml")
            if way in site.trunks and not site.trunks[way].host:
                doc.mistake(
                    ("outbound", number, "trunks", index),
                    f'Trunk "{way}" is for incoming calls only',
                    "Give it a host (trunks.yaml).",
                )


def _agents(files: Files, site: Site) -> None:
    doc = files["agents.yaml"]
    queues, phones = files.names("queues.yaml", "queues"), files.names("phones.yaml", "phones")
    for name, agent in site.agents.items():
        for index, queue in enumerate(agent.queues):
            place = ("agents", name, "queues", index)
            if queue in agent.queues[:index]:
                doc.mistake(place, f'Agent "{name}" names queue "{queue}" twice', "Keep one.")
            else:
                unknown(doc, place, "queue", queue, queues, "queues.yaml")
        check_tiers(doc, name, agent)
        if agent.extension is not None:
            unknown(doc, ("agents", name, "extension"), "phone", agent.extension, phones, "phones.yaml")


def _queues(files: Files, site: Site) -> None:
    doc = files["queues.yaml"]
    check_vips(doc, site, files.names("agents.yaml", "agents"), files.names("queues.yaml", "queues"))
    for name, queue in site.queues.items():
        place: Place = ("queues", name)
        if queue.ring_s <= 0:
            doc.mistake((*place, "ring"), f'Queue "{name}" would ring for no time at all', "Write 20, for instance.")
        check_needs(doc, name, queue, site, agents_read="agents.yaml" not in files.broken)
        if queue.language is not None:
            _languages(doc, (*place, "language"), [queue.language], site)
        if "switch.yaml" not in files.broken:
            unknown(doc, (*place, "music"), "music class", queue.music, set(site.switch.music), "switch.yaml")
        _all_languages(doc, (*place, "greeting"), queue.greeting, site)
        for code, names in queue.dispositions.items():
            _all_languages(doc, (*place, "dispositions", code), names, site)
        if queue.disposition_required and not queue.dispositions:
            doc.mistake(
                (*place, "disposition_required"),
                f'Queue "{name}" requires a disposition but has none to give',
                'Add dispositions: {"1": {zh: ..., en: ...}}',
            )
        check_doors(doc, name, queue, site)
        for index, texts in enumerate(queue.comfort):
            _all_languages(doc, (*place, "comfort", index), texts, site)
        answers: list[tuple[Place, Answer]] = [((*place, key), answer) for key, answer in queue.answers.items()]
        answers += [((*place, "enter", index), answer) for index, answer in enumerate(queue.enter)]
        answers += [((*place, "leave", index), answer) for index, answer in enumerate(queue.leave)]
        for where, answer in answers:
            _all_languages(doc, (*where, "say"), answer.say, site)
            _then(files, doc, (*where, "then"), name, answer)


def _then(files: Files, doc: Document, place: Place, queue: str, answer: Answer) -> None:
    then = answer.then
    if then is None:
        return
    if then.queue == queue:
        doc.mistake((*place, "queue"), f'Queue "{queue}" sends its callers to itself', "Choose another way.")
    elif then.queue is not None:
        queues = files.names("queues.yaml", "queues")
        unknown(doc, (*place, "queue"), "queue", then.queue, queues, "queues.yaml")
    if then.voicemail is not None:
        phones = files.names("phones.yaml", "phones")
        unknown(doc, (*place, "voicemail"), "phone", then.voicemail, phones, "phones.yaml")


def _languages(doc: Document, place: Place, given: Iterable[str], site: Site) -> None:
    for language in given:
        if language not in site.switch.languages:
            spoken = ", ".join(site.switch.languages)
            doc.mistake(place, f'The switch does not speak "{language}"', f"It speaks {spoken} (switch.yaml).")


def _all_languages(doc: Document, place: Place, texts: dict[str, str], site: Site) -> None:
    if not texts:
        return
    for language in texts:
        _languages(doc, (*place, language), [language], site)
    missing = [language for language in site.switch.languages if not texts.get(language)]
    if missing:
        doc.mistake(place, f"The text is missing in {', '.join(missing)}", "Write it in every language.")
