"""Files that another program looks into just now.

On Windows they can neither be renamed nor removed meanwhile, and virus scanners and indexers look
into all that is new. Elsewhere nobody is in the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_PATIENCE_S, _AGAIN_S = 0.8, 0.02


def patiently(change: Callable[[], object]) -> None:
    """Rename or remove something, as soon as it can be.

    Args:
        change: Does so; called again while it is refused.

    Raises:
        OSError: As `change`; a `PermissionError` where it is refused for 0.8 seconds.
    """
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            change()
        except PermissionError:
            if time.monotonic() > until_s:
                raise
        else:
            return
        time.sleep(_AGAIN_S)
