"""The registrar: which contacts an extension has now (RFC 3261 10.3).

A request is judged whole before anything of it is done: proof, right to the address of record, contacts, order,
limits. A contact replaces an older one with the same URI or from the same device (+sip.instance): a phone that
restarted on another port does not leave a ghost. Past the limit of contacts the one refreshed longest ago yields.

Time: `now` monotonic seconds (nonces, events), `at` UTC seconds (bindings).
Deliberately absent: SIP text, sockets, bans (sources.py), whether a contact can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from email.utils import formatdate

from switch.binding import (
    Account,
    Binding,
    BindingStore,
    ContactField,
    RegisterReply,
    RegisterRequest,
    RegistrarEvent,
    Source,
)
from switch.digest import Authenticator
from switch.events import Registered, Unregistered
from switch.wish import ExpiryRules, Refused, Wish, wishes_of

__all__ = [
    "Account",
    "Binding",
    "BindingStore",
    "ContactField",
    "ExpiryRules",
    "RegisterReply",
    "RegisterRequest",
    "Registrar",
    "Source",
]


class Registrar:
    def __init__(
        self,
        accounts: Iterable[Account],
        authenticator: Authenticator,
        store: BindingStore,
        rules: ExpiryRules | None = None,
    ) -> None:
        self._accounts = {account.extension: account for account in accounts}
        self._authenticator = authenticator
        self._store = store
        self._rules = rules or ExpiryRules()
        self._bindings: dict[str, list[Binding]] = {}
        """Extension -> live contacts, refreshed longest ago first; no empty lists."""

    def __repr__(self) -> str:
        contacts = sum(map(len, self._bindings.values()))
        return f"<Registrar extensions={len(self._bindings)}/{len(self._accounts)} contacts={contacts}>"

    # ---- asking -------------------------------------------------------------------------------------------------

    def secret_of(self, user: str) -> str | None:
        """The secret of an extension, None for nobody's; for `Authenticator.verify` of other methods too."""
        account = self._accounts.get(user)
        return account.secret if account else None

    def contacts(self, extension: str | None, at: float) -> list[Binding]:
        """Live contacts at `at` [UTC s]: of one extension in the order to ring (q, then the freshest), or of all."""
        if extension is None:
            return [binding for name in sorted(self._bindings) for binding in self.contacts(name, at)]
        live = [binding for binding in self._bindings.get(extension, ()) if binding.expires_at > at]
        return sorted(live, key=lambda binding: (_q(binding), binding.registered_at), reverse=True)

    def next_expiry(self) -> float | None:
        """When `expire` has work next [UTC s]; None when nobody is registered."""
        return min((binding.expires_at for found in self._bindings.values() for binding in found), default=None)

    # ---- changing -----------------------------------------------------------------------------------------------

    def load(self, now: float, at: float) -> list[RegistrarEvent]:
        """Take up what the store kept; expired ones and those of unknown extensions are removed from it."""
        for binding in list(self._store.load()):
            if binding.extension in self._accounts and binding.expires_at > at:
                self._bindings.setdefault(binding.extension, []).append(binding)
            else:
                self._store.remove(binding.extension, binding.contact_uri)
        for found in self._bindings.values():
            found.sort(key=lambda binding: binding.registered_at)
        return [Registered(name, len(found), now) for name, found in self._bindings.items()]

    def reconfigure(
        self, accounts: Iterable[Account], now: float, rules: ExpiryRules | None = None
    ) -> list[RegistrarEvent]:
        """New accounts; the contacts of extensions that are gone go too."""
        self._accounts = {account.extension: account for account in accounts}
        self._rules = rules or self._rules
        gone = [(name, list(found)) for name, found in self._bindings.items() if name not in self._accounts]
        return [event for name, found in gone for event in self._remove(name, found, "removed", now)]

    def expire(self, now: float, at: float) -> list[RegistrarEvent]:
        """Remove what is over at `at`; an extension without a contact left is told as Unregistered."""
        over = {
            name: [binding for binding in found if binding.expires_at <= at] for name, found in self._bindings.items()
        }
        return [event for name, found in over.items() for event in self._remove(name, found, "expired", now)]

    def drop(self, extension: str, contact_uri: str, now: float, why: str = "unreachable") -> list[RegistrarEvent]:
        """Remove one contact that does not answer, or whose connection is gone."""
        found = [binding for binding in self._bindings.get(extension, ()) if binding.contact_uri == contact_uri]
        return self._remove(extension, found, why, now)

    def register(self, request: RegisterRequest, now: float, at: float) -> RegisterReply:
        """What to answer to a REGISTER; what it changes is done and stored.

        200 with Contact and Date, 401, 403 (another's address, too many contacts), 400, 423 with Min-Expires, or 500
        (out of order). An unknown extension and a wrong secret give the same 401.
        """
        proven, stale, failed = "", False, False
        if request.authorization is not None:
            verdict = self._authenticator.verify(
                request.authorization, "REGISTER", request.request_uri, self.secret_of, now
            )
            proven = verdict.user if verdict.ok else ""
            stale, failed = verdict.stale, not (verdict.ok or verdict.stale)
        if not proven:
            challenges = self._authenticator.challenge(now, stale, user_agent=request.user_agent)
            headers = tuple(("WWW-Authenticate", value) for value in challenges)
            return RegisterReply(401, "Unauthorized", headers, failed=failed)
        if request.aor_user != proven:  # whether or not that other extension exists
            return RegisterReply(403, "Forbidden")
        over = [binding for binding in self._bindings.get(proven, ()) if binding.expires_at <= at]
        events = self._remove(proven, over, "expired", now)
        account, found = self._accounts[proven], self._bindings.get(proven, [])
        try:
            wishes = wishes_of(request, found, self._rules, account.max_contacts)
        except Refused as refused:
            return replace(refused.reply, events=tuple(events))
        return self._commit(request, account, wishes, events, now, at)

    def _commit(
        self,
        request: RegisterRequest,
        account: Account,
        wishes: Sequence[Wish],
        events: list[RegistrarEvent],
        now: float,
        at: float,
    ) -> RegisterReply:
        name = account.extension
        before = self._bindings.get(name, [])
        kept, changed = list(before), list[Binding]()
        for wish in wishes:
            kept = [binding for binding in kept if not wish.means(binding)]
            if wish.expires_s:
                changed.append(_bind(request, name, wish, at))
                kept.append(changed[-1])
        kept = kept[-account.max_contacts :] if account.max_contacts > 0 else []
        uris = {binding.contact_uri for binding in kept}
        removed = [binding for binding in before if binding.contact_uri not in uris]
        for binding in removed:
            self._store.remove(name, binding.contact_uri)
        changed = [binding for binding in changed if binding in kept]  # a contact may be named twice
        for binding in changed:
            self._store.save(binding)
        if kept:
            self._bindings[name] = kept
        else:
            self._bindings.pop(name, None)
        if len(kept) > len(before):
            events.append(Registered(name, len(kept), now))
        elif before and not kept:
            events.append(Unregistered(name, "removed", now))
        headers = [("Contact", _written(binding, at)) for binding in kept]
        headers.append(("Date", formatdate(at, usegmt=True)))
        return RegisterReply(200, "OK", tuple(headers), tuple(changed), tuple(removed), tuple(events))

    def _remove(self, name: str, over: Sequence[Binding], why: str, now: float) -> list[RegistrarEvent]:
        if not over:
            return []
        for binding in over:
            self._store.remove(name, binding.contact_uri)
        left = [binding for binding in self._bindings[name] if binding not in over]
        if left:
            self._bindings[name] = left
            return []
        del self._bindings[name]
        return [Unregistered(name, why, now)]


def _q(binding: Binding) -> float:
    try:
        return float(binding.q) if binding.q is not None else 1.0
    except ValueError:
        return 0.0


def _bind(request: RegisterRequest, extension: str, wish: Wish, at: float) -> Binding:
    return Binding(
        extension=extension,
        contact_uri=wish.field.uri,
        call_id=request.call_id,
        cseq=request.cseq,
        expires_at=at + wish.expires_s,
        transport=request.source.transport,
        received_ip=request.source.ip,
        received_port=request.source.port,
        user_agent=request.user_agent,
        instance=wish.instance,
        registered_at=at,
        q=wish.field.q,
        path=request.path,
    )


def _written(binding: Binding, at: float) -> str:
    """The contact as a 200 lists it, with the seconds left (RFC 3261 10.3 step 8)."""
    text = f"<{binding.contact_uri}>;expires={max(1, round(binding.expires_at - at))}"
    if binding.q is not None:
        text += f";q={binding.q}"
    return f"{text};+sip.instance={binding.instance}" if binding.instance else text
