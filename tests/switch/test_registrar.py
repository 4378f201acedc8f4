"""The registrar as a client sees it, and what it keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switch.binding import contact_key
from switch.digest import Authenticator
from switch.events import Registered, Unregistered
from switch.registrar import Binding, ContactField, ExpiryRules, RegisterRequest, Registrar, Source
from tests.switch.test_digest import client

URI = "sip:pbx.example.net"
AT = 1_700_000_000.0


@dataclass(frozen=True)
class Phone:
    extension: str
    secret: str
    max_contacts: int = 3


class Store:
    """A store that remembers in order."""

    def __init__(self, bindings=()):
        self.kept = {(b.extension, b.contact_uri): b for b in bindings}

    def save(self, binding):
        self.kept[binding.extension, binding.contact_uri] = binding

    def remove(self, extension, contact_uri):
        self.kept.pop((extension, contact_uri), None)

    def load(self):
        return self.kept.values()


class Desk:
    """A registrar with a clock and a client that always proves itself."""

    def __init__(self, store=None, phones=(Phone("1001", "a"), Phone("1002", "b"))):
        self.store = store or Store()
        self.judge = Authenticator("pbx.example.net")
        self.registrar = Registrar(phones, self.judge, self.store, ExpiryRules(60, 3600, 3600))
        self.at = AT
        self.cseq = 0

    def request(self, *contacts, expires=None, user="1001", call_id="c1", cseq=None, authorization=None, port=5060):
        self.cseq += 1
        fields = tuple(c if isinstance(c, ContactField) else ContactField(c) for c in contacts)
        return RegisterRequest(
            user,
            user,
            call_id,
            cseq or self.cseq,
            fields,
            expires,
            authorization,
            URI,
            Source("udp", "192.0.2.1", port),
        )

    def send(self, *contacts, secret="a", proof_user=None, **given):
        request = self.request(*contacts, **given)
        user = proof_user or request.aor_user
        authorization = client(self.judge.challenge(0.0)[0], user, secret)
        return self.registrar.register(replace(request, authorization=authorization), 1.0, self.at)

    def uris(self, extension="1001"):
        return [b.contact_uri for b in self.registrar.contacts(extension, self.at)]


def contacts(reply):
    return [value for name, value in reply.headers if name == "Contact"]


def test_a_request_without_proof_is_challenged_and_counts_as_no_failure():
    reply = Desk().registrar.register(Desk().request("sip:1001@192.0.2.1"), 1.0, AT)
    assert (reply.code, reply.failed) == (401, False)
    assert [name for name, _ in reply.headers] == ["WWW-Authenticate"] * 2


def test_an_unknown_extension_and_a_wrong_secret_are_answered_alike():
    desk = Desk()
    wrong = desk.send("sip:1001@192.0.2.1", secret="no")
    unknown = desk.send("sip:9@192.0.2.1", user="9999", secret="no")
    assert (
        (wrong.code, wrong.reason, wrong.failed)
        == (unknown.code, unknown.reason, unknown.failed)
        == (401, "Unauthorized", True)
    )
    shape = [[(name, len(value)) for name, value in reply.headers] for reply in (wrong, unknown)]
    assert shape[0] == shape[1]
    other = [desk.send("sip:x@192.0.2.1", user=user, proof_user="1001") for user in ("1002", "9999")]
    assert other[0] == other[1] and other[0].code == 403


def test_a_contact_is_kept_listed_and_told():
    desk = Desk()
    reply = desk.send(ContactField("sip:1001@192.0.2.1:5060", 600), port=1024)
    assert reply.code == 200 and contacts(reply) == ["<sip:1001@192.0.2.1:5060>;expires=600"]
    assert ("Date", "Tue, 14 Nov 2023 22:13:20 GMT") in reply.headers
    assert reply.events == (Registered("1001", 1, 1.0),)
    (kept,) = desk.store.kept.values()
    assert (kept.received_ip, kept.received_port, kept.expires_at) == ("192.0.2.1", 1024, AT + 600)


def test_a_refresh_moves_the_end_and_is_not_told_again():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1", expires=60)
    desk.at += 30
    reply = desk.send("sip:1001@192.0.2.1", expires=60)
    assert reply.events == () and contacts(reply) == ["<sip:1001@192.0.2.1>;expires=60"]
    assert desk.registrar.next_expiry() == AT + 90


@pytest.mark.parametrize(
    ("own", "header", "given_s"), [(600, 1200, 600), (None, 1200, 1200), (None, None, 3600), (9999, None, 3600)]
)
def test_the_contact_s_own_expiry_wins_then_the_header_s_then_ours(own, header, given_s):
    desk = Desk()
    reply = desk.send(ContactField("sip:1001@192.0.2.1", own), expires=header)
    assert contacts(reply) == [f"<sip:1001@192.0.2.1>;expires={given_s}"]


def test_too_short_a_wish_is_refused_with_the_least_that_is_allowed():
    reply = Desk().send("sip:1001@192.0.2.1", expires=59)
    assert reply.code == 423 and reply.headers == (("Min-Expires", "60"),)


def test_zero_removes_one_and_star_removes_all():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1")
    desk.send("sip:1001@192.0.2.2")
    reply = desk.send("sip:1001@192.0.2.1", expires=0)
    assert reply.events == () and desk.uris() == ["sip:1001@192.0.2.2"]
    reply = desk.send("*", expires=0)
    assert reply.events == (Unregistered("1001", "removed", 1.0),) and not desk.store.kept
    assert contacts(reply) == []


@pytest.mark.parametrize("given_contacts, expires", [(("*",), None), (("*",), 60), (("*", "sip:1001@192.0.2.1"), 0)])
def test_star_stands_alone_with_expires_zero(given_contacts, expires):
    assert Desk().send(*given_contacts, expires=expires).code == 400


def test_a_request_without_contacts_asks():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1")
    assert contacts(desk.send()) == ["<sip:1001@192.0.2.1>;expires=3600"]


def test_an_older_request_of_the_same_call_changes_nothing():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1", cseq=10)
    assert desk.send("sip:1001@192.0.2.1", expires=0, cseq=9).code == 500
    assert desk.send("sip:1001@192.0.2.1", cseq=10).code == 200
    assert desk.send("*", expires=0, cseq=3).code == 500
    assert desk.send("*", expires=0, cseq=3, call_id="other").code == 200


def test_a_device_that_comes_back_from_another_port_leaves_no_ghost():
    desk = Desk()
    device = (("+sip.instance", '"<urn:uuid:1>"'), ("reg-id", "1"))
    desk.send(ContactField("sip:1001@192.0.2.1:5060", None, None, device))
    reply = desk.send(ContactField("sip:1001@192.0.2.1:5070", None, None, device))
    assert desk.uris() == ["sip:1001@192.0.2.1:5070"] and len(desk.store.kept) == 1
    assert contacts(reply) == ['<sip:1001@192.0.2.1:5070>;expires=3600;+sip.instance="<urn:uuid:1>";reg-id=1']


def test_past_the_limit_the_one_refreshed_longest_ago_yields():
    desk = Desk()
    for n in range(1, 6):
        desk.at += 1
        desk.send(f"sip:1001@192.0.2.{n}")
    assert desk.uris() == [f"sip:1001@192.0.2.{n}" for n in (5, 4, 3)]
    assert sorted(desk.store.kept) == [("1001", f"sip:1001@192.0.2.{n}") for n in (3, 4, 5)]
    assert desk.send(*(f"sip:1001@198.51.100.{n}" for n in range(4))).code == 403


def test_contacts_are_rung_by_q_then_the_freshest():
    desk = Desk()
    for n, q in enumerate(["0.5", "1.0", "0.5"], start=1):
        desk.at += 1
        desk.send(ContactField(f"sip:1001@192.0.2.{n}", None, q))
    assert [uri[-1] for uri in desk.uris()] == ["2", "3", "1"]


def test_what_is_over_is_removed_and_told():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1", expires=60)
    desk.at += 61
    assert desk.uris() == []
    assert desk.registrar.expire(2.0, desk.at) == [Unregistered("1001", "expired", 2.0)]
    assert desk.registrar.next_expiry() is None and not desk.store.kept


def test_a_restart_loses_no_binding():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1", expires=600)
    desk.send("sip:1002@192.0.2.2", expires=60, user="1002", secret="b")
    again = Desk(desk.store)
    assert again.registrar.load(5.0, AT + 100) == [Registered("1001", 1, 5.0)]
    assert [b.contact_uri for b in again.registrar.contacts(None, AT + 100)] == ["sip:1001@192.0.2.1"]
    assert len(desk.store.kept) == 1


def test_an_account_that_is_taken_away_loses_its_contacts():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1")
    assert desk.registrar.reconfigure([Phone("1002", "b")], 3.0) == [Unregistered("1001", "removed", 3.0)]
    assert desk.send("sip:1001@192.0.2.1").code == 401


def test_an_unreachable_contact_can_be_dropped():
    desk = Desk()
    desk.send("sip:1001@192.0.2.1")
    assert desk.registrar.drop("1001", "sip:1001@192.0.2.9", 3.0) == []
    assert desk.registrar.drop("1001", "sip:1001@192.0.2.1", 3.0) == [Unregistered("1001", "unreachable", 3.0)]


@pytest.mark.parametrize(
    "uri", ["tel:+861", "mailto:a@b", "sip:", "sip:1001@192.0.2.1>,<sip:x@y", "sip:" + "a" * 500 + "@h"]
)
def test_a_contact_that_is_no_sip_uri_is_refused(uri):
    assert Desk().send(uri).code == 400


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("sip:a@Host", "sip:a@host", True),
        ("sip:a@host;x=1", "sip:a@host", True),
        ("sip:A@host", "sip:a@host", False),
        ("sip:a@host:5060", "sip:a@host", False),
        ("sip:a@host;transport=TCP", "sip:a@host;transport=tcp", True),
        ("sip:a@host;transport=tcp", "sip:a@host", False),
        ("sip:%61@host", "sip:a@host", True),
        ("sips:a@host", "sip:a@host", False),
    ],
)
def test_contacts_are_compared_as_rfc_3261_says(one, other, same):
    assert (contact_key(one) == contact_key(other)) is same


URIS = st.sampled_from([f"sip:1001@192.0.2.{n}" for n in range(6)])
FIELDS = st.builds(
    ContactField,
    URIS,
    st.sampled_from([None, 0, 30, 60, 7200]),
    st.sampled_from([None, "0.5"]),
    st.sampled_from([(), (("+sip.instance", '"<urn:uuid:1>"'),), (("+sip.instance", '"<urn:uuid:2>"'),)]),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.lists(FIELDS, max_size=4), st.sampled_from([None, 0, 100]), st.integers(0, 50)), max_size=12)
)
def test_the_store_always_mirrors_what_is_live_and_the_count_is_right(requests):
    desk, told = Desk(), 0
    for fields, expires, later in requests:
        desk.at += later
        reply = desk.send(*fields, expires=expires)
        for event in reply.events:
            told = event.contacts if isinstance(event, Registered) else 0
        live = desk.registrar.contacts("1001", desk.at)
        assert {b.contact_uri for b in live} == {uri for _, uri in desk.store.kept}
        assert len(live) <= 3 and (told > 0) is bool(live)
        assert all(isinstance(b, Binding) and desk.store.kept["1001", b.contact_uri] == b for b in live)
        if reply.code == 200:
            assert len(contacts(reply)) == len(live)
