"""The 3D view: an output from the side, by its depth."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Depth, FusionResult
from focusstack_app.jobs.stereo import nearest_first_of
from focusstack_app.ui.bridge import Bridge
from focusstack_app.ui.loupe import Loupe
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.overlays import Overlay
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.tilt import Tilt
from focusstack_app.ui.viewer import Compare, Viewer
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack

WIDTH, HEIGHT = 400, 300
SQUARE = (slice(100, 200), slice(150, 250))


def with_square(result: FusionResult) -> FusionResult:
    """A light square before a dark ground, sharp in the last frame."""
    position = np.zeros((HEIGHT // 2, WIDTH // 2), np.float32)
    position[50:100, 75:125] = len(result.request.stack) - 1
    picture = np.full((HEIGHT, WIDTH, 3), 20_000, np.uint16)
    picture[SQUARE] = 50_000
    depth = Depth(position, np.full(position.shape, 255, np.uint8))
    return replace(result, picture=picture, depth=depth)


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(WIDTH, HEIGHT)
    made.show()
    return made


@pytest.fixture
def tilt(viewer: Viewer, qtbot: QtBot) -> Tilt:
    """At 100 % over a square that is nearer than its ground."""
    result = with_square(fake_result(fake_stack(5, width_px=WIDTH, height_px=HEIGHT)))
    return tilted(viewer, result, qtbot)


def tilted(viewer: Viewer, result: FusionResult, qtbot: QtBot) -> Tilt:
    """Over this result."""
    bridge = Bridge(viewer)
    made = Tilt(viewer, bridge)
    viewer.show_picture(prepare(result.picture))
    with qtbot.waitSignal(made.changed):
        made.show_result(result)
    bridge.close()
    return made


def row(viewer: Viewer) -> np.ndarray:
    """The middle row of what is on the screen, one value per logical pixel."""
    image = viewer.grab().toImage().scaledToWidth(WIDTH)
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    lines = np.array(grey.constBits()).reshape(grey.height(), grey.bytesPerLine())
    return lines[grey.height() // 2, :WIDTH].astype(int)


def left_of_square(viewer: Viewer) -> int:
    return int(np.argmax(row(viewer) > 130))


def look_from(viewer: Viewer, x: float, y: float = 0.5) -> None:
    QTest.mouseMove(viewer, QPoint(round(x * viewer.width()), round(y * viewer.height())))


def test_what_is_near_moves_against_the_pointer(viewer: Viewer, tilt: Tilt) -> None:
    assert tilt.isVisible()
    look_from(viewer, 0.5)
    assert left_of_square(viewer) == pytest.approx(150, abs=1)
    look_from(viewer, 0.99)
    assert left_of_square(viewer) == pytest.approx(144, abs=1)  # 3 % of 400 px, half of it near
    look_from(viewer, 0.01)
    assert left_of_square(viewer) == pytest.approx(156, abs=1)


def test_zoom_and_place_are_those_of_the_viewer(viewer: Viewer, tilt: Tilt) -> None:
    viewer.zoom_to(2.0, QPointF(200, 150))
    assert tilt.isVisible()
    look_from(viewer, 0.5)
    assert left_of_square(viewer) == pytest.approx(100, abs=2)
    look_from(viewer, 0.99)
    away = 100 - left_of_square(viewer)
    assert away == pytest.approx(10, abs=2)  # 5 % of the view at most
    viewer.fit()
    assert left_of_square(viewer) == pytest.approx(144, abs=1)


@pytest.mark.usefixtures("tilt")
def test_dragging_moves_the_picture_and_not_the_point_of_view(viewer: Viewer) -> None:
    viewer.zoom_to(2.0, QPointF(200, 150))
    look_from(viewer, 0.5)
    left, middle = Qt.MouseButton.LeftButton, QPoint(200, 150)
    QTest.mousePress(viewer, left, pos=middle)
    QTest.mouseMove(viewer, QPoint(260, 150))
    QTest.mouseRelease(viewer, left, pos=QPoint(260, 150))
    assert left_of_square(viewer) == pytest.approx(160, abs=2)


def test_a_comparison_shows_the_output_as_it_is(viewer: Viewer, tilt: Tilt) -> None:
    viewer.set_mode(Compare.SIDE)
    assert not tilt.isVisible()
    viewer.set_mode(Compare.OFF)
    assert tilt.isVisible()
    tilt.show_result(None)
    assert not tilt.isVisible()


def test_the_loupe_shows_what_is_seen_there(viewer: Viewer, tilt: Tilt) -> None:
    loupe = Loupe(viewer, tilt)
    loupe.set_active(True)
    look_from(viewer, 0.7)
    assert loupe.scale == 2.0
    pointer, right_edge = 280, 250 - 0.4 * 6  # the square is moved, away from the pointer
    assert right_of_square(viewer) == pytest.approx(pointer - 2 * (pointer - right_edge), abs=1)
    tilt.show_result(None)
    assert right_of_square(viewer) == pytest.approx(pointer - 2 * (pointer - 250), abs=1)


def right_of_square(viewer: Viewer) -> int:
    """Under the loupe in its right half, left of whose rim it lies."""
    seen = row(viewer)[180:280]
    return 180 + int(np.flatnonzero(seen > 130).max()) + 1


def test_what_it_needed_is_given_back_a_while_after_it_was_left(
    viewer: Viewer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("focusstack_app.ui.tilt._KEPT_MS", 20)
    result = with_square(fake_result(fake_stack(5, width_px=WIDTH, height_px=HEIGHT)))
    tilt = tilted(viewer, result, qtbot)
    gone = weakref.ref(result.picture)
    tilt.show_result(None)
    tilt.show_result(result)  # at once, and from what is known
    assert tilt.isVisible()
    qtbot.wait(50)
    assert tilt.isVisible()
    tilt.show_result(None)
    del result
    assert gone() is not None
    qtbot.waitUntil(lambda: gone() is None)


class Used(QImage):
    """A new image is whatever was in that memory before."""

    def __init__(self, *how: object) -> None:
        super().__init__(*how)
        if len(how) == 2:
            self.fill(Qt.GlobalColor.magenta)


def test_nothing_but_the_picture_is_seen_at_its_edges(
    viewer: Viewer, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it ends in the middle of a pixel, too."""
    monkeypatch.setattr("focusstack_app.ui.tilt.QImage", Used)
    grey = np.full((400, 600, 3), 20_000, np.uint16)
    result = replace(fake_result(fake_stack(5, width_px=600, height_px=400)), picture=grey)
    tilt = tilted(viewer, result, qtbot)
    for size in ((984, 383), (984, 445), (985, 489), (326, 301), (326, 302)):
        viewer.resize(*size)
        look_from(viewer, 0.5)
        assert tilt.isVisible()
        image = viewer.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        lines = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())
        colours = lines[:, : 3 * image.width()].reshape(image.height(), -1, 3)
        assert not np.ptp(colours, axis=2).any(), size  # all is grey


def test_another_picture_is_not_moved_by_this_depth(viewer: Viewer, tilt: Tilt) -> None:
    viewer.show_picture(prepare(np.zeros((90, 120, 3), np.uint8)))
    assert not tilt.isVisible()


@pytest.mark.usefixtures("output")
def test_a_key_shows_the_output_from_the_side(opened: MainWindow, qtbot: QtBot) -> None:
    stage = opened.stage
    assert not opened.actions_.swap_depth.isEnabled()
    QTest.keyClick(opened.viewer, Qt.Key.Key_3)
    assert stage.overlay is Overlay.TILT
    assert opened.caption() == "Output 1 · 3D"
    qtbot.waitUntil(stage.tilt.isVisible)
    assert opened.viewer.note.startswith("Move the pointer")
    opened.filmstrip.choose(1)
    assert not stage.tilt.isVisible()
    QTest.keyClick(opened.viewer, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: opened.viewer.note.startswith("Black"))
    assert not stage.tilt.isVisible()


def test_near_and_far_are_swapped_for_this_output(
    opened: MainWindow, output: Output, qtbot: QtBot
) -> None:
    first = nearest_first_of(output.result)
    opened.stage.set_overlay(Overlay.TILT)
    qtbot.waitUntil(opened.stage.tilt.isVisible)
    opened.actions_.swap_depth.trigger()
    assert nearest_first_of(output.result) is not first
    qtbot.waitUntil(lambda: opened.stage.tilt.isVisible() and opened.stage.tilt.ready)
    opened.actions_.swap_depth.trigger()
    assert nearest_first_of(output.result) is first


@pytest.mark.usefixtures("output")
def test_painting_has_the_output_as_it_is(opened: MainWindow, qtbot: QtBot) -> None:
    opened.stage.set_overlay(Overlay.TILT)
    qtbot.waitUntil(opened.stage.tilt.isVisible)
    opened.actions_.retouch.trigger()
    assert opened.retouch.active
    assert not opened.stage.tilt.isVisible()
    assert not opened.actions_.swap_depth.isEnabled()
    opened.retouch.cancel()


def test_the_frames_need_not_be_there(output: Output, frames: list[Path]) -> None:
    """Only the result is asked."""
    for frame in frames:
        frame.unlink()
    output.set_nearest_first(first=True)
    assert nearest_first_of(output.result)
