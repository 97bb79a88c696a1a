"""Steps of undo: each is what was before and what is after, found by comparing.

So nothing that makes a change can be left out. Changes of one turn of the event loop are one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance
from PySide6.QtGui import QUndoCommand, QUndoStack

State = TypeVar("State")

_LIMIT = 200


class Change(QUndoCommand, Generic[State]):
    """From one state to another; made when the other one is there already.

    Args:
        text: The step in words, for a menu.
        before: What was there.
        after: What is there.
        restore: Brings one of them back.
    """

    def __init__(
        self, text: str, before: State, after: State, restore: Callable[[State], None]
    ) -> None:
        super().__init__(text)
        self._before, self._after, self._restore = before, after, restore
        self._fresh = True

    def undo(self) -> None:
        """Go back."""
        self._restore(self._before)

    def redo(self) -> None:
        """Go there again."""
        if not self._fresh:
            self._restore(self._after)
        self._fresh = False


class Steps(QObject, Generic[State]):
    """The steps since something was opened.

    Args:
        current: Tells what is there now.
        parent: The window.

    Signals:
        changed: What can be undone or redone.
        restored: All is as it was at another time.
    """

    changed = Signal()
    restored = Signal()

    def __init__(self, current: Callable[[], State], parent: QObject) -> None:
        super().__init__(parent)
        self._current = current
        self._stack = QUndoStack(self)
        self._stack.setUndoLimit(_LIMIT)
        self._state = current()
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._take)
        self._stack.indexChanged.connect(self.changed)

    @property
    def undo_text(self) -> str:
        """The step that would be undone; empty where there is none."""
        return self._stack.undoText()

    @property
    def redo_text(self) -> str:
        """The step that would be done again; empty where there is none."""
        return self._stack.redoText()

    def undo(self) -> None:
        """Take the last step back."""
        self._take()
        self._stack.undo()

    def redo(self) -> None:
        """Do it again."""
        self._take()
        self._stack.redo()

    def _watch(self, *edited: SignalInstance) -> None:
        """Compare when one of them was emitted."""
        for signal in edited:
            signal.connect(self._turn.start)

    def _take(self) -> None:
        """Make a step of what changed since the last one."""
        self._turn.stop()
        before, self._state = self._state, self._current()
        if before != self._state:
            step = self._step(before, self._state)
            if step is not None:
                self._stack.push(step)

    def _restore(self, state: State) -> None:
        self._state = state
        self._show(state)
        self._turn.stop()  # this was no step
        self.restored.emit()

    def _step(self, before: State, after: State) -> QUndoCommand | None:
        """The step from one to the other, if it is one."""
        raise NotImplementedError

    def _show(self, state: State) -> None:
        """Bring a state back."""
        raise NotImplementedError
