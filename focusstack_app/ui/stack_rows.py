"""A stack in the list of a batch: what it holds, and how its row is painted."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidgetItem,
    QWidget,
)

from focusstack_app.core.frames import FrameSource
from focusstack_app.jobs.proposal import ProposedStack
from focusstack_app.ui.banner import Tone, text_colour
from focusstack_app.ui.display import Display
from focusstack_app.ui.drawing import draw_thumbnail
from focusstack_app.ui.filmstrip import is_included
from focusstack_app.ui.frames_model import Index
from focusstack_app.ui.theme import outlined
from focusstack_app.ui.wording import tip_text

TONE_ROLE = Qt.ItemDataRole.UserRole + 4  # those before are of `frames_model`
NAME, FRAMES, TAKEN, RESULT, STATE = range(5)  # columns
THUMBNAIL_SIDE_PX = 128  # sharp on a display of 200 %
_THUMBNAIL = QSize(54, 36)
_STACK_HEIGHT = 40
_FRAME_HEIGHT = 24


@dataclass(slots=True, eq=False)
class Row:
    """A stack in the list.

    Attributes:
        stack: The frames.
        included: Whether it takes part.
        item: Where it is shown.
    """

    stack: ProposedStack
    included: bool
    item: QTreeWidgetItem

    @property
    def middle(self) -> FrameSource | None:
        """The frame whose thumbnail stands for the stack."""
        sources = self.stack.sources
        return sources[len(sources) // 2] if sources else None


def checked(included: bool) -> Qt.CheckState:
    """The state of the box of a stack."""
    return Qt.CheckState.Checked if included else Qt.CheckState.Unchecked


def make_item(stack: ProposedStack, flags: Qt.ItemFlag, *, included: bool) -> QTreeWidgetItem:
    """A row for a stack, with its frames below."""
    item = QTreeWidgetItem()
    item.setFlags(flags)
    item.setCheckState(NAME, checked(included))
    item.setText(NAME, stack.name)
    item.setToolTip(NAME, tip_text(str(stack.folder)))
    item.setSizeHint(NAME, QSize(0, _STACK_HEIGHT))
    item.setText(FRAMES, str(len(stack.sources) or "–"))
    taken = stack.taken_at
    item.setText(TAKEN, f"{taken:%Y-%m-%d %H:%M:%S}" if taken else "")
    for source in stack.sources:
        frame = QTreeWidgetItem([source.path.name])
        frame.setSizeHint(NAME, QSize(0, _FRAME_HEIGHT))
        time = source.captured_at
        frame.setText(TAKEN, f"{time:%H:%M:%S}" if time else "")
        item.addChild(frame)
    return item


class StackDelegate(QStyledItemDelegate):
    """Paints the name of a stack with a thumbnail before it; frames have none.

    Args:
        parent: The tree.
        display: What thumbnails are converted to.
    """

    def __init__(self, parent: QWidget, display: Display) -> None:
        super().__init__(parent)
        self._display = display

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Leave room for the thumbnail, also before it is there."""
        super().initStyleOption(option, index)
        if not index.parent().isValid():
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
            option.decorationSize = _THUMBNAIL
            option.icon = QIcon()
            option.palette = outlined(option.palette)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one name."""
        super().paint(painter, option, index)
        if index.parent().isValid():
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        part = QStyle.SubElement.SE_ItemViewItemDecoration
        place = QRectF(option.widget.style().subElementRect(part, whole, option.widget))
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        included = is_included(index)
        draw_thumbnail(painter, place, option.palette, index, self._display, included=included)
        painter.restore()


class StateDelegate(QStyledItemDelegate):
    """Paints where a stack stands, in the colour of its `TONE_ROLE` in the theme of the moment."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Choose the colour."""
        super().initStyleOption(option, index)
        tone = index.data(TONE_ROLE)
        if isinstance(tone, Tone):
            option.palette.setColor(QPalette.ColorRole.Text, text_colour(tone, option.palette))
