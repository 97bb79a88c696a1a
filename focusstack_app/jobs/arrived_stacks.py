"""Which frames of a watched folder belong together, also with those that came before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.naming import natural_order
from focusstack_app.core.pages import file_of, page_of, page_path
from focusstack_app.jobs.arrivals import PATIENCE_S, FolderLook, Version
from focusstack_app.jobs.grouping import as_taken, grouped, longest_pause_s
from focusstack_app.jobs.proposal import (
    ProposedStack,
    folder_name,
    name_of_file,
    stacks_among,
    without_frames,
)

# A frame stays the same when a program writes a rating into it; another card has the same names.
Identity = tuple[Path, datetime | None]
Owner = TypeVar("Owner")


def groups_of(
    folder: Path, frames: Sequence[FrameSource], warnings: tuple[str, ...], *, given: bool
) -> list[ProposedStack]:
    """The stacks that frames are, named like their folder, or their file if it holds several.

    Args:
        folder: Where they lie.
        frames: In natural order.
        warnings: What each stack is told with.
        given: Whether the folder is one that is watched, and not one of those in it.
    """
    whole: dict[Path, list[FrameSource]] = {}
    loose = []
    for source in frames:
        if file_of(source.path) == source.path:
            loose.append(source)
        else:
            whole.setdefault(file_of(source.path), []).append(source)
    stacks = [
        ProposedStack(name_of_file(path, folder, given=given), folder, tuple(pages))
        for path, pages in whole.items()
    ]
    if loose:
        name = folder_name(folder)
        stacks += [replace(s, name=name) for s in stacks_among(folder, loose, warnings=warnings)]
    return stacks


def continues(stack: ProposedStack, group: ProposedStack, *, begun: bool) -> bool:
    """Whether frames belong to a stack that is known.

    To one that was begun they do only if the times say so, by its pauses: what comes so late is
    else a new one.
    """
    sources, new = stack.sources, group.sources
    if not sources or not new:
        return False
    if begun and not all(any(source.captured_at for source in some) for some in (sources, new)):
        return False
    both = sorted((*sources, *new), key=lambda s: natural_order(s.path.name))
    return len(grouped(as_taken(both), longest_pause_s(sources) if begun else None)) == 1


def by_owner(
    group: ProposedStack, owner_of: Callable[[ProposedStack], Owner | None]
) -> list[tuple[Owner | None, ProposedStack]]:
    """Frames that came together, each with the stack that it belongs to.

    Late ones of several stacks are far apart, and look like a stack of their own.

    Args:
        group: The frames.
        owner_of: The stack that is known of which frames are, if there is one.
    """
    owner = owner_of(group)
    owners = [owner_of(replace(group, sources=(source,))) for source in group.sources]
    if owner is not None or None in owners or len(set(owners)) < 2:
        return [(owner, group)]
    of_each = list(zip(owners, group.sources, strict=True))
    return [
        (one, replace(group, sources=tuple(source for of, source in of_each if of is one)))
        for one in dict.fromkeys(owners)
    ]


def held_back(
    look: FolderLook, stacks: Sequence[ProposedStack], wait_s: float, now_s: float
) -> list[float]:
    """How long each stack has to wait for files beside it that cannot be read yet."""
    whole_s = 0.0 if look.in_order else wait_s - (now_s - look.changed_s)
    if look.under_way_s is not None:
        whole_s = max(whole_s, wait_s - (now_s - look.under_way_s))
    held_s = [whole_s] * len(stacks)
    number_of = {path: n for n, stack in enumerate(stacks) for path in files_of(stack)}
    for files in (look.files, look.files[::-1]):
        number = None
        for file in files:
            read = look.read[file.path]
            number = number_of.get(file.path, number if not isinstance(read, tuple) else None)
            if number is not None and not isinstance(read, tuple):
                patience_s = wait_s if read is None else max(PATIENCE_S, wait_s)
                held_s[number] = max(held_s[number], patience_s - (now_s - file.since_s))
    return held_s


def files_of(stack: ProposedStack) -> set[Path]:
    """The files that hold its frames."""
    return {file_of(source.path) for source in stack.sources}


def identity(source: FrameSource) -> Identity:
    """What tells a frame from others."""
    return source.path, source.captured_at


def identities(sources: Collection[FrameSource]) -> set[Identity]:
    """What tells frames from others."""
    return {identity(source) for source in sources}


def remaining(stack: ProposedStack, look: FolderLook) -> ProposedStack:
    """A stack without the frames that are gone, or others now; files not read yet stay."""
    gone = []
    for source in stack.sources:
        read = look.read.get(file_of(source.path), ())
        if isinstance(read, tuple) and identity(source) not in identities(read):
            gone.append(source)
    return without_frames(stack, gone) if gone else stack


def new_names(gone: Collection[Version], come: Sequence[Version]) -> dict[Path, Path]:
    """What files are called that were renamed, by their old paths: size and time stay the same.

    Args:
        gone: Files that are not there any more.
        come: Files that belong to no stack yet, in order.
    """
    names: dict[Path, Path] = {}
    for old, *stamp in sorted(gone, key=lambda version: natural_order(version[0].name)):
        alike = (path for path, *own in come if own == stamp and path not in names.values())
        new = next(alike, None)
        if new is not None:
            names[old] = new
    return names


def renamed(stack: ProposedStack, names: Mapping[Path, Path]) -> ProposedStack:
    """A stack whose files have other names."""

    def now(source: FrameSource) -> FrameSource:
        new, page = names.get(file_of(source.path)), page_of(source.path)
        if new is None:
            return source
        return replace(source, path=new if page is None else page_path(new, page))

    return replace(stack, sources=tuple(now(source) for source in stack.sources))
