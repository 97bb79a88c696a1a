"""Where the pictures of a batch go, how they are named and how they are written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSpinBox, QWidget

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.naming import filled_name, template_problem
from focusstack_app.core.output import FileFormat
from focusstack_app.jobs.results_folders import BatchTarget
from focusstack_app.settings.schema import Settings
from focusstack_app.ui.banner import Tone, ToneLabel
from focusstack_app.ui.editors import CheckEditor, ChoiceEditor, FolderEditor, TextEditor
from focusstack_app.ui.labels import explanation
from focusstack_app.ui.preferences import EXAMPLE, Preferences
from focusstack_app.ui.translation import said
from focusstack_app.ui.wheel import scroll_past
from focusstack_app.ui.wording import format_text, request_text, shortened


class BatchForm(QWidget):
    """Folder, name and format, each with what comes of it.

    Args:
        preferences: How it begins, and how files are written.

    Signals:
        changed: The target is another one now.
    """

    changed = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self._preferences = preferences
        export = preferences.settings.export
        self.folder = FolderEditor(
            self.tr("Folder of the pictures"), self.tr("Choose where the pictures go")
        )
        self.folder.setToolTip(self.tr("Where the pictures go; the folder is made if need be"))
        self.name = TextEditor(self.tr("Name"))
        self.name.setToolTip(self.tr("How the pictures are called"))
        self.name.show_value(export.batch_name)
        self.format = ChoiceEditor(tuple(FileFormat), self.tr("Format"))
        self.format.setToolTip(self.tr("How the pictures are written"))
        self.format.show_value(export.format)
        self.preferences_button = plain_button(
            self.tr("Preferences…"), self.tr("How the frames are fused, and how files are written")
        )
        self.preferences_button.clicked.connect(lambda: preferences.open())
        self.format.row.insertWidget(1, self.preferences_button)
        self.name_note = explanation("")
        self.name_note.setMinimumWidth(1)  # else no narrower than a long name
        self.name_problem = ToneLabel(Tone.ERROR)
        self.watch = CheckEditor(self.tr("Watch for new stacks"))
        self.watch.setToolTip(
            self.tr(
                "Go on looking at the folders, and fuse stacks as they come: while you shoot "
                "tethered, or while a card is copied"
            )
        )
        self.wait = QSpinBox()
        self.wait.setRange(2, 3600)
        self.wait.setValue(export.batch_wait_s)
        self.wait.setSuffix(self.tr(" s"))
        self.wait.setAccessibleName(self.tr("Wait"))
        self.wait.setEnabled(False)
        scroll_past(self.wait)
        complete = QLabel(self.tr("A stack is complete when nothing came for"))
        complete.setEnabled(False)
        self.watch.row.addSpacing(16)
        self.watch.row.addWidget(complete)
        self.watch.row.addWidget(self.wait)
        self.watch.row.addStretch()
        self.watch.box.toggled.connect(self.wait.setEnabled)
        self.watch.box.toggled.connect(complete.setEnabled)
        self.watch.changed.connect(self.changed)
        self.format_note = explanation("")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for number, (title, editor, note) in enumerate(
            (
                (self.tr("Save to"), self.folder, None),
                (self.tr("Name"), self.name, self.name_note),
                (self.tr("Format"), self.format, self.format_note),
            )
        ):
            grid.addWidget(QLabel(title), 2 * number, 0)
            grid.addWidget(editor, 2 * number, 1)
            if note is not None:
                grid.addWidget(note, 2 * number + 1, 1)
            editor.changed.connect(self.changed)
        grid.addWidget(self.watch, 6, 1)
        grid.addWidget(self.name_problem, 3, 1)  # instead of the note
        grid.setColumnStretch(1, 1)
        preferences.changed.connect(self._on_preferences_changed)

    @property
    def target(self) -> BatchTarget:
        """Where the pictures go."""
        return BatchTarget(
            Path(self.folder.value),
            self.name.value,
            self.format.value,
            self._preferences.settings.export.options,
        )

    @property
    def problem(self) -> str:
        """What is wrong with the name; empty where nothing is."""
        return template_problem(self.name.value)

    @property
    def ready(self) -> bool:
        """Whether it is known where the pictures go."""
        return not self.problem and bool(self.folder.value)

    def _on_preferences_changed(self, before: Settings) -> None:
        """Follow what was changed there, unless a batch runs with what is shown."""
        was, now = before.export, self._preferences.settings.export
        if not self.isEnabled():
            return
        if now.batch_name != was.batch_name:
            self.name.show_value(now.batch_name)
        if now.format != was.format:
            self.format.show_value(now.format)
        if now.batch_wait_s != was.batch_wait_s:
            self.wait.setValue(now.batch_wait_s)

    def keep_wait(self) -> None:
        """Begin with the present wait the next time, too: how fast a camera is does not change."""
        settings, wait_s = self._preferences.settings, self.wait.value()
        export = replace(settings.export, batch_wait_s=wait_s)
        self._preferences.change(replace(settings, export=export))

    def explain(self, example: str = "", request: FusionRequest | None = None) -> None:
        """Say what is made.

        Args:
            example: What the picture of a stack is called; there may be none.
            request: What is asked for that stack.
        """
        target = self.target
        self.name_problem.setText(said(self.problem))
        self.name_problem.setVisible(bool(self.problem))
        self.name_note.setVisible(not self.problem)
        if not self.problem:
            example = example or f"{filled_name(target.template, EXAMPLE)}{target.kind.suffixes[0]}"
            example = self.tr("For example {file}.").format(file=example)
            words = self.tr(
                "Words in braces: {stack}, {first}, {last}, {frames}, {date}, {method}, {mode}."
            )
            self.name_note.setText(shortened(f"{example} {words}"))
        note = format_text(target.kind, target.options)
        if request is not None:
            note = self.tr("{format}; fused with {method}").format(
                format=note, method=request_text(request)
            )
        self.format_note.setText(f"{note}.")


def plain_button(text: str, tip: str) -> QPushButton:
    """A button that Enter in a field does not press."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button
