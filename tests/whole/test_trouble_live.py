"""Calls that run while something is wrong: a reload with mistakes, a right one, hold, strangers' audio, silence."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.softphone import ear, tones
from tests.stage import ulaw, wire
from tests.stage.cast import Cast, connected, heard, heard_tone, talk
from tests.stage.ports import free_block
from tests.stage.switch import CARRIER_IP, Switch, switch

pytestmark = pytest.mark.whole
PLAN = "dialplan/main.yaml"


def change(one: Switch) -> None:
    one.rewrite("switch.yaml", "rtp_lost: 20", "rtp_lost: 2")
    one.rewrite("queues.yaml", "record: answer", "record: ring")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    with switch(tmp_path_factory.mktemp("live"), change=change) as running:
        yield running


# ---- reload --------------------------------------------------------------------------------------------------------


def test_a_wrong_reload_says_every_mistake_and_changes_nothing(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("2002")
    connected(alice, bob)
    right = {name: (house.site / name).read_text() for name in (PLAN, "queues.yaml", "phones.yaml")}
    try:
        house.rewrite(PLAN, '{to: "4002", do: straight}', '{to: "4002", do: strait}')
        house.rewrite("queues.yaml", "wrap_up: 2", "wrap_up: two")
        house.rewrite("phones.yaml", '"2003": {name: Phone 2003, secret:', '"2003": {name: Phone 2003, secrte:')
        done = house.command("reload")
        assert done.returncode == 5
        mistakes = done.stdout.splitlines()
        for file, line, what, mend in (
            (PLAN, 3, "strait", "straight"),
            ("queues.yaml", 5, "two", ""),
            ("phones.yaml", 4, "secrte", "secret"),
        ):
            assert any(m.startswith(f"{file}:{line}: ") and what in m and mend in m for m in mistakes), mistakes
        (house.site / PLAN).write_text("routes: [\n")
        assert house.command("reload").returncode == 5
        # A site whose file is gone for a moment, as while an editor writes it.
        (house.site / "queues.yaml").unlink()
        assert house.command("reload").returncode == 5
    finally:
        for name, text in right.items():
            (house.site / name).write_text(text)
    talk(2.0)
    assert len(house.calls()) == 1
    alice.order("hangup")
    bob.wait("ended")
    heard_tone(bob, 440)
    # The old configuration serves: 4002 leads where it did, and 2003 is somebody.
    with wire.Caller(house.address, "4002", media_port=40000, ip=CARRIER_IP) as caller:
        caller.invite()
        answer = caller.wait("INVITE")
        caller.ack(answer)
        assert answer.status == 200
        caller.bye()
        caller.wait("BYE")
    assert {phone["extension"] for phone in house.ask("phones.list")["phones"]} >= {"2003"}
    assert "nothing is different" in "".join(house.command("reload").stdout) or house.command("reload").returncode == 0


def test_a_right_reload_is_for_new_calls_and_a_running_menu_keeps_its_plan(house: Switch, cast: Cast) -> None:
    old = (house.site / PLAN).read_text()
    caller, later = cast.caller(), cast.caller()
    caller.dial("4001")
    caller.wait("answered")
    talk(0.3)
    try:
        # The number is another script's now, and key 1 hangs up.
        house.rewrite(PLAN, 'keys: {"1": straight}', 'keys: {"1": gone}')
        house.rewrite(PLAN, "scripts:\n", "scripts:\n  gone:\n    - hangup: declined\n")
        house.rewrite(PLAN, '{to: "4003", do: nobody}', '{to: "4003", do: gone}\n  - {to: "4009", do: nobody}')
        done = house.command("reload")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "dialplan" in done.stdout.lower()
        began = time.monotonic()
        caller.order("digits", digits="1")
        (call,) = house.calls()
        house.until("key 1 led to the queue", lambda: step(house, call["call_id"], "queue"))
        # "Nobody is here", and not a hang-up without a word.
        assert caller.wait("ended", 10)["now"] - began > 0.5
        later.dial("4003")
        assert later.wait("ended")["code"] == 603
        later.dial("4001")
        later.wait("answered")
        talk(0.3)
        later.order("digits", digits="1")
        later.wait("ended", 4)
    finally:
        (house.site / PLAN).write_text(old)
        assert house.command("reload").returncode == 0
    rows = house.booked(count=2, caller=later.name)
    assert [row["queue"] for row in rows] == ["", ""]


def step(house: Switch, call_id: str, kind: str) -> bool:
    rows = house.ask("cdr.list", segments=True, call_id=call_id)["rows"]
    return any(segment["kind"] == kind for row in rows for segment in row["segments"])


# ---- audio ---------------------------------------------------------------------------------------------------------


class Sprayer(threading.Thread):
    """A stranger who sends RTP to every port of the switch's, as fast as speech, until stopped."""

    def __init__(self, house: Switch, hz: int) -> None:
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.9", 0))
        self.house = house
        self.codes = ulaw.encode(tones.signed(hz, 2.0, seed=hz))
        self.over = threading.Event()
        self.ports: list[int] = []

    def run(self) -> None:
        sequence = 0
        while not self.over.wait(0.02):
            at = sequence * 160 % (len(self.codes) - 160)
            head = struct.pack(">BBHII", 0x80, 0, sequence & 0xFFFF, sequence * 160, 0xBADBAD)
            for port in self.ports:
                self.sock.sendto(head + self.codes[at : at + 160], (self.house.ip, port))
            sequence += 1

    def stop(self) -> int:
        """End; how many packets came back."""
        self.over.set()
        self.join()
        self.sock.setblocking(False)
        count = 0
        try:
            while self.sock.recv(2048):
                count += 1
        except BlockingIOError:
            pass
        self.sock.close()
        return count


def ports_of(house: Switch) -> list[int]:
    """The UDP ports that the media engine has open."""
    engine = house.child("engine")
    inodes = {
        link.readlink().name[8:-1]
        for link in Path(f"/proc/{engine}/fd").iterdir()
        if link.is_symlink() and link.readlink().name.startswith("socket:[")
    }
    lines = [line.split() for line in Path("/proc/net/udp").read_text().splitlines()[1:]]
    return [int(line[1].split(":")[1], 16) for line in lines if line[9] in inodes]


def test_a_stranger_who_sprays_audio_is_not_heard(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    stranger = Sprayer(house, 700)
    alice.dial("2002")
    connected(alice, bob)
    talk(0.4)
    stranger.ports = ports_of(house)
    assert len(stranger.ports) >= 4
    stranger.start()
    talk(1.8)
    alice.order("hangup")
    bob.wait("ended")
    assert stranger.stop() == 0, "the stranger was answered"
    heard_tone(alice, 1000)
    heard_tone(bob, 440)


def test_a_call_without_audio_for_longer_than_the_limit_ends_and_says_why(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0", hz=1000)
    port = free_block(2, CARRIER_IP, even=True)
    with wire.Caller(house.address, "2002", media_port=port, ip=CARRIER_IP, sip_from="13811110000") as caller:
        caller.invite()
        answer = caller.wait("INVITE", 200)
        caller.ack(answer)
        began = time.monotonic()
        caller.reply(caller.request("BYE", 8))
        assert 1.8 < time.monotonic() - began < 4.5
    assert bob.wait("ended")["by"] == "far end"
    (row,) = house.booked(caller="13811110000")
    assert row["cause"] == "rtp_lost"


def test_who_holds_by_reinvite_is_not_taken_for_lost_and_hears_music_end(house: Switch, cast: Cast) -> None:
    bob = cast.desk("2002", "--answer", "0.1", hz=1000)
    alice = cast.desk("2001", hz=440)
    alice.dial("2002")
    connected(alice, bob)
    talk(0.8)
    held = alice.order("hold")
    alice.wait("media", status="held here")
    talk(3.0)  # longer than the limit without audio
    taken = alice.order("unhold")
    alice.wait("media", since=alice.mark() - 1, status="active")
    talk(1.2)
    assert bob.told("ended") == []
    alice.order("hangup")
    began = bob.wait("saving")["began_now"]
    bob.wait("ended")
    sound = heard(bob)
    during = sound[round((held - began + 0.5) * 8000) : round((taken - began - 0.1) * 8000)]
    assert ear.level_dbfs(during) > -45 and not ear.is_tone(during, 440), "no music while held"
    assert ear.is_tone(sound[round((taken - began + 0.5) * 8000) : -800], 440)
    row = house.booked(caller="2001")[-1]
    assert (row["cause"], row["ended_by"]) == ("normal", "caller")
    assert row["hold_ms"] == pytest.approx(1000 * (taken - held), abs=400)


# ---- record: ring --------------------------------------------------------------------------------------------------


def test_a_recording_from_the_ring_on_begins_with_the_first_ring(house: Switch, cast: Cast) -> None:
    alice = cast.agent("alice", "--answer", "1.2", hz=440)
    caller = cast.caller(hz=1000)
    try:
        caller.dial("4002")
        alice.wait("answered")
        talk(1.2)
        caller.order("hangup")
        alice.wait("ended")
    finally:
        cast.log_out()
    (row,) = house.booked(caller=caller.name)
    ring = next(segment for segment in row["segments"] if segment["kind"] == "ring")
    (recording,) = house.ask("recordings.list", call_id=row["call_id"])["recordings"]
    assert recording["agent"] == "alice"
    assert recording["started_at"][:21] >= ring["started_at"][:21]
    left, right = ear.read(Path(recording["path"]), 0), ear.read(Path(recording["path"]), 1)
    assert len(left) / 8000 == pytest.approx((row["ring_ms"] + row["talk_ms"]) / 1000, abs=0.25)
    assert ear.is_tone(left[2000:-1600], 1000), "the caller is on it from the ring on"
    answered = round(8 * row["ring_ms"])
    assert ear.level_dbfs(right[: answered - 1600]) < -60
    assert ear.is_tone(right[answered + 2400 : -1600], 440)
