"""The tiles that a model made last, so that what is looked at again is not made again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from focusstack_app.core.model import Fused


class RecentTiles:
    """What the model made of the tiles that were used last.

    Args:
        limit_bytes: That they may take.

    Attributes:
        size_bytes: That they take.
        recalled: How often `known` knew a tile.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._tiles: OrderedDict[Hashable, Fused] = OrderedDict()
        self._lock = threading.RLock()
        self.size_bytes = self.recalled = 0

    def __call__(self, key: Hashable, make: Callable[[], Fused]) -> Fused:
        """See `fuse_latents`."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        fused = make()
        with self._lock:
            if key in self._tiles:  # another thread made it meanwhile
                return self._tiles[key]
            self._tiles[key] = fused
            self.size_bytes += _size_bytes(fused)
            self.limit(self._limit_bytes)
        return fused

    def known(self, key: Hashable, make: Callable[[], Fused]) -> Fused:
        """The same, but what is made is not remembered: so many tiles would displace these."""
        with self._lock:
            if key in self._tiles:
                self.recalled += 1
                return self._tiles[key]
        return make()

    def limit(self, limit_bytes: int) -> None:
        """Let them take more or less from now on."""
        with self._lock:
            self._limit_bytes = limit_bytes
            while self.size_bytes > limit_bytes:
                _, oldest = self._tiles.popitem(last=False)
                self.size_bytes -= _size_bytes(oldest)


def _size_bytes(fused: Fused) -> int:
    return sum(array.nbytes for array in fused)
