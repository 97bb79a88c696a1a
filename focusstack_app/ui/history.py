"""Undo for what changes the project: which frames there are, which count, how they are fused.

Removed outputs come back, too. How steps are found is told in `steps`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand

from focusstack_app.core.frames import FrameSource
from focusstack_app.ui.frames_model import FramesModel, Inclusion
from focusstack_app.ui.outputs import Output, OutputList
from focusstack_app.ui.parameters import PARAMETER_FIELDS, ParameterPanel, Parameters
from focusstack_app.ui.steps import Change, Steps
from focusstack_app.ui.translation import tr

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


class History(Steps[State]):
    """The steps since the stack was opened.

    Args:
        frames: The frames.
        panel: The parameters.
        parent: The window.

    Signals:
        output_returned: An `Output` that was removed is back in the list.
        output_left: An `Output` was removed from the list.
    """

    output_returned = Signal(object)
    output_left = Signal(object)

    def __init__(self, frames: FramesModel, panel: ParameterPanel, parent: QObject) -> None:
        def current() -> State:
            return State(frames.inclusion(), frames.reference, panel.parameters)

        super().__init__(current, parent)
        self._frames, self._panel = frames, panel
        self._watch(frames.edited, panel.changed)

    def begin(self) -> None:
        """Something else is open: forget all steps."""
        self._turn.stop()
        self._state = self._current()
        self._stack.clear()
        self.changed.emit()

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

    def _step(self, before: State, after: State) -> QUndoCommand | None:
        return _Change(before, after, self._restore) if before.frames else None

    def _show(self, state: State) -> None:
        self._frames.restore(state.frames, state.reference)
        self._panel.set_parameters(state.parameters)


class _Change(Change[State]):
    """From one state to another."""

    def __init__(self, before: State, after: State, restore: Callable[[State], None]) -> None:
        super().__init__(_change_text(before, after), before, after, restore)

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
    result = output.result
    size = result.picture.nbytes
    if result.provenance is not None:
        maps = result.provenance
        size += maps.source_index.nbytes + maps.confidence.nbytes + maps.synthesised.nbytes
    if result.depth is not None:
        size += result.depth.position.nbytes + result.depth.sure.nbytes
    return size


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
