"""What previews found out about frames, for the next one that has most of them.

A stack from which a frame was left out, or that has more, another order or another reference, still
consists of the same files, and mostly of pairs that were registered before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from focusstack_app.core.frames import Frame, FrameSource, Pixels
from focusstack_app.core.pages import file_of
from focusstack_app.io.spool import default_budget_bytes

_MOST_PAIRS = 10_000  # some 6 MB; a stack of 300 frames has 1,100 pairs
_MOST_BYTES = 300_000_000  # of pictures: 30 RAW frames, or twice as many with 8 bits
_SHARE = 8  # and no more than this part of what a job may use

Stamp = tuple[int, ...]


class KnownPairs(dict[Hashable, Any]):
    """Remembers the latest pairs (`engine.matching.Known`), by the contents of both frames.

    So it does not matter which files they come from, and one that was written anew is another one.
    """

    def __setitem__(self, key: Hashable, found: Any) -> None:
        """Remember one, and forget the oldest where there are too many."""
        super().__setitem__(key, found)
        if len(self) > _MOST_PAIRS:
            del self[next(iter(self))]


class ReadFrame(NamedTuple):
    """A frame as a preview reads it: its pixels, those to register it by, and what else it is."""

    pixels: Pixels
    proxy: Pixels | None
    frame: Frame


class KnownFrames:
    """Remembers reduced frames as long as their files stay as they are.

    Those of the stack that is read now stay; the others make room for them.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[FrameSource, Hashable, ReadFrame]] = {}
        self._stack: frozenset[FrameSource] = frozenset()
        self._limit_bytes = 0
        self._lock = threading.Lock()

    def begin(self, sources: Sequence[FrameSource]) -> None:
        """Frames of this stack are read next."""
        with self._lock:
            self._stack = frozenset(sources)
            self._limit_bytes = min(_MOST_BYTES, default_budget_bytes() // _SHARE)
            self._make_room(0)

    def recall(
        self, source: FrameSource, how: Hashable, read: Callable[[], ReadFrame]
    ) -> ReadFrame:
        """A frame that was read so before, or is read now.

        Args:
            source: Its file.
            how: All else that decides what `read` gives.
            read: Reads it.
        """
        stamp, key = stamp_of(source), (source, how)
        with self._lock:
            _, before, known = self._kept.get(key, (source, None, None))
        if known is not None and stamp is not None and before == stamp:
            return known
        made = read()
        for pixels in made[:2]:
            if pixels is not None:
                pixels.flags.writeable = False
        with self._lock:
            self._kept.pop(key, None)
            if stamp is not None and self._make_room(_size_bytes(made)):
                self._kept[key] = source, stamp, made
        return made

    @property
    def size_bytes(self) -> int:
        """What they take."""
        return sum(_size_bytes(made) for _, _, made in self._kept.values())

    def _make_room(self, more_bytes: int) -> bool:
        """Forget frames of other stacks until there is room, if there can be."""
        left = self._limit_bytes - more_bytes - self.size_bytes
        for key, (source, _, made) in list(self._kept.items()):
            if left >= 0:
                break
            if source not in self._stack:
                del self._kept[key]
                left += _size_bytes(made)
        return left >= 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """Both, for the previews of a window."""

    pairs: KnownPairs = field(default_factory=KnownPairs)
    frames: KnownFrames = field(default_factory=KnownFrames)


def _size_bytes(made: ReadFrame) -> int:
    return made.pixels.nbytes + (made.proxy.nbytes if made.proxy is not None else 0)


def stamp_of(source: FrameSource) -> Stamp | None:
    """What tells a file that was written anew; None of one that cannot be reached."""
    try:
        facts = file_of(source.path).stat()
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns, facts.st_size
