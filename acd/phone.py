"""One phone, as the centre knows it: registered or not, and what it is busy with.

Pure. Deliberately absent: SIP, bindings (switch).
"""

from __future__ import annotations

from dataclasses import dataclass

from acd.words import AlertId


@dataclass(slots=True)
class Phone:
    """An extension's phone."""

    reachable: bool = False
    busy: bool = False
    """On a call that no queue gave."""
    alert: AlertId | None = None
    """The queue's call that rings it or is talked on it, whoever sits there now."""

    def elsewhere(self, own: AlertId | None) -> bool:
        """Whether it is taken by something other than the alert `own` of the agent who sits there."""
        return self.busy or (self.alert is not None and self.alert != own)

    @property
    def forgettable(self) -> bool:
        """Whether nothing is known of it that a new one would not say."""
        return not self.reachable and not self.busy and self.alert is None
