"""EXIF: facts about a frame, and the tags that go into the result."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.output import Carried, ColourSpace
from focusstack_app.core.pages import file_of
from focusstack_app.io.exif import USER_COMMENT, ReadTag, copied_tag, read_tags
from focusstack_app.io.icc import ADOBE_RGB
from focusstack_app.io.ifd import Tag, TagType, integers, rationals, text
from focusstack_app.io.orientation import valid_orientation
from focusstack_app.io.scale import pixels_per_cm
from focusstack_app.io.xmp import xmp_for_export

_DESCRIPTION, _MAKE, _MODEL, _ORIENTATION, _SOFTWARE = 270, 271, 272, 274, 305
_EXPOSURE_TIME, _F_NUMBER, _ISO, _EXIF_VERSION = 33434, 33437, 34855, 36864
_TIME_ORIGINAL, _SUBSECONDS_ORIGINAL, _FOCAL_LENGTH, _COLOUR_SPACE = 36867, 37521, 37386, 40961
_IS_SRGB, _UNCALIBRATED = 1, 0xFFFF  # of the colour space; the profile says which
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 282, 283, 296
_CENTIMETRE = 3  # of the unit

PROGRAM = "focusstack_app"  # in the Software tag, before the version
_OF_RESULT = re.compile(rf"Focus stack of \d+ frames?; .*; {PROGRAM} \S+")  # see `jobs.export`

# What of the reference frame still holds for the result: who, when, with what, how exposed.
# Left out: sizes, thumbnail, maker note, subject area, unique id.
_KEPT_IN_IMAGE = frozenset(
    (_MAKE, _MODEL, _X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, 306, 315, 316, 33432)
)
_KEPT_IN_EXIF = frozenset(
    (
        *(_EXPOSURE_TIME, _F_NUMBER, 34850, 34852, _ISO, 34864, 34865, 34866, 34867, 34868, 34869),
        *(_EXIF_VERSION, _TIME_ORIGINAL, 36868, 36880, 36881, 36882),  # times and their zones
        *(37377, 37378, 37379, 37380, 37381, 37382, 37383, 37384, 37385, _FOCAL_LENGTH),
        USER_COMMENT,
        *(37520, _SUBSECONDS_ORIGINAL, 37522, _COLOUR_SPACE),
        *(41486, 41487, 41488, 41493, 41495, 41728, 41729),  # focal plane, sensor, source
        *(41985, 41986, 41987, 41988, 41989, 41990, 41991, 41992, 41993, 41994, 41996),
        *(42032, 42033, 42034, 42035, 42036, 42037),  # owner, body and lens
    )
)
# Cameras write zero for "unknown"; its logarithm (APEX) would then say one second or f/1.
_UNKNOWN_IF_ZERO = ((_EXPOSURE_TIME, 37377), (_F_NUMBER, 37378), (_ISO, 0), (_FOCAL_LENGTH, 0))
_KEPT_IN_GPS = frozenset(range(32))


@dataclass(frozen=True, slots=True)
class ExifFacts:
    """What the EXIF of a file says; None for what it does not say or what makes no sense.

    Attributes:
        captured_at: Local time of the camera, with subseconds, without a zone.
        exposure_s: Exposure time.
        f_number: Aperture.
        iso: Sensitivity.
        focal_length_mm: As it is, not converted to another format.
        focus_distance_m: Subject distance; None for infinity.
        camera: Make and model.
        orientation: 1 to 8; 1 (upright) where nothing is said.
        colour_space: "sRGB" or "Adobe RGB (1998)" where EXIF names it.
        software: What wrote the file.
        description: Of the picture.
    """

    captured_at: datetime | None = None
    exposure_s: float | None = None
    f_number: float | None = None
    iso: int | None = None
    focal_length_mm: float | None = None
    focus_distance_m: float | None = None
    camera: str | None = None
    orientation: int = 1
    colour_space: str | None = None
    software: str | None = None
    description: str | None = None

    @property
    def is_result(self) -> bool:
        """Whether this program wrote the file."""
        return (self.software or "").startswith(f"{PROGRAM} ")

    @property
    def shows_result(self) -> bool:
        """Whether this program made the picture, though an editor may have written the file since.

        Editors put their own name in place of the software, and keep the description.
        """
        return self.is_result or bool(_OF_RESULT.fullmatch(self.description or ""))


@dataclass(frozen=True, slots=True)
class ExportTags:
    """Metadata for the result: tags by directory, and an XMP packet or nothing."""

    image: tuple[Tag, ...]
    exif: tuple[Tag, ...]
    gps: tuple[Tag, ...]
    xmp: bytes = b""


def _first(tags: dict[str, ReadTag], *names: str) -> Any:
    """The first value of the first of these tags that has one."""
    for name in names:
        for directory in ("EXIF", "Image"):
            tag = tags.get(f"{directory} {name}")
            if tag is not None and len(tag.values) > 0:
                return tag.values if isinstance(tag.values, (str, bytes)) else tag.values[0]
    return None


def _positive(value: Any, below: float) -> float | None:
    if isinstance(value, (int, Fraction)) and (value.denominator and 0 < value < below):
        return float(value)
    return None


def _text(value: Any) -> str:
    raw = value.decode("latin-1") if isinstance(value, bytes) else value
    return "".join(c for c in raw if c.isprintable()).strip() if isinstance(raw, str) else ""


def _captured_at(tags: dict[str, ReadTag]) -> datetime | None:
    for time_name, fraction_name in (
        ("DateTimeOriginal", "SubSecTimeOriginal"),
        ("DateTimeDigitized", "SubSecTimeDigitized"),
        ("DateTime", "SubSecTime"),
    ):
        try:
            whole = datetime.strptime(_text(_first(tags, time_name)), "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        digits = _text(_first(tags, fraction_name))
        micro = int(digits[:6].ljust(6, "0")) if digits.isascii() and digits.isdecimal() else 0
        return whole.replace(microsecond=micro)
    return None


def _camera(tags: dict[str, ReadTag]) -> str | None:
    make, model = _text(_first(tags, "Make")), _text(_first(tags, "Model"))
    if make and model.casefold().startswith(make.split()[0].casefold()):
        make = ""
    return f"{make} {model}".strip() or None


def _colour_space(tags: dict[str, ReadTag]) -> str | None:
    named = _first(tags, "ColorSpace")
    if named == 1:
        return "sRGB"
    if named == 2:  # in no standard, but in the files of some cameras
        return ADOBE_RGB
    index = tags.get("Interoperability InteroperabilityIndex")
    if index is not None and _text(index.values) == "R03":  # DCF 2.0, option file
        return ADOBE_RGB
    return None


def read_facts(path: Path) -> ExifFacts:
    """Read what the EXIF of a file says; odd or damaged metadata count as not there.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    tags = read_tags(path)
    iso = _positive(_first(tags, "ISOSpeedRatings", "PhotographicSensitivity"), below=1e8)
    return ExifFacts(
        captured_at=_captured_at(tags),
        exposure_s=_positive(_first(tags, "ExposureTime"), below=1e6),
        f_number=_positive(_first(tags, "FNumber"), below=1e4),
        iso=int(iso) if iso is not None else None,
        focal_length_mm=_positive(_first(tags, "FocalLength"), below=1e5),
        focus_distance_m=_positive(_first(tags, "SubjectDistance"), below=1e5),
        camera=_camera(tags),
        orientation=valid_orientation(_first(tags, "Orientation")),
        colour_space=_colour_space(tags),
        software=_text(_first(tags, "Software")) or None,
        description=_text(_first(tags, "ImageDescription")) or None,
    )


def _kept(tags: dict[str, ReadTag], directory: str, numbers: frozenset[int]) -> dict[int, Tag]:
    kept = {}
    for name, tag in tags.items():
        if name.split(" ")[0] == directory and " SubIFD" not in name and tag.tag in numbers:
            copied = copied_tag(tag)
            if copied is not None:
                kept[tag.tag] = copied
    return kept


def _ratio(number: int) -> Callable[[float], Tag]:
    def tag(value: float) -> Tag:
        exact = Fraction(value).limit_denominator(100_000)
        return rationals(number, TagType.RATIONAL, [(exact.numerator, exact.denominator)])

    return tag


def exif_for_export(
    source: FrameSource | None,
    software: str,
    description: str,
    carried: Carried = Carried.ALL,
    colour_space: ColourSpace = ColourSpace.KEPT,
) -> ExportTags:
    """The reference frame's EXIF, prepared for an upright RGB picture.

    Kept is what still holds for the result: camera, lens, owner, times, exposure, place. Dropped
    are sizes, thumbnail and maker note; orientation becomes 1. What the file's own EXIF does not
    give any more is filled in from `source`: a file that is gone by now costs little.

    Args:
        source: The reference frame, or None for a picture without one.
        software: Value of the Software tag.
        description: Value of the ImageDescription tag.
        carried: What of the frame's is kept; with NONE as if there were no frame.
        colour_space: What the picture was converted to, which the tags must not belie.
    """
    if carried is Carried.NONE:
        source = None
    tags: dict[str, ReadTag] = {}
    if source is not None:
        try:
            tags = read_tags(file_of(source.path))
        except OSError:
            tags = {}
    image = _kept(tags, "Image", _KEPT_IN_IMAGE)
    # Some RAW formats have the exposure among the image's tags (TIFF/EP).
    exif = _kept(tags, "Image", _KEPT_IN_EXIF) | _kept(tags, "EXIF", _KEPT_IN_EXIF)
    for number, logarithm in _UNKNOWN_IF_ZERO:
        if number in exif and not any(exif[number].data[:4]):
            del exif[number]
            exif.pop(logarithm, None)
    if source is not None:
        _fill_in(source, image, exif)
        if source.kind == "tiff":
            _tell_scale(source, image)
    if exif:
        exif.setdefault(_EXIF_VERSION, Tag(_EXIF_VERSION, TagType.UNDEFINED, b"0232"))
    if exif and colour_space is not ColourSpace.KEPT:
        number = _IS_SRGB if colour_space is ColourSpace.SRGB else _UNCALIBRATED
        exif[_COLOUR_SPACE] = integers(_COLOUR_SPACE, TagType.SHORT, [number])
    image[_ORIENTATION] = integers(_ORIENTATION, TagType.SHORT, [1])
    image[_SOFTWARE] = text(_SOFTWARE, software)
    if description:
        image[_DESCRIPTION] = text(_DESCRIPTION, description)
    placed = carried is Carried.ALL
    gps = _kept(tags, "GPS", _KEPT_IN_GPS) if placed else {}
    xmp = xmp_for_export(source, place=placed) if source is not None else b""
    return ExportTags(tuple(image.values()), tuple(exif.values()), tuple(gps.values()), xmp)


def dots_per_inch(tags: ExportTags, most: int) -> int:
    """The resolution that the tags say; 300 where they say none, or one above `most`."""
    image = {tag.number: tag.data for tag in tags.image}
    try:
        above, below = struct.unpack("<II", image[_X_RESOLUTION])
        per_unit = above / below
    except (KeyError, struct.error, ZeroDivisionError):
        return 300
    if image.get(_RESOLUTION_UNIT) == struct.pack("<H", _CENTIMETRE):
        per_unit *= 2.54
    return round(per_unit) if 1 <= per_unit <= most else 300


def _tell_scale(source: FrameSource, image: dict[int, Tag]) -> None:
    """Add what a microscope says about the size of its pixels, in tags that programs know."""
    scale = pixels_per_cm(file_of(source.path))
    if scale is None:
        return
    for number, value in zip((_X_RESOLUTION, _Y_RESOLUTION), scale, strict=True):
        parts = max(1, min(100_000, int(2**32 / value) - 1))
        image[number] = rationals(number, TagType.RATIONAL, [(round(value * parts), parts)])
    image[_RESOLUTION_UNIT] = integers(_RESOLUTION_UNIT, TagType.SHORT, [_CENTIMETRE])


def _fill_in(source: FrameSource, image: dict[int, Tag], exif: dict[int, Tag]) -> None:
    """Add from `source` what the tags lack."""
    if source.camera and _MODEL not in image:
        image[_MODEL] = text(_MODEL, source.camera)
    if source.captured_at and _TIME_ORIGINAL not in exif:
        when = source.captured_at
        exif[_TIME_ORIGINAL] = text(_TIME_ORIGINAL, when.strftime("%Y:%m:%d %H:%M:%S"))
        if when.microsecond:
            fraction = f"{when.microsecond:06d}".rstrip("0")
            exif[_SUBSECONDS_ORIGINAL] = text(_SUBSECONDS_ORIGINAL, fraction)
    if source.iso and source.iso < 65536 and _ISO not in exif:
        exif[_ISO] = integers(_ISO, TagType.SHORT, [source.iso])
    for number, value in (
        (_EXPOSURE_TIME, source.exposure_s),
        (_F_NUMBER, source.f_number),
        (_FOCAL_LENGTH, source.focal_length_mm),
    ):
        if value and number not in exif:
            exif[number] = _ratio(number)(value)
