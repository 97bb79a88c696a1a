"""What is open is kept every minute, and offered again where the program did not end well.

Each running program has a file of its own in the state folder, with a lock beside it; a file
whose lock nobody holds was left by a crash.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer

from focusstack_app.core.errors import OutputError
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.project import PROJECT_SUFFIX, Project, save_project
from focusstack_app.ui.bridge import Bridge, Lane
from focusstack_app.ui.state import state_path

_EVERY_MS = 60_000


def recovery_folder() -> Path:
    """Where the files of this user are."""
    return state_path().with_name("recovery")


class Autosave(QObject):
    """Keeps a project while the program runs.

    A file that cannot be written costs nothing now and is not mentioned.

    Args:
        bridge: Runs the writing.
        unsaved: What would be lost now; None where nothing would.
        parent: The window.
    """

    def __init__(
        self, bridge: Bridge, unsaved: Callable[[], Project | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bridge, self._unsaved = bridge, unsaved
        self._kept: Project | None = None
        self._use(recovery_folder() / f"{uuid.uuid4().hex}{PROJECT_SUFFIX}")
        self._clock = QTimer(self, interval=_EVERY_MS)
        self._clock.timeout.connect(self.keep)
        self._clock.start()

    def keep(self) -> None:
        """Write what would be lost, if it is something else than before."""
        project = self._unsaved()
        if project == self._kept:
            return
        self._kept, path, lock = project, self.path, self._lock

        def work(progress: Progress) -> None:
            progress.checkpoint()
            try:
                if project is None:
                    path.unlink(missing_ok=True)
                    return
                path.parent.mkdir(parents=True, exist_ok=True)
                if lock.isLocked() or lock.tryLock(0):
                    save_project(path, project, overwrite=True)
            except (OSError, OutputError):
                pass

        self._bridge.submit(Lane.FILES, work)

    def lost(self) -> Path | None:
        """The newest file that a crash left, if there is one."""
        try:
            paths = sorted(
                recovery_folder().glob(f"*{PROJECT_SUFFIX}"),
                key=lambda path: path.stat().st_mtime,
                reverse=True,
            )
        except OSError:
            return None
        for path in paths:
            lock = _lock_of(path)
            if path != self.path and lock.tryLock(0):
                lock.unlock()
                return path
        return None

    def adopt(self, path: Path) -> None:
        """Go on with a file that a crash left."""
        self._use(path)
        self._lock.tryLock(0)

    def forget(self) -> None:
        """The program ends well: nothing is left behind."""
        self._clock.stop()
        try:
            self.path.unlink(missing_ok=True)
        except OSError:
            return  # it is offered once more than needed
        self._lock.unlock()

    def _use(self, path: Path) -> None:
        self.path, self._lock = path, _lock_of(path)


def _lock_of(path: Path) -> QLockFile:
    lock = QLockFile(str(path.with_suffix(".lock")))
    lock.setStaleLockTime(0)  # only the end of its process frees it
    return lock
