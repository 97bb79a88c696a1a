"""From outputs in memory to files: where to, and the writing in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from focusstack_app.core.errors import OutputError
from focusstack_app.core.naming import free_path, unused
from focusstack_app.core.output import FileFormat, Stereo, StereoKind, format_of
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.progress import Progress
from focusstack_app.io.atomic import folder_for
from focusstack_app.jobs.maps import MapKind
from focusstack_app.ui.bridge import Bridge, Lane, Task
from focusstack_app.ui.many_outputs import ManyOutputs
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.preferences import Preferences
from focusstack_app.ui.saving import (
    ask_file,
    is_one_of,
    map_entry,
    picture_entry,
    saving_folder,
)
from focusstack_app.ui.services import Services
from focusstack_app.ui.wording import map_saved, map_titles

_Kind = MapKind | StereoKind | None  # of what is written: None is the picture


class Exporter(QObject):
    """Asks for a file and writes outputs and their maps.

    Signals:
        started: What is being written, in words.
        exported: An `Output` and the path that its picture was written to.
        saved: What was written, in words, and its folder.
        stopped: What was not written because it was stopped, in words.
        failed: The error.
        over: Something was written or failed; comes last.
    """

    started = Signal(str)
    exported = Signal(object, object)
    saved = Signal(str, object)
    stopped = Signal(str)
    failed = Signal(object)
    over = Signal()

    def __init__(
        self, bridge: Bridge, services: Services, preferences: Preferences, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._services = services
        self._preferences = preferences
        self._window = window
        self.last_stereo = Stereo(Path())  # what was chosen last
        self._writing: set[tuple[int, _Kind]] = set()
        self._tasks: set[Task] = set()  # of single files
        self._all: ManyOutputs | None = None
        self._folders: dict[tuple[Path, str], Path] = {}

    @property
    def busy(self) -> bool:
        """Whether anything is being written."""
        return bool(self._writing)

    @property
    def writes_all(self) -> bool:
        """Whether many outputs are being written."""
        return self._all is not None

    @property
    def done(self) -> tuple[int, int]:
        """How many of many outputs are written, and of how many; (0, 0) of a single file."""
        return (0, 0) if self._all is None else (self._all.begun - 1, self._all.count)

    def stop(self) -> None:
        """Write no more, and throw away what is half written; what is complete stays."""
        for task in self._tasks:
            task.cancel()
        all_ = self._all
        if all_ is not None:
            all_.stopped = True
            self._writing -= {(output.number, None) for output in all_.waiting}
            all_.waiting.clear()
            if all_.task is not None:
                all_.task.cancel()

    def writes(self, output: Output) -> bool:
        """Whether anything of this output is being written."""
        return any(number == output.number for number, _ in self._writing)

    def can_write(self, output: Output, kind: _Kind = None) -> bool:
        """Whether its picture, or that map or view, is not being written already."""
        return (output.number, kind) not in self._writing

    # --- the picture -------------------------------------------------------------------------

    def ask(self, output: Output) -> QFileDialog:
        """Ask where an output goes, and write it there.

        What comes from the same folder is offered the folder that was chosen last.

        Returns:
            The dialog, which is open; it writes before others hear of the file.
        """
        export = self._preferences.settings.export
        suffix = export.format.suffixes[0]
        folder = str(self.folder_for(output))
        proposal = free_path(output.result.request, export.name, folder, suffix)
        title = self.tr("Export {name}").format(name=output.name)
        filters = {picture_entry(kind, export.options): kind for kind in FileFormat}
        chosen = picture_entry(export.format, export.options)
        return ask_file(
            self._window,
            title,
            proposal,
            filters,
            chosen,
            lambda path, kind: self.write(output, path, kind),
        )

    def write(self, output: Output, chosen: Path, kind: FileFormat | None = None) -> None:
        """Write an output to the file that was chosen in the dialog.

        A file that exists there was confirmed in the dialog; one that appears later, or under
        another name than was confirmed, is never replaced.

        Args:
            output: What is written.
            chosen: Where to.
            kind: The format where the name tells none; that of the preferences by default.
        """
        export = self._preferences.settings.export
        target = self._target(output, chosen, kind or export.format)
        if target is None:
            return
        path, confirmed = target

        def work(progress: Progress) -> None:
            self._services.export_result(
                output.result,
                path,
                options=export.options,
                overwrite=confirmed,
                progress=progress,
            )

        self._begin(output, None, path, work, lambda: self._on_exported(output, path))

    def _on_exported(self, output: Output, path: Path) -> None:
        self._keep(output, path)
        text = self.tr("{name} is saved as {file}.")
        self.saved.emit(text.format(name=output.name, file=path.name), path.parent)

    # --- maps --------------------------------------------------------------------------------

    def ask_map(self, output: Output, kind: MapKind) -> QFileDialog:
        """Ask where a map of an output goes, beside its picture if it has one, and write it there.

        Args:
            output: It has a provenance.
            kind: Which map.

        Returns:
            The dialog, which is open.
        """
        proposal = self._beside(output, kind, ".png")
        filters = {map_entry(kind): kind for kind in (FileFormat.PNG, FileFormat.TIFF)}
        return ask_file(
            self._window,
            map_titles()[kind].format(name=output.name),
            proposal,
            filters,
            map_entry(FileFormat.PNG),
            lambda path, format_: self.write_map(output, kind, path, format_),
        )

    def write_map(
        self, output: Output, kind: MapKind, chosen: Path, format_: FileFormat = FileFormat.PNG
    ) -> None:
        """Write a map of an output to the file that was chosen in the dialog, as `write` does.

        Args:
            output: What it is of.
            kind: Which map.
            chosen: Where to.
            format_: The format where the name tells none.
        """
        target = self._target(output, chosen, format_)
        if target is None:
            return
        path, confirmed = target

        def work(progress: Progress) -> None:
            self._services.export_map(
                output.result, kind, path, overwrite=confirmed, progress=progress
            )

        text = map_saved()[kind].format(name=output.name, file=path.name)
        self._begin(output, kind, path, work, lambda: self._on_saved_beside(output, path, text))

    def _beside(self, output: Output, what: str, suffix: str) -> Path:
        """A new file beside the picture of an output, if it has one."""
        picture = output.exported_to
        if picture is None or not is_folder(picture.parent):
            name, folder = self._preferences.settings.export.name, self.folder_for(output)
            picture = free_path(output.result.request, name, str(folder), suffix)
        return unused(picture.with_name(f"{picture.stem}-{what}{suffix}"))

    def _on_saved_beside(self, output: Output, path: Path, text: str) -> None:
        self._folders[self._origin(output)] = path.parent
        self.saved.emit(text, path.parent)

    # --- stereo views ------------------------------------------------------------------------

    def ask_stereo(self, output: Output, stereo: Stereo) -> QFileDialog:
        """Ask where a stereo view of an output, without its file yet, goes, as `ask_map` does."""
        self.last_stereo, export = stereo, self._preferences.settings.export
        filters = {picture_entry(kind, export.options): kind for kind in FileFormat}
        first = export.format
        if stereo.kind is StereoKind.ROCKING:
            first = FileFormat.WEBP
            filters = {map_entry(first): first}
        return ask_file(
            self._window,
            self.tr("Export a Stereo View of {name}").format(name=output.name),
            self._beside(output, stereo.kind, first.suffixes[0]),
            filters,
            next(text for text, kind in filters.items() if kind is first),
            lambda path, format_: self.write_stereo(output, replace(stereo, path=path), format_),
        )

    def write_stereo(self, output: Output, stereo: Stereo, format_: FileFormat) -> None:
        """Write a stereo view of an output to the file that was chosen, as `write` does.

        Args:
            output: What it is of.
            stereo: How it is looked at, and where it goes.
            format_: The format where the name tells none.
        """
        target = self._target(output, stereo.path, format_, stereo.kind.suffixes)
        if target is None:
            return
        path, confirmed = target
        options = self._preferences.settings.export.options

        def work(progress: Progress) -> None:
            whole = replace(stereo, path=path)
            self._services.export_stereo(
                output.result, whole, options=options, overwrite=confirmed, progress=progress
            )

        text = self.tr("The stereo view of {name} is saved as {file}.")
        text = text.format(name=output.name, file=path.name)
        self._begin(
            output, stereo.kind, path, work, lambda: self._on_saved_beside(output, path, text)
        )

    # --- many outputs ------------------------------------------------------------------------

    def write_all(self, outputs: Sequence[Output], folder: Path) -> None:
        """Write outputs to new files in a folder; what fails does not keep the others.

        Args:
            outputs: None of whose pictures is being written.
            folder: It is made, if need be.
        """
        self._writing |= {(output.number, None) for output in outputs}
        self._all = ManyOutputs(folder, len(outputs), list(outputs))
        self._write_next(self._all)

    def _write_next(self, all_: ManyOutputs) -> None:
        output, folder = all_.waiting.pop(0), all_.folder
        export = self._preferences.settings.export

        def work(progress: Progress) -> None:
            progress.checkpoint()
            with folder_for(folder):
                suffix = export.format.suffixes[0]
                path = free_path(output.result.request, export.name, str(folder), suffix)
                self._services.export_result(
                    output.result, path, options=export.options, progress=progress
                )
                all_.written.append((output, path))  # however soon it was stopped after that

        all_.task = task = self._submit(output, None, work)
        task.failed.connect(lambda error: all_.failures.append((output, error)))
        task.finished.connect(lambda: self._on_one_over(all_, output))
        text = self.tr("Exporting {name} to {folder}… ({number} of {count})").format(
            name=output.name,
            folder=folder.name,
            number=all_.begun,
            count=all_.count,
        )
        self.started.emit(text)

    def _on_one_over(self, all_: ManyOutputs, output: Output) -> None:
        if all_.written and all_.written[-1][0] is output:
            self._keep(*all_.written[-1])
        if not all_.waiting:
            self._on_all_over(all_)
        elif not self._bridge.closed:
            self._write_next(all_)
        self._on_finished(output, None)

    def _on_all_over(self, all_: ManyOutputs) -> None:
        self._all = None
        if all_.failures:
            self.failed.emit(all_.error())
        elif all_.written:
            self.saved.emit(all_.text(), all_.folder)
        else:
            self.stopped.emit(all_.text())

    # --- all of them -------------------------------------------------------------------------

    def folder_for(self, output: Output) -> Path:
        """Where files of an output are offered to be saved."""
        frames, start = origin = self._origin(output)
        return self._folders.get(origin) or Path(start or saving_folder(frames))

    def _target(
        self, output: Output, chosen: Path, kind: FileFormat, suffixes: Sequence[str] = ()
    ) -> tuple[Path, bool] | None:
        """The file with its suffix, and whether it may be replaced; None where it is a frame."""
        path = chosen
        if format_of(chosen) is None and chosen.suffix.lower() not in suffixes:
            path = chosen.with_name(f"{chosen.name}{kind.suffixes[0]}")
        if is_one_of(path, output.result.request.stack.sources):
            hint = self.tr("Choose another name or folder.")
            text = self.tr("{file} is one of the source frames.").format(file=path.name)
            self.failed.emit(OutputError(text, hint))
            return None
        return path, path == chosen and is_there(path)

    def _submit(self, output: Output, kind: _Kind, work: Callable[[Progress], object]) -> Task:
        self._writing.add((output.number, kind))
        return self._bridge.submit(Lane.FILES, work)

    def _begin(
        self,
        output: Output,
        kind: _Kind,
        path: Path,
        write: Callable[[Progress], None],
        on_saved: Callable[[], None],
    ) -> None:
        """Write one file in the background."""
        complete: list[Path] = []

        def work(progress: Progress) -> None:
            write(progress)
            complete.append(path)  # however soon it was stopped after that

        def end() -> None:
            self._tasks.discard(task)
            if complete:
                on_saved()
            self._on_finished(output, kind)

        def stopped() -> None:
            if not complete:
                self.stopped.emit(self.tr("Stopped: {file} was not saved.").format(file=path.name))

        task = self._submit(output, kind, work)
        self._tasks.add(task)
        task.failed.connect(self.failed)
        task.cancelled.connect(stopped)
        task.finished.connect(end)
        text = self.tr("Exporting {name} to {file}…")
        self.started.emit(text.format(name=output.name, file=path.name))

    def _keep(self, output: Output, path: Path) -> None:
        self._folders[self._origin(output)] = path.parent
        self.exported.emit(output, path)

    def _origin(self, output: Output) -> tuple[Path, str]:
        """Where its frames lie, and where Export starts by the preferences."""
        folder = output.result.request.stack.sources[0].path.parent
        return folder, self._preferences.settings.export.folder

    def _on_finished(self, output: Output, kind: _Kind) -> None:
        self._writing.discard((output.number, kind))
        self.over.emit()
