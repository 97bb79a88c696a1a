"""Arrays of a job: in memory as long as the budget lasts, then in temporary files."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import numpy as np
import psutil
from numpy.typing import NDArray

from focusstack_app.core.errors import DiskFullError, OutputError
from focusstack_app.core.kinds import on_card
from focusstack_app.core.message import message
from focusstack_app.core.places import real
from focusstack_app.io.atomic import output_error

_PREFIX = "focusstack-"
_ON_DISK = Path("/var/tmp")
_MEMORY_FILE_SYSTEMS = {"tmpfs", "ramfs"}
TEMPORARY_ROOM = message(
    "Temporary files need room there: make some, choose another folder for them, or let the "
    "program use more memory."
)


class Spool:
    """Keeps the arrays of one job; they, and what it wrote, are gone when the block ends.

    A process that was killed leaves its folder behind: the next spool removes it.

    Args:
        limit_bytes: Arrays beyond this go to disk.
        parent: Where the temporary folder is made; by default that of `temporary_folder`.
    """

    def __init__(self, limit_bytes: int, parent: Path | None = None) -> None:
        self._limit_bytes = self._left_bytes = limit_bytes
        self._parent = parent if parent is not None else temporary_folder()
        self._folder: Path | None = None
        self._numbers = itertools.count()
        self._held: WeakSet[Held] = WeakSet()
        self.spooled_bytes = 0

    def __enter__(self) -> Self:
        """Remove what killed processes left."""
        for parent in {self._parent, temporary_folder()}:
            for folder in parent.glob(f"{_PREFIX}*-*"):
                pid = folder.name.removeprefix(_PREFIX).split("-")[0]
                if pid.isdigit() and not psutil.pid_exists(int(pid)):
                    shutil.rmtree(folder, ignore_errors=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go of what is left, and remove the temporary files."""
        # One by one: freed in one go, gigabytes keep the interpreter's lock from the window.
        for held in list(self._held):
            held.drop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def keep(self, array: NDArray[Any], instead_of: Held | None = None) -> Held:
        """Take an array over; the caller lets go of it.

        One on a card (`core.kinds`) stays there, and takes nothing of the limit.

        Args:
            array: It.
            instead_of: Dropped once the array is kept, which takes its room; not before, so that it
                is still there after an error.

        Raises:
            OutputError: If the disk is full or not writable.
        """
        room = self._left_bytes + (instead_of.in_memory_bytes if instead_of is not None else 0)
        stays = on_card(array) or array.nbytes <= room
        held = self._holding(array, array if stays else self._written(array))
        if instead_of is not None:
            instead_of.drop()
        self._left_bytes -= held.in_memory_bytes
        return held

    def limit(self, limit_bytes: int, kept: Iterable[Held]) -> None:
        """Keep more or less in memory from now on.

        Args:
            limit_bytes: See `Spool`.
            kept: Arrays that can go to disk, in this order, where that makes it too much.

        Raises:
            OutputError: If the disk is full or not writable.
        """
        self._left_bytes += limit_bytes - self._limit_bytes
        self._limit_bytes = limit_bytes
        for held in kept:
            if self._left_bytes >= 0:
                break
            held._put_away()

    def _holding(self, array: NDArray[Any], place: NDArray[Any] | Path) -> Held:
        held = Held(self, array.shape, array.dtype, place)
        self._held.add(held)
        return held

    def _written(self, array: NDArray[Any]) -> Path:
        try:
            if self._folder is None:
                name = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._parent)
                self._folder = Path(name)
            path = self._folder / str(next(self._numbers))
            try:
                with path.open("wb") as file:  # ndarray.tofile does not say what went wrong
                    file.write(np.ascontiguousarray(array).data)
            except OSError:
                path.unlink(missing_ok=True)  # what was written of it fills the disk
                raise
        except OSError as error:
            problem = output_error(self._folder or self._parent, error)
            if isinstance(problem, DiskFullError):
                raise DiskFullError(problem.message, TEMPORARY_ROOM, self._parent) from error
            raise OutputError(problem.message, TEMPORARY_ROOM) from error
        self.spooled_bytes += array.nbytes
        return path

    def _returned(self, size_bytes: int) -> None:
        self._left_bytes += size_bytes


class Held:
    """An array in a spool, read by slices (`core.planes.Planes`)."""

    def __init__(
        self, spool: Spool, shape: tuple[int, ...], dtype: np.dtype[Any], place: NDArray[Any] | Path
    ) -> None:
        self._spool = spool
        self._dtype = dtype
        self._place: NDArray[Any] | Path | None = place
        self.shape = shape

    @property
    def on_disk(self) -> bool:
        """Whether it lies there (`core.planes.on_disk`)."""
        return isinstance(self._place, Path)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """A part; from disk it is a copy.

        Raises:
            ValueError: If the array was dropped.
        """
        if self._place is None:
            raise ValueError("this array was dropped")
        if isinstance(self._place, Path):
            mapped = np.memmap(self._place, self._dtype, "r", shape=self.shape)
            return np.array(mapped[key])
        part: NDArray[Any] = self._place[key]
        return part

    @property
    def dropped(self) -> bool:
        """Whether it is gone."""
        return self._place is None

    @property
    def in_memory_bytes(self) -> int:
        """What it takes there."""
        return self._place.nbytes if isinstance(self._place, np.ndarray) else 0

    def _put_away(self) -> None:
        """Go to disk, if it lies in memory."""
        array = self._place
        if isinstance(array, np.ndarray):
            self._place = self._spool._written(array)
            self._spool._returned(array.nbytes)

    def drop(self) -> None:
        """Give the room back."""
        if isinstance(self._place, Path):
            with suppress(PermissionError):  # of Windows, for what is scanned; it goes in the end
                self._place.unlink(missing_ok=True)
        self._spool._returned(self.in_memory_bytes)
        self._place = None


def temporary_folder() -> Path:
    """Where temporary files go: the system's place for them, or where that is in memory, a disk.

    Many systems keep /tmp in memory, which is what temporary files are to relieve. Who names a
    place by TMPDIR gets it.
    """
    usual = Path(tempfile.gettempdir())
    named = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    if named or not _in_memory(usual) or _in_memory(_ON_DISK) or not os.access(_ON_DISK, os.W_OK):
        return usual
    return _ON_DISK


def _in_memory(folder: Path) -> bool:
    """Whether a folder of Linux lies on a disk that is none."""
    if sys.platform != "linux":
        return False
    place, known = real(folder), psutil.disk_partitions(all=True)
    mounts = [mount for mount in known if place.is_relative_to(mount.mountpoint)]
    # The last one mounted on a place hides those before.
    mounts.sort(key=lambda mount: len(Path(mount.mountpoint).parts))
    return bool(mounts) and mounts[-1].fstype in _MEMORY_FILE_SYSTEMS


def default_budget_bytes() -> int:
    """40 % of the memory that is free now."""
    return int(0.4 * psutil.virtual_memory().available)


@contextmanager
def meanwhile(keep: Callable[[NDArray[Any]], Held]) -> Iterator[Callable[[NDArray[Any]], Held]]:
    """Keep arrays for the length of a block, however it ends.

    Args:
        keep: Of a spool, or of a block around this one.
    """
    kept: list[Held] = []
    try:
        yield _keeping(keep, kept)
    finally:
        for held in kept:
            held.drop()


@contextmanager
def unless_stopped(
    keep: Callable[[NDArray[Any]], Held],
) -> Iterator[Callable[[NDArray[Any]], Held]]:
    """Keep arrays beyond a block that ends well; of one that does not, none stays.

    Args:
        keep: As for `meanwhile`.
    """
    kept: list[Held] = []
    try:
        yield _keeping(keep, kept)
    except BaseException:
        for held in kept:
            held.drop()
        raise


def _keeping(
    keep: Callable[[NDArray[Any]], Held], kept: list[Held]
) -> Callable[[NDArray[Any]], Held]:
    def keeping(array: NDArray[Any]) -> Held:
        kept.append(keep(array))
        return kept[-1]

    return keeping
