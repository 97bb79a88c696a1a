"""Where all outputs go, and which of them, asked in a small dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLabel,
    QWidget,
)

from focusstack_app.ui.dialogs import action_buttons, lay_out
from focusstack_app.ui.editors import FolderEditor
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.wording import count_text

_WIDTH_PX = 520


class ExportAllDialog(QDialog):
    """A folder, and whether what was exported before is written again.

    Args:
        outputs: At least one.
        folder: What it begins with.
        written_as: How files are written, in words.
        parent: The window.

    Signals:
        chosen: A list of the outputs to write, and the folder.
    """

    chosen = Signal(object, object)

    def __init__(
        self, outputs: Sequence[Output], folder: Path, written_as: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export All Outputs"))
        self.setMinimumWidth(_WIDTH_PX)
        self._outputs, self._written_as = outputs, written_as
        self._new = [output for output in outputs if output.exported_to is None]
        mixed = 0 < len(self._new) < len(outputs)
        self.only_new = QCheckBox(self.tr("Only those that are not exported yet"), self)
        self.only_new.setToolTip(self.tr("Else all are written, some of them once more"))
        self.only_new.setChecked(mixed)
        self.only_new.setVisible(mixed)
        self.folder = FolderEditor(self.tr("Folder"), self.tr("Choose where the files go"))
        self.folder.setToolTip(self.tr("Where the files go; the folder is made if need be"))
        self.folder.show_value(str(folder))
        self.line = QLabel()
        buttons, self.export_button = action_buttons(self, self.tr("Export"), self._accept)
        lay_out(
            self,
            self.tr(
                "Each output becomes a file, named as the preferences say; slabs have their "
                "number, too. No file is replaced: a name that exists gets a number."
            ),
            [(self.tr("Folder"), self.folder)],
            *([self.only_new] if mixed else []),
            self.line,
            buttons,
        )
        self._refresh()
        self.only_new.toggled.connect(self._refresh)
        self.folder.changed.connect(self._refresh)

    def _asked(self) -> Sequence[Output]:
        return self._new if self.only_new.isChecked() else self._outputs

    def _folder(self) -> Path:
        return Path(self.folder.value.strip())

    def _refresh(self) -> None:
        files = count_text(len(self._asked()), "file")
        again = "" if self._new else self.tr("All are exported already, and written once more.")
        self.line.setText(f"{files}: {self._written_as}\n{again}".strip())
        self.export_button.setEnabled(self._folder().is_absolute())  # "slabs" would be anywhere

    def _accept(self) -> None:
        self.accept()
        self.chosen.emit(list(self._asked()), self._folder())
