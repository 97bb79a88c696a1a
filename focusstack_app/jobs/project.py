"""Projects: which frames, which of them count, and how they become a picture; a small JSON file.

::

    {
      "version": 1,
      "frames": [{"path": "IMG_0412.jpg", "included": true, "reference": true}, ...],
      "method": "vaeedof", "mode": "faithful", "align": "auto", "overlap": 0.25
    }

Paths are relative to the project's folder and written with slashes, so that the folder can move;
a frame on another drive has its absolute path. Pixels stay where they are. At most one frame says
that it is the reference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from focusstack_app import __version__
from focusstack_app.core.document import parsed
from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import Align, Method, Mode
from focusstack_app.core.message import message
from focusstack_app.core.places import real
from focusstack_app.io.atomic import replacing
from focusstack_app.io.faults import reading, shown

PROJECT_SUFFIX = ".fstack"
_VERSION = 1
_LONGEST_BYTES = 2**26  # of a hundred thousand frames; what is longer is none, and read by part


@dataclass(frozen=True, slots=True)
class Project:
    """What a project file holds.

    Attributes:
        frames: Every frame, in order, absolute.
        included: Whether each of them takes part.
        method: Method.
        mode: Source of the pixels.
        align: Registration.
        overlap: Share of a tile that overlaps its neighbour, 0 to 0.5.
        reference: The frame that was chosen as the reference; None where none was.
    """

    frames: tuple[Path, ...]
    included: tuple[bool, ...]
    method: Method
    mode: Mode
    align: Align
    overlap: float
    reference: Path | None = None

    @property
    def reference_taken(self) -> Path | None:
        """The reference, or the frame that takes part and is nearest to it; None where it is free.

        Where no frame takes part there is none either.
        """
        taken = [frame for frame, counts in zip(self.frames, self.included, strict=True) if counts]
        if self.reference is None or not taken:
            return None
        place = self.frames.index(self.reference)
        return min(taken, key=lambda frame: abs(self.frames.index(frame) - place))


def save_project(path: Path, project: Project, *, overwrite: bool = False) -> None:
    """Write a project, whole or not at all.

    Raises:
        OutputExistsError: If it exists and `overwrite` is False.
        OutputError: If it cannot be written.
    """
    folder = real(path.parent)
    document = {
        "focusstack_app": __version__,
        "version": _VERSION,
        "frames": [
            {"path": _relative(real(frame), folder), "included": included}
            | ({"reference": True} if frame == project.reference else {})
            for frame, included in zip(project.frames, project.included, strict=True)
        ],
        "method": str(project.method),
        "mode": str(project.mode),
        "align": str(project.align),
        "overlap": project.overlap,
    }
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def load_project(path: Path) -> Project:
    """Read a project; whether its frames are there is not looked at.

    Raises:
        InputError: If it cannot be read, is no project, or comes from a newer version.
    """
    with reading(path), path.open("rb") as file:
        text = file.read(_LONGEST_BYTES)
    try:
        document = parsed(text)
        if document["version"] > _VERSION:
            raise InputError(
                message("{file} comes from a newer version of the program.", file=shown(path)),
                message("Update the program to open it."),
            )
        return _project(document, real(path.parent))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            message("{file} is damaged, or not a project.", file=shown(path)),
            message("Open the frames themselves."),
        ) from error


def _project(document: Mapping[str, Any], folder: Path) -> Project:
    frames = [(str(frame["path"]), bool(frame["included"])) for frame in document["frames"]]
    for name, _ in frames:
        if not name or "\0" in name or max(len(os.fsencode(p)) for p in Path(name).parts) > 255:
            raise ValueError("no file can have such a name")
    overlap = float(document["overlap"])
    if not frames or not 0.0 <= overlap <= 0.5:
        raise ValueError("no frames, or an overlap outside its range")
    paths = tuple(Path(os.path.normpath(folder / name)) for name, _ in frames)
    chosen = [
        path
        for path, frame in zip(paths, document["frames"], strict=True)
        if frame.get("reference", False)
    ]
    return Project(
        paths,
        tuple(included for _, included in frames),
        Method(document["method"]),
        Mode(document["mode"]),
        Align(document["align"]),
        overlap,
        chosen[0] if chosen else None,
    )


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return str(path)
