"""Undo for what changes the project: which frames there are, which count, how they are fused.

A step is what was before and what is after, found by comparing; so nothing that changes the
project can be left out. Changes of one turn of the event loop are one step.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from focusstack_app.core.frames import FrameSource
from focusstack_app.ui.frames_model import FramesModel, Inclusion
from focusstack_app.ui.outputs import Output, OutputList
from focusstack_app.ui.parameters import PARAMETER_FIELDS, ParameterPanel, Parameters
from focusstack_app.ui.translation import tr

_LIMIT = 200
_REMOVED_BYTES = 1_500_000_000  # of removed outputs that can come back

_OVERLAP_ID = 1


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What can be brought back.

    Attributes:
        frames: Every frame, and whether it counts.
        reference: The frame that was chosen as the reference.
        parameters: How they are fused.
    """

    frames: Inclusion
    reference: FrameSource | None
    parameters: Parameters


class History(QObject):
    """The steps since the stack was opened.

    Args:
        frames: The frames.
        panel: The parameters.
        parent: The window.

    Signals:
        changed: What can be undone or redone.
        restored: Frames or parameters are as they were at another time.
        output_returned: An `Output` that was removed is back in the list.
        output_left: An `Output` was removed from the list.
    """

    changed = Signal()
    restored = Signal()
    output_returned = Signal(object)
    output_left = Signal(object)

    def __init__(self, frames: FramesModel, panel: ParameterPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._frames, self._panel = frames, panel
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(_LIMIT)
        self._state = self._current()
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._take)
        frames.edited.connect(self._turn.start)
        panel.changed.connect(self._turn.start)
        self._stack.indexChanged.connect(self.changed)

    @property
    def undo_text(self) -> str:
        """The step that would be undone; empty where there is none."""
        return self._stack.undoText()

    @property
    def redo_text(self) -> str:
        """The step that would be done again; empty where there is none."""
        return self._stack.redoText()

    def begin(self) -> None:
        """Something else is open: forget all steps."""
        self._turn.stop()
        self._state = self._current()
        self._stack.clear()
        self.changed.emit()

    def undo(self) -> None:
        """Take the last step back."""
        self._take()
        self._stack.undo()

    def redo(self) -> None:
        """Do it again."""
        self._take()
        self._stack.redo()

    def remove_output(self, outputs: OutputList, output: Output) -> None:
        """Take an output out of its list; older steps go where removed ones would fill memory."""
        self._take()
        done = [self._stack.command(number) for number in range(self._stack.index())]
        removed = [step.output for step in done if isinstance(step, _Removal)]
        if sum(_size_bytes(kept) for kept in [*removed, output]) > _REMOVED_BYTES:
            self.begin()
        self._stack.push(
            _Removal(outputs, output, self.output_returned.emit, self.output_left.emit)
        )

    def _current(self) -> State:
        return State(self._frames.inclusion(), self._frames.reference, self._panel.parameters)

    def _take(self) -> None:
        """Make a step of what changed since the last one."""
        self._turn.stop()
        before, self._state = self._state, self._current()
        if before.frames and before != self._state:
            self._stack.push(_Change(before, self._state, self._restore))

    def _restore(self, state: State) -> None:
        self._state = state
        self._frames.restore(state.frames, state.reference)
        self._panel.set_parameters(state.parameters)
        self._turn.stop()  # this was no step
        self.restored.emit()


class _Change(QUndoCommand):
    """From one state to another; made when the other one is there already."""

    def __init__(self, before: State, after: State, restore: Callable[[State], None]) -> None:
        super().__init__(_change_text(before, after))
        self._before, self._after, self._restore = before, after, restore
        self._fresh = True

    def id(self) -> int:
        """Turns of the overlap one after the other are one step; nothing else is."""
        same_frames = (self._before.frames, self._before.reference) == (
            self._after.frames,
            self._after.reference,
        )
        fields = _changed_fields(self._before, self._after)
        return _OVERLAP_ID if same_frames and fields == ["overlap"] else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        """Take a further turn in."""
        if not isinstance(other, _Change):
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True

    def undo(self) -> None:
        """Go back."""
        self._restore(self._before)

    def redo(self) -> None:
        """Go there again."""
        if not self._fresh:
            self._restore(self._after)
        self._fresh = False


class _Removal(QUndoCommand):
    """An output taken out of the list."""

    def __init__(
        self,
        outputs: OutputList,
        output: Output,
        on_returned: Callable[[Output], None],
        on_left: Callable[[Output], None],
    ) -> None:
        super().__init__(_removal_text(output))
        self._outputs, self.output = outputs, output
        self._on_returned, self._on_left = on_returned, on_left

    def undo(self) -> None:
        """Put it back where it was."""
        self._outputs.put_back(self.output)
        self._on_returned(self.output)

    def redo(self) -> None:
        """Take it out."""
        self._outputs.remove(self.output)
        self._on_left(self.output)


def _size_bytes(output: Output) -> int:
    picture, provenance = output.result.picture, output.result.provenance
    if provenance is None:
        return picture.nbytes
    maps = (provenance.source_index, provenance.confidence, provenance.synthesised)
    return picture.nbytes + sum(pixels.nbytes for pixels in maps)


def _changed_fields(before: State, after: State) -> list[str]:
    return [
        field
        for field in PARAMETER_FIELDS
        if getattr(before.parameters, field) != getattr(after.parameters, field)
    ]


def _removal_text(output: Output) -> str:
    return tr("Remove {name}").format(name=output.name)


def _change_text(before: State, after: State) -> str:
    """A step in words, for a menu."""
    if len(after.frames) > len(before.frames):
        return tr("Add %n Frame(s)", "", len(after.frames) - len(before.frames))
    if len(after.frames) < len(before.frames):
        return tr("Remove %n Frame(s)", "", len(before.frames) - len(after.frames))
    was = dict(before.frames)
    turned = [included for source, included in after.frames if was[source] != included]
    if turned:
        if all(turned):
            return tr("Include %n Frame(s)", "", len(turned))
        if not any(turned):
            return tr("Leave Out %n Frame(s)", "", len(turned))
        return tr("Change %n Frame(s)", "", len(turned))
    if before.reference is not after.reference:
        return tr("Change Reference")
    match _changed_fields(before, after):
        case ["method"]:
            return tr("Change Method")
        case ["mode"]:
            return tr("Change Mode")
        case ["overlap"]:
            return tr("Change Overlap")
        case ["align"]:
            return tr("Change Alignment")
        case _:
            return tr("Change Parameters")
