"""G.722 at 64 kbit/s: the codec inside PJSIP's wheel, one state a row.

The wheel's shared object exports its G.722 (pjmedia-codec/g722: `g722_enc_encode`, `g722_dec_decode`); it needs nothing
of PJSIP around it, no pool and no thread. Encoder and decoder are adaptive: each stream has a state of its own for
each way, 114 ints, and their first 90 mean the same in both, since an encoder adapts by its own decoder's eyes.

G.722 has samples of 15 bits inside. A full scale of 16 bits is its full scale here, halved and doubled, as in all
implementations but earlier PJSIP phones, whose sound is 6 dB under (their shift was 2 bits, which made others clip).

ctypes and not cffi: parsing a cffi declaration takes 90 ms at the start of an engine, and there are four functions.

Units: samples of 16 kHz, int16; one byte is two samples. A frame is 160 bytes, half a frame 80.
Deliberately absent: 56 and 48 kbit/s (no SIP phone asks for them), who needs samples (wide.py).
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
from pathlib import Path

import numpy as np
import numpy.typing as npt

from media.board import Ints
from media.words import FRAME_SAMPLES, WIDE_SAMPLES

STATE_INTS = 114
SHARED_INTS = 90
"""Of a state, the part that tells nothing but how the two bands have adapted."""
QUIET = 0xFD
"""A byte whose steps are the smallest in both bands; a run of them dies away."""
_LOG_STEPS = np.array([44, 89])
"""Where a state has the logarithms of its steps, low band and high band; `_OCTAVE` of them is twice the step."""
_OCTAVE = 2048
_ENCODER, _DECODER = 0, 1


class NoG722(RuntimeError):
    """The wheel that has the codec is not there, or is another one."""


@functools.cache
def load() -> ctypes.CDLL:
    """The shared object. NoG722. It takes some 15 ms, so an engine does it before its first tick."""
    spec = importlib.util.find_spec("pjsua2")
    # Found without importing the package, which would start SWIG's half.
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec is not None else []
    for path in [found for place in places for found in sorted(place.glob("_pjsua2*.so"))]:
        try:
            # The interpreter's lock is kept: a frame takes 15 us, and to ask for the lock again may take more.
            library = ctypes.PyDLL(str(path))
            for name in ("g722_enc_init", "g722_enc_encode", "g722_dec_init", "g722_dec_decode"):
                getattr(library, name).restype = ctypes.c_int
        except (OSError, AttributeError) as error:
            raise NoG722(f"{path} has no G.722: {error}") from error
        return library
    raise NoG722("PJSIP's wheel pjsua2-python, which has the G.722 codec, is not installed")


class G722:
    """Encoders and decoders of `rows` rows. Memory is touched, and so taken, only for rows that were begun."""

    def __init__(self, rows: int) -> None:
        library = load()
        self._encode, self._decode = library.g722_enc_encode, library.g722_dec_decode
        self._begin = (library.g722_enc_init, library.g722_dec_init)
        self._states: npt.NDArray[np.int32] = np.zeros((2, rows, STATE_INTS), np.int32)
        self._at: dict[int, tuple[ctypes.c_void_p, ctypes.c_void_p]] = {}
        # What is worked on lies where its addresses are known: to make one takes as long as half a frame.
        self._codes: npt.NDArray[np.uint8] = np.zeros((rows, FRAME_SAMPLES), np.uint8)
        self._sound: npt.NDArray[np.int16] = np.zeros((rows, WIDE_SAMPLES), np.int16)
        self._places: list[tuple[ctypes.c_void_p, ctypes.c_void_p]] = []
        self._made = ctypes.c_size_t()
        self._made_at = ctypes.byref(self._made)
        self._frame, self._half = ctypes.c_size_t(FRAME_SAMPLES), ctypes.c_size_t(FRAME_SAMPLES // 2)
        self._samples = ctypes.c_size_t(WIDE_SAMPLES)

    def begin(self, row: int) -> None:
        """Row begins anew, both ways."""
        self._at[row] = (self._address(_ENCODER, row), self._address(_DECODER, row))
        for init, state in zip(self._begin, self._at[row], strict=True):
            init(state)

    def follow(self, listeners: Ints, speakers: Ints) -> None:
        """What `listeners` were sent were `speakers`' bytes: encoders go on where these have led the far decoders."""
        self._states[_ENCODER, listeners, :SHARED_INTS] = self._states[_DECODER, speakers, :SHARED_INTS]

    def apart_db(self, listeners: Ints, speakers: Ints) -> npt.NDArray[np.float64]:
        """How far the steps of `listeners`' encoders are from those of `speakers`' decoders, in the worse band (n,)."""
        ours = self._states[_ENCODER, listeners[:, None], _LOG_STEPS]
        theirs = self._states[_DECODER, speakers[:, None], _LOG_STEPS]
        apart: npt.NDArray[np.float64] = np.abs(ours - theirs).max(axis=1) * (6.02 / _OCTAVE)
        return apart

    def lead(self, rows: Ints, before: npt.NDArray[np.int16]) -> None:
        """The encoders of `rows` take the last of the sound `before` (n, 24 or more) for what they had last."""
        last = before[:, : -(STATE_INTS - SHARED_INTS) - 1 : -1]
        self._states[_ENCODER, rows, SHARED_INTS:] = last >> 1

    def decode(self, rows: list[int], codes: npt.NDArray[np.uint8], halves: list[int]) -> npt.NDArray[np.int16]:
        """Samples (n, 320) of `codes` (n, 160); valid until the next call. Nought where nothing is to be decoded.

        `halves` (n,) says which are there: 3 both, 1 the first, 2 the second, 0 neither. The state stands still there.
        """
        self._ready(len(rows))
        self._codes[: len(rows)] = codes
        decode, states, made, made_at = self._decode, self._at, self._made, self._made_at
        for row, (bytes_at, samples_at), here in zip(rows, self._places, halves, strict=False):
            made.value = WIDE_SAMPLES
            if here == 3:
                decode(states[row][_DECODER], bytes_at, self._frame, samples_at, made_at)
            else:
                self._decode_half(row, bytes_at, samples_at, here)
        sound = self._sound[: len(rows)]
        sound <<= 1
        return sound

    def encode(self, rows: list[int], sound: npt.NDArray[np.int16]) -> npt.NDArray[np.uint8]:
        """Codes (n, 160) of `sound` (n, 320); valid until the next call."""
        self._ready(len(rows))
        np.right_shift(sound, 1, out=self._sound[: len(rows)])
        encode, states, made, made_at = self._encode, self._at, self._made, self._made_at
        for row, (bytes_at, samples_at) in zip(rows, self._places, strict=False):
            made.value = FRAME_SAMPLES
            encode(states[row][_ENCODER], samples_at, self._samples, bytes_at, made_at)
        return self._codes[: len(rows)]

    def _decode_half(self, row: int, bytes_at: ctypes.c_void_p, samples_at: ctypes.c_void_p, here: int) -> None:
        ctypes.memset(samples_at, 0, 2 * WIDE_SAMPLES)
        if here:
            assert bytes_at.value is not None and samples_at.value is not None
            skip = FRAME_SAMPLES // 2 if here == 2 else 0
            codes, sound = ctypes.c_void_p(bytes_at.value + skip), ctypes.c_void_p(samples_at.value + 4 * skip)
            self._decode(self._at[row][_DECODER], codes, self._half, sound, self._made_at)

    def _ready(self, count: int) -> None:
        for n in range(len(self._places), count):
            pair = (self._codes[n].ctypes.data, self._sound[n].ctypes.data)
            self._places.append((ctypes.c_void_p(pair[0]), ctypes.c_void_p(pair[1])))

    def _address(self, way: int, row: int) -> ctypes.c_void_p:
        return ctypes.c_void_p(self._states[way, row].ctypes.data)
