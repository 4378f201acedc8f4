"""G.711: samples to bytes and back, by table, for any number of rows at once.

A *law* is a row number in the tables: 0 is mu-law (PCMU), 1 is A-law (PCMA). Samples are int16; one byte is one
sample at 8 kHz. Tables are made once from the segment formulas of ITU-T G.711; an encoder call is one `take`.

Pure numpy. Deliberately absent: packets, and who needs samples at all (mixer.py decides).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from media.paths import Codec

Codes = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.int16]

MULAW, ALAW = 0, 1
LAW_OF: dict[Codec, int] = {Codec.PCMU: MULAW, Codec.PCMA: ALAW}
SHADOW = ALAW
"""Law of the narrowband frames that stand for a wideband codec's within a tick (wide.py)."""
SILENCE: Codes = np.array([0xFF, 0xD5], np.uint8)
"""Code of the sample nearest to zero, per law."""

_LEAST = 0x55
"""A-law's least step without its sign."""


def law_of(codec: Codec) -> int:
    """The law of a row's frames within a tick."""
    return LAW_OF.get(codec, SHADOW)


def _mulaw_decode() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    samples: Samples = np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)
    return samples


def _mulaw_encode() -> Codes:
    sample = np.arange(65536, dtype=np.int32).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(sample), 32635) + 0x84
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    codes: Codes = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


def _alaw_decode() -> Samples:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 0x0F
    low = (mantissa << 4) + 8
    magnitude = np.where(exponent == 0, low, (low + 0x100) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _alaw_encode() -> Codes:
    sample = np.arange(65536, dtype=np.int32).astype(np.uint16).view(np.int16).astype(np.int32)
    # A-law has no zero: the smallest negative step starts at -1, hence the ones' complement.
    magnitude = np.where(sample < 0, ~sample, sample) >> 4
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = np.where(exponent == 0, magnitude & 0x1F, 0x10 | ((magnitude >> exponent) & 0x0F))
    code = np.where(exponent == 0, magnitude, ((exponent + 1) << 4) | (mantissa & 0x0F))
    sign = np.where(sample < 0, 0, 0x80)
    return ((code | sign) ^ 0x55).astype(np.uint8)


DECODE: Samples = np.stack([_mulaw_decode(), _alaw_decode()])
"""(2, 256): code to sample."""
ENCODE: Codes = np.stack([_mulaw_encode(), _alaw_encode()])
"""(2, 65536): sample seen as uint16 to code."""
TRANSCODE: Codes = np.stack(
    [np.stack([ENCODE[to][DECODE[law].view(np.uint16)] for to in (MULAW, ALAW)]) for law in (MULAW, ALAW)]
)
"""(from, to, 256): code to code; through the 16 bit sample, as G.711 tables 3 and 4 do."""
_DECODE_FLAT = DECODE.reshape(-1)
_ENCODE_FLAT = ENCODE.reshape(-1)
_TRANSCODE_FLAT = TRANSCODE.reshape(-1)


def decode(codes: Codes, law: npt.NDArray[np.integer]) -> Samples:
    """Samples of `codes` (rows, n); `law` (rows,) is each row's law."""
    return _DECODE_FLAT.take(codes + (law.astype(np.uint16) << np.uint16(8))[:, None])


def voices(codes: Codes, law: npt.NDArray[np.integer]) -> Samples:
    """The same for a sum of many: a row of A-law that never leaves the least step, which is silence, says nothing.

    A-law has no zero. Its silence decodes to 8, or to -8, and so that of five hundred who only listen to 4000.
    """
    samples = decode(codes, law)
    if law.any():
        samples[(law == ALAW) & ((codes & 0x7F) == _LEAST).all(axis=1)] = 0
    return samples


def encode(samples: Samples, law: npt.NDArray[np.integer]) -> Codes:
    """Codes of `samples` (rows, n); `law` (rows,) is each row's law."""
    return _ENCODE_FLAT.take(samples.view(np.uint16) + (law.astype(np.int32) << 16)[:, None])


def encode_all(samples: Samples, law: int) -> Codes:
    """Codes of an array of any shape, all in one law."""
    codes: Codes = ENCODE[law].take(samples.view(np.uint16))
    return codes


def transcode(codes: Codes, source: npt.NDArray[np.integer], target: npt.NDArray[np.integer]) -> Codes:
    """Codes of `codes` (rows, n) in each row's `target` law."""
    table = (source.astype(np.uint16) * np.uint16(2) + target.astype(np.uint16)) << np.uint16(8)
    return _TRANSCODE_FLAT.take(codes + table[:, None])
