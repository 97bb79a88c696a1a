"""Which stacks of watched folders are to be fused, and when: each once, complete."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from focusstack_app.core.errors import DiskFullError, InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.message import message
from focusstack_app.core.naming import natural_order
from focusstack_app.core.places import is_folder, is_there, real
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import shown
from focusstack_app.jobs.arrivals import PATIENCE_S, FolderLook, Lookout, Version
from focusstack_app.jobs.arrived_stacks import (
    by_owner,
    continues,
    files_of,
    groups_of,
    held_back,
    identities,
    identity,
    new_names,
    remaining,
    renamed,
)
from focusstack_app.jobs.batch import (
    BatchItem,
    BatchTask,
    MakeRequest,
    Outcome,
)
from focusstack_app.jobs.disk_room import DiskRoom
from focusstack_app.jobs.grouping import longest_pause_s
from focusstack_app.jobs.proposal import (
    ProposedStack,
    detailed_name,
    name_of_file,
    with_frames,
)
from focusstack_app.jobs.result_names import ResultPlaces
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.waiting import (
    Entry,
    Seen,
    Waiting,
    late_text,
    no_room_text,
    waiting_text,
)

_LONGEST_WAIT_S = 120.0  # for a later frame, however slowly the others came


@dataclass(slots=True)
class _Found:
    """A stack that is not fused yet, and the files beside it that cannot be read."""

    entry: Entry
    stack: ProposedStack
    late: int = 0
    damaged: set[Path] = field(default_factory=set)


@dataclass(eq=False)
class Watch:
    """Watches folders; on one thread at a time.

    Attributes:
        target: Where results go.
        make_request: From a stack to what is asked for it.
        parents: The folders.
        wait_s: A stack of which nothing came for so long is complete.
        given: Stacks that keep the frames and the name they have; more frames may come to them.
        left_out: Frames that do not count.
        clock: Seconds that only go up.
        room: What is known of the room on disks.
    """

    target: BatchTarget
    make_request: MakeRequest
    parents: Sequence[Path]
    wait_s: float
    given: Sequence[ProposedStack] = ()
    left_out: Collection[FrameSource] = ()
    clock: Callable[[], float] = time.monotonic
    room: DiskRoom = field(init=False)
    _entries: list[Entry] = field(init=False)
    _told: set[str] = field(init=False, default_factory=set)
    _first: frozenset[Path] | None = field(init=False, default=None)  # files of the first look

    def __post_init__(self) -> None:
        """Begin with what is given."""
        self._lookout = Lookout(
            self.parents,
            exclude=self.target.folders,
            wait_s=self.wait_s,
            clock=self.clock,
            flat={real(stack.folder) for stack in self.given},
        )
        self.room = DiskRoom(self.clock)
        self._ignored = identities(self.left_out)
        self._entries = [Entry(stack, old=True) for stack in self.given]

    def look(self, progress: Progress) -> Seen:
        """See what is there now, and what is to be done.

        Raises:
            Cancelled: If the job was cancelled.
        """
        arrivals = self._lookout.look(progress)
        if self._first is None and not arrivals.away:
            self._first = frozenset(f.path for look in arrivals.folders for f in look.files)
        waiting = [w for look in arrivals.folders for w in self._waiting(look, arrivals.now_s)]
        gone = next(iter(arrivals.away), None) or next(
            (folder for folder in self.target.folders if not is_folder(folder)), None
        )
        notes = [note for note in dict.fromkeys(arrivals.notes) if note not in self._told]
        if gone is not None:
            text: str = message("{folder} cannot be reached; waiting for it", folder=shown(gone))
            if text not in self._told:
                notes.append(text)
        else:
            no_room = [one.no_room for one in waiting if one.no_room]
            notes += [text for text in no_room if text not in self._told]
            coming = any(None in look.read.values() for look in arrivals.folders)
            text = waiting_text(waiting, coming=coming)
            self._told = {told for told in self._told if told in (*arrivals.notes, *no_room)}
        self._told.update(notes)
        seen = Seen(tuple(waiting), text, tuple(notes), gone is not None)
        if seen.due is not None and seen.due.late:  # of those that follow it is told in their turn
            seen = replace(seen, notes=(*seen.notes, late_text(seen.due)))
        return seen

    def _waiting(self, look: FolderLook, now_s: float) -> list[Waiting]:
        versions = {file.path: file.version for file in look.files}
        entries = [entry for entry in self._entries if entry.stack.folder == look.folder]
        for entry in entries:
            self._refresh(entry, look, versions)
        mine = {identity(source) for entry in entries for source in entry.stack.sources}
        fresh = [
            source
            for file in look.files
            if isinstance(read := look.read[file.path], tuple) and not self._was_moved(file.version)
            for source in read
            if not source.is_result and identity(source) not in mine | self._ignored
        ]
        found: list[_Found] = []

        def owner_of(group: ProposedStack) -> Entry | None:
            known = reversed(entries)
            return next((e for e in known if continues(e.stack, group, begun=e.over)), None)

        given = self._is_given(look.folder)
        groups = groups_of(look.folder, fresh, look.warnings, given=given)
        for owner, group in (pair for some in groups for pair in by_owner(some, owner_of)):
            if owner is None:
                found.append(_Found(self._new(group), group))
            elif owner.over and not owner.failed:
                stack = with_frames(remaining(owner.stack, look), group.sources)
                found.append(_Found(self._new(group), stack, late=len(group.sources)))
            else:
                owner.begin_again()
                owner.stack = with_frames(owner.stack, group.sources)
        found += [_Found(entry, entry.stack) for entry in entries if not entry.over]
        self._damaged(look, found, now_s)
        found.sort(key=lambda one: [natural_order(s.path.name) for s in one.stack.sources[:1]])
        held_s = held_back(look, [one.stack for one in found], self.wait_s, now_s)
        since_s = {file.path: file.since_s for file in look.files}
        waiting = []
        for one, least_s in zip(found, held_s, strict=True):
            files = (files_of(one.stack) | one.damaged) & versions.keys()
            still_s = now_s - max((since_s[path] for path in files), default=now_s)
            due_s = self._due_s(one, still_s, max(least_s, one.entry.not_before_s - now_s))
            of_files = frozenset(versions[path] for path in files)
            no_room = self._no_room(one.entry)
            waiting.append(Waiting(one.stack, due_s, of_files, one.late, one.entry, no_room))
        return waiting

    def _was_moved(self, version: Version) -> bool:
        """Whether a file was put into another folder after its stack was fused."""
        path, *stamp = version
        return any(
            old.name == path.name and old != path and before == stamp and not is_there(old)
            for entry in self._entries
            if entry.over and not entry.failed
            for old, *before in entry.files
        )

    def _due_s(self, one: _Found, still_s: float, least_s: float) -> float | None:
        """After how many seconds a stack is complete, which has not changed for `still_s`."""
        if one.stack.single and not one.stack.problem:
            return None
        sources = one.stack.sources
        exposure_s = max((source.exposure_s or 0.0 for source in sources), default=0.0)
        longest_s = min(longest_pause_s(sources) + exposure_s, _LONGEST_WAIT_S)
        return max(max(self.wait_s, longest_s) - still_s, least_s, 0.0)

    def _no_room(self, entry: Entry) -> str:
        if not (entry.full and entry.task):
            return ""
        try:
            self.room.check(entry.task.load)
        except DiskFullError as error:
            return no_room_text(error.folder)
        return ""

    def _new(self, stack: ProposedStack) -> Entry:
        return Entry(stack, old=self._first is None or files_of(stack) <= self._first)

    def _refresh(self, entry: Entry, look: FolderLook, versions: dict[Path, Version]) -> None:
        """Let a stack that failed wait again if its files are others, and forget what is gone.

        One that is over follows its frames when they are renamed: they are no new ones.
        """
        if entry.failed:
            now = {versions[path] for path, _, _ in entry.files if path in versions}
            if now == entry.files:
                return
            entry.begin_again()
        gone = [version for version in entry.files if version[0] not in versions]
        if entry.over and gone:
            owned = {path for other in self._entries for path in files_of(other.stack)}
            names = new_names(gone, [v for path, v in versions.items() if path not in owned])
            entry.stack = renamed(entry.stack, names)
            entry.files = frozenset((names.get(v[0], v[0]), *v[1:]) for v in entry.files)
        if not entry.over:
            entry.stack = remaining(entry.stack, look)
            if not entry.stack.sources:
                entry.over = True
                self._entries.remove(entry)

    def _damaged(self, look: FolderLook, found: list[_Found], now_s: float) -> None:
        """Give what cannot be read to the stack beside it, or report it alone, once."""
        reported = {version for entry in self._entries for version in entry.files}
        number_of = {path: n for n, one in enumerate(found) for path in files_of(one.stack)}
        readable = [isinstance(look.read[file.path], tuple) for file in look.files]
        for at, file in enumerate(look.files):
            error = look.read[file.path]
            if not isinstance(error, InputError) or now_s - file.since_s < self._patience_s:
                continue
            before = next((look.files[n].path for n in range(at, -1, -1) if readable[n]), None)
            after = next(
                (look.files[n].path for n in range(at, len(readable)) if readable[n]), None
            )
            number = next((number_of[p] for p in (before, after) if p in number_of), None)
            if number is not None:
                one = found[number]
                one.damaged.add(file.path)
                one.stack = replace(one.stack, problem=one.stack.problem or error.said)
            elif file.version not in reported:
                given = self._is_given(look.folder)
                name = name_of_file(file.path, look.folder, given=given)
                stack = ProposedStack(name, look.folder, (), error.said)
                found.append(_Found(Entry(stack, old=False), stack, damaged={file.path}))

    def _is_given(self, folder: Path) -> bool:
        return real(folder) in {real(parent) for parent in self.parents}

    @property
    def _patience_s(self) -> float:
        return max(PATIENCE_S, self.wait_s)

    # --- what is done ------------------------------------------------------------------------

    def begin(self, waiting: Waiting) -> BatchTask:
        """What is to be done for a stack, which is not waited for any more."""
        entry = waiting.entry
        if entry not in self._entries:
            self._entries.append(entry)
        entry.stack, entry.over, entry.full = waiting.stack, True, False
        entry.files = waiting.files
        entry.task = self._task(waiting)
        entry.stack = entry.task.stack
        return entry.task

    def _task(self, waiting: Waiting) -> BatchTask:
        """The task: the picture that was made of its frames, so that nothing is done twice.

        Where no picture tells what it was made of, the name decides, but only for what was there
        from the beginning.
        """
        stack, entry = waiting.stack, waiting.entry
        others = [other for other in self._entries if other is not entry]
        done = [other for other in others if other.task]
        if (stack.folder, stack.name) in {(o.stack.folder, o.stack.name) for o in done}:
            stack = replace(stack, name=detailed_name(stack))
        request = None if stack.problem else self.make_request(Stack(stack.sources))
        places = ResultPlaces(self.target, [other.task.output for other in done if other.task])
        if waiting.late:
            output = places.another(waiting.stack, request)
        else:
            output = places.made(stack, request) or places.place(stack, request, trusting=entry.old)
        return BatchTask(stack, request, output, self.target)

    def ended(self, waiting: Waiting, item: BatchItem) -> bool:
        """Take note of how a stack ended.

        Returns:
            Whether that is final. Where a disk went away or is full, or frames that came lately
            cannot be read, which may still be written, the stack waits again.
        """
        entry = waiting.entry
        if item.outcome is not Outcome.FAILED:
            return True
        gone = not all(is_folder(folder) for folder in self.target.folders)
        gone = gone or not all(is_there(file) for file in files_of(entry.stack))
        if gone or (item.unread and entry.not_before_s == -math.inf):
            entry.over, entry.task = False, None
            entry.not_before_s = self.clock() + (0.0 if gone else self._patience_s)
            return False
        if item.full is not None:  # what it would write is known by its task
            entry.over, entry.full = False, True
            return False
        entry.failed = True
        return True
