"""XMP: what of the reference frame's holds for the result, from the file or from beside it.

Kept is what somebody has written down about the picture: title, caption, keywords, rating, rights,
place; and a lens that the EXIF may lack. Left out is what describes the file: history, identifiers,
sizes, orientation, and the settings of a raw developer, which would be applied a second time.
(ISO 16684-1; part 3 of the XMP specification says where it lies in files.)
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO
from xml.etree import ElementTree

import tifffile

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.pages import file_of
from focusstack_app.io.exif import webp_chunk
from focusstack_app.io.heif import xmp_of
from focusstack_app.io.iptc import iptc_of
from focusstack_app.io.jpeg import app1
from focusstack_app.io.jxl_header import metadata_of
from focusstack_app.io.png import chunks

XMP_TAG = 700  # in TIFF

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
_LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_AUX = "http://ns.adobe.com/exif/1.0/aux/"
_PREFIXES = {
    "x": "adobe:ns:meta/",
    "rdf": _RDF,
    "dc": _DC,
    "xmp": _XMP,
    "xmpRights": _RIGHTS,
    "photoshop": _PHOTOSHOP,
    "Iptc4xmpCore": _IPTC,
    "lr": _LIGHTROOM,
    "exif": _EXIF,
    "aux": _AUX,
}
_WHOLE = (_RIGHTS, _IPTC, _LIGHTROOM)  # of these all, of others what is named
_NAMED = frozenset(
    (
        *(f"{{{_DC}}}{name}" for name in ("creator", "description", "rights", "subject", "title")),
        *(f"{{{_XMP}}}{name}" for name in ("Label", "Rating")),
        f"{{{_AUX}}}Lens",  # raw developers know lenses that the EXIF does not name
        *(
            f"{{{_PHOTOSHOP}}}{name}"
            for name in (
                *("AuthorsPosition", "CaptionWriter", "City", "Country", "Credit", "Headline"),
                *("Instructions", "Source", "State", "TransmissionReference"),
            )
        ),
    )
)
_PLACE = frozenset(
    (
        *(f"{{{_PHOTOSHOP}}}{name}" for name in ("City", "Country", "State")),
        *(f"{{{_IPTC}}}{name}" for name in ("CountryCode", "Location")),
    )
)
_POSITION = f"{{{_EXIF}}}GPS"  # and more; of RAW, a program that knew the track has put it here
_LISTS = {
    f"{{{_DC}}}subject": "Bag",
    f"{{{_DC}}}creator": "Seq",
    f"{{{_DC}}}title": "Alt",
    f"{{{_DC}}}description": "Alt",
    f"{{{_DC}}}rights": "Alt",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_JPEG_MARK = b"http://ns.adobe.com/xap/1.0/\0"
_PNG_KEYWORD = b"XML:com.adobe.xmp"
_LONGEST_READ_BYTES = 2**26
_LONGEST_BYTES = 60_000  # has to fit into a segment of a JPEG


def xmp_for_export(source: FrameSource, *, place: bool = True) -> bytes:
    """A packet with what of the frame's XMP holds for the result; empty where there is nothing.

    Args:
        source: The frame.
        place: Whether it may say where the picture was taken.
    """
    told = {_name(name): texts for name, texts in iptc_of(source).items()}
    told = {name: texts for name, texts in told.items() if _holds(name, place=place)}
    for packet in _packets(source):
        kept = _kept(packet, told, place=place)
        if kept:
            return kept
    return _packed(_with(_description(), told)) if told else b""


def _packets(source: FrameSource) -> Iterator[bytes]:
    """The XMP beside a RAW file, which is the latest, and the one inside the file."""
    path = file_of(source.path)
    if source.kind == "raw":
        for beside in (path.with_suffix(".xmp"), path.with_name(f"{path.name}.xmp")):
            with suppress(OSError):
                yield beside.read_bytes()
    with suppress(Exception), path.open("rb") as file:  # damaged metadata count as not there
        if source.kind == "jpeg":
            yield app1(file, _JPEG_MARK)
        elif source.kind == "png":
            yield _of_png(file)
        elif source.kind == "heif":
            yield xmp_of(path)
        elif source.kind == "jxl":
            yield metadata_of(file, b"xml ")
        elif source.kind == "webp":
            yield webp_chunk(file, b"XMP ")
        elif source.kind in ("tiff", "raw"):
            with tifffile.TiffFile(file) as tif:
                tag = tif.pages.first.tags.get(XMP_TAG)
                yield bytes(tag.value) if tag is not None else b""


def _of_png(file: BinaryIO) -> bytes:
    """From before the pixels or, where ExifTool writes it, from behind them (PNG, 11.3.3.4)."""
    for kind, size in chunks(file):
        keyword, _, rest = (file.read(size) if kind == b"iTXt" else b"").partition(b"\0")
        if keyword == _PNG_KEYWORD:
            text = rest[2:].split(b"\0", 2)[2]  # behind language and translation
            return zlib.decompressobj().decompress(text, _LONGEST_READ_BYTES) if rest[0] else text
    return b""


def _kept(packet: bytes, told: dict[str, list[str]], *, place: bool) -> bytes:
    """A packet with what holds; empty where there is nothing, or it cannot be read."""
    if not packet.strip() or b"<!DOCTYPE" in packet:  # its entities can grow without end
        return b""
    try:
        tree = ElementTree.fromstring(packet.strip(b"\0 \r\n\t").decode("utf-8-sig"))
        about = _anew(tree, place=place)
        return b"" if about is None else _packed(_with(about, told))
    except (ElementTree.ParseError, ValueError, RecursionError):
        return b""


def _anew(tree: ElementTree.Element, *, place: bool) -> ElementTree.Element | None:
    if tree.tag == f"{{{_RDF}}}RDF":
        tree, inner = ElementTree.Element("outer"), tree
        tree.append(inner)
    about = _description()
    for description in tree.iterfind(f"{{{_RDF}}}RDF/{{{_RDF}}}Description"):
        for name, value in description.attrib.items():
            if _holds(name, place=place) and value:
                about.set(name, value)
        about.extend(child for child in description if _holds(child.tag, place=place))
    return None if len(about) == 0 and len(about.attrib) == 1 else about


def _description() -> ElementTree.Element:
    return ElementTree.Element(f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""})


def _name(short: str) -> str:
    prefix, name = short.split(":")
    return f"{{{_PREFIXES[prefix]}}}{name}"


def _with(about: ElementTree.Element, told: dict[str, list[str]]) -> ElementTree.Element:
    """Add what older programs have written down; what the description has itself is newer."""
    own = {child.tag for child in about} | set(about.attrib)
    for name, texts in told.items():
        if name in own:
            continue
        if name not in _LISTS:
            about.set(name, texts[0])
            continue
        kind = _LISTS[name]
        items = ElementTree.SubElement(ElementTree.SubElement(about, name), f"{{{_RDF}}}{kind}")
        for text in texts if kind != "Alt" else texts[:1]:
            item = ElementTree.SubElement(items, f"{{{_RDF}}}li")
            item.text = text
            if kind == "Alt":
                item.set(_LANGUAGE, "x-default")
    return about


def _packed(about: ElementTree.Element) -> bytes:
    """As a file holds it; empty where that would be too long."""
    root = ElementTree.Element(f"{{{_PREFIXES['x']}}}xmpmeta")
    ElementTree.SubElement(root, f"{{{_RDF}}}RDF").append(about)
    for prefix, space in _PREFIXES.items():
        ElementTree.register_namespace(prefix, space)
    text = ElementTree.tostring(root)  # other characters than ASCII as references
    whole = b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>' + text + b'<?xpacket end="w"?>'
    return whole if len(whole) <= _LONGEST_BYTES else b""


def _holds(name: str, *, place: bool) -> bool:
    if name in _PLACE or name.startswith(_POSITION):
        return place
    return name in _NAMED or name.startswith(tuple(f"{{{space}}}" for space in _WHOLE))
