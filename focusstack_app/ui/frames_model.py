"""The frames of the open stack: order, inclusion, thumbnails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage

from focusstack_app.core.errors import FocusStackError
from focusstack_app.core.frames import FrameSource, Stack, nearest
from focusstack_app.core.naming import natural_order
from focusstack_app.ui.translation import said, tr
from focusstack_app.ui.wording import choice_text, seconds_text, size_text, tip_text

Index = QModelIndex | QPersistentModelIndex
Inclusion = tuple[tuple[FrameSource, bool], ...]
NUMBER_ROLE = Qt.ItemDataRole.UserRole + 1
PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 2
REFERENCE_ROLE = Qt.ItemDataRole.UserRole + 3
THUMBNAIL_ROLES = [Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ToolTipRole, PROBLEM_ROLE]


@dataclass(slots=True)
class _Row:
    source: FrameSource
    included: bool = True
    thumbnail: QImage | None = None
    problem: str = ""


class FramesModel(QAbstractListModel):
    """Rows are frames in the order of the stack; the check state is the inclusion.

    Signals:
        inclusion_changed: Of these frames a fusion would take others now, or another reference.
        edited: The frames, which of them count, or the reference were changed by hand.
        reference_replaced: The frame that was the reference is left out or gone, and the frame that
            takes its place.
    """

    inclusion_changed = Signal()
    edited = Signal()
    reference_replaced = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[_Row] = []
        self._known: list[_Row] = []  # with those that were removed, which may come back
        self._reference: FrameSource | None = None

    def set_stack(
        self, stack: Stack, left_out: Collection[Path] = (), reference: Path | None = None
    ) -> None:
        """Take the frames of a stack, all included but those that are named."""
        self.beginResetModel()
        self._rows = [_Row(source, source.path not in left_out) for source in stack.sources]
        self._known = list(self._rows)
        self._reference = next((s for s in stack.sources if s.path == reference), None)
        self.endResetModel()

    def restore(self, inclusion: Inclusion, reference: FrameSource | None) -> None:
        """Bring back what these said before; frames are those of the stack."""
        self._reference = reference
        known = {row.source: row for row in self._known}
        wanted = dict(inclusion)
        for number in reversed(range(len(self._rows))):
            if self._rows[number].source not in wanted:
                self._take_out(number)
        for number, (source, included) in enumerate(inclusion):
            if number == len(self._rows) or self._rows[number].source is not source:
                self.beginInsertRows(QModelIndex(), number, number)
                self._rows.insert(number, known[source])
                self.endInsertRows()
            self._rows[number].included = included
        self._announce_inclusion()

    def source(self, row: int) -> FrameSource:
        """The frame of a row."""
        return self._rows[row].source

    def sources(self) -> tuple[FrameSource, ...]:
        """Every frame, in order."""
        return tuple(row.source for row in self._rows)

    def included(self) -> tuple[FrameSource, ...]:
        """The frames that a fusion takes, in order."""
        return tuple(row.source for row in self._rows if row.included)

    def inclusion(self) -> Inclusion:
        """Every frame in order, and whether a fusion takes it."""
        return tuple((row.source, row.included) for row in self._rows)

    @property
    def reference(self) -> FrameSource | None:
        """The frame that was chosen as the reference; None where none was."""
        return self._reference

    def stack(self) -> Stack | None:
        """What a fusion takes; None where no frame is included.

        Where the reference is left out, the nearest frame takes its place. Where none was chosen,
        it is the first.
        """
        taken = [number for number, row in enumerate(self._rows) if row.included]
        return Stack(self.sources(), self._chosen_row()).taken(taken) if taken else None

    def choose_reference(self, row: int) -> None:
        """Fit the other frames to this one."""
        before, self._reference = self.stack(), self._rows[row].source
        if self.stack() != before:
            self._announce_inclusion()
        self.edited.emit()

    def include_all(self) -> None:
        """Include every frame."""
        self.include(range(len(self._rows)), included=True)

    def include(self, rows: Iterable[int], *, included: bool) -> None:
        """Include frames, or leave them out, as one change."""
        others = [row for row in rows if self._rows[row].included != included]
        if not others:
            return
        before = self.stack()
        for row in others:
            self._rows[row].included = included
        self._announce_inclusion()
        self._tell_replaced(before)
        self.edited.emit()

    def add(self, sources: Sequence[FrameSource]) -> list[int]:
        """Take further frames, each before the first that follows by name; returns their rows."""
        known = {row.source: row for row in self._known}
        for source in sources:
            row = known.get(source)
            if row is None:
                row = _Row(source)
                self._known.append(row)
            row.included = True
            name = natural_order(source.path.name)
            after = (
                number
                for number, own in enumerate(self._rows)
                if natural_order(own.source.path.name) > name
            )
            at = next(after, len(self._rows))
            self.beginInsertRows(QModelIndex(), at, at)
            self._rows.insert(at, row)
            self.endInsertRows()
        self.inclusion_changed.emit()
        self.edited.emit()
        added = set(sources)
        return [number for number, row in enumerate(self._rows) if row.source in added]

    def without_thumbnail(self) -> list[FrameSource]:
        """The frames whose thumbnails were not read yet."""
        return [row.source for row in self._rows if row.thumbnail is None and not row.problem]

    def remove(self, rows: list[int]) -> None:
        """Take frames out of the list; the files stay where they are."""
        counted = any(self._rows[row].included for row in rows)
        before, chosen, gone = self.stack(), self._chosen_row(), set(rows)
        left = [number for number in range(len(self._rows)) if number not in gone]
        if self._reference is not None and chosen in gone and left:
            counting = [number for number in left if self._rows[number].included]
            near = Stack(self.sources(), chosen).taken(counting or left)
            self._reference = near.sources[near.reference]
        for row in sorted(rows, reverse=True):
            self._take_out(row)
        self._tell_replaced(before)
        if counted:
            self.inclusion_changed.emit()
        self.edited.emit()

    def set_thumbnail(self, source: FrameSource, thumbnail: QImage) -> None:
        """Show a thumbnail where its frame still is."""
        self._update(source, lambda row: setattr(row, "thumbnail", thumbnail))

    def set_problem(self, source: FrameSource, error: Exception) -> None:
        """Mark a frame whose thumbnail could not be read."""
        problem = error.said if isinstance(error, FocusStackError) else str(error)
        self._update(source, lambda row: setattr(row, "problem", problem))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's names
        """Number of frames."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Frames can be selected and checked."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name, thumbnail, inclusion, number, tool tip and text for screen readers."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.source.path.name
            case Qt.ItemDataRole.DecorationRole:
                return row.thumbnail
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if row.included else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return tip_text(_facts(row, reference=self._is_reference(index.row())))
            case Qt.ItemDataRole.AccessibleTextRole:
                text = (
                    self.tr("Frame {number}, {file}, included")
                    if row.included
                    else self.tr("Frame {number}, {file}, left out")
                )
                if self._is_reference(index.row()):
                    text = self.tr("Frame {number}, {file}, included, the reference")
                return text.format(number=index.row() + 1, file=row.source.path.name)
            case _ if role == NUMBER_ROLE:
                return index.row() + 1
            case _ if role == PROBLEM_ROLE:
                return row.problem
            case _ if role == REFERENCE_ROLE:
                return self._is_reference(index.row())
        return None

    def setData(  # noqa: N802 - Qt's name
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Include a frame or leave it out."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.include([index.row()], included=Qt.CheckState(value) == Qt.CheckState.Checked)
        return True

    def _take_out(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._rows[row]
        self.endRemoveRows()

    def _chosen_row(self) -> int:
        """Where the reference is that was chosen; 0 where none was."""
        if self._reference is None:
            return 0
        rows = (n for n, row in enumerate(self._rows) if row.source is self._reference)
        return next(rows, 0)

    def _is_reference(self, row: int) -> bool:
        """Whether a fusion of the included frames fits the others to this one."""
        if not self._rows[row].included:
            return False
        chosen = self._chosen_row()
        if self._rows[chosen].included:
            return row == chosen
        return row == nearest((n for n, own in enumerate(self._rows) if own.included), chosen)

    def _tell_replaced(self, before: Stack | None) -> None:
        """Say which frame stands in for the reference that was chosen, if another one does now."""
        now = self.stack()
        if self._reference is None or before is None or now is None:
            return
        was, is_now = (stack.sources[stack.reference] for stack in (before, now))
        if was is not is_now:
            self.reference_replaced.emit(was, is_now)

    def _announce_inclusion(self) -> None:
        if self._rows:
            first, last = self.index(0), self.index(len(self._rows) - 1)
            self.dataChanged.emit(first, last, [Qt.ItemDataRole.CheckStateRole])
        self.inclusion_changed.emit()

    def _update(self, source: FrameSource, change: Callable[[_Row], None]) -> None:
        for row in self._known:
            if row.source is source:
                change(row)
        for number, row in enumerate(self._rows):
            if row.source is source:
                index = self.index(number)
                self.dataChanged.emit(index, index, THUMBNAIL_ROLES)


def _facts(row: _Row, *, reference: bool) -> str:
    source = row.source
    lines = [str(source.path), f"{size_text(*source.size_px)}, {choice_text(source.bits)}"]
    if source.camera:
        lines.append(source.camera)
    exposure = []
    if source.exposure_s:
        long = source.exposure_s >= 0.3
        exposure.append(
            seconds_text(source.exposure_s) if long else f"1/{round(1 / source.exposure_s)} s"
        )
    if source.f_number:
        exposure.append(f"f/{source.f_number:g}")
    if source.iso:
        exposure.append(f"ISO {source.iso}")
    if source.focal_length_mm:
        exposure.append(f"{source.focal_length_mm:g} mm")
    if exposure:
        lines.append(", ".join(exposure))
    if reference:
        lines.append(tr("The reference: the other frames are fitted to it"))
    if row.problem:
        lines.append(said(row.problem))
    return "\n".join(lines)
