"""What comes into folders that are watched: which files, since when each is still, what they hold.

Folders are looked at every now and then. What the systems offer to be told of changes says nothing
of network drives and cards, and does not say when a file is complete either.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.naming import natural_order
from focusstack_app.core.places import real
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import IMAGE_SUFFIXES, list_images, probe_frames
from focusstack_app.jobs.opening import without_twins
from focusstack_app.jobs.proposal import find_stacks, left_alone

SETTLED_S = 2.0  # a header of a file that changed since is not worth reading
PATIENCE_S = 60.0  # after which a file that cannot be read counts as damaged
_UNDER_WAY = frozenset((".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp"))

Version = tuple[Path, int, int]  # a file, its size in bytes, and when it was written, in ns
Read = tuple[FrameSource, ...] | InputError | None  # None: too fresh to be read


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it was seen last.

    Attributes:
        version: Tells it from what it was before.
        since_s: When it was seen to change last.
        came_s: When it was seen first.
    """

    version: Version
    since_s: float
    came_s: float

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.version[0]


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What lies in one folder.

    Attributes:
        folder: Where.
        files: The pictures, in natural order; without those that stand beside RAW.
        read: What each of them holds.
        warnings: What was left out, a line each.
        changed_s: When the last picture came or changed.
        in_order: Whether the pictures came in the order of their names since it was quiet.
        under_way_s: When what becomes a picture once it is copied changed last, if it does.
    """

    folder: Path
    files: tuple[Arrived, ...]
    read: dict[Path, Read]
    warnings: tuple[str, ...]
    changed_s: float
    in_order: bool
    under_way_s: float | None


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What was seen in one look.

    Attributes:
        folders: Those that hold pictures.
        away: Folders that cannot be reached at the moment.
        notes: What is left alone, a sentence each.
        now_s: When it was.
    """

    folders: tuple[FolderLook, ...]
    away: tuple[Path, ...]
    notes: tuple[str, ...]
    now_s: float


class Lookout:
    """Looks at folders again and again; on one thread at a time.

    A parent whose pictures lie directly in it stays such when sub-folders with pictures come: both
    count then. Beside sub-folders that were there first, pictures count that come later.

    Args:
        parents: What `find_stacks` looks at; they may be empty, or not there.
        flat: Those whose pictures count, whatever sub-folders there are.
        exclude: Folders that are no stacks: where results go.
        wait_s: After so long without a change, a folder is quiet.
        clock: Seconds that only go up.
    """

    def __init__(
        self,
        parents: Sequence[Path],
        *,
        exclude: Sequence[Path],
        wait_s: float,
        clock: Callable[[], float] = time.monotonic,
        flat: Collection[Path] = (),
    ) -> None:
        self.parents = tuple(parents)
        # Pictures that lie directly in a parent and were left out at the first look, by name.
        self._left = {path: frozenset[str]() for path in parents if real(path) in flat}
        self._exclude = tuple(exclude)
        self._told: set[Path] = set()  # the parents of which it was told what lies in those
        self._wait_s = wait_s
        self._clock = clock
        self._files: dict[Path, dict[str, Arrived]] = {}
        self._read: dict[Path, tuple[Version, Read]] = {}
        self._disordered: set[Path] = set()

    def look(self, progress: Progress) -> Arrivals:
        """See what is there now.

        Raises:
            Cancelled: If the job was cancelled.
        """
        looks: list[FolderLook] = []
        away: list[Path] = []
        notes: list[str] = []
        for parent in self.parents:
            progress.checkpoint()
            try:
                with os.scandir(parent):
                    pass
                folders = self._folders(parent)
                to_tell = () if parent in self._told else self._exclude
                notes += left_alone(parent, folders, exclude=to_tell)
                self._told.add(parent)
            except OSError:
                away.append(parent)
                self._forget(parent)
                continue
            except InputError:  # nothing yet, or it is going away right now
                folders = []
            for folder in folders:
                progress.checkpoint()
                look = self._look_at(folder, progress)
                if look is not None:
                    looks.append(look)
        return Arrivals(tuple(looks), tuple(away), tuple(notes), self._clock())

    def _folders(self, parent: Path) -> list[Path]:
        """Those with pictures that count.

        Raises:
            InputError: If there is none.
        """
        try:
            folders, whole = find_stacks(parent, exclude=self._exclude), real(parent)
        except InputError:
            self._left.setdefault(parent, frozenset())
            raise
        loose = [] if folders == [whole] else list_images(parent)
        left = self._left.setdefault(parent, frozenset(path.name for path in loose))
        return [whole, *folders] if any(path.name not in left for path in loose) else folders

    def _look_at(self, folder: Path, progress: Progress) -> FolderLook | None:
        try:
            entries = _entries(folder)
        except OSError:  # it went away, or may not be read
            self._files.pop(folder, None)
            return None
        left = next((names for path, names in self._left.items() if real(path) == folder), ())
        entries = {name: facts for name, facts in entries.items() if name not in left}
        files, now_s = self._update(folder, entries), self._clock()
        under_way = [file.since_s for name, file in files.items() if _is_under_way(name)]
        pictures = sorted(
            (file for name, file in files.items() if _is_picture(name)),
            key=lambda file: natural_order(file.path.name),
        )
        kept, warnings = without_twins([file.path for file in pictures])
        wanted = set(kept)
        arrived = tuple(file for file in pictures if file.path in wanted)
        read: dict[Path, Read] = {}
        for file in arrived:
            progress.checkpoint()
            read[file.path] = self._header(file, now_s)
        changed_s = max((file.since_s for file in pictures), default=now_s)
        if now_s - changed_s >= self._wait_s:
            self._disordered.discard(folder)
        return FolderLook(
            folder,
            arrived,
            read,
            warnings,
            changed_s,
            folder not in self._disordered,
            max((since_s for since_s in under_way if now_s - since_s < self._wait_s), default=None),
        )

    def _update(self, folder: Path, entries: dict[str, tuple[int, int]]) -> dict[str, Arrived]:
        """Take note of what changed. A folder that was emptied and filled counts as new."""
        before, now_s = self._files.get(folder, {}), self._clock()
        after: dict[str, Arrived] = {}
        latest = max(
            (natural_order(name) for name, file in before.items() if self._is_young(file, now_s)),
            default=None,
        )
        for name, (size_bytes, written_ns) in entries.items():
            version, old = (folder / name, size_bytes, written_ns), before.get(name)
            if old is not None and old.version == version:
                after[name] = old
                continue
            after[name] = Arrived(version, now_s, now_s if old is None else old.came_s)
            if old is None and latest and _is_picture(name) and natural_order(name) < latest:
                self._disordered.add(folder)
        self._files[folder] = after
        return after

    def _is_young(self, file: Arrived, now_s: float) -> bool:
        return _is_picture(file.path.name) and now_s - file.came_s < self._wait_s

    def _header(self, file: Arrived, now_s: float) -> Read:
        known = self._read.get(file.path)
        if known is not None and known[0] == file.version:
            return known[1]
        if now_s - file.since_s < min(SETTLED_S, self._wait_s):
            return None
        found: Read
        try:
            found = probe_frames(file.path)
        except InputError as error:
            if now_s - file.since_s < PATIENCE_S:
                return error  # and is read again
            found = error
        self._read[file.path] = file.version, found
        return found

    def _forget(self, parent: Path) -> None:
        """Let what comes back count as having come anew."""
        names = {parent, real(parent)}
        for folder in [path for path in self._files if names & {path, path.parent}]:
            del self._files[folder]


def _entries(folder: Path) -> dict[str, tuple[int, int]]:
    """The size and the time of every file of a folder."""
    files = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                status = Path(entry).stat()  # the entry's own is old on Windows while a file grows
            except OSError:  # it was renamed or taken away meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                files[entry.name] = status.st_size, status.st_mtime_ns
    return files


def _is_picture(name: str) -> bool:
    return not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES


def _is_under_way(name: str) -> bool:
    """Whether a file is called as what becomes a picture once it is copied: `.IMG_1.CR3.x8Gj`."""
    parts = {f".{part}" for part in name.lower().split(".")}
    return not _is_picture(name) and bool(parts & (IMAGE_SUFFIXES | _UNDER_WAY))
