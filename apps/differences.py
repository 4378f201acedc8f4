"""What a reload changes, in sentences, and what of it waits for a restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.whole_site import Site


def differences(before: Site, after: Site, plan_differs: bool) -> list[str]:
    """A sentence for each kind of thing that is different."""
    found = []
    for noun, old, new in (
        ("Phones", before.phones, after.phones),
        ("Trunks", before.trunks, after.trunks),
        ("Agents", before.agents, after.agents),
        ("Queues", before.queues, after.queues),
        ("Studios", before.studios, after.studios),
        ("Supervisors", before.supervisors, after.supervisors),
        ("Roles", before.roles, after.roles),
    ):
        found += _of(noun, old, new)
    if plan_differs:
        found.append("The dialplan is different.")
    if before.switch != after.switch:
        found.append("switch.yaml is different.")
    if restart := needs_restart(before, after):
        found.append(f"A restart is needed for: {', '.join(restart)}.")
    return found


def _of(noun: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    sentences = []
    for verb, names in (
        ("added", new.keys() - old.keys()),
        ("removed", old.keys() - new.keys()),
        ("changed", {name for name in old.keys() & new.keys() if old[name] != new[name]}),
    ):
        if names:
            sentences.append(f"{noun} {verb}: {', '.join(sorted(names))}.")
    return sentences


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
