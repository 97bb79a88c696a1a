"""From a result in memory to files on disk: all of them, or none."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from focusstack_app import __version__
from focusstack_app.core.errors import OutputError, OutputExistsError
from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionResult, Method
from focusstack_app.core.message import message
from focusstack_app.core.output import FileFormat, OutputOptions, Stereo, StereoKind, format_of
from focusstack_app.core.pages import file_of
from focusstack_app.core.places import is_folder, is_there, real
from focusstack_app.core.progress import Checkpoint, Progress
from focusstack_app.io.atomic import check_place, output_error, replacing
from focusstack_app.io.faults import shown
from focusstack_app.io.write import check_side, write_map, write_picture
from focusstack_app.io.write_animation import write_animation
from focusstack_app.jobs.maps import MapKind, map_pixels
from focusstack_app.jobs.stereo import ROCKING_MS, rocking_frames, stereo_picture

PICTURE_SUFFIXES = frozenset(suffix for kind in FileFormat for suffix in kind.suffixes)
FUSION_SHARE = 0.97  # of the progress where a result is written once it is fused
MAP_SUFFIXES = frozenset({".png", ".tif", ".tiff"})
_OF_MAPS = message("Maps are written as .png or .tif.")


def export_result(
    result: FusionResult,
    path: Path,
    *,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    overwrite: bool = False,
    provenance: Path | None = None,
    depth: Path | None = None,
    overwrite_maps: bool | None = None,
    stereo: Stereo | None = None,
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
        provenance: The map of `maps.provenance_map` (PNG or TIFF by suffix).
        depth: The map of `maps.depth_map` (PNG or TIFF by suffix).
        overwrite_maps: The same for the maps; None as for the picture.
        stereo: A stereo view, with the metadata and profile of the picture.
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
        stereo=stereo,
        sources=stack.sources,
    )
    with nullcontext(together) if together is not None else ExitStack() as targets:

        def staged(target: Path, *, overwrite: bool) -> Path:
            return targets.enter_context(replacing(target, overwrite=overwrite))

        picture = staged(path, overwrite=overwrite)  # what is entered first ends last
        for target, kind in ((provenance, MapKind.PROVENANCE), (depth, MapKind.DEPTH)):
            if target is not None:
                progress.report(0.0, message("Writing"))
                temporary = staged(target, overwrite=of_maps)
                pixels = map_pixels(result, kind, progress.checkpoint)
                with _writing(temporary, target):
                    write_map(temporary, pixels, progress.checkpoint)
        progress.report(0.0, message("Writing"))
        if stereo is not None:
            temporary = staged(stereo.path, overwrite=overwrite)
            with _writing(temporary, stereo.path):
                _write_stereo(temporary, result, stereo, options, progress.checkpoint)
        with _writing(picture, path):
            _write(
                picture, result, result.picture, result.icc_profile, options, progress.checkpoint
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
    _check_no_frame(path, _files(result.request.stack.sources))
    check_target(path, overwrite=overwrite)
    with replacing(path, overwrite=overwrite) as temporary:
        write_map(temporary, map_pixels(result, kind, checkpoint), checkpoint)


def export_stereo(
    result: FusionResult,
    stereo: Stereo,
    *,
    options: OutputOptions = OutputOptions(),  # noqa: B008 - frozen
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write a stereo view of a result, without the picture; whole or not at all.

    Args:
        result: What it is of.
        stereo: How it is looked at, and its file.
        options: How it is written.
        overwrite: Whether an existing file may be replaced.
        progress: Asked now and then whether to stop.

    Raises:
        OutputExistsError: If the file exists and `overwrite` is False.
        OutputError: If it has a wrong suffix, is a frame, or cannot be written.
        Cancelled: If the user stopped it; no file appears.
    """
    _check_stereo(stereo, result.request.stack.sources)
    check_target(stereo.path, overwrite=overwrite)
    with replacing(stereo.path, overwrite=overwrite) as temporary:
        checkpoint = (progress or Progress()).checkpoint
        _write_stereo(temporary, result, stereo, options, checkpoint)


def check_targets(
    path: Path,
    *,
    overwrite: bool = False,
    provenance: Path | None = None,
    depth: Path | None = None,
    overwrite_maps: bool | None = None,
    stereo: Stereo | None = None,
    others: Iterable[Path] = (),
    sources: Sequence[FrameSource] = (),
) -> None:
    """Find out before the long work whether its results could be written.

    Args:
        path: The picture.
        overwrite: Whether existing files may be replaced.
        provenance: The provenance map.
        depth: The depth map.
        overwrite_maps: Whether existing maps may be replaced; None as for the picture.
        stereo: A stereo view; it must have room for two pictures as large as the frames.
        others: Further files that will be written, of any suffix.
        sources: The frames; none of them may be a target.

    Raises:
        OutputExistsError: If a target exists and `overwrite` is False.
        OutputError: If a target has a wrong suffix, names a frame or another target, is a folder,
            or lies in a folder that is missing or not writable.
    """
    _check_suffix(path, PICTURE_SUFFIXES, "Use a name in .tif, .png, .jpg, .webp, .jxl or .dng.")
    maps = [target for target in (provenance, depth) if target is not None]
    of_maps = overwrite if overwrite_maps is None else overwrite_maps
    for target in maps:
        _check_suffix(target, MAP_SUFFIXES, _OF_MAPS)
    if stereo is not None:
        _check_stereo(stereo, sources)
        others = (stereo.path, *others)
    frames = _files(sources)
    seen: set[Path] = set()
    for target in (path, *maps, *others):
        resolved = real(target)
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
        OutputError: If it is a folder or its name too long, or its folder missing or not writable.
    """
    _check_no_folder(path)
    check_folder(path.parent)
    try:
        path.lstat()  # a link that leads nowhere is something, too
    except FileNotFoundError:
        pass
    except OSError as error:
        raise output_error(path, error) from error
    else:
        if not overwrite:
            raise OutputExistsError(
                message("{file} already exists.", file=shown(path)),
                message("Choose another name, or allow overwriting."),
            )
    check_place(path)


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


def _description(result: FusionResult) -> str:
    request = result.request
    mode = f", {request.mode}" if request.method is Method.VAEEDOF else ""
    count, slab = len(request.positions), request.slab
    frames = "1 frame" if count == 1 else f"{count} frames"
    if slab is not None:
        frames += f"; slab {slab.number}, {slab.start + 1} to {slab.stop} of {len(request.stack)}"
    by_hand = "; retouched" if result.retouched else ""
    return f"Focus stack of {frames}; {result.model}{mode}{by_hand}; focusstack_app {__version__}"


def _write(
    path: Path,
    result: FusionResult,
    pixels: NDArray[np.uint16],
    icc_profile: bytes | None,
    options: OutputOptions,
    checkpoint: Checkpoint,
) -> None:
    """Write the picture of a result, or one that was made of it."""
    stack = result.request.stack
    write_picture(
        path,
        pixels,
        icc_profile=icc_profile,
        source=stack.sources[stack.reference],
        description=_description(result),
        options=options,
        checkpoint=checkpoint,
    )


def _write_stereo(
    path: Path,
    result: FusionResult,
    stereo: Stereo,
    options: OutputOptions,
    checkpoint: Checkpoint,
) -> None:
    if stereo.kind is StereoKind.ROCKING:
        write_animation(path, rocking_frames(result, stereo, checkpoint), ROCKING_MS)
    else:
        pixels, icc_profile = stereo_picture(result, stereo, checkpoint)
        _write(path, result, pixels, icc_profile, options, checkpoint)


def _check_stereo(stereo: Stereo, sources: Sequence[FrameSource]) -> None:
    names = ", ".join(stereo.kind.suffixes)
    hint = message("Use a name with one of these endings: {names}", names=names)
    _check_suffix(stereo.path, frozenset(stereo.kind.suffixes), hint)
    _check_no_frame(stereo.path, _files(sources))
    kind = format_of(stereo.path)
    if kind is not None and stereo.kind is not StereoKind.ROCKING:
        across = 1 if stereo.kind is StereoKind.ANAGLYPH else 2
        check_side(kind, max((across * source.size_px[0] for source in sources), default=0))


def _files(sources: Sequence[FrameSource]) -> set[Path]:
    return {real(file_of(source.path)) for source in sources}


def _check_no_frame(path: Path, frames: Collection[Path]) -> None:
    # A disk that does not tell large letters from small ones has more names for a file than one.
    if real(path) in frames or (is_there(path) and any(_is_same(path, frame) for frame in frames)):
        raise OutputError(
            message("{file} is one of the frames.", file=shown(path)),
            message("Choose another name for the result."),
        )


def _is_same(path: Path, other: Path) -> bool:
    return is_there(other) and path.samefile(other)


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
def _writing(temporary: Path, path: Path) -> Iterator[None]:
    """Write one of several files.

    It is on disk in the end: what fails there does so before the first of them gets its name.

    Args:
        temporary: Where it is written.
        path: What it will be called; errors name it.
    """
    try:
        yield
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
    except OSError as error:
        raise output_error(path, error) from error
