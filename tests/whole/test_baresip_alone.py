"""baresip and a soft phone over a cable: proof of the tool, before it judges a switch."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from apps.softphone import ear, tones
from tests.stage.baresip import Baresip, cable, need_baresip
from tests.stage.phone import phones

pytestmark = pytest.mark.whole


def test_each_hears_the_other(tmp_path: Path) -> None:
    need_baresip()
    with cable() as laid, phones(tmp_path, f"{laid.far_ip}:5060") as them:
        says = tones.write(tmp_path / "baresip-says.wav", tones.tone(800, 20.0))
        far = Baresip(laid, tmp_path / "baresip", extension="2009", secret="", server="", says=says)
        try:
            phone = them.start(
                "caller",
                "--no-register",
                "--send-tone",
                "500",
                "--save",
                str(them.heard("caller")),
                "--bind",
                laid.near_ip,
            )
            phone.dial(f"sip:2009@{laid.far_ip}:5060")
            phone.wait("answered")
            far.wait("CALL_ESTABLISHED")
            with pytest.raises(AssertionError):
                phone.wait("ended", 2.5)
            phone.order("hangup")
            far.wait("CALL_CLOSED")
            phone.wait("saved")
        finally:
            far.close()
        assert ear.is_tone(ear.read(them.heard("caller"))[4000:], 800)
        heard, rate = soundfile.read(far.heard())
        assert rate == 8000
        assert ear.is_tone(heard[4000:], 500)
