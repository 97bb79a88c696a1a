from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.ui.bridge import Bridge
from focusstack_app.ui.loupe import RADIUS, Loupe
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.tilt import Tilt
from focusstack_app.ui.viewer import Compare, Viewer
from tests.helpers.windows import child

PIXELS = np.random.default_rng(5).integers(0, 256, (1600, 2400, 3), np.uint8)
OTHER = np.random.default_rng(6).integers(0, 256, (1600, 2400, 3), np.uint8)
HALF_PX = 20


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(360, 240)  # within the smallest screen, where the pointer can go
    made.show()
    made.show_picture(prepare(PIXELS))
    return made


@pytest.fixture
def loupe(viewer: Viewer) -> Loupe:
    bridge = Bridge(viewer)
    made = Loupe(viewer, Tilt(viewer, bridge))
    bridge.close()
    made.set_active(True)
    return made


def seen_at(viewer: Viewer, x: int, y: int) -> np.ndarray:
    """What is on the screen around a widget position: (40, 40, 3) device pixels."""
    image = viewer.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.array(image.constBits()).reshape(image.height(), image.bytesPerLine())
    pixels = lines[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    ratio = viewer.devicePixelRatioF()
    left, top = round(x * ratio) - HALF_PX, round(y * ratio) - HALF_PX
    return pixels[top : top + 2 * HALF_PX, left : left + 2 * HALF_PX]


def is_shown(picture: np.ndarray, seen: np.ndarray, place: QPointF) -> bool:
    """Whether the pixels of a picture around a place were copied one to one."""
    return any(
        np.array_equal(seen, picture[top : top + 2 * HALF_PX, left : left + 2 * HALF_PX])
        for top in range(int(place.y()) - HALF_PX - 5, int(place.y()) - HALF_PX + 6)
        for left in range(int(place.x()) - HALF_PX - 5, int(place.x()) - HALF_PX + 6)
    )


def test_it_shows_the_pixels_under_the_pointer_at_100_percent(viewer: Viewer, loupe: Loupe) -> None:
    assert viewer.fitted
    QTest.mouseMove(viewer, QPoint(100, 110))
    assert loupe.scale == 1.0
    place = viewer.picture_position(QPointF(100, 110))
    assert is_shown(PIXELS, seen_at(viewer, 100, 110), place)
    away = viewer.picture_position(QPointF(100 + RADIUS + 60, 110))
    assert not is_shown(PIXELS, seen_at(viewer, 100 + RADIUS + 60, 110), away)
    loupe.set_active(False)
    assert not is_shown(PIXELS, seen_at(viewer, 100, 110), place)


@pytest.mark.usefixtures("loupe")
def test_side_by_side_it_shows_both_pictures_at_the_same_place(viewer: Viewer) -> None:
    viewer.set_other(prepare(OTHER), Compare.SIDE)
    QTest.mouseMove(viewer, QPoint(270, 120))  # in the right half
    place = viewer.picture_position(QPointF(270, 120))
    assert is_shown(PIXELS, seen_at(viewer, 90, 120), place)
    assert is_shown(OTHER, seen_at(viewer, 270, 120), place)


@pytest.mark.usefixtures("loupe")
@pytest.mark.parametrize(("x", "picture"), [(100, PIXELS), (260, OTHER)])
def test_beside_a_wipe_it_shows_what_is_under_the_pointer(
    viewer: Viewer, x: int, picture: np.ndarray
) -> None:
    viewer.set_other(prepare(OTHER), Compare.WIPE)
    QTest.mouseMove(viewer, QPoint(x, 120))
    assert is_shown(picture, seen_at(viewer, x, 120), viewer.picture_position(QPointF(x, 120)))


@pytest.mark.usefixtures("loupe")
def test_between_two_stacks_there_is_nothing_to_magnify(viewer: Viewer) -> None:
    """Also side by side."""
    viewer.set_other(prepare(OTHER), Compare.SIDE)
    QTest.mouseMove(viewer, QPoint(90, 120))
    viewer.show_picture(None)
    assert viewer.panes_at(QPointF(90, 120)) == []
    viewer.grab()
    viewer.show_picture(prepare(PIXELS))
    assert len(viewer.panes_at(QPointF(90, 120))) == 2


def test_it_always_magnifies(viewer: Viewer, loupe: Loupe) -> None:
    viewer.show_actual_pixels()
    assert loupe.scale == 2.0
    viewer.zoom_to(0.8)
    assert loupe.scale == 2.0
    viewer.zoom_to(0.4)
    assert loupe.scale == 1.0


def test_a_key_and_a_button_turn_it_on_and_off(opened: MainWindow) -> None:
    action = opened.actions_.loupe
    assert action.shortcut().toString() == "L"
    loupe = child(opened.viewer, Loupe)
    action.trigger()
    assert loupe.isVisible()
    action.trigger()
    assert not loupe.isVisible()
