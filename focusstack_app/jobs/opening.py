"""From what the photographer points at to a checked stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.io.faults import shown
from focusstack_app.io.probe import list_images, probe


@dataclass(frozen=True, slots=True)
class OpenedStack:
    """A stack whose files were all probed.

    Attributes:
        stack: The frames in the order in which they were given; the first one is the reference.
        warnings: One line each, for the photographer.
    """

    stack: Stack
    warnings: tuple[str, ...]


def open_stack(paths: Sequence[Path]) -> OpenedStack:
    """Probe the files of a stack; no pixels are read.

    Args:
        paths: Files in stack order, or exactly one folder, which means all pictures in it in
            natural order.

    Raises:
        InputError: If there is no frame, a file cannot be used, a folder stands among several
            paths, or the frames differ in size.
    """
    files, warnings = _without_repeats(_files(paths))
    sources = tuple(probe(path) for path in files)
    check_sizes(sources)
    return OpenedStack(Stack(sources), warnings)


def _files(paths: Sequence[Path]) -> list[Path]:
    if len(paths) == 1 and paths[0].is_dir():
        files = list_images(paths[0])
        if not files:
            raise InputError(
                f"{shown(paths[0])} holds no pictures.",
                "Choose the folder that has the frames directly in it.",
            )
        return files
    if not paths:
        raise InputError("There are no frames.", "Choose the frames of one stack, or their folder.")
    for path in paths:
        if path.is_dir():
            raise InputError(
                f"{shown(path)} is a folder among other paths.",
                "Give either files or one folder; many folders are a batch.",
            )
    return list(paths)


def _without_repeats(files: Sequence[Path]) -> tuple[list[Path], tuple[str, ...]]:
    kept: dict[Path, Path] = {}
    warnings = []
    for path in files:
        if kept.setdefault(path.resolve(), path) is not path:
            warnings.append(f"{shown(path)} was given more than once and counts once.")
    return list(kept.values()), tuple(dict.fromkeys(warnings))


def check_sizes(sources: Sequence[FrameSource]) -> None:
    """Refuse frames that differ in size.

    Raises:
        InputError: If they do.
    """
    for source in sources[1:]:
        first = sources[0]
        if source.size_px != first.size_px:
            raise InputError(
                f"{shown(source.path)} is {source.width_px} x {source.height_px} pixels, but "
                f"{shown(first.path)} is {first.width_px} x {first.height_px}.",
                "All frames of a stack need the same size and orientation; leave the odd one out.",
            )
