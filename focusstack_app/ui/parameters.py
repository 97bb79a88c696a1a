"""How the frames become one picture; each parameter is explained where it is chosen."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.core.fusion import Align, Method, Mode
from focusstack_app.settings.schema import FusionSettings
from focusstack_app.ui.labels import explanation, heading, indented
from focusstack_app.ui.wheel import scroll_past
from focusstack_app.ui.wording import (
    method_names,
    method_sentences,
    mode_names,
    mode_sentences,
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the panel says.

    Attributes:
        method: Method.
        mode: Where the pixels come from (VAEEDOF only).
        overlap: Share of a tile that overlaps its neighbour, 0 to 0.5 (VAEEDOF only).
        align: Whether frames are registered first.
    """

    method: Method = Method.VAEEDOF
    mode: Mode = Mode.FAITHFUL
    overlap: float = 0.25
    align: Align = Align.AUTO

    @classmethod
    def of(cls, fusion: FusionSettings) -> Parameters:
        """What the preferences say."""
        return cls(fusion.method, fusion.mode, fusion.overlap, fusion.align)


PARAMETER_FIELDS = tuple(field.name for field in dataclasses.fields(Parameters))

Choice = TypeVar("Choice", bound=StrEnum)


class ChoiceList(QWidget, Generic[Choice]):
    """Radio buttons, each with a sentence below."""

    changed = Signal()

    def __init__(self, title: str, names: dict[Choice, str], sentences: dict[Choice, str]) -> None:
        super().__init__()
        self._buttons: dict[Choice, QRadioButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(heading(title))
        column.addSpacing(2)
        for choice, name in names.items():
            button = QRadioButton(name)
            button.setAccessibleDescription(sentences[choice])
            self._buttons[choice] = button
            self._group.addButton(button)
            column.addWidget(button)
            column.addLayout(indented(explanation(sentences[choice]), button))
            column.addSpacing(3)
            button.toggled.connect(self._on_toggled)

    @property
    def value(self) -> Choice:
        """What is chosen."""
        return next(choice for choice, button in self._buttons.items() if button.isChecked())

    def choose(self, choice: Choice) -> None:
        """Choose."""
        self._buttons[choice].setChecked(True)

    def _on_toggled(self, on: bool) -> None:
        if not on:
            return
        for button in self._buttons.values():  # Tab goes to what is chosen, from both sides
            policy = Qt.FocusPolicy.StrongFocus if button.isChecked() else Qt.FocusPolicy.ClickFocus
            button.setFocusPolicy(policy)
        self.changed.emit()


class ParameterPanel(QWidget):
    """Method, mode, alignment and overlap.

    Signals:
        changed: The parameters are others now.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.method = ChoiceList(self.tr("Method"), method_names(), method_sentences())
        self.mode = ChoiceList(self.tr("Mode"), mode_names(), mode_sentences())
        self.overlap = _Number()
        self.overlap.setRange(0, 50)
        self.overlap.setSingleStep(5)
        self.overlap.setSuffix(" %")
        self.overlap.setAccessibleName(self.tr("Overlap of tiles"))
        self.overlap.setKeyboardTracking(False)
        scroll_past(self.overlap)
        self._tiles = QWidget()
        tiles = QVBoxLayout(self._tiles)
        tiles.setContentsMargins(0, 0, 0, 0)
        tiles.setSpacing(2)
        row = QHBoxLayout()
        row.addWidget(heading(self.tr("Overlap")))
        row.addStretch()
        row.addWidget(self.overlap)
        tiles.addLayout(row)
        blend = self.tr("How far neighbouring tiles blend. More takes longer.")
        self.overlap.setAccessibleDescription(blend)
        tiles.addWidget(explanation(blend))
        self.align = QCheckBox(self.tr("Align frames"))
        undoes = self.tr(
            "Undoes shifts, turns and focus breathing; frames that fit stay untouched."
        )
        self.align.setAccessibleDescription(undoes)
        registration = QWidget()
        lines = QVBoxLayout(registration)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self.align)
        lines.addLayout(indented(explanation(undoes), self.align))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for part in (self.method, self.mode, registration, self._tiles):
            column.addWidget(part)
        column.addStretch()
        self.set_parameters(Parameters())
        self.method.changed.connect(self._on_changed)
        self.mode.changed.connect(self._on_changed)
        self.align.toggled.connect(self._on_changed)
        self.overlap.valueChanged.connect(self._on_changed)

    @property
    def parameters(self) -> Parameters:
        """What is chosen now."""
        align = Align.AUTO if self.align.isChecked() else Align.OFF
        return Parameters(self.method.value, self.mode.value, self.overlap.value() / 100, align)

    def set_parameters(self, parameters: Parameters) -> None:
        """Show other parameters."""
        self.method.choose(parameters.method)
        self.mode.choose(parameters.mode)
        self.overlap.setValue(round(parameters.overlap * 100))
        self.align.setChecked(parameters.align is Align.AUTO)

    def _on_changed(self) -> None:
        tiled = self.method.value is Method.VAEEDOF
        why = "" if tiled else self.tr("Pyramid has no modes and no tiles")
        for part in (self.mode, self._tiles):
            part.setEnabled(tiled)
            part.setToolTip(why)
        self.changed.emit()


class _Number(QSpinBox):
    """Leaves undo to the window, which knows what the number was."""

    def event(self, event: QEvent) -> bool:
        """Do not claim the keys of undo and redo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if event.matches(keys.Undo) or event.matches(keys.Redo):
                event.ignore()
                return False
        return super().event(event)
