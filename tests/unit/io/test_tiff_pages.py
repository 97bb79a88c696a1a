from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.core.pages import page_path
from focusstack_app.io.probe import probe, probe_frames
from focusstack_app.io.read import read_frame, read_proxy
from focusstack_app.io.thumbnail import read_thumbnail
from tests.unit.io.builders import corners, noise8, noise16


def _slices(count: int = 4) -> Any:
    return np.stack([noise16(16, 24, seed) for seed in range(count)])


def _grey(count: int = 4) -> Any:
    return np.ascontiguousarray(_slices(count)[..., 0])


def _check(path: Path, expected: Any) -> None:
    sources = probe_frames(path)
    assert [source.path for source in sources] == [
        page_path(path, n + 1) for n in range(len(expected))
    ]
    for source, picture in zip(sources, expected, strict=True):
        assert (source.size_px, source.bits) == ((24, 16), 16)
        assert source == probe(source.path)
        pixels = read_frame(source).pixels
        assert np.array_equal(pixels, np.broadcast_to(picture.reshape(16, 24, -1), (16, 24, 3)))


@pytest.mark.parametrize(
    "options",
    [
        {"metadata": None},
        {},  # with tifffile's own note of the shape
        {"compression": "zlib", "predictor": True},
        {"tile": (16, 16)},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"ome": True, "metadata": {"axes": "ZYXS"}},
    ],
)
def test_pages_in_colour_are_frames(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "beetle.tif"
    tifffile.imwrite(path, _slices(), photometric="rgb", **options)
    _check(path, _slices())


@pytest.mark.parametrize(
    "options",
    [
        {"metadata": None},
        {"imagej": True, "metadata": {"axes": "ZYX"}},
        {"imagej": True, "metadata": {"axes": "TYX"}},
        {"ome": True, "metadata": {"axes": "ZYX"}},
    ],
)
def test_grey_pages_are_frames(tmp_path: Path, options: dict[str, Any]) -> None:
    path = tmp_path / "cell.tiff"
    tifffile.imwrite(path, _grey(), photometric="minisblack", **options)
    _check(path, _grey())


def test_colours_of_imagej_are_no_channels(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    slices = np.stack([noise8(16, 24, seed) for seed in range(3)])
    tifffile.imwrite(path, slices, photometric="rgb", imagej=True)
    assert np.array_equal([read_frame(s).pixels for s in probe_frames(path)], slices)


def test_more_channels_than_a_picture_can_have_are_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, _grey(9), imagej=True, metadata={"axes": "CYX"})
    _check(path, _grey(9))


def _with_one_directory(path: Path, slices: Any) -> None:
    """As ImageJ writes what is larger than 4 GB."""
    count = len(slices)
    said = f"ImageJ=1.54f\nimages={count}\nslices={count}\n"
    options: Any = {"byteorder": ">", "metadata": None, "description": said}
    tifffile.imwrite(path, slices[0], photometric="minisblack", **options)
    with tifffile.TiffFile(path, mode="r+") as tif:
        at = tif.pages.first.dataoffsets[0]
        assert at + slices[0].nbytes == path.stat().st_size
    with path.open("ab") as file:
        file.write(slices[1:].astype(">u2").tobytes())


def test_frames_without_directories_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    _with_one_directory(path, _grey(5))
    _check(path, _grey(5))


def test_frames_without_directories_that_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    _with_one_directory(path, _grey(5))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match="damaged or cut off"):
        probe_frames(path)


def test_palette_pages_are_frames(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    pages = [Image.fromarray(noise8(9, 11, seed)).quantize(16) for seed in range(3)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    frames = [read_frame(source).pixels for source in probe_frames(path)]
    assert np.array_equal(frames, [np.asarray(page.convert("RGB")) for page in pages])


def test_thumbnails_among_the_pages_are_passed_over(tmp_path: Path) -> None:
    path, slices = tmp_path / "a.tif", _slices(3)
    with tifffile.TiffWriter(path) as writer:
        for picture in slices:
            writer.write(picture, photometric="rgb", metadata=None)
            writer.write(picture[::4, ::4], photometric="rgb", metadata=None, subfiletype=1)
    sources = probe_frames(path)
    assert [source.path.name for source in sources] == ["a.tif#1", "a.tif#3", "a.tif#5"]
    assert all(
        np.array_equal(read_frame(s).pixels, p) for s, p in zip(sources, slices, strict=True)
    )


def test_a_single_picture_keeps_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, noise16(9, 11), photometric="rgb")
    assert probe_frames(path) == (probe(path),)
    Image.fromarray(noise8(9, 11)).save(tmp_path / "b.png")
    assert probe_frames(tmp_path / "b.png") == (probe(tmp_path / "b.png"),)


def test_pages_are_turned_upright_and_reduced(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    stored = np.stack([np.rot90(corners()), np.rot90(corners())])
    options: Any = {"extratags": [(274, "H", 1, 6, False)], "metadata": None}
    tifffile.imwrite(path, stored, photometric="rgb", **options)
    second = probe_frames(path)[1]
    assert second.size_px == (48, 32)
    assert np.array_equal(read_frame(second).pixels, corners())
    assert read_proxy(second, 24).pixels.shape == (16, 24, 3)
    assert read_thumbnail(second, 24).shape == (16, 24, 3)


@pytest.mark.parametrize(("axes", "said"), [("ZCYX", "2 channels"), ("TZYX", "several stacks")])
@pytest.mark.parametrize("kind", ["imagej", "ome"])
def test_channels_and_times_are_refused(tmp_path: Path, axes: str, said: str, kind: str) -> None:
    path = tmp_path / "a.ome.tif"
    options: Any = {kind: True, "metadata": {"axes": axes}}
    tifffile.imwrite(path, _grey(6).reshape(3, 2, 16, 24), **options)
    with pytest.raises(InputError, match=rf"a\.ome\.tif (has|holds) {said}") as error:
        probe_frames(path)
    assert error.value.hint


def _tables(order: str = "RGB") -> Any:
    ramps = np.zeros((3, 3, 256), np.uint8)
    for channel, colour in enumerate(order):
        ramps["RGB".index(colour), channel] = np.arange(256)
    return [ramps[:, channel] for channel in range(3)]


def _composite(path: Path, slices: Any, **said: Any) -> Path:
    channels = np.ascontiguousarray(np.moveaxis(slices, 3, 1))
    facts: Any = {"axes": "ZCYX", "mode": "composite", **said}
    tifffile.imwrite(path, channels, imagej=True, metadata=facts)
    return path


@pytest.mark.parametrize("said", [{}, {"LUTs": _tables()}])
@pytest.mark.parametrize("deep", [False, True])
def test_colours_that_imagej_keeps_apart(tmp_path: Path, said: Any, deep: bool) -> None:
    slices = _slices(4) if deep else (_slices(4) >> 8).astype(np.uint8)
    path = _composite(tmp_path / "a.tif", slices, **said)
    sources = probe_frames(path)
    assert [source.path.name for source in sources] == ["a.tif#1", "a.tif#4", "a.tif#7", "a.tif#10"]
    assert np.array_equal([read_frame(source).pixels for source in sources], slices)
    single = _composite(tmp_path / "b.tif", slices[:1], **said)
    assert [source.path for source in probe_frames(single)] == [single]
    assert np.array_equal(read_frame(probe(single)).pixels, slices[0])


def test_colours_that_imagej_keeps_apart_get_one_range(tmp_path: Path) -> None:
    slices = _slices(2) >> 4
    ranges = (16.0, 4000.0, 0.0, 4095.0, 8.0, 3000.0)
    path = _composite(tmp_path / "a.tif", slices, min=16.0, max=4000.0, Ranges=ranges)
    for source, stored in zip(probe_frames(path), slices, strict=True):
        assert source.shown_range == (0.0, 4095.0)
        assert np.array_equal(read_frame(source).pixels, np.rint(stored / 4095 * 65535))


@pytest.mark.parametrize("said", [{"LUTs": _tables("GRB")}, {"mode": "color"}, {"mode": None}])
def test_channels_that_are_no_colours_are_refused(tmp_path: Path, said: Any) -> None:
    path = _composite(tmp_path / "a.tif", _slices(2), **said)
    with pytest.raises(InputError, match="3 channels"):
        probe_frames(path)


def test_colours_apart_over_time_are_several_stacks(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    channels = np.moveaxis(_slices(4), 3, 1).reshape(2, 2, 3, 16, 24)
    facts: Any = {"axes": "TZCYX", "mode": "composite"}
    tifffile.imwrite(path, np.ascontiguousarray(channels), imagej=True, metadata=facts)
    with pytest.raises(InputError, match="several stacks"):
        probe_frames(path)


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_stack_that_is_cut_off_is_refused(
    tmp_path: Path, compression: str | None, kept: float
) -> None:
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as writer:
        for picture in _slices(8):
            writer.write(picture, photometric="rgb", compression=compression, metadata=None)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(InputError, match=r"a\.tif is damaged or cut off"):
        probe_frames(path)


@pytest.mark.parametrize("imagej", [False, True])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_stack_whose_directories_are_behind_its_pictures_and_cut_off(
    tmp_path: Path, imagej: bool, kept: float
) -> None:
    path = tmp_path / "a.tif"
    facts: Any = {"axes": "ZYX"} if imagej else None
    tifffile.imwrite(path, _grey(8), photometric="minisblack", imagej=imagej, metadata=facts)
    data = path.read_bytes()
    path.write_bytes(data[: int(kept * len(data))])
    with pytest.raises(InputError, match=r"a\.tif is damaged or cut off"):
        probe_frames(path)


def test_imagej_counts_frames_whose_directories_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    facts: Any = {"axes": "ZYX"}
    tifffile.imwrite(path, _grey(4), photometric="minisblack", imagej=True, metadata=facts)
    with tifffile.TiffFile(path) as tif:
        page = tif.pages.first
        next_at = page.offset + 2 + 12 * len(page.tags)
    data = bytearray(path.read_bytes())
    data[next_at : next_at + 4] = (7).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut off"):
        probe_frames(path)


def test_directories_that_go_round_in_a_circle_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, _slices(3), photometric="rgb", metadata=None)
    with tifffile.TiffFile(path) as tif:
        pages = [page for page in tif.pages if isinstance(page, tifffile.TiffPage)]
        next_at = pages[2].offset + 2 + 12 * len(pages[2].tags)
        first_at = pages[0].offset
    data = bytearray(path.read_bytes())
    data[next_at : next_at + 4] = first_at.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut off"):
        probe_frames(path)


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, _slices(3), photometric="rgb", metadata=None)
    with pytest.raises(InputError, match=r"a\.tif#4 does not exist"):
        probe(page_path(path, 4))
    with pytest.raises(InputError, match=r"b\.tif#1 does not exist"):
        probe(page_path(tmp_path / "b.tif", 1))


@pytest.mark.parametrize("beside", [False, True])
def test_a_file_that_is_named_like_a_page_is_not_taken_for_one(
    tmp_path: Path, beside: bool
) -> None:
    path = tmp_path / "a.tif#2"
    tifffile.imwrite(path, _slices(1), photometric="rgb")
    if beside:
        tifffile.imwrite(tmp_path / "a.tif", _slices(3), photometric="rgb", metadata=None)
    with pytest.raises(InputError, match=r"a\.tif#2 has the name of a page") as error:
        probe_frames(path)
    assert "Rename it" in error.value.hint


def test_a_page_is_damaged_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, _slices(3), photometric="rgb", compression="zlib", metadata=None)
    sources = probe_frames(path)
    with tifffile.TiffFile(path) as tif:
        page = tif.pages[1]
        at = page.dataoffsets[0] + page.databytecounts[0] // 2
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)
    assert np.array_equal(read_frame(sources[0]).pixels, _slices(3)[0])
    with pytest.raises(InputError, match=r"a\.tif#2 is damaged"):
        read_frame(sources[1])


def test_a_stack_by_another_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stack.dat"
    tifffile.imwrite(path, _slices(3), photometric="rgb", metadata=None)
    with pytest.raises(InputError, match="holds several pictures") as error:
        probe_frames(path)
    assert ".tif" in error.value.hint
