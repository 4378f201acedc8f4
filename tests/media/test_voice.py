"""The speech child and its handle: the real child in its own process, and a fake one for the handle's troubles."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket as sockets
import struct
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from media.utterance import Identity, wav_path, write_identity
from media.voice import Voice, VoiceError

ROOT = Path(__file__).parents[2]


class Child:
    """The real child."""

    def __init__(self, base: Path) -> None:
        self.socket, self.cache = base / "tts.sock", base / "cache"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "media.tts", "--socket", str(self.socket), "--cache", str(self.cache)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout.readline() == b"ready\n", self.process.stderr.read()

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(10)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@pytest.fixture
def child(tmp_path):
    made = Child(tmp_path)
    made.start()
    yield made
    made.end(signal.SIGKILL)


@pytest.fixture
async def voice(child):
    made = Voice(child.socket, child.cache)
    yield made
    await made.close()


def level(wav: Path) -> float:
    """Loudness [dBFS] of the part of a WAV that is not silence."""
    samples, rate = soundfile.read(str(wav))
    assert rate == 8000 and samples.ndim == 1
    frames = np.square(samples[: len(samples) // 160 * 160]).reshape(-1, 160).mean(axis=1)
    return float(10 * np.log10(frames[frames > frames.max() * 1e-4].mean()))


@pytest.mark.parametrize(
    ("text", "language", "shortest_s", "longest_s"),
    [
        ("Welcome. Press 1 for sales.", "en", 1.5, 4),
        ("您好，这里是自来水公司，人工服务请按零。", "zh", 3, 8),
        ("你前面仲有三位，請等等。", "yue", 1, 5),
        ("<speak>Hello <break time='60s'/> there</speak>", "en", 1, 8),
        ("-w /tmp/x --stdin", "en", 0.5, 6),
        ("$(reboot); `reboot` \x00\x1b]0;x\x07 %s%n ../../etc/passwd", "en", 1, 15),
        ("7", "zh", 0.1, 2),
        ("🙂 ok 🙂", "en", 0.1, 6),
    ],
)
async def test_a_text_becomes_speech_of_one_loudness(voice, text, language, shortest_s, longest_s):
    wav = await voice.speak(text, language)
    assert shortest_s < soundfile.info(str(wav)).duration < longest_s
    assert level(wav) == pytest.approx(-20, abs=1)
    assert soundfile.info(str(wav)).subtype == "PCM_16"


async def test_chinese_is_read_as_chinese_and_not_as_letters(voice):
    """Each syllable of Mandarin takes about 0.25 s; an English voice would spell or skip the characters."""
    short = soundfile.info(str(await voice.speak("请按一", "zh"))).duration
    long = soundfile.info(str(await voice.speak("请按一，请按二，请按三", "zh"))).duration
    assert 0.4 < short < 1.5 and 2 < long / short < 5


async def test_what_was_spoken_before_needs_no_child(child, voice):
    first = await voice.speak("Hello", "en")
    await voice.close()
    child.end()
    fresh = Voice(child.socket, child.cache, patience_s=0.2)
    assert await fresh.speak("Hello", "en") == first and fresh.hits == 1
    with pytest.raises(VoiceError, match="did not answer"):
        await fresh.speak("Something new", "en")


async def test_many_who_want_one_text_at_once_share_one_rendering(voice):
    paths = await asyncio.gather(*(voice.speak("The same for all", "en") for _ in range(50)))
    assert len(set(paths)) == 1 and voice.rendered == 1


async def test_one_of_many_may_leave_without_harm_to_the_others(voice):
    first, second = (asyncio.create_task(voice.speak("Shared", "en")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).exists()


async def test_a_killed_child_is_found_again_when_it_is_back(child, voice):
    await voice.speak("Before", "en")
    child.end(signal.SIGKILL)
    asking = asyncio.create_task(voice.speak("After", "en"))
    await asyncio.to_thread(child.start)
    assert (await asking).exists()


async def test_preparing_tells_what_failed_and_does_the_rest(voice):
    failed = await voice.prepare([("Hello", "en"), ("您好", "zh"), ("...", "en"), ("salut", "fr"), ("Hello", "en")])
    assert len(failed) == 2 and all(sentence.endswith(".") for sentence in failed)
    assert voice.rendered == 2


async def test_a_new_cache_entry_appears_whole_or_not_at_all(child, voice):
    await voice.prepare([(f"Number {number}", "en") for number in range(20)])
    left = [path for path in child.cache.rglob("*") if path.is_file() and path.suffix not in (".wav", ".json")]
    assert left == [] and len(list(child.cache.glob("??/*.wav"))) == 20


def test_the_child_ends_on_sigterm_and_takes_its_socket_along(child):
    assert child.end() == 0
    assert not child.socket.exists()


def test_the_child_answers_rubbish_with_silence_and_goes_on(child):
    for rubbish in (
        b"\0\0\0\1\xc1",
        b"\xff\xff\xff\xff",
        b"GET / HTTP/1.1\r\n\r\n",
        struct.pack(">I", 3) + b"abc",
        b"\0",
    ):
        with sockets.socket(sockets.AF_UNIX) as raw:
            raw.settimeout(5)
            raw.connect(str(child.socket))
            raw.sendall(rubbish)
            raw.shutdown(sockets.SHUT_WR)
            assert raw.recv(100) == b""
    body = msgspec.msgpack.encode({"id": 7, "text": "still here", "language": "en"})
    with sockets.socket(sockets.AF_UNIX) as raw:
        raw.settimeout(5)
        raw.connect(str(child.socket))
        raw.sendall(struct.pack(">I", len(body)) + body)
        size = struct.unpack(">I", raw.recv(4))[0]
        assert Path(msgspec.msgpack.decode(raw.recv(size))["path"]).exists()


def test_the_child_retires_when_its_parent_dies(tmp_path):
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess, sys, time\n"
         f"child = subprocess.Popen([sys.executable, '-m', 'media.tts', '--socket', {str(tmp_path / 's')!r},"
         f" '--cache', {str(tmp_path / 'c')!r}], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)\n"
         "child.stdout.readline(); print(child.pid, flush=True); time.sleep(60)"],
        cwd=ROOT, stdout=subprocess.PIPE)  # fmt: skip
    pid = int(parent.stdout.readline())
    handle = os.pidfd_open(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    import select

    assert select.select([handle], [], [], 5)[0], "the child outlived its parent by 5 s"
    os.close(handle)


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    command = [sys.executable, "-m", "media.tts", "--socket", str(tmp_path / "s"), "--cache", str(tmp_path / "file/c")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=20, check=False)
    assert done.returncode == 1 and done.stdout == b""
    assert done.stderr.count(b"\n") == 1 and b"Cannot serve" in done.stderr


# ---- the handle alone, against a child that misbehaves ------------------------------------------------------


@contextlib.asynccontextmanager
async def fake_child(tmp_path, behave, patience_s=0.3):
    """A socket whose connections are given to `behave(reader, writer)`; more patience where an answer is to come."""
    tasks = []

    async def serve(reader, writer):
        tasks.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await behave(reader, writer)
        writer.close()

    server = await asyncio.start_unix_server(serve, str(tmp_path / "s"))
    made = Voice(tmp_path / "s", tmp_path / "c", patience_s=patience_s)
    try:
        yield made
    finally:
        await made.close()
        server.close()
        for task in tasks:
            task.cancel()


async def request(reader):
    return msgspec.msgpack.decode(await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big")))


def frame(told) -> bytes:
    body = msgspec.msgpack.encode(told)
    return len(body).to_bytes(4, "big") + body


async def test_a_silent_child_is_given_up_after_patience(tmp_path):
    async def behave(reader, writer):
        await reader.read()

    async with fake_child(tmp_path, behave) as voice:
        with pytest.raises(VoiceError, match=r"within 0\.3 s"):
            await voice.speak("x", "en")
        assert "not connected" in repr(voice)


async def test_no_child_at_all_is_given_up_after_patience(tmp_path):
    with pytest.raises(VoiceError, match="did not answer"):
        await Voice(tmp_path / "none", tmp_path, patience_s=0.05).speak("x", "en")


async def test_a_request_cut_off_is_sent_once_more(tmp_path):
    seen = []

    async def behave(reader, writer):
        told = await request(reader)
        seen.append(told["text"])
        if len(seen) > 1:
            writer.write(frame({"id": told["id"], "path": "/x.wav"}))
            await reader.read()

    async with fake_child(tmp_path, behave, 10.0) as voice:
        assert await voice.speak("x", "en") == Path("/x.wav")
        assert seen == ["x", "x"]


async def test_a_text_that_kills_the_child_twice_is_given_up(tmp_path):
    async def behave(reader, writer):
        await request(reader)

    async with fake_child(tmp_path, behave, 10.0) as voice:
        with pytest.raises(VoiceError, match="died twice"):
            await voice.speak("x", "en")


@pytest.mark.parametrize(
    "rubbish", [b"\xff\xff\xff\xff", b"\0\0\0\1\xc1", frame([1, 2]), frame({"id": 999, "path": "x"})]
)
async def test_a_childs_rubbish_is_an_error_and_no_more(tmp_path, rubbish):
    async def behave(reader, writer):
        await request(reader)
        writer.write(rubbish)
        await reader.read()

    async with fake_child(tmp_path, behave) as voice:
        with pytest.raises(VoiceError):
            await voice.speak("x", "en")


async def test_answers_find_their_questions_in_any_order(tmp_path):
    async def behave(reader, writer):
        waiting = [await request(reader) for _ in range(3)]
        for told in reversed(waiting):
            writer.write(frame({"id": told["id"], "path": f"/{told['text']}.wav"}))
        await reader.read()

    async with fake_child(tmp_path, behave, 10.0) as voice:
        paths = await asyncio.gather(*(voice.speak(text, "en") for text in "abc"))
        assert [path.stem for path in paths] == ["a", "b", "c"]


async def test_the_childs_reason_is_passed_on(tmp_path):
    async def behave(reader, writer):
        told = await request(reader)
        writer.write(frame({"id": told["id"], "error": "The disk is full."}))
        await reader.read()

    async with fake_child(tmp_path, behave, 10.0) as voice:
        with pytest.raises(VoiceError, match="The disk is full"):
            await voice.speak("x", "en")


async def test_a_hit_asks_nobody(tmp_path):
    identity = Identity("test", "1")
    write_identity(tmp_path, identity)
    wav = wav_path(tmp_path, identity, "hello", "en")
    wav.parent.mkdir()
    wav.write_bytes(b"RIFF")
    voice = Voice(tmp_path / "none", tmp_path)
    assert await voice.speak("hello", "en") == wav
    assert voice.rendered == 0 and voice.hits == 1


def test_the_cache_is_cut_to_its_limit_oldest_first(tmp_path):
    from media.tts import tidy

    folder = tmp_path / "ab"
    folder.mkdir()
    for age, name in enumerate(("new", "old", "older")):
        path = folder / f"{name}.wav"
        path.write_bytes(b"x" * 100)
        os.utime(path, (1e9 - age, 1e9 - age))
    (folder / "half.part").write_bytes(b"x")
    tidy(tmp_path, limit=250)
    assert sorted(path.name for path in folder.iterdir()) == ["new.wav", "old.wav"]
