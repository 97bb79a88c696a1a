"""What is there, where a disk may be gone and a folder closed to us: an answer, never an error.

`Path.exists` and its like raise on a network drive that went away, on a name that is too long and
in a folder that may not be searched (until Python 3.14).
"""

from __future__ import annotations

import os
from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether there is a file or folder that can be reached."""
    return os.path.exists(path)  # noqa: PTH110 - see above


def is_folder(path: Path) -> bool:
    """Whether there is a folder that can be reached."""
    return os.path.isdir(path)  # noqa: PTH112 - see above


def real(path: Path) -> Path:
    """Where something lies, links followed; `Path.resolve` raises on one that leads to itself.

    Where a drive goes away, Windows says so in more ways than `realpath` knows.
    """
    try:
        return Path(os.path.realpath(path))
    except OSError:
        return Path(os.path.abspath(path))  # noqa: PTH100 - it raises nothing
