"""Render, and below it the renders that run, wait, or are over."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.core.naming import stack_name
from focusstack_app.core.progress import RESTING
from focusstack_app.ui import icons
from focusstack_app.ui.labels import ElidedLabel
from focusstack_app.ui.rendering import Render, RenderState
from focusstack_app.ui.translation import tr
from focusstack_app.ui.wording import count_text, progress_text, request_text, slab_text

_STEPS = 1000
_REFRESH_MS = 500
_CLOSE_PX = 20
_HIGHEST_PX = 136  # of the list; about three renders
_LOWEST_PX = 56  # of it, where the window is low: one and a bit, that there are more
_LOW_WINDOW_PX = 640


class RenderPanel(QWidget):
    """One button that renders; while something is open, its progress and what waits.

    Signals:
        render_requested: Render was pressed.
        pause_requested: Pause was pressed; whether it is to rest or to go on.
        cancel_requested: The `Render` that is to be stopped.
        cancel_all_requested: Every open one is to be stopped.
        forget_requested: The `Render` whose end was read.
    """

    render_requested = Signal()
    pause_requested = Signal(bool)
    cancel_requested = Signal(object)
    cancel_all_requested = Signal()
    forget_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[Render, RenderRow] = {}
        self._paused = False
        self._next: Render | None = None
        self.render_button = QPushButton(self.tr("Render"))
        self.render_button.setDefault(True)
        self.render_button.setMinimumHeight(36)
        self.render_button.clicked.connect(self.render_requested)
        inner = QWidget()
        self._lines = QVBoxLayout(inner)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(8)
        self._lines.addStretch()
        self._list = QScrollArea()
        self._list.setWidgetResizable(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setWidget(inner)
        self._list.setAccessibleName(self.tr("Renders"))
        for ground in (inner, self._list.viewport()):
            ground.setAutoFillBackground(False)
        self.pause_button = QPushButton(self.tr("Pause"))
        self.pause_button.setCheckable(True)
        self.pause_button.setToolTip(
            self.tr(
                "Rest at the next step, to give the computer back for a while; memory stays taken"
            )
        )
        self.pause_button.clicked.connect(self.pause_requested)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self.cancel_all_requested)
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.pause_button, 1)
        buttons.addWidget(self.cancel_button, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for part in (self.render_button, self._list, self._buttons):
            column.addWidget(part)
        self._clock = QTimer(self, interval=_REFRESH_MS)
        self._clock.timeout.connect(self._refresh)
        self.show_renders((), paused=False)

    def set_ready(self, ready: bool, tip: str) -> None:
        """Whether there is something to render, and what the button says about it."""
        self.render_button.setEnabled(ready)
        self.render_button.setToolTip(tip)

    def show_renders(self, renders: Sequence[Render], *, paused: bool) -> None:
        """Show these, in this order."""
        self._paused = paused
        for render in [render for render in self.rows if render not in renders]:
            row = self.rows.pop(render)
            self._lines.removeWidget(row)
            row.hide()
            row.deleteLater()
        for render in renders:
            if render not in self.rows:
                row = self.rows[render] = RenderRow(render)
                row.close_requested.connect(self._on_close)
                self._lines.insertWidget(self._lines.count() - 1, row)
                row.show()  # so that its height counts at once
        self._refresh()
        following = next((render for render in renders if not render.over), None)
        if following is not self._next:
            self._next = following
            QTimer.singleShot(0, self, self._follow)  # once the rows have their places

    def _follow(self) -> None:
        """Scroll to the render that runs, or is next."""
        row = self.rows.get(self._next) if self._next is not None else None
        if row is not None:
            self._list.ensureWidgetVisible(row, 0, 0)

    def _refresh(self) -> None:
        open_renders = [render for render in self.rows if not render.over]
        for row in self.rows.values():
            row.refresh(paused=self._paused, alone=len(open_renders) == 1)
        self._list.setVisible(bool(self.rows))
        low = self.window().height() < _LOW_WINDOW_PX  # it would grow beyond its screen
        highest = _LOWEST_PX if low else _HIGHEST_PX
        self._list.setFixedHeight(min(self._lines.sizeHint().height(), highest))
        several = len(open_renders) > 1
        had_focus = self.pause_button.hasFocus() or self.cancel_button.hasFocus()
        self._buttons.setVisible(bool(open_renders))
        self.pause_button.setChecked(self._paused)
        self.pause_button.setText(self.tr("Resume") if self._paused else self.tr("Pause"))
        stopping = all(render.state is RenderState.STOPPING for render in open_renders)
        self.pause_button.setEnabled(not stopping)
        self.cancel_button.setEnabled(not stopping)
        if had_focus and stopping:  # else it goes to the outputs, where Delete removes one
            self.render_button.setFocus()
        self.cancel_button.setText(self.tr("Cancel All") if several else self.tr("Cancel"))
        self.cancel_button.setToolTip(
            self.tr("Stop the render that runs, and drop those that wait")
            if several
            else self.tr("Stop the render (Esc)")
        )
        if open_renders and not self._clock.isActive():
            self._clock.start()
        elif not open_renders:
            self._clock.stop()

    def _on_close(self, render: Render) -> None:
        (self.forget_requested if render.over else self.cancel_requested).emit(render)


class RenderRow(QWidget):
    """One render: what it is, how far it is, and a button that ends or closes it.

    Signals:
        close_requested: Its button was pressed.
    """

    close_requested = Signal(object)

    def __init__(self, render: Render) -> None:
        super().__init__()
        self._render = render
        request, sources = render.request, render.request.stack.sources
        self.title = ElidedLabel()
        made, frames = request_text(request), count_text(len(sources), "frame")
        made = f"{slab_text(request.slab)}, {made}" if request.slab else f"{made}, {frames}"
        self.title.set_whole(f"{made} · {stack_name(sources)}")
        self.status = ElidedLabel()
        self.status.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.bar.setAccessibleName(self.tr("Progress of the render"))
        self.close_button = QToolButton()
        self.close_button.setAutoRaise(True)
        self.close_button.setFixedSize(_CLOSE_PX, _CLOSE_PX)
        self.close_button.clicked.connect(lambda: self.close_requested.emit(render))
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addLayout(top)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        self._draw_icon()

    def refresh(self, *, paused: bool, alone: bool) -> None:
        """Say where the render stands.

        Args:
            paused: Whether renders rest.
            alone: Whether no other one is open, so that Cancel says the same as the small button.
        """
        render = self._render
        running = render.state in (RenderState.RUNNING, RenderState.STOPPING)
        self.bar.setVisible(running)
        self.bar.setValue(int(render.fraction * _STEPS))
        self.status.set_whole(_status(render, paused=paused))
        self.close_button.setVisible(render.over or not alone)
        self.close_button.setEnabled(render.state is not RenderState.STOPPING)
        tip = self.tr("Close this message") if render.over else self.tr("Stop this render")
        self.close_button.setToolTip(tip)
        self.close_button.setAccessibleName(tip)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Redraw the icon for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "close_button"):
            self._draw_icon()

    def _draw_icon(self) -> None:
        self.close_button.setIcon(icons.icon("close", self.palette(), 14))


def _status(render: Render, *, paused: bool) -> str:
    """Where a render stands, in words."""
    if render.over:
        return render.news
    if render.state is RenderState.WAITING:
        return tr("Waiting")
    if render.state is RenderState.STOPPING:
        return tr("Stopping…")
    if paused:
        if render.stage != RESTING:
            return tr("Pausing…")
        return tr("Paused at {percent} %").format(percent=int(render.fraction * 100))
    if not render.stage or render.stage == RESTING:
        return tr("Starting")
    return f"{render.stage} · {progress_text(render.fraction, render.elapsed_s)}"
