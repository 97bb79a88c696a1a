"""Undo for what is corrected in the stacks of a batch.

How steps are found is told in `steps`.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QShortcut, QUndoCommand
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from focusstack_app.ui.icons import icon
from focusstack_app.ui.stack_tree import Contents, StackTree
from focusstack_app.ui.steps import Change, Steps
from focusstack_app.ui.translation import tr


class BatchHistory(Steps[Contents]):
    """The steps since the window was opened.

    Args:
        tree: The stacks.
        parent: The window.
    """

    def __init__(self, tree: StackTree, parent: QObject) -> None:
        super().__init__(lambda: tree.contents, parent)
        self._tree = tree
        self._watch(tree.changed)

    def _step(self, before: Contents, after: Contents) -> QUndoCommand | None:
        return Change(_text(before, after), before, after, self._restore)

    def _show(self, state: Contents) -> None:
        _show(self._tree, state)


class UndoButtons(QWidget):
    """Undo and redo, with their keys; the tool tips say what they would do.

    Args:
        history: The steps.

    Signals:
        done: A sentence: which step was undone, or done again.
    """

    done = Signal(str)

    def __init__(self, history: BatchHistory) -> None:
        super().__init__()
        self._history = history
        self.undo_button, self.redo_button = QToolButton(), QToolButton()
        self.undo_button.setAccessibleName(self.tr("Undo"))
        self.redo_button.setAccessibleName(self.tr("Redo"))
        for button in (self.undo_button, self.redo_button):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # A key of a button's own would press it for a while first.
        QShortcut("Ctrl+Z", self, self.undo_button.click)
        QShortcut("Ctrl+Shift+Z", self, self.redo_button.click)
        self.undo_button.clicked.connect(self._undo)
        self.redo_button.clicked.connect(self._redo)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.undo_button)
        row.addWidget(self.redo_button)
        history.changed.connect(self._update)
        self._draw_icons()
        self._update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Redraw the icons for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        self.undo_button.setIcon(icon("undo", self.palette()))
        self.redo_button.setIcon(icon("redo", self.palette()))

    def _undo(self) -> None:
        self._history.undo()
        self.done.emit(self.tr("Undone: {step}").format(step=self._history.redo_text))

    def _redo(self) -> None:
        self._history.redo()
        self.done.emit(self.tr("Done again: {step}").format(step=self._history.undo_text))

    def _update(self) -> None:
        undo, redo = self._history.undo_text, self._history.redo_text
        undo_tip = self.tr("Undo: {step} (Ctrl+Z)") if undo else self.tr("Nothing to undo")
        redo_tip = (
            self.tr("Do again: {step} (Ctrl+Shift+Z)") if redo else self.tr("Nothing to redo")
        )
        for button, step, tip in (
            (self.undo_button, undo, undo_tip),
            (self.redo_button, redo, redo_tip),
        ):
            button.setEnabled(bool(step))
            button.setToolTip(tip.format(step=step))


def _show(tree: StackTree, contents: Contents) -> None:
    """Bring back what was there before, and select it.

    Rows of stacks that are there already stay, with what they say.
    """
    wanted = {id(stack) for stack, _ in contents}
    gone = [row for row in tree.rows if id(row.stack) not in wanted]
    opened = {frame for row in gone if row.item.isExpanded() for frame in row.stack.sources}
    tree.take(gone)
    back = []
    for at, (stack, included) in enumerate(contents):
        if at == len(tree.rows) or tree.rows[at].stack is not stack:
            row = tree.insert(at, stack, included=included)
            row.item.setExpanded(not opened.isdisjoint(stack.sources))
            back.append(row)
        elif tree.rows[at].included != included:
            tree.include([tree.rows[at]], included=included)
    if back:
        tree.clearSelection()
        tree.setCurrentItem(back[0].item)
    for row in back:
        row.item.setSelected(True)
    tree.changed.emit()


def _text(before: Contents, after: Contents) -> str:
    """A step in words."""
    was, now = {id(stack) for stack, _ in before}, {id(stack) for stack, _ in after}
    gone = [stack for stack, _ in before if id(stack) not in now]
    came = [stack for stack, _ in after if id(stack) not in was]
    match len(gone), len(came):
        case 0, 0:
            return _inclusion_text(before, after)
        case 0, count:
            return tr("Add %n Stack(s)", "", count)
        case count, 0:
            return tr("Remove %n Stack(s)", "", count)
        case 1, 1:
            return tr("Rename Stack")
        case 1, 2:
            return tr("Split Stack")
        case _, 1:
            return tr("Merge Stacks")
        case _:
            return tr("Move Frames")


def _inclusion_text(before: Contents, after: Contents) -> str:
    pairs = zip(before, after, strict=True)
    turned = [now for (_, was), (_, now) in pairs if was != now]
    if all(turned):
        return tr("Include %n Stack(s)", "", len(turned))
    if not any(turned):
        return tr("Leave Out %n Stack(s)", "", len(turned))
    return tr("Change %n Stack(s)", "", len(turned))
