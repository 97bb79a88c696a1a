"""What a test does with a window that retouches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def begin(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_.retouch.trigger()
    qtbot.waitUntil(lambda: ready(window))


def ready(window: MainWindow) -> bool:
    retouch = window.retouch
    return retouch.brush.isVisible() and retouch.retoucher.source is not None


def on_screen(window: MainWindow, x: float, y: float) -> QPoint:
    """The widget position of a picture coordinate."""
    viewer = window.viewer
    ratio = viewer.devicePixelRatioF()
    away = (QPointF(x, y) - viewer.centre) * viewer.scale / ratio
    middle = QPointF(viewer.width() / 2, viewer.height() / 2)
    return (middle + away).toPoint()


def paint(window: MainWindow, *path: tuple[float, float]) -> None:
    places = [on_screen(window, x, y) for x, y in path]
    QTest.mousePress(window.viewer, LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(window.viewer, place)
    QTest.mouseRelease(window.viewer, LEFT, pos=places[-1])


def shown(window: MainWindow) -> NDArray[np.uint8]:
    picture = window.viewer.picture
    assert picture is not None
    return picture.memory[0][..., 2::-1]
