"""What streams hear besides each other: plays of their own, and the music that many share.

A listener hears the first of: its play, its music, its room, silence. Files are loaded in the loader's thread; a play
whose file is cached starts in the next tick.

Time: the board's `tick`. Deliberately absent: rooms (hall.py), how clips and tracks are made (source.py, music.py).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import numpy as np

from media import g711, music, orders, tone, wording
from media.board import Board, Ints
from media.events import PlayEnded
from media.files import FileError, Loader, read
from media.g711 import Samples
from media.process import log
from media.source import Clip, Growing, Player
from media.stream import Stream
from media.stretch import FASTEST, SLOWEST
from media.words import RATE_HZ, File, StreamId

FOLLOW_S = 3.0
"""A file that has not grown for so long is over."""
FOLLOW_LOOK_S = 0.4
FOLLOW_AHEAD = 2 * RATE_HZ
_NONE: Ints = np.zeros(0, np.int64)


class Sounding:
    """Plays and music of one engine. `tell` gets PlayEnded."""

    def __init__(
        self, board: Board, loader: Loader, streams: Mapping[StreamId, Stream], tell: Callable[[PlayEnded], None]
    ) -> None:
        self._board = board
        self._loader = loader
        self._streams = streams
        self._tell = tell
        self._jukebox = music.Jukebox()
        self._listeners: dict[str, Ints] = {}
        """Rows that hear each class of music."""
        self._players: dict[int, Stream] = {}
        """Rows that hear a play of their own."""
        self.music_failed = 0
        """Files of music that could not be played, or not to their end."""
        self.plays_failed = 0
        """The same of plays: one a play."""

    # ---- plays ---------------------------------------------------------------------------------------------

    def play(self, stream: Stream, order: orders.Play) -> None:
        """Load in the loader's thread, then play; what plays now ends at once."""
        self._end_play(stream, "stopped")
        stream.play, stream.stop_on = order.play, order.stop_on
        law = int(self._board.law[stream.row])
        sources = [wording.source_of(wired) for wired in order.sources]

        def load() -> Player:
            clips, failed = self._loader.shelf.clips(sources)
            player = Player(order.play, clips, law, loop=order.loop, failed=failed)
            if sources and isinstance(last := sources[-1], File) and last.follow and not order.loop and not failed:
                player.growing = Growing(last.path, clips[-1].samples.size, grew_at=self._board.now)
            player.seek(order.start_ms)
            return player

        def loaded(player: Player) -> None:
            if self._streams.get(stream.id) is stream and stream.play == player.play:
                player.speak(int(self._board.law[stream.row]))
                if player.failed:
                    self.plays_failed += 1
                    log(f"stream={stream.id} play={player.play}: {player.failed}")
                self._start(stream, player)

        self._loader.submit(load, loaded)

    def unplayed(self, order: orders.Play) -> None:
        """A play on a stream that is not there is over at once."""
        self._tell(PlayEnded(StreamId(order.stream), order.play, "closed", 0))

    def _start(self, stream: Stream, player: Player) -> None:
        stream.player, stream.play = player, player.play
        self._players[stream.row] = stream

    def keyed(self, stream: Stream, digit: str) -> None:
        """The listener pressed a key: a play that it ends is over in this tick, and the rest of it is not heard."""
        if digit in stream.stop_on:
            self._end_play(stream, "digit")

    def stop_play(self, stream: Stream) -> None:
        """Within this tick the listener hears what lies below."""
        self._end_play(stream, "stopped")

    def steer(self, stream: Stream, order: orders.Steer) -> None:
        """Pause, resume, seek, skip or another speed, when something plays."""
        player = stream.player
        if player is None or not np.isfinite(order.value):
            return
        match order.verb:
            case "pause" | "resume":
                player.paused = order.verb == "pause"
            case "seek" | "skip":
                player.seek(order.value + (player.position_ms if order.verb == "skip" else 0))
            case "speed" if player.growing is None:
                self._reload(stream, player, min(max(order.value, SLOWEST), FASTEST))

    def _reload(self, stream: Stream, player: Player, speed: float) -> None:
        """Make the play anew at another speed, in the loader's thread; it goes on as it is until then."""
        law = int(self._board.law[stream.row])

        def load() -> Player:
            return Player(player.play, player.clips, law, loop=player.loop, speed=speed)

        def loaded(fresh: Player) -> None:
            now = stream.player
            if self._streams.get(stream.id) is stream and now is not None and now.play == fresh.play:
                fresh.speak(int(self._board.law[stream.row]))
                fresh.take_over(now)
                self._start(stream, fresh)

        self._loader.submit(load, loaded)

    def _look_for_more(self, player: Player, growing: Growing) -> None:
        """A play of a file that grows: read on, well before it runs dry."""
        now = self._board.now
        if growing.loading or now < growing.look_at or player.left > FOLLOW_AHEAD:
            return
        if now - growing.grew_at > FOLLOW_S and player.left <= 0:
            player.growing = None
            return
        growing.loading = True

        def load() -> Samples:
            try:
                return read(growing.path, growing.samples, empty=True)[0]
            except FileError:
                return np.zeros(0, np.int16)

        def loaded(samples: Samples) -> None:
            growing.loading, growing.look_at = False, self._board.now + FOLLOW_LOOK_S
            if samples.size:
                growing.samples += samples.size
                growing.grew_at = self._board.now
                player.extend(samples)

        self._loader.submit(load, loaded)

    def _end_play(self, stream: Stream, why: str) -> None:
        player, play = stream.player, stream.play
        stream.player, stream.play, stream.stop_on = None, 0, ""
        self._players.pop(stream.row, None)
        if play:
            self._tell(PlayEnded(stream.id, play, why, player.heard_ms if player else 0))

    def set_music_of(self, stream: Stream, name: str | None) -> None:
        """Stream joins a class of music, or leaves it."""
        if stream.music is not None:
            left = self._listeners[stream.music]
            self._listeners[stream.music] = left[left != stream.row]
            if left.size == 1:
                del self._listeners[stream.music]
        stream.music = name
        if name is not None:
            self._listeners[name] = np.append(self._listeners.get(name, _NONE), stream.row)

    def set_music(self, classes: dict[str, list[str]]) -> None:
        """Load the classes' files; until then the old tracks run on."""
        self._jukebox.keep(set(classes))
        for name, files in classes.items():

            def loaded(result: tuple[g711.Codes, list[str]], name: str = name) -> None:
                track, mistakes = result
                self.music_failed += len(mistakes)
                for mistake in mistakes:
                    log(f"music={name}: {mistake}")
                self._jukebox.put(name, track)

            self._loader.submit(functools.partial(music.load, self._loader.shelf, files), loaded)

    def press(self, stream: Stream, digits: str, on_ms: int, gap_ms: int) -> None:
        """Digits as tones, for a far end that does not read events; what plays ends."""
        self._end_play(stream, "stopped")
        gap = Clip(np.zeros(min(max(gap_ms, 0), 5000) * RATE_HZ // 1000, np.int16))
        clips = [clip for key in digits for clip in (Clip(tone.digit(key, min(max(on_ms, 40), 5000))), gap)]
        self._start(stream, Player(0, clips, int(self._board.law[stream.row]), loop=False))

    def leave(self, stream: Stream) -> None:
        """Stream closes."""
        self._end_play(stream, "closed")
        self.set_music_of(stream, None)

    def overlay(self) -> None:
        """Music, then plays, over what the rooms gave."""
        b = self._board
        for name, rows in self._listeners.items():
            for law in (g711.MULAW, g711.ALAW):
                b.out[rows[b.law[rows] == law]] = self._jukebox.frame(name, law, b.tick)
        if not self._players:
            return
        over = []
        for row, stream in self._players.items():
            player = stream.player
            if player is None or player.over:
                over.append(stream)
            else:
                b.out[row] = player.take()
                if player.growing is not None:
                    self._look_for_more(player, player.growing)
        for stream in over:
            self._end_play(stream, "failed" if stream.player and stream.player.failed else "done")
