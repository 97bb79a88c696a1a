"""From what the photographer points at to a checked stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.message import message
from focusstack_app.core.output import FileFormat
from focusstack_app.core.pages import file_of, page_of
from focusstack_app.core.places import is_folder, real
from focusstack_app.io.faults import shown
from focusstack_app.io.metadata import read_facts
from focusstack_app.io.orientation import stored_size, turn_between, upright_size
from focusstack_app.io.probe import RAW_SUFFIXES, list_images, probe_frames

_NAMED = 5  # pictures, before the others are counted


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
            natural order, without those that this program made or that have another size than most.
            Of a RAW file and another one beside it with the same name, the RAW file counts. A TIFF
            that holds a stack stands for its pages, and one of them can be named (`core.pages`).

    Raises:
        InputError: If there is no frame, a file cannot be used, a folder stands among several
            paths, or the frames differ in size (in a folder, if no size is the most common one).
    """
    files, warnings = _without_repeats(_files(paths))
    files, twins = without_twins(files)
    warnings += twins
    sources = tuple(dict.fromkeys(source for path in files for source in probe_frames(path)))
    warnings += _files_of_frames_told(sources)
    if len(paths) == 1 and is_folder(paths[0]):
        sources, left_out = without_results(sources)
        sources, odd = without_odd_sizes(sources)
        warnings += left_out + odd_sizes_told(odd, sources[0])
    sources, turned = held_alike(shown_alike(sources))
    warnings += turned
    check_sizes(sources)
    return OpenedStack(Stack(sources), warnings)


def with_reference(opened: OpenedStack, reference: Path | None) -> OpenedStack:
    """The same with another reference, where one is named: by its path, or only by its name.

    Raises:
        InputError: If it is none of the frames.
    """
    if reference is None:
        return opened
    sources, wanted = opened.stack.sources, real(reference)
    named = [i for i, s in enumerate(sources) if real(s.path) == wanted]
    named = named or [i for i, s in enumerate(sources) if s.path.name == str(reference)]
    if len(named) != 1:
        raise InputError(
            f"{shown(reference)} is not one of the frames.", "Choose the reference among them."
        )
    return replace(opened, stack=Stack(sources, named[0]))


def _files_of_frames_told(sources: Sequence[FrameSource]) -> tuple[str, ...]:
    """A line about files that hold a whole stack each, where there are several."""
    files = {file_of(source.path) for source in sources if page_of(source.path) is not None}
    if len(files) < 2:
        return ()
    return (
        message(
            "{count} files hold several frames each and are read as one stack, one after the "
            "other. As a batch, each of them becomes a picture.",
            count=len(files),
        ),
    )


def without_twins(files: Sequence[Path]) -> tuple[list[Path], tuple[str, ...]]:
    """Without the pictures that a camera wrote beside a RAW file of the same name.

    Returns:
        The other files, and a line about what was left out.
    """
    others = {_twin_key(path) for path in files if path.suffix.lower() not in RAW_SUFFIXES}
    raw = {
        _twin_key(path)
        for path in files
        if path.suffix.lower() in RAW_SUFFIXES
        and not (_twin_key(path) in others and _is_result(path))
    }
    kept = [
        path for path in files if path.suffix.lower() in RAW_SUFFIXES or _twin_key(path) not in raw
    ]
    left = len(files) - len(kept)
    if left == 0:
        return kept, ()
    if left == 1:
        return kept, (message("1 picture beside a RAW file of the same name is left out."),)
    text = message("{count} pictures beside RAW files of the same name are left out.", count=left)
    return kept, (text,)


def _is_result(path: Path) -> bool:
    """Whether this program made a file that is named like RAW: it is nobody's twin."""
    try:
        return path.suffix.lower() in FileFormat.DNG.suffixes and read_facts(path).shows_result
    except OSError:  # it is told when the file is opened
        return False


def _twin_key(path: Path) -> tuple[Path, str]:
    return path.parent, path.stem.casefold()


def without_results(
    sources: Sequence[FrameSource],
) -> tuple[tuple[FrameSource, ...], tuple[str, ...]]:
    """The frames of a folder without what this program wrote there, unless that is all there is.

    Returns:
        The frames, and a line about what was left out.
    """
    frames = tuple(source for source in sources if not source.is_result)
    if not frames:
        return tuple(sources), ()
    made = [source for source in sources if source.is_result]
    if not made:
        return frames, ()
    file = shown(made[0].path)
    if len(made) == 1:
        line = message("{file} was made by this program and is left out of the stack.", file=file)
        return frames, (line,)
    return frames, (
        message(
            "{count} pictures that this program made are left out of the stack. The first is "
            "{file}.",
            count=len(made),
            file=file,
        ),
    )


def held_alike(
    sources: Sequence[FrameSource],
) -> tuple[tuple[FrameSource, ...], tuple[str, ...]]:
    """The frames of one stack, all turned as most of them.

    A camera that looks down cannot tell how it is held, and says now this and now that.

    Returns:
        The frames, and a line about those that said something else.
    """
    stored = {stored_size(source) for source in sources}
    if len(stored) != 1:
        return tuple(sources), ()
    wanted, _ = Counter(source.orientation for source in sources).most_common(1)[0]
    odd = [source for source in sources if source.orientation != wanted]
    if not odd:
        return tuple(sources), ()
    width, height = upright_size(*stored.pop(), wanted)
    alike = tuple(
        replace(
            source,
            width_px=width,
            height_px=height,
            turned=turn_between(source.orientation, wanted),
        )
        for source in sources
    )
    file = shown(odd[0].path)
    if len(odd) == 1:
        line = message(
            "{file} says that the camera was held in another way than for the other frames, and is "
            "read like these.",
            file=file,
        )
    else:
        line = message(
            "{count} frames say that the camera was held in another way than for most frames, and "
            "are read like these. The first is {file}.",
            count=len(odd),
            file=file,
        )
    return alike, (line,)


def shown_alike(
    sources: Sequence[FrameSource], there: Sequence[FrameSource] = ()
) -> tuple[FrameSource, ...]:
    """The frames of one stack, so that the same value becomes white in all of them.

    For each file ImageJ says what it shows as black and white, and that may be the darkest and the
    brightest pixel of this file.

    Args:
        sources: The frames.
        there: Of the stack that they are added to: what holds for them holds.
    """
    ranges = [said for source in there or sources if (said := source.shown_range) is not None]
    if not ranges:
        return tuple(sources)
    whole = min(low for low, _ in ranges), max(high for _, high in ranges)
    return tuple(
        source if source.shown_range is None else replace(source, shown_range=whole)
        for source in sources
    )


def _files(paths: Sequence[Path]) -> list[Path]:
    if len(paths) == 1 and is_folder(paths[0]):
        files = list_images(paths[0])
        if not files:
            raise InputError(
                message(
                    "{folder} holds no pictures of a kind that can be read.",
                    folder=shown(paths[0]),
                ),
                message("Choose the folder that has the frames directly in it."),
            )
        return files
    if not paths:
        raise InputError(
            message("There are no frames."),
            message("Choose the frames of one stack, or their folder."),
        )
    for path in paths:
        if is_folder(path):
            raise InputError(
                message("{file} is a folder among other paths.", file=shown(path)),
                message("Give either files or one folder; many folders are a batch."),
            )
    return list(paths)


def _without_repeats(files: Sequence[Path]) -> tuple[list[Path], tuple[str, ...]]:
    kept: dict[Path, Path] = {}
    warnings: list[str] = []
    for path in files:
        if kept.setdefault(real(path), path) is not path:
            text = message("{file} was given more than once and counts once.", file=shown(path))
            warnings.append(text)
    return list(kept.values()), tuple(dict.fromkeys(warnings))


def check_sizes(sources: Sequence[FrameSource]) -> None:
    """Refuse frames that differ in size.

    Raises:
        InputError: If they do; it names the first that has not the size of most.
    """
    sizes = Counter(source.size_px for source in sources).most_common()
    if len(sizes) < 2:
        return
    usual = next(source for source in sources if source.size_px == sizes[0][0])
    odd = next(source for source in sources if source.size_px != usual.size_px)
    raise odd_size(odd, usual)


def without_odd_sizes(
    sources: Sequence[FrameSource],
) -> tuple[tuple[FrameSource, ...], tuple[FrameSource, ...]]:
    """The frames of the most common size; all, where two are as common or no two frames have one.

    Returns:
        The frames, and those of another size.
    """
    sizes = Counter(stored_size(source) for source in sources).most_common(2)
    if len(sizes) < 2 or sizes[0][1] == sizes[1][1]:
        return tuple(sources), ()
    usual = sizes[0][0]
    kept = tuple(source for source in sources if stored_size(source) == usual)
    return kept, tuple(source for source in sources if stored_size(source) != usual)


def odd_sizes_told(odd: Sequence[FrameSource], usual: FrameSource) -> tuple[str, ...]:
    """A line about frames that are left out, as they have not the size of most."""
    if not odd:
        return ()
    if len(odd) == 1:
        line = message(
            "{file} has {width_px} x {height_px} pixels, most frames have {usual_width_px} x "
            "{usual_height_px}: it is left out of the stack.",
            file=shown(odd[0].path),
            width_px=odd[0].width_px,
            height_px=odd[0].height_px,
            usual_width_px=usual.width_px,
            usual_height_px=usual.height_px,
        )
        return (line,)
    files: object = ", ".join(shown(source.path.name) for source in odd[:_NAMED])
    if len(odd) > _NAMED:
        files = message("{file} and {count} more", file=files, count=len(odd) - _NAMED)
    return (
        message(
            "{count} pictures differ in size from most frames, which have {usual_width_px} x "
            "{usual_height_px} pixels, and are left out of the stack: {files}.",
            count=len(odd),
            usual_width_px=usual.width_px,
            usual_height_px=usual.height_px,
            files=files,
        ),
    )


def odd_size(odd: FrameSource, usual: FrameSource) -> InputError:
    """What is said of a frame that has not the size of the others."""
    return InputError(
        message(
            "{file} is {width_px} x {height_px} pixels, but {first} is {first_width_px} x "
            "{first_height_px}.",
            file=shown(odd.path),
            width_px=odd.width_px,
            height_px=odd.height_px,
            first=shown(usual.path),
            first_width_px=usual.width_px,
            first_height_px=usual.height_px,
        ),
        message("All frames of a stack need the same size and orientation; leave the odd one out."),
    )
