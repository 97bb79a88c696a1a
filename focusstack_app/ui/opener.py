"""Opening: files, a folder, folders of stacks, or a project; chosen, dropped or given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from focusstack_app.core.assets import resources_dir
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.progress import Progress
from focusstack_app.io.probe import IMAGE_SUFFIXES
from focusstack_app.jobs.project import PROJECT_SUFFIX
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.dialogs import ask_folder
from focusstack_app.ui.lenient_opening import (
    BatchFolders,
    Opened,
    batch_folders,
    open_further,
    open_project,
    open_readable,
    open_recovered,
)
from focusstack_app.ui.services import Services


def _patterns(suffixes: Iterable[str]) -> str:
    """Name patterns of a file dialog, in both cases: some platforms tell them apart."""
    return " ".join(f"*{s} *{s.upper()}" for s in sorted(suffixes))


class Opener(QObject):
    """Reads headers in the background; the latest wins.

    Signals:
        started: Something is being read.
        opened: An `Opened`.
        further_found: `Further` frames for the open stack.
        batch_found: The folders of several stacks.
        failed: The error.
        over: Nothing is being read any more; comes last.
    """

    started = Signal()
    opened = Signal(object)
    further_found = Signal(object)
    batch_found = Signal(object)
    failed = Signal(object)
    over = Signal()

    def __init__(self, bridge: Bridge, services: Services, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._services = services
        self._window = window
        self._latest = LatestTask()
        self.folder = Path.home()

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files, a project, one folder, or several."""
        if not paths:
            return
        captured = tuple(paths)

        def work(progress: Progress) -> Opened | BatchFolders:
            if len(captured) == 1 and captured[0].suffix.lower() == PROJECT_SUFFIX:
                return open_project(self._services, captured[0], progress)
            return batch_folders(captured) or open_readable(self._services, captured, progress)

        self._read(work, self._on_read)

    def open_further(self, there: Sequence[FrameSource], paths: Sequence[Path]) -> None:
        """Read what is to be added to the open stack."""
        captured = tuple(paths)
        self._read(
            lambda progress: open_further(self._services, there, captured, progress),
            self.further_found.emit,
        )

    def open_recovered(self, path: Path) -> None:
        """Open what was kept before a crash."""
        self._read(lambda progress: open_recovered(self._services, path, progress), self._on_read)

    def open_demo(self) -> None:
        """Open the stack that comes with the program."""
        self.open_paths(sorted((resources_dir() / "demo").glob("frame_*.jpg")))

    def choose_files(self) -> None:
        """Ask for the frames of one stack, or a project."""
        title = self.tr("Open the Frames of One Stack, or a Project")
        kinds, suffixes = self.tr("Pictures and projects"), {*IMAGE_SUFFIXES, PROJECT_SUFFIX}
        self._ask_files(title, kinds, suffixes, self.open_paths)

    def choose_further(self, there: Sequence[FrameSource]) -> None:
        """Ask for frames that are to be added to the open stack."""
        title, kinds = self.tr("Add Frames to the Stack"), self.tr("Pictures")
        self._ask_files(title, kinds, IMAGE_SUFFIXES, lambda paths: self.open_further(there, paths))

    def _ask_files(
        self,
        title: str,
        kinds: str,
        suffixes: Iterable[str],
        then: Callable[[Sequence[Path]], None],
    ) -> None:
        dialog = QFileDialog(self._window, title, str(self.folder))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: then([Path(n) for n in names]))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        everything = self.tr("All files")
        dialog.setNameFilters([f"{kinds} ({_patterns(suffixes)})", f"{everything} (*)"])
        dialog.open()

    def choose_folder(self) -> None:
        """Ask for a folder."""
        title = self.tr("Open a Folder of Frames")
        ask_folder(self._window, title, self.folder, lambda folder: self.open_paths([folder]))

    def _read(self, work: Callable[[Progress], object], on_read: Callable[[Any], None]) -> None:
        """Read headers in place of what was asked before, and go on with what they gave."""
        self.started.emit()
        task = self._latest.replace(self._bridge.submit(Lane.FILES, work))
        task.succeeded.connect(on_read)
        task.failed.connect(self.failed)
        task.finished.connect(self._on_finished)

    def _on_finished(self) -> None:
        if self._latest.task is None:
            self.over.emit()

    def _on_read(self, found: Opened | BatchFolders) -> None:
        if isinstance(found, BatchFolders):
            self.batch_found.emit(found.folders)
            return
        folder = found.stack.sources[0].path.parent
        if not folder.is_relative_to(resources_dir()):
            self.folder = folder
        self.opened.emit(found)
