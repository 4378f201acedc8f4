"""Contacts as phones write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.binding import ContactField
from switch.contact import read_contacts, read_seconds, split_list


def test_a_list_is_split_outside_quotes_and_brackets() -> None:
    assert split_list('"a, b" <sip:1@h;x="1,2">, <sip:2,3@h>,, *') == [
        '"a, b" <sip:1@h;x="1,2">',
        "<sip:2,3@h>",
        "*",
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"*", ContactField("*")),
        (b"<sip:1@h>", ContactField("sip:1@h")),
        (b"sip:1@h;expires=60", ContactField("sip:1@h", 60)),
        (b'"L" <sip:1@h;transport=tcp>;Expires=60;q=0.5', ContactField("sip:1@h;transport=tcp", 60, "0.5")),
        (
            b'<sip:1@h>;+sip.instance="<urn:uuid:1;2>";reg-id=1;expires=x',
            ContactField("sip:1@h", None, None, (("+sip.instance", '"<urn:uuid:1;2>"'), ("reg-id", "1"))),
        ),
    ],
)
def test_a_contact_is_read(line: bytes, field: ContactField) -> None:
    assert read_contacts([line]) == (field,)


def test_seconds_are_a_number_or_nothing() -> None:
    assert [read_seconds(v) for v in (None, b"", b"-1", b"1.5", b" 60 ", b"9" * 30)] == [
        None,
        None,
        None,
        None,
        60,
        2**31 - 1,
    ]


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_rubbish_is_never_an_exception(lines: list[bytes]) -> None:
    assert len(read_contacts(lines)) <= 20
