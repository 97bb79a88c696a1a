"""Where files are offered to be saved."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from focusstack_app.core.assets import resources_dir
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.output import FileFormat, OutputOptions, format_of
from focusstack_app.core.pages import file_of
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.ui.wording import FORMAT_NAMES, format_text


def saving_folder(frames: Path) -> Path:
    """The folder of the frames, or of pictures where that is the program's or cannot be written.

    Args:
        frames: Their folder: it may lie on a locked card, or be gone.
    """
    if os.access(frames, os.W_OK) and not frames.is_relative_to(resources_dir()):
        return frames
    kind = QStandardPaths.StandardLocation.PicturesLocation
    pictures = Path(QStandardPaths.writableLocation(kind))
    return pictures if is_folder(pictures) else Path.home()


def patterns(kind: FileFormat) -> str:
    """What the files of a format are called, as dialogs want it: "*.tif *.tiff"."""
    return " ".join(f"*{suffix}" for suffix in kind.suffixes)


def picture_entry(kind: FileFormat, options: OutputOptions) -> str:
    """What a format of pictures is called in the dialog of a file."""
    return f"{format_text(kind, options)} ({patterns(kind)})"


def map_entry(kind: FileFormat) -> str:
    """The same of maps, and of what else has no options."""
    return f"{FORMAT_NAMES[kind]} ({patterns(kind)})"


def is_one_of(path: Path, sources: Sequence[FrameSource]) -> bool:
    """Whether a file is one of the frames."""
    return is_there(path) and any(
        is_there(file) and path.samefile(file) for file in {file_of(s.path) for s in sources}
    )


def ask_file(
    window: QWidget,
    title: str,
    proposal: Path,
    filters: Mapping[str, FileFormat],
    chosen: str,
    write: Callable[[Path, FileFormat], object],
) -> QFileDialog:
    """Ask for the file of a picture; the dialog asks before one is replaced.

    Args:
        window: Its parent.
        title: Of the dialog.
        proposal: The file that it begins with.
        filters: The formats to choose from, each with its entry.
        chosen: The entry that it begins with.
        write: Called with the file and the format that were chosen.

    Returns:
        The dialog, which is open.
    """
    dialog = QFileDialog(window, title, str(proposal.parent))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters(list(filters))
    dialog.selectNameFilter(chosen)
    dialog.setDefaultSuffix(proposal.suffix)
    dialog.selectFile(proposal.name)
    dialog.filterSelected.connect(lambda name: _change_suffix(dialog, filters[name]))
    dialog.fileSelected.connect(
        lambda name: write(Path(name), filters[dialog.selectedNameFilter()])
    )
    dialog.open()
    return dialog


def _change_suffix(dialog: QFileDialog, kind: FileFormat) -> None:
    """Give the name in a dialog the suffix of a format."""
    dialog.setDefaultSuffix(kind.suffixes[0])
    names = dialog.selectedFiles()
    if names and format_of(Path(names[0])) is not None:
        dialog.selectFile(Path(names[0]).with_suffix(kind.suffixes[0]).name)
