from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.pages import page_path
from focusstack_app.core.progress import Progress
from focusstack_app.engine.pixels import as_uint16
from focusstack_app.io.read import read_frame
from focusstack_app.io.thumbnail import read_thumbnail
from focusstack_app.io.write import write_map, write_picture
from focusstack_app.jobs.batch import Outcome, plan_batch, run_task
from focusstack_app.jobs.disk_room import DiskRoom
from focusstack_app.jobs.export import export_result
from focusstack_app.jobs.grouping import grouped
from focusstack_app.jobs.opening import open_stack, shown_alike, with_reference
from focusstack_app.jobs.proposal import propose_stacks
from focusstack_app.jobs.results_folders import BatchTarget
from tests.helpers.results import fake_fuse, fake_result
from tests.helpers.stacks import write_stack, write_z_stack
from tests.unit.io.builders import corners, exif, save_dng, save_jpeg


def test_a_folder_means_its_pictures_in_natural_order(tmp_path: Path) -> None:
    write_stack(tmp_path, 11)
    (tmp_path / "notes.txt").write_text("not a picture")
    opened = open_stack([tmp_path])
    names = [source.path.name for source in opened.stack.sources]
    assert names == [f"frame_{number}.png" for number in range(1, 12)]
    assert opened.warnings == ()


def test_files_keep_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    first, second, third = write_stack(tmp_path)
    opened = open_stack([third, first, second])
    assert [source.path for source in opened.stack.sources] == [third, first, second]
    assert opened.stack.reference == 0


def test_sources_say_what_the_files_hold(tmp_path: Path) -> None:
    write_stack(tmp_path, 2, suffix=".tif", bits=16, width_px=40, height_px=24)
    source = open_stack([tmp_path]).stack.sources[0]
    assert (source.size_px, source.bits, source.kind) == ((40, 24), 16, "tiff")


def test_one_frame_is_a_stack(tmp_path: Path) -> None:
    assert len(open_stack(write_stack(tmp_path, 1)).stack) == 1


def test_a_file_given_twice_counts_once_and_is_named(tmp_path: Path) -> None:
    first, second, _ = write_stack(tmp_path)
    opened = open_stack([first, second, tmp_path / "." / first.name, first])
    assert [source.path for source in opened.stack.sources] == [first, second]
    assert len(opened.warnings) == 1
    assert first.name in opened.warnings[0]


def test_no_paths_are_no_stack() -> None:
    with pytest.raises(InputError, match="no frames"):
        open_stack([])


def test_a_folder_without_frames_says_what_frames_are(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.gif")
    with pytest.raises(InputError, match=f"{tmp_path.name} holds no pictures of a kind that can"):
        open_stack([tmp_path])


def test_a_folder_among_files_is_refused(tmp_path: Path) -> None:
    first, *_ = write_stack(tmp_path / "stack")
    with pytest.raises(InputError, match="is a folder among other paths"):
        open_stack([first, tmp_path])


def test_the_first_frame_of_another_size_is_named_with_both_sizes(tmp_path: Path) -> None:
    first, second, _ = write_stack(tmp_path / "a")
    (odd,) = write_stack(tmp_path / "b", 1, width_px=64, height_px=96)
    with pytest.raises(InputError) as caught:
        open_stack([first, second, odd])
    for frames in ([odd, first, second], [first, odd, second]):
        with pytest.raises(InputError) as other:
            open_stack(frames)
        assert other.value.message == caught.value.message
    assert caught.value.message.startswith(f"{odd} is 64 x 96 pixels")
    assert "96 x 64" in caught.value.message


def test_pictures_of_a_folder_that_have_not_the_most_common_size_are_left_out(
    tmp_path: Path,
) -> None:
    frames = write_stack(tmp_path, 3)
    Image.new("RGB", (48, 64)).save(tmp_path / "frame_1_edited.tif")
    opened = open_stack([tmp_path])
    assert [source.path for source in opened.stack.sources] == frames
    assert opened.warnings == (
        f"{tmp_path / 'frame_1_edited.tif'} has 48 x 64 pixels, most frames have 96 x 64: it is "
        "left out of the stack.",
    )
    with pytest.raises(InputError, match=r"frame_1_edited\.tif is 48 x 64 pixels"):
        open_stack([*frames, tmp_path / "frame_1_edited.tif"])  # who names it wants it
    Image.new("RGB", (30, 30)).save(tmp_path / "small\x1b.tif")
    (line,) = open_stack([tmp_path]).warnings
    assert line == (
        "2 pictures differ in size from most frames, which have 96 x 64 pixels, and are left out "
        "of the stack: frame_1_edited.tif, small?.tif."
    )
    for number in range(5):
        Image.new("RGB", (30, 20 + number)).save(tmp_path / f"z{number}.tif")
    opened = open_stack([tmp_path])  # 3 of 10: less than half of them, but more than any other
    assert [source.path for source in opened.stack.sources] == frames
    assert opened.warnings[0].endswith("small?.tif, z0.tif, z1.tif, z2.tif and 2 more.")


def test_a_folder_in_which_two_sizes_are_as_common_is_refused(tmp_path: Path) -> None:
    write_stack(tmp_path, 2)
    for name in ("a.tif", "b.tif"):
        Image.new("RGB", (48, 64)).save(tmp_path / name)
    with pytest.raises(InputError, match=r"96 x 64 pixels, but .* 48 x 64"):
        open_stack([tmp_path])
    (tmp_path / "a.tif").unlink()
    (tmp_path / "frame_2.png").unlink()
    with pytest.raises(InputError, match="48 x 64"):  # one of each
        open_stack([tmp_path])


@pytest.mark.parametrize("content", [b"", b"just text"])
def test_a_file_that_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    frames = write_stack(tmp_path)
    bad = tmp_path / "frame_9.jpg"
    bad.write_bytes(content)
    with pytest.raises(InputError, match=r"frame_9\.jpg"):
        open_stack([*frames, bad])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.tif"):
        open_stack([tmp_path / "gone.tif"])


def test_a_result_that_was_edited_is_no_frame_either_and_no_batch_replaces_it(
    tmp_path: Path,
) -> None:
    frames = write_stack(tmp_path / "a")
    stack = open_stack(frames).stack
    path = tmp_path / "a" / "a.tif"
    export_result(fake_result(stack), path)
    with tifffile.TiffFile(path, mode="r+") as tif:
        tif.pages.first.tags[305].overwrite("Adobe Photoshop 26.1 (Windows)")
    opened = open_stack([tmp_path / "a"])
    assert [source.path for source in opened.stack.sources] == frames
    assert "a.tif was made by this program" in opened.warnings[0]
    target = BatchTarget(path.parent, overwrite=True)
    stacks = propose_stacks([tmp_path / "a"], Progress(), split=False)
    (task,) = plan_batch(stacks, target, FusionRequest)
    item = run_task(task, Progress(), DiskRoom(), fake_fuse)
    assert item.outcome is Outcome.FAILED
    assert "a.tif was not made by this program, and is kept" in item.message


def test_what_this_program_made_is_no_frame_of_its_folder(tmp_path: Path) -> None:
    frames = write_stack(tmp_path)
    made = [tmp_path / "a_stacked.tif", tmp_path / "b_stacked.jpg", tmp_path / "c_depth.png"]
    for path in made[:2]:
        pixels = np.zeros((30, 40, 3), np.uint16)  # another size, as after a crop
        write_picture(path, pixels, icc_profile=None, source=None, description="")
    write_map(made[2], np.zeros((30, 40), np.uint16))
    opened = open_stack([tmp_path])
    assert [source.path for source in opened.stack.sources] == frames
    (line,) = opened.warnings
    assert line.startswith("3 pictures that this program made are left out")
    assert line.endswith(f"The first is {made[0]}.")
    (stack,) = propose_stacks([tmp_path], Progress())
    assert [source.path for source in stack.sources] == frames
    assert stack.problem == ""
    assert len(stack.warnings) == 1
    for path in frames:
        path.unlink()
    made[2].unlink()
    assert len(open_stack([tmp_path]).stack) == 2  # results of parts of a stack are one too
    made[1].unlink()
    write_stack(tmp_path)
    (line,) = open_stack([tmp_path]).warnings
    assert line == f"{made[0]} was made by this program and is left out of the stack."


@pytest.mark.parametrize("odd", [3, 6, 8])
@pytest.mark.parametrize("raw", [False, True])
def test_a_frame_that_says_it_was_turned_is_read_as_the_others(
    tmp_path: Path, odd: int, raw: bool
) -> None:
    scene = corners(96, 144)
    paths = []
    for number, orientation in enumerate([1, odd, 1]):
        path = tmp_path / f"{number}.{'dng' if raw else 'jpg'}"
        if raw:
            save_dng(path, scene / 300.0, orientation=orientation)
        else:
            save_jpeg(path, scene, exif=exif(orientation))
        paths.append(path)
    opened = open_stack(paths)
    assert opened.warnings == (
        f"{paths[1]} says that the camera was held in another way than for the other frames, "
        "and is read like these.",
    )
    first, second, _ = (read_frame(source).pixels for source in opened.stack.sources)
    np.testing.assert_array_equal(first, second)
    thumbnails = [read_thumbnail(source, 40) for source in opened.stack.sources]
    np.testing.assert_array_equal(thumbnails[0], thumbnails[1])
    (stack,) = propose_stacks([tmp_path], Progress(), split=False)
    assert stack.sources == opened.stack.sources
    assert stack.problem == ""


@pytest.mark.parametrize("kind", [np.float32, np.uint16])
def test_frames_of_imagej_are_all_read_with_the_range_of_the_stack(
    tmp_path: Path, kind: Any
) -> None:
    counts: Any = np.linspace(100, 900, 300).reshape(15, 20).astype(kind)
    paths = [tmp_path / f"{number}.tif" for number in range(3)]
    for path, (low, high) in zip(
        paths, [(100.0, 900.0), (50.0, 500.0), (400.0, 1050.0)], strict=True
    ):
        tifffile.imwrite(path, counts, imagej=True, metadata={"min": low, "max": high})
    shown = np.rint((counts - 50.0) / 1000 * 65535)
    (proposed,) = propose_stacks([tmp_path], Progress(), split=False)
    opened = open_stack(paths).stack
    assert proposed.sources == opened.sources
    for source in opened.sources:
        assert np.abs(read_frame(source).pixels[:, :, 0] - shown).max() <= 1
    (alone,) = open_stack(paths[1:2]).stack.sources
    added = shown_alike([alone], opened.sources)
    assert added == opened.sources[1:2] != (alone,)


def test_a_portrait_among_pictures_of_another_size_stays_what_it_is(tmp_path: Path) -> None:
    for number, (orientation, size) in enumerate([(1, (96, 144)), (6, (96, 150))]):
        save_jpeg(tmp_path / f"{number}.jpg", corners(*size), exif=exif(orientation))
    with pytest.raises(InputError, match=r"96 x 150 pixels, but .* 144 x 96"):
        open_stack([tmp_path])


def test_a_raw_file_counts_and_not_its_jpeg(tmp_path: Path) -> None:
    linear = np.full((64, 96, 3), 0.2)
    raws = [save_dng(tmp_path / f"IMG_{number}.DNG", linear) for number in (1, 2)]
    pixels = np.zeros((64, 96, 3), np.uint8)
    jpegs = [save_jpeg(tmp_path / f"img_{number}.JPG", pixels) for number in (1, 2)]
    for paths in ([tmp_path], [*raws, *jpegs]):
        opened = open_stack(paths)
        assert [source.path for source in opened.stack.sources] == raws
        line = "2 pictures beside RAW files of the same name are left out."
        assert opened.warnings == (line,)
    assert len(open_stack(jpegs).stack) == 2  # who asks for the JPEGs gets them


def test_a_dng_of_ours_is_left_out_and_drives_no_jpeg_out(tmp_path: Path) -> None:
    jpegs = [save_jpeg(tmp_path / f"img_{number}.jpg", corners()) for number in (1, 2)]
    write_picture(
        tmp_path / "IMG_1.dng",
        as_uint16(corners(64, 96)),
        icc_profile=None,
        source=None,
        description="",
    )
    for paths in ([tmp_path], jpegs):
        assert [source.path for source in open_stack(paths).stack.sources] == jpegs
    (warning,) = open_stack([tmp_path]).warnings
    assert "IMG_1.dng was made by this program" in warning


def test_a_file_that_holds_a_stack_stands_for_its_pages(tmp_path: Path) -> None:
    opened = open_stack([write_z_stack(tmp_path / "bee.tif")])
    assert [s.path.name for s in opened.stack.sources] == ["bee.tif#1", "bee.tif#2", "bee.tif#3"]
    assert opened.warnings == ()
    assert open_stack([tmp_path]).stack == opened.stack


def test_pages_are_chosen_by_name(tmp_path: Path) -> None:
    path = write_z_stack(tmp_path / "bee.tif", 5)
    wanted = [page_path(path, 4), page_path(path, 2)]
    opened = with_reference(open_stack(wanted), page_path(path, 2))
    assert [s.path for s in opened.stack.sources] == wanted
    assert opened.stack.reference == 1
    assert len(open_stack([page_path(path, 2), path]).stack) == 5


def test_several_files_with_stacks_are_told(tmp_path: Path) -> None:
    write_z_stack(tmp_path / "a.tif")
    write_z_stack(tmp_path / "b.tif", 2)
    opened = open_stack([tmp_path])
    assert len(opened.stack) == 5
    assert opened.warnings[0].startswith("2 files hold several frames each")
    assert [len(group) for group in grouped(opened.stack.sources)] == [3, 2]
