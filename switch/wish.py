"""What a REGISTER asks, judged before anything is done (RFC 3261 10.3 steps 6-8).

Pure. Units: expiry [s].
Deliberately absent: who may ask (digest.py), what is kept (registrar.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switch.binding import Binding, ContactField, RegisterReply, RegisterRequest, contact_key


@dataclass(frozen=True, slots=True)
class ExpiryRules:
    """[s]. A wish below `min_s` is refused with 423, one above `max_s` is cut; no wish is `default_s`."""

    min_s: int = 60
    max_s: int = 3600
    default_s: int = 3600


@dataclass(frozen=True, slots=True)
class Wish:
    """One contact of a request with what it asks; `expires_s` 0: remove it."""

    field: ContactField
    key: tuple[str, ...]
    instance: str | None
    expires_s: int

    def means(self, binding: Binding) -> bool:
        """Whether `binding` is of the same URI or the same device."""
        same_device = self.instance is not None and self.instance == binding.instance
        return same_device or self.key == contact_key(binding.contact_uri)


class Refused(Exception):
    """The request is refused whole; `reply` says how."""

    def __init__(self, code: int, reason: str, *headers: tuple[str, str]) -> None:
        super().__init__(reason)
        self.reply = RegisterReply(code, reason, headers)


def wishes_of(
    request: RegisterRequest, found: Sequence[Binding], rules: ExpiryRules, max_contacts: int
) -> tuple[Wish, ...]:
    """What is to be done for each contact of `request`; `found` are the live ones. Raises `Refused`.

    "*" becomes a removal of every live contact.
    """
    if any(field.uri == "*" for field in request.contacts):
        # RFC 3261 10.2.2: "The REGISTER-specific Contact header field value of "*" ... MUST NOT be used unless the
        # Expires header field is present with a value of "0"."
        if len(request.contacts) != 1 or request.expires != 0:
            raise Refused(400, "Contact * Must Stand Alone With Expires 0")
        wishes = tuple(_removal(binding) for binding in found)
    else:
        wishes = tuple(_wish(field, request.expires, rules) for field in request.contacts)
    if len({wish.key for wish in wishes if wish.expires_s}) > max_contacts:
        raise Refused(403, "Too Many Contacts")
    for wish in wishes:
        _check_order(request, wish, found)
    return wishes


def _wish(field: ContactField, expires: int | None, rules: ExpiryRules) -> Wish:
    key = contact_key(field.uri)
    if key is None:
        raise Refused(400, "Contact Is No SIP URI")
    asked = expires if field.expires is None else field.expires
    asked = rules.default_s if asked is None else asked
    if 0 < asked < rules.min_s:
        raise Refused(423, "Interval Too Brief", ("Min-Expires", str(rules.min_s)))
    return Wish(field, key, _instance(field), min(asked, rules.max_s))


def _removal(binding: Binding) -> Wish:
    key = contact_key(binding.contact_uri) or (binding.contact_uri,)
    return Wish(ContactField(binding.contact_uri, 0), key, None, 0)


def _instance(field: ContactField) -> str | None:
    instance = field.param("+sip.instance")
    if not instance:
        return None
    flow = field.param("reg-id")
    return f"{instance};reg-id={flow}" if flow else instance


def _check_order(request: RegisterRequest, wish: Wish, found: Sequence[Binding]) -> None:
    """An older request of the same Call-ID must not undo a newer one (RFC 3261 10.3 step 7).

    We deviate where the number is the same: that is the same request again, its answer lost, and is answered alike.
    """
    for binding in found:
        if binding.call_id == request.call_id and wish.means(binding) and request.cseq < binding.cseq:
            raise Refused(500, "Out Of Order")
