from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.progress import Progress
from focusstack_app.ui.lenient_opening import Opened, open_further, open_readable
from focusstack_app.ui.services import Services
from tests.helpers.stacks import write_stack


def open_(paths: list[Path]) -> Opened:
    return open_readable(Services(), paths, Progress())


def names(opened: Opened) -> list[str]:
    return [source.path.name for source in opened.stack.sources]


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    return write_stack(tmp_path / "bracket", 3)


def test_good_files_open_as_they_are(frames: list[Path]) -> None:
    opened = open_(frames)
    assert names(opened) == [path.name for path in frames]
    assert opened.name == "bracket"
    assert opened.left_out == ()


def test_files_dropped_in_any_order_are_sorted_as_people_count(tmp_path: Path) -> None:
    frames = write_stack(tmp_path / "many", 11)
    opened = open_(frames[::-1])
    assert names(opened) == [f"frame_{number}.png" for number in range(1, 12)]


def test_a_bad_file_is_left_out_and_named(frames: list[Path]) -> None:
    bad = frames[0].with_name("bad.png")
    bad.touch()
    opened = open_([bad, *frames])
    assert names(opened) == [path.name for path in frames]
    assert len(opened.left_out) == 1
    assert "bad.png" in opened.left_out[0].message


def test_a_bad_file_in_a_folder_is_left_out_and_named(frames: list[Path]) -> None:
    frames[0].with_name("bad.png").touch()
    opened = open_([frames[0].parent])
    assert names(opened) == [path.name for path in frames]
    assert "bad.png" in opened.left_out[0].message


def test_nothing_readable_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.touch()
    with pytest.raises(InputError, match=r"bad\.png"):
        open_([bad])


def test_a_file_of_another_size_is_left_out_where_most_have_one(
    frames: list[Path], tmp_path: Path
) -> None:
    odd = write_stack(tmp_path / "odd", 1, width_px=40)
    found = open_([*frames, *odd])
    assert [source.path for source in found.stack.sources] == frames
    (error,) = found.left_out
    assert "40 x" in str(error.message)
    other = write_stack(tmp_path / "other", 2, width_px=50)
    found = open_([*frames, *odd, *other])  # three of six, but no other size has three
    assert [source.path for source in found.stack.sources] == frames
    assert len(found.left_out) == 3


def test_sizes_of_which_none_is_that_of_most_stay_an_error(
    frames: list[Path], tmp_path: Path
) -> None:
    odd = write_stack(tmp_path / "odd", len(frames), width_px=40)
    with pytest.raises(InputError, match="40"):
        open_([*frames, *odd])


def test_a_folder_without_pictures_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_([tmp_path])


def test_opening_can_be_stopped(frames: list[Path]) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        open_readable(Services(), frames, progress)


def test_frames_that_are_added_are_read_like_those_that_are_there(tmp_path: Path) -> None:
    ranges = [(0.0, 100.0), (50.0, 200.0), (0.0, 1000.0)]
    paths = [tmp_path / f"{number}.tif" for number in range(len(ranges))]
    counts = np.zeros((15, 20), np.float32)
    for path, (low, high) in zip(paths, ranges, strict=True):
        tifffile.imwrite(path, counts, imagej=True, metadata={"min": low, "max": high})
    there = open_(paths[:2]).stack.sources
    further = open_further(Services(), there, paths[2:], Progress())
    assert [source.shown_range for source in (*there, *further.sources)] == [(0.0, 200.0)] * 3
