"""What reading the configuration found, as the API and the command line tell it."""

from __future__ import annotations

from collections.abc import Sequence

from apps.api.types import ConfigReport, MistakeInfo
from ivr.words import Mistake


def report(found: Sequence[Mistake], *, applied: bool = False, changes: Sequence[str] = ()) -> ConfigReport:
    """The report of all mistakes and warnings; right when there are only warnings."""
    infos = [MistakeInfo(each.file, each.line, each.what, each.mend, each.warning) for each in found]
    return ConfigReport(all(each.warning for each in found), applied, infos, list(changes))
