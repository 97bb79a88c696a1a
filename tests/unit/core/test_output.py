from __future__ import annotations

from pathlib import Path

import pytest

from focusstack_app.core.output import FileFormat, OutputOptions, Stereo, StereoKind, format_of


def test_the_suffix_tells_the_format_in_either_case() -> None:
    assert format_of(Path("a.TIF")) is FileFormat.TIFF
    assert format_of(Path("a.b.jpeg")) is FileFormat.JPEG
    assert format_of(Path("a.gif")) is None
    assert format_of(Path("tif")) is None


def test_every_format_has_its_suffixes() -> None:
    for kind in FileFormat:
        assert all(format_of(Path(f"a{suffix}")) is kind for suffix in kind.suffixes)


def test_bits_are_those_of_the_options_where_a_format_has_a_choice() -> None:
    options = OutputOptions(bits=8)
    assert options.bits_in(FileFormat.TIFF) == options.bits_in(FileFormat.JPEG) == 8
    assert options.bits_in(FileFormat.DNG) == 16
    assert OutputOptions().bits_in(FileFormat.JXL) == 16


@pytest.mark.parametrize("quality", [0, 101])
def test_quality_has_a_range(quality: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        OutputOptions(quality=quality)


def test_a_stereo_view_has_the_formats_of_a_picture_or_those_that_move() -> None:
    assert StereoKind.ANAGLYPH.suffixes == tuple(s for kind in FileFormat for s in kind.suffixes)
    assert StereoKind.ROCKING.suffixes == (".webp", ".gif")


@pytest.mark.parametrize("parallax", [0.0, 0.11])
def test_parallax_has_a_range(parallax: float) -> None:
    with pytest.raises(ValueError, match=r"at most 0\.1"):
        Stereo(Path("a.tif"), parallax=parallax)
