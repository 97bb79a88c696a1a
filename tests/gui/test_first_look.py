"""Of many frames, what is looked at is shown by a few of them before all are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.progress import Progress
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.refining import Quality
from tests.gui.conftest import MakeWindow
from tests.helpers.refining import PATIENCE_MS, Jobs, refined
from tests.helpers.stacks import write_stack
from tests.helpers.windows import drop

FIRST_LOOK = "First look, from a few frames"


@pytest.fixture
def many(make_window: MakeWindow, jobs: Jobs, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window with the quick preview of more frames than a first look needs."""
    window = make_window(jobs.services())
    drop(window, write_stack(tmp_path / "bracket", 9, width_px=1000, height_px=640))
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=PATIENCE_MS)
    return window


def _pixels(window: MainWindow) -> np.ndarray:
    preview = window.previewer.preview
    assert preview is not None
    return preview.picture.memory[0]


def _first_look(window: MainWindow, jobs: Jobs, qtbot: QtBot) -> None:
    """Look from nearer; all frames are not read before `jobs.may_open` is set."""
    refiner = window.stage.refiner
    jobs.may_open.clear()
    window.viewer.zoom_to(2.0)
    qtbot.waitUntil(lambda: refiner.glimpsed, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: refiner.quality is Quality.PREPARING, timeout=PATIENCE_MS)


def test_a_first_look_is_there_before_all_frames_are_read(
    many: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    refiner, viewer = many.stage.refiner, many.viewer
    _first_look(many, jobs, qtbot)
    assert many.caption() == f"{FIRST_LOOK} · reading full size, 0 % · VAEEDOF faithful"
    glimpse = _pixels(many).copy()
    # Where somebody looks meanwhile, a first look interrupts the reading.
    viewer.zoom_to(1.0, QPointF(viewer.width(), viewer.height()))
    viewer.zoom_to(2.0, QPointF(0, 0))
    assert not refiner.glimpsed
    qtbot.waitUntil(lambda: refiner.glimpsed, timeout=PATIENCE_MS)
    assert (_pixels(many) != glimpse).any()
    qtbot.waitUntil(lambda: len(jobs.opened) == 2, timeout=PATIENCE_MS)
    jobs.may_open.set()
    refined(many, qtbot)
    assert many.caption() == "Preview · full quality here · VAEEDOF faithful"
    preview = many.previewer.preview
    assert preview is not None
    render = prepare(jobs.fuse(preview.to_render, Progress()).picture).memory[0]
    seen = viewer.visible.toAlignedRect()
    place = slice(seen.top(), seen.bottom()), slice(max(0, seen.left()), seen.right())
    np.testing.assert_array_equal(_pixels(many)[place], render[place])


def test_a_first_look_elsewhere_comes_before_full_quality_there(
    many: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    refiner, viewer = many.stage.refiner, many.viewer
    viewer.zoom_to(4.0)
    refined(many, qtbot)
    captions: list[str] = []
    refiner.changed.connect(lambda: captions.append(many.caption()))
    viewer.zoom_to(1.0, QPointF(viewer.width(), viewer.height()))
    viewer.zoom_to(4.0, QPointF(0, 0))
    refined(many, qtbot)
    assert any("Quick preview · first look, " in said for said in captions)
    assert any(said.startswith(f"{FIRST_LOOK} · refining") for said in captions)
    assert len(jobs.opened) == 1


def test_what_few_frames_cannot_show_is_told_by_all_of_them(
    many: MainWindow, jobs: Jobs, tmp_path: Path, qtbot: QtBot
) -> None:
    jobs.error = InputError("frame_5.png is gone.", "Open the stack again.")
    for path in (tmp_path / "bracket").iterdir():
        path.unlink()
    many.viewer.show_actual_pixels()
    qtbot.waitUntil(lambda: many.banner.message == "frame_5.png is gone.", timeout=PATIENCE_MS)
    assert not many.stage.refiner.glimpsed
    assert many.caption() == "Quick preview · VAEEDOF faithful"


def test_a_render_before_all_are_read_has_the_memory_of_the_few(
    many: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    jobs.may_open.clear()
    refiner = many.stage.refiner
    many.viewer.zoom_to(2.0)
    qtbot.waitUntil(lambda: refiner.glimpsed, timeout=PATIENCE_MS)
    first = refiner._first
    assert first is not None
    assert first.kept
    many.render_stack()
    qtbot.waitUntil(lambda: first.closed, timeout=PATIENCE_MS)
    jobs.may_open.set()
    qtbot.waitUntil(lambda: bool(many.side.outputs.outputs), timeout=PATIENCE_MS)
    assert many.side.outputs.outputs[0].result.reused == ()


def test_an_opening_that_was_stopped_after_it_took_the_files_begins_anew(
    many: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    refiner, viewer = many.stage.refiner, many.viewer
    _first_look(many, jobs, qtbot)
    first = refiner._first
    assert first is not None
    files = first.handed_over()  # to a viewport that nobody gets
    refiner._stop()
    files.close()
    jobs.may_open.set()
    viewer.zoom_to(1.8)
    refined(many, qtbot)
    assert refiner._viewport is not None
    assert refiner._viewport.glimpses
