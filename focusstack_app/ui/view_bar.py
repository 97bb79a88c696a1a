"""The line above the picture: what is shown, and at which zoom."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QMenu,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from focusstack_app.ui.labels import ElidedLabel
from focusstack_app.ui.translation import number_text

ICON_SIDE_PX = 16
_GAP = 4
_DOT = " · "
_CAPTION_PX = 120  # the least that says something


class View(Enum):
    """What the viewer shows."""

    PREVIEW = "preview"
    SOURCE = "source"
    OUTPUT = "output"


class ViewBar(QWidget):
    """Chooses the view, says what is shown, and holds the zoom.

    Signals:
        view_chosen: A `View`.
    """

    view_chosen = Signal(object)

    def __init__(
        self,
        fit: QAction,
        actual_pixels: QAction,
        loupe: QAction,
        overlay: QMenu,
        compare: QMenu,
    ) -> None:
        super().__init__()
        self._buttons: dict[View, QToolButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(_GAP)
        for view, text, tip in (
            (
                View.PREVIEW,
                self.tr("Preview"),
                self.tr(
                    "The whole picture, fused quickly; what you zoom into follows at full quality"
                ),
            ),
            (View.SOURCE, self.tr("Source"), self.tr("The current frame as it was taken")),
            (View.OUTPUT, self.tr("Output"), self.tr("The selected render")),
        ):
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolTip(tip)
            button.setMinimumSize(68, 28)
            button.clicked.connect(lambda _, view=view: self.view_chosen.emit(view))
            group.addButton(button)
            row.addWidget(button)
            self._buttons[view] = button
        self.caption = _TwoLines()
        self.caption.setMinimumWidth(_CAPTION_PX)
        self.caption.setAccessibleName(self.tr("What is shown"))
        row.addSpacing(10)
        row.addWidget(self.caption, 1)
        self.zoom = QLabel()
        self.zoom.setAccessibleName(self.tr("Zoom"))
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.zoom.setMinimumWidth(self.zoom.fontMetrics().horizontalAdvance("1600 %"))
        row.addSpacing(8)
        for menu, text, tip in (
            (
                overlay,
                self.tr("Overlay"),
                self.tr(
                    "Where the output comes from, its depth, a view in 3D, warnings; what is sharp "
                    "in a frame"
                ),
            ),
            (
                compare,
                self.tr("Compare"),
                self.tr("Compare with a source or another output (hold Tab to peek)"),
            ),
        ):
            button = _MenuButton()
            button.setText(f"{text} ▾")
            button.setAccessibleName(text)
            button.setToolTip(tip)
            button.setMenu(menu)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setAutoRaise(True)
            button.setMinimumHeight(28)
            row.addWidget(button)
        self._fit_button = QToolButton()
        self._fit_button.setDefaultAction(fit)
        actual = QToolButton()
        actual.setDefaultAction(actual_pixels)
        magnifier = QToolButton()
        magnifier.setDefaultAction(loupe)
        magnifier.setToolTip(self.tr("Magnify what is under the pointer (L)"))
        self._in_menus = (self._fit_button, actual, magnifier)
        for button in self._in_menus:
            button.setAutoRaise(True)
            button.setMinimumHeight(28)
            button.setIconSize(QSize(ICON_SIDE_PX, ICON_SIDE_PX))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            row.addWidget(button)
        row.addWidget(self.zoom)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Without what goes where it is narrow."""
        hint = super().minimumSizeHint()
        rest = sum(b.sizeHint().width() + _GAP for b in self._in_menus if not b.isHidden())
        return QSize(hint.width() - rest, hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave what menus and keys have too to the caption, where that has little room."""
        super().resizeEvent(event)
        room = self.width() - self.minimumSizeHint().width()
        for button in self._in_menus:
            room -= button.sizeHint().width() + _GAP
            button.setVisible(room >= 0)

    def set_view(self, view: View) -> None:
        """Show which view it is."""
        self._buttons[view].setChecked(True)

    def set_available(self, view: View, available: bool) -> None:
        """Whether there is something to show in a view."""
        self._buttons[view].setEnabled(available)

    def set_zoom(self, scale: float) -> None:
        """Show the scale, device pixels per picture pixel."""
        percent = scale * 100
        self.zoom.setText(f"{number_text(percent, 0 if percent >= 10 else 1)} %")

    def button(self, view: View) -> QToolButton:
        """The button of a view."""
        return self._buttons[view]


class _MenuButton(QToolButton):
    """Has its arrow in its text: the one of the style hangs below the line, like a comma."""

    def initStyleOption(self, option: QStyleOptionToolButton) -> None:  # noqa: N802 - Qt's name
        """Without the arrow of the style."""
        super().initStyleOption(option)
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu


class _TwoLines(ElidedLabel):
    """Goes on in a second line, behind one of the dots of the text, before it gives way."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # what is below stays there

    def _elide(self) -> None:
        first, *rest = self._whole.split(_DOT)
        while rest and (longer := f"{first}{_DOT}{rest[0]}") == self._cut(longer):
            first = longer
            del rest[0]
        lines = (first, _DOT.join(rest)) if rest else (first,)
        self.setText("\n".join(self._cut(line) for line in lines))
