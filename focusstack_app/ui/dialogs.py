"""Small dialogs: about, the quick guide, the report of a bug."""

from __future__ import annotations

import platform
import sys
import traceback
from collections.abc import Callable, Sequence

import PySide6
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from focusstack_app import __version__

PROGRAM_NAME = "Focus Stack"

_STEPS = (
    ("Open", "Drop the frames of one focus bracket on the window, or a folder of them."),
    ("Check", "A preview appears. Click a frame to look at it; clear its box to leave it out."),
    ("Render", "Press Render and inspect the output at 100 %."),
    (
        "Export",
        "Save it; the preferences hold format and name.",
    ),
)
_KEYS = (
    ("Ctrl+O", "Open files"),
    ("Ctrl+Shift+O", "Open a folder"),
    ("Ctrl+B", "Batch: many stacks at once"),
    ("Ctrl+R", "Render"),
    ("Esc", "Stop the render"),
    ("Ctrl+E", "Export the output"),
    ("Ctrl+,", "Preferences"),
    ("← →", "Frame before, next frame"),
    ("Space", "Include the frame or leave it out (in the strip)"),
    ("Delete", "Remove the frame from the list; the file stays"),
    ("Tab (hold)", "Peek at the source"),
    ("W, S", "Compare by wipe, side by side"),
    ("P, D", "Overlay: where pixels come from, depth"),
    ("Wheel, + −", "Zoom at the pointer"),
    ("Drag", "Move the picture (also with Space or the middle button)"),
    ("Double-click", "Change between fit and 100 %"),
    ("Ctrl+0, Ctrl+1", "Fit, 100 %"),
    ("F11", "Full screen"),
)


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
        self.setWindowTitle("Error Report")
        self.resize(680, 420)
        intro = QLabel(
            "This is a fault of the program, not of your pictures. "
            "The report below helps to find it; it leaves your computer only if you send it."
        )
        intro.setWordWrap(True)
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        text.setAccessibleName("Error report")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton("Copy Report", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(intro)
        column.addWidget(text)
        column.addWidget(buttons)


class GuideDialog(QDialog):
    """The steps and the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Quick Guide")
        steps = "".join(f"<li><b>{name}</b> — {text}</li>" for name, text in _STEPS)
        keys = "".join(
            f"<tr><td style='padding:2px 18px 2px 0'><b>{key}</b></td>"
            f"<td style='padding:2px 0'>{text}</td></tr>"
            for key, text in _KEYS
        )
        label = QLabel(f"<h3>Four steps</h3><ol>{steps}</ol><h3>Keys</h3><table>{keys}</table>")
        label.setWordWrap(True)
        label.setMinimumWidth(520)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 12, 20, 16)
        column.addWidget(label)
        column.addWidget(buttons)


def show_about(parent: QWidget) -> None:
    """Say what the program is."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle(f"About {PROGRAM_NAME}")
    box.setIconPixmap(parent.windowIcon().pixmap(72, 72))
    box.setText(f"<b>{PROGRAM_NAME}</b><br>Version {__version__}")
    box.setInformativeText(
        "Makes one picture that is sharp all over from a focus bracket. "
        "Everything is computed on this computer."
    )
    box.open()


def ask_remove(parent: QWidget, name: str, on_remove: Callable[[], None]) -> None:
    """Ask before an output is forgotten that was never exported."""
    box = _question(parent, f"{name} is not exported yet.", "Removing it cannot be undone.")
    box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole).clicked.connect(on_remove)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.open()


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
    text = f"{names[0]} is not" if one else f"{len(names)} outputs are not"
    box = _question(
        parent,
        f"{text} exported yet.",
        "Closing throws it away." if one else "Closing throws them away.",
    )
    discard = box.addButton("Close without Exporting", QMessageBox.ButtonRole.DestructiveRole)
    discard.clicked.connect(on_discard)
    export = box.addButton("Export…", QMessageBox.ButtonRole.AcceptRole)
    export.clicked.connect(on_export)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(export)
    box.open()


def ask_stop_batch(parent: QWidget, on_stop: Callable[[], None]) -> None:
    """Ask before a running batch is stopped by closing the window."""
    box = _question(
        parent,
        "The batch is still running.",
        "Finished pictures stay; the next batch into the same folder goes on where it stopped.",
    )
    stop = box.addButton("Stop and Close", QMessageBox.ButtonRole.DestructiveRole)
    stop.clicked.connect(on_stop)
    box.addButton("Keep Running", QMessageBox.ButtonRole.RejectRole)
    box.open()


def _question(parent: QWidget, text: str, more: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(PROGRAM_NAME)
    box.setText(text)
    box.setInformativeText(more)
    return box
