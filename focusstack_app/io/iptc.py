"""What older programs have written down about a picture: the records of IPTC-IIM, in terms of XMP.

(IPTC-IIM 4.2, chapter 3, says how they are stored; the Guidelines for Handling Image Metadata of
the Metadata Working Group, 2.0, which property of XMP each of them is.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import tifffile

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.pages import file_of
from focusstack_app.io.jpeg import segments

_DATASETS = {  # of the second record
    5: "dc:title",
    25: "dc:subject",
    40: "photoshop:Instructions",
    80: "dc:creator",
    85: "photoshop:AuthorsPosition",
    90: "photoshop:City",
    92: "Iptc4xmpCore:Location",
    95: "photoshop:State",
    100: "Iptc4xmpCore:CountryCode",
    101: "photoshop:Country",
    103: "photoshop:TransmissionReference",
    105: "photoshop:Headline",
    110: "photoshop:Credit",
    115: "photoshop:Source",
    116: "dc:rights",
    120: "dc:description",
    122: "photoshop:CaptionWriter",
}
_CHARACTERS, _UTF8 = (1, 90), b"\x1b%G"  # of all text
_APP13 = 0xED
_JPEG_MARK = b"Photoshop 3.0\0"
_RESOURCE, _RECORDS = b"8BIM", 0x0404
_TIFF_RECORDS, _TIFF_RESOURCES = 33723, 34377


def iptc_of(source: FrameSource) -> dict[str, list[str]]:
    """What the records of a JPEG or TIFF say, by the property of XMP; empty where there are none.

    Args:
        source: The frame; damaged records count as not there.
    """
    told: dict[str, list[str]] = {}
    with suppress(Exception):
        records = list(_datasets(_stored(file_of(source.path), source.kind)))
        utf8 = (_CHARACTERS, _UTF8) in records
        for (record, dataset), data in records:
            name = _DATASETS.get(dataset) if record == 2 else None
            text = _text(data, utf8=utf8)
            if name is not None and text:
                told.setdefault(name, []).append(text)
    return told


def _stored(path: Path, kind: str) -> bytes:
    """The records as they lie in a file."""
    resources = b""
    if kind == "jpeg":
        with path.open("rb") as file:
            for marker, size in segments(file):
                if marker == _APP13 and (data := file.read(size)).startswith(_JPEG_MARK):
                    resources += data.removeprefix(_JPEG_MARK)
    elif kind == "tiff":
        with tifffile.TiffFile(path) as tif:
            for number in (_TIFF_RECORDS, _TIFF_RESOURCES):
                tag = tif.pages.first.tags.get(number)
                if tag is None:
                    continue
                tif.filehandle.seek(tag.valueoffset)  # it is often said to be integers
                data = tif.filehandle.read(tag.valuebytecount)
                if number == _TIFF_RECORDS:
                    return data
                resources = data
    return _records_in(resources)


def _records_in(resources: bytes) -> bytes:
    """From the resources of Photoshop (Adobe Photoshop File Formats, Image Resource Blocks)."""
    at = 0
    while resources[at : at + 4] == _RESOURCE:
        number, name_bytes = struct.unpack_from(">HB", resources, at + 4)
        at += 6 + (1 + name_bytes + 1) // 2 * 2
        (size,) = struct.unpack_from(">I", resources, at)
        if number == _RECORDS:
            return resources[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2
    return b""


def _datasets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Record and number of each, and its data; long ones (of more than 32 KB) end it."""
    at = 0
    while data[at : at + 1] == b"\x1c":
        record, dataset, size = struct.unpack_from(">BBH", data, at + 1)
        if size > 0x7FFF:
            return
        yield (record, dataset), data[at + 5 : at + 5 + size]
        at += 5 + size


def _text(data: bytes, *, utf8: bool) -> str:
    """As it is said to be; where nothing is said, UTF-8 is told from what Windows writes."""
    try:
        text = data.decode("utf-8", "replace" if utf8 else "strict")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return "".join(char for char in text if char.isprintable() or char in "\n\t").strip()
