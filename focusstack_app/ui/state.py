"""What the window remembers by itself: where it was, the last folder, recent projects.

Nothing here is a preference: a file that is lost or damaged costs nothing and is not mentioned.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QLockFile

from focusstack_app.core.document import parsed
from focusstack_app.core.errors import OutputError
from focusstack_app.core.places import real
from focusstack_app.core.slabs import slabs_of
from focusstack_app.io.atomic import replacing

MOST_RECENT = 8
_PATIENCE_MS = 2000  # for another window that writes


@dataclass(frozen=True, slots=True)
class WindowState:
    """What is remembered.

    Attributes:
        geometry: Of the window, as Qt packs it, in base 64.
        folder: Where files were opened last; empty for the home folder.
        recent: Projects, the newest first.
        slabs: Frames of a slab, and how many of them the next one has, too.
    """

    geometry: str = ""
    folder: str = ""
    recent: tuple[str, ...] = ()
    slabs: tuple[int, int] = (10, 3)

    def with_recent(self, path: Path) -> WindowState:
        """With a project in front."""
        name = str(real(path))
        others = [other for other in self.recent if other != name]
        return replace(self, recent=(name, *others)[:MOST_RECENT])


def state_path() -> Path:
    """The file of this user."""
    folder = platformdirs.user_state_dir("focusstack_app", appauthor=False)
    return Path(folder) / "window.json"


def load_state(path: Path) -> WindowState:
    """What was remembered; nothing where the file is missing or damaged."""
    try:
        return _state(parsed(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return WindowState()


def change_state(path: Path, change: Callable[[WindowState], WindowState]) -> bool:
    """Change what the file says now, which other windows may have written; whether it worked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    lock = QLockFile(str(path.with_suffix(".lock")))
    lock.tryLock(_PATIENCE_MS)
    try:
        return _save_state(path, change(load_state(path)))
    finally:
        lock.unlock()


def _save_state(path: Path, state: WindowState) -> bool:
    try:
        with replacing(path, overwrite=True) as temporary:
            temporary.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    except (OSError, OutputError):
        return False
    return True


def _state(document: Any) -> WindowState:
    geometry, folder, recent = (document[name] for name in ("geometry", "folder", "recent"))
    if not all(isinstance(text, str) for text in (geometry, folder, *recent)):
        raise TypeError("texts only")
    state = WindowState(geometry, folder, tuple(recent))
    frames, overlap = document.get("slabs", state.slabs)
    slabs_of(1, frames, overlap)  # refuses what makes no slabs
    return replace(state, slabs=(frames, overlap))
