"""Outputs on their way into a folder, one after the other, and what is said in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from focusstack_app.core.errors import FocusStackError, OutputError
from focusstack_app.ui.bridge import Task
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.translation import said, tr

_MOST_NAMES = 3  # of outputs that could not be saved


@dataclass(slots=True)
class ManyOutputs:
    """What is to be written, and what became of it.

    Attributes:
        folder: Where the files go.
        count: Of all outputs.
        waiting: Those that come next.
        task: Writes one of them.
        stopped: Whether no more is to be written.
        written: Outputs and their files.
        failures: Outputs and why they could not be written.
    """

    folder: Path
    count: int
    waiting: list[Output]
    task: Task | None = None
    stopped: bool = False
    written: list[tuple[Output, Path]] = field(default_factory=list)
    failures: list[tuple[Output, Exception]] = field(default_factory=list)

    @property
    def begun(self) -> int:
        """How many are written, or being written."""
        return self.count - len(self.waiting)

    def text(self) -> str:
        """What is said where nothing failed."""
        if len(self.written) == self.count:
            return tr("%n output(s) are saved.", "", self.count)
        if not self.written:
            return tr("Stopped: no output was saved.")
        text = tr("Stopped: {done} of {count} outputs are saved.")
        return text.format(done=len(self.written), count=self.count)

    def error(self) -> Exception:
        """Which outputs could not be saved, and why not the first of them; or a bug."""
        names = [output.name for output, _ in self.failures]
        shown = ", ".join(names[:_MOST_NAMES])
        if len(names) > _MOST_NAMES:
            more = tr("{names} and {count} more")
            shown = more.format(names=shown, count=len(names) - _MOST_NAMES)
        for _, error in self.failures:
            if not isinstance(error, FocusStackError):
                return error
        _, first = self.failures[0]
        assert isinstance(first, FocusStackError)
        text = tr("Of {count} outputs these could not be saved: {names}.")
        why = f"{said(first.message)} {said(first.hint)}".strip()
        return OutputError(text.format(count=self.count, names=shown), why)
