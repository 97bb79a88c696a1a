"""`focusstack batch`: many stacks, those of a folder or those that come into it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from focusstack_app.arguments import fusion_request, output_options
from focusstack_app.console import (
    CANCELLED,
    DONE,
    FAILED,
    ProgressDisplay,
    cancelled_by_signals,
    complain,
    say,
)
from focusstack_app.core.errors import Cancelled, OutputError
from focusstack_app.core.naming import template_problem
from focusstack_app.core.output import FileFormat
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import list_images
from focusstack_app.jobs.batch import (
    BatchItem,
    BatchReport,
    MakeRequest,
    Outcome,
    check_batch,
    plan_batch,
    run_batch,
)
from focusstack_app.jobs.proposal import ProposedStack, find_stacks, left_alone, propose_stacks
from focusstack_app.jobs.report import check_report, write_report
from focusstack_app.jobs.results_folders import BatchTarget, check_results_folders
from focusstack_app.jobs.waiting import Waiting
from focusstack_app.jobs.watch import Watch
from focusstack_app.jobs.watching import run_watch


def batch(args: argparse.Namespace) -> int:
    """Do what was asked for; returns the exit code."""
    if args.json is not None:
        check_report(args.json)
    problem = template_problem(args.name)
    if problem:
        raise OutputError(f"--name {args.name!r}: {problem}")
    target = BatchTarget(
        args.output,
        args.name,
        FileFormat(args.format),
        output_options(args),
        args.overwrite,
        args.provenance,
        args.depth,
    )
    if args.dry_run:
        return _plan(args, target)
    return _watch(args, target) if args.watch else _run(args, target)


class _Story:
    """What became of the stacks so far: told line by line, and kept for the report."""

    def __init__(self, display: ProgressDisplay, report: Path | None) -> None:
        self.display = display
        self._report = report
        self._items: list[BatchItem] = []

    @property
    def facts(self) -> dict[str, object]:
        return BatchReport(tuple(self._items)).facts()

    @property
    def failed(self) -> bool:
        last = {item.output: item.outcome for item in self._items}  # a watch tries again
        return Outcome.FAILED in last.values()

    def tell(self, item: BatchItem) -> None:
        known = {before.full for before in self._items}
        self._items.append(item)
        for warning in item.warnings:
            self.warn(f"{item.name}: {warning}")
        if item.full is not None and item.full in known:
            pass  # said once, and in the end
        elif item.outcome is Outcome.FAILED:
            self.display.note(f"focusstack: {item.name} failed: {item.message}")
        else:
            self.display.note(f"{item.outcome}: {item.output} ({item.seconds:.1f} s)")
        try:
            self.write()  # after each, so that it is there whatever ends the program
        except OutputError as error:  # tried again after the next stack, and told in the end
            self.warn(error.said)

    def warn(self, line: str) -> None:
        self.display.note(f"warning: {line}")

    def write(self, more: Mapping[str, object] | None = None) -> None:
        if self._report is not None:
            # A batch that goes on writes its report anew.
            write_report(self._report, self.facts | (dict(more) if more else {}), overwrite=True)

    def sum_up(self) -> None:
        facts = self.facts
        no_room = [item.name for item in self._items if item.full is not None]
        if no_room:
            names = ", ".join(no_room)
            complain(f"No room on disk for: {names}. Make room and run the same command again.")
        say(", ".join(f"{facts[outcome]} {outcome}" for outcome in Outcome))


def _stacks(
    args: argparse.Namespace, target: BatchTarget, progress: Progress, story: _Story
) -> list[ProposedStack]:
    check_results_folders(target)
    folders = find_stacks(args.parent, exclude=target.folders)
    for line in left_alone(args.parent, folders, exclude=target.folders):
        story.warn(line)
    return propose_stacks(folders, progress.sub(0.0, 0.0), parents=[args.parent], split=args.split)


def _run(args: argparse.Namespace, target: BatchTarget) -> int:
    display = ProgressDisplay(sys.stderr)
    progress, story = Progress(display), _Story(display, args.json)
    try:
        with cancelled_by_signals(progress), display:
            stacks = _stacks(args, target, progress, story)
            run_batch(stacks, target, _request(args), progress, on_item=story.tell)
    except (Cancelled, KeyboardInterrupt):
        complain("Cancelled; finished pictures stay. Run the same command again to go on.")
        return CANCELLED
    story.sum_up()
    story.write()
    return FAILED if story.failed else DONE


def _request(args: argparse.Namespace) -> MakeRequest:
    return lambda stack: fusion_request(stack, args)


def _watch(args: argparse.Namespace, target: BatchTarget) -> int:
    """Until Ctrl-C, which is no failure unless a stack was left unfinished."""
    display = ProgressDisplay(sys.stderr)
    progress, story = Progress(display), _Story(display, args.json)
    list_images(args.parent)  # a name that is wrong is not waited for
    watch = Watch(target, _request(args), [args.parent], args.wait)
    unfinished: tuple[Waiting, ...] = ()
    with cancelled_by_signals(progress), display:
        try:
            unfinished = run_watch(watch, progress, on_item=story.tell, on_note=story.warn)
        except KeyboardInterrupt:  # a second Ctrl-C, which did not wait for the first
            return CANCELLED
    story.sum_up()
    story.write({"unfinished": [waiting.facts() for waiting in unfinished]})
    if unfinished:
        names = ", ".join(waiting.stack.name for waiting in unfinished)
        complain(f"Stopped before these were fused: {names}. Run the same command again.")
        return CANCELLED
    return FAILED if story.failed else DONE


def _plan(args: argparse.Namespace, target: BatchTarget) -> int:
    display = ProgressDisplay(sys.stderr)
    progress, story = Progress(display), _Story(display, None)
    try:
        with cancelled_by_signals(progress), display:
            stacks = _stacks(args, target, progress, story)
    except (Cancelled, KeyboardInterrupt):
        complain("Cancelled.")
        return CANCELLED
    tasks = plan_batch(stacks, target, _request(args))
    check_batch(tasks)
    plans = [task.plan() for task in tasks]
    for plan, stack in zip(plans, stacks, strict=True):
        what = plan["problem"] or ("exists, skipped" if plan["skipped"] else plan["output"])
        say(f"{stack.name}: {len(stack.sources)} frames: {what}")
    if args.json is not None:
        write_report(args.json, {"items": plans}, overwrite=True)
    return FAILED if any(plan["problem"] for plan in plans) else DONE
