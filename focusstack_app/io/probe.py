"""Which files are pictures, and what their headers say."""

from __future__ import annotations

from pathlib import Path

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import FileKind, FrameSource
from focusstack_app.core.message import message
from focusstack_app.core.naming import natural_order
from focusstack_app.core.pages import file_of, page_of, page_path
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.io import heif, jxl, raster, raw, tiff
from focusstack_app.io.decoded import Header
from focusstack_app.io.faults import reading, shown
from focusstack_app.io.jxl_header import BARE, BOXED
from focusstack_app.io.metadata import ExifFacts, read_facts
from focusstack_app.io.orientation import upright_size

RAW_SUFFIXES = frozenset(
    (
        *(".3fr", ".arw", ".bay", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff"),
        *(".iiq", ".k25", ".kdc", ".mdc", ".mef", ".mos", ".mrw", ".nef", ".nrw", ".orf"),
        *(".ori", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f"),
    )
)
IMAGE_SUFFIXES: frozenset[str] = (
    RAW_SUFFIXES
    | heif.SUFFIXES
    | {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".jxl"}
)

_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
)


def _kind(path: Path) -> FileKind:
    """What a file holds, by its first bytes; RAW, which often looks like TIFF, by its name."""
    if page_of(path) is not None and is_there(path):
        raise InputError(
            message("{file} has the name of a page of another file.", file=shown(path)),
            message("Rename it, so that it ends in .tif."),
        )
    whole = file_of(path)
    if is_folder(whole):
        raise IsADirectoryError  # Windows says that it may not be read
    if is_there(whole) and not whole.is_file():  # reading may never end
        raise InputError(
            message("{file} is a pipe or a device, not a picture.", file=shown(path)),
            message("Save the picture as a file, and give that."),
        )
    with whole.open("rb") as file:
        start = file.read(16)
    if not start:
        raise InputError(
            message("{file} is empty.", file=shown(path)),
            message("Copy it again from the camera, or leave it out."),
        )
    if path.suffix.lower() in RAW_SUFFIXES:
        return "raw"
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if heif.is_heif(start):
        return "heif"
    if start.startswith((BARE, BOXED)):
        return "jxl"
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "webp"
    if start.startswith(b"BM") and not any(start[6:10]):  # what is reserved
        return "bmp"
    raise InputError(
        message("{file} is no picture of a kind that can be read.", file=shown(path)),
        message("Save it as TIFF, PNG or JPEG, or leave it out of the stack."),
    )


def probe(path: Path) -> FrameSource:
    """Read the header of a picture; no pixels are decoded.

    Args:
        path: A JPEG, PNG, TIFF, HEIC, JPEG XL, WebP, BMP or RAW file that holds one picture, or a
            page of a TIFF (`core.pages`). RAW is told by suffix, the others by content.

    Raises:
        InputError: If the file is missing, empty, not a picture, damaged in its header, or of a
            kind that is not supported. Damage further down shows when the pixels are read, but a
            TIFF that is cut off is noticed here.
    """
    with reading(path):
        kind = _kind(path)
        if kind == "raw":
            header = raw.read_header(path)
        elif kind == "tiff":
            header = tiff.read_header(path)
        elif kind == "heif":
            header = heif.read_header(path)
        elif kind == "jxl":
            header = jxl.read_header(path)
        else:
            header = raster.read_header(path, kind)
        facts = read_facts(file_of(path))
    return _source(path, kind, header, facts)


def probe_frames(path: Path) -> tuple[FrameSource, ...]:
    """Read the headers of all frames that a file holds; no pixels are decoded.

    Args:
        path: As for `probe`, or a .tif or .tiff that holds a stack; its pages are named as in
            `core.pages`.

    Raises:
        InputError: As `probe`.
    """
    with reading(path):
        if page_of(page_path(path, 1)) is None or _kind(path) != "tiff":
            return (probe(path),)
        pages, facts = tiff.read_headers(path), read_facts(path)
    named = len(pages) > 1
    return tuple(
        _source(page_path(path, number) if named else path, "tiff", header, facts)
        for number, header in pages
    )


def _source(path: Path, kind: FileKind, header: Header, facts: ExifFacts) -> FrameSource:
    orientation = header.orientation or facts.orientation
    width, height = upright_size(header.width_px, header.height_px, orientation)
    return FrameSource(
        path=path,
        kind=kind,
        width_px=width,
        height_px=height,
        bits=header.bits,
        captured_at=facts.captured_at,
        exposure_s=facts.exposure_s,
        f_number=facts.f_number,
        iso=facts.iso,
        focal_length_mm=facts.focal_length_mm,
        focus_distance_m=facts.focus_distance_m,
        camera=facts.camera,
        is_result=facts.shows_result,
        orientation=orientation if orientation != 1 else header.undone,
        shown_range=header.shown_range,
    )


def list_images(folder: Path) -> list[Path]:
    """The pictures directly in a folder, by suffix, in natural order; hidden files are skipped.

    Raises:
        InputError: If `folder` is not a folder or cannot be read.
    """
    with reading(folder):
        if is_there(folder) and not is_folder(folder):
            raise InputError(message("{folder} is not a folder.", folder=shown(folder)))
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in IMAGE_SUFFIXES
            and not path.name.startswith(".")
            and path.is_file()
        ]
    return sorted(found, key=lambda path: natural_order(path.name))
