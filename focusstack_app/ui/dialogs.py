"""Small dialogs: questions, and the report of a bug."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from focusstack_app import __version__
from focusstack_app.ui.labels import explanation
from focusstack_app.ui.screens import begin_with
from focusstack_app.ui.translation import tr

PROGRAM_NAME = "Focus Stack"


def error_report(error: BaseException) -> str:
    """Everything that a bug report needs, as text."""
    lines = [
        f"{PROGRAM_NAME} {__version__}",
        f"Python {sys.version.split()[0]}, PySide6 {PySide6.__version__}, {platform.platform()}",
        "",
        "".join(traceback.format_exception(error)).rstrip(),
    ]
    return "\n".join(lines)


class ReportDialog(QDialog):
    """The report of a bug, to copy."""

    def __init__(self, report: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Error Report"))
        begin_with(self, 680, 420)
        intro = QLabel(
            self.tr(
                "This is a fault of the program, not of your pictures. "
                "The report below helps to find it; it leaves your computer only if you send it."
            )
        )
        intro.setWordWrap(True)
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setAccessibleName(self.tr("Error report"))
        buttons = close_buttons(self)
        copy = buttons.addButton(self.tr("Copy Report"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.setToolTip(self.tr("To send it, or to keep it"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        column = QVBoxLayout(self)
        column.addWidget(intro)
        column.addWidget(text)
        column.addWidget(buttons)


def close_buttons(dialog: QDialog) -> QDialogButtonBox:
    """The lower edge of a dialog that is only closed; others can be added.

    Without the icon of the style: it is black, also on dark ground.
    """
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    close = buttons.button(QDialogButtonBox.StandardButton.Close)
    close.setIcon(QIcon())
    close.setToolTip(tr("Close this window (Esc)"))
    close.setDefault(True)
    buttons.rejected.connect(dialog.reject)
    return buttons


def action_buttons(
    dialog: QDialog, text: str, act: Callable[[], None]
) -> tuple[QDialogButtonBox, QPushButton]:
    """The lower edge of a dialog that acts or is cancelled, and the button that acts."""
    buttons = QDialogButtonBox()
    action = buttons.addButton(text, QDialogButtonBox.ButtonRole.AcceptRole)
    action.setDefault(True)
    buttons.addButton(QDialogButtonBox.StandardButton.Cancel).setIcon(QIcon())
    buttons.accepted.connect(act)
    buttons.rejected.connect(dialog.reject)
    return buttons, action


def lay_out(
    dialog: QDialog, about: str, fields: Sequence[tuple[str, QWidget]], *below: QWidget
) -> None:
    """Fill a small dialog.

    Args:
        dialog: It is gone once it is closed.
        about: What comes of it, above all else.
        fields: What can be chosen, each behind its title.
        below: What follows; the buttons last.
    """
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    form = QFormLayout()
    form.setHorizontalSpacing(16)
    for title, field in fields:
        form.addRow(title, field)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 16, 20, 16)
    column.setSpacing(14)
    column.addWidget(explanation(about))
    column.addLayout(form)
    for widget in below:
        column.addWidget(widget)


def ask_folder(
    parent: QWidget, title: str, start: Path | str, then: Callable[[Path], None]
) -> None:
    """Ask for a folder that exists, and go on with it."""
    dialog = QFileDialog(parent, title, str(start))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def ask_close(
    parent: QWidget,
    names: Sequence[str],
    on_export: Callable[[], None],
    on_discard: Callable[[], None],
) -> None:
    """Ask before outputs are lost that were never exported.

    Args:
        parent: The window that is to be closed.
        names: Of the outputs, at least one.
        on_export: Called when they are to be exported after all.
        on_discard: Called when they may be lost.
    """
    text = tr("%n output(s) are not exported yet.", "", len(names))
    more = tr("Closing throws them away.")
    if len(names) == 1:
        text = tr("{name} is not exported yet.").format(name=names[0])
        more = tr("Closing throws it away.")
    lose = tr("Close without Exporting"), on_discard
    _ask(parent, text, more, act=(tr("Export…"), on_export), lose=lose)


def ask_drop_strokes(parent: QWidget, on_drop: Callable[[], None]) -> None:
    """Ask before the strokes of a retouch are thrown away."""
    text, more = tr("The retouch is not finished."), tr("Its strokes would be lost.")
    lose = tr("Throw Strokes Away"), on_drop
    _ask(parent, text, more, lose=lose, stay=tr("Go On Retouching"))


def ask_recover(
    parent: QWidget, when: str, on_open: Callable[[], None], on_forget: Callable[[], None]
) -> None:
    """Offer what was open when the program ended without being closed, now or at the next start."""
    more = tr("The frames that were open, and how they were to be fused, were kept {when}.")
    _ask(
        parent,
        tr("The program was not closed properly."),
        more.format(when=when),
        act=(tr("Open Them Again"), on_open),
        lose=(tr("Forget Them"), on_forget),
        stay=tr("Not Now"),
    )


def ask_save(
    parent: QWidget,
    name: str,
    on_save: Callable[[], None],
    on_discard: Callable[[], None],
    *,
    opening: bool,
) -> None:
    """Ask before changes of a project are lost, by closing or by opening something else."""
    more, without = tr("Closing loses the changes."), tr("Close without Saving")
    if opening:
        more, without = tr("Opening other frames loses the changes."), tr("Open without Saving")
    text = tr("{name} has changed since it was saved.").format(name=name)
    _ask(parent, text, more, act=(tr("Save"), on_save), lose=(without, on_discard))


def ask_stop_batch(parent: QWidget, on_stop: Callable[[], None]) -> None:
    """Ask before a running batch is stopped by closing the window."""
    more = tr(
        "Finished pictures stay; the next batch into the same folder goes on where it stopped."
    )
    lose = tr("Stop and Close"), on_stop
    _ask(parent, tr("The batch is still running."), more, lose=lose, stay=tr("Keep Running"))


def ask_stop_renders(parent: QWidget, count: int, on_stop: Callable[[], None]) -> None:
    """Ask before open renders are stopped by closing the window."""
    text = tr("%n render(s) are not finished.", "", count)
    more = tr("Closing stops what runs, and nothing of it is kept.")
    lose = tr("Stop and Close"), on_stop
    _ask(parent, text, more, lose=lose, stay=tr("Keep Running"))


Answer = tuple[str, Callable[[], None]]  # a button, and what is called when it is pressed


def _ask(
    parent: QWidget,
    text: str,
    more: str,
    *,
    act: Answer | None = None,
    lose: Answer,
    stay: str = "",
) -> None:
    """Ask before something is lost.

    Args:
        parent: The window.
        text: What is the case.
        more: What would become of it.
        lose: Throws it away.
        act: Saves it. Enter does that, where it can be done; else it leaves all as it is.
        stay: Leaves all as it is; Cancel by default.
    """
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(PROGRAM_NAME)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(more)
    role = QMessageBox.ButtonRole
    box.addButton(lose[0], role.DestructiveRole).clicked.connect(lose[1])
    if act is not None:
        saving = box.addButton(act[0], role.AcceptRole)
        saving.clicked.connect(act[1])
    if stay:
        staying = box.addButton(stay, role.RejectRole)
    else:  # without the icon of the style, as `close_buttons`
        staying = box.addButton(QMessageBox.StandardButton.Cancel)
        staying.setIcon(QIcon())
    box.setDefaultButton(staying if act is None else saving)
    box.open()
