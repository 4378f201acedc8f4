"""Digits in INFO."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switch.info import read_digit


@pytest.mark.parametrize(
    ("kind", "body", "digit"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=240\r\n", ("5", 240)),
        ("application/dtmf-relay", b"Signal= *\r\n", ("*", 160)),
        ("application/dtmf-relay", b"signal=11\nduration=99999", ("#", 10_000)),
        ("application/dtmf", b"#", ("#", 160)),
        ("application/dtmf", b"a\r\n", ("A", 160)),
        ("application/dtmf", b"16", None),
        ("application/dtmf", b"55", None),
        ("application/dtmf-relay", b"Duration=1", None),
        ("application/dtmf", b"", None),
        ("Application/DTMF-Relay ; charset=utf-8", b"Signal=7\r\nDuration=160\r\n", ("7", 160)),
        ("application/dtmf-relay", b"Signal=12\nDuration=100\n", ("A", 100)),
        ("application/dtmf-relay", b"Signal=16\r\nDuration=100\r\n", None),
        ("application/dtmf-relay", b"Duration=250\r\nSignal=D\r\n", ("D", 250)),
        ("text/plain", b"5", None),
        ("application/dtmf-relay-not", b"Signal=5", None),
        ("", b"5", None),
    ],
)
def test_a_digit_is_read(kind: str, body: bytes, digit: tuple[str, int] | None) -> None:
    assert read_digit(kind, body) == digit


@given(st.binary(max_size=200))
def test_rubbish_is_no_digit_and_no_exception(body: bytes) -> None:
    for kind in ("application/dtmf-relay", "application/dtmf"):
        found = read_digit(kind, body)
        assert found is None or (found[0] in "0123456789*#ABCD" and 0 <= found[1] <= 10_000)
