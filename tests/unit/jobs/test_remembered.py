from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from focusstack_app.core.errors import InputError
from focusstack_app.core.frames import Frame, FrameSource
from focusstack_app.core.fusion import FusionRequest, FusionResult, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.opening import open_stack
from focusstack_app.jobs.remembered import KnownFrames, KnownPairs, ReadFrame, Remembered
from tests.helpers.stacks import make_stack, write_picture, write_stack


@pytest.fixture
def request_(tmp_path: Path) -> FusionRequest:
    """A preview of five frames."""
    write_stack(tmp_path, 5, width_px=300, height_px=200)
    stack = open_stack([tmp_path]).stack
    return FusionRequest(stack, method=Method.PYRAMID, max_side_px=250)


def assert_same(found: FusionResult, anew: FusionResult) -> None:
    assert found.registration is not None
    assert found.registration.equals(anew.registration)
    np.testing.assert_array_equal(found.picture, anew.picture)
    assert found.warnings == anew.warnings


def test_a_stack_without_a_frame_is_fused_as_if_it_were_new(request_: FusionRequest) -> None:
    remembered = Remembered()
    fuse_stack(request_, Progress(), remembered=remembered)
    before = len(remembered.pairs)
    assert before
    fewer = replace(request_, stack=request_.stack.taken([0, 1, 3, 4]))
    found = fuse_stack(fewer, Progress(), remembered=remembered)
    assert_same(found, fuse_stack(fewer, Progress()))
    # Frames 1 and 3, in the small copies too, and one around them: where they lie, and the tilt.
    assert len(remembered.pairs) - before == 7


def test_files_that_stayed_as_they_are_are_not_read_again(request_: FusionRequest) -> None:
    remembered = Remembered()
    expected = fuse_stack(request_, Progress(), remembered=remembered)
    paths = [source.path for source in request_.stack.sources]
    for path in paths:  # in place: nothing but the contents is another
        facts = path.stat()
        with path.open("r+b") as file:
            file.write(bytes(facts.st_size))
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert_same(fuse_stack(request_, Progress(), remembered=remembered), expected)
    with pytest.raises(InputError, match=r"frame_1\.png"):
        fuse_stack(request_, Progress())
    for path, frame in zip(
        paths, make_stack(5, width_px=300, height_px=200, seed=1).frames, strict=True
    ):
        write_picture(path, frame)
    other = fuse_stack(request_, Progress(), remembered=remembered)
    assert_same(other, fuse_stack(request_, Progress()))
    assert (other.picture != expected.picture).any()
    paths[2].unlink()
    with pytest.raises(InputError, match=r"frame_3\.png"):
        fuse_stack(request_, Progress(), remembered=remembered)


def test_whole_frames_are_not_kept(request_: FusionRequest) -> None:
    remembered = Remembered()
    fuse_stack(replace(request_, max_side_px=None), Progress(), remembered=remembered)
    assert remembered.frames.size_bytes == 0
    assert remembered.pairs


def reader(source: FrameSource, counts: list[str]) -> Callable[[], ReadFrame]:
    def read() -> ReadFrame:
        counts.append(source.path.name)
        pixels = np.zeros((10, 10, 3), np.uint8)
        return ReadFrame(pixels, pixels.copy(), Frame(source, pixels))

    return read


def test_frames_of_the_stack_stay_and_others_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focusstack_app.jobs.remembered._MOST_BYTES", 3 * 600)
    one, other = (open_stack(write_stack(tmp_path / name, 3)).stack.sources for name in ("a", "b"))
    known, read = KnownFrames(), list[str]()

    def recall(sources: tuple[FrameSource, ...], how: str = "") -> list[str]:
        read.clear()
        for source in sources:
            made = known.recall(source, how, reader(source, read))
            assert not made.pixels.flags.writeable
        return list(read)

    names = ["frame_1.png", "frame_2.png", "frame_3.png"]
    known.begin(one)
    assert recall(one) == names
    assert recall(one) == []
    assert recall(one, "larger") == recall(one, "larger") == names  # no room, and those stay
    assert recall(one) == []
    known.begin(other[:2])
    assert recall(other[:2]) == names[:2]
    assert recall(other[:2]) == []
    assert known.size_bytes == 3 * 600
    known.begin(one)
    assert recall(one) == names[:2]
    assert recall(one) == []


def test_the_oldest_pairs_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focusstack_app.jobs.remembered._MOST_PAIRS", 3)
    pairs = KnownPairs()
    for number in range(5):
        pairs[number] = str(number)
    pairs[3] = "again"
    assert dict(pairs) == {2: "2", 3: "again", 4: "4"}
