"""The renders of this session, each with how it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QIcon,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
)

from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.naming import stack_name
from focusstack_app.core.places import is_there
from focusstack_app.jobs.maps import MapKind
from focusstack_app.jobs.stereo import nearest_first_of
from focusstack_app.ui.desktop import open_outside
from focusstack_app.ui.display import Display
from focusstack_app.ui.translation import said, tr
from focusstack_app.ui.wording import (
    count_text,
    result_text,
    reused_text,
    seconds_text,
    size_text,
    slab_label,
    slab_text,
    tip_text,
)

ICON_SIZE = QSize(60, 44)
ICON_RATIO = 2
_HINT_HEIGHT = 100
_AROUND_ICON = 14


@dataclass(slots=True, eq=False)
class Output:
    """One render.

    Attributes:
        number: From 1, never used twice in a session.
        result: The picture and its story.
        finished_at: Local time.
        seconds: Wall clock from Render to the picture.
        thumbnail: A small picture of it, in sRGB.
        exported_to: The last file that it was written to; None while it lives in memory only.
    """

    number: int
    result: FusionResult
    finished_at: datetime
    seconds: float
    thumbnail: QImage
    exported_to: Path | None = None

    @property
    def name(self) -> str:
        """For people: "Output 3", "Slab 3 (frames 15–24)"."""
        slab = self.result.request.slab
        if slab is not None:
            return slab_text(slab)
        return tr("Output {number}").format(number=self.number)

    @property
    def label(self) -> str:
        """The same where there is little room: "Slab 3 (15–24)"."""
        slab = self.result.request.slab
        return self.name if slab is None else slab_label(slab)

    @property
    def has_maps(self) -> bool:
        """Whether anything is known about where its pixels come from: not of a single frame."""
        return self.result.provenance is not None

    def set_nearest_first(self, first: bool) -> None:
        """Say which end of the stack is near from now on."""
        if first is not nearest_first_of(self.result):
            self.result = replace(self.result, nearest_first=first)

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        height, width = self.result.picture.shape[:2]
        return width, height


class OutputList(QListWidget):
    """Every render of this session, newest last.

    Args:
        display: What their thumbnails are converted to.

    Signals:
        chosen: An `Output` to show.
        remove_requested: An `Output` to forget.
        export_requested: The selected output is to be exported.
        map_requested: A `MapKind` of the selected output is to be exported.
        stereo_requested: A stereo view of the selected output is to be exported.
        retouch_requested: The selected output is to be painted on.
    """

    chosen = Signal(object)
    remove_requested = Signal(object)
    export_requested = Signal()
    map_requested = Signal(object)
    stereo_requested = Signal()
    retouch_requested = Signal()

    def __init__(self, display: Display) -> None:
        super().__init__()
        self._display = display
        display.changed.connect(self._draw_icons)
        self._outputs: list[Output] = []
        self._last_number = 0
        self.setAccessibleName(self.tr("Outputs"))
        self.setIconSize(ICON_SIZE)
        self.setMinimumHeight(2 * (ICON_SIZE.height() + _AROUND_ICON) + 4)  # two rows
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.itemClicked.connect(lambda _: self._announce())
        self.itemActivated.connect(lambda _: self._announce())
        self.currentRowChanged.connect(self._on_row_changed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for a little more than one; it takes what is left."""
        return QSize(super().sizeHint().width(), _HINT_HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Delete takes the selected output out of the list."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current is not None:
            self.remove_requested.emit(self.current)
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Say what will be here."""
        super().paintEvent(event)
        if self._outputs:
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        text = self.tr("Every render of this session is kept here.")
        painter.drawText(self.viewport().rect().adjusted(16, 8, -16, -8), middle, text)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All of them, oldest first."""
        return tuple(self._outputs)

    @property
    def current(self) -> Output | None:
        """The selected one."""
        row = self.currentRow()
        return self._outputs[row] if 0 <= row < len(self._outputs) else None

    @property
    def unexported(self) -> tuple[Output, ...]:
        """Those that live in memory only."""
        return tuple(output for output in self._outputs if output.exported_to is None)

    def add(self, result: FusionResult, seconds: float, thumbnail: QImage) -> Output:
        """Keep a render and select it, without announcing it.

        Args:
            result: The render.
            seconds: Wall clock that it took.
            thumbnail: A small picture of it, in sRGB.
        """
        self._last_number += 1
        small, now = _framed(thumbnail), datetime.now().astimezone()
        output = Output(self._last_number, result, now, seconds, small)
        self.put_back(output)
        return output

    def put_back(self, output: Output) -> None:
        """Show an output in its place and select it, without announcing it."""
        row = sum(other.number < output.number for other in self._outputs)
        self._outputs.insert(row, output)
        item = QListWidgetItem(_icon(self._display.thumbnail(output.thumbnail)), "")
        item.setSizeHint(QSize(0, ICON_SIZE.height() + _AROUND_ICON))
        self.blockSignals(True)
        self.insertItem(row, item)
        self.setCurrentItem(item)
        self.blockSignals(False)
        self._describe(output)
        self.scrollToItem(item)

    def select(self, output: Output) -> None:
        """Select an output without announcing it."""
        self.blockSignals(True)
        self.setCurrentRow(self._outputs.index(output))
        self.blockSignals(False)

    def mark_exported(self, output: Output, path: Path) -> None:
        """Remember where an output was written to."""
        output.exported_to = path
        self._describe(output)

    def remove(self, output: Output) -> None:
        """Forget an output."""
        row = self._outputs.index(output)
        del self._outputs[row]
        self.takeItem(row)

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802 - Qt's name
        """Drag the file of an exported output to another program."""
        if self.current is not None and self.current.exported_to is not None:
            super().startDrag(actions)

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:  # noqa: N802 - Qt's name
        """The files of exported outputs."""
        data = QMimeData()
        paths = [self._outputs[self.row(item)].exported_to for item in items]
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths if path is not None])
        return data

    def _draw_icons(self) -> None:
        for row, output in enumerate(self._outputs):
            self.item(row).setIcon(_icon(self._display.thumbnail(output.thumbnail)))

    def _describe(self, output: Output) -> None:
        if output not in self._outputs:
            return
        item = self.item(self._outputs.index(output))
        result, request = output.result, output.result.request
        made, sources = result_text(result), request.sources
        kept = output.exported_to is not None
        state = self.tr("exported") if kept else self.tr("not exported")
        between = " · " if request.slab is None else "\n"  # its name is longer
        lead = f"{output.name}{between}{state}"
        item.setText(f"{lead}\n{made}, {seconds_text(output.seconds)}")
        overlap = self.tr("overlap {share}").format(share=f"{request.overlap * 100:.0f} %")
        drag = self.tr("{file} (drag it into another program)")
        reused = reused_text(result)
        lines = [
            f"{output.name}, {stack_name(request.stack.sources)}, {output.finished_at:%H:%M:%S}",
            f"{size_text(*output.size_px)}, {count_text(len(sources), 'frame')}",
            *([f"{sources[0].path.name} – {sources[-1].path.name}"] if request.slab else []),
            f"{made}, {overlap}, {result.model}, {result.device}",
            *([reused] if reused else []),
            *(said(warning) for warning in result.warnings),
            drag.format(file=output.exported_to) if kept else self.tr("Not exported yet"),
        ]
        item.setToolTip(tip_text("\n".join(lines)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(lines))

    def _on_row_changed(self, row: int) -> None:
        if row >= 0 and self.hasFocus():
            self._announce()

    def _announce(self) -> None:
        if self.current is not None:
            self.chosen.emit(self.current)

    def _show_menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is None:
            return
        output = self._outputs[self.row(item)]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Export…")).triggered.connect(self.export_requested)
        for text, kind in (
            (self.tr("Export Depth Map…"), MapKind.DEPTH),
            (self.tr("Export Provenance Map…"), MapKind.PROVENANCE),
        ):
            action = menu.addAction(text)
            action.setEnabled(output.has_maps)
            action.triggered.connect(lambda _, kind=kind: self.map_requested.emit(kind))
        stereo = menu.addAction(self.tr("Export Stereo View…"))
        stereo.setEnabled(output.has_maps)
        stereo.triggered.connect(self.stereo_requested)
        menu.addAction(self.tr("Retouch")).triggered.connect(self.retouch_requested)
        path = output.exported_to
        for text, target in (
            (self.tr("Open in Another Program"), path),
            (self.tr("Show Its Folder"), path and path.parent),
        ):
            action = menu.addAction(text)
            action.setEnabled(target is not None and is_there(target))
            action.triggered.connect(lambda _, target=target: open_outside(target))
        menu.addSeparator()
        remove = menu.addAction(self.tr("Remove {name}").format(name=output.name))
        remove.triggered.connect(lambda: self.remove_requested.emit(output))
        menu.popup(self.viewport().mapToGlobal(at))


def _icon(thumbnail: QImage) -> QIcon:
    """An icon that is not tinted where its row is selected."""
    icon, pixmap = QIcon(), QPixmap.fromImage(thumbnail)
    pixmap.setDevicePixelRatio(ICON_RATIO)
    icon.addPixmap(pixmap, QIcon.Mode.Normal)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def _framed(thumbnail: QImage) -> QImage:
    """Fill the icon's rectangle with the middle of the picture."""
    size = ICON_SIZE * ICON_RATIO
    wide = thumbnail.scaled(
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (wide.width() - size.width()) // 2, (wide.height() - size.height()) // 2
    return wide.copy(left, top, size.width(), size.height())
