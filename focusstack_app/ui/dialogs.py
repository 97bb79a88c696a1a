"""Small dialogs: questions, and the report of a bug."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Callable, Sequence

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from focusstack_app import __version__
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

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
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
    one = len(names) == 1
    box = _question(
        parent,
        tr("{name} is not exported yet.").format(name=names[0])
        if one
        else tr("%n output(s) are not exported yet.", "", len(names)),
        tr("Closing throws it away.") if one else tr("Closing throws them away."),
    )
    discard = box.addButton(tr("Close without Exporting"), QMessageBox.ButtonRole.DestructiveRole)
    discard.clicked.connect(on_discard)
    export = box.addButton(tr("Export…"), QMessageBox.ButtonRole.AcceptRole)
    export.clicked.connect(on_export)
    _add_cancel(box)
    box.setDefaultButton(export)
    box.open()


def ask_drop_strokes(parent: QWidget, on_drop: Callable[[], None]) -> None:
    """Ask before the strokes of a retouch are thrown away."""
    box = _question(parent, tr("The retouch is not finished."), tr("Its strokes would be lost."))
    drop = box.addButton(tr("Throw Strokes Away"), QMessageBox.ButtonRole.DestructiveRole)
    drop.clicked.connect(on_drop)
    keep = box.addButton(tr("Go On Retouching"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.open()


def ask_recover(
    parent: QWidget, when: str, on_open: Callable[[], None], on_forget: Callable[[], None]
) -> None:
    """Offer what was open when the program ended without being closed, now or at the next start."""
    box = _question(
        parent,
        tr("The program was not closed properly."),
        tr("The frames that were open, and how they were to be fused, were kept {when}.").format(
            when=when
        ),
    )
    again = box.addButton(tr("Open Them Again"), QMessageBox.ButtonRole.AcceptRole)
    again.clicked.connect(on_open)
    forget = box.addButton(tr("Forget Them"), QMessageBox.ButtonRole.DestructiveRole)
    forget.clicked.connect(on_forget)
    box.addButton(tr("Not Now"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(again)
    box.open()


def ask_save(
    parent: QWidget,
    name: str,
    on_save: Callable[[], None],
    on_discard: Callable[[], None],
    *,
    opening: bool = False,
) -> None:
    """Ask before changes of a project are lost, by closing or by opening something else."""
    box = _question(
        parent,
        tr("{name} has changed since it was saved.").format(name=name),
        tr("Opening other frames loses the changes.")
        if opening
        else tr("Closing loses the changes."),
    )
    save = box.addButton(tr("Save"), QMessageBox.ButtonRole.AcceptRole)
    save.clicked.connect(on_save)
    without = tr("Open without Saving") if opening else tr("Close without Saving")
    discard = box.addButton(without, QMessageBox.ButtonRole.DestructiveRole)
    discard.clicked.connect(on_discard)
    _add_cancel(box)
    box.setDefaultButton(save)
    box.open()


def ask_stop_batch(parent: QWidget, on_stop: Callable[[], None]) -> None:
    """Ask before a running batch is stopped by closing the window."""
    box = _question(
        parent,
        tr("The batch is still running."),
        tr("Finished pictures stay; the next batch into the same folder goes on where it stopped."),
    )
    _ask_stop(box, on_stop)


def ask_stop_renders(parent: QWidget, count: int, on_stop: Callable[[], None]) -> None:
    """Ask before open renders are stopped by closing the window."""
    box = _question(
        parent,
        tr("%n render(s) are not finished.", "", count),
        tr("Closing stops what runs, and nothing of it is kept."),
    )
    _ask_stop(box, on_stop)


def _ask_stop(box: QMessageBox, on_stop: Callable[[], None]) -> None:
    """Enter keeps what runs."""
    stop = box.addButton(tr("Stop and Close"), QMessageBox.ButtonRole.DestructiveRole)
    stop.clicked.connect(on_stop)
    keep = box.addButton(tr("Keep Running"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.open()


def _add_cancel(box: QMessageBox) -> None:
    """Without the icon of the style, as `close_buttons`."""
    box.addButton(QMessageBox.StandardButton.Cancel).setIcon(QIcon())


def _question(parent: QWidget, text: str, more: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(PROGRAM_NAME)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(more)
    return box
