"""What is open as a project: saved, kept for a crash, asked about before it is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale

from focusstack_app.jobs.project import Project
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.dialogs import PROGRAM_NAME, ask_recover, ask_save
from focusstack_app.ui.recovery import Autosave
from focusstack_app.ui.services import Services
from focusstack_app.ui.window_frame import WindowFrame


class ProjectWindow(WindowFrame):
    """The window as far as it has a project.

    Args:
        services: What does the slow work.
        store: Where the preferences are kept.
    """

    def __init__(self, services: Services, store: SettingsStore) -> None:
        super().__init__(services, store)
        self._after_save: Callable[[], object] | None = None
        self.autosave = Autosave(self.bridge, self._unsaved, self)
        actions, projects = self.actions_, self.projects
        actions.save.triggered.connect(lambda: self._save_project(projects.save))
        actions.save_as.triggered.connect(lambda: self._save_project(projects.save_as))
        projects.saved.connect(self._on_project_saved)
        projects.failed.connect(self._on_save_failed)

    def project(self) -> Project | None:
        """What is open, as a project; None where nothing is."""
        frames = [(source.path, included) for source, included in self.frames.inclusion()]
        chosen = self.side.parameters.parameters
        if not frames:
            return None
        absent = self._absent()
        for index, path, included in absent:
            frames.insert(index, (path, included))
        chosen_frame, project = self.frames.reference, self.opened and self.opened.project
        reference = chosen_frame.path if chosen_frame is not None else None
        if project and reference is None and project.reference in [path for _, path, _ in absent]:
            reference = project.reference
        return Project(
            tuple(path for path, _ in frames),
            tuple(included for _, included in frames),
            chosen.method,
            chosen.mode,
            chosen.align,
            chosen.overlap,
            reference,
        )

    def _absent(self) -> list[tuple[int, Path, bool]]:
        """Frames of the project that could not be opened, with their places: it keeps them.

        Their disk may be there again when it is opened the next time.
        """
        if self.opened is None or self.opened.project is None:
            return []
        there = {source.path for source in self.opened.stack.sources}
        there |= {source.path for source, _ in self.frames.inclusion()}  # added since
        project = self.opened.project
        return [
            (index, path, included)
            for index, (path, included) in enumerate(
                zip(project.frames, project.included, strict=True)
            )
            if path not in there
        ]

    def _update_state(self) -> None:
        """The title is that of the project, with a mark while something of it is not saved."""
        super()._update_state()
        path = self.projects.path
        if path is not None and self.opened is not None:
            self.setWindowTitle(f"{path.stem}[*] — {PROGRAM_NAME}")
            if self.projects.is_changed(self.project()):
                self.setWindowModified(True)

    def _unsaved(self) -> Project | None:
        """What would be lost if the program ended now."""
        project = self.project()
        saved = self.projects.path is not None and not self.projects.is_changed(project)
        return None if saved else project

    def offer_recovery(self) -> None:
        """Offer what a crash left, if it did."""
        path = self.autosave.lost()
        if path is None:
            return
        kept_s = round(path.stat().st_mtime)
        when = QLocale().toString(
            QDateTime.fromSecsSinceEpoch(kept_s), self.tr("'on' d MMMM 'at' HH:mm")
        )

        ask_recover(
            self,
            when,
            lambda: self.opener.open_recovered(path),
            lambda: path.unlink(missing_ok=True),
        )

    def ask_about_changes(self) -> None:
        """Ask what becomes of a project that changed, and close then."""
        self._ask_save(self.close, opening=False)

    def _ask_save(self, then: Callable[[], object], *, opening: bool) -> None:
        """Ask what becomes of a project that changed, and go on then."""
        assert self.projects.path is not None

        def save() -> None:
            self._after_save = then
            self._save_project(self.projects.save)

        def discard() -> None:
            self.projects.begin(None, None)
            then()

        ask_save(self, self.projects.path.name, save, discard, opening=opening)

    def _save_project(self, save: Callable[[Project], None]) -> None:
        project = self.project()
        if project is not None:
            save(project)

    def _on_project_saved(self, path: Path) -> None:
        self.mention(self.tr("Project saved as {path}").format(path=path))
        self.remember(path)
        self._update_state()
        then, self._after_save = self._after_save, None
        if then is not None:
            then()

    def _on_save_failed(self, error: Exception) -> None:
        self._after_save = None
        self._tell(error)
