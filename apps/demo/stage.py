"""Where the story plays: a temporary site and switch, and the three phones.

The caller comes from 127.0.0.2, which the site's one trunk names: to the switch it is a carrier's machine, told apart
from the desk phones by its address alone.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from apps.demo.own_switch import OwnSwitch, SwitchFailed, free_ports
from apps.settings import load_site
from apps.site import create_site
from apps.softphone import tones
from apps.softphone.drive import Phone

SWITCH_IP = "127.0.0.1"
CARRIER_IP = "127.0.0.2"
CALLER = "13800138000"
HOTLINE = "4001"
VOICE_S = 60.0
"""Length of a voice: longer than any call, as PJMEDIA's player loses some 60 ms when it begins again."""

_TRUNKS = f"""\
trunks:
  carrier:
    addresses: [{CARRIER_IP}]
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """A tone of one's own, signed so that the ear can tell when it was spoken."""

    freq_hz: int
    wav: Path

    def samples(self) -> tones.Samples:
        """All of it."""
        return tones.signed(self.freq_hz, VOICE_S, seed=self.freq_hz)


class Stage:
    """A directory, a switch, and whoever is on stage. `clear` takes it all down again."""

    def __init__(self, *, site: Path | None = None, keep: Path | None = None) -> None:
        self.directory = keep or Path(tempfile.mkdtemp(prefix="zongji-demo-"))
        self.directory.mkdir(parents=True, exist_ok=True)
        self._keep = keep is not None
        self.site_is_ours = site is None
        self.sip_port = 0
        self.carrier_ip = CARRIER_IP
        self.switch = OwnSwitch(site or self.directory / "site", self.directory / "switch.log")
        self.phones: list[Phone] = []
        self.secrets: dict[str, str] = {}
        self.last_words = ""

    def build(self) -> None:
        """Make the site, or look at the one that runs. Raises SiteError, SwitchFailed."""
        if self.site_is_ours:
            self._make_site()
        site = load_site(self.switch.site)
        self.secrets = {extension: phone.secret for extension, phone in site.phones.items()}
        self.sip_port = next(listen.port for listen in site.switch.sip.listen if listen.transport == "udp")
        addresses = [address for trunk in site.trunks.values() for address in trunk.addresses]
        local = [address for address in addresses if address.startswith("127.") and "/" not in address]
        if not local:
            raise SwitchFailed(
                "The site has no trunk for callers on this machine; add one to trunks.yaml: "
                f"demo: {{addresses: [{CARRIER_IP}]}}"
            )
        self.carrier_ip = local[0]

    def _make_site(self) -> None:
        self.sip_port = free_ports(2)
        rtp = free_ports(200, low=16384, high=24000)
        create_site(
            self.switch.site,
            settings={
                "sip.listen": f'["udp {SWITCH_IP}:{self.sip_port}", "tcp {SWITCH_IP}:{self.sip_port}"]',
                "sip.public_ip": SWITCH_IP,
                "media.ip": SWITCH_IP,
                "media.ports": f"{rtp}-{rtp + 199}",
            },
        )
        (self.switch.site / "trunks.yaml").write_text(_TRUNKS, "utf-8")

    def desk_phone(self, extension: str, freq_hz: int) -> Phone:
        """An agent's phone: registers, rings a moment, answers, speaks its tone."""
        return self._phone(
            extension,
            freq_hz,
            ["--extension", extension, "--secret", self.secrets[extension], "--answer", "0.8"],
        )

    def outside_phone(self, freq_hz: int) -> Phone:
        """The caller's phone, behind the carrier."""
        return self._phone(CALLER, freq_hz, ["--extension", CALLER, "--no-register", "--bind", self.carrier_ip])

    def wait_ready(self) -> None:
        """All phones run; they start side by side. Raises PhoneSilent."""
        for phone in self.phones:
            phone.wait("ready", 15)

    def voice(self, freq_hz: int) -> Voice:
        """A voice, and its file."""
        wav = self.directory / f"says-{freq_hz}.wav"
        voice = Voice(freq_hz, wav)
        if not wav.exists():
            tones.write(wav, voice.samples())
        return voice

    def clear(self) -> None:
        """End the phones and the switch; the directory goes unless it was asked for."""
        for phone in self.phones:
            phone.close()
        if self.switch.process is not None:
            self.switch.stop()
            self.last_words = self.switch.tail()
        if not self._keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _phone(self, name: str, freq_hz: int, arguments: list[str]) -> Phone:
        server = f"{SWITCH_IP}:{self.sip_port}"
        says = self.voice(freq_hz).wav
        saves = self.directory / f"{name}-heard-{{n}}.wav"
        sound = ["--send", str(says), "--save", str(saves)]
        phone = Phone(name, ["--server", server, *arguments, *sound], stderr=self.directory / f"{name}.stderr")
        self.phones.append(phone)
        return phone
