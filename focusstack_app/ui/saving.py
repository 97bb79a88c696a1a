"""Where files are offered to be saved."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from focusstack_app.core.assets import resources_dir
from focusstack_app.core.places import is_folder


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
