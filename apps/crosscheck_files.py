"""A site's documents held side by side: what each names, and the mistake of naming what is not there."""

from __future__ import annotations

from dataclasses import dataclass

from apps.reading import meant
from ivr.document import Document, Place


@dataclass(frozen=True, slots=True)
class Files:
    """The documents of a site by file name, and which of them are too broken to be held against others."""

    docs: dict[str, Document]
    broken: frozenset[str]

    def __getitem__(self, file: str) -> Document:
        return self.docs[file]

    def names(self, file: str, key: str) -> set[str] | None:
        """What a file names under a key, right or wrong; None when it cannot be read."""
        data = self.docs[file].data
        if file in self.broken or not isinstance(data, dict):
            return None
        under = data.get(key, {})
        return set(under) if isinstance(under, dict) else set()


def unknown(doc: Document, place: Place, what: str, given: str, known: set[str] | None, file: str) -> None:
    """A mistake if `given` is not among `known` (None: cannot be said)."""
    if known is not None and given not in known:
        doc.mistake(place, f'There is no {what} "{given}"', meant(given, sorted(known)) or f"Name it in {file}.")
