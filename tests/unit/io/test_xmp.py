from __future__ import annotations

import struct
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image, PngImagePlugin

from focusstack_app.io.icc import srgb_profile
from focusstack_app.io.jxl_header import metadata_of
from focusstack_app.io.probe import probe
from focusstack_app.io.write import write_picture
from focusstack_app.io.write_jxl import write_jxl
from focusstack_app.io.xmp import xmp_for_export
from tests.unit.io.builders import corners, save_dng, save_jpeg

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmp:Rating="4" xmp:CreatorTool="Lightroom" tiff:Orientation="6" crs:Exposure2012="+1.50">
   <dc:subject><rdf:Bag><rdf:li>Käfer</rdf:li><rdf:li>macro</rdf:li></rdf:Bag></dc:subject>
   <crs:ToneCurve><rdf:Seq><rdf:li>0, 0</rdf:li></rdf:Seq></crs:ToneCurve>
  </rdf:Description>
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
   <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© Me</rdf:li></rdf:Alt></dc:rights>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()


def _frame(folder: Path, kind: str, packet: bytes) -> Path:
    path = folder / f"frame.{kind}"
    if kind == "jpg":
        return save_jpeg(path, corners(), xmp=packet)
    if kind == "tif":
        tags = [(700, "B", len(packet), packet, True)]
        tifffile.imwrite(path, corners(), photometric="rgb", extratags=tags)
    elif kind == "png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", packet.decode())
        Image.fromarray(corners()).save(path, pnginfo=text)
    elif kind == "jxl":
        write_jxl(path, corners(), b"", srgb_profile(), packet, quality=90, lossless=True)
    elif kind == "webp":
        Image.fromarray(corners()).save(path, xmp=packet)
    elif kind == "heic":
        pillow_heif.from_pillow(Image.fromarray(corners())).save(path, xmp=packet)
    else:
        save_dng(path, np.full((64, 96, 3), 0.2))
        path.with_suffix(".xmp").write_bytes(packet)
    return path


def _in_file(path: Path) -> bytes:
    if path.suffix == ".tif":
        with tifffile.TiffFile(path) as tif:
            return bytes(tif.pages.first.tags[700].value)
    if path.suffix == ".jxl":
        with path.open("rb") as file:
            return metadata_of(file, b"xml ")
    with Image.open(path) as image:
        packet = image.info["xmp"]
        assert isinstance(packet, bytes)
        return packet


@pytest.mark.parametrize("kind", ["jpg", "tif", "png", "heic", "webp", "jxl", "dng"])
@pytest.mark.parametrize("suffix", [".tif", ".jpg", ".png", ".webp", ".jxl", ".dng"])
def test_what_was_written_down_about_the_picture_is_kept(
    tmp_path: Path, kind: str, suffix: str
) -> None:
    out = tmp_path / f"out{suffix}"
    write_picture(
        out,
        np.zeros((30, 40, 3), np.uint16),
        icc_profile=None,
        source=probe(_frame(tmp_path, kind, PACKET)),
        description="",
    )
    packet = _in_file(out)
    texts = [element.text for element in ElementTree.fromstring(packet).iter() if element.text]
    assert texts == ["Käfer", "macro", "© Me"]
    assert b'Rating="4"' in packet
    for word in (b"Orientation", b"Exposure2012", b"ToneCurve", b"CreatorTool"):
        assert word not in packet


@pytest.mark.parametrize("packed", [False, True])
def test_a_png_may_have_it_behind_the_pixels(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "a.png"
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", "of the gimp")
    Image.fromarray(corners()).save(path, pnginfo=text)
    kind = b"\1\0" if packed else b"\0\0"
    packet = zlib.compress(PACKET) if packed else PACKET
    chunk = b"iTXtXML:com.adobe.xmp\0" + kind + b"en\0XMP\0" + packet
    behind = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    data = path.read_bytes()
    path.write_bytes(data[:-12] + behind + data[-12:])  # the last chunk is empty
    assert b'Rating="4"' in xmp_for_export(probe(path))


def test_properties_inside_of_others_stay_there(tmp_path: Path) -> None:
    inside = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/">
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:i="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">
    <i:CreatorContactInfo><rdf:Description i:CiEmailWork="a@b.example"/></i:CreatorContactInfo>
    </rdf:Description></rdf:RDF></x:xmpmeta>"""
    packet = xmp_for_export(probe(_frame(tmp_path, "jpg", inside)))
    (about,) = ElementTree.fromstring(packet)[0]
    (contact,) = about
    assert contact.tag.endswith("CreatorContactInfo")
    assert list(contact[0].attrib.values()) == ["a@b.example"]
    assert len(about.attrib) == 1


def test_a_packet_without_its_outer_element_will_do(tmp_path: Path) -> None:
    bare = PACKET[PACKET.index(b"<rdf:RDF") : PACKET.index(b"</x:xmpmeta>")]
    path = save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2))
    path.with_name("a.dng.xmp").write_bytes(bare)  # as some raw developers name it
    assert b'Rating="4"' in xmp_for_export(probe(path))


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"no XML",
        PACKET[:-200],
        PACKET.replace(b"<x:xmpmeta", b'<!DOCTYPE x [<!ENTITY a "aa">]><x:xmpmeta'),
        PACKET.replace(b"macro", b"m" * 70_000),
        PACKET.replace(b"macro", b"<a>" * 20_000 + b"</a>" * 20_000),
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>',
        b"\xff\xfe\x00",
    ],
)
def test_what_cannot_be_used_counts_as_not_there(tmp_path: Path, packet: bytes) -> None:
    path = save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2))
    path.with_suffix(".xmp").write_bytes(packet)
    assert xmp_for_export(probe(path)) == b""


def test_a_frame_that_is_gone_has_none(tmp_path: Path) -> None:
    source = probe(_frame(tmp_path, "jpg", PACKET))
    source.path.unlink()
    assert xmp_for_export(source) == b""


def test_the_place_can_be_left_out(tmp_path: Path) -> None:
    placed = PACKET.replace(
        b'xmp:Rating="4"',
        b'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Jena" '
        b'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" '
        b'Iptc4xmpCore:Location="Botanical garden" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        b'exif:GPSLatitude="50,55.7N" xmp:Rating="4"',
    )
    source = probe(_frame(tmp_path, "jpg", placed))
    said = (b"Jena", b"Botanical", b'GPSLatitude="50,55.7N"')
    kept, without = xmp_for_export(source), xmp_for_export(source, place=False)
    assert all(word in kept for word in said)
    assert b"macro" in without
    assert not any(word in without for word in said)


def test_what_a_raw_developer_found_out_is_kept_but_not_what_it_did(tmp_path: Path) -> None:
    beside = PACKET.replace(
        b'xmp:Rating="4"',
        b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="50,55.7N" '
        b'exif:GPSLongitude="11,35.2E" exif:PixelXDimension="96" '
        b'xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" aux:Lens="105.0 mm f/2.8" '
        b'aux:SerialNumber="7"',
    )
    path = save_dng(tmp_path / "a.dng", np.full((64, 96, 3), 0.2))
    path.with_suffix(".xmp").write_bytes(beside)
    out = tmp_path / "out.tif"
    write_picture(
        out,
        np.zeros((64, 96, 3), np.uint16),
        icc_profile=None,
        source=probe(path),
        description="",
    )
    packet = _in_file(out)
    for word in (b'GPSLatitude="50,55.7N"', b'GPSLongitude="11,35.2E"', b'Lens="105.0 mm f/2.8"'):
        assert word in packet
    for word in (b"PixelXDimension", b"SerialNumber", b"Exposure2012"):
        assert word not in packet


@pytest.mark.parametrize("packet", [b"", PACKET])
def test_what_older_programs_have_written_down_is_kept_unless_newer_ones_did(
    tmp_path: Path, packet: bytes
) -> None:
    datasets = ((25, b"beetle"), (80, b"Me"), (90, b"Bonn"), (105, "Größe".encode()))
    records = b"".join(
        struct.pack(">BBBH", 0x1C, 2, number, len(data)) + data for number, data in datasets
    )
    tags = [(33723, "B", len(records), records, True)]
    if packet:
        tags.append((700, "B", len(packet), packet, True))
    tifffile.imwrite(tmp_path / "a.tif", corners(), photometric="rgb", extratags=tags)
    kept = xmp_for_export(probe(tmp_path / "a.tif"), place=False)
    tree = ElementTree.fromstring(kept)
    texts = [element.text for element in tree.iter() if element.text]
    assert texts == (["Käfer", "macro", "© Me", "Me"] if packet else ["beetle", "Me"])
    assert {"Größe"} <= {value for element in tree.iter() for value in element.attrib.values()}
    assert b"Bonn" not in kept
    assert b"Bonn" in xmp_for_export(probe(tmp_path / "a.tif"))
