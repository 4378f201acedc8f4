"""The desk's orders about a stream of its own: plays, music, digits, and what is listened for. See desk.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media import orders, wording
from media.answer import AnswerParameters
from media.desk_base import Engines
from media.engine_line import EngineLine
from media.events import PlayEnded
from media.words import Source, StreamId


class Plays(Engines):
    """The part of the desk that plays."""

    _lines: Mapping[str, EngineLine]

    async def play(
        self, stream: StreamId, sources: Sequence[Source], *, loop: bool = False, start_ms: int = 0, stop_on: str = ""
    ) -> int:
        """Play id. What plays on the stream ends as "stopped"; `PlayEnded` follows for this one in any case.

        A digit of `stop_on` that is heard on the stream ends it as "digit" in that tick; `DigitHeard` is told before.
        """
        play = next(self._plays)
        order = orders.Play(stream, play, [wording.sounds(source) for source in sources], loop, start_ms, stop_on)
        if self._tell(stream, order):
            self._playing[play] = stream
        else:
            self._announce(PlayEnded(stream, play, "closed", 0))
        return play

    def stop_play(self, stream: StreamId) -> None:
        """Stop what plays, within one frame."""
        self._tell(stream, orders.StopPlay(stream))

    def pause_play(self, stream: StreamId) -> None:
        """What plays stands still, and the listener hears silence; `resume_play` goes on."""
        self._tell(stream, orders.Steer(stream, "pause"))

    def resume_play(self, stream: StreamId) -> None:
        self._tell(stream, orders.Steer(stream, "resume"))

    def seek(self, stream: StreamId, ms: int) -> None:
        """Go on from there, counted from the beginning of the first source; beyond the end is the end."""
        self._tell(stream, orders.Steer(stream, "seek", ms))

    def skip(self, stream: StreamId, ms: int) -> None:
        """Go on so much later, or earlier when negative."""
        self._tell(stream, orders.Steer(stream, "skip", ms))

    def play_speed(self, stream: StreamId, speed: float) -> None:
        """0.5..2, at the same pitch; from when it has been computed on, some ms for each second that is left.

        A file that is followed keeps its speed.
        """
        self._tell(stream, orders.Steer(stream, "speed", speed))

    def music(self, stream: StreamId, name: str | None) -> None:
        """Join the running music `name`, or leave it with None. A play goes over it, a room under it."""
        self._tell(stream, orders.Music(stream, name))

    def set_music(self, classes: Mapping[str, Sequence[str]]) -> None:
        """Classes of music and their files, for all engines now and later. No files: the house's own music."""
        self._music = {name: list(files) for name, files in classes.items()}
        for line in self._lines.values():
            line.tell(orders.SetMusic(self._music))

    def send_digits(self, stream: StreamId, digits: str, on_ms: int = 100, gap_ms: int = 60) -> None:
        """Press digits towards the far end: RFC 4733 when it reads that, else tones."""
        self._tell(stream, orders.Press(stream, digits, on_ms, gap_ms))

    def watch_speech(self, stream: StreamId, on: bool) -> None:
        """Tell `SpeechChanged` of this stream, or no more."""
        self._tell(stream, orders.WatchSpeech(stream, on))

    def watch_tones(self, stream: StreamId, on: bool) -> None:
        """Tell `DigitHeard` of digits that come as sound, or no more; for far ends without telephone-event."""
        self._tell(stream, orders.WatchTones(stream, on))

    def hide_keys(self, stream: StreamId, on: bool) -> None:
        """Taps keep what comes on this stream without what is in it, until it is turned off."""
        self._tell(stream, orders.HideKeys(stream, on))

    def watch_progress(self, stream: StreamId, country: str | None) -> None:
        """Tell `ToneHeard` of this country's tones ("cn", "us", "uk", "eu", "any") and of fax; None: no more."""
        self._tell(stream, orders.WatchProgress(stream, country))

    def watch_answer(self, stream: StreamId, parameters: AnswerParameters | None) -> None:
        """Judge who answers on this stream from now on; None: no more.

        `AnswerJudged` follows within `total_analysis_time`, and `BeepHeard` after a machine if that was asked for.
        """
        self._tell(stream, orders.WatchAnswer(stream, parameters))
