"""Causes and parties of an end."""

from __future__ import annotations

import pytest

from switch.ending import given_up, hung_up, reason_header, refused
from switch.words import Cause, Party


@pytest.mark.parametrize(
    ("status", "q850", "trunk", "cause"),
    [
        (486, 17, False, Cause.BUSY),
        (603, None, False, Cause.DECLINED),
        (480, None, False, Cause.UNREACHABLE),
        (480, 19, False, Cause.NO_ANSWER),
        (404, 1, True, Cause.NOT_FOUND),
        (503, None, True, Cause.TRUNK_FAILED),
        (503, 17, True, Cause.BUSY),
        (488, None, False, Cause.NOT_ACCEPTABLE),
        (407, None, True, Cause.FORBIDDEN),
    ],
)
def test_a_refusal_has_its_cause_and_is_the_called_side_s(
    status: int, q850: int | None, trunk: bool, cause: Cause
) -> None:
    over = refused(status, "why", q850, said=True, trunk=trunk)
    assert (over.cause, over.by, over.status) == (cause, Party.CALLEE, status)


def test_silence_is_the_network_s() -> None:
    assert refused(408, "", None, said=False, trunk=False).cause is Cause.UNREACHABLE
    assert refused(408, "", None, said=False, trunk=True).cause is Cause.TRUNK_FAILED
    assert refused(408, "", None, said=False, trunk=True).by is Party.NETWORK
    assert hung_up(408, "", said=False, incoming=True).by is Party.NETWORK
    assert given_up(503, "", said=False).by is Party.NETWORK


def test_who_sent_the_bye_hung_up() -> None:
    assert hung_up(200, "", said=True, incoming=True).by is Party.CALLER
    assert hung_up(200, "", said=True, incoming=False).by is Party.CALLEE
    assert hung_up(200, "", said=True, incoming=False).status == 0


def test_every_cause_has_a_reason_header() -> None:
    for cause in Cause:
        (value,) = reason_header(cause).values()
        assert value.startswith(("Q.850;cause=", "SIP;cause=200")) and value.endswith('"')
