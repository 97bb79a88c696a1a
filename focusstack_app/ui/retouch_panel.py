"""The right side while an output is retouched: what is painted, the brush, Done."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.engine.retouch import Brush
from focusstack_app.ui.labels import explanation, heading, indented
from focusstack_app.ui.side_panel import WIDTH
from focusstack_app.ui.wording import tip_text

LARGEST_PX = 1000
_MARGIN = 14
_SIZE_STEP = 1.2
_HARDNESS_STEP = 10
_SLIDER_STEPS = 200
_FIRST = (80, 50, 100)  # px, percent, percent


class RetouchPanel(QWidget):
    """Chooses what the brush paints, and how.

    Args:
        undo: The command.
        redo: The command.

    Signals:
        brush_changed: Size, hardness or opacity.
        restoring_changed: Whether the brush restores the render from now on.
        entered: A number was typed to its end.
        done_requested: Done was pressed.
        cancel_requested: Cancel was pressed.
    """

    brush_changed = Signal()
    restoring_changed = Signal(bool)
    entered = Signal()
    done_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, undo: QAction, redo: QAction) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.title = heading(self.tr("Retouch"))
        self.paint_button = QRadioButton(self.tr("Paint from the chosen source"))
        self.paint_button.setToolTip(self.tr("Paint what the source has there"))
        self.paint_button.setChecked(True)
        self.restore_button = QRadioButton(self.tr("Restore the render"))
        self.restore_button.setToolTip(self.tr("Paint back what the output was before (X)"))
        self.restore_button.toggled.connect(self.restoring_changed)
        self.source_label = QLabel()
        self.source_label.setWordWrap(True)
        self.source_label.setTextFormat(Qt.TextFormat.PlainText)
        self.source_label.setAccessibleName(self.tr("Chosen source"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        self.bar.setAccessibleName(self.tr("Progress of reading the source"))
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        self.bar.hide()
        size, hardness, opacity = self.tr("Size"), self.tr("Hardness"), self.tr("Opacity")
        share = self.tr("How much of the source a stroke brings in")
        keys = self.tr("Smaller [, larger ]")
        self.diameter = _Row(size, 1, LARGEST_PX, " px", keys, even=False)
        self.hardness = _Row(hardness, 0, 100, " %", self.tr("Softer {, harder }"))
        self.opacity = _Row(opacity, 1, 100, " %", share)
        rows = (self.diameter, self.hardness, self.opacity)
        widest = max(row.label.sizeHint().width() for row in rows)
        for row, value in zip(rows, _FIRST, strict=True):
            row.label.setMinimumWidth(widest)
            row.spin.setValue(value)
            row.spin.valueChanged.connect(self.brush_changed)
            row.spin.lineEdit().returnPressed.connect(self.entered)
        self.done_button = QPushButton(self.tr("Done"))
        self.done_button.setMinimumHeight(36)
        self.done_button.setToolTip(self.tr("Keep it as a new output (Ctrl+Return)"))
        self.done_button.clicked.connect(self.done_requested)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setMinimumHeight(36)
        self.cancel_button.setToolTip(self.tr("Throw the strokes away (Esc)"))
        self.cancel_button.clicked.connect(self.cancel_requested)
        for widget in (self.paint_button, self.restore_button):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # arrows stay with the frames
        self._lay_out(undo, redo)

    def _lay_out(self, undo: QAction, redo: QAction) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(10)
        column.addWidget(self.title)
        column.addWidget(self.paint_button)
        column.addLayout(indented(self.source_label, self.paint_button))
        column.addWidget(self.bar)
        column.addWidget(self.restore_button)
        column.addSpacing(6)
        column.addWidget(heading(self.tr("Brush")))
        for row in (self.diameter, self.hardness, self.opacity):
            column.addWidget(row)
        strokes = QHBoxLayout()
        for action in (undo, redo):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setMinimumHeight(28)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            strokes.addWidget(button, 1)
        column.addSpacing(6)
        column.addLayout(strokes)
        column.addSpacing(6)
        column.addWidget(
            explanation(
                self.tr(
                    "Choose a frame or another output below or with ← →, and paint where it is "
                    "better. Hold Tab to look at it. Space and drag moves the picture."
                )
            )
        )
        column.addStretch(1)
        column.addWidget(explanation(self.tr("Done makes a new output; the render stays.")))
        ends = QHBoxLayout()
        ends.addWidget(self.cancel_button)
        ends.addWidget(self.done_button, 1)
        column.addLayout(ends)

    @property
    def brush(self) -> Brush:
        """What the rows say."""
        return Brush(
            float(self.diameter.spin.value()),
            self.hardness.spin.value() / 100,
            self.opacity.spin.value() / 100,
        )

    @property
    def restoring(self) -> bool:
        """Whether the brush restores the render."""
        return self.restore_button.isChecked()

    def toggle_restoring(self) -> None:
        """Change between painting and restoring."""
        (self.paint_button if self.restoring else self.restore_button).setChecked(True)

    def resize_brush(self, notches: int) -> None:
        """Make the brush larger, or smaller for negative notches."""
        value = self.diameter.spin.value()
        scaled = round(value * _SIZE_STEP**notches)
        self.diameter.spin.setValue(scaled if scaled != value else value + notches)

    def harden_brush(self, notches: int) -> None:
        """Make the brush harder, or softer for negative notches."""
        self.hardness.spin.setValue(self.hardness.spin.value() + notches * _HARDNESS_STEP)

    def show_source(self, text: str) -> None:
        """Say what is painted."""
        self.source_label.setText(text)
        self.source_label.setToolTip(tip_text(text))

    def show_reading(self, fraction: float | None) -> None:
        """How far the source is read, 0 to 1; None when it is there."""
        self.bar.setVisible(fraction is not None)
        self.bar.setValue(round((fraction or 0.0) * 100))


class _Row(QWidget):
    """A slider and a number that are one."""

    def __init__(
        self, name: str, low: int, high: int, unit: str, tip: str, *, even: bool = True
    ) -> None:
        super().__init__()
        self._even, self._low, self._high = even, low, high
        self.spin = QSpinBox()
        self.spin.setRange(low, high)
        self.spin.setSuffix(unit)
        self.spin.setMinimumWidth(84)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the number has the keys
        for widget in (self.spin, self.slider):
            widget.setToolTip(tip)
            widget.setAccessibleName(name)
        self.label = QLabel(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.spin)
        self.slider.valueChanged.connect(lambda step: self.spin.setValue(self._value(step)))
        self.spin.valueChanged.connect(self._follow)
        self._follow(self.spin.value())

    def _value(self, step: int) -> int:
        share = step / _SLIDER_STEPS
        if self._even:
            return round(self._low + share * (self._high - self._low))
        return round(self._low * math.exp(share * math.log(self._high / self._low)))

    def _follow(self, value: int) -> None:
        if self._even:
            share = (value - self._low) / (self._high - self._low)
        else:
            share = math.log(value / self._low) / math.log(self._high / self._low)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * _SLIDER_STEPS))
        self.slider.blockSignals(False)
