"""Whether the disks have room for what a stack writes: asked before hours are spent on it."""

from __future__ import annotations

import math
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.errors import DiskFullError
from focusstack_app.core.message import message
from focusstack_app.io.faults import shown
from focusstack_app.io.spool import TEMPORARY_ROOM, temporary_folder

_MB = 1_000_000
_MORE_ROOM = 0.1  # of what could not be written: with so much more, it is tried again
_AGAIN_S = 600.0  # the same after so long: nothing tells that a share of a disk has room again
_MAKE_ROOM = message("Make room or choose another disk.")


@dataclass(frozen=True, slots=True)
class Load:
    """What a stack writes at most, but for a few tags.

    Attributes:
        results_bytes: By folder.
        frames_bytes: All frames, which may come to lie among the temporary files.
        temporary_folder: Where these are made; None for the usual place.
    """

    results_bytes: Mapping[Path, int]
    frames_bytes: int
    temporary_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class _Full:
    """A disk that was full.

    Attributes:
        load_bytes: Of what could not be written.
        free_bytes: What was free once it was given up.
        at_s: When that was.
    """

    load_bytes: int
    free_bytes: int
    at_s: float


class DiskRoom:
    """What is known of the room on disks, for stacks that are fused one after the other.

    Args:
        clock: Seconds that only go up.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full: dict[Path, _Full] = {}

    def check(self, load: Load) -> None:
        """Find out before the long work whether there is room for it.

        How much goes to temporary files is not known before. What needs as much as a stack that
        found a disk full is therefore tried again only when there is more room than then.

        Raises:
            DiskFullError: If there is too little.
        """
        needed: Counter[int] = Counter()
        for folder, size_bytes in load.results_bytes.items():
            free_bytes = _free_bytes(folder)
            if free_bytes is None:
                continue
            disk = folder.stat().st_dev
            needed[disk] += size_bytes
            if needed[disk] > free_bytes:
                text = message(
                    "There is too little room in {folder}: {free} MB are free, and the results "
                    "may take {needed} MB.",
                    folder=shown(folder),
                    free=free_bytes // _MB,
                    needed=math.ceil(needed[disk] / _MB),
                )
                raise DiskFullError(text, _MAKE_ROOM, folder)
            self._check_again(folder, size_bytes, free_bytes, _MAKE_ROOM)
        temporary = load.temporary_folder or temporary_folder()
        free_bytes = _free_bytes(temporary)
        if free_bytes is not None:
            self._check_again(temporary, load.frames_bytes, free_bytes, TEMPORARY_ROOM)

    def _check_again(self, folder: Path, load_bytes: int, free_bytes: int, hint: str) -> None:
        full = self._full.get(folder)
        if full is None or load_bytes < full.load_bytes:
            return
        late = self._clock() - full.at_s >= _AGAIN_S
        if not late and free_bytes < full.free_bytes + _MORE_ROOM * load_bytes:
            text = message(
                "There is too little room in {folder}: {free} MB are free.",
                folder=shown(folder),
                free=free_bytes // _MB,
            )
            raise DiskFullError(text, hint, folder)

    @contextmanager
    def used_for(self, load: Load) -> Iterator[None]:
        """Check, and take note if a block that writes as much finds a disk full after all.

        Raises:
            DiskFullError: If there is too little room; the block is not begun then.
        """
        self.check(load)
        try:
            yield
        except DiskFullError as error:
            free_bytes = _free_bytes(error.folder)
            if free_bytes is not None:
                load_bytes = load.results_bytes.get(error.folder, load.frames_bytes)
                self._full[error.folder] = _Full(load_bytes, free_bytes, self._clock())
            raise


def _free_bytes(folder: Path) -> int | None:
    """What is free on the disk of a folder; None where that is not told."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return usage.free if usage.total else None  # some network drives say nothing
