"""ICC profiles: their names, and pictures converted by them."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from contextlib import closing, suppress
from functools import cache
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from focusstack_app.core.ahead import ahead
from focusstack_app.core.errors import OutputError
from focusstack_app.core.message import message
from focusstack_app.core.progress import Checkpoint

UNLABELLED = "unlabelled"
ADOBE_RGB = "Adobe RGB (1998)"
REC2020 = "Rec. 2020 (sRGB tones)"

_BAND_PX = 128  # rows that are converted at a time
_DATE = slice(24, 36)  # creation date in the profile header, ICC.1:2022, section 7.2
_COLOUR_SPACE = slice(16, 20)  # data colour space, same section
_CONNECTION_SPACE = slice(20, 24)  # same section
D50_XYZ = (0.9642, 1.0, 0.8249)
_D65 = (0.95045, 1.0, 1.08905)
_D50_FROM_D65 = (  # Bradford's adaptation, XYZ
    *(1.047886, 0.022919, -0.050216),
    *(0.029582, 0.990484, -0.017079),
    *(-0.009252, 0.015073, 0.751678),
)
_PRIMARIES, _CURVES = (b"rXYZ", b"gXYZ", b"bXYZ"), (b"rTRC", b"gTRC", b"bTRC")
_SRGB = (  # XYZ of red, green and blue, adapted to D50
    (0.43607, 0.22249, 0.01392),
    (0.38515, 0.71687, 0.09708),
    (0.14307, 0.06061, 0.7141),
)
_REC2020 = (  # so rounded that they make exactly white
    (0.67348, 0.27904, -0.00193),
    (0.16567, 0.67535, 0.02998),
    (0.12506, 0.04561, 0.79685),
)
SAME_PRIMARIES = 0.001  # of XYZ; programs round them differently
_SAME_LIGHT = 2 / 65535
_TABLES = b"A2B0"
_PARAMETERS = (1, 3, 4, 5, 7)  # of curves, by kind
_UNCHANGING_DATE = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # 2000-01-01


@cache
def srgb_profile() -> bytes:
    """An sRGB profile, the same bytes in every run."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = _UNCHANGING_DATE
    return bytes(profile)


@cache
def adobe_rgb_profile() -> bytes:
    """A profile for Adobe RGB (1998), which cameras often name in the EXIF only.

    ICC.1:2001, with the primaries and the gamma of Adobe's specification, adapted to D50.
    """
    gamma = struct.pack(">4sxxxxIHxx", b"curv", 1, 563)  # of 256ths
    primaries = (
        (0.60974, 0.31111, 0.01947),
        (0.20528, 0.62567, 0.06087),
        (0.14919, 0.06322, 0.74457),
    )
    return _matrix_profile("Compatible with Adobe RGB (1998)", _D65, primaries, gamma)


@cache
def rec2020_profile() -> bytes:
    """A profile for the wide colour space that RAW is developed into.

    The primaries and the white (D65) of ITU-R BT.2020, adapted to D50 (Bradford), with the curve of
    sRGB (IEC 61966-2-1): what is fused is encoded like the pictures that the network has seen.
    """
    return _rec2020(REC2020, _srgb_curve())


def _srgb_curve() -> bytes:
    """Of the kind that is made for it; ICC.1:2022, section 10.18."""
    numbers = _fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return struct.pack(">4sxxxxHxx", b"para", 3) + numbers


@cache
def linear_rec2020_profile() -> bytes:
    """The same primaries and white in linear light."""
    return _rec2020("Rec. 2020 (linear)", struct.pack(">4sxxxxHxx", b"para", 0) + _fixed(1))


def _rec2020(name: str, curve: bytes) -> bytes:
    return _matrix_profile(name, _D65, _REC2020, curve)


def rgb_profile(icc_profile: bytes | None, *, grey: bool) -> bytes | None:
    """The profile of RGB numbers that were read from a file, from the profile in that file.

    Args:
        icc_profile: The one in the file.
        grey: Whether the file holds one channel, which was repeated.

    Returns:
        None where there is none that fits. That for grey is turned into one for the repeated
        numbers: its tones with the primaries of sRGB.
    """
    space = profile_space(icc_profile)
    if icc_profile is None or (space != "RGB" and not (grey and space == "GRAY")):
        return None
    return icc_profile if space == "RGB" else _of_repeated_grey(icc_profile)


def is_linear(icc_profile: bytes) -> bool:
    """Whether the numbers of an RGB profile are proportional to light."""
    numbers = np.linspace(0, 1, 256)
    light = tones(icc_profile, numbers)
    return light is not None and bool(np.abs(light - numbers).max() <= _SAME_LIGHT)


def tones(icc_profile: bytes, numbers: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The light that numbers of an RGB profile mean.

    Args:
        icc_profile: One with a curve for each channel.
        numbers: (N,), 0 to 1.

    Returns:
        (3, N) of red, green and blue; None where the profile has no such curves, or has tables,
        which count instead.
    """
    if _tag(icc_profile, _TABLES):
        return None
    try:
        with np.errstate(all="ignore"):  # odd curves end in no numbers
            return np.stack([_light(_tag(icc_profile, name), numbers) for name in _CURVES])
    except (struct.error, ValueError, ZeroDivisionError):
        return None


def _light(curve: bytes, numbers: NDArray[np.float64]) -> Any:
    """ICC.1:2022, sections 10.6 and 10.18."""
    if curve[:4] == b"curv":
        (count,) = struct.unpack_from(">I", curve, 8)
        if count >= 2**16:
            raise ValueError("no table has so many values")
        values = np.array(struct.unpack_from(f">{count}H", curve, 12))
        if count < 2:
            return numbers ** (values[0] / 256 if count else 1)
        return np.interp(numbers, np.linspace(0, 1, count), values / 65535)
    (kind,) = struct.unpack_from(">H", curve, 8)
    if curve[:4] != b"para" or kind >= len(_PARAMETERS):
        raise ValueError("no curve")
    fixed = struct.unpack_from(f">{_PARAMETERS[kind]}i", curve, 12)
    g, a, b, c, d, e, f = [value / 65536 for value in fixed] + [0.0] * (7 - len(fixed))
    if kind == 0:
        a = 1.0
    elif kind < 3:
        c, d, e, f = 0.0, -b / a, c, c
    return np.where(numbers >= d, np.maximum(a * numbers + b, 0) ** g + e, c * numbers + f)


def primaries_of(icc_profile: bytes) -> NDArray[np.float64] | None:
    """XYZ of red, green and blue of an RGB profile, (3, 3) by rows, adapted to D50."""
    fixed = []
    for tag in _PRIMARIES:
        with suppress(struct.error):
            fixed.append(struct.unpack_from(">3i", _tag(icc_profile, tag), 8))
    return np.array(fixed) / 65536 if len(fixed) == 3 else None


def gamma_profile(
    white: tuple[float, float], primaries: Iterable[tuple[float, float]], gamma: float
) -> bytes:
    """The profile of a colour space, which is named after its gamma.

    Args:
        white: Chromaticity (x, y) of white.
        primaries: Those of red, green and blue.
        gamma: Exponent from numbers to light.

    Raises:
        imagecodecs.CmsError: If there is no such colour space.
    """
    points = [value for x, y in primaries for value in (x, y, 1.0)]
    made = imagecodecs.cms_profile("rgb", whitepoint=(*white, 1.0), primaries=points, gamma=1)
    xyz = primaries_of(bytes(made))
    assert xyz is not None
    curve = struct.pack(">4sxxxxHxx", b"para", 0) + _fixed(gamma)
    return _matrix_profile(f"Custom RGB, gamma {gamma:.2f}", D50_XYZ, tuple(map(tuple, xyz)), curve)


def encoded_profile(icc_profile: bytes, name: str | None = None) -> bytes | None:
    """The profile of the numbers that a linear RGB profile is for, once they have sRGB's curve.

    Args:
        icc_profile: The linear one.
        name: Of the other, where none is known; by default after that of the linear one.

    Returns:
        One that is known, where its primaries are those; None where it has none.
    """
    primaries = primaries_of(icc_profile)
    if primaries is None:
        return None
    for known, profile in ((_SRGB, srgb_profile), (_REC2020, rec2020_profile)):
        if np.abs(np.subtract(known, primaries)).max() < SAME_PRIMARIES:
            return profile()
    name = name or f"{profile_name(icc_profile) or UNLABELLED}, tones of sRGB"
    return _matrix_profile(name, D50_XYZ, tuple(map(tuple, primaries)), _srgb_curve())


def _of_repeated_grey(icc_profile: bytes) -> bytes | None:
    curve = _tag(icc_profile, b"kTRC")
    if icc_profile[_CONNECTION_SPACE] != b"XYZ " or curve[:4] not in (b"curv", b"para"):
        return None
    name = profile_name(icc_profile) or UNLABELLED
    return _matrix_profile(name, D50_XYZ, _SRGB, curve)


def _tag(icc_profile: bytes, wanted: bytes) -> bytes:
    """The data of a tag (ICC.1:2022, section 7.3); empty where there is none."""
    with suppress(struct.error):  # where the profile ends too early
        (count,) = struct.unpack_from(">I", icc_profile, 128)
        for number in range(min(count, 100)):
            tag, at, size = struct.unpack_from(">4sII", icc_profile, 132 + 12 * number)
            if tag == wanted:
                return icc_profile[at : at + size]
    return b""


def _matrix_profile(
    name: str,
    white: tuple[float, ...],
    primaries: tuple[tuple[float, ...], ...],
    curve: bytes,
) -> bytes:
    """A display profile: ICC.1:2001, or ICC.1:2022 where the curve needs that."""
    late = curve.startswith(b"para")
    text = _late_text if late else _early_text
    tags = {
        b"desc": text(name, b"desc"),
        b"cprt": text("No copyright, use freely", b"text"),
        b"wtpt": _xyz(*(D50_XYZ if late else white)),
        **dict(zip(_PRIMARIES, (_xyz(*xyz) for xyz in primaries), strict=True)),
        **dict.fromkeys(_CURVES, curve),
    }
    if late and white == _D65:  # section 9.2.15: required where the white is not D50
        tags[b"chad"] = b"sf32\0\0\0\0" + _fixed(*_D50_FROM_D65)
    table, values = struct.pack(">I", len(tags)), b""
    values_at = 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += struct.pack(">4sII", tag, values_at + len(values), len(value))
        values += value + b"\0" * (-len(value) % 4)
    header = struct.pack(
        ">I4xI4s4s4s12s4s28x12s48x",
        values_at + len(values),
        0x04200000 if late else 0x02400000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        _UNCHANGING_DATE,
        b"acsp",
        _xyz(*D50_XYZ)[8:],
    )
    return header + table + values


def _early_text(text: str, kind: bytes) -> bytes:
    data = text.encode("ascii", "replace") + b"\0"
    if kind == b"text":
        return b"text\0\0\0\0" + data
    return struct.pack(f">4sxxxxI{len(data)}s78x", b"desc", len(data), data)


def _late_text(text: str, _kind: bytes) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">4sxxxxII4sII", b"mluc", 1, 12, b"enUS", len(data), 28) + data


def _xyz(*values: float) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _fixed(*values: float) -> bytes:
    """Numbers of 32 bits, of which 16 are behind the point."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def profile_space(icc_profile: bytes | None) -> str:
    """Colour space of the data that a profile is for: "RGB", "GRAY", "CMYK", ... or ""."""
    return icc_profile[_COLOUR_SPACE].decode("ascii", "replace").strip() if icc_profile else ""


def profile_name(icc_profile: bytes) -> str | None:
    """The profile's description, or None where it is not a usable profile."""
    try:
        profile = ImageCms.getOpenProfile(io.BytesIO(icc_profile))
        name = ImageCms.getProfileDescription(profile)
    except (ImageCms.PyCMSError, OSError):
        return None
    name = "".join(char for char in name if char.isprintable()).strip()
    if name.startswith("sRGB IEC61966") or name == "sRGB built-in":
        return "sRGB"
    return name or UNLABELLED


def converted_to_srgb(image: Image.Image, icc_profile: bytes) -> Image.Image | None:
    """An RGB picture in sRGB, or None where the profile does not fit the picture.

    Args:
        image: 8-bit, any mode that the profile is made for (RGB, CMYK, LAB ...).
        icc_profile: What its numbers mean.
    """
    try:
        source = ImageCms.getOpenProfile(io.BytesIO(icc_profile))
        target = ImageCms.getOpenProfile(io.BytesIO(srgb_profile()))
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def converted(
    pixels: NDArray[np.uint16],
    icc_profile: bytes | None,
    target: bytes,
    checkpoint: Checkpoint = lambda: None,
) -> NDArray[np.uint16]:
    """A picture in another colour space (relative colorimetric, black points on each other).

    Args:
        pixels: (H, W, 3).
        icc_profile: What they mean; sRGB without one.
        target: Profile of what is wanted.
        checkpoint: Called now and then; may raise to stop.

    Raises:
        OutputError: If a profile cannot be used.
    """
    flags = imagecodecs.CMS.FLAGS
    source = icc_profile if icc_profile is not None else srgb_profile()

    def band(top: int) -> NDArray[np.uint16]:
        return np.asarray(
            imagecodecs.cms_transform(
                pixels[top : top + _BAND_PX],
                source,
                target,
                colorspace="rgb",
                outcolorspace="rgb",
                intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
                # What is made faster is wrong by up to a tenth in saturated colours.
                flags=flags.NOOPTIMIZE | flags.BLACKPOINTCOMPENSATION,
            ),
            np.uint16,
        )

    there = np.empty_like(pixels)
    tops = range(0, len(pixels), _BAND_PX)
    try:
        with closing(ahead(band, tops)) as bands:
            for top, made in zip(tops, bands, strict=True):
                checkpoint()
                there[top : top + _BAND_PX] = made
    except imagecodecs.CmsError as error:
        raise OutputError(
            message("The colour profile of the frames cannot be used ({error}).", error=error),
            message("Export TIFF or PNG in the colour space of the frames."),
        ) from error
    return there


def for_screen(pixels: NDArray[np.uint8], icc_profile: bytes | None) -> NDArray[np.uint8]:
    """Convert (H, W, 3) uint8 from its profile to sRGB; unchanged without a usable profile."""
    if icc_profile is None or icc_profile == srgb_profile():
        return pixels
    converted = converted_to_srgb(Image.fromarray(pixels), icc_profile)
    return pixels if converted is None else np.asarray(converted)
