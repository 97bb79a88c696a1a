from __future__ import annotations

from PIL import ExifTags, Image

from focusstack_app.io.exif_block import exif_block
from focusstack_app.io.ifd import Tag, TagType, text
from focusstack_app.io.metadata import ExportTags


def _read(block: bytes) -> Image.Exif:
    tags = Image.Exif()
    tags.load(b"Exif\0\0" + block)
    return tags


def test_three_directories_are_read_back() -> None:
    tags = ExportTags(
        (text(271, "Example"), text(272, "A longer name")),
        (text(36867, "2024:05:06 07:08:09"),),
        (text(1, "N"),),
    )
    read = _read(exif_block(tags, 30, 20))
    assert read[ExifTags.Base.Make] == "Example"
    assert read[ExifTags.Base.Model] == "A longer name"
    photo = read.get_ifd(ExifTags.IFD.Exif)
    assert photo[ExifTags.Base.DateTimeOriginal] == "2024:05:06 07:08:09"
    assert (photo[ExifTags.Base.ExifImageWidth], photo[ExifTags.Base.ExifImageHeight]) == (30, 20)
    assert read.get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"


def test_without_metadata_the_size_remains() -> None:
    read = _read(exif_block(ExportTags((), (), ()), 30, 20))
    assert read.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExifImageHeight] == 20
    assert ExifTags.IFD.GPSInfo not in read


def test_what_is_too_long_is_left_out() -> None:
    tags = ExportTags((text(271, "Example"), Tag(270, TagType.ASCII, b"x" * 70_000)), (), ())
    block = exif_block(tags, 30, 20)
    assert len(block) < 65_000
    assert _read(block)[ExifTags.Base.Make] == "Example"
