"""Orders to the phone: whole lines, and nothing that a line holds can harm."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from apps.softphone.orders import Order, Orders, parse


def test_an_order_comes_only_when_its_line_is_whole() -> None:
    reader, writer = os.pipe()
    orders = Orders(reader)
    os.write(writer, b'{"do": "di')
    assert list(orders.read()) == []
    os.write(writer, b'al", "to": "4001"}\n\n{"do": "hangup"}\n')
    assert list(orders.read()) == [Order("dial", {"to": "4001"}), Order("hangup")]
    assert not orders.closed
    os.close(writer)
    assert list(orders.read()) == []
    assert orders.closed
    os.close(reader)


@given(st.binary(max_size=200))
def test_rubbish_is_a_bad_order(line: bytes) -> None:
    assert isinstance(parse(line), Order)


def test_what_is_not_an_object_is_bad() -> None:
    assert parse(b"[1]").verb == "bad"
    assert parse(b'{"do": 3}').verb == "bad"
    assert parse(b"[" * 5000).verb == "bad"
