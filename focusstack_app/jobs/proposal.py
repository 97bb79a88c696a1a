"""From folders to the stacks in them, as a proposal that can be corrected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.message import message
from focusstack_app.core.naming import natural_order
from focusstack_app.core.pages import bare_name
from focusstack_app.core.places import is_folder, real
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import reading, shown
from focusstack_app.io.metadata import read_facts
from focusstack_app.io.orientation import stored_size
from focusstack_app.io.probe import list_images, probe_frames
from focusstack_app.jobs.grouping import as_taken, grouped
from focusstack_app.jobs.opening import (
    check_sizes,
    held_alike,
    odd_sizes_told,
    shown_alike,
    without_odd_sizes,
    without_results,
    without_twins,
)

_REMEMBERED = 1024  # headers, as a watch looks again and again


@dataclass(frozen=True, slots=True)
class ProposedStack:
    """Frames that may be one stack.

    Attributes:
        name: What it is called.
        folder: Where its frames lie.
        sources: The frames, in order.
        problem: Why it cannot be fused; empty where it can.
        warnings: One line each.
    """

    name: str
    folder: Path
    sources: tuple[FrameSource, ...]
    problem: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def taken_at(self) -> datetime | None:
        """When the first frame was taken."""
        return self.sources[0].captured_at if self.sources else None

    @property
    def single(self) -> bool:
        """Whether there is nothing to fuse: one frame, or none."""
        return len(self.sources) < 2


def find_stacks(parent: Path, *, exclude: Sequence[Path] = ()) -> list[Path]:
    """The sub-folders that have pictures, by name; or `parent` itself when none has.

    A sub-folder that cannot be read is among them, so that it is reported. One that holds only
    results does not count beside pictures in `parent`, of which they may have been made.

    Args:
        parent: Where to look; hidden sub-folders, deeper levels, and links to folders that count
            already are left alone.
        exclude: Folders that are no stacks: where results go.

    Raises:
        InputError: If `parent` is not a folder, cannot be read, or holds no pictures.
    """
    apart = {real(folder) for folder in exclude} | {real(parent)}
    loose = list_images(parent)
    stacks = []
    for folder in sorted(_sub_folders(parent), key=Path.is_symlink):
        if real(folder) in apart or not _has_pictures(folder):
            continue
        if not (loose and _only_results(folder)):
            apart.add(real(folder))
            stacks.append(folder)
    stacks.sort(key=lambda folder: natural_order(folder.name))
    if stacks:
        return stacks
    if loose:
        return [real(parent)]
    raise InputError(
        message("{folder} holds no stacks.", folder=shown(parent)),
        message("Give a folder whose sub-folders hold the frames."),
    )


def left_alone(parent: Path, stacks: Sequence[Path], *, exclude: Sequence[Path] = ()) -> list[str]:
    """What `find_stacks` did not take though it holds pictures, a sentence each.

    Args:
        parent: Where it looked.
        stacks: What it found.
        exclude: Folders for results.
    """
    results = {real(folder) for folder in exclude}
    apart = results | {real(folder) for folder in stacks}
    if real(parent) in apart:
        return []
    lines: list[str] = []
    if list_images(parent):
        lines.append(
            message(
                "The pictures that lie directly in {folder} are left out.", folder=shown(parent)
            )
        )
    for folder in _sub_folders(parent):
        if real(folder) in results and _only_results(folder) is False:
            lines.append(
                message(
                    "The pictures in {folder} are left out, because results go there.",
                    folder=shown(folder),
                )
            )
        if real(folder) in apart or _has_pictures(folder):
            continue
        deeper = [path for path in _sub_folders(folder) if real(path) not in apart]
        if any(_has_pictures(path) for path in deeper):
            lines.append(
                message(
                    "{folder} is left out: its pictures lie in sub-folders.",
                    folder=shown(folder),
                )
            )
    return lines


def _sub_folders(parent: Path) -> list[Path]:
    with reading(parent):
        found = [path for path in parent.iterdir() if is_folder(path)]
    return [path for path in found if not path.name.startswith(".")]


def _has_pictures(folder: Path) -> bool:
    """Whether a folder holds pictures, or cannot be read."""
    try:
        return bool(list_images(folder))
    except InputError:
        return True


def _only_results(folder: Path) -> bool | None:
    """Whether this program made all pictures of a folder; None where it cannot be read."""
    with suppress(InputError, OSError):
        return all(_is_result(path, path.stat().st_mtime_ns) for path in list_images(folder))
    return None


@lru_cache(_REMEMBERED)
def _is_result(picture: Path, _written_ns: int) -> bool:
    return read_facts(picture).shows_result


def propose_stacks(
    folders: Sequence[Path],
    progress: Progress,
    *,
    parents: Collection[Path] = (),
    split: bool = True,
) -> list[ProposedStack]:
    """Probe the frames of folders and say which of them belong together.

    A file that holds several frames is a stack of its own (see `name_of_file`).
    Where a RAW file and another one have the same name, the RAW file counts. A folder that holds
    nothing but results of this program counts only where there is no other.

    Args:
        folders: Each holds frames.
        progress: Of the probing.
        parents: What `find_stacks` looked at.
        split: Whether a folder may hold several stacks (see `grouping.grouped`).

    Raises:
        Cancelled: If the job was cancelled.
    """
    stacks, given = [], {real(parent) for parent in parents}
    for done, folder in enumerate(folders):
        part = progress.sub(done / len(folders), (done + 1) / len(folders))
        stacks += _of_folder(folder, part, given=real(folder) in given, split=split)
    own = [
        stack
        for stack in stacks
        if not stack.sources or not all(source.is_result for source in stack.sources)
    ]
    return own or stacks


def split_stack(stack: ProposedStack, at: int) -> tuple[ProposedStack, ProposedStack]:
    """Two stacks, the second of which begins with frame `at` and is called after it.

    Raises:
        ValueError: If one of them would be empty.
    """
    if not 0 < at < len(stack.sources):
        raise ValueError(f"cannot split {len(stack.sources)} frames at {at}")
    first = replace(stack, sources=stack.sources[:at], warnings=())
    second = replace(first, name=plain_name(stack), sources=stack.sources[at:])
    return first, replace(second, name=detailed_name(second))


def merged_stacks(stacks: Sequence[ProposedStack]) -> ProposedStack:
    """One stack with all frames, in the order of the stacks and with the name of the first."""
    sources = _alike([source for stack in stacks for source in stack.sources])
    problems = [stack.problem for stack in stacks if stack.problem]
    warnings = tuple(warning for stack in stacks for warning in stack.warnings)
    problem = problems[0] if problems else _size_problem(sources)
    return replace(stacks[0], sources=sources, problem=problem, warnings=warnings)


def with_frames(stack: ProposedStack, frames: Sequence[FrameSource]) -> ProposedStack:
    """A stack with further frames, each before the first of its own that follows by name."""
    sources = list(stack.sources)
    for frame in sorted(frames, key=lambda frame: natural_order(frame.path.name)):
        name = natural_order(frame.path.name)
        after = (n for n, own in enumerate(sources) if natural_order(own.path.name) > name)
        sources.insert(next(after, len(sources)), frame)
    alike = _alike(sources)
    return replace(stack, sources=alike, problem=_size_problem(alike))


def without_frames(stack: ProposedStack, frames: Collection[FrameSource]) -> ProposedStack:
    """A stack without some of its frames; none may be left."""
    sources = tuple(source for source in stack.sources if source not in frames)
    return replace(stack, sources=sources, problem=_size_problem(sources) if sources else "")


def _of_folder(
    folder: Path, progress: Progress, *, given: bool, split: bool
) -> list[ProposedStack]:
    name = folder_name(folder)
    sources: list[FrameSource] = []
    in_files: list[ProposedStack] = []
    unreadable: list[ProposedStack] = []
    try:
        paths, warnings = without_twins(list_images(folder))
    except InputError as error:
        return [ProposedStack(name, folder, (), error.said)]
    for done, path in enumerate(paths):
        progress.report(done / len(paths), message("Reading {folder}", folder=shown(name)))
        try:
            found = probe_frames(path)
        except InputError as error:
            called = name_of_file(path, folder, given=given)
            unreadable.append(ProposedStack(called, folder, (), error.said))
            continue
        if len(found) > 1:
            in_files.append(ProposedStack(name_of_file(path, folder, given=given), folder, found))
        else:
            sources += found
    if in_files:  # a file that cannot be read does not belong to another
        in_files += unreadable
    elif unreadable:
        return [replace(unreadable[0], name=name)]
    if not sources and in_files:
        return in_files
    if not sources:
        problem = message("{folder} holds no pictures.", folder=shown(folder))
        return [ProposedStack(name, folder, (), problem)]
    return in_files + stacks_among(folder, sources, split=split, warnings=warnings)


def folder_name(folder: Path) -> str:
    """What the first stack of a folder is called."""
    return folder.name or real(folder).name


def name_of_file(path: Path, folder: Path, *, given: bool) -> str:
    """What the stack in a file is called: like the file, and its folder, which may be one of many.

    Args:
        path: The file.
        folder: Where it lies.
        given: Whether the folder is the one that was given, and not one of those in it.
    """
    return bare_name(path) if given else f"{folder_name(folder)}-{bare_name(path)}"


def plain_name(stack: ProposedStack) -> str:
    """The name of a stack without that of its first frame: what the first of a folder is called."""
    if not stack.sources:
        return stack.name
    return stack.name.removesuffix(f"-{bare_name(stack.sources[0].path)}") or stack.name


def detailed_name(stack: ProposedStack) -> str:
    """The name of a stack with that of its first frame: what a further one of a folder is called.

    It does not change when others come. What is called like its file gets the name of its folder.
    """
    if not stack.sources:
        return stack.name
    plain, first = plain_name(stack), bare_name(stack.sources[0].path)
    return f"{folder_name(stack.folder) if plain == first else plain}-{first}"


def stacks_among(
    folder: Path,
    sources: Sequence[FrameSource],
    *,
    split: bool = True,
    warnings: tuple[str, ...] = (),
) -> list[ProposedStack]:
    """The stacks that frames of one folder are, in order.

    The first one is called like the folder, the others also like their first frame.

    Args:
        folder: Where they lie.
        sources: At least one, in natural order.
        split: Whether they may be several stacks (see `grouping.grouped`).
        warnings: What each of them is told with.
    """
    name = folder_name(folder)
    frames, results = without_results(sources)
    frames, odd = _without_strays(as_taken(frames)) if split else without_odd_sizes(frames)
    warnings += results + odd_sizes_told(odd, frames[0])
    groups = grouped(frames) if split else [frames]
    stacks: list[ProposedStack] = []
    for group in groups:
        alike, turned = held_alike(shown_alike(group))
        stack = ProposedStack(name, folder, alike, _size_problem(alike), warnings + turned)
        stacks.append(replace(stack, name=detailed_name(stack)) if stacks else stack)
    return stacks


def _without_strays(
    frames: Sequence[FrameSource],
) -> tuple[tuple[FrameSource, ...], tuple[FrameSource, ...]]:
    """Frames without single ones of another size amid a stack: an edited one, or a thumbnail.

    Returns:
        The frames, and those.
    """
    runs = [list(run) for _, run in groupby(frames, stored_size)]
    long = [number for number, run in enumerate(runs) if len(run) > 1]
    amid: set[int] = set()
    for before, after in pairwise(long):
        if stored_size(runs[before][0]) == stored_size(runs[after][0]):
            amid.update(range(before + 1, after))
    kept, odd = (
        tuple(frame for n, run in enumerate(runs) if (n in amid) == apart for frame in run)
        for apart in (False, True)
    )
    return kept, odd


def _alike(sources: Sequence[FrameSource]) -> tuple[FrameSource, ...]:
    """Frames that somebody put together: turned as most of them, and shown alike."""
    return held_alike(shown_alike(sources))[0]


def _size_problem(sources: Sequence[FrameSource]) -> str:
    try:
        check_sizes(sources)
    except InputError as error:
        return error.said
    return ""
