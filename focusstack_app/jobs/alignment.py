"""Where the frames of a stack lie, kept in a JSON file to be used again.

::

    {
      "version": 1,
      "width_px": 6000, "height_px": 4000,
      "frames": [
        {
          "name": "IMG_0412.jpg",
          "frame_from_reference": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
          "gains": [1, 1, 1],
          "doubtful": false
        }, ...
      ],
      "left_out": ["IMG_0419.jpg"]
    }

`frame_from_reference` takes pixel centres of the reference (the centre of the first pixel is
(0, 0), x to the right, y down) to those of the frame, a column (x, y, 1) from the left; what comes
out is divided by its third number (a homography; mostly the last row is 0, 0, 1). A frame
times its `gains`, for red, green and blue as encoded for display, has the reference's exposure and
white balance. `doubtful` frames could not be registered and have their neighbour's place. The size
is that of the upright frames.

What is `left_out` did not belong to the others, and is left out again.

A file serves every stack whose frames it names, in any order and whichever is the reference.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from focusstack_app import __version__
from focusstack_app.core.document import parsed
from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import Registration
from focusstack_app.core.message import message
from focusstack_app.io.atomic import replacing
from focusstack_app.io.faults import reading, shown

_VERSION = 1
_ANEW = message("Align the frames anew.")


def save_alignment(
    path: Path,
    stack: Stack,
    registration: Registration,
    *,
    left_out: Sequence[FrameSource] = (),
    overwrite: bool = False,
) -> None:
    """Write a registration, whole or not at all.

    Args:
        path: The file.
        stack: The frames that were fused.
        registration: Of them.
        left_out: Frames that were not, as they do not belong to the others.
        overwrite: Whether a file that exists may be replaced.

    Raises:
        InputError: If frames cannot be told apart by their names.
        OutputExistsError: If the file exists and `overwrite` is False.
        OutputError: If it cannot be written.
    """
    height_px, width_px = registration.size_px
    document = {
        "focusstack_app": __version__,
        "version": _VERSION,
        "width_px": width_px,
        "height_px": height_px,
        "frames": [
            {
                "name": name,
                "frame_from_reference": registration.frame_from_reference[index].tolist(),
                "gains": registration.gains[index].tolist(),
                "doubtful": index in registration.doubtful,
            }
            for index, name in enumerate(frame_names(stack))
        ],
        "left_out": [source.path.name for source in left_out],
    }
    with replacing(path, overwrite=overwrite) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def load_alignment(path: Path, stack: Stack) -> tuple[Stack, Registration]:
    """Read where the frames of a stack lie.

    Returns:
        The stack without the frames that were left out when it was aligned, and its registration.

    Raises:
        InputError: If the file cannot be read, is no alignment, comes from a newer version, or
            does not fit the frames.
    """
    with reading(path):
        text = path.read_bytes()
    try:
        document = parsed(text)
        if document["version"] > _VERSION:
            raise InputError(
                message("{file} comes from a newer version of the program.", file=shown(path)),
                message("Update the program to use it."),
            )
        size_px = int(document["width_px"]), int(document["height_px"])
        frames = {str(frame["name"]): frame for frame in document["frames"]}
        stack = _without(stack, {str(name) for name in document.get("left_out", ())})
        for source in stack.sources:
            if source.path.name not in frames:
                raise InputError(
                    message(
                        "{file} does not know {frame}.",
                        file=shown(path),
                        frame=shown(source.path),
                    ),
                    _ANEW,
                )
            if source.size_px != size_px:
                raise InputError(
                    message(
                        "{file} is for frames of {width_px} x {height_px} pixels; {frame} has "
                        "{frame_width_px} x {frame_height_px}.",
                        file=shown(path),
                        width_px=size_px[0],
                        height_px=size_px[1],
                        frame=shown(source.path),
                        frame_width_px=source.width_px,
                        frame_height_px=source.height_px,
                    ),
                    _ANEW,
                )
        kept = [frames[name] for name in frame_names(stack)]
        return stack, _registration(kept, stack, size_px[::-1])
    except (ValueError, KeyError, TypeError, AttributeError, np.linalg.LinAlgError) as error:
        raise InputError(
            message("{file} is damaged, or not an alignment.", file=shown(path)), _ANEW
        ) from error


def _without(stack: Stack, names: Container[str]) -> Stack:
    """The others, if there are two at least."""
    kept = [i for i, source in enumerate(stack.sources) if source.path.name not in names]
    return stack.taken(kept) if len(kept) > 1 else stack


def frame_names(stack: Stack) -> list[str]:
    """The names of the files, which an alignment knows them by.

    Raises:
        InputError: If two frames have the same name.
    """
    names: dict[str, Path] = {}
    for source in stack.sources:
        other = names.setdefault(source.path.name, source.path)
        if other is not source.path:
            raise InputError(
                message(
                    "{file} and {other} have the same name: an alignment file cannot tell them "
                    "apart.",
                    file=shown(source.path),
                    other=shown(other),
                ),
                message("Rename one of them."),
            )
    return list(names)


def _registration(
    frames: Sequence[Mapping[str, Any]], stack: Stack, size_px: tuple[int, int]
) -> Registration:
    matrices = np.array([frame["frame_from_reference"] for frame in frames], np.float64)
    gains = np.array([frame["gains"] for frame in frames], np.float64)
    if matrices.shape != (len(frames), 3, 3) or gains.shape != (len(frames), 3):
        raise ValueError("matrices are 3 x 3, gains are three")
    if not np.isfinite(matrices).all() or (matrices[:, 2, 2] != 1).any():
        raise ValueError("not a homography with 1 as its last number")
    height, width = size_px
    corners = np.array([[x, y, 1] for x in (0, width) for y in (0, height)])
    if not (np.abs(corners @ matrices[:, 2].T - 1) < 0.5).all():  # the horizon is in the picture
        raise ValueError("more perspective than frames of one stack have")
    if not ((gains > 1e-2) & (gains < 1e2)).all():
        raise ValueError("no exposures of one stack differ so much")
    areas = np.abs(np.linalg.det(matrices))
    shifts = np.abs(matrices[:, :2, 2])
    if not ((areas > 1e-3) & (areas < 1e3)).all() or (shifts > 10 * max(size_px)).any():
        raise ValueError("a frame that shows nothing of the others")
    doubtful = tuple(index for index, frame in enumerate(frames) if frame["doubtful"])
    matrices = matrices @ np.linalg.inv(matrices[stack.reference])
    return Registration(
        matrices / matrices[:, 2:, 2:], gains / gains[stack.reference], doubtful, size_px
    )
