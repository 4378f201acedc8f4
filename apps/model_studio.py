"""queues.yaml, `studios`: shows that are spoken by telephone, with experts, a host, and callers who ask to speak."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from apps.fields import Entry, Extension, Name, Text, WholeOrNone, YesNo, one_or_more


class StudioEntry(Entry):
    """One studio; the key is the name that the dialplan's `studio` step says."""

    name: Text = ""
    """As shown to people; empty: the key."""
    hosts: Annotated[tuple[Extension, ...], BeforeValidator(one_or_more)] = ()
    """Phones that direct the show by keys."""
    experts: Annotated[tuple[Extension, ...], BeforeValidator(one_or_more)] = ()
    """Phones that are on air from the start."""
    music: Name = "default"
    """What listeners hear while nobody is on air."""
    max_callers: WholeOrNone = None
    record: YesNo = True
    """Keep what is on air, from the first expert or host on."""
