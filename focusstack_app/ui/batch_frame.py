"""What the window of a batch is made of."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from focusstack_app.ui.banner import Banner
from focusstack_app.ui.batch_form import BatchForm, plain_button
from focusstack_app.ui.batch_history import BatchHistory, UndoButtons
from focusstack_app.ui.batch_watch import WatchedRows
from focusstack_app.ui.display import Display, ReadProfile
from focusstack_app.ui.preferences import Preferences
from focusstack_app.ui.screens import begin_with
from focusstack_app.ui.stack_tree import StackTree

STEPS = 1000  # of the bar


class BatchFrame(QDialog):
    """The list, the form and the buttons; `BatchWindow` says what they do.

    Args:
        preferences: Format, name and how pictures are written.
        read_profile: Reads the profile of a screen.
        parent: The main window.
    """

    def __init__(
        self, preferences: Preferences, read_profile: ReadProfile, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(self.tr("Batch"))
        self.setAcceptDrops(True)
        begin_with(self, 1100, 680)
        self.setMinimumSize(720, 440)
        self.banner = Banner()
        self.tree = StackTree(Display(self, read=read_profile))
        self.watched = WatchedRows(self.tree)
        self.add_button = plain_button(
            self.tr("Add Folder…"), self.tr("A folder of stacks, or one with many frames")
        )
        self.merge_button = plain_button(
            self.tr("Merge"), self.tr("Make one stack of the selected ones")
        )
        self.split_button = plain_button(
            self.tr("Split Here"),
            self.tr("Begin a new stack with the selected frame: open a stack with its arrow"),
        )
        self.remove_button = plain_button(
            self.tr("Remove"), self.tr("Take the selected stacks out; files stay")
        )
        self.history = BatchHistory(self.tree, self)
        self.undo_buttons = UndoButtons(self.history)
        self.count_label = QLabel()
        top = QHBoxLayout()
        for button in (self.add_button, self.merge_button, self.split_button, self.remove_button):
            top.addWidget(button)
        top.addWidget(self.undo_buttons)
        top.addStretch()
        top.addWidget(self.count_label)
        self.form = BatchForm(preferences)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the batch"))
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setMinimumWidth(1)  # else no narrower than its longest word
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.open_button = plain_button(
            self.tr("Open Folder"), self.tr("Show the pictures in the file manager")
        )
        self.copy_button = plain_button(
            self.tr("Copy Report"), self.tr("All stacks and how they ended, as text")
        )
        self.pause_button = plain_button(
            self.tr("Pause"), self.tr("Finish the stack that runs and wait")
        )
        self.stop_button = plain_button(
            self.tr("Stop"), self.tr("Stop now; finished pictures stay")
        )
        self.start_button = plain_button(
            self.tr("Start"), self.tr("Make a picture of every stack that is checked")
        )
        self.start_button.setDefault(True)
        bottom = QHBoxLayout()
        bottom.addWidget(self.open_button)
        bottom.addWidget(self.copy_button)
        bottom.addStretch()
        for button in (self.pause_button, self.stop_button, self.start_button):
            button.setMinimumWidth(90)
            bottom.addWidget(button)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.banner)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        column.addWidget(self.form)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        column.addLayout(bottom)
