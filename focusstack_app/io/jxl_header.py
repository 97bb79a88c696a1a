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
TOLD = 2  # by chromaticities: of white and primaries
_RELATIVE = 1  # of the rendering intents
_HEAD_BYTES = 4096  # of the codestream: far more than the header

_EXPONENT_BITS, _MOST_EXPONENT = 24, 1e7  # of a gamma
_LONGEST_BYTES = 2**24  # of metadata
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))

Sizes = tuple[tuple[int, int], ...]  # offset and bits
_SIDE: Sizes = ((1, 9), (1, 13), (1, 18), (1, 30))
_ENUM: Sizes = ((0, 0), (1, 0), (2, 4), (18, 6))
_DEPTH: Sizes = ((8, 0), (10, 0), (12, 0), (1, 6))
_LONG: Sizes = ((0, 0), (1, 4), (17, 8), (1, 12))  # only 0 is looked for
_COORDINATE: Sizes = ((0, 19), (524288, 19), (1048576, 20), (2097152, 21))


@dataclass(frozen=True, slots=True)
class ColourEncoding:
    """How numbers mean colours (section E.2).

    Attributes:
        has_profile: Whether it is said by an ICC profile, which is not read, or is not for RGB.
        grey: Whether there is one channel.
        white: Of the tables there; `TOLD` where `chromaticities` has it.
        primaries: The same.
        chromaticities: (x, y) of white, red, green, blue, as far as they are told.
        transfer: Of the table there; None where `gamma` holds.
        gamma: Exponent from numbers to light.
    """

    has_profile: bool = False
    grey: bool = False
    white: int = 1
    primaries: int = 1
    chromaticities: tuple[tuple[float, float], ...] = ()
    transfer: int | None = OF_SRGB
    gamma: float = 0.0


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
        small_buffers: Whether numbers of 16 bits are enough to decode it.
        xyb: Whether colours are coded by how they look (section L.2), whatever the numbers mean.
        size_bytes: Of the header, where pixels follow it at once; 0 else.
    """

    width_px: int
    height_px: int
    orientation: int
    bits: int
    floating: bool
    animated: bool
    further: tuple[int, ...]
    colours: ColourEncoding
    small_buffers: bool
    xyb: bool
    size_bytes: int


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
    def taken_bytes(self) -> int:
        """How many bytes have been taken, the last perhaps by half."""
        return (self._count - self.left + 7) // 8

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
    head = file.read(_HEAD_BYTES)
    if head.startswith(BARE):
        return head
    parts = b""
    for kind, size in boxes(file):
        if kind in (b"jxlc", b"jxlp"):
            number = 4 if kind == b"jxlp" else 0
            file.read(number)
            parts += file.read(min(size - number, _HEAD_BYTES))
            if kind == b"jxlc" or len(parts) >= _HEAD_BYTES:
                break
    return parts


def _header(bits: _Bits) -> JxlHeader:
    """Sections D.2 and E.1 to E.3."""
    width, height = _size(bits)
    if bits.flag():
        colours, end = ColourEncoding(), _end(bits)
        return JxlHeader(width, height, 1, 8, False, False, (), colours, True, True, end)
    orientation, animated = 1, False
    more = bits.flag()
    if more:
        orientation = 1 + bits.take(3)
        if bits.flag():  # the size that it is meant to be shown in
            _size(bits)
        if bits.flag():
            _preview(bits)
        animated = bits.flag()
        if animated:
            _animation(bits)
    depth, floating = _depth(bits)
    small_buffers = bits.flag()
    further = tuple(_further(bits) for _ in range(bits.choice(((0, 0), (1, 0), (2, 4), (1, 12)))))
    xyb = bits.flag()
    colours = _colours(bits)
    # Of more, the brightness of the screen follows, and of a profile that.
    end = 0 if more or colours.has_profile or bits.choice(_LONG) else _end(bits)
    return JxlHeader(
        width_px=width,
        height_px=height,
        orientation=orientation,
        bits=depth,
        floating=floating,
        animated=animated,
        further=further,
        colours=colours,
        small_buffers=small_buffers,
        xyb=xyb,
        size_bytes=end,
    )


def _end(bits: _Bits) -> int:
    return bits.taken_bytes if bits.flag() else 0  # how colours are transformed: as usual


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
        return bits.choice(_DEPTH), False
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
    chromaticities: tuple[tuple[float, float], ...] = (_point(bits),) if white == TOLD else ()
    primaries = 1 if grey else bits.choice(_ENUM)
    if primaries == TOLD:
        chromaticities += tuple(_point(bits) for _ in range(3))
    if bits.flag():
        exponent = bits.take(_EXPONENT_BITS)
        transfer, gamma = None, _MOST_EXPONENT / exponent if exponent else 0.0
    else:
        transfer, gamma = bits.choice(_ENUM), 0.0
    bits.choice(_ENUM)  # how what a screen cannot show is shown
    return ColourEncoding(False, grey, white, primaries, chromaticities, transfer, gamma)


def _point(bits: _Bits) -> tuple[float, float]:
    x, y = bits.choice(_COORDINATE), bits.choice(_COORDINATE)
    return _signed(x) / 1e6, _signed(y) / 1e6


def _signed(value: int) -> int:
    """Section B.2.6: 0, -1, 1, -2 ..."""
    return -(value + 1) // 2 if value & 1 else value // 2


class _Packing:
    """The reverse of `_Bits`."""

    def __init__(self) -> None:
        self._value = self._count = 0

    def put(self, value: int, count: int) -> None:
        """A number of `count` bits."""
        self._value |= value << self._count
        self._count += count

    def put_choice(self, value: int, sizes: Sizes) -> None:
        """A number of the first of four sizes that holds it."""
        for number, (offset, count) in enumerate(sizes):
            if 0 <= value - offset < 1 << count:
                self.put(number, 2)
                self.put(value - offset, count)
                return
        raise ValueError(f"{value} has none of the sizes {sizes}")

    def put_point(self, point: tuple[float, float]) -> None:
        """A chromaticity."""
        for value in (round(coordinate * 1e6) for coordinate in point):
            self.put_choice(2 * value if value >= 0 else -2 * value - 1, _COORDINATE)

    def packed(self) -> bytes:
        """All of it, filled up with zeros."""
        return self._value.to_bytes((self._count + 7) // 8, "little")


def packed_header(header: JxlHeader) -> bytes:
    """The beginning of a codestream, as `header_of` reads it; frames follow.

    Args:
        header: Of whole numbers in RGB, upright, without further channels.

    Raises:
        ValueError: If a number is too large.
    """
    colours, packing = header.colours, _Packing()
    packing.put(int.from_bytes(BARE, "little"), 8 * len(BARE))
    packing.put(0, 1)  # not small
    packing.put_choice(header.height_px, _SIDE)
    packing.put(0, 3)  # no usual aspect
    packing.put_choice(header.width_px, _SIDE)
    packing.put(0, 3)  # not all as usual, but no more than is said here; whole numbers
    packing.put_choice(header.bits, _DEPTH)
    packing.put(header.small_buffers, 1)
    packing.put(0, 2)  # no further channels
    packing.put(header.xyb, 1)
    packing.put(0, 2)  # colours are not as usual, but have no profile
    packing.put_choice(0, _ENUM)  # RGB
    packing.put_choice(colours.white, _ENUM)
    if colours.white == TOLD:
        packing.put_point(colours.chromaticities[0])
    packing.put_choice(colours.primaries, _ENUM)
    if colours.primaries == TOLD:
        for point in colours.chromaticities[-3:]:
            packing.put_point(point)
    packing.put(colours.transfer is None, 1)
    if colours.transfer is None:
        packing.put(round(_MOST_EXPONENT / colours.gamma), _EXPONENT_BITS)
    else:
        packing.put_choice(colours.transfer, _ENUM)
    packing.put_choice(_RELATIVE, _ENUM)
    packing.put(0b100, 3)  # no extensions; the usual transform of colours
    return packing.packed()
