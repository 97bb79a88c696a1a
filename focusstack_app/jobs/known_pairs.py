"""What was found of pairs of frames, for the next stack that has both.

A stack from which a frame was left out, or that has more, another order or another reference,
mostly consists of pairs that were registered before.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

_MOST = 10_000  # some 6 MB; a stack of 300 frames has 1,100 pairs


class KnownPairs(dict[Hashable, Any]):
    """Remembers the latest pairs (`engine.matching.Known`), by the contents of both frames.

    So it does not matter which files they come from, and one that was written anew is another one.
    """

    def __setitem__(self, key: Hashable, found: Any) -> None:
        """Remember one, and forget the oldest where there are too many."""
        super().__setitem__(key, found)
        if len(self) > _MOST:
            del self[next(iter(self))]
