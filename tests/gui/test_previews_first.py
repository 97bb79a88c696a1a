"""What is looked at comes in the middle of a render, which is what it would be without."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from focusstack_app.core.progress import RESTING, Progress
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.refining import Quality
from focusstack_app.ui.view_bar import View
from tests.helpers.refining import PATIENCE_MS, Jobs, refined
from tests.helpers.windows import FakeFusion, toggle


def test_what_is_looked_at_is_refined_before_the_render(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    refiner = previewed.stage.refiner
    jobs.release.clear()
    previewed.viewer.show_actual_pixels()
    qtbot.waitUntil(lambda: refiner.quality is Quality.REFINING, timeout=PATIENCE_MS)
    assert previewed.caption().startswith("Preview · refining to full quality, ")
    seen: list[tuple[Quality, bool]] = []
    refiner.changed.connect(lambda: seen.append((refiner.quality, previewed.renderer.busy)))
    previewed.render_stack()
    assert refiner.quality is Quality.REFINING
    jobs.release.set()
    qtbot.waitUntil(lambda: not previewed.renderer.busy, timeout=PATIENCE_MS)
    assert (Quality.FULL, True) in seen


def test_what_is_looked_at_is_refined_in_the_middle_of_the_render_that_shares_its_frames(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    viewer, renderer = previewed.viewer, previewed.renderer
    viewer.zoom_to(4.0)
    refined(previewed, qtbot)
    previewed.render_stack()
    qtbot.waitUntil(lambda: renderer.renders[0].fraction > 0, timeout=PATIENCE_MS)
    renderer.pause()
    qtbot.waitUntil(lambda: renderer.renders[0].stage == RESTING, timeout=PATIENCE_MS)
    viewer.zoom_to(2.0, QPointF(viewer.width(), viewer.height()))
    viewer.zoom_to(4.0, QPointF(0, 0))
    assert previewed.stage.refiner.quality is not Quality.FULL
    refined(previewed, qtbot)
    assert renderer.paused
    assert previewed.stage.view is View.PREVIEW
    assert len(jobs.opened) == 1
    renderer.resume()
    qtbot.waitUntil(lambda: bool(previewed.side.outputs.outputs), timeout=PATIENCE_MS)
    made = previewed.side.outputs.outputs[0].result
    assert made.reused
    alone = jobs.fuse(made.request, Progress())
    np.testing.assert_array_equal(made.picture, alone.picture)


def test_frames_are_not_read_anew_for_what_is_being_rendered(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    """Its picture is on its way, and reading them would hold it up."""
    fusion.release.clear()
    opened.render_stack()
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    opened.viewer.show_actual_pixels()
    qtbot.wait(200)
    assert opened.stage.refiner.quality is Quality.QUICK
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.renderer.busy)


def test_a_preview_goes_on_when_the_render_that_it_interrupts_is_cancelled(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: len(fusion.previews) == 2)
    opened.renderer.cancel_all()
    qtbot.waitUntil(lambda: not opened.renderer.busy, timeout=1000)
    qtbot.wait(350)
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert len(fusion.previews) == 2
