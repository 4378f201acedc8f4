"""The tests' own mu-law is the standard's."""

from __future__ import annotations

import numpy as np

from tests.stage import ulaw


def test_every_code_survives_decoding_and_encoding() -> None:
    codes = bytes(range(256))
    again = ulaw.encode(ulaw.decode(codes))
    # 0x7F is minus zero: it comes back as plus zero.
    assert [a for a, b in zip(codes, again, strict=True) if a != b] == [0x7F]


def test_silence_and_extremes() -> None:
    assert ulaw.encode(np.array([0.0, 1.0, -1.0])) == b"\xff\x80\x00"
    assert abs(ulaw.decode(b"\x80")[0] - 8031 / 8159) < 1e-9
