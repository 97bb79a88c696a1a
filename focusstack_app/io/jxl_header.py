"""What stands in front of the pixels of a JPEG XL file: boxes, sizes, the colour encoding.

ISO/IEC 18181-1 (the codestream) and 18181-2 (the file). The decoder gives pixels only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

import imagecodecs

from focusstack_app.io.code_points import OF_SRGB

BARE = b"\xff\x0a"
BOXED = b"\0\0\0\x0cJXL \r\n\x87\n"
BLACK = 4  # of the kinds of further channels
HEAD_BYTES = 4096  # of the codestream: far more than the header

_LONGEST_BYTES = 2**24  # of metadata
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))

Sizes = tuple[tuple[int, int], ...]  # offset and bits
_SIDE: Sizes = ((1, 9), (1, 13), (1, 18), (1, 30))
_ENUM: Sizes = ((0, 0), (1, 0), (2, 4), (18, 6))
_COORDINATE: Sizes = ((0, 19), (524288, 19), (1048576, 20), (2097152, 21))


@dataclass(frozen=True, slots=True)
class ColourEncoding:
    """How numbers mean colours (section E.2).

    Attributes:
        has_profile: Whether it is said by an ICC profile, which is not read, or is not for RGB.
        grey: Whether there is one channel.
        white: Of the tables there, or None where `chromaticities` has it.
        primaries: The same.
        chromaticities: (x, y) of white, red, green, blue, as far as they are told.
        transfer: Of the table there; None where `gamma` holds.
        gamma: Exponent from numbers to light.
        transfer_at_bit: Where `transfer` stands in the codestream; 0 where it does not.
    """

    has_profile: bool = False
    grey: bool = False
    white: int = 1
    primaries: int = 1
    chromaticities: tuple[tuple[float, float], ...] = ()
    transfer: int | None = OF_SRGB
    gamma: float = 0.0
    transfer_at_bit: int = 0


@dataclass(frozen=True, slots=True)
class JxlHeader:
    """Facts of a codestream.

    Attributes:
        width_px: As stored.
        height_px: As stored.
        orientation: As in EXIF; the decoder undoes it.
        bits: Per sample.
        floating: Whether samples are of floating point.
        animated: Whether there are several pictures.
        further: Kinds of channels beside the colours.
        colours: What the numbers mean.
    """

    width_px: int
    height_px: int
    orientation: int
    bits: int
    floating: bool
    animated: bool
    further: tuple[int, ...]
    colours: ColourEncoding


class _Bits:
    """Numbers of some bits, the lowest first; zeros behind the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "little")
        self._count = self.left = 8 * len(data)

    def take(self, count: int) -> int:
        """The next `count` bits."""
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        self.left -= count
        return value

    @property
    def taken(self) -> int:
        """How many have been taken."""
        return self._count - self.left

    def flag(self) -> bool:
        """The next bit."""
        return bool(self.take(1))

    def choice(self, sizes: Sizes) -> int:
        """A number of one of four sizes (section B.2.2)."""
        offset, bits = sizes[self.take(2)]
        return offset + self.take(bits)


def header_of(file: BinaryIO) -> JxlHeader:
    """Read the header of the codestream in a file.

    Raises:
        ValueError: If there is none, or it is cut off.
    """
    data = _codestream_head(file)
    if not data.startswith(BARE):
        raise ValueError("no codestream")
    bits = _Bits(data)
    bits.take(8 * len(BARE))
    header = _header(bits)
    if bits.left < 0:
        raise ValueError("the header is cut off")
    return header


def metadata_of(file: BinaryIO, wanted: bytes) -> bytes:
    """The contents of the first box of a kind ("Exif", "xml "); empty where there is none."""
    for kind, size in boxes(file):
        if kind == wanted:
            return file.read(min(size, _LONGEST_BYTES))
        if kind == b"brob" and file.read(4) == wanted:
            packed = file.read(min(size - 4, _LONGEST_BYTES))
            with suppress(imagecodecs.BrotliError):  # damaged, or without end
                return bytes(imagecodecs.brotli_decode(packed, out=_LONGEST_BYTES))
    return b""


def boxes(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind and size of the contents of each box; the file stands at them in the caller's turn."""
    file.seek(0)
    if file.read(len(BOXED)) != BOXED:
        return
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        size -= 8
        if size == -7:
            size = int.from_bytes(file.read(8), "big") - 16
        elif size == -8:  # to the end
            size = 2**62
        if size < 0:
            return
        at = file.tell()
        yield kind, size
        if size == 2**62:
            return
        file.seek(at + size)


def _codestream_head(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if head.startswith(BARE):
        return head
    parts = b""
    for kind, size in boxes(file):
        if kind in (b"jxlc", b"jxlp"):
            number = 4 if kind == b"jxlp" else 0
            file.read(number)
            parts += file.read(min(size - number, HEAD_BYTES))
            if kind == b"jxlc" or len(parts) >= HEAD_BYTES:
                break
    return parts


def _header(bits: _Bits) -> JxlHeader:
    """Sections D.2 and E.1 to E.3."""
    width, height = _size(bits)
    if bits.flag():
        return JxlHeader(width, height, 1, 8, False, False, (), ColourEncoding())
    orientation, animated = 1, False
    if bits.flag():
        orientation = 1 + bits.take(3)
        if bits.flag():  # the size that it is meant to be shown in
            _size(bits)
        if bits.flag():
            _preview(bits)
        animated = bits.flag()
        if animated:
            _animation(bits)
    depth, floating = _depth(bits)
    bits.flag()  # whether buffers of 16 bits are enough
    further = tuple(_further(bits) for _ in range(bits.choice(((0, 0), (1, 0), (2, 4), (1, 12)))))
    bits.flag()  # whether it is coded as XYB
    colours = _colours(bits)
    return JxlHeader(width, height, orientation, depth, floating, animated, further, colours)


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.flag()

    def side() -> int:
        return 8 * (1 + bits.take(5)) if small else bits.choice(_SIDE)

    height = side()
    ratio = bits.take(3)
    if ratio == 0:
        return side(), height
    across, down = _RATIOS[ratio - 1]
    return height * across // down, height


def _preview(bits: _Bits) -> None:
    eighths = bits.flag()
    sizes: Sizes = ((1, 6), (65, 8), (321, 10), (1345, 12))
    if eighths:
        sizes = ((16, 0), (32, 0), (1, 5), (33, 9))
    bits.choice(sizes)
    if bits.take(3) == 0:
        bits.choice(sizes)


def _animation(bits: _Bits) -> None:
    bits.choice(((100, 0), (1000, 0), (1, 10), (1, 30)))
    bits.choice(((1, 0), (1001, 0), (1, 8), (1, 10)))
    bits.choice(((0, 0), (0, 3), (0, 16), (0, 32)))
    bits.flag()


def _depth(bits: _Bits) -> tuple[int, bool]:
    floating = bits.flag()
    if not floating:
        return bits.choice(((8, 0), (10, 0), (12, 0), (1, 6))), False
    depth = bits.choice(((32, 0), (16, 0), (24, 0), (1, 6)))
    bits.take(4)
    return depth, True


def _further(bits: _Bits) -> int:
    if bits.flag():
        return 0  # opacity, as usual
    kind = bits.choice(_ENUM)
    _depth(bits)
    bits.choice(((0, 0), (3, 0), (4, 0), (1, 3)))
    for _ in range(bits.choice(((0, 0), (0, 4), (16, 5), (48, 10)))):
        bits.take(8)  # its name
    if kind == 0:
        bits.flag()
    elif kind == 2:
        bits.take(4 * 16)
    elif kind == 5:
        bits.choice(((1, 0), (0, 2), (3, 4), (19, 8)))
    return kind


def _colours(bits: _Bits) -> ColourEncoding:
    if bits.flag():
        return ColourEncoding()
    has_profile, space = bits.flag(), bits.choice(_ENUM)
    grey = space == 1
    if has_profile or space not in (0, 1):
        return ColourEncoding(has_profile=True, grey=grey)
    white = bits.choice(_ENUM)
    chromaticities: tuple[tuple[float, float], ...] = (_point(bits),) if white == 2 else ()
    primaries = 1 if grey else bits.choice(_ENUM)
    if primaries == 2:
        chromaticities += tuple(_point(bits) for _ in range(3))
    if bits.flag():
        exponent = bits.take(24)
        gamma = 1e7 / exponent if exponent else 0.0
        return ColourEncoding(False, grey, white, primaries, chromaticities, None, gamma)
    at = bits.taken
    transfer = bits.choice(_ENUM)
    return ColourEncoding(False, grey, white, primaries, chromaticities, transfer, 0.0, at)


def _point(bits: _Bits) -> tuple[float, float]:
    x, y = bits.choice(_COORDINATE), bits.choice(_COORDINATE)
    return _signed(x) / 1e6, _signed(y) / 1e6


def _signed(value: int) -> int:
    """Section B.2.6: 0, -1, 1, -2 ..."""
    return -(value + 1) // 2 if value & 1 else value // 2
