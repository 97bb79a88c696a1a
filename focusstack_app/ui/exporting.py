"""From an output in memory to a file: where to, and the writing in the background."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from focusstack_app.core.errors import OutputError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.naming import free_path
from focusstack_app.core.output import FileFormat, OutputOptions, format_of
from focusstack_app.core.places import is_there
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import Bridge, Lane
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.preferences import Preferences
from focusstack_app.ui.saving import saving_folder
from focusstack_app.ui.services import Services
from focusstack_app.ui.wording import format_text


class Exporter(QObject):
    """Asks for a file and writes outputs.

    Signals:
        started: An `Output` and the path that it goes to.
        exported: An `Output` and the path that it was written to.
        failed: The error.
        over: An `Output` whose export ended, in whatever way; comes last.
    """

    started = Signal(object, object)
    exported = Signal(object, object)
    failed = Signal(object)
    over = Signal(object)

    def __init__(
        self, bridge: Bridge, services: Services, preferences: Preferences, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._services = services
        self._preferences = preferences
        self._window = window
        self._writing: set[int] = set()
        self._folders: dict[tuple[Path, str], Path] = {}

    @property
    def busy(self) -> bool:
        """Whether anything is being written."""
        return bool(self._writing)

    def writes(self, output: Output) -> bool:
        """Whether this output is being written."""
        return output.number in self._writing

    def ask(self, output: Output) -> QFileDialog:
        """Ask where an output goes, and write it there.

        What comes from the same folder is offered the folder that was chosen last.

        Returns:
            The dialog, which is open; it writes before others hear of the file.
        """
        export = self._preferences.settings.export
        frames, start = origin = self._origin(output)
        folder = self._folders.get(origin, start) or saving_folder(frames)
        suffix = export.format.suffixes[0]
        proposal = free_path(output.result.request, export.name, str(folder), suffix)
        filters = {_filter(kind, export.options): kind for kind in FileFormat}
        title = self.tr("Export {name}").format(name=output.name)
        dialog = QFileDialog(self._window, title, str(proposal.parent))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(filters))
        dialog.selectNameFilter(_filter(export.format, export.options))
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(proposal.name)
        dialog.filterSelected.connect(lambda chosen: _change_suffix(dialog, filters[chosen]))
        dialog.fileSelected.connect(
            lambda name: self.write(output, Path(name), filters[dialog.selectedNameFilter()])
        )
        dialog.open()
        return dialog

    def write(self, output: Output, chosen: Path, kind: FileFormat | None = None) -> None:
        """Write an output to the file that was chosen in the dialog.

        A file that exists there was confirmed in the dialog; one that appears later, or under
        another name than was confirmed, is never replaced.

        Args:
            output: What is written.
            chosen: Where to.
            kind: The format where the name tells none; that of the preferences by default.
        """
        path = chosen
        export = self._preferences.settings.export
        if format_of(chosen) is None:
            path = chosen.with_name(f"{chosen.name}{(kind or export.format).suffixes[0]}")
        confirmed = path == chosen and is_there(path)
        if _is_one_of(path, output.result.request.stack.sources):
            hint = self.tr("Choose another name or folder.")
            text = self.tr("{file} is one of the source frames.").format(file=path.name)
            self.failed.emit(OutputError(text, hint))
            return

        def work(progress: Progress) -> Path:
            progress.checkpoint()
            self._services.export_result(
                output.result, path, options=export.options, overwrite=confirmed
            )
            return path

        self._writing.add(output.number)
        task = self._bridge.submit(Lane.FILES, work)
        task.succeeded.connect(lambda written: self._on_written(output, written))
        task.failed.connect(self.failed)
        task.finished.connect(lambda: self._on_finished(output))
        self.started.emit(output, path)

    def _on_written(self, output: Output, path: Path) -> None:
        self._folders[self._origin(output)] = path.parent
        self.exported.emit(output, path)

    def _origin(self, output: Output) -> tuple[Path, str]:
        """Where its frames lie, and where Export starts by the preferences."""
        folder = output.result.request.stack.sources[0].path.parent
        return folder, self._preferences.settings.export.folder

    def _on_finished(self, output: Output) -> None:
        self._writing.discard(output.number)
        self.over.emit(output)


def _filter(kind: FileFormat, options: OutputOptions) -> str:
    patterns = " ".join(f"*{suffix}" for suffix in kind.suffixes)
    return f"{format_text(kind, options)} ({patterns})"


def _change_suffix(dialog: QFileDialog, kind: FileFormat) -> None:
    """Give the name in a dialog the suffix of a format."""
    dialog.setDefaultSuffix(kind.suffixes[0])
    names = dialog.selectedFiles()
    if names and format_of(Path(names[0])) is not None:
        dialog.selectFile(Path(names[0]).with_suffix(kind.suffixes[0]).name)


def _is_one_of(path: Path, sources: Sequence[FrameSource]) -> bool:
    return is_there(path) and any(
        is_there(source.path) and path.samefile(source.path) for source in sources
    )
