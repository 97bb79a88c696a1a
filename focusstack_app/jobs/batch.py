"""Many stacks, one picture each; what exists is skipped, what fails is reported."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from focusstack_app.core.errors import (
    DiskFullError,
    FocusStackError,
    InputError,
    OutputError,
    OutputExistsError,
)
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.message import message
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import reading, shown
from focusstack_app.io.metadata import read_facts
from focusstack_app.jobs.disk_room import DiskRoom, Load
from focusstack_app.jobs.export import (
    FUSION_SHARE,
    check_size,
    check_targets,
    export_result,
)
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.proposal import ProposedStack
from focusstack_app.jobs.report import facts
from focusstack_app.jobs.result_names import outputs_of
from focusstack_app.jobs.results_folders import BatchTarget, check_apart, results_folders

logger = logging.getLogger(__name__)

Fuse = Callable[[FusionRequest, Progress], FusionResult]
MakeRequest = Callable[[Stack], FusionRequest]


class Outcome(StrEnum):
    """How one stack of a batch ended."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BatchTask:
    """One stack of a batch, ready to run.

    Attributes:
        stack: The frames.
        request: What is asked for; None where the stack has a problem.
        output: The picture.
        target: Where results go.
    """

    stack: ProposedStack
    request: FusionRequest | None
    output: Path
    target: BatchTarget

    @property
    def provenance(self) -> Path | None:
        """The map of pixel origins."""
        folder = self.target.provenance_dir
        return folder and folder / f"{self.output.stem}-provenance.png"

    @property
    def depth(self) -> Path | None:
        """The depth map."""
        folder = self.target.depth_dir
        return folder and folder / f"{self.output.stem}-depth.png"

    @property
    def skipped(self) -> bool:
        """Whether the picture is there, and stays."""
        return is_there(self.output) and not self.target.overwrite

    @property
    def load(self) -> Load:
        """What it writes at most: pictures and maps without loss, as if nothing became smaller."""
        sizes = [source.width_px * source.height_px for source in self.stack.sources]
        sample_bytes = self.target.options.bits_in(self.target.kind) // 8
        results: Counter[Path] = Counter({self.output.parent: 3 * sample_bytes * sizes[0]})
        for path, pixel_bytes in ((self.provenance, 3), (self.depth, 2)):
            if path is not None:
                results[path.parent] += pixel_bytes * sizes[0]
        samples = zip(sizes, self.stack.sources, strict=True)
        frames_bytes = sum(3 * size * source.bits // 8 for size, source in samples)
        return Load(results, frames_bytes, self.request.temporary_folder if self.request else None)

    def plan(self) -> dict[str, object]:
        """What would be done, ready for JSON."""
        return {
            "name": self.stack.name,
            "folder": str(self.stack.folder),
            "frames": [str(source.path) for source in self.stack.sources],
            "output": str(self.output),
            "skipped": self.skipped,
            "problem": "" if self.skipped else self.stack.problem or self._obstacle(),
        }

    def check(self) -> None:
        """Raise a `FocusStackError` before the long work, if its results cannot be written."""
        check_size(self.output, self.stack.sources)
        check_targets(
            self.output,
            overwrite=self.target.overwrite,
            overwrite_maps=True,  # of a picture that is gone, or never came to be
            provenance=self.provenance,
            depth=self.depth,
            sources=self.stack.sources,
        )
        for path in filter(None, (self.output, self.provenance, self.depth)):
            _check_own(path)

    def _obstacle(self) -> str:
        """What `check` says, as far as that can be told while folders are still to be made."""
        try:
            if all(is_folder(folder) for folder in self.target.folders):
                self.check()
            else:
                check_size(self.output, self.stack.sources)
        except FocusStackError as error:
            return error.said
        return ""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """How one stack of a batch ended.

    Attributes:
        name: What the stack is called.
        folder: Where its frames lie.
        output: The picture; it exists unless the outcome is FAILED.
        outcome: How it ended.
        seconds: Wall-clock time that it took.
        message: Why it was skipped or failed, else empty.
        warnings: One line each.
        facts: What `report.facts` says, when DONE.
        unread: Whether it failed because its frames could not be read.
        full: Where it failed because there was too little room on disk: the folder.
    """

    name: str
    folder: Path
    output: Path
    outcome: Outcome
    seconds: float
    message: str = ""
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, object] | None = None
    unread: bool = False
    full: Path | None = None

    def story(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        return {
            **(self.facts or {}),
            "name": self.name,
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


def plan_batch(
    stacks: Sequence[ProposedStack], target: BatchTarget, make_request: MakeRequest
) -> list[BatchTask]:
    """Give every stack its request and its file; no two get the same file.

    Args:
        stacks: In order; the same stacks get the same files again.
        target: Where results go.
        make_request: From a stack to what is asked for it.
    """
    requests = [None if stack.problem else make_request(Stack(stack.sources)) for stack in stacks]
    outputs = outputs_of(stacks, requests, target)
    return [
        BatchTask(stack, request, output, target)
        for stack, request, output in zip(stacks, requests, outputs, strict=True)
    ]


def run_batch(
    stacks: Sequence[ProposedStack],
    target: BatchTarget,
    make_request: MakeRequest,
    progress: Progress,
    *,
    on_item: Callable[[BatchItem], None] | None = None,
    fuse: Fuse = fuse_stack,
) -> BatchReport:
    """Fuse stacks one after the other.

    A picture that exists is skipped, so the same call goes on where an earlier one stopped.

    Args:
        stacks: What to fuse.
        target: Where results go; its folders are made if their parent folders exist.
        make_request: From a stack to what is asked for it.
        progress: Of the whole batch.
        on_item: Called after each stack.
        fuse: What fuses.

    Raises:
        OutputError: If a folder for results cannot be used.
        Cancelled: If the batch was cancelled; pictures that were finished stay.
    """
    tasks = plan_batch(stacks, target, make_request)
    check_batch(tasks)
    items, room = [], DiskRoom()
    with results_folders(target):
        for done, task in enumerate(tasks):
            part = progress.sub(done / len(tasks), (done + 1) / len(tasks))
            part.report(0.0, f"{shown(task.stack.name)} ({done + 1} of {len(tasks)})")
            item = run_task(task, part, room, fuse)
            items.append(item)
            if on_item is not None:
                on_item(item)
    return BatchReport(tuple(items))


def run_task(task: BatchTask, progress: Progress, room: DiskRoom, fuse: Fuse) -> BatchItem:
    """Fuse one stack and write its files.

    Args:
        task: What to do.
        progress: Of this stack.
        room: What is known of the room on disks from the stacks before, and learns from this one:
            a stack for which there is none costs no time.
        fuse: What fuses.

    Raises:
        Cancelled: If the job was cancelled; nothing was written.
    """
    target, started = task.target, time.monotonic()

    def item(outcome: Outcome, text: str = "") -> BatchItem:
        name, folder = task.stack.name, task.stack.folder
        seconds = time.monotonic() - started
        return BatchItem(name, folder, task.output, outcome, seconds, text)

    if task.skipped:
        return item(Outcome.SKIPPED, message("It exists already."))
    if task.request is None:
        return item(Outcome.FAILED, task.stack.problem)
    try:
        task.check()
        with room.used_for(task.load):
            result = fuse(task.request, progress.sub(0.0, FUSION_SHARE))
            export_result(
                result,
                task.output,
                options=target.options,
                overwrite=target.overwrite,
                overwrite_maps=True,
                provenance=task.provenance,
                depth=task.depth,
                progress=progress.sub(FUSION_SHARE, 1.0),
            )
    except FocusStackError as error:
        if isinstance(error, OutputExistsError) and task.skipped:  # another batch was quicker
            return item(Outcome.SKIPPED, message("It exists already."))
        failed = item(Outcome.FAILED, error.said)
        full = error.folder if isinstance(error, DiskFullError) else None
        return replace(failed, unread=isinstance(error, InputError), full=full)
    except Exception as bug:
        # One stack must not cost the night's work: it is reported, and the others go on.
        logger.exception("a stack of a batch failed unexpectedly")
        return item(Outcome.FAILED, message("Unexpected error: {bug!r}", bug=bug))
    warnings = (*task.stack.warnings, *result.warnings)
    return replace(item(Outcome.DONE), warnings=warnings, facts=facts(result))


def _check_own(path: Path) -> None:
    """Raise an `OutputError` where somebody's frame, or a result edited since, would be lost."""
    if not is_there(path):
        return
    with reading(path):
        own = read_facts(path).is_result
    if not own:
        raise OutputError(
            message("{file} was not made by this program, and is kept.", file=shown(path)),
            message("Move it away, or choose another folder or name for the results."),
        )


def check_batch(tasks: Sequence[BatchTask]) -> None:
    """Find out whether there is something to do, and a place for what comes of it.

    Raises:
        InputError: If there is nothing to do.
        OutputError: If a folder for results holds frames, or cannot be used.
    """
    if not tasks:
        raise InputError(
            message("There is no stack to fuse."), message("Add a folder that holds frames.")
        )
    check_apart(tasks[0].target, [task.stack.folder for task in tasks])
