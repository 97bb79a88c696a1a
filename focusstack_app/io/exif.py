"""EXIF tags as exifread gives them: from JPEG, PNG, TIFF, WebP and most RAW formats.

Most RAW formats are TIFF at heart, which exifread reads. Others are opened up for it: Fuji's RAF
holds a JPEG with the EXIF, Canon's CR3 holds the EXIF in boxes of its ISO media file
(https://github.com/lclevy/canon_cr3).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

import exifread

from focusstack_app.io import quiet  # noqa: F401 - importing it silences exifread's logger
from focusstack_app.io.big_tiff import directories, is_big_tiff
from focusstack_app.io.heif import exif_of, is_heif
from focusstack_app.io.ifd import Tag, TagType, integers, rationals, text
from focusstack_app.io.jpeg import app1
from focusstack_app.io.jxl_header import BARE, BOXED, metadata_of
from focusstack_app.io.png import chunks

USER_COMMENT = 37510
_OF_BYTES = (TagType.BYTE, TagType.ASCII, TagType.UNDEFINED)  # it is the last, but not always
_TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_RAF_JPEG_AT = 84  # offset and size of the embedded JPEG, big-endian
_JPEG_MARK, _JPEG_MARK_ENDS = b"Exif", 2  # zeros follow, or should
_MARK_OF_OTHERS = b"Exif\0\0"  # where it does not belong
_PNG_KEYWORDS = (b"Raw profile type exif", b"Raw profile type APP1")
_MOST_READS = 200_000  # a usual file takes some hundred
_LONGEST_READ_BYTES = 2**20
_CR3_HEAD_BYTES = 2**18  # holds the whole "moov" box but for its long tables


class ReadTag(Protocol):
    """What exifread gives for a tag."""

    @property
    def tag(self) -> int:
        """Its number."""

    @property
    def field_type(self) -> int:
        """As in `ifd.TagType`."""

    @property
    def values(self) -> Any:
        """What it says."""


class _Bounded:
    """A file that gives up: damaged tags can send exifread through it for hours.

    It has the methods that exifread calls. Of a TIFF it ends with the first directory: those of
    further pages say nothing more, and a microscope's stack has hundreds of them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = _end_of_directory(file)
        self._reads_left = _MOST_READS
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes, but not without end.

        Raises:
            EOFError: After `_MOST_READS` calls.
        """
        self._reads_left -= 1
        if self._reads_left < 0:
            raise EOFError
        at = self._file.tell()
        data = self._file.read(min(max(size, 0), _LONGEST_READ_BYTES))
        return bytes(len(data)) if at == self._end else data


def _end_of_directory(file: BinaryIO) -> int | None:
    """Where the first directory names the second (TIFF 6.0, section 2); None where it is no TIFF.

    The file stands at its beginning then.
    """
    file.seek(0)
    head = file.read(8)
    order = _TIFF_ORDERS.get(head[:4])
    end = None
    if order is not None and len(head) == 8:
        (at,) = struct.unpack(f"{order}I", head[4:])
        file.seek(at)
        count = file.read(2)
        end = at + 2 + 12 * struct.unpack(f"{order}H", count)[0] if len(count) == 2 else None
    file.seek(0)
    return end


def read_tags(path: Path) -> dict[str, ReadTag]:
    """All tags by exifread's name ("EXIF FNumber"); empty where there are none.

    Maker notes are left out: exifread reads them byte by byte, which takes its time.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    tags: dict[str, ReadTag] = {}
    with path.open("rb") as file:
        for part in _parts_with_tags(file):
            tags = _tags_of(part) | tags
    return tags


def _tags_of(file: BinaryIO) -> dict[str, ReadTag]:
    try:
        found = exifread.process_file(
            cast("BinaryIO", _Bounded(file)),
            details=False,
            extract_thumbnail=False,
            truncate_tags=False,
        )
    except OSError:
        raise
    except Exception:  # noqa: BLE001 - exifread raises anything on damaged tags
        return {}
    tags = {name: tag for name, tag in found.items() if hasattr(tag, "values")}
    if "Image ExifOffset" in tags:
        with suppress(struct.error, OverflowError, ValueError):
            tags["EXIF UserComment"] = _comment(file, tags["Image ExifOffset"].values[0])
    return tags


class _Comment(NamedTuple):
    """A tag that exifread passes over without maker notes."""

    values: bytes
    tag: int = USER_COMMENT
    field_type: int = TagType.UNDEFINED


def _comment(file: BinaryIO, directory_at: int) -> _Comment:
    """What somebody has written (EXIF 2.32, section 4.6.5), with wide characters little-endian.

    Args:
        file: A TIFF, or what is one at heart.
        directory_at: Where the EXIF directory lies.
    """
    file.seek(0)
    order = ">" if file.read(2) == b"MM" else "<"
    file.seek(directory_at)
    (count,) = struct.unpack(f"{order}H", file.read(2))
    for number, kind, size, at in struct.iter_unpack(f"{order}HHII", file.read(12 * count)):
        if number == USER_COMMENT and kind in _OF_BYTES and size > 8:
            file.seek(at)
            data = file.read(min(size, _LONGEST_READ_BYTES))
            code, words = data[:8], data[8:]
            if code == b"UNICODE\0" and order == ">":
                words = words.decode("utf-16-be", "replace").encode("utf-16-le")
            return _Comment(code + words if words.strip(b"\0 ") else b"")
    return _Comment(b"")


def _parts_with_tags(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself, or the parts of it that exifread understands."""
    start = file.read(_RAF_JPEG_AT + 8)
    if start.startswith(b"FUJIFILMCCD-RAW") and len(start) == _RAF_JPEG_AT + 8:
        offset, size = struct.unpack_from(">II", start, _RAF_JPEG_AT)
        file.seek(offset)
        yield from _parts_with_tags(io.BytesIO(file.read(size)))
    elif start.startswith(b"\xff\xd8"):
        # EXIF 2.32, section 4.7.2, wherever it stands: exifread looks close by.
        yield io.BytesIO(app1(file, _JPEG_MARK)[_JPEG_MARK_ENDS:])
    elif start[4:12] == b"ftypcrx ":
        file.seek(0)
        moov = _boxes(file.read(_CR3_HEAD_BYTES)).get(b"moov", b"")
        canon = _boxes(_boxes(moov).get(b"uuid", b"")[16:])
        for name in (b"CMT1", b"CMT2"):  # the image's directory and the EXIF directory
            yield io.BytesIO(canon.get(name, b""))
    elif start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        block = webp_chunk(file, b"EXIF")[:_LONGEST_READ_BYTES]
        yield io.BytesIO(block.removeprefix(_MARK_OF_OTHERS))
    elif start.startswith(b"\x89PNG"):
        yield io.BytesIO(_of_png(file))
    elif start.startswith((BARE, BOXED)):
        block = metadata_of(file, b"Exif")  # ISO/IEC 18181-2, section 9.4: begins with an offset
        yield io.BytesIO(block[4 + int.from_bytes(block[:4], "big") :])
    elif is_big_tiff(start):
        with suppress(struct.error):
            yield io.BytesIO(directories(file))
    elif is_heif(start):
        yield io.BytesIO(exif_of(Path(file.name)))
    else:
        yield file


def _of_png(file: BinaryIO) -> bytes:
    """From its chunk (PNG, third edition, section 11.3.3.5) or, as Exiv2 writes it, from a text.

    The text is a name, a number of bytes, and these bytes in hexadecimal digits.
    """
    found = b""
    for kind, size in chunks(file):
        if kind == b"eXIf":
            return file.read(min(size, _LONGEST_READ_BYTES)).removeprefix(_MARK_OF_OTHERS)
        if kind == b"IDAT" and found:
            break
        if kind in (b"zTXt", b"tEXt"):
            keyword, _, text = file.read(min(size, _LONGEST_READ_BYTES)).partition(b"\0")
            if keyword in _PNG_KEYWORDS:
                with suppress(zlib.error, ValueError):
                    if kind == b"zTXt":
                        text = zlib.decompressobj().decompress(text[1:], 3 * _LONGEST_READ_BYTES)
                    digits = b"".join(text.split()[2:])
                    found = bytes.fromhex(digits.decode("ascii")).removeprefix(_MARK_OF_OTHERS)
    return found


def webp_chunk(file: BinaryIO, wanted: bytes) -> bytes:
    """The first chunk of a kind in a WebP file (RFC 9649, section 2.7.1); empty if none is there.

    EXIF has no mark in front there, or should not have.
    """
    file.seek(12)
    while len(head := file.read(8)) == 8:
        kind, size = struct.unpack("<4sI", head)
        if kind == wanted:
            return file.read(size)
        file.seek(size + size % 2, io.SEEK_CUR)
    return b""


def _boxes(data: bytes) -> dict[bytes, bytes]:
    """The first box of each kind in an ISO media file, or in a box of one (ISO 14496-12, 4.2)."""
    boxes: dict[bytes, bytes] = {}
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8:  # to the end, or 64 bits long: pixel data, not metadata
            break
        boxes.setdefault(kind, data[at + 8 : at + size])
        at += size
    return boxes


def copied_tag(tag: ReadTag) -> Tag | None:
    """A read tag, packed again with the type that it had; None where it holds nothing usable."""
    try:
        kind = TagType(tag.field_type)
        if kind is TagType.ASCII:
            value = tag.values.strip() if isinstance(tag.values, (str, bytes)) else ""
            return text(tag.tag, value) if value else None
        if not tag.values:
            return None
        if kind in (TagType.BYTE, TagType.UNDEFINED):
            return Tag(tag.tag, kind, bytes(tag.values))
        if kind in (TagType.RATIONAL, TagType.SRATIONAL):
            return rationals(tag.tag, kind, [(v.numerator, v.denominator) for v in tag.values])
        return integers(tag.tag, kind, tag.values)
    except (ValueError, TypeError, AttributeError, struct.error):
        return None
