"""Hand-written stand-ins for the slow work behind the window, and ways to wait for it."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from PySide6.QtCore import QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import (
    FusionRequest,
    FusionResult,
    Placement,
    Provenance,
    Registration,
)
from focusstack_app.core.output import OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.ui.filmstrip import is_included
from focusstack_app.ui.frames_model import FramesModel, Index
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output

Child = TypeVar("Child", bound=QObject)

STEPS = 20
PATIENCE_S = 10.0


class FakeFusion:
    """Fuses at once, or waits for `release`; remembers what it was asked and what was stopped.

    Previews wait too, unless `holds_previews` is taken back.
    """

    def __init__(self) -> None:
        self.requests: list[FusionRequest] = []
        self.stopped: list[str] = []
        self.release = threading.Event()
        self.release.set()
        self.holds_previews = True
        self.error: Exception | None = None
        self.warnings: tuple[str, ...] = ()
        self.placement: Placement | None = None
        self.provenance = False
        self.registration: Registration | None = None

    def __call__(self, request: FusionRequest, progress: Progress) -> FusionResult:
        self.requests.append(request)
        try:
            return self._fuse(request, progress)
        except BaseException:
            if progress.cancelled:
                self.stopped.append(request.request_id)
            raise

    def _fuse(self, request: FusionRequest, progress: Progress) -> FusionResult:
        for step in range(STEPS):
            progress.report(step / STEPS, f"Fusing tile {step + 1}")
            if step == STEPS // 2 and (self.holds_previews or request.max_side_px is None):
                while not self.release.wait(0.005):
                    progress.checkpoint()
        if self.error is not None:
            raise self.error
        width, height = request.stack.sources[0].size_px
        if request.max_side_px is not None:
            scale = min(1.0, request.max_side_px / max(width, height))
            width, height = round(width * scale), round(height * scale)
        picture = np.full((height, width, 3), 1000 * len(request.stack), np.uint16)
        placement = self.placement if request.max_side_px is None else None
        if placement is not None:
            picture = picture[placement.top_px :, placement.left_px :]
        provenance = None
        if self.provenance:
            # Other values for every number of frames.
            count, shape = len(request.stack), picture.shape[:2]
            column = np.broadcast_to(np.arange(shape[1]), shape)
            provenance = Provenance(
                (column % count).astype(np.uint16),
                np.full(shape, 50 * count, np.uint8),
                np.full(shape, 20 * count, np.uint8),
            )
        known = self.registration
        if known is not None and len(known.gains) != len(request.stack):
            known = None  # of other frames
        return FusionResult(
            request, picture, None, provenance, {"fuse": 0.1}, "CPU", "fake", 1, 0, self.warnings,
            placement, known,
        )  # fmt: skip

    @property
    def previews(self) -> list[FusionRequest]:
        return [request for request in self.requests if request.max_side_px is not None]

    @property
    def renders(self) -> list[FusionRequest]:
        return [request for request in self.requests if request.max_side_px is None]


class FakeExport:
    """Writes a few bytes, or waits for `release`, or fails."""

    def __init__(self) -> None:
        self.calls: list[tuple[Path, bool]] = []
        self.options: list[OutputOptions] = []
        self.release = threading.Event()
        self.release.set()
        self.error: Exception | None = None

    def __call__(
        self,
        result: FusionResult,
        path: Path,
        *,
        options: OutputOptions,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.calls.append((path, overwrite))
        self.options.append(options)
        assert progress is not None
        for _ in range(int(PATIENCE_S / 0.005)):
            progress.checkpoint()
            if self.release.wait(0.005):
                break
        else:
            raise AssertionError("nobody released it")
        if self.error is not None:
            raise self.error
        path.write_bytes(result.picture.tobytes()[:8])


class LateExport:
    """Has the whole file there, and ends only after `go_on`."""

    def __init__(self) -> None:
        self.there, self.go_on = threading.Event(), threading.Event()

    def __call__(self, result: FusionResult, path: Path, **_options: object) -> None:
        del result
        path.write_bytes(b"whole")
        self.there.set()
        self.go_on.wait(5)


def child(parent: QObject, kind: type[Child]) -> Child:
    """The one of its kind, such as a dialog of a window; it must be there."""
    found = parent.findChild(kind)
    assert isinstance(found, kind)
    return found


def press(box: QMessageBox, text: str) -> None:
    """The button of a question that says this."""
    next(button for button in box.buttons() if button.text().replace("&", "") == text).click()


def render(window: MainWindow, qtbot: QtBot) -> Output:
    """Render the stack, and wait for what becomes of it."""
    before = len(window.side.outputs.outputs)
    window.render_stack()
    qtbot.waitUntil(lambda: len(window.side.outputs.outputs) > before)
    return window.side.outputs.outputs[-1]


def written(window: MainWindow, qtbot: QtBot) -> str:
    """Wait until nothing is exported any more, for what the banner says."""
    qtbot.waitUntil(lambda: not window.exporter.busy)
    return window.banner.message


def toggle(frames: FramesModel, index: Index) -> None:
    """Include a frame or leave it out."""
    frames.include([index.row()], included=not is_included(index))


def drop(widget: QWidget, paths: Sequence[Path]) -> None:
    """Drag files over a widget and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        # Newer Qt wants a QPointF here, older Qt knows QPoint only.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    QApplication.sendEvent(widget, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), copy, data, left, none))


def choose_format(dialog: QFileDialog, start: str) -> None:
    """The format whose entry begins so, as if it was chosen in a dialog of Export."""
    chosen = next(name for name in dialog.nameFilters() if name.startswith(start))
    dialog.selectNameFilter(chosen)
    dialog.filterSelected.emit(chosen)
