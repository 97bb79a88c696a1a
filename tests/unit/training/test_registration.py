from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from focusstack_app.engine.pixels import to_float
from focusstack_app.engine.resampling import projected
from focusstack_app.training.registration import errors_of, main, moved
from tests.helpers.stacks import defocused, make_stack, write_picture


def test_frames_that_are_moved_are_found_where_they_were_put() -> None:
    stack = make_stack(3, width_px=480, height_px=320)
    frames = [to_float(defocused(frame, 1.0)) for frame in stack.frames]
    there, transforms = moved(frames)
    errors = errors_of(there, transforms)
    assert errors.corner_px.max() < 0.3
    assert (errors.mean_px <= errors.corner_px).all()
    assert errors.mean_px.max() < 0.2
    away = [np.array([[1, 0, 2.0], [0, 1, 0], [0, 0, 1]]) @ own for own in transforms]
    for of_frames in errors_of(there, away):
        np.testing.assert_allclose(of_frames, 2.0, atol=0.4)


def test_a_camera_that_tilts_moves_a_corner_by_as_much() -> None:
    frames = [np.zeros((320, 480, 3), np.float32)] * 3
    (*_, straight), (*_, tilted) = (moved(frames, tilt_px=px)[1] for px in (0.0, 4.5))
    corners = np.array([[x, y] for x in (0.0, 479) for y in (0.0, 319)])
    beside = projected(corners, np.linalg.inv(straight) @ tilted) - corners
    assert 3 < np.hypot(*beside.T).max() < 7


def test_each_scene_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "truth").mkdir()
    stack = make_stack(3, width_px=300, height_px=200)
    for number, frame in enumerate((*stack.frames, stack.truth)):
        name = "truth/pinhole.png" if number == 3 else f"frame_{number}.png"
        write_picture(tmp_path / name, defocused(frame, 1.0))
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith(f"| {tmp_path.name} | 3 | ")
    cells = lines[2].split("|")[3:6]
    assert lines[3] == f"| mean of scenes | |{'|'.join(cells)}|"
    for cell in cells[:2]:
        corner, mean = (float(number) for number in cell.split(","))
        assert mean <= corner < 0.5


def test_a_real_stack_is_moved_and_found_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = make_stack(3, width_px=300, height_px=200)
    for number, frame in enumerate(stack.frames):
        write_picture(tmp_path / f"IMG_{number}.png", defocused(frame, 1.0))
    assert main([str(tmp_path)]) == 0
    (line,) = capsys.readouterr().out.splitlines()[2:]
    _, name, count, still, told, tilted, _ = line.split("|")
    assert (name.strip(), count.strip(), still.strip(), tilted.strip()) == (
        tmp_path.name,
        "3",
        "",
        "",
    )
    corner, mean = (float(number) for number in told.split(","))
    assert 0 < mean <= corner < 0.5
