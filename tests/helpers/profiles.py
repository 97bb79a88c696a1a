"""ICC profiles of displays."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import Image, ImageCms
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColorSpace

SPACES = QColorSpace.NamedColorSpace
_LUT_SIDE = 17
_HEADER_BYTES, _ENTRY_BYTES = 128, 12
_WHITE, _RED, _GREEN, _BLUE = (
    QPointF(x, y) for x, y in ((0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06))
)


def profile(space: QColorSpace.NamedColorSpace) -> bytes:
    """The profile of a known colour space: a matrix and curves."""
    return bytes(QColorSpace(space).iccProfile().data())


def swapped_profile() -> bytes:
    """sRGB with red and green exchanged: a red pixel looks green on such a display."""
    transfer = QColorSpace.TransferFunction.SRgb
    return bytes(QColorSpace(_WHITE, _GREEN, _RED, _BLUE, transfer).iccProfile().data())


def lut_profile() -> bytes:
    """Adobe RGB as tables of colours in both directions, as calibration programs write them."""
    adobe = profile(SPACES.AdobeRgb)
    named, lab = ImageCms.ImageCmsProfile(io.BytesIO(adobe)), ImageCms.createProfile("LAB")
    side = np.linspace(0, 255, _LUT_SIDE).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(side, side, side, indexing="ij"), -1).reshape(1, -1, 3)
    relative = ImageCms.Intent.RELATIVE_COLORIMETRIC
    to_lab = ImageCms.buildTransform(named, lab, "RGB", "LAB", renderingIntent=relative)
    from_lab = ImageCms.buildTransform(lab, named, "LAB", "RGB", renderingIntent=relative)
    labs = ImageCms.applyTransform(Image.fromarray(grid), to_lab)
    asked = Image.frombytes("LAB", (grid.shape[1], 1), _signed(grid).tobytes())
    colours = ImageCms.applyTransform(asked, from_lab)
    assert labs is not None
    assert colours is not None
    name = (
        b"mluc" + struct.pack(">4xII2s2sII", 1, 12, b"en", b"US", 6, 28) + "LUT".encode("utf-16-be")
    )
    tags = {
        b"desc": name,
        b"cprt": name,
        b"wtpt": b"XYZ " + struct.pack(">4x3I", 0xF6D6, 0x10000, 0xD32D),
        b"A2B0": _lut(_signed(np.array(labs))),
        b"B2A0": _lut(np.array(colours)),
    }
    table, data = struct.pack(">I", len(tags)), b""
    start = _HEADER_BYTES + len(table) + _ENTRY_BYTES * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", start + len(data), len(value))
        data += value + b"\0" * (-len(value) % 4)
    head = bytearray(adobe[:_HEADER_BYTES])
    head[:4] = struct.pack(">I", start + len(data))
    head[12:24] = b"mntrRGB Lab "
    return bytes(head) + table + data


def _signed(lab: np.ndarray) -> np.ndarray:
    """Between a and b of Pillow (with a sign) and those of a profile (from 128)."""
    return np.asarray(lab, np.uint8) ^ np.array([0, 128, 128], np.uint8)


def _lut(colours: np.ndarray) -> bytes:
    """A table of 8 bits: identity matrix and curves around the colours."""
    matrix = struct.pack(">9i", *(65536 * np.eye(3, dtype=int).ravel()))
    curve = bytes(range(256)) * 3
    head = b"mft1" + struct.pack(">4x4B", 3, 3, _LUT_SIDE, 0)
    return head + matrix + curve + colours.astype(np.uint8).tobytes() + curve
