"""Render, its progress, and Cancel."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from focusstack_app.ui.wording import progress_text

_STEPS = 1000
_REFRESH_MS = 500


class RenderPanel(QWidget):
    """One button that renders; while it does, progress and a button that stops it.

    Signals:
        render_requested: Render was pressed.
        cancel_requested: Cancel was pressed.
    """

    render_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._started_at_s = 0.0
        self._fraction = 0.0
        self._stage = ""
        self._stopping = False
        self.render_button = QPushButton(self.tr("Render"))
        self.render_button.setDefault(True)
        self.render_button.setMinimumHeight(36)
        self.render_button.clicked.connect(self.render_requested)
        self.bar = QProgressBar()
        self.bar.setRange(0, _STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the render"))
        self.stage_label = QLabel()
        self.time_label = QLabel()
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setToolTip(self.tr("Stop the render (Esc)"))
        self.cancel_button.clicked.connect(self.cancel_requested)
        self._running = QWidget()
        bottom = QHBoxLayout()
        bottom.addWidget(self.time_label, 1)
        bottom.addWidget(self.cancel_button)
        running = QVBoxLayout(self._running)
        running.setContentsMargins(0, 0, 0, 0)
        running.setSpacing(6)
        running.addWidget(self.stage_label)
        running.addWidget(self.bar)
        running.addLayout(bottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.render_button)
        column.addWidget(self._running)
        self._clock = QTimer(self)
        self._clock.setInterval(_REFRESH_MS)
        self._clock.timeout.connect(self._refresh)
        self._running.hide()

    def set_ready(self, ready: bool, tip: str) -> None:
        """Whether there is something to render, and what the button says about it."""
        self.render_button.setEnabled(ready)
        self.render_button.setToolTip(tip)

    def begin(self) -> None:
        """Show the progress of a render that starts now."""
        self._started_at_s = time.monotonic()
        self._fraction, self._stage, self._stopping = 0.0, self.tr("Starting"), False
        self.bar.setValue(0)
        self.cancel_button.setEnabled(True)
        self.render_button.hide()
        self._running.show()
        self._clock.start()
        self._refresh()

    def advance(self, fraction: float, stage: str) -> None:
        """Show how far it is (0 to 1) and what it does."""
        self._fraction, self._stage = fraction, stage
        self._refresh()

    def show_stopping(self) -> None:
        """Say that it stops at the next checkpoint."""
        self._stopping = True
        self.cancel_button.setEnabled(False)
        self._refresh()

    def end(self) -> None:
        """Back to the button."""
        self._clock.stop()
        self._running.hide()
        self.render_button.show()

    def _refresh(self) -> None:
        self.bar.setValue(int(self._fraction * _STEPS))
        if self._stopping:
            self.stage_label.setText(self.tr("Stopping…"))
            self.time_label.clear()
            return
        self.stage_label.setText(self._stage)
        elapsed_s = time.monotonic() - self._started_at_s
        self.time_label.setText(progress_text(self._fraction, elapsed_s))
