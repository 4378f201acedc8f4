"""Which extensions are on a call that no queue gave: the centre does not ring an agent whose phone is in use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acd.events import PhoneBusy

if TYPE_CHECKING:
    from apps.queue_calls import Floor


class PhoneUse:
    """Counts the legs of each extension; tells the floor when the first begins and the last ends."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._legs: Counter[str] = Counter()

    def busy(self, extension: str) -> bool:
        """The extension is on such a call now."""
        return self._legs[extension] > 0

    def take(self, extension: str) -> None:
        """One more leg of this extension."""
        self._legs[extension] += 1
        if self._legs[extension] == 1:
            self._floor.tell(PhoneBusy(extension, True))

    def free(self, extension: str) -> None:
        """One leg less."""
        self._legs[extension] -= 1
        if self._legs[extension] <= 0:
            del self._legs[extension]
            self._floor.tell(PhoneBusy(extension, False))
