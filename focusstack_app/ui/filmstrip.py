"""The strip of source frames below the picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelectionModel,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QWidget,
)

from focusstack_app.ui.display import Display
from focusstack_app.ui.drawing import ROUNDING, draw_thumbnail
from focusstack_app.ui.frames_model import NUMBER_ROLE, REFERENCE_ROLE, THUMBNAIL_ROLES, Index
from focusstack_app.ui.theme import outlined

THUMBNAIL_SIDE_PX = 256
_TILE = QSize(124, 118)
_PICTURE_HEIGHT = 82
_LABEL_HEIGHT = 20
_PADDING = 6
_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)


class FrameDelegate(QStyledItemDelegate):
    """Paints a frame: thumbnail, include box, number, name.

    Args:
        parent: The strip.
        display: What thumbnails are converted to.
        boxes: Whether there is a box.
    """

    def __init__(self, parent: QWidget, display: Display, *, boxes: bool = True) -> None:
        super().__init__(parent)
        self._display = display
        self._boxes = boxes

    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> QSize:
        """All tiles are equal."""
        del option, index
        return _TILE

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        """Paint one tile."""
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        palette = option.palette
        included = is_included(index)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        tile = QRectF(QRect(option.rect.topLeft(), _TILE).adjusted(2, 2, -2, -2))
        self._paint_ground(painter, tile, palette, option.state)
        corner = option.rect.topLeft() + QPoint(_PADDING, _PADDING)
        place = QRectF(QRect(corner, QSize(_TILE.width() - 2 * _PADDING, _PICTURE_HEIGHT)))
        draw_thumbnail(painter, place, palette, index, self._display, included=included)
        if self._boxes:
            self._paint_box(painter, option, included)
        if index.data(REFERENCE_ROLE):
            self._paint_reference(painter, option)
        text = QPalette.ColorRole.WindowText
        colour = palette.color(QPalette.ColorGroup.Active, text)
        if not included and not selected:
            colour.setAlphaF(0.55)
        painter.setPen(colour)
        left, top = _PADDING + 2, _PADDING + _PICTURE_HEIGHT + 5
        label = option.rect.adjusted(left, top, -left, 0)
        label.setHeight(_LABEL_HEIGHT)
        self._paint_label(painter, label, index)
        painter.restore()

    @staticmethod
    def box_rect(tile: QRect) -> QRect:
        """Where the include box of a tile lies."""
        return QRect(tile.left() + _PADDING + 5, tile.top() + _PADDING + 5, 18, 18)

    @staticmethod
    def _paint_ground(
        painter: QPainter, tile: QRectF, palette: QPalette, state: QStyle.StateFlag
    ) -> None:
        accent = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Highlight)
        if state & QStyle.StateFlag.State_Selected:
            ground = QColor(accent)
            ground.setAlphaF(0.28)
            painter.setBrush(ground)
            painter.setPen(QPen(accent, 1.5))
        elif state & QStyle.StateFlag.State_MouseOver:
            ground = palette.color(QPalette.ColorRole.WindowText)
            ground.setAlphaF(0.07)
            painter.setBrush(ground)
            painter.setPen(Qt.PenStyle.NoPen)
        else:
            return
        painter.drawRoundedRect(tile, ROUNDING + 2, ROUNDING + 2)

    @classmethod
    def _paint_box(cls, painter: QPainter, option: QStyleOptionViewItem, included: bool) -> None:
        place = cls.box_rect(option.rect)
        backing = option.palette.color(QPalette.ColorRole.Base)
        backing.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(backing)
        painter.drawRoundedRect(QRectF(place), 3, 3)
        box = QStyleOptionButton()
        box.palette = outlined(option.palette)
        box.rect = place.adjusted(1, 1, -1, -1)
        box.state = QStyle.StateFlag.State_Enabled | (
            QStyle.StateFlag.State_On if included else QStyle.StateFlag.State_Off
        )
        style = option.widget.style() if option.widget is not None else QApplication.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, option.widget
        )

    @staticmethod
    def _paint_reference(painter: QPainter, option: QStyleOptionViewItem) -> None:
        """A ring with cross hairs, opposite the box."""
        tile, palette = QRect(option.rect.topLeft(), _TILE), option.palette
        box = FrameDelegate.box_rect(tile)
        place = QRectF(box.translated(tile.left() + tile.right() - box.left() - box.right(), 0))
        backing = palette.color(QPalette.ColorRole.Base)
        backing.setAlphaF(0.85)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(backing)
        painter.drawRoundedRect(place, 3, 3)
        ink = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.WindowText)
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        middle, radius, reach = place.center(), 4.0, 7.0
        painter.drawEllipse(middle, radius, radius)
        for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            way = QPointF(across, down)
            painter.drawLine(middle + way * (radius - 2), middle + way * reach)

    @staticmethod
    def _paint_label(painter: QPainter, place: QRect, index: Index) -> None:
        metrics = painter.fontMetrics()
        number = str(index.data(NUMBER_ROLE) or "")
        font = painter.font()
        bold = painter.font()
        bold.setBold(True)
        painter.setFont(bold)
        line = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, int(line | Qt.AlignmentFlag.AlignLeft), number)
        painter.setFont(font)
        before = QFontMetrics(bold).horizontalAdvance(number) + 6 if number else 0
        room = place.adjusted(before, 0, 0, 0)
        name = fitting_name(metrics, str(index.data(Qt.ItemDataRole.DisplayRole)), room.width())
        painter.drawText(room, int(line | Qt.AlignmentFlag.AlignLeft), name)


def fitting_name(metrics: QFontMetrics, name: str, width_px: int) -> str:
    """What of a name there is room for: its end, where the names of a stack differ."""
    return metrics.elidedText(name, Qt.TextElideMode.ElideLeft, width_px)


class Filmstrip(QListView):
    """Frames in a row.

    Args:
        model: The frames, in the roles of `FramesModel`; what has no number has a name only.
        display: What thumbnails are converted to.
        boxes: Whether frames can be included, left out and removed; else one is chosen only.

    Signals:
        frame_chosen: Row of the frame to show, after a click or an arrow key.
        include_requested: Rows of frames (list), and whether a fusion is to take them.
        menu_requested: Global position of a context menu for the selected frames.
        remove_requested: Delete was pressed.
    """

    frame_chosen = Signal(int)
    include_requested = Signal(list, bool)
    menu_requested = Signal(QPoint)
    remove_requested = Signal()

    def __init__(self, model: QAbstractItemModel, display: Display, *, boxes: bool = True) -> None:
        super().__init__()
        self._space_down = False
        self._boxes = boxes
        self.setModel(model)
        self.setItemDelegate(FrameDelegate(self, display, boxes=boxes))
        display.changed.connect(self.viewport().update)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if boxes else mode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        bar = self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(_TILE.height() + bar + 2)
        self.setAccessibleName(self.tr("Source images"))
        self.clicked.connect(lambda index: self.frame_chosen.emit(index.row()))

    def dataChanged(  # noqa: N802 - Qt's name
        self, first: Index, last: Index, roles: Sequence[int] = ()
    ) -> None:
        """Paint the one tile whose thumbnail came; the list would paint all that are in view."""
        if list(roles) == THUMBNAIL_ROLES:
            self.update(first)
        else:
            super().dataChanged(first, last, list(roles))

    def step(self, by: int) -> None:
        """Go to a neighbour of the current frame."""
        count = self.model().rowCount()
        if count == 0:
            return
        row = min(max(self.currentIndex().row() + by, 0), count - 1)
        self.choose(row)

    def choose(self, row: int) -> None:
        """Make a frame the current one and ask to show it."""
        self.mark(row)
        self.frame_chosen.emit(row)

    def mark(self, row: int) -> None:
        """Make a frame the current one without showing it."""
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)  # what Shift selects begins there
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.scrollTo(index)

    def select(self, rows: Sequence[int]) -> None:
        """Select these, and bring the first one into view."""
        self.clearSelection()
        for row in rows:
            index = self.model().index(row, 0)
            self.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)
        self.scrollTo(self.model().index(rows[0], 0))

    def chosen_rows(self) -> list[int]:
        """Rows of the selected frames, ascending."""
        return sorted(index.row() for index in self.selectionModel().selectedIndexes())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A press on the box includes the frame or leaves it out, and does nothing else.

        With it go the other selected ones, where it is one of them.
        """
        place = event.position().toPoint()
        index = self.indexAt(place)
        if self._boxes and event.button() == Qt.MouseButton.LeftButton and index.isValid():
            box = FrameDelegate.box_rect(self.visualRect(index)).adjusted(-4, -4, 4, 4)
            if box.contains(place):
                chosen = self.chosen_rows()
                rows = chosen if index.row() in chosen else [index.row()]
                self.include_requested.emit(rows, not is_included(index))
                return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Two quick presses on a box are two presses."""
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows change the frame, Space includes it or leaves it out, Delete removes.

        Shift with arrows selects several.
        """
        extends = self._boxes and bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        match event.key():
            case _ if extends and event.key() in _MOVES:
                super().keyPressEvent(event)
                self.frame_chosen.emit(self.currentIndex().row())
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Home:
                self.step(-self.model().rowCount())
            case Qt.Key.Key_End:
                self.step(self.model().rowCount())
            case Qt.Key.Key_Space:
                self._space_down = self._boxes
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if self._boxes:  # of small keyboards
                self.remove_requested.emit()
            case _:
                super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space counts when it is let go, so that Space+drag in the picture changes nothing."""
        if event.key() == Qt.Key.Key_Space and self._space_down and not event.isAutoRepeat():
            self._space_down = False
            rows = self.chosen_rows()
            if rows:
                current = self.currentIndex().row()
                leader = current if current in rows else rows[0]
                included = is_included(self.model().index(leader, 0))
                self.include_requested.emit(rows, not included)
            return
        super().keyReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        """Ask for the menu of the selected frames."""
        if not self._boxes or not self.chosen_rows():
            return
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
            self.menu_requested.emit(self.viewport().mapToGlobal(place))
        elif self.indexAt(event.pos()).isValid():
            self.menu_requested.emit(event.globalPos())

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Forget a Space that is held."""
        self._space_down = False
        super().focusOutEvent(event)


def is_included(index: Index) -> bool:
    """Whether a frame takes part in the fusion."""
    return Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) == Qt.CheckState.Checked
