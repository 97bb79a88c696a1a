"""HEIC and HIF pictures, where `pillow-heif` is installed.

It is not part of the base install: its wheels hold a GPL library (x265).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Literal

import numpy as np

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.io.code_points import UNSPECIFIED, check_range, profile_of
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import shown
from focusstack_app.io.icc import rgb_profile
from focusstack_app.io.raster import check_area

SUFFIXES = frozenset((".heic", ".heif", ".hif"))
_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_EXIF_PREFIX = b"Exif\0\0"
_HEAD_BYTES = 2**16  # what is said about the pictures stands in front of them
_TURN_BOX = b"\0\0\0\x09irot"


def is_heif(start: bytes) -> bool:
    """Whether a file that begins so is one; ISO/IEC 23008-12, section 10."""
    return start[4:8] == b"ftyp" and start[8:12] in _BRANDS


def read_header(path: Path) -> Header:
    """Read the header of a file; its rotation is undone by the decoder.

    Raises:
        InputError: If the library is missing, or the picture is too large or of high dynamic range.
        Exception: Whatever the library raises on a damaged header; see `faults.reading`.
    """
    return _header(path, _opened(path))


def decode(path: Path) -> Decoded:
    """Decode a file; 10 and 12 bits become 16.

    Raises:
        InputError: As `read_header`.
        Exception: Whatever the library raises on damaged data; see `faults.reading`.
    """
    picture = _opened(path)
    header = _header(path, picture)
    stored = np.asarray(picture)
    grey = stored.ndim == 2
    if grey:
        stored = in_three(stored)
    pixels: Pixels = np.ascontiguousarray(stored[:, :, :3])
    if pixels.dtype == np.uint16:  # shifted up by the library: white would not be white
        depth = picture.info["bit_depth"]
        white = ((1 << depth) - 1) << (16 - depth)
        pixels = np.rint(pixels * np.float32(65535 / white)).astype(np.uint16)
    icc: bytes | None = picture.info.get("icc_profile")
    if not icc:
        return Decoded(header, pixels, profile_of(*_code_points(picture)))
    return Decoded(header, pixels, rgb_profile(icc, grey=grey))


def exif_of(path: Path) -> bytes:
    """The EXIF data, as a TIFF header and directories; empty where none can be read."""
    return _said(path, "exif").removeprefix(_EXIF_PREFIX)


def xmp_of(path: Path) -> bytes:
    """The XMP packet; empty where none can be read."""
    return _said(path, "xmp")


def _said(path: Path, kind: str) -> bytes:
    try:
        said: bytes = _opened(path).info.get(kind) or b""
    except Exception:  # noqa: BLE001 - the library raises anything on damaged files
        return b""
    return said


def _header(path: Path, picture: Any) -> Header:
    width, height = picture.size
    check_area(path, width, height)
    check_range(path, _code_points(picture)[1])
    bits: Literal[8, 16] = 16 if picture.mode.endswith(";16") else 8
    return Header(width, height, bits, 1, _undone(path))


def _code_points(picture: Any) -> tuple[int, int]:
    """Primaries and transfer function, by ITU-T H.273."""
    said = picture.info.get("nclx_profile") or {}
    return (
        said.get("color_primaries", UNSPECIFIED),
        said.get("transfer_characteristics", UNSPECIFIED),
    )


def _undone(path: Path) -> int:
    """How the camera was held, which the library has undone: 1, 3, 6 or 8 as in EXIF.

    ISO/IEC 23008-12, section 6.5.10: quarter turns against the clock.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    at = head.find(_TURN_BOX) + len(_TURN_BOX)
    return (1, 8, 3, 6)[head[at] & 3] if len(_TURN_BOX) <= at < len(head) else 1


def _opened(path: Path) -> Any:
    if importlib.util.find_spec("pillow_heif") is None:
        raise InputError(
            message(
                "{file} is a HEIC picture, and pillow-heif is not installed.", file=shown(path)
            ),
            message("Run: pip install pillow-heif - or save the pictures as JPEG or TIFF."),
        )
    import pillow_heif

    return pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
