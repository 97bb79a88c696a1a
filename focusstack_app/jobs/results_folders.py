"""Where the pictures of a batch go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.errors import OutputError
from focusstack_app.core.message import message
from focusstack_app.core.output import FileFormat, OutputOptions
from focusstack_app.core.places import is_there, real
from focusstack_app.io.atomic import make_folder
from focusstack_app.io.faults import shown
from focusstack_app.jobs.export import check_folder


@dataclass(frozen=True, slots=True)
class BatchTarget:
    """Where the results of a batch go.

    Attributes:
        folder: Of the pictures.
        template: Their names, without suffix (see `core.naming`).
        kind: What they are written as.
        options: How they are written.
        overwrite: Whether pictures that exist are made anew.
        provenance_dir: Where `<name>-provenance.png` goes, if wanted.
        depth_dir: Where `<name>-depth.png` goes, if wanted.
    """

    folder: Path
    template: str = "{stack}"
    kind: FileFormat = FileFormat.TIFF
    options: OutputOptions = OutputOptions()  # noqa: RUF009 - it is frozen
    overwrite: bool = False
    provenance_dir: Path | None = None
    depth_dir: Path | None = None

    @property
    def folders(self) -> tuple[Path, ...]:
        """All folders for results."""
        folders = (self.folder, self.provenance_dir, self.depth_dir)
        return tuple(folder for folder in folders if folder is not None)


def check_results_folders(target: BatchTarget) -> None:
    """Raise an `OutputError` if a folder for results neither is there nor can be made."""
    made: set[Path] = set()
    for folder in target.folders:
        if real(folder.parent) not in made:
            check_folder(folder if is_there(folder) else folder.parent)
        made.add(real(folder))


def check_apart(target: BatchTarget, frames: Iterable[Path]) -> None:
    """Find out whether results have a place of their own.

    Args:
        target: Where they go.
        frames: The folders that frames lie in, or come to.

    Raises:
        OutputError: If a folder for results is one of those, or cannot be used.
    """
    check_results_folders(target)
    taken = {real(folder) for folder in frames}
    for folder in target.folders:
        if real(folder) in taken:
            raise OutputError(
                message("{folder} holds frames.", folder=shown(folder)),
                message("Choose another folder for the results."),
            )


@contextmanager
def results_folders(target: BatchTarget) -> Iterator[None]:
    """Make the folders for results; those that are still empty in the end are removed again.

    Raises:
        OutputError: If one cannot be made.
    """
    made = [folder for folder in target.folders if not is_there(folder)]
    try:
        for folder in made:
            make_folder(folder)
        yield
    finally:
        for folder in reversed(made):  # one may lie in the other
            with suppress(OSError):
                folder.rmdir()
