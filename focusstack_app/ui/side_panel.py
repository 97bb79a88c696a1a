"""The right side: parameters, Render, outputs, Export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.ui.display import Display
from focusstack_app.ui.labels import heading
from focusstack_app.ui.outputs import OutputList
from focusstack_app.ui.parameters import ParameterPanel
from focusstack_app.ui.render_panel import RenderPanel

WIDTH = 296
_MARGIN = 14


class SidePanel(QWidget):
    """Parameters above, outputs below.

    Args:
        display: What thumbnails are converted to.

    Signals:
        export_requested: "Export…" was pressed.
        retouch_requested: "Retouch" was pressed.
    """

    export_requested = Signal()
    retouch_requested = Signal()

    def __init__(self, display: Display) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.parameters = ParameterPanel()
        self.render_panel = RenderPanel()
        self.outputs = OutputList(display)
        self.export_button = QPushButton(self.tr("Export…"))
        self.export_button.setMinimumHeight(32)
        self.export_button.clicked.connect(self.export_requested)
        self.retouch_button = QPushButton(self.tr("Retouch"))
        self.retouch_button.setMinimumHeight(32)
        self.retouch_button.setToolTip(
            self.tr("Paint from the source frames into a copy of it (T)")
        )
        self.retouch_button.clicked.connect(self.retouch_requested)
        below = QWidget()
        buttons = QHBoxLayout(below)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.retouch_button, 1)
        buttons.addWidget(self.export_button, 1)
        inner = QWidget()
        inner_column = QVBoxLayout(inner)
        inner_column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, 4)
        inner_column.addWidget(self.parameters)
        scroll = _Scroll()
        scroll.setWidget(inner)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, _MARGIN)
        column.setSpacing(10)
        column.addWidget(scroll)
        column.addWidget(_padded(self.render_panel))
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFrameShadow(QFrame.Shadow.Sunken)
        column.addWidget(_padded(line))
        column.addWidget(_padded(heading(self.tr("Outputs"))))
        column.addWidget(_padded(self.outputs), 1)
        column.addWidget(_padded(below))


class _Scroll(QScrollArea):
    """Scrolls only where the window is too low."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Tab goes to what is inside, and it follows
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(120)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def setWidget(self, widget: QWidget) -> None:  # noqa: N802 - Qt's name
        """Take the widget without a ground of its own."""
        super().setWidget(widget)
        widget.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As high as what is inside."""
        inner = self.widget()
        return inner.sizeHint() if inner is not None else super().sizeHint()


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
    column.addWidget(widget)
    return holder
