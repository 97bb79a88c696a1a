"""The preferences: who holds them, and the dialog that is made from their schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.core.errors import OutputError
from focusstack_app.core.naming import NameFacts, filled_name, template_problem
from focusstack_app.core.places import is_folder
from focusstack_app.inference.manifest import installed_models
from focusstack_app.settings.checking import Problem, value_problem
from focusstack_app.settings.schema import (
    ExportSettings,
    FusionSettings,
    InterfaceSettings,
    Option,
    Settings,
    options_of,
    types_of,
)
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.banner import Tone, ToneLabel
from focusstack_app.ui.editors import CheckEditor, Editor, make_editor
from focusstack_app.ui.labels import explanation
from focusstack_app.ui.screens import begin_with
from focusstack_app.ui.translation import said, tr

Page = FusionSettings | ExportSettings | InterfaceSettings
EXAMPLE = NameFacts("beetle", "IMG_0412", "IMG_0434", "23", "2026-05-17", "vaeedof", "faithful")


class Preferences(QObject):
    """Holds the settings of the program, keeps them on disk, and shows the dialog.

    Signals:
        changed: The `Settings` before; `settings` are those from now on.
        failed: The error where they could not be saved; they hold nevertheless.
    """

    changed = Signal(object)
    failed = Signal(object)

    def __init__(self, store: SettingsStore, window: QWidget) -> None:
        super().__init__(window)
        self._store = store
        self._window = window
        self._dialog: PreferencesDialog | None = None
        loaded = store.load()
        self.settings = loaded.settings
        self.problems: tuple[Problem, ...] = loaded.problems

    def change(self, settings: Settings) -> None:
        """Take other settings and save what changed: another window may have saved the rest."""
        if settings == self.settings:
            return
        before, self.settings = self.settings, settings
        try:
            self._store.save(_changed(self._store.load().settings, before, settings))
            self.problems = ()  # they were in the file before
        except OutputError as error:
            self.failed.emit(error)
        if self._dialog is not None:
            self._dialog.take(settings)
        self.changed.emit(before)

    def open(self) -> PreferencesDialog:
        """Show the dialog, or bring it to the front."""
        if self._dialog is None:
            models = [model.id for model in installed_models()]
            self._dialog = PreferencesDialog(self.settings, self.problems, models, self._window)
            self._dialog.changed.connect(self.change)
            self._dialog.finished.connect(self._on_closed)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        return self._dialog

    def _on_closed(self) -> None:
        self._dialog = None


class PreferencesDialog(QDialog):
    """All settings, a tab per page; what is changed holds at once.

    Signals:
        changed: The new `Settings`.
    """

    changed = Signal(object)

    def __init__(
        self,
        settings: Settings,
        problems: Sequence[Problem],
        models: Sequence[str],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        begin_with(self, 640, 700)
        self.setMinimumSize(560, 320)
        self._settings = settings
        titles = {
            "fusion": self.tr("Fusion"),
            "export": self.tr("Export"),
            "interface": self.tr("Window"),
        }
        self.tabs = QTabWidget()
        self.pages: dict[str, SettingsPage] = {}
        for field in dataclasses.fields(settings):
            page = SettingsPage(getattr(settings, field.name), models)
            for problem in problems:
                if problem.page == field.name and problem.name in page.editors:
                    page.show_problem(problem.name, self._in_file(problem.message))
            page.changed.connect(self._on_changed)
            self.pages[field.name] = page
            scroll = QScrollArea()
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QScrollArea.Shape.NoFrame)
            scroll.setWidget(page)
            self.tabs.addTab(scroll, titles[field.name])
        self.reset_button = QPushButton(self.tr("Reset This Page"))
        self.reset_button.setToolTip(self.tr("Give every setting of this page its first value"))
        self.reset_button.setAutoDefault(False)
        self.reset_button.clicked.connect(self._reset)
        close = QPushButton(self.tr("Close"))
        close.setToolTip(tr("Close this window (Esc)"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        note = explanation(self.tr("Changes hold at once and for the next start."))
        buttons = QHBoxLayout()
        buttons.addWidget(self.reset_button)
        buttons.addWidget(note, 1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        self.elsewhere = _problem_label()
        homeless = [
            problem.said
            for problem in problems
            if problem.page not in self.pages
            or problem.name not in self.pages[problem.page].editors
        ]
        self.elsewhere.setText("\n".join(self._in_file(text) for text in homeless))
        self.elsewhere.setVisible(bool(homeless))
        column.addWidget(self.elsewhere)
        column.addWidget(self.tabs)
        column.addLayout(buttons)

    def take(self, settings: Settings) -> None:
        """Show what was changed elsewhere; else the next change here would take it back."""
        self._settings = settings
        for name, page in self.pages.items():
            page.take(getattr(settings, name))

    def _in_file(self, problem: str) -> str:
        return self.tr("In the file: {problem}").format(problem=said(problem))

    def _on_changed(self) -> None:
        pages = {name: page.page for name, page in self.pages.items()}
        self._settings = dataclasses.replace(self._settings, **pages)
        self.changed.emit(self._settings)

    def _reset(self) -> None:
        name = list(self.pages)[self.tabs.currentIndex()]
        self.pages[name].reset()


class SettingsPage(QWidget):
    """The editors of one page.

    Signals:
        changed: `page` is another one now.
    """

    changed = Signal()

    def __init__(self, page: Any, models: Sequence[str]) -> None:
        super().__init__()
        self.page = page
        self._options = options_of(type(page))
        self._types = types_of(type(page))
        self._models = models
        self.editors: dict[str, Editor] = {}
        self._helps: dict[str, QLabel] = {}
        self.problem_labels: dict[str, QLabel] = {}
        self._rows: dict[str, list[QWidget]] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for name, option in self._options.items():
            self._add(grid, name, option)
        grid.setRowStretch(grid.rowCount(), 1)
        self._refresh()

    def show_problem(self, name: str, message: str) -> None:
        """Say below an editor what is wrong; an empty message takes it away."""
        label = self.problem_labels[name]
        label.setText(said(message))
        label.setVisible(bool(message) and self._used(name))

    def take(self, page: Page) -> None:
        """Show these values."""
        if page != self.page:
            self.page = page
            self._refresh()

    def reset(self) -> None:
        """Give every setting its first value."""
        self.page = type(self.page)()
        for name in self._options:
            self.show_problem(name, "")
        self._refresh()
        self.changed.emit()

    def _add(self, grid: QGridLayout, name: str, option: Option) -> None:
        editor = make_editor(option, self._types[name], self._models)
        editor.setToolTip(said(option.help))
        label = QLabel("" if isinstance(editor, CheckEditor) else said(option.label))
        label.setBuddy(editor)
        help_label = explanation(said(option.help))
        problem = _problem_label()
        gap = QWidget()
        gap.setFixedHeight(10)
        row = grid.rowCount()
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(editor, row, 1)
        grid.addWidget(problem, row + 1, 1)
        grid.addWidget(help_label, row + 2, 1)
        grid.addWidget(gap, row + 3, 1)
        self.editors[name], self.problem_labels[name] = editor, problem
        self._helps[name] = help_label
        self._rows[name] = [label, editor, help_label, gap]
        editor.changed.connect(lambda: self._on_edited(name))

    def _on_edited(self, name: str) -> None:
        option, value = self._options[name], self.editors[name].value
        message = value_problem(option, self._types[name], value) or self._place_problem(name)
        self.show_problem(name, message)
        if not message:
            self.page = dataclasses.replace(self.page, **{name: value})
            self._refresh()
            self.changed.emit()

    def _place_problem(self, name: str) -> str:
        """What is wrong with a folder or a model on this computer."""
        option, value = self._options[name], self.editors[name].value
        if option.editor == "folder" and value and not is_folder(Path(value)):
            return self.tr("There is no such folder; the one before stays.")
        if option.editor == "model" and value not in self._models:
            return self.tr("This model is not installed.")
        return ""

    def _refresh(self) -> None:
        for name, editor in self.editors.items():
            if not self.problem_labels[name].text():
                editor.show_value(getattr(self.page, name))
            for widget in self._rows[name]:
                widget.setVisible(self._used(name))
            self._helps[name].setText(self._help(name))

    def _used(self, name: str) -> bool:
        used = self._options[name].used
        return used is None or used(self.page)

    def _help(self, name: str) -> str:
        """The help of a setting, with an example where it is a name."""
        option = self._options[name]
        if option.check is not template_problem:
            return said(option.help)
        suffix = self.page.format.suffixes[0]
        example = f"{filled_name(getattr(self.page, name), EXAMPLE)}{suffix}"
        return self.tr("For example {file}.").format(file=example) + f" {said(option.help)}"


def _problem_label() -> QLabel:
    label = ToneLabel(Tone.ERROR)
    label.hide()
    return label


def _changed(kept: Settings, before: Settings, after: Settings) -> Settings:
    """What is kept, with what differs between two settings."""
    pages = {
        page.name: dataclasses.replace(
            getattr(kept, page.name),
            **changed_fields(getattr(before, page.name), getattr(after, page.name)),
        )
        for page in dataclasses.fields(after)
    }
    return Settings(**pages)


def changed_fields(before: Page, after: Page) -> dict[str, Any]:
    """The fields that differ, with their new values."""
    return {
        field.name: getattr(after, field.name)
        for field in dataclasses.fields(after)
        if getattr(after, field.name) != getattr(before, field.name)
    }
