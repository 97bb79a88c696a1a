"""Further frames for the stack that is open: chosen, or dropped on the filmstrip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QRubberBand

from focusstack_app.jobs.project import PROJECT_SUFFIX
from focusstack_app.ui.desktop import files_of
from focusstack_app.ui.filmstrip import Filmstrip
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.lenient_opening import Further
from focusstack_app.ui.opener import Opener
from focusstack_app.ui.translation import tr


class FrameAdder(QObject):
    """Adds frames to the open stack.

    Args:
        opener: Reads their headers.
        frames: The stack.
        strip: Shows it, and takes what is dropped; owns this.

    Signals:
        added: There are further frames.
        refused: Errors (list), one for each file that could not be added.
        news: One line, for a status bar; an empty one where the last does not hold any more.
    """

    added = Signal()
    refused = Signal(list)
    news = Signal(str)

    def __init__(self, opener: Opener, frames: FramesModel, strip: Filmstrip) -> None:
        super().__init__(strip)
        self._opener, self._frames, self._strip = opener, frames, strip
        drop = _Drop(strip)
        drop.dropped.connect(self.add)
        hint = self.tr("Drop to add to this stack")
        drop.hovered.connect(lambda over: self.news.emit(hint if over else ""))
        opener.further_found.connect(self._on_found)

    def choose(self) -> None:
        """Ask for frames."""
        self._opener.choose_further(self._frames.sources())

    def add(self, paths: Sequence[Path]) -> None:
        """Read files and add them; a project is opened instead."""
        if len(paths) == 1 and paths[0].suffix.lower() == PROJECT_SUFFIX:
            self._opener.open_paths(paths)
        elif paths:
            self._opener.open_further(self._frames.sources(), paths)

    def _on_found(self, further: Further) -> None:
        self.news.emit("")
        there = self._frames.sources()
        if not there or not self._strip.isVisible():  # closed, or a retouch begun, meanwhile
            return
        fresh = [source for source in further.sources if source not in there]
        if fresh:
            rows = self._frames.add(fresh)
            self._strip.select(rows)
            self.news.emit(_added_text(len(rows)))
            self.added.emit()
        elif not further.left_out:
            self.news.emit(self.tr("These frames are in the stack already"))
        if further.left_out:
            self.refused.emit(list(further.left_out))


class _Drop(QObject):
    """Takes files that are dragged over a strip.

    Args:
        strip: The strip, which owns this.

    Signals:
        hovered: Whether files are over it.
        dropped: Paths (list).
    """

    hovered = Signal(bool)
    dropped = Signal(list)

    def __init__(self, strip: Filmstrip) -> None:
        super().__init__(strip)
        self._strip = strip
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, strip)
        strip.viewport().setAcceptDrops(True)
        strip.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take drags of files; all others are for the window."""
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDragMoveEvent):
                taken = bool(files_of(event.mimeData()))
                event.setDropAction(Qt.DropAction.CopyAction)
                event.setAccepted(taken)
                self._show(on=taken)
                return True
            case QEvent.Type.DragLeave:
                self._show(on=False)
                return True
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                self._show(on=False)
                event.setDropAction(Qt.DropAction.CopyAction)
                event.accept()
                self.dropped.emit(files_of(event.mimeData()))
                return True
        return super().eventFilter(watched, event)

    def _show(self, *, on: bool) -> None:
        if on == self._band.isHidden():
            self._band.setGeometry(self._strip.viewport().geometry())
            self._band.setVisible(on)
            self.hovered.emit(on)


# A class of Qt does not find its plurals when another class is derived from it.


def _added_text(count: int) -> str:
    return tr("%n frame(s) added", "", count)
