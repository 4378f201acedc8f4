"""The books of signalling's facts: confirmed dialogs, and where phones are registered.

Time: `at` is UTC, seconds since 1970. Deliberately absent: reading them again (journal_past.py).
"""

from __future__ import annotations

import msgspec

from apps import schema
from apps.journal_books import Books, ms_of
from switch.binding import Binding
from switch.facts import DialogFacts
from switch.sdp_crypto import hidden

_DIALOG_FIELDS = DialogFacts.__slots__
_BINDING_FIELDS = Binding.__slots__


class SignallingBooks(Books):
    """The part of the journal that is about dialogs and bindings."""

    def dialog_saved(self, leg: str, call: str, facts: DialogFacts, at: float) -> None:
        """A leg's dialog is confirmed, or its facts changed.

        SRTP keys stay out of the books: who takes the dialog over offers new ones, and until then the media engine,
        which lives on, has those that count.
        """
        row = {name: getattr(facts, name) for name in _DIALOG_FIELDS} | dict(leg_id=leg, call_id=call)
        row |= dict(local_sdp=hidden(facts.local_sdp), remote_sdp=hidden(facts.remote_sdp))
        row |= dict(sip_call_id=facts.call_id, saved_at=ms_of(at))
        row |= dict(route_set=msgspec.json.encode(facts.route_set).decode())
        self._writer.put(schema.dialog, leg, row)

    def dialog_removed(self, leg: str) -> None:
        """The dialog is over."""
        self._writer.put(schema.dialog, leg, None)

    def binding_saved(self, binding: Binding) -> None:
        """A phone registered, or again."""
        row = {name: getattr(binding, name) for name in _BINDING_FIELDS}
        row |= dict(expires_at=ms_of(binding.expires_at), registered_at=ms_of(binding.registered_at))
        row |= dict(path=msgspec.json.encode(binding.path).decode())
        self._writer.put(schema.binding, (binding.extension, binding.contact_uri), row)

    def binding_removed(self, extension: str, contact_uri: str) -> None:
        """A phone's contact is gone."""
        self._writer.put(schema.binding, (extension, contact_uri), None)
