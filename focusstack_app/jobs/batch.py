"""A folder of stacks, one picture each; what exists is skipped, what fails is reported."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from focusstack_app.core.errors import FocusStackError, InputError, OutputError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.output import FileFormat, OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import reading, shown
from focusstack_app.io.probe import list_images
from focusstack_app.jobs.export import check_folder, check_targets, export_result
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.report import facts

logger = logging.getLogger(__name__)


class Outcome(StrEnum):
    """How one stack of a batch ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One stack of a batch.

    Attributes:
        folder: Where its frames lie.
        output: The picture; it exists unless the outcome is FAILED.
        outcome: How it ended.
        seconds: Wall-clock time that it took.
        message: Why it was skipped or failed, else empty.
        warnings: One line each.
        facts: What `report.facts` says, when DONE.
    """

    folder: Path
    output: Path
    outcome: Outcome
    seconds: float
    message: str = ""
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, object] | None = None

    def story(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        return {
            **(self.facts or {}),
            "folder": str(self.folder),
            "output": str(self.output),
            "outcome": str(self.outcome),
            "seconds": round(self.seconds, 3),
            "message": self.message,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class BatchReport:
    """All stacks of a batch, in the order in which they were fused."""

    items: tuple[BatchItem, ...]

    def count(self, outcome: Outcome) -> int:
        """How many stacks ended like this."""
        return sum(item.outcome is outcome for item in self.items)

    def facts(self) -> dict[str, object]:
        """The counts and every stack, ready for JSON."""
        counts = {str(outcome): self.count(outcome) for outcome in Outcome}
        return {**counts, "items": [item.story() for item in self.items]}


def run_batch(
    parent: Path,
    out_dir: Path,
    make_request: Callable[[Stack], FusionRequest],
    progress: Progress,
    *,
    kind: FileFormat = FileFormat.TIFF,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    overwrite: bool = False,
    provenance_dir: Path | None = None,
    depth_dir: Path | None = None,
    on_item: Callable[[BatchItem], None] | None = None,
    fuse: Callable[[FusionRequest, Progress], FusionResult] = fuse_stack,
) -> BatchReport:
    """Fuse every stack under a folder into `<out_dir>/<folder name>` with the format's suffix.

    A picture that exists is skipped, so the same call goes on where an earlier one stopped.

    Args:
        parent: Folder whose sub-folders hold one stack each; or a stack itself, when no
            sub-folder has pictures.
        out_dir: Where the pictures go; made if its parent folder exists.
        make_request: From a stack to what is asked for it.
        progress: Of the whole batch.
        kind: What the pictures are written as.
        options: How they are written.
        overwrite: Whether existing pictures are made anew.
        provenance_dir: Where `<folder name>-provenance.png` goes, if wanted; made like `out_dir`.
        depth_dir: Where `<folder name>-depth.png` goes, if wanted; made like `out_dir`.
        on_item: Called after each stack.
        fuse: What fuses.

    Raises:
        InputError: If there is no stack under `parent`.
        OutputError: If `out_dir` or a folder for maps cannot be used.
        Cancelled: If the batch was cancelled; pictures that were finished stay.
    """
    outputs = [folder for folder in (out_dir, provenance_dir, depth_dir) if folder is not None]
    folders = find_stacks(parent, exclude=outputs)
    items = []
    with _made(outputs, folders):
        for done, folder in enumerate(folders):
            part = progress.sub(done / len(folders), (done + 1) / len(folders))
            part.report(0.0, f"{shown(Path(folder.name))} ({done + 1} of {len(folders)})")
            task = _Task(
                folder,
                out_dir / f"{folder.name}{kind.suffixes[0]}",
                provenance_dir and provenance_dir / f"{folder.name}-provenance.png",
                depth_dir and depth_dir / f"{folder.name}-depth.png",
                options,
                overwrite=overwrite,
            )
            item = _run(task, make_request, fuse, part)
            items.append(item)
            if on_item is not None:
                on_item(item)
    return BatchReport(tuple(items))


def find_stacks(parent: Path, *, exclude: Sequence[Path] = ()) -> list[Path]:
    """The sub-folders that have pictures, by name; or `parent` itself when none has.

    Args:
        parent: Where to look; hidden sub-folders and deeper levels are left alone.
        exclude: Folders that are no stacks: where results go.

    Raises:
        InputError: If `parent` is not a folder, cannot be read, or holds no pictures.
    """
    apart = {folder.resolve() for folder in exclude}
    loose = list_images(parent)
    with reading(parent):
        folders = sorted(path for path in parent.iterdir() if path.is_dir())
    stacks = [
        folder
        for folder in folders
        if not folder.name.startswith(".") and folder.resolve() not in apart and list_images(folder)
    ]
    if stacks:
        return stacks
    if loose:
        return [parent.resolve()]
    raise InputError(
        f"{shown(parent)} holds no stacks.", "Give a folder whose sub-folders hold the frames."
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """One stack and where its results go."""

    folder: Path
    output: Path
    provenance: Path | None
    depth: Path | None
    options: OutputOptions
    overwrite: bool


def _run(
    task: _Task,
    make_request: Callable[[Stack], FusionRequest],
    fuse: Callable[[FusionRequest, Progress], FusionResult],
    progress: Progress,
) -> BatchItem:
    if task.output.exists() and not task.overwrite:
        return BatchItem(task.folder, task.output, Outcome.SKIPPED, 0.0, "It exists already.")
    started = time.monotonic()
    try:
        opened = open_stack([task.folder])
        check_targets(
            task.output,
            overwrite=task.overwrite,
            provenance=task.provenance,
            depth=task.depth,
            sources=opened.stack.sources,
        )
        result = fuse(make_request(opened.stack), progress)
        progress.checkpoint()
        export_result(
            result,
            task.output,
            options=task.options,
            overwrite=task.overwrite,
            provenance=task.provenance,
            depth=task.depth,
        )
    except FocusStackError as error:
        message = str(error)
    except Exception as bug:
        # One stack must not cost the night's work: it is reported, and the others go on.
        logger.exception("a stack of a batch failed unexpectedly")
        message = f"Unexpected error: {bug!r}"
    else:
        seconds = time.monotonic() - started
        warnings = (*opened.warnings, *result.warnings)
        return BatchItem(
            task.folder, task.output, Outcome.DONE, seconds, "", warnings, facts(result)
        )
    seconds = time.monotonic() - started
    return BatchItem(task.folder, task.output, Outcome.FAILED, seconds, message)


@contextmanager
def _made(outputs: Sequence[Path], stacks: Sequence[Path]) -> Iterator[None]:
    """Make the folders for results; those that are still empty in the end are removed again."""
    frames = {stack.resolve() for stack in stacks}
    for folder in outputs:
        if folder.resolve() in frames:
            raise OutputError(
                f"{shown(folder)} holds frames.", "Choose another folder for the results."
            )
        check_folder(folder if folder.exists() else folder.parent)
    made = [folder for folder in outputs if not folder.exists()]
    try:
        for folder in made:
            folder.mkdir(exist_ok=True)
        yield
    finally:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
