"""Registrations kept in the books: the registrar's `BindingStore` on the journal."""

from __future__ import annotations

from collections.abc import Iterable

from apps.journal import Journal
from switch.binding import Binding


class BookedBindings:
    """Saves and removes behind the loop's back; `read()` once at start, then `load()` gives what was found."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._found: list[Binding] = []

    async def read(self) -> None:
        """Read the books, before the switch starts."""
        self._found = await self._journal.bindings()

    def load(self) -> Iterable[Binding]:
        """What the books held at start; handed over once."""
        found, self._found = self._found, []
        return found

    def save(self, binding: Binding) -> None:
        """A contact came or was refreshed."""
        self._journal.binding_saved(binding)

    def remove(self, extension: str, contact_uri: str) -> None:
        """A contact is gone."""
        self._journal.binding_removed(extension, contact_uri)
