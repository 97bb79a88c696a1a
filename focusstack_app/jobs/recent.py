"""What was made last of parts of a picture: what is looked at again is not made again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from focusstack_app.core.region import Region
from focusstack_app.engine.latent_fusion import Made


class Patch(NamedTuple):
    """The key of a part of a frame, or of its latent.

    Attributes:
        kind: Of which of both.
        frame: Which.
        part: In pixels, or in cells.
    """

    kind: str
    frame: int
    part: Region


class RecentParts:
    """The tiles, and patches of frames and latents, that were used last.

    Args:
        limit_bytes: That they may take.

    Attributes:
        size_bytes: That they take.
        recalled: How often `known` knew a tile.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.RLock()
        self.size_bytes = self.recalled = 0

    def __call__(self, key: Hashable, make: Callable[[], Made], /) -> Made:
        """See `fuse_latents`."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                known: Made = self._made[key]
                return known
        made = make()
        with self._lock:
            if key in self._made:  # another thread made it meanwhile
                made = self._made[key]
            else:
                self._made[key] = made
                self.size_bytes += _size_bytes(made)
                self.limit(self._limit_bytes)
        return made

    def __contains__(self, key: Hashable) -> bool:
        """Whether it is known."""
        with self._lock:
            return key in self._made

    def known(self, key: Hashable, make: Callable[[], Made], /) -> Made:
        """The same, but what is made is not remembered: so many tiles would displace these."""
        with self._lock:
            if key in self._made:
                self.recalled += 1
                known: Made = self._made[key]
                return known
        return make()

    def forget_patches(self) -> None:
        """Let go of all but tiles."""
        with self._lock:
            for key in [key for key in self._made if isinstance(key, Patch)]:
                self.size_bytes -= _size_bytes(self._made.pop(key))

    def limit(self, limit_bytes: int) -> None:
        """Let them take more or less from now on."""
        with self._lock:
            self._limit_bytes = limit_bytes
            while self.size_bytes > limit_bytes:
                _, oldest = self._made.popitem(last=False)
                self.size_bytes -= _size_bytes(oldest)


def _size_bytes(made: tuple[Any, ...]) -> int:
    return sum(array.nbytes for array in made)
