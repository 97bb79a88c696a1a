"""From a result in memory to files on disk: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from focusstack_app import __version__
from focusstack_app.core.errors import OutputError, OutputExistsError
from focusstack_app.core.frames import FrameSource, Pixels
from focusstack_app.core.fusion import FusionResult, Method, Provenance
from focusstack_app.core.message import Message, message
from focusstack_app.core.output import FileFormat, OutputOptions, format_of
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.progress import Progress
from focusstack_app.engine.depth import depth_by_source, filled
from focusstack_app.io.atomic import replacing
from focusstack_app.io.faults import shown
from focusstack_app.io.write import check_side, write_map, write_picture

PICTURE_SUFFIXES = frozenset(suffix for kind in FileFormat for suffix in kind.suffixes)
FUSION_SHARE = 0.97  # of the progress where a result is written once it is fused
MAP_SUFFIXES = frozenset({".png", ".tif", ".tiff"})
_OF_MAPS = message("Maps are written as .png or .tif.")


class MapKind(StrEnum):
    """A map beside a picture; its file is called so: "beetle-depth.png"."""

    DEPTH = "depth"
    PROVENANCE = "provenance"


def export_result(
    result: FusionResult,
    path: Path,
    *,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    overwrite: bool = False,
    provenance: Path | None = None,
    depth: Path | None = None,
    overwrite_maps: bool | None = None,
    progress: Progress | None = None,
    together: ExitStack | None = None,
) -> None:
    """Write a result and, where asked, its maps. Either all files appear or none does.

    The picture appears last: where one is, its maps are too, whenever the program was killed.

    Args:
        result: What to write.
        path: The picture, in the format of its suffix, with the reference frame's metadata and
            profile.
        options: How the picture is written.
        overwrite: Whether existing files may be replaced.
        provenance: The map of `provenance_map` (PNG or TIFF by suffix).
        depth: The map of `depth_map` (PNG or TIFF by suffix).
        overwrite_maps: The same for the maps; None as for the picture.
        progress: Reported per file on the calling thread.
        together: Takes the files that are written: they appear when it ends well. By default they
            appear at once.

    Raises:
        OutputExistsError: If a target exists and `overwrite` is False.
        OutputError: If a target has a wrong suffix, would replace a frame, or cannot be written.
        Cancelled: If the user stopped it; no file appears.
    """
    stack, progress = result.request.stack, progress or Progress()
    of_maps = overwrite if overwrite_maps is None else overwrite_maps
    check_targets(
        path,
        overwrite=overwrite,
        overwrite_maps=of_maps,
        provenance=provenance,
        depth=depth,
        sources=stack.sources,
    )
    with nullcontext(together) if together is not None else ExitStack() as targets:

        def staged(target: Path, *, overwrite: bool) -> Path:
            return targets.enter_context(_staged(target, overwrite=overwrite))

        picture = staged(path, overwrite=overwrite)  # what is entered first ends last
        for target, kind in ((provenance, MapKind.PROVENANCE), (depth, MapKind.DEPTH)):
            if target is not None:
                progress.report(0.0, message("Writing"))
                write_map(
                    staged(target, overwrite=of_maps),
                    _map(result, kind, progress.checkpoint),
                    overwrite=True,
                    checkpoint=progress.checkpoint,
                )
        progress.report(0.0, message("Writing"))
        write_picture(
            picture,
            result.picture,
            icc_profile=result.icc_profile,
            source=stack.sources[stack.reference],
            description=_description(result),
            options=options,
            overwrite=True,
            checkpoint=progress.checkpoint,
        )
        progress.report(1.0, message("Written"))


def export_map(
    result: FusionResult,
    kind: MapKind,
    path: Path,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write one map of a result, without the picture; whole or not at all.

    Args:
        result: What it is of.
        kind: Which one.
        path: PNG or TIFF by suffix.
        overwrite: Whether an existing file may be replaced.
        progress: Asked now and then whether to stop.

    Raises:
        OutputExistsError: If the file exists and `overwrite` is False.
        OutputError: If it has a wrong suffix, is a frame, or cannot be written.
        Cancelled: If the user stopped it; no file appears.
    """
    checkpoint = (progress or Progress()).checkpoint
    _check_suffix(path, MAP_SUFFIXES, _OF_MAPS)
    _check_no_frame(path, {source.path.resolve() for source in result.request.stack.sources})
    check_target(path, overwrite=overwrite)
    with _staged(path, overwrite=overwrite) as temporary:
        pixels = _map(result, kind, checkpoint)
        write_map(temporary, pixels, overwrite=True, checkpoint=checkpoint)


def check_targets(
    path: Path,
    *,
    overwrite: bool = False,
    provenance: Path | None = None,
    depth: Path | None = None,
    overwrite_maps: bool | None = None,
    others: Iterable[Path] = (),
    sources: Iterable[FrameSource] = (),
) -> None:
    """Find out before the long work whether its results could be written.

    Args:
        path: The picture.
        overwrite: Whether existing files may be replaced.
        provenance: The provenance map.
        depth: The depth map.
        overwrite_maps: Whether existing maps may be replaced; None as for the picture.
        others: Further files that will be written, of any suffix.
        sources: The frames; none of them may be a target.

    Raises:
        OutputExistsError: If a target exists and `overwrite` is False.
        OutputError: If a target has a wrong suffix, names a frame or another target, is a folder,
            or lies in a folder that is missing or not writable.
    """
    _check_suffix(path, PICTURE_SUFFIXES, "Use a name in .tif, .png, .jpg, .webp or .dng.")
    maps = [target for target in (provenance, depth) if target is not None]
    of_maps = overwrite if overwrite_maps is None else overwrite_maps
    for target in maps:
        _check_suffix(target, MAP_SUFFIXES, _OF_MAPS)
    frames = {source.path.resolve() for source in sources}
    seen: set[Path] = set()
    for target in (path, *maps, *others):
        resolved = target.resolve()
        _check_no_frame(target, frames)
        if resolved in seen:
            raise OutputError(
                message("{file} is named twice.", file=shown(target)),
                message("Give each file its own name."),
            )
        seen.add(resolved)
        check_target(target, overwrite=of_maps if target in maps else overwrite)


def check_size(path: Path, sources: Iterable[FrameSource]) -> None:
    """Find out before the long work whether a format holds pictures as large as the frames.

    Raises:
        OutputError: If it does not.
    """
    kind = format_of(path)
    if kind is not None:
        check_side(kind, max(max(source.size_px) for source in sources))


def check_target(path: Path, *, overwrite: bool = False) -> None:
    """Find out whether one file could be written, whatever its kind.

    Raises:
        OutputExistsError: If it exists and `overwrite` is False.
        OutputError: If it is a folder, or its folder is missing or not writable.
    """
    _check_no_folder(path)
    check_folder(path.parent)
    if is_there(path) and not overwrite:
        raise OutputExistsError(
            message("{file} already exists.", file=shown(path)),
            message("Choose another name, or allow overwriting."),
        )


def check_folder(folder: Path) -> None:
    """Find out whether files can be made in a folder.

    Raises:
        OutputError: If it is missing, not a folder, or not writable.
    """
    if not is_there(folder):
        raise OutputError(
            message("The folder {folder} does not exist.", folder=shown(folder)),
            message("Create it first."),
        )
    if not is_folder(folder):
        raise OutputError(
            message("{folder} is not a folder.", folder=shown(folder)),
            message("Choose another one."),
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            message("The folder {folder} may not be written to.", folder=shown(folder)),
            message("Choose another folder."),
        )


def provenance_map(result: FusionResult) -> NDArray[np.uint8]:
    """The provenance as a picture.

    Returns:
        (H, W, 3) uint8. Red: the frame that contributed most, `round(index * 255 / (n - 1))` for
        the position 0 to n - 1 in the stack (0 for a single frame), so that
        `index = round(red * (n - 1) / 255)` for up to 256 frames. Green: confidence, 255 where
        that frame alone gave the pixel. Blue: share of the pixel that no frame has.
    """
    provenance = _provenance(result)
    red = _scaled_index(provenance, len(result.request.stack), 255).astype(np.uint8)
    return np.dstack([red, provenance.confidence, provenance.synthesised])


def depth_map(
    result: FusionResult, checkpoint: Callable[[], None] = lambda: None
) -> NDArray[np.uint16]:
    """The place in the stack as depth, between frames too; guessed where no frame tells it.

    Args:
        result: What was fused.
        checkpoint: Called now and then; may raise to stop.

    Returns:
        (H, W) uint16, `round(place / (n - 1) * 65535)`: 0 for the first frame of the stack, 65535
        for the last; all 0 for a single frame.
    """
    provenance, count = result.provenance, len(result.request.stack)
    if provenance is None or count < 2:
        return np.zeros(result.picture.shape[:2], np.uint16)
    place = filled(result.depth or depth_by_source(provenance), result.picture, checkpoint)
    full = np.clip(place * np.float32(65535 / (count - 1)), 0, 65535)
    return np.asarray(np.rint(full, out=full), np.uint16)


def _provenance(result: FusionResult) -> Provenance:
    if result.provenance is not None:
        return result.provenance
    shape = result.picture.shape[:2]
    return Provenance(
        source_index=np.zeros(shape, np.uint16),
        confidence=np.full(shape, 255, np.uint8),
        synthesised=np.zeros(shape, np.uint8),
    )


def _scaled_index(provenance: Provenance, count: int, top: int) -> NDArray[np.uint16]:
    levels = np.round(np.arange(count) * (top / max(count - 1, 1))).astype(np.uint16)
    return levels[provenance.source_index]


def _description(result: FusionResult) -> str:
    request = result.request
    mode = f", {request.mode}" if request.method is Method.VAEEDOF else ""
    count, slab = len(request.positions), request.slab
    frames = "1 frame" if count == 1 else f"{count} frames"
    if slab is not None:
        frames += f"; slab {slab.number}, {slab.start + 1} to {slab.stop} of {len(request.stack)}"
    by_hand = "; retouched" if result.retouched else ""
    return f"Focus stack of {frames}; {result.model}{mode}{by_hand}; focusstack_app {__version__}"


def _map(result: FusionResult, kind: MapKind, checkpoint: Callable[[], None]) -> Pixels:
    return depth_map(result, checkpoint) if kind is MapKind.DEPTH else provenance_map(result)


def _check_no_frame(path: Path, frames: Collection[Path]) -> None:
    if path.resolve() in frames:
        raise OutputError(
            message("{file} is one of the frames.", file=shown(path)),
            message("Choose another name for the result."),
        )


def _check_no_folder(path: Path) -> None:
    if is_folder(path):
        raise OutputError(
            message("{file} is a folder.", file=shown(path)),
            message("Give the name of a file in it."),
        )


def _check_suffix(path: Path, suffixes: frozenset[str], hint: str) -> None:
    _check_no_folder(path)
    if path.suffix.lower() not in suffixes:
        raise OutputError(message("{file} has the wrong suffix.", file=shown(path)), hint)


@contextmanager
def _staged(path: Path, *, overwrite: bool) -> Iterator[Path]:
    """A temporary file that becomes `path`; errors about it name `path`."""
    with replacing(path, overwrite=overwrite) as temporary:
        try:
            yield temporary
        except OutputExistsError:  # another of the files
            raise
        except OutputError as error:
            text = error.message
            if isinstance(text, Message):
                text = text.with_value(shown(temporary), shown(path))
            raise OutputError(text, error.hint) from error
