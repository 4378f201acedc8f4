"""What one call says and hears: a player, a recorder, and their places on PJSIP's conference bridge.

The recorder runs on the bridge's clock from the moment it is made: silence from the null sound device is mixed in
all the time, so that sample n is that much after the start even when the call is on hold.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import pjsua2 as pj

from apps.softphone import tones


class Audio:
    """One call's own player and recorders. Let it go (`close`) before the endpoint is destroyed."""

    def __init__(self, silence: Any) -> None:
        self._silence = silence
        self._player: Any = None
        self._recorder: Any = None
        self._sent_recorder: Any = None
        self._call: Any = None
        self._files: list[Path] = []

    def send(self, wav: Path) -> None:
        """Play `wav` round and round, from its start, now."""
        player = pj.AudioMediaPlayer()
        player.createPlayer(str(wav))
        self._drop_player()
        self._player = player
        if self._sent_recorder is not None:
            player.startTransmit(self._sent_recorder)
        if self._call is not None:
            player.startTransmit(self._call)

    def save(self, wav: Path) -> float:
        """Save what comes from now on; returns the monotonic time of the first sample, within 20 ms."""
        self._recorder = self._record(wav)
        if self._call is not None:
            self._call.startTransmit(self._recorder)
        return time.monotonic()

    def save_sent(self, wav: Path) -> float:
        """Save what goes out from now on; returns as `save`."""
        self._sent_recorder = self._record(wav)
        if self._player is not None:
            self._player.startTransmit(self._sent_recorder)
        return time.monotonic()

    def connect(self, call: Any) -> None:
        """The call's audio runs, or runs again after a hold."""
        self._call = call
        if self._player is not None:
            self._player.startTransmit(call)
        if self._recorder is not None:
            call.startTransmit(self._recorder)

    def disconnect(self) -> None:
        """The call's audio stands still; its port may be gone."""
        self._call = None

    def close(self) -> None:
        """Finish the files; `finished` says when they are."""
        self._call = None
        self._drop_player()
        # A recorder writes its header when it is destroyed, which is when the last name for it goes.
        self._recorder = None
        self._sent_recorder = None

    def finished(self) -> bool:
        """Whether every file's header is written: the bridge lets a recorder go some ticks after we did."""
        return all(_is_whole(wav) for wav in self._files)

    def _drop_player(self) -> None:
        self._player = None

    def _record(self, wav: Path) -> Any:
        wav.parent.mkdir(parents=True, exist_ok=True)
        recorder = pj.AudioMediaRecorder()
        recorder.createRecorder(str(wav))
        self._silence.startTransmit(recorder)
        self._files.append(wav)
        return recorder


def _is_whole(wav: Path) -> bool:
    # The length of the data stands in bytes 40..43 of the 44 that PJMEDIA writes first.
    try:
        with wav.open("rb") as file:
            head = file.read(44)
        return len(head) == 44 and int.from_bytes(head[40:44], "little") == wav.stat().st_size - 44 > 0
    except OSError:
        return True


def tone_wav(freq_hz: float, rate_hz: int) -> Path:
    """A temporary file with a tone in it, for `Audio.send`."""
    path = Path(tempfile.mkdtemp(prefix="zongji-phone-")) / f"tone-{freq_hz:g}.wav"
    tones.write(path, tones.tone(freq_hz, 4.0, rate_hz=rate_hz), rate_hz)
    return path
