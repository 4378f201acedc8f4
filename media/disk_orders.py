"""What an engine says to the disk process, and what that answers. Shapes as in orders.py.

Deliberately absent: framing (wire.py).
"""

from __future__ import annotations

from media.orders import Order


class Create(Order, frozen=True):
    """A new file; refused when it exists, unless `resume`: the same recording goes on after a restart."""

    recording: str
    path: str
    channels: int
    resume: bool
    form: str = "wav"
    """Value of a RecordingFormat."""
    mix: bool = False
    """Both sides in one channel."""


class Block(Order, frozen=True):
    """Codes of one stretch; `at` is its first sample. `right` is empty in a mono file."""

    recording: str
    at: int
    left_law: int
    right_law: int
    left: bytes
    right: bytes


class Widen(Order, frozen=True):
    """A mono file becomes a stereo one; its right channel is silent up to here."""

    recording: str


class Finish(Order, frozen=True):
    """The file ends after `samples`; what is missing is silence."""

    recording: str
    samples: int


DiskOrder = Create | Block | Widen | Finish


class Created(Order, frozen=True):
    recording: str


class Failed(Order, frozen=True):
    recording: str
    why: str


class Finished(Order, frozen=True):
    recording: str
    samples: int
    bytes: int
    failed: str
    written: int = 0
    """Samples that came; what is missing from `samples` was filled with silence."""


class Encoded(Order, frozen=True):
    """The file has its final form, which is not the one it was recorded in."""

    recording: str
    path: str
    bytes: int
    failed: str


DiskAnswer = Created | Failed | Finished | Encoded
