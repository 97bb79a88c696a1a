"""Memory that workers free is kept for what they do next, as long as they do something.

Otherwise large arrays come from the system and go back to it one by one, which holds up every
thread of the program, the interface's too: by a tenth of a second where the machine is virtual.
"""

from __future__ import annotations

import ctypes
import functools
import sys

# Of <malloc.h> of the GNU C library.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_MOST_BYTES = 2**31 - 1


def keep_freed_memory() -> None:
    """From now on; call it before there are threads. Only with the GNU C library."""
    if library := _gnu():
        # A thread's own arena has no room for large arrays: with one arena for all, they fit.
        library.mallopt(_ARENA_MAX, 1)
        library.mallopt(_MMAP_THRESHOLD, _MOST_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _MOST_BYTES)


def give_back_memory() -> None:
    """Give the system back what is free now. Only with the GNU C library."""
    if library := _gnu():
        library.malloc_trim(0)


@functools.cache
def _gnu() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
