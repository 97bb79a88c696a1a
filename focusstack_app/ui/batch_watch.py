"""What a watch waits for, shown in the list of a batch: a row per stack, which grows as it does."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.places import real
from focusstack_app.jobs.batch import BatchTask
from focusstack_app.jobs.proposal import ProposedStack
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.jobs.waiting import Seen, Waiting
from focusstack_app.jobs.watch import Watch
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.stack_rows import NAME, Row
from focusstack_app.ui.stack_tree import StackTree
from focusstack_app.ui.translation import said, tr


class WatchedRows:
    """Keeps the rows of the list in line with a watch.

    Args:
        tree: The list.

    Attributes:
        clock: What a watch goes by, in seconds that only go up.
    """

    def __init__(self, tree: StackTree) -> None:
        self._tree = tree
        self.clock: Callable[[], float] = time.monotonic
        self._parents: list[Path] = []
        self._proposed: set[FrameSource] = set()

    def add(self, parents: Sequence[Path]) -> None:
        """Take note of folders that may be watched."""
        self._parents = [*dict.fromkeys((*self._parents, *parents))]

    def propose(self, stacks: Sequence[ProposedStack]) -> None:
        """Take note of what was found in them: what is taken out of the list does not count."""
        self._proposed.update(source for stack in stacks for source in stack.sources)

    @property
    def parents(self) -> list[Path]:
        """The folders that are watched: the last one, and those of stacks in the list."""
        shown = {real(row.stack.folder) for row in self._tree.rows}
        shown |= {folder.parent for folder in shown}
        kept = [folder for folder in self._parents[:-1] if real(folder) in shown]
        return [*kept, *self._parents[-1:]]

    def watch(
        self, target: BatchTarget, make_request: Callable[[Stack], FusionRequest], wait_s: float
    ) -> Watch:
        """A watch that begins with the list as it was corrected.

        A single frame that was left out may be the first one of a stack: it is let go, and comes
        back with the others.
        """
        parents, tree = self.parents, self._tree
        there = {source.path for row in tree.rows for source in row.stack.sources}
        out = {source for source in self._proposed if source.path not in there}
        tree.take([row for row in tree.rows if row.stack.single and not row.included])
        tree.take([row for row in tree.rows if not row.stack.sources])
        given = [row.stack for row in tree.included]
        out |= {source for row in tree.rows if not row.included for source in row.stack.sources}
        return Watch(target, make_request, parents, wait_s, given, out, self.clock)

    def show(self, seen: Seen, running: Collection[Row], begun: BatchTask | None) -> Row | None:
        """Show what is waited for.

        Args:
            seen: What a look saw.
            running: Rows of stacks that were begun, and are waited for no more.
            begun: What is made now of the stack that is due.

        Returns:
            The row of that stack.
        """
        row_of_due = None
        open_rows = [row for row in self._tree.rows if row.included and row not in running]
        for waiting in seen.waiting:
            row = next((row for row in open_rows if _is_of(row, waiting)), None)
            if row is None:
                row = self._tree.insert(len(self._tree.rows), waiting.stack, included=True)
            else:
                open_rows.remove(row)
                if row.stack.sources != waiting.stack.sources:
                    row = self._tree.replaced(row, waiting.stack) or row
            self._tell(row, waiting)
            if begun is not None and waiting is seen.due:
                row_of_due = row
                self._rename(row, begun.stack)
                self._tree.set_result(row, begun.output.name)
        self._tree.take(open_rows)  # their files are gone
        return row_of_due

    def _rename(self, row: Row, stack: ProposedStack) -> None:
        row.stack = stack
        self._tree.blockSignals(True)
        row.item.setText(NAME, stack.name)
        self._tree.blockSignals(False)

    def _tell(self, row: Row, waiting: Waiting) -> None:
        if waiting.stack.problem:
            self._tree.set_state(row, said(waiting.stack.problem), Tone.ERROR)
        elif waiting.no_room:
            self._tree.set_state(row, tr("Waits for room on the disk"), Tone.ERROR)
        elif waiting.due_s is None:
            self._tree.set_state(row, tr("Waits for more frames"), Tone.NOTE)
        elif waiting.due_s > 0.0:
            text = tr("Begins in {seconds} s if nothing else comes")
            self._tree.set_state(row, text.format(seconds=math.ceil(waiting.due_s)), Tone.NOTE)
        else:
            self._tree.set_state(row, tr("Waiting"))


def _is_of(row: Row, waiting: Waiting) -> bool:
    mine, its = row.stack.sources, waiting.stack.sources
    if not mine or not its:
        return (row.stack.folder, row.stack.name) == (waiting.stack.folder, waiting.stack.name)
    return mine[0].path == its[0].path
