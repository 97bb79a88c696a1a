"""The stacks of a batch, to be checked and corrected before they run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
)

from focusstack_app.core.frames import FrameSource
from focusstack_app.jobs.proposal import (
    ProposedStack,
    merged_stacks,
    split_stack,
    with_frames,
    without_frames,
)
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.display import Display
from focusstack_app.ui.frames_model import PROBLEM_ROLE, Index
from focusstack_app.ui.stack_rows import (
    NAME,
    RESULT,
    STATE,
    TONE_ROLE,
    Row,
    StackDelegate,
    StateDelegate,
    checked,
    make_item,
)
from focusstack_app.ui.translation import said
from focusstack_app.ui.wording import tip_text, without_folder

Contents = tuple[tuple[ProposedStack, bool], ...]
_WIDTHS = (280, 82, 145, 170)


class StackTree(QTreeWidget):
    """A row per stack, with its frames below.

    Args:
        display: What thumbnails are converted to.

    Signals:
        changed: The stacks, their names or what is included are others now.
    """

    changed = Signal()

    def __init__(self, display: Display) -> None:
        super().__init__()
        self.rows: list[Row] = []
        # None stands for what cannot be read, and for the middle of a stack without frames.
        self._thumbnails: dict[FrameSource | None, QImage | None] = {None: None}
        self._locked = False
        self._hot: Row | None = None  # what is dragged would go there
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)  # a place between frames means nothing
        self.setAccessibleName(self.tr("Stacks"))
        self.setHeaderLabels(
            [
                self.tr("Stack"),
                self.tr("Frames"),
                self.tr("Taken"),
                self.tr("Picture"),
                self.tr("State"),
            ]
        )
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.setItemDelegateForColumn(NAME, StackDelegate(self, display))
        self.setItemDelegateForColumn(STATE, StateDelegate(self))
        display.changed.connect(self.viewport().update)
        self.setAllColumnsShowFocus(True)
        self.setAlternatingRowColors(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.header().setSectionResizeMode(STATE, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(self._on_item_changed)

    def add(self, stacks: Sequence[ProposedStack]) -> None:
        """Put stacks at the end; those that hold one frame are left out at first."""
        for stack in stacks:
            self.insert(len(self.rows), stack, included=bool(stack.problem) or not stack.single)
        self.changed.emit()

    @property
    def contents(self) -> Contents:
        """What undo brings back: every stack in order, and whether it takes part."""
        return tuple((row.stack, row.included) for row in self.rows)

    @property
    def included(self) -> list[Row]:
        """The rows that take part, in order."""
        return [row for row in self.rows if row.included]

    @property
    def chosen(self) -> list[Row]:
        """The rows that are selected, in order."""
        return [row for row in self.rows if row.item.isSelected()]

    @property
    def unread(self) -> list[FrameSource]:
        """The frames whose thumbnails stand for stacks and were not given yet, in order."""
        middles = (row.middle for row in self.rows)
        return [frame for frame in middles if frame and frame not in self._thumbnails]

    def set_thumbnail(self, frame: FrameSource, thumbnail: QImage | None) -> None:
        """Show the thumbnail of a frame where that stands for a stack; None: it cannot be read."""
        self._thumbnails[frame] = thumbnail
        for row in self.rows:
            if row.middle == frame:
                self._show_thumbnail(row)

    def set_locked(self, locked: bool) -> None:
        """While a batch runs, nothing is changed."""
        self._locked = locked
        self.blockSignals(True)
        for row in self.rows:
            row.item.setFlags(self._flags())
        self.blockSignals(False)

    @property
    def locked(self) -> bool:
        """Whether nothing is changed at the moment."""
        return self._locked

    def can_merge(self) -> bool:
        """Whether several stacks are selected."""
        return not self._locked and len(self.chosen) > 1

    def merge(self) -> None:
        """Make one stack of the selected ones."""
        rows = self.chosen
        at = self.rows.index(rows[0])
        stack = merged_stacks([row.stack for row in rows])
        self.take(rows)
        self._select(self.insert(at, stack, included=True))

    def can_split(self) -> bool:
        """Whether a frame is current that is not the first of its stack."""
        return not self._locked and self._place() is not None

    def split(self) -> None:
        """Begin a new stack with the current frame."""
        place = self._place()
        if place is None:
            return
        row, frame = place
        at = self.rows.index(row)
        first, second = split_stack(row.stack, frame)
        self.take([row])
        self.insert(at, first, included=row.included)
        self._select(self.insert(at + 1, second, included=row.included))

    def move_frames(self, frames: Collection[FrameSource], target: Row) -> None:
        """Put frames of other stacks into one, in the order of their names.

        A stack that loses its last frame goes; one that is down to a single frame is left out.
        """
        frames = [frame for frame in frames if frame not in target.stack.sources]
        if not frames:
            return
        for row in list(self.rows):
            if row is not target and any(frame in row.stack.sources for frame in frames):
                self.replaced(row, without_frames(row.stack, frames))
        moved = self.replaced(target, with_frames(target.stack, frames))
        assert moved is not None
        moved.item.setExpanded(True)
        self._select(moved)

    def replaced(self, row: Row, stack: ProposedStack) -> Row | None:
        """Show another stack in a row; None where it has no frame."""
        at, expanded = self.rows.index(row), row.item.isExpanded()
        included = row.included if row.stack.single == stack.single else not stack.single
        self.take([row])
        if not stack.sources:
            return None
        replaced = self.insert(at, stack, included=included)
        replaced.item.setExpanded(expanded)
        return replaced

    # --- dragging ----------------------------------------------------------------------------

    @property
    def dragged(self) -> list[FrameSource]:
        """The frames that are selected, alone or with their stack."""
        found = []
        for row in self.rows:
            for number, source in enumerate(row.stack.sources):
                child = row.item.child(number)
                if row.item.isSelected() or (child is not None and child.isSelected()):
                    found.append(source)
        return found

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802 - Qt's name
        """Drag frames, while nothing runs."""
        del actions
        if not self._locked and self.dragged:
            drag = QDrag(self)
            drag.setMimeData(self.mimeData(self.selectedItems()))
            drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take frames of this list; what comes from elsewhere is for the window."""
        event.setAccepted(event.mimeData().hasFormat(self.mimeTypes()[0]) and not self._locked)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - Qt's name
        """Show which stack would get them."""
        super().dragMoveEvent(event)  # scrolls at the edges
        self._heat(self._target(event.position().toPoint()))
        event.setAccepted(self._hot is not None)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing will be dropped."""
        super().dragLeaveEvent(event)
        self._heat(None)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Move the frames into the stack under the pointer."""
        target = self._target(event.position().toPoint())
        self._heat(None)
        event.acceptProposedAction()
        if target is not None:
            self.move_frames(self.dragged, target)

    def drawRow(  # noqa: N802 - Qt's name
        self, painter: QPainter, options: QStyleOptionViewItem, index: Index
    ) -> None:
        """Tint the stack that would get what is dragged."""
        super().drawRow(painter, options, index)
        item = self.itemFromIndex(index)
        if self._hot is not None and self._hot.item in (item, item.parent()):
            colour = self.palette().color(QPalette.ColorRole.Highlight)
            colour.setAlphaF(0.25)
            painter.fillRect(options.rect, colour)

    def _heat(self, row: Row | None) -> None:
        self._hot = row
        self.viewport().update()

    def _target(self, place: QPoint) -> Row | None:
        """The stack under the pointer, where it can take frames of others."""
        item = self.itemAt(place)
        row = next((row for row in self.rows if item and row.item in (item, item.parent())), None)
        if row is None or not row.stack.sources:
            return None
        others = [frame for frame in self.dragged if frame not in row.stack.sources]
        return row if others else None

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete takes the selected stacks out of the list."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not self._locked:
            self.remove_chosen()
            return
        super().keyPressEvent(event)

    def remove_chosen(self) -> None:
        """Take the selected stacks out of the list; the files stay."""
        self.take(self.chosen)
        self.changed.emit()

    def include(self, rows: Sequence[Row], *, included: bool) -> None:
        """Let stacks take part, or leave them out, without announcing it."""
        self.blockSignals(True)
        for row in rows:
            row.included = included
            row.item.setCheckState(NAME, checked(included))
        self.blockSignals(False)

    def set_result(self, row: Row, name: str) -> None:
        """Say which file a stack becomes."""
        self._write(row, RESULT, name)

    def set_state(self, row: Row, text: str, tone: Tone | None = None) -> None:
        """Say where a stack stands."""
        self._write(row, STATE, text)
        self.blockSignals(True)
        row.item.setText(STATE, without_folder(text, row.stack.folder))
        row.item.setData(STATE, TONE_ROLE, tone)
        self.blockSignals(False)

    def reset_state(self, row: Row) -> None:
        """Say what there is to say of a stack before it runs."""
        stack = row.stack
        if stack.problem:
            self.set_state(row, said(stack.problem), Tone.ERROR)
        else:
            self.set_state(row, self.tr("One frame only") if stack.single else "")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Say what will be here."""
        super().paintEvent(event)
        if not self.rows:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            text = self.tr(
                "Drop a folder here: each of its sub-folders is a stack.\n"
                "A folder with many frames is split where the times, the focus or the size "
                "say so.\n"
                "Frames can be dragged from one stack to another."
            )
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, text)

    def _show_thumbnail(self, row: Row) -> None:
        if row.middle in self._thumbnails:
            thumbnail = self._thumbnails[row.middle]
            self.blockSignals(True)
            row.item.setData(NAME, Qt.ItemDataRole.DecorationRole, thumbnail)
            row.item.setData(NAME, PROBLEM_ROLE, thumbnail is None)
            self.blockSignals(False)

    def _write(self, row: Row, column: int, text: str) -> None:
        self.blockSignals(True)
        row.item.setText(column, text)
        row.item.setToolTip(column, tip_text(text))
        self.blockSignals(False)

    def insert(self, at: int, stack: ProposedStack, *, included: bool) -> Row:
        """Put a stack into the list."""
        self.blockSignals(True)
        row = Row(stack, included, make_item(stack, self._flags(), included=included))
        self.insertTopLevelItem(at, row.item)
        self.blockSignals(False)
        self.rows.insert(at, row)
        self._show_thumbnail(row)
        self.reset_state(row)
        return row

    def take(self, rows: Sequence[Row]) -> None:
        """Take stacks out of the list."""
        self.blockSignals(True)  # rows and items agree only afterwards
        for row in rows:
            at = self.rows.index(row)
            del self.rows[at]
            self.takeTopLevelItem(at)
        self.blockSignals(False)

    def _select(self, row: Row) -> None:
        self.clearSelection()
        self.setCurrentItem(row.item)
        self.changed.emit()

    def _place(self) -> tuple[Row, int] | None:
        """The stack of the current frame and the frame's number, where it is not the first."""
        item = self.currentItem()
        parent = item.parent() if item is not None else None
        if item is None or parent is None or parent.indexOfChild(item) == 0:
            return None
        row = next(row for row in self.rows if row.item is parent)
        return row, parent.indexOfChild(item)

    def _flags(self) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if not self._locked:
            flags |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        return flags

    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        row = next((row for row in self.rows if row.item is item), None)
        if row is None or column != NAME:
            return
        included = item.checkState(NAME) == Qt.CheckState.Checked
        if included != row.included:  # with it go the others that are selected
            self.include(self.chosen if item.isSelected() else [row], included=included)
        name = item.text(NAME).strip()
        if name and name != row.stack.name:
            row.stack = replace(row.stack, name=name)
        if item.text(NAME) != row.stack.name:
            self.blockSignals(True)
            item.setText(NAME, row.stack.name)
            self.blockSignals(False)
        self.changed.emit()
