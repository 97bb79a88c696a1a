"""JPEG, PNG, WebP and BMP: RGB pictures by their libraries directly, the rest by Pillow.

Pillow keeps 8 bits of 16, does not tell of damage in the middle of a JPEG, and holds the
interpreter's lock while it clears the memory of a picture: 50 ms for 24 megapixels, in which the
window stands still. The numbers are the same.

Pillow's plugins are opened by name and not through `Image.open`: its limit of 89 megapixels is a
global of the process, ours (`MAX_PIXELS`) is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import (
    BmpImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Pixels
from focusstack_app.core.message import message
from focusstack_app.io.code_points import (
    UNSPECIFIED,
    check_range,
    profile_of,
    profile_of_gamma,
)
from focusstack_app.io.decoded import Decoded, Header, in_three
from focusstack_app.io.faults import damaged, shown
from focusstack_app.io.icc import converted_to_srgb, rgb_profile, srgb_profile
from focusstack_app.io.jpeg import segments
from focusstack_app.io.png import chunks
from focusstack_app.io.quiet import without_warnings

PngImagePlugin.MAX_TEXT_CHUNK = 2**26  # Pillow's 1 MiB is less than some profiles, and histories
MAX_PIXELS = 2**28  # 268 megapixels: a 200-megapixel camera opens, a decompression bomb does not

RasterKind = Literal["jpeg", "png", "webp", "bmp"]

# Its absence is the sign of a tail lost to zeros, which libjpeg decodes to grey without an error.
_END_OF_IMAGE = b"\xff\xd9"  # never inside entropy-coded data, ITU-T T.81, section B.1.1.2
_SUPERFLUOUS = re.compile(r"(\d+) extraneous bytes")  # libjpeg's words
_FRAME_HEADS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # T.81, table B.1
_USUAL_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))  # with a cosine transform, not nested
_JPEG_LS = 0xF7  # JPEG-LS, ITU-T T.87, section C.1.1
_APP0, _APP14, _COMMENT = 0xE0, 0xEE, 0xFE
_JFIF = b"\xff\xe0\0\x10JFIF\0\1\2\0\0\1\0\1\0\0"  # version 1.02, ITU-T T.871, section 10.1
_MOST_SUPERFLUOUS = 8  # some cameras put so many before the end; more are lost pixels
_BAND_ROWS = 256
_DIRECT = {  # Pillow's modes
    "jpeg": ("RGB", "L"),
    "png": ("RGB", "RGBA"),
    "webp": ("RGB", "RGBA", "RGBX"),
    "bmp": (),
}
_PLUGINS: dict[RasterKind, Callable[[BinaryIO], ImageFile.ImageFile]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
    "bmp": BmpImagePlugin.BmpImageFile,
}
_PNG_DEPTH_AT, _PNG_COLOUR_AT = 24, 25  # in IHDR, PNG (third edition), section 11.2.1
_PNG_GREY = (0, 4)  # colour types, section 11.2.1


def check_area(path: Path, width_px: int, height_px: int) -> None:
    """Refuse pictures beyond `MAX_PIXELS`, and without any pixel.

    Raises:
        InputError: If the picture is too large, or empty.
    """
    if width_px < 1 or height_px < 1:
        raise damaged(path)
    if width_px * height_px > MAX_PIXELS:
        raise InputError(
            message(
                "{file} has {width_px} x {height_px} pixels; at most {most} megapixels "
                "are supported.",
                file=shown(path),
                width_px=width_px,
                height_px=height_px,
                most=MAX_PIXELS // 10**6,
            ),
            message("Reduce its size first."),
        )


def _opened(path: Path, file: BinaryIO, kind: RasterKind) -> ImageFile.ImageFile:
    if kind == "jpeg":
        _check_coding(path, file)
    with without_warnings():  # about odd EXIF and the like
        return _PLUGINS[kind](file)


def _check_coding(path: Path, file: BinaryIO) -> None:
    """Refuse what libjpeg does not decode, or, without loss, beyond the memory that it is given."""
    for marker, _ in segments(file):
        if marker in _FRAME_HEADS or marker == _JPEG_LS:
            if marker not in _USUAL_FRAMES or file.read(1) != b"\x08":
                raise InputError(
                    message(
                        "{file} is a JPEG of a kind that is not supported (lossless, or not with "
                        "8 bits).",
                        file=shown(path),
                    ),
                    message("Save it as a usual JPEG, or as TIFF."),
                )
            break
    file.seek(0)


def _header(path: Path, file: BinaryIO, image: ImageFile.ImageFile, kind: RasterKind) -> Header:
    check_area(path, *image.size)
    bits: Literal[8, 16] = 8
    if kind == "png":
        file.seek(_PNG_DEPTH_AT)
        bits = 16 if file.read(1) == b"\x10" else 8
        check_range(path, _code_points(file)[1])
    return Header(*image.size, bits, None)


def _code_points(file: BinaryIO) -> tuple[int, int]:
    """Primaries and transfer function that a PNG says (third edition, section 11.3.2.6)."""
    for kind, size in chunks(file):
        if kind == b"cICP" and size == 4:
            primaries, transfer, _, _ = file.read(size)
            return primaries, transfer
        if kind == b"IDAT":
            break
    return UNSPECIFIED, UNSPECIFIED


def _profile_of_png(file: BinaryIO, image: ImageFile.ImageFile, *, grey: bool) -> bytes | None:
    """The profile by what a PNG says that counts most (third edition, section 4.3)."""
    profile = profile_of(*_code_points(file))
    if profile is None and image.info.get("icc_profile"):
        return rgb_profile(image.info["icc_profile"], grey=grey)
    if profile is None and "srgb" not in image.info and "gamma" in image.info:
        return profile_of_gamma(image.info["gamma"], image.info.get("chromaticity", ()))
    return profile


def read_header(path: Path, kind: RasterKind) -> Header:
    """Read the header of a file.

    Raises:
        InputError: If the picture is too large.
        Exception: Whatever Pillow raises on a damaged header; see `faults.reading`.
    """
    with path.open("rb") as file, _opened(path, file, kind) as image:
        return _header(path, file, image, kind)


def _array(image: Image.Image) -> NDArray[np.uint8]:
    """(H, W, 3) of an RGB picture, band by band: Pillow's own way takes two copies on the way."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND_ROWS):
        bottom = min(top + _BAND_ROWS, height)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels


def rgb_from_pillow(path: Path, image: Image.Image) -> tuple[Pixels, bytes | None]:
    """The loaded picture as (H, W, 3) uint8 and the profile of these RGB numbers.

    Greyscale and palettes are expanded, alpha is dropped, CMYK and Lab are converted to sRGB
    through the embedded profile where there is one.

    Raises:
        InputError: If the picture is of a kind that has no way to RGB.
    """
    icc: bytes | None = image.info.get("icc_profile") or None
    if image.mode in ("CMYK", "LAB"):
        converted = converted_to_srgb(image, icc) if icc is not None else None
        if converted is None and image.mode == "LAB":
            raise InputError(
                message("{file} is a Lab picture.", file=shown(path)), message("Save it as RGB.")
            )
        return _array(converted or image.convert("RGB")), srgb_profile() if converted else None
    if image.mode not in ("RGB", "L", "1", "P", "LA", "PA", "RGBA", "RGBX", "YCbCr"):
        raise InputError(
            message(
                "{file} has a pixel format that is not supported ({mode}).",
                file=shown(path),
                mode=image.mode,
            ),
            message("Save it as an 8- or 16-bit RGB picture."),
        )
    image.info.pop("transparency", None)
    rgb = image if image.mode == "RGB" else image.convert("RGB")
    return _array(rgb), rgb_profile(icc, grey=image.mode in ("1", "L", "LA"))


def _rgb(samples: NDArray[Any]) -> Pixels:
    """(H, W) or (H, W, 1 to 4) as (H, W, 3): greyscale repeated, alpha dropped."""
    if samples.ndim == 2:
        samples = samples[:, :, np.newaxis]
    if samples.shape[2] < 3:
        return in_three(samples[:, :, 0])
    return np.ascontiguousarray(samples[:, :, :3])


def decode_jpeg(path: Path, data: bytes) -> tuple[Pixels, bytes | None]:
    """Decode a whole JPEG.

    Args:
        path: For messages.
        data: The JPEG, of grey or RGB.

    Returns:
        (H, W, 3) as stored, and the profile of these numbers.

    Raises:
        InputError: If anything of the data does not fit the rest.
        Exception: Whatever Pillow raises on a damaged header; see `faults.reading`.
    """
    with without_warnings(), JpegImagePlugin.JpegImageFile(BytesIO(data)) as image:
        size, mode, icc = image.size, image.mode, image.info.get("icc_profile") or None
    return _from_jpeg(path, data, size), rgb_profile(icc, grey=mode == "L")


def _from_jpeg(path: Path, data: bytes, size_px: tuple[int, int]) -> Pixels:
    """(H, W, 3) of a size (width, height) that libjpeg reduces to.

    Raises:
        InputError: If anything of the data does not fit the rest.
    """
    options = {"colorspace": "RGB", "min_width": size_px[0], "min_height": size_px[1]}
    with suppress(ValueError):
        return np.asarray(simplejpeg.decode_jpeg(data, **options))
    data = _bare_jpeg(data)
    try:
        return np.asarray(simplejpeg.decode_jpeg(data, **options))
    except ValueError as error:
        superfluous = _SUPERFLUOUS.search(str(error))
        if superfluous is None or int(superfluous[1]) > _MOST_SUPERFLUOUS:
            raise damaged(path) from error
        return np.asarray(simplejpeg.decode_jpeg(data, **options, strict=False))


def _bare_jpeg(data: bytes) -> bytes:
    """The same JPEG without what is not about its pixels.

    An odd version of JFIF or a part of a profile that lacks is no damage of them, but libjpeg
    complains of both alike.
    """
    kept, end, file = [data[:2]], 2, BytesIO(data)
    for marker, size in segments(file):
        begin, at = end, file.tell()
        end = at + size
        if marker == _APP0 and data.startswith(b"JFIF\0", at):  # says how colours are coded
            kept.append(_JFIF)
        elif marker == _APP14 or not (_APP0 <= marker <= _APP0 + 15 or marker == _COMMENT):
            kept.append(data[begin:end])
    return b"".join((*kept, data[end:]))


def decode(path: Path, kind: RasterKind, size_px: tuple[int, int] | None = None) -> Decoded:
    """Decode a file; of an animation the first picture.

    Args:
        path: The file.
        kind: What it holds.
        size_px: Stored (width, height) that is enough; JPEG is then decoded at the next larger of
            1/1, 1/2, 1/4 and 1/8, everything else in full.

    Raises:
        InputError: If the picture is too large or has no way to RGB.
        Exception: Whatever the decoders raise on damaged data; see `faults.reading`.
    """
    # With a buffer, reading it all would copy what is read, with the interpreter's lock held.
    with path.open("rb", buffering=0) as file, _opened(path, file, kind) as image:
        header = _header(path, file, image, kind)
        label = "sRGB" if "srgb" in image.info else None
        first_scan = file.tell()  # of a JPEG
        file.seek(0)
        data = file.read()
        # From behind: a search of it all would hold up the window.
        if kind == "jpeg" and data.rfind(_END_OF_IMAGE, first_scan) < 0:
            raise damaged(path)
        if size_px is not None:
            image.draft(None, size_px)
        if header.bits == 16 or image.mode in _DIRECT[kind]:
            icc = image.info.get("icc_profile") or None
            if kind == "jpeg":
                pixels = _from_jpeg(path, data, image.size)
            elif kind == "webp":
                pixels = _rgb(imagecodecs.webp_decode(data, 0))
            else:
                pixels = _rgb(imagecodecs.png_decode(data))
            icc = rgb_profile(icc, grey=image.mode == "L")
        else:
            file.seek(0)
            image.load()
            pixels, icc = rgb_from_pillow(path, image)
        if kind == "png":
            icc = _profile_of_png(BytesIO(data), image, grey=data[_PNG_COLOUR_AT] in _PNG_GREY)
        return Decoded(header, pixels, icc, label)
