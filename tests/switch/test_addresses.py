"""Which of our addresses a far end is told."""

from __future__ import annotations

from switch import addresses
from switch.lines import each
from switch.settings import Bind


def test_the_loopback_faces_the_loopback() -> None:
    assert addresses.facing("127.0.0.1") == "127.0.0.1"
    assert addresses.facing("127.0.0.9") == "127.0.0.1"


def test_every_address_is_ours_and_none_means_all() -> None:
    own = addresses.own()
    assert own[0] == "127.0.0.1" and addresses.EVERYWHERE not in own
    assert len(set(own)) == len(own)
    assert addresses.anywhere() in own


def test_everywhere_is_written_out_and_the_rest_left_alone() -> None:
    binds = each((Bind("udp", "0.0.0.0", 5060), Bind("tcp", "127.0.0.1", 5061)))
    assert binds[-1] == Bind("tcp", "127.0.0.1", 5061)
    assert [bind.ip for bind in binds[:-1]] == addresses.own()
    assert {(bind.transport, bind.port) for bind in binds[:-1]} == {("udp", 5060)}
