"""Phones register with their secret, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stage.cast import Cast
from tests.stage.phone import Phone
from tests.stage.ports import free_port
from tests.stage.sipp import Run, need_sipp
from tests.stage.switch import Switch, secret

pytestmark = pytest.mark.whole


def contacts(house: Switch, extension: str) -> list[dict[str, object]]:
    (phone,) = (p for p in house.ask("phones.list")["phones"] if p["extension"] == extension)
    return list(phone["contacts"])


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_right_secret_registers_and_leaving_unregisters(house: Switch, cast: Cast, transport: str) -> None:
    phone = cast.desk("2001", "--transport", transport)
    (contact,) = contacts(house, "2001")
    assert contact["transport"] == transport
    phone.order("unregister")
    phone.wait("unregistered")
    assert contacts(house, "2001") == []


def failure(phone: Phone) -> tuple[int, str]:
    told = phone.wait("register_failed")
    return told["code"], told["reason"]


def test_a_wrong_secret_and_an_unknown_extension_look_the_same(house: Switch, cast: Cast) -> None:
    wrong = failure(cast.them.start("wrong", "--extension", "2001", "--secret", "guess"))
    unknown = failure(cast.them.start("unknown", "--extension", "2999", "--secret", "guess"))
    assert wrong == unknown
    assert wrong[0] in (401, 403)
    assert contacts(house, "2001") == []


def test_an_extension_may_have_two_phones_and_both_ring(house: Switch, cast: Cast) -> None:
    first = cast.desk("2001")
    second = cast.them.start("second", "--extension", "2001", "--secret", secret("2001"), "--answer", "0.3")
    second.wait("registered")
    assert len(contacts(house, "2001")) == 2
    caller = cast.desk("2002")
    caller.dial("2001")
    first.wait("incoming")
    caller.wait("answered")
    second.wait("answered")
    assert first.wait("ended")["answered"] is False
    caller.order("hangup")
    second.wait("ended")


def test_sipp_registers_by_md5(house: Switch, tmp_path: Path) -> None:
    need_sipp()
    proof = f"[authentication username=2003 password={secret('2003')}]"
    # fmt: off
    with Run("register", tmp_path, remote=house.address, local_port=free_port(), calls=3, rate=5,
             words={"EXPIRES": "60", "STATUS": "200"}, rows=[("2003", "2003", 0, proof)]) as run:
        # fmt: on
        run.finish(10)
    assert contacts(house, "2003")


def test_a_guessed_secret_is_refused_again(house: Switch, tmp_path: Path) -> None:
    need_sipp()
    proof = "[authentication username=2004 password=guess]"
    # fmt: off
    with Run("register", tmp_path, remote=house.address, local_port=free_port(),
             words={"EXPIRES": "60", "STATUS": "401"}, rows=[("2004", "2004", 0, proof)]) as run:
        # fmt: on
        run.finish(10)
    assert contacts(house, "2004") == []
