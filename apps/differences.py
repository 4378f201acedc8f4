"""What a reload changes, in sentences, and what of it waits for a restart.

Of the site's files but the dialplan only the keys are told: there are secrets among the values.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from apps.whole import Whole
from apps.whole_site import Site
from ivr import difference
from ivr.prompts import Prompts


def differences(before: Whole, after: Whole) -> list[str]:
    """A sentence for each thing that is different."""
    old, new = before.site, after.site
    found = []
    for noun, olds, news in (
        ("Phones", old.phones, new.phones),
        ("Trunks", old.trunks, new.trunks),
        ("Agents", old.agents, new.agents),
        ("Queues", old.queues, new.queues),
        ("Studios", old.studios, new.studios),
        ("Supervisors", old.supervisors, new.supervisors),
        ("Roles", old.roles, new.roles),
    ):
        found += _of(noun, olds, news)
    if old.outbound != new.outbound:
        found.append("Outbound rules are different.")
    if old.breaks != new.breaks:
        found.append("Breaks are different.")
    if old.switch != new.switch:
        found.append(f"switch.yaml is different in {_fields(old.switch, new.switch)}.")
    found += difference.differences(before.plan, after.plan)
    found += _prompts(before.prompts, after.prompts)
    if restart := needs_restart(old, new):
        found.append(f"A restart is needed for: {', '.join(restart)}.")
    return found


def _of(noun: str, old: Mapping[str, BaseModel], new: Mapping[str, BaseModel]) -> list[str]:
    sentences = []
    for verb, names in (("added", new.keys() - old.keys()), ("removed", old.keys() - new.keys())):
        if names:
            sentences.append(f"{noun} {verb}: {', '.join(sorted(names))}.")
    both = sorted(old.keys() & new.keys())
    if changed := [f"{name} ({_fields(old[name], new[name])})" for name in both if old[name] != new[name]]:
        sentences.append(f"{noun} changed: {', '.join(changed)}.")
    return sentences


def _fields(old: BaseModel, new: BaseModel) -> str:
    """The keys that are different."""
    return ", ".join(
        each.alias or name for name, each in type(new).model_fields.items() if getattr(old, name) != getattr(new, name)
    )


def _prompts(old: Prompts, new: Prompts) -> list[str]:
    sentences = []
    for verb, names in (
        ("added", new.names - old.names),
        ("removed", old.names - new.names),
        ("changed", {name for name in old.names & new.names if _sound(old, name) != _sound(new, name)}),
    ):
        if names:
            sentences.append(f"Prompts {verb}: {', '.join(sorted(names))}.")
    return sentences


def _sound(prompts: Prompts, name: str) -> object:
    return prompts.recordings.get(name) or prompts.words.get(name)


def needs_restart(before: Site, after: Site) -> list[str]:
    """Settings that only a start reads, and that are different now."""
    old, new = before.switch, after.switch
    return [
        name
        for name, differs in (
            ("sip.listen", old.sip.listen != new.sip.listen),
            ("sip.public_ip", old.sip.public_ip != new.sip.public_ip),
            ("media", old.media != new.media),
            ("metrics.listen", old.metrics != new.metrics),
            ("paths", before.paths != after.paths),
        )
        if differs
    ]
