"""What is looked at in the preview gets the pixels of the render."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import FusionRequest, FusionResult, Method, Mode
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region
from focusstack_app.jobs.first_look import FirstLook
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.viewport import Viewport
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.view_bar import View
from tests.gui.conftest import MakeWindow
from tests.helpers.pulse import LONGEST_S, Pulse
from tests.helpers.refining import PATIENCE_MS, Jobs, refined, rendered
from tests.helpers.stacks import write_stack
from tests.helpers.windows import drop, toggle


def _shown_pixels(window: MainWindow) -> np.ndarray:
    """What the viewer has on the screen, (H, W, 3)."""
    image = window.viewer.grab().toImage()
    width, height = image.width(), image.height()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine() // 4, 4)
    return rows[:, :width, :3].copy()


def test_at_100_percent_the_screen_shows_the_pixels_of_the_render(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    assert previewed.caption() == "Quick preview · zoom in for full quality · VAEEDOF faithful"
    assert jobs.opened == []
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    assert previewed.caption() == "Preview · full quality here · VAEEDOF faithful"
    shown, seen = _shown_pixels(previewed), previewed.viewer.visible
    previewed.render_stack()
    qtbot.waitUntil(lambda: bool(previewed.side.outputs.outputs), timeout=PATIENCE_MS)
    assert previewed.stage.view is View.OUTPUT
    previewed.banner.hide()
    qtbot.waitUntil(lambda: previewed.viewer.visible == seen)
    np.testing.assert_array_equal(_shown_pixels(previewed), shown)


def test_the_middle_comes_first_and_neighbours_come_together(
    previewed: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Region] = []
    picture_of = Viewport.picture_of

    def noted(self: Viewport, window: Region, *rest: Any) -> np.ndarray:
        made.append(window)
        return picture_of(self, window, *rest)

    monkeypatch.setattr(Viewport, "picture_of", noted)
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    seen = previewed.viewer.visible
    first = made[0]
    middle = seen.center()
    assert first.left <= middle.x() < first.right
    assert first.top <= middle.y() < first.bottom
    assert not any(one.overlaps(other) for one, other in itertools.combinations(made, 2))
    assert max(max(part.height, part.width) for part in made) == 512
    blocks = sum(-(-part.height // 256) * -(-part.width // 256) for part in made)
    assert len(made) < 0.5 * blocks


def test_a_picture_that_fits_at_100_percent_isrefined(previewed: MainWindow, qtbot: QtBot) -> None:
    """As on a dense screen, where a view has many pixels."""
    previewed.resize(2000, 1300)
    qtbot.waitUntil(lambda: previewed.viewer.scale == 1.0)
    assert previewed.viewer.fitted
    refined(previewed, qtbot)


@pytest.mark.slow
def test_refining_does_not_hold_up_the_window(previewed: MainWindow, qtbot: QtBot) -> None:
    pulse = Pulse()
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    pulse.stop()
    assert pulse.longest_work_s < LONGEST_S


def test_what_comes_into_view_is_refined_and_the_rest_is_not(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    """On a screen of any density: from near enough, the corner is not seen at first."""
    viewer = previewed.viewer
    viewer.zoom_to(4.0)
    refined(previewed, qtbot)
    preview = previewed.previewer.preview
    assert preview is not None
    quick = preview.picture.memory[0].copy()
    viewer.zoom_to(4.0, QPointF(0, 0))
    for _ in range(4):
        viewer.zoom_to(2.0, QPointF(viewer.width(), viewer.height()))
        viewer.zoom_to(4.0, QPointF(0, 0))
    assert viewer.visible.topLeft() == QPointF(0, 0)
    refined(previewed, qtbot)
    request = replace(preview.request, max_side_px=None, registration=preview.registration)
    render = prepare(jobs.fuse(request, Progress()).picture)
    now = preview.picture.memory[0]
    corner = (slice(0, 200), slice(0, 200))
    assert (quick[corner] != render.memory[0][corner]).any()
    np.testing.assert_array_equal(now[corner], render.memory[0][corner])
    far = (slice(-80, None), slice(-80, None))
    np.testing.assert_array_equal(now[far], quick[far])
    assert (now[far] != render.memory[0][far]).any()


def test_another_mode_drops_the_parts_but_not_the_frames(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    before = _shown_pixels(previewed)
    previewed.side.parameters.mode.choose(Mode.GENERATIVE)
    assert previewed.caption().startswith("Preview before the change")
    qtbot.waitUntil(lambda: not previewed.previewer.busy, timeout=PATIENCE_MS)
    assert "full quality" not in previewed.caption()
    refined(previewed, qtbot)
    assert previewed.caption() == "Preview · full quality here · VAEEDOF generative"
    assert len(jobs.opened) == 1
    assert (_shown_pixels(previewed) != before).any()


def _refined_from_disk(
    make_window: MakeWindow, jobs: Jobs, tmp_path: Path, qtbot: QtBot
) -> MainWindow:
    """A window whose frames do not fit in memory, refined at 100 %."""

    def no_memory(request: FusionRequest, preview: FusionResult) -> FirstLook:
        return jobs.first_look(replace(request, memory_bytes=0), preview)

    window = make_window(replace(jobs.services(), first_look=no_memory))
    window.open_paths(write_stack(tmp_path / "bracket", 3, width_px=1300, height_px=800))
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=PATIENCE_MS)
    window.viewer.show_actual_pixels()
    refined(window, qtbot)
    return window


def test_another_stack_drops_the_frames_and_their_files(
    make_window: MakeWindow, jobs: Jobs, tmp_path: Path, scratch: Path, qtbot: QtBot
) -> None:
    window = _refined_from_disk(make_window, jobs, tmp_path, qtbot)
    assert list(scratch.iterdir())
    toggle(window.frames, window.frames.index(0))
    qtbot.waitUntil(lambda: not window.previewer.busy, timeout=PATIENCE_MS)
    refined(window, qtbot)
    assert len(jobs.opened) == 2
    assert len(jobs.opened[1].stack) == 2
    assert len(list(scratch.iterdir())) == 1


def _tip(window: MainWindow, row: int) -> list[str]:
    """The lines that are shown over an output."""
    return window.side.outputs.item(row).toolTip().splitlines()


def test_frames_that_are_not_aligned_are_not_said_to_be(
    previewed: MainWindow, qtbot: QtBot
) -> None:
    previewed.side.parameters.align.setChecked(False)
    qtbot.waitUntil(lambda: not previewed.previewer.busy, timeout=PATIENCE_MS)
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    previewed.render_stack()
    count = rendered(previewed, 1, qtbot).reused_tiles
    assert f"Taken from the preview: frames, {count} tiles" in _tip(previewed, 0)


def test_renders_take_the_frames_that_the_preview_has(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    previews = len(jobs.fused)
    previewed.render_stack()
    previewed.side.parameters.mode.choose(Mode.STRICT)
    previewed.render_stack()
    faithful, strict = (rendered(previewed, count, qtbot) for count in (1, 2))
    assert len(jobs.fused) == previews  # none began with the files
    for result, mode in ((faithful, Mode.FAITHFUL), (strict, Mode.STRICT)):
        assert result.request.mode is mode
        assert {"read", "load model"} <= set(result.reused)
        assert result.reused_tiles > 0
        files = fuse_stack(result.request, Progress(), jobs.load)
        np.testing.assert_array_equal(result.picture, files.picture)
    # The second has what the first did for all of the frames.
    assert {"align", "encode"} & set(faithful.reused) == set()
    assert {"align", "encode"} <= set(strict.reused)
    said = f"Taken from the preview: frames, {faithful.reused_tiles} tiles"
    assert said in _tip(previewed, 0)
    said = f"Taken from the preview: frames, alignment, {strict.reused_tiles} tiles"
    assert said in _tip(previewed, 1)
    assert "overlap 25 %" in _tip(previewed, 0)[2]
    previewed.show_view(View.PREVIEW)
    refined(previewed, qtbot)
    assert len(jobs.opened) == 1


def test_a_render_of_something_else_has_the_memory_of_the_frames(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    previewed.side.parameters.method.choose(Method.PYRAMID)
    previewed.render_stack()
    assert rendered(previewed, 1, qtbot).reused == ()
    assert not any(line.startswith("Taken") for line in _tip(previewed, 0))
    previewed.side.parameters.method.choose(Method.VAEEDOF)
    previewed.show_view(View.PREVIEW)
    qtbot.waitUntil(lambda: not previewed.previewer.busy, timeout=PATIENCE_MS)
    refined(previewed, qtbot)
    assert len(jobs.opened) == 2


def test_renders_outlive_the_stack_that_they_are_of(
    previewed: MainWindow, jobs: Jobs, tmp_path: Path, scratch: Path, qtbot: QtBot
) -> None:
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    jobs.release.clear()
    previewed.render_stack()
    previewed.side.parameters.mode.choose(Mode.STRICT)
    previewed.render_stack()
    drop(previewed, write_stack(tmp_path / "other", 2, width_px=320, height_px=200))
    qtbot.waitUntil(lambda: previewed.previewer.preview is None)
    jobs.release.set()
    faithful, strict = (rendered(previewed, count, qtbot) for count in (1, 2))
    assert {"read", "load model"} <= set(faithful.reused)
    assert strict.reused == ()  # the frames were let go with their stack
    assert len(faithful.request.stack) == len(strict.request.stack) == 3
    qtbot.waitUntil(lambda: previewed.previewer.preview is not None, timeout=PATIENCE_MS)
    assert not list(scratch.iterdir())


def test_a_retouch_has_the_memory_of_the_frames(
    make_window: MakeWindow, jobs: Jobs, tmp_path: Path, scratch: Path, qtbot: QtBot
) -> None:
    window = _refined_from_disk(make_window, jobs, tmp_path, qtbot)
    window.render_stack()
    rendered(window, 1, qtbot)
    assert list(scratch.iterdir())
    window.retouch_output()
    qtbot.waitUntil(lambda: not list(scratch.iterdir()))
    window.retouch.cancel()
    window.show_view(View.PREVIEW)
    refined(window, qtbot)


def test_frames_that_changed_on_disk_are_read_again(
    previewed: MainWindow, jobs: Jobs, tmp_path: Path, qtbot: QtBot
) -> None:
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    write_stack(tmp_path / "bracket", 3, width_px=1300, height_px=800, seed=5)
    previewed.render_stack()
    found = rendered(previewed, 1, qtbot)
    assert found.reused == ()
    files = fuse_stack(found.request, Progress(), jobs.load)
    np.testing.assert_array_equal(found.picture, files.picture)
    before = previewed.previewer.preview
    qtbot.waitUntil(lambda: previewed.previewer.preview is not before, timeout=PATIENCE_MS)
    assert before is not None
    small = fuse_stack(before.asked, Progress(), jobs.load)
    made = previewed.previewer.preview
    assert made is not None
    shown = prepare(small.picture, small.icc_profile, made.picture.full_size_px)
    np.testing.assert_array_equal(made.picture.memory[0], shown.memory[0])
    previewed.show_view(View.PREVIEW)
    previewed.viewer.zoom_to(1.0, QPointF(previewed.viewer.width(), previewed.viewer.height()))
    previewed.viewer.zoom_to(2.0, QPointF(0, 0))
    refined(previewed, qtbot)


def test_what_was_read_is_looked_at_while_a_render_reads_other_files(
    previewed: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    viewer, refiner = previewed.viewer, previewed.stage.refiner
    viewer.show_actual_pixels()
    refined(previewed, qtbot)
    viewport = refiner._viewport
    assert viewport is not None
    write_stack(tmp_path / "bracket", 3, width_px=1300, height_px=800, seed=5)
    previewed.render_stack()
    previewed.renderer.pause()
    qtbot.waitUntil(lambda: viewport.stale, timeout=PATIENCE_MS)
    viewer.zoom_to(1.0, QPointF(viewer.width(), viewer.height()))
    viewer.zoom_to(2.0, QPointF(0, 0))
    refined(previewed, qtbot)
    assert not previewed.side.outputs.outputs
    previewed.renderer.resume()
    rendered(previewed, 1, qtbot)
    qtbot.waitUntil(lambda: viewport.closed, timeout=PATIENCE_MS)


def test_looking_at_the_whole_meanwhile_does_not_read_the_frames_again(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    jobs.may_open.clear()
    previewed.viewer.show_actual_pixels()
    qtbot.waitUntil(lambda: len(jobs.opened) == 1)
    assert "Quick preview · reading full size, 0 %" in previewed.caption()
    previewed.viewer.fit()
    qtbot.wait(200)
    jobs.may_open.set()
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    assert len(jobs.opened) == 1


def test_a_failure_is_told_once_and_the_preview_stays(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    jobs.error = InputError("frame_2.png is gone.", "Open the stack again.")
    previewed.viewer.show_actual_pixels()
    qtbot.waitUntil(lambda: previewed.banner.message == "frame_2.png is gone.")
    previewed.viewer.zoom_to(1.5)
    qtbot.wait(200)
    assert len(jobs.opened) == 1
    assert previewed.caption() == "Quick preview · VAEEDOF faithful"


def test_pyramids_are_not_refined(previewed: MainWindow, jobs: Jobs, qtbot: QtBot) -> None:
    previewed.side.parameters.method.choose(Method.PYRAMID)
    qtbot.waitUntil(lambda: not previewed.previewer.busy, timeout=PATIENCE_MS)
    previewed.viewer.show_actual_pixels()
    qtbot.wait(200)
    assert jobs.opened == []
    assert previewed.caption() == "Quick preview · Pyramid"
