"""Open what was dropped: a file that cannot be used is left out and named, not the end of it.

`jobs.opening` is strict: it takes all of what it is given, or says why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.naming import natural_order, stack_name
from focusstack_app.core.places import is_folder, real
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import list_images
from focusstack_app.jobs.grouping import as_taken, grouped
from focusstack_app.jobs.opening import (
    OpenedStack,
    held_alike,
    odd_size,
    shown_alike,
    without_odd_sizes,
    without_results,
    without_twins,
)
from focusstack_app.jobs.project import Project, load_project
from focusstack_app.jobs.proposal import find_stacks
from focusstack_app.ui.services import Services


@dataclass(frozen=True, slots=True)
class Opened:
    """A stack that can be used.

    Attributes:
        stack: The frames, in order.
        name: Of the stack, for the window title: its folder.
        warnings: One line each.
        left_out: One error for each file that could not be read, or has not the size of the others.
        stacks: How many stacks the frames look like.
        project: What was opened, where it was a project.
        project_path: Its file.
        kept_path: The file that a crash left, where that was opened.
    """

    stack: Stack
    name: str
    warnings: tuple[str, ...]
    left_out: tuple[InputError, ...] = ()
    stacks: int = 1
    project: Project | None = None
    project_path: Path | None = None
    kept_path: Path | None = None


@dataclass(frozen=True, slots=True)
class BatchFolders:
    """What was dropped holds more than one stack."""

    folders: tuple[Path, ...]


def batch_folders(paths: Sequence[Path]) -> BatchFolders | None:
    """Several folders, or one whose sub-folders have the frames; None for one stack.

    Raises:
        InputError: If a folder cannot be read.
    """
    if not all(is_folder(path) for path in paths):
        return None
    if len(paths) == 1 and list_images(paths[0]):
        return None
    try:
        for path in paths:
            find_stacks(path)
    except InputError:
        if len(paths) == 1:
            return None  # said better where one stack is opened
        raise
    return BatchFolders(tuple(paths))


def open_project(services: Services, path: Path, progress: Progress) -> Opened:
    """Open a project without the frames that cannot be read.

    Raises:
        InputError: If it cannot be read, or none of its frames can.
        Cancelled: If the job was cancelled.
    """
    project = load_project(path)
    opened = open_readable(services, project.frames, progress, in_order=True)
    return replace(opened, name=path.stem, stacks=1, project=project, project_path=path)


def open_recovered(services: Services, path: Path, progress: Progress) -> Opened:
    """Open what was kept before a crash: a project that has no file of its own.

    Raises:
        InputError: As `open_project`.
        Cancelled: If the job was cancelled.
    """
    opened = open_project(services, path, progress)
    return replace(opened, name=stack_name(opened.stack.sources), project_path=None, kept_path=path)


def open_readable(
    services: Services, paths: Sequence[Path], progress: Progress, *, in_order: bool = False
) -> Opened:
    """Open files or one folder, without the files that cannot be read or have another size.

    Args:
        services: For `open_stack` and `list_images`.
        paths: Files, in any order: they are sorted by name as people count. Or one folder.
        progress: Checked between files.
        in_order: The files are in the order of the stack already.

    Raises:
        InputError: If nothing can be read, or no size is the most common one.
        Cancelled: If the job was cancelled.
    """
    progress.report(0.0, "Reading frame headers")
    paths = list(paths)
    if not in_order:  # file managers drop in any order
        paths.sort(key=lambda path: (path.parent, natural_order(path.name)))
    try:
        opened = services.open_stack(paths)
    except InputError as error:
        files = _files(services, paths)
        readable, left_out = _sort_out(services, files, progress)
        if files != paths:
            readable, _ = without_results(readable)
        readable, odd = without_odd_sizes(readable)
        left_out += [odd_size(source, readable[0]) for source in odd]
        if not readable or not left_out:
            raise error from None
        opened = services.open_stack([source.path for source in readable])
        return _named(opened, left_out)
    return _named(opened)


@dataclass(frozen=True, slots=True)
class Further:
    """Frames that are added to the open stack.

    Attributes:
        sources: Those that it lacks, of its size.
        left_out: One error for each file that cannot be used.
    """

    sources: tuple[FrameSource, ...]
    left_out: tuple[InputError, ...]


def open_further(
    services: Services,
    there: Sequence[FrameSource],
    paths: Sequence[Path],
    progress: Progress,
) -> Further:
    """Read the headers of frames that are to be added to a stack.

    Args:
        services: For `open_stack` and `list_images`.
        there: The frames of the stack, at least one; they are passed over.
        paths: Files and folders.
        progress: Checked between files.

    Raises:
        InputError: If a folder cannot be read.
        Cancelled: If the job was cancelled.
    """
    known = {real(source.path) for source in there}
    files: list[Path] = []
    for path in paths:  # a folder without pictures says so where it is opened
        files += (services.list_images(path) or [path]) if is_folder(path) else [path]
    counting, _ = without_twins([*(source.path for source in there), *files])
    files = [file for file in files if file in counting and real(file) not in known]
    readable, left_out = _sort_out(services, files, progress)
    if any(is_folder(path) for path in paths):
        readable = [source for source in readable if not source.is_result]
    held, _ = held_alike([*there, *shown_alike(readable, there)])
    found = held[len(there) :]
    size = there[0].size_px
    left_out += [odd_size(source, there[0]) for source in found if source.size_px != size]
    return Further(tuple(s for s in found if s.size_px == size), tuple(left_out))


def _named(opened: OpenedStack, left_out: Sequence[InputError] = ()) -> Opened:
    sources = opened.stack.sources
    name, stacks = stack_name(sources), len(grouped(as_taken(sources)))
    return Opened(opened.stack, name, opened.warnings, tuple(left_out), stacks)


def _files(services: Services, paths: Sequence[Path]) -> list[Path]:
    if len(paths) == 1 and is_folder(paths[0]):
        return services.list_images(paths[0])
    return list(paths)


def _sort_out(
    services: Services, files: Sequence[Path], progress: Progress
) -> tuple[Sequence[FrameSource], list[InputError]]:
    readable: list[FrameSource] = []
    left_out: list[InputError] = []
    for done, path in enumerate(files):
        progress.report(done / len(files), "Reading frame headers")
        try:
            readable += services.open_stack([path]).stack.sources
        except InputError as error:
            left_out.append(error)
    return readable, left_out
