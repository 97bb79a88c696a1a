"""Saving what is open as a project."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from focusstack_app.core.places import is_there
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.project import PROJECT_SUFFIX, Project, save_project
from focusstack_app.ui.bridge import Bridge, Lane
from focusstack_app.ui.saving import saving_folder


class ProjectSaver(QObject):
    """Writes projects in the background.

    Signals:
        saved: The path.
        failed: The error.

    Attributes:
        path: The file of what is open; None where it has none.
        kept: What that file has.
    """

    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, window: QWidget) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._window = window
        self.path: Path | None = None
        self.kept: Project | None = None

    def begin(self, path: Path | None, project: Project | None) -> None:
        """Something else is open: a project with its file, or frames without one."""
        self.path, self.kept = path, project if path is not None else None

    def is_changed(self, project: Project | None) -> bool:
        """Whether the file has something else than what is open."""
        return self.path is not None and project is not None and project != self.kept

    def save(self, project: Project) -> None:
        """Write it where it came from, or ask."""
        if self.path is None:
            self.save_as(project)
        else:
            self.write(project, self.path, overwrite=True)

    def save_as(self, project: Project) -> None:
        """Ask where it goes, beside its frames at first."""
        folder = project.frames[0].parent
        name = f"{folder.name or 'stack'}{PROJECT_SUFFIX}"
        proposal = self.path or saving_folder(folder) / name
        kind, title = self.tr("Project"), self.tr("Save Project")
        filter_ = f"{kind} (*{PROJECT_SUFFIX})"
        dialog = QFileDialog(self._window, title, str(proposal.parent), filter_)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(PROJECT_SUFFIX)
        dialog.selectFile(proposal.name)
        dialog.fileSelected.connect(lambda name: self._on_chosen(project, Path(name)))
        dialog.open()

    def write(self, project: Project, path: Path, *, overwrite: bool) -> None:
        """Write it to a file, which holds the project from then on."""

        def work(progress: Progress) -> Path:
            progress.checkpoint()
            save_project(path, project, overwrite=overwrite)
            return path

        def done(written: Path) -> None:
            self.begin(written, project)
            self.saved.emit(written)

        task = self._bridge.submit(Lane.FILES, work)
        task.succeeded.connect(done)
        task.failed.connect(self.failed)

    def _on_chosen(self, project: Project, chosen: Path) -> None:
        path = chosen
        if chosen.suffix.lower() != PROJECT_SUFFIX:
            path = chosen.with_name(f"{chosen.name}{PROJECT_SUFFIX}")
        # The dialog asked about the very name that was chosen, and about no other.
        self.write(project, path, overwrite=path == chosen and is_there(path))
