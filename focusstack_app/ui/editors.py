"""One small editor per kind of setting, chosen by its type."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from focusstack_app.core.places import is_folder
from focusstack_app.inference.devices import possible_devices
from focusstack_app.settings.schema import Option, choices_of
from focusstack_app.ui.dialogs import ask_folder
from focusstack_app.ui.translation import said
from focusstack_app.ui.wheel import scroll_past
from focusstack_app.ui.wording import choice_text


class Editor(QWidget):
    """Shows a value and lets it be changed.

    Signals:
        changed: The user changed the value.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)

    @property
    def value(self) -> Any:
        """What is shown."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show another value, without announcing it."""
        self.blockSignals(True)
        self._set(value)
        self.blockSignals(False)

    def _set(self, value: Any) -> None:
        raise NotImplementedError


class ChoiceEditor(Editor):
    """One of a few values."""

    def __init__(self, choices: Sequence[Any], name: str) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.setAccessibleName(name)
        self.box.setAccessibleDescription(name)  # Linux takes what is chosen for the name
        for choice in choices:
            self.box.addItem(choice_text(choice), choice)
        self._choices = list(choices)
        self.box.setMinimumWidth(240)
        scroll_past(self.box)
        self.row.addWidget(self.box)
        self.row.addStretch()
        self.box.currentIndexChanged.connect(lambda _: self.changed.emit())

    @property
    def value(self) -> Any:
        """What is chosen."""
        return self._choices[self.box.currentIndex()]

    def _set(self, value: Any) -> None:
        if value not in self._choices:  # of another computer, or not installed any more
            self._choices.append(value)
            name = self.tr("{name} (not available here)").format(name=choice_text(value))
            self.box.addItem(name, value)
        self.box.setCurrentIndex(self._choices.index(value))


class CheckEditor(Editor):
    """Yes or no."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.box = QCheckBox(label)
        self.row.addWidget(self.box)
        self.box.toggled.connect(lambda _: self.changed.emit())

    @property
    def value(self) -> bool:
        """Whether it is checked."""
        return self.box.isChecked()

    def _set(self, value: Any) -> None:
        self.box.setChecked(value)


class NumberEditor(Editor):
    """A number in a range; whole, with two digits, or as percent."""

    def __init__(self, option: Option, type_: type) -> None:
        super().__init__()
        self._scale = 100 if option.editor == "percent" else 1
        self.box: QSpinBox | QDoubleSpinBox
        if type_ is int or self._scale == 100:
            self.box = QSpinBox()
            self.box.setRange(round(option.least * self._scale), round(option.most * self._scale))
            self.box.setSingleStep(round(option.step * self._scale))
        else:
            self.box = QDoubleSpinBox()
            self.box.setRange(option.least, option.most)
            self.box.setSingleStep(option.step)
            self.box.setDecimals(1)
        self.box.setAccessibleName(said(option.label))
        unit = "%" if self._scale == 100 else option.unit
        self.box.setSuffix(f" {unit}" if unit else "")
        self.box.setSpecialValueText(said(option.zero))
        self.box.setKeyboardTracking(False)
        scroll_past(self.box)
        self.box.setMinimumWidth(240 if option.zero else 100)
        self.row.addWidget(self.box)
        self.row.addStretch()
        self.box.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def value(self) -> Any:
        """The number."""
        return self.box.value() / self._scale if self._scale != 1 else self.box.value()

    def _set(self, value: Any) -> None:
        if isinstance(self.box, QSpinBox):
            self.box.setValue(round(value * self._scale))
        else:
            self.box.setValue(value)


class TextEditor(Editor):
    """A line of text."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.row.addWidget(self.line)
        self.line.textChanged.connect(lambda _: self.changed.emit())

    @property
    def value(self) -> str:
        """The text."""
        return self.line.text()

    def _set(self, value: Any) -> None:
        if self.line.text() != value:  # keeps the cursor where it is
            self.line.setText(value)


class FolderEditor(TextEditor):
    """A folder; empty means the usual one."""

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(name)
        self.line.setPlaceholderText(placeholder)
        self.line.setClearButtonEnabled(True)
        choose = QPushButton(self.tr("Choose…"))
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        self.row.addWidget(choose)

    def _choose(self) -> None:
        there = self.value and is_folder(Path(self.value))
        start = self.value if there else Path.home()
        title = self.tr("Choose a Folder")
        ask_folder(self, title, start, lambda folder: self.line.setText(str(folder)))


def make_editor(option: Option, type_: Any, models: Sequence[str]) -> Editor:
    """The editor of a setting.

    Args:
        option: The setting.
        type_: Its type.
        models: Ids of the installed models.
    """
    label = said(option.label)
    if option.editor == "folder":
        return FolderEditor(label, said(option.zero))
    if option.editor == "model":
        return ChoiceEditor(models, label)
    if option.editor == "device":
        return ChoiceEditor(possible_devices(), label)
    choices = choices_of(type_)
    if choices:
        return ChoiceEditor(choices, label)
    if type_ is bool:
        return CheckEditor(label)
    if type_ in (int, float):
        return NumberEditor(option, type_)
    return TextEditor(label)
