from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import Cancelled, OutputError, OutputExistsError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.output import OutputOptions, Stereo, StereoKind
from focusstack_app.core.progress import Progress
from focusstack_app.io.bit_depth import rounded_to_8
from focusstack_app.io.probe import probe
from focusstack_app.io.read import read_frame
from focusstack_app.jobs.export import (
    check_size,
    check_targets,
    export_map,
    export_result,
    export_stereo,
)
from focusstack_app.jobs.maps import MapKind, depth_map, provenance_map
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.stereo import stereo_picture
from tests.helpers.commands import files_in
from tests.helpers.disk import files_of_at_most, needs_file_limits
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack, write_stack, write_z_stack


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return open_stack(write_stack(tmp_path / "frames")).stack


def test_the_picture_is_written_with_16_bits_and_nothing_else_appears(
    tmp_path: Path, stack: Stack
) -> None:
    result = fake_result(stack)
    export_result(result, tmp_path / "out.tif")
    assert np.array_equal(tifffile.imread(tmp_path / "out.tif"), result.picture)
    assert files_in(tmp_path) == ["out.tif"]


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
    assert files_in(tmp_path) == ["depth.tif", "from.png"]
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
    assert files_in(tmp_path) == ["there.png"]
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


def test_a_stereo_pair_has_the_bits_and_the_metadata_of_the_picture(
    tmp_path: Path, stack: Stack
) -> None:
    result = fake_result(stack)
    stereo = Stereo(tmp_path / "pair.tif")
    export_result(result, tmp_path / "out.tif", stereo=stereo)
    assert files_in(tmp_path) == ["out.tif", "pair.tif"]
    assert np.array_equal(tifffile.imread(stereo.path), stereo_picture(result, stereo)[0])
    tags = []
    for path in (stereo.path, tmp_path / "out.tif"):
        with tifffile.TiffFile(path) as file:
            first = file.pages.first.tags
            tags.append({name: first[name].value for name in ("ImageDescription", "Software")})
    assert tags[0] == tags[1]


def test_a_stereo_view_is_written_without_the_picture(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    both = Stereo(tmp_path / "both.png", StereoKind.ANAGLYPH)
    export_stereo(result, both, options=OutputOptions(bits=8))
    with Image.open(both.path) as image:
        expected = rounded_to_8(stereo_picture(result, both)[0])
        assert np.array_equal(np.asarray(image), expected)
    rocking = Stereo(tmp_path / "rocking.gif", StereoKind.ROCKING)
    export_stereo(result, rocking)
    with Image.open(rocking.path) as image:
        assert getattr(image, "n_frames", 1) > 10
    assert files_in(tmp_path) == ["both.png", "rocking.gif"]


def test_a_stereo_view_replaces_nothing_that_it_may_not(tmp_path: Path, stack: Stack) -> None:
    result = fake_result(stack)
    there = tmp_path / "there.png"
    there.write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"there\.png already exists"):
        export_stereo(result, Stereo(there))
    with pytest.raises(OutputExistsError, match=r"there\.png already exists"):
        export_result(result, tmp_path / "out.tif", stereo=Stereo(there))
    with pytest.raises(OutputError, match="is one of the frames"):
        export_stereo(result, Stereo(stack.sources[0].path), overwrite=True)
    for kind, name in ((StereoKind.PARALLEL, "pair.gif"), (StereoKind.ROCKING, "rocking.tif")):
        with pytest.raises(OutputError, match="wrong suffix"):
            export_stereo(result, Stereo(tmp_path / name, kind))
    with pytest.raises(OutputError, match="named twice"):
        check_targets(tmp_path / "out.tif", stereo=Stereo(tmp_path / "out.tif"))
    assert files_in(tmp_path) == ["there.png"]
    assert there.read_bytes() == b"mine"


def test_a_pair_that_is_too_wide_for_its_format_is_told_before_the_work(tmp_path: Path) -> None:
    frames = fake_stack(2, width_px=9000, height_px=20).sources
    with pytest.raises(OutputError, match="16383 pixels"):
        check_targets(tmp_path / "a.tif", stereo=Stereo(tmp_path / "b.webp"), sources=frames)
    both = Stereo(tmp_path / "b.webp", StereoKind.ANAGLYPH)
    check_targets(tmp_path / "a.tif", stereo=both, sources=frames)


def test_without_its_picture_no_stereo_view_appears(tmp_path: Path, stack: Stack) -> None:
    progress = Progress()
    progress.cancel()
    stereo = Stereo(tmp_path / "pair.tif")
    with pytest.raises(Cancelled):
        export_result(fake_result(stack), tmp_path / "out.tif", stereo=stereo, progress=progress)
    with pytest.raises(Cancelled):
        export_stereo(fake_result(stack), stereo, progress=progress)
    assert files_in(tmp_path) == []
    assert list(tmp_path.glob(".*")) == []


def test_an_existing_picture_is_kept(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "out.tif").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"out\.tif"):
        export_result(fake_result(stack), tmp_path / "out.tif", depth=tmp_path / "depth.png")
    assert (tmp_path / "out.tif").read_bytes() == b"mine"
    assert files_in(tmp_path) == ["out.tif"]


def test_an_existing_map_keeps_the_picture_from_being_written(tmp_path: Path, stack: Stack) -> None:
    (tmp_path / "depth.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match=r"depth\.png"):
        export_result(fake_result(stack), tmp_path / "out.tif", depth=tmp_path / "depth.png")
    assert files_in(tmp_path) == ["depth.png"]


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
    assert files_in(tmp_path) == []


@needs_file_limits
def test_the_file_that_the_disk_has_no_room_for_is_named(tmp_path: Path, stack: Stack) -> None:
    options = OutputOptions(compress=False)
    with files_of_at_most(20_000), pytest.raises(OutputError, match=r"out\.tif cannot be written"):
        export_result(
            fake_result(stack), tmp_path / "out.tif", options=options, depth=tmp_path / "deep.png"
        )
    assert files_in(tmp_path) == []


def test_a_disk_that_is_found_full_in_the_end_leaves_no_map(
    tmp_path: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = []

    def flush(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 2:  # the first one is that of the map
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", flush)
    with pytest.raises(OutputError, match=r"out\.tif cannot be written: the disk is full"):
        export_result(fake_result(stack), tmp_path / "out.tif", depth=tmp_path / "deep.png")
    assert files_in(tmp_path) == []


def test_a_frame_is_never_overwritten(tmp_path: Path) -> None:
    frames = write_stack(tmp_path, suffix=".tif", bits=16)
    before = frames[1].read_bytes()
    result = fake_result(open_stack(frames).stack)
    with pytest.raises(OutputError, match=r"frame_2\.tif is one of the frames"):
        export_result(result, frames[1], overwrite=True)
    assert frames[1].read_bytes() == before


def test_a_frame_by_another_of_its_names_is_never_overwritten(tmp_path: Path) -> None:
    """As where large letters are not told from small ones: A.TIF and a.tif."""
    path = write_z_stack(tmp_path / "bee.tif")
    result = fake_result(open_stack([path]).stack)
    other = tmp_path / "BEE.TIF"
    if not other.exists():
        other.hardlink_to(path)
    with pytest.raises(OutputError, match=r"BEE\.TIF is one of the frames"):
        export_result(result, other, overwrite=True)


def test_a_file_that_holds_the_frames_is_never_overwritten(tmp_path: Path) -> None:
    path = write_z_stack(tmp_path / "bee.tif")
    before = path.read_bytes()
    result = fake_result(open_stack([path]).stack)
    with pytest.raises(OutputError, match=r"bee\.tif is one of the frames"):
        export_result(result, path, overwrite=True)
    with pytest.raises(OutputError, match=r"bee\.tif is one of the frames"):
        export_map(result, MapKind.DEPTH, path, overwrite=True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["out.gif", "out", "out.tif.bak"])
def test_pictures_have_the_suffix_of_a_format(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="wrong suffix"):
        check_targets(tmp_path / name)


@pytest.mark.parametrize("name", ["out.tif", "out.png", "out.jpg", "out.webp", "out.jxl"])
def test_the_suffix_and_the_options_decide_how_it_is_written(
    tmp_path: Path, stack: Stack, name: str
) -> None:
    result = fake_result(stack)
    export_result(result, tmp_path / name, options=OutputOptions(bits=8, lossless=True))
    written = read_frame(probe(tmp_path / name)).pixels
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


def test_a_name_that_is_too_long_is_told_before_the_work(tmp_path: Path) -> None:
    slab = tmp_path / f"{'x' * 250}-slab-01.tif"
    with pytest.raises(OutputError, match="the name is too long"):
        check_targets(tmp_path / f"{'x' * 250}.tif", others=[slab])


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
