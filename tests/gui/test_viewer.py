from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from focusstack_app.ui.picture import prepare
from focusstack_app.ui.view_geometry import MAX_SCALE
from focusstack_app.ui.viewer import Viewer

WIDTH, HEIGHT = 1200, 800


@pytest.fixture
def pixels() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


@pytest.fixture
def viewer(qtbot: QtBot, pixels: np.ndarray) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    made.show_picture(prepare(pixels))
    return made


def wheel(viewer: Viewer, at: QPointF, notches: int) -> None:
    event = QWheelEvent(
        at,
        viewer.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewer, event)


def test_a_new_picture_is_fitted(viewer: Viewer) -> None:
    assert viewer.fitted
    assert viewer.scale == pytest.approx(300 * viewer.devicePixelRatioF() / WIDTH)


def test_fit_follows_the_size_of_the_view(viewer: Viewer) -> None:
    viewer.resize(600, 600)
    assert viewer.scale == pytest.approx(600 * viewer.devicePixelRatioF() / WIDTH)


def test_100_percent_puts_picture_pixels_on_device_pixels(
    viewer: Viewer, pixels: np.ndarray
) -> None:
    viewer.show_actual_pixels()
    assert viewer.scale == 1.0
    image = viewer.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    width, height = image.width(), image.height()
    lines = np.array(image.constBits()).reshape(height, image.bytesPerLine())
    grabbed = lines[:, : width * 3].reshape(height, width, 3)
    left, top = (WIDTH - width) // 2, (HEIGHT - height) // 2
    assert np.array_equal(grabbed, pixels[top : top + height, left : left + width])


def test_double_click_changes_between_fit_and_100_percent(viewer: Viewer) -> None:
    QTest.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    assert viewer.scale == 1.0
    assert not viewer.fitted
    QTest.mouseDClick(viewer, Qt.MouseButton.LeftButton, pos=QPoint(20, 30))
    assert viewer.fitted


def test_the_wheel_zooms_at_the_pointer(viewer: Viewer) -> None:
    viewer.show_actual_pixels()
    at = QPointF(60, 200)
    before = viewer.picture_position(at)
    wheel(viewer, at, 4)
    after = viewer.picture_position(at)
    assert viewer.scale == pytest.approx(2.0)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))


def test_the_wheel_stops_at_100_percent_on_its_way(viewer: Viewer) -> None:
    seen = []
    for _ in range(20):
        wheel(viewer, QPointF(150, 150), 1)
        seen.append(viewer.scale)
    assert 1.0 in seen
    assert seen == sorted(seen)


def test_zoom_has_limits(viewer: Viewer) -> None:
    wheel(viewer, QPointF(150, 150), 100)
    assert viewer.scale == 1.0
    wheel(viewer, QPointF(150, 150), 100)
    assert viewer.scale == MAX_SCALE
    wheel(viewer, QPointF(150, 150), -100)
    wheel(viewer, QPointF(150, 150), -100)
    assert viewer.fitted


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_a_drag_moves_the_picture_with_the_pointer(viewer: Viewer, button: Qt.MouseButton) -> None:
    viewer.show_actual_pixels()
    held = viewer.picture_position(QPointF(150, 150))
    QTest.mousePress(viewer, button, pos=QPoint(150, 150))
    QTest.mouseMove(viewer, QPoint(110, 130))
    QTest.mouseRelease(viewer, button, pos=QPoint(110, 130))
    now = viewer.picture_position(QPointF(110, 130))
    assert (now.x(), now.y()) == pytest.approx((held.x(), held.y()))


def test_a_drag_never_leaves_the_picture(viewer: Viewer) -> None:
    viewer.show_actual_pixels()
    QTest.mousePress(viewer, Qt.MouseButton.LeftButton, pos=QPoint(150, 150))
    QTest.mouseMove(viewer, QPoint(5000, 5000))
    corner = viewer.picture_position(QPointF(0, 0))
    assert (corner.x(), corner.y()) == pytest.approx((0, 0))
    QTest.mouseRelease(viewer, Qt.MouseButton.LeftButton)  # else Qt holds it in later tests


def test_zoom_and_place_stay_when_a_proxy_takes_the_place(
    viewer: Viewer, pixels: np.ndarray
) -> None:
    viewer.zoom_to(0.8, QPointF(40, 40))
    place, scale = viewer.picture_position(QPointF(10, 10)), viewer.scale
    proxy = prepare(np.ascontiguousarray(pixels[::4, ::4]), full_size_px=(WIDTH, HEIGHT))
    viewer.show_picture(proxy)
    assert viewer.scale == scale
    assert viewer.picture_position(QPointF(10, 10)) == place


def test_a_small_picture_is_not_enlarged_to_fit(qtbot: QtBot) -> None:
    small = Viewer()
    qtbot.addWidget(small)
    small.resize(400, 400)
    small.show_picture(prepare(np.zeros((10, 20, 3), np.uint16)))
    assert small.scale == 1.0


def test_a_reduced_picture_is_smooth(viewer: Viewer) -> None:
    """A fine checkerboard becomes grey, not a moiré."""
    rows, columns = np.indices((HEIGHT, WIDTH))
    board = (((rows + columns) % 2) * 255).astype(np.uint8)
    viewer.show_picture(prepare(np.repeat(board[..., None], 3, axis=2)))
    image = viewer.grab().toImage()
    left, row = image.width() // 2, image.height() // 2
    middle = [image.pixelColor(left + column, row).red() for column in range(20)]
    assert max(middle) - min(middle) <= 2
    assert math.isclose(sum(middle) / 20, 127.5, abs_tol=2)
