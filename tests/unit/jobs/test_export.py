from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import Cancelled, OutputError, OutputExistsError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import Depth, FusionResult, Provenance
from focusstack_app.core.output import OutputOptions
from focusstack_app.core.progress import Progress
from focusstack_app.io.depth import rounded_to_8
from focusstack_app.jobs.export import (
    MapKind,
    check_size,
    check_targets,
    depth_map,
    export_map,
    export_result,
    provenance_map,
)
from focusstack_app.jobs.opening import open_stack
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack, write_stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return open_stack(write_stack(tmp_path / "frames")).stack


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_the_picture_is_written_with_16_bits_and_nothing_else_appears(
    tmp_path: Path, stack: Stack
) -> None:
    result = fake_result(stack)
    export_result(result, tmp_path / "out.tif")
    assert np.array_equal(tifffile.imread(tmp_path / "out.tif"), result.picture)
    assert _names(tmp_path) == ["out.tif"]


def test_maps_are_written_where_they_are_asked_for(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    export_result(
        result,
        tmp_path / "out.tif",
        provenance=tmp_path / "from.png",
        depth=tmp_path / "depth.tif",
    )
    with Image.open(tmp_path / "from.png") as image:
        assert np.array_equal(np.asarray(image), provenance_map(result))
    depth = tifffile.imread(tmp_path / "depth.tif")
    assert np.array_equal(depth, depth_map(result))


def test_a_16_bit_depth_map_as_png_keeps_its_bits(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    export_result(result, tmp_path / "out.tif", depth=tmp_path / "depth.png")
    with Image.open(tmp_path / "depth.png") as image:
        assert np.array_equal(np.asarray(image, dtype=np.uint16), depth_map(result))


def test_a_map_is_written_without_the_picture(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    export_map(result, MapKind.DEPTH, tmp_path / "depth.tif")
    export_map(result, MapKind.PROVENANCE, tmp_path / "from.png")
    assert _names(tmp_path) == ["depth.tif", "from.png"]
    assert np.array_equal(tifffile.imread(tmp_path / "depth.tif"), depth_map(result))
    with Image.open(tmp_path / "from.png") as image:
        assert np.array_equal(np.asarray(image), provenance_map(result))


def test_a_map_alone_replaces_nothing_that_it_may_not(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    there = tmp_path / "there.png"
    there.write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"there\.png already exists"):
        export_map(result, MapKind.DEPTH, there)
    frame = stack.sources[0].path
    before = frame.read_bytes()
    with pytest.raises(OutputError, match="is one of the frames"):
        export_map(result, MapKind.DEPTH, frame, overwrite=True)
    with pytest.raises(OutputError, match="wrong suffix"):
        export_map(result, MapKind.DEPTH, tmp_path / "depth.jpg")
    assert _names(tmp_path) == ["there.png"]
    assert (there.read_bytes(), frame.read_bytes()) == (b"mine", before)
    export_map(result, MapKind.DEPTH, there, overwrite=True)
    with Image.open(there) as image:
        assert np.array_equal(np.asarray(image, dtype=np.uint16), depth_map(result))


def test_a_map_that_is_stopped_leaves_no_file(tmp_path: Path, stack: Stack) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        export_map(fake_result(stack), MapKind.DEPTH, tmp_path / "depth.png", progress=progress)
    assert list(tmp_path.glob("*.png")) == []
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize("count", [2, 7, 256])
def test_the_frame_can_be_read_back_from_the_red_of_the_provenance_map(count: int) -> None:
    result = fake_result(fake_stack(count))
    assert result.provenance is not None
    picture = provenance_map(result)
    index = np.round(picture[..., 0].astype(float) * (count - 1) / 255)
    assert np.array_equal(index, result.provenance.source_index)
    assert np.array_equal(picture[..., 1], result.provenance.confidence)
    assert np.array_equal(picture[..., 2], result.provenance.synthesised)


def test_depth_runs_from_the_first_frame_to_the_last() -> None:
    """Without a depth of its own a result has the frames that its pixels came from."""
    result = fake_result(fake_stack(3, width_px=96, height_px=40))
    index = np.repeat(np.arange(3, dtype=np.uint16), 32)[np.newaxis].repeat(40, axis=0)
    provenance = Provenance(
        index, np.full(index.shape, 255, np.uint8), np.zeros(index.shape, np.uint8)
    )
    picture = np.broadcast_to(20_000 * index[..., np.newaxis], (40, 96, 3)).astype(np.uint16)
    depth = depth_map(replace(result, provenance=provenance, picture=picture))
    assert depth.shape == (40, 96)
    np.testing.assert_allclose(depth[:, 16::32], np.tile([0, 32768, 65535], (40, 1)), atol=2000)


def test_the_map_shows_what_the_fusion_says_about_depth() -> None:
    result = fake_result(fake_stack(5, width_px=96, height_px=40))
    between = Depth(np.full((20, 48), 1.5, np.float32), np.full((20, 48), 255, np.uint8))
    depth = depth_map(replace(result, depth=between))
    np.testing.assert_allclose(depth, 65535 * 1.5 / 4, atol=1)


def test_a_single_frame_gave_every_pixel_of_its_own_picture() -> None:
    result = fake_result(fake_stack(1))
    assert result.provenance is None
    assert not depth_map(result).any()
    assert np.all(provenance_map(result) == (0, 255, 0))


def test_an_existing_picture_is_kept(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "out.tif").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"out\.tif"):
        export_result(fake_result(stack), tmp_path / "out.tif", depth=tmp_path / "depth.png")
    assert (tmp_path / "out.tif").read_bytes() == b"mine"
    assert _names(tmp_path) == ["out.tif"]


def test_an_existing_map_keeps_the_picture_from_being_written(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "depth.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"depth\.png"):
        export_result(fake_result(stack), tmp_path / "out.tif", depth=tmp_path / "depth.png")
    assert _names(tmp_path) == ["depth.png"]


def test_the_picture_appears_last(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "out").mkdir()
    picture, depth = tmp_path / "out" / "a.tif", tmp_path / "out" / "depth.png"

    def meanwhile(_fraction: float, stage: str) -> None:
        if stage == "Written":  # and not yet under its name
            depth.write_bytes(b"of somebody else")

    with pytest.raises(OutputExistsError, match=r"depth\.png already exists"):
        export_result(fake_result(stack), picture, depth=depth, progress=Progress(meanwhile))
    assert [path.name for path in picture.parent.iterdir()] == ["depth.png"]
    assert depth.read_bytes() == b"of somebody else"


def test_overwriting_replaces_what_exists(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "out.tif").write_bytes(b"old")
    result = fake_result(stack)
    export_result(result, tmp_path / "out.tif", overwrite=True)
    assert np.array_equal(tifffile.imread(tmp_path / "out.tif"), result.picture)


def test_a_picture_that_cannot_be_written_leaves_no_map_and_is_named(
    tmp_path: Path, stack: Stack
) -> None:
    odd: FusionResult = replace(fake_result(stack), picture=np.zeros((0, 0, 3), np.uint16))
    with pytest.raises((OutputError, ValueError)):
        export_result(odd, tmp_path / "out.tif", provenance=tmp_path / "from.png")
    assert _names(tmp_path) == []


def test_a_frame_is_never_overwritten(tmp_path: Path) -> None:
    frames = write_stack(tmp_path, suffix=".tif", bits=16)
    before = frames[1].read_bytes()
    result = fake_result(open_stack(frames).stack)
    with pytest.raises(OutputError, match=r"frame_2\.tif is one of the frames"):
        export_result(result, frames[1], overwrite=True)
    assert frames[1].read_bytes() == before


@pytest.mark.parametrize("name", ["out.gif", "out", "out.tif.bak"])
def test_pictures_have_the_suffix_of_a_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="wrong suffix"):
        check_targets(tmp_path / name)


@pytest.mark.parametrize("name", ["out.tif", "out.png", "out.jpg", "out.webp"])
def test_the_suffix_and_the_options_decide_how_it_is_written(
    tmp_path: Path, stack: Stack, name: str
) -> None:
    result = fake_result(stack)
    export_result(result, tmp_path / name, options=OutputOptions(bits=8, lossless=True))
    with Image.open(tmp_path / name) as image:
        written = np.asarray(image)
    assert written.dtype == np.uint8
    if name != "out.jpg":
        assert np.array_equal(written, rounded_to_8(result.picture))
    with pytest.raises(OutputExistsError):
        export_result(result, tmp_path / name)


def test_maps_are_png_or_tiff(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"depth\.jpg has the wrong suffix"):
        check_targets(tmp_path / "out.tif", depth=tmp_path / "depth.jpg")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere does not exist"):
        check_targets(tmp_path / "nowhere" / "out.tif")


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file is not a folder"):
        check_targets(tmp_path / "file" / "out.tif")


def test_a_folder_in_place_of_the_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "out.tif").mkdir()
    with pytest.raises(OutputError, match=r"out\.tif is a folder"):
        check_targets(tmp_path / "out.tif", overwrite=True)


def test_one_name_cannot_be_used_twice(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="named twice"):
        check_targets(tmp_path / "a.tif", depth=tmp_path / "." / "a.tif")


def test_further_files_are_checked_whatever_their_suffix(tmp_path: Path) -> None:
    (tmp_path / "report.json").touch()
    with pytest.raises(OutputExistsError, match=r"report\.json"):
        check_targets(tmp_path / "out.tif", others=[tmp_path / "report.json"])


def test_a_format_too_small_for_the_frames_is_told_before_the_work(tmp_path: Path) -> None:
    sources = fake_stack(2, width_px=16384, height_px=8).sources
    with pytest.raises(OutputError, match="more than 16383 pixels on a side, which WebP"):
        check_size(tmp_path / "a.webp", sources)
    check_size(tmp_path / "a.jpg", sources)
    with pytest.raises(OutputError, match="more than 65500 pixels on a side, which JPEG"):
        check_size(tmp_path / "a.jpg", fake_stack(2, width_px=8, height_px=65501).sources)


def test_the_file_says_that_a_picture_was_retouched(tmp_path: Path) -> None:
    texts = []
    for retouched in (False, True):
        path = tmp_path / f"{retouched}.tif"
        export_result(replace(fake_result(), retouched=retouched), path)
        with tifffile.TiffFile(path) as file:
            texts.append(file.pages.first.tags["ImageDescription"].value)
    assert ["retouched" in text for text in texts] == [False, True]
