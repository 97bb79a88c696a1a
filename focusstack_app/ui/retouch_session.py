"""Retouching in the window: brush, panel, filmstrip and stage brought together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QConcatenateTablesProxyModel, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QWidget

from focusstack_app.core.frames import FrameSource
from focusstack_app.ui.bridge import Bridge
from focusstack_app.ui.brush_tool import BrushTool
from focusstack_app.ui.comparing import Other
from focusstack_app.ui.dialogs import ask_drop_strokes
from focusstack_app.ui.filmstrip import Filmstrip
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.loading import ThumbnailLoader
from focusstack_app.ui.menus import Actions
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.picture import DisplayPicture
from focusstack_app.ui.retouch_panel import RetouchPanel
from focusstack_app.ui.retouching import PaintSource, Retoucher
from focusstack_app.ui.services import Services
from focusstack_app.ui.stage import Stage
from focusstack_app.ui.translation import tr
from focusstack_app.ui.wording import result_text

_DECORATION = Qt.ItemDataRole.DecorationRole


class RetouchSession(QObject):
    """Takes over the viewer and the sides of the window while an output is retouched.

    In `strip` are the other outputs that lie on this one, and its frames, whatever stack is open.

    Args:
        actions: The window's commands; those that retouch are connected here.
        stage: Has the viewer.
        bridge: Runs the reading.
        services: Does the reading.
        window: Parent of questions.

    Signals:
        begun: It took over.
        finished: It gave back, with a `Rendered` to keep.
        dropped: It gave back, with nothing.
        failed: The error of a frame that could not be read.
        news: A line for the status bar.
        changed: What can be undone or redone, or whether it is active.
    """

    begun = Signal()
    finished = Signal(object)
    dropped = Signal()
    failed = Signal(object)
    news = Signal(str)
    changed = Signal()

    def __init__(
        self, actions: Actions, stage: Stage, bridge: Bridge, services: Services, window: QWidget
    ) -> None:
        super().__init__(window)
        self._actions, self._stage, self._window = actions, stage, window
        self._frames = FramesModel()
        self._others = QStandardItemModel(0, 1)
        both = QConcatenateTablesProxyModel(self)
        both.addSourceModel(self._others)
        both.addSourceModel(self._frames)
        self.strip = Filmstrip(both, stage.viewer.display, boxes=False)
        self.strip.hide()
        self.panel = RetouchPanel(actions.undo, actions.redo)
        self.panel.hide()
        self.brush = BrushTool(stage.viewer)
        self.retoucher = Retoucher(bridge, services, self)
        self._thumbnails = ThumbnailLoader(bridge, services, self)
        self._thumbnails.loaded.connect(self._frames.set_thumbnail)
        self._thumbnails.failed.connect(self._frames.set_problem)
        self._connect()
        self._update()

    def _connect(self) -> None:
        actions, panel, retoucher = self._actions, self.panel, self.retoucher
        stage = self._stage
        actions.brush_smaller.triggered.connect(lambda: panel.resize_brush(-1))
        actions.brush_larger.triggered.connect(lambda: panel.resize_brush(1))
        actions.brush_softer.triggered.connect(lambda: panel.harden_brush(-1))
        actions.brush_harder.triggered.connect(lambda: panel.harden_brush(1))
        actions.restore.triggered.connect(panel.toggle_restoring)
        actions.retouch_done.triggered.connect(self.finish)
        actions.retouch_cancel.triggered.connect(lambda: self.cancel())
        panel.brush_changed.connect(lambda: self.brush.set_diameter(panel.brush.diameter_px))
        panel.entered.connect(stage.viewer.setFocus)
        panel.restoring_changed.connect(actions.restore.setChecked)
        panel.done_requested.connect(self.finish)
        panel.cancel_requested.connect(lambda: self.cancel())
        self.strip.frame_chosen.connect(self.choose)
        self.brush.pressed.connect(self._begin_stroke)
        self.brush.moved.connect(retoucher.move)
        self.brush.released.connect(retoucher.end)
        retoucher.ready.connect(self._on_ready)
        retoucher.changed.connect(self._on_changed)
        retoucher.reading.connect(panel.show_reading)
        retoucher.source_ready.connect(self._on_source)
        retoucher.waiting.connect(self._on_waiting)
        retoucher.failed.connect(self._on_failed)

    @property
    def active(self) -> bool:
        """Whether an output is being retouched."""
        return self.retoucher.active

    @property
    def has_strokes(self) -> bool:
        """Whether something would be lost."""
        return bool(self.retoucher.undo_text) or self.brush.painting

    def start(self, output: Output, outputs: Sequence[Output], source: FrameSource | None) -> None:
        """Retouch a copy of an output.

        Args:
            output: Stays as it is.
            outputs: All of them; those that lie on it can be painted, too.
            source: The frame to paint from at first, if it is one of the output's.
        """
        stack = output.result.request.stack
        self._frames.set_stack(stack)
        self._thumbnails.load(stack.sources)
        self.panel.title.setText(self.tr("Retouch {name}").format(name=output.name))
        self.panel.paint_button.setChecked(True)
        self.retoucher.start(output, outputs)
        self._list_others()
        self._stage.hold(self.tr("Retouch of {name}").format(name=output.name))
        self.begun.emit()  # hides what they take the place of: both at once widen the window
        self.strip.show()
        self.panel.show()
        row = stack.sources.index(source) if source in stack.sources else stack.reference
        self.strip.choose(len(self.retoucher.others) + row)
        self.brush.set_diameter(self.panel.brush.diameter_px)
        self._stage.viewer.setFocus()
        self._update()

    def choose(self, row: int) -> None:
        """Paint from what is in this row of the strip."""
        self.panel.paint_button.setChecked(True)
        others = self.retoucher.others
        of = others[row] if row < len(others) else row - len(others)
        if isinstance(of, Output):
            self.panel.show_source(f"{of.name} · {result_text(of.result)}")
        else:
            name = self._frames.source(of).path.name
            place = tr("Source {number} of {count}").format(
                number=of + 1, count=self._frames.rowCount()
            )
            self.panel.show_source(f"{place} · {name}")
        self._stage.set_held_other(Other(_name(of), None))
        self.retoucher.choose(of)

    def _on_waiting(self, coming: bool) -> None:
        if coming:
            self.news.emit(self.tr("The source is still being read…"))
        else:
            self.news.emit(self.tr("Choose a source that can be read"))

    def finish(self) -> None:
        """Keep what was painted as a new output."""
        if not self.active:
            return
        rendered = self.retoucher.finish()
        self._give_back()
        if rendered is None:
            self.news.emit(self.tr("Nothing was painted, so there is no new output"))
            self.dropped.emit()
        else:
            self.finished.emit(rendered)

    def cancel(self, then: Callable[[], object] = lambda: None) -> None:
        """Throw the strokes away, after a question where there are any.

        Args:
            then: Called when it is over.
        """

        def drop() -> None:
            self.retoucher.drop()
            self._give_back()
            self.dropped.emit()
            then()

        if self.has_strokes:
            ask_drop_strokes(self._window, drop)
        elif self.active:
            drop()

    def _give_back(self) -> None:
        self.brush.set_active(False)
        self.strip.hide()
        self.panel.hide()
        self._stage.release()
        self._update()

    def _begin_stroke(self, at: QPointF) -> None:
        self.retoucher.begin(at, self.panel.brush, restore=self.panel.restoring)

    def _on_ready(self, picture: DisplayPicture) -> None:
        self._stage.viewer.show_picture(picture)
        self.brush.set_active(True)

    def _on_changed(self) -> None:
        self._stage.viewer.update()
        self._update()

    def _on_source(self, source: PaintSource) -> None:
        self.panel.show_reading(None)
        self._stage.set_held_other(Other(_name(source.of), source.picture))

    def _list_others(self) -> None:
        """Put the outputs that can be painted into the strip."""
        self._others.setRowCount(0)
        for output in self.retoucher.others:
            item = QStandardItem(output.label)
            item.setData(output.thumbnail, _DECORATION)
            item.setCheckState(Qt.CheckState.Checked)
            item.setToolTip(f"{output.name} · {result_text(output.result)}")
            self._others.appendRow(item)

    def _on_failed(self, error: Exception) -> None:
        self.panel.show_reading(None)
        self.failed.emit(error)

    def _update(self) -> None:
        actions, active = self._actions, self.active
        for action in (
            actions.brush_smaller, actions.brush_larger, actions.brush_softer,
            actions.brush_harder, actions.restore, actions.retouch_done, actions.retouch_cancel,
        ):  # fmt: skip
            action.setEnabled(active)
        self.changed.emit()


def _name(of: int | Output) -> str:
    """What a source is called: "Source 3", "Output 2"."""
    return of.name if isinstance(of, Output) else tr("Source {number}").format(number=of + 1)
