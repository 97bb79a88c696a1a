"""What the values of options are made of; what cannot be one is said."""

from __future__ import annotations

import argparse
import errno
from pathlib import Path

from focusstack_app.core.output import MOST_PARALLAX
from focusstack_app.core.slabs import FEWEST_FRAMES


def path(text: str) -> Path:
    """A path that the file system can look up, whether there is something or not."""
    try:
        Path(text).stat()
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            raise argparse.ArgumentTypeError(f"{text!r}: {error.strerror}") from error
    return Path(text)


def overlap(text: str) -> float:
    """A share of a tile."""
    return _number(text, 0.0, 0.5)


def gigabytes(text: str) -> int:
    """Bytes, of gigabytes."""
    return int(_number(text, 0.0, 1e6) * 1e9)


def quality(text: str) -> int:
    """Of a format with loss, 1 to 100."""
    value = _number(text, 1, 100)
    if not value.is_integer():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(value)


def seconds(text: str) -> float:
    """A time to wait, a second to an hour."""
    return _number(text, 1.0, 3600.0)


def slabs(text: str) -> tuple[int, int]:
    """Frames of a slab, and how many of them are in the next one."""
    first, colon, second = text.partition(":")
    try:
        frames = int(first)
        overlap = int(second) if colon else frames // 3
    except ValueError:
        frames = overlap = 0
    if frames < FEWEST_FRAMES or not 0 <= overlap < frames:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not like 10:3: two frames or more, and fewer that overlap"
        )
    return frames, overlap


def parallax(text: str) -> float:
    """A share of the width, of percent."""
    return _number(text, 0.1, 100 * MOST_PARALLAX) / 100


def _number(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from {least:g} to {most:g}")
    return value
