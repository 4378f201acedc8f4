"""A product phone of another make, registered over a cable: it answers, and both hear."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from apps.softphone import ear, tones
from tests.stage.baresip import Baresip, cable, need_baresip
from tests.stage.cast import heard_tone, talk
from tests.stage.phone import phones
from tests.stage.switch import Switch, secret, switch

pytestmark = pytest.mark.whole


def test_baresip_registers_and_is_called(tmp_path: Path) -> None:
    need_baresip()
    says = tones.write(tmp_path / "baresip-says.wav", tones.tone(800, 30.0))
    with (
        cable() as laid,
        switch(tmp_path, ip=laid.near_ip) as house,
        phones(tmp_path, house.address) as them,
    ):
        far = Baresip(
            laid, tmp_path / "baresip", extension="2003", secret=secret("2003"), server=house.address, says=says
        )
        try:
            # baresip may have registered before its control socket was there to tell.
            house.until("baresip is registered", lambda: _contacts(house, "2003"), 10)
            alice = them.registered(
                "2001", secret("2001"), "--send", str(them.voice("2001", 500)), "--save", str(tmp_path / "2001-{n}.wav")
            )
            alice.dial("2003")
            alice.wait("answered")
            far.wait("CALL_ESTABLISHED")
            talk(2.5)
            alice.order("hangup")
            far.wait("CALL_CLOSED")
            alice.wait("ended")
        finally:
            far.close()
        heard_tone(alice, 800)
        samples, _ = soundfile.read(far.heard())
        assert ear.is_tone(samples[8000:-1600], 500)


def _contacts(house: Switch, extension: str) -> list[object]:
    (found,) = (phone for phone in house.ask("phones.list")["phones"] if phone["extension"] == extension)
    return list(found["contacts"])


def test_baresip_is_called_as_a_trunk_and_both_hear(tmp_path: Path) -> None:
    need_baresip()
    says = tones.write(tmp_path / "baresip-says.wav", tones.tone(800, 30.0))
    with cable() as laid:
        house = Switch(tmp_path, ip=laid.near_ip)
        house.point_carrier_at(laid.far_ip, 5060)
        house.start()
        far = Baresip(laid, tmp_path / "baresip", extension="7009", secret="", server="", says=says)
        try:
            with phones(tmp_path, house.address) as them:
                sound = ["--send", str(them.voice("2001", 500)), "--save", str(tmp_path / "2001-{n}.wav")]
                alice = them.registered("2001", secret("2001"), *sound)
                alice.dial("7009")
                alice.wait("answered")
                far.wait("CALL_ESTABLISHED")
                talk(2.5)
                alice.order("hangup")
                far.wait("CALL_CLOSED")
                alice.wait("ended")
        finally:
            far.close()
            house.end()
        heard_tone(alice, 800)
        samples, _ = soundfile.read(far.heard())
        assert ear.is_tone(samples[8000:-1600], 500)
