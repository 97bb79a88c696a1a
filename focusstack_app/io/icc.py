"""ICC profiles: their names, and the way to sRGB for the screen."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

UNLABELLED = "unlabelled"

_DATE = slice(24, 36)  # creation date in the profile header, ICC.1:2022, section 7.2
_COLOUR_SPACE = slice(16, 20)  # data colour space, same section
_UNCHANGING_DATE = bytes((0x07, 0xD0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))  # 2000-01-01


@cache
def srgb_profile() -> bytes:
    """An sRGB profile, the same bytes in every run."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = _UNCHANGING_DATE
    return bytes(profile)


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


def for_screen(pixels: NDArray[np.uint8], icc_profile: bytes | None) -> NDArray[np.uint8]:
    """Convert (H, W, 3) uint8 from its profile to sRGB; unchanged without a usable profile."""
    if icc_profile is None or icc_profile == srgb_profile():
        return pixels
    converted = converted_to_srgb(Image.fromarray(pixels), icc_profile)
    return pixels if converted is None else np.asarray(converted)
