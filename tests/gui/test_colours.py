"""Wide-gamut frames look on the screen as their profile says."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColorSpace, QSurfaceFormat
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from focusstack_app.io.icc import srgb_profile
from focusstack_app.ui.app import make_application
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.view_bar import View

PATCHES = ((60, 180, 60), (200, 90, 40), (40, 60, 190), (120, 120, 120))
SIDE_PX = 40
SPACES = QColorSpace.NamedColorSpace


def profile(space: QColorSpace.NamedColorSpace) -> bytes:
    return bytes(QColorSpace(space).iccProfile().data())


def in_srgb(rgb: tuple[int, int, int], icc_profile: bytes) -> np.ndarray:
    """What another library makes of a colour (Little CMS)."""
    picture = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), rgb),
        io.BytesIO(icc_profile),
        io.BytesIO(srgb_profile()),
        outputMode="RGB",
    )
    assert picture is not None
    return np.array(picture.getpixel((0, 0)), int)


def seen(window: MainWindow) -> list[list[int]]:
    """The colour on the screen in the middle of every patch."""
    viewer = window.viewer
    image, target = viewer.grab().toImage(), viewer.panes()[0].target
    places = [QPointF((n + 0.5) * SIDE_PX, SIDE_PX / 2) for n in range(len(PATCHES))]
    spots = [(target.topLeft() + place * viewer.scale).toPoint() for place in places]
    colours = [image.pixelColor(spot) for spot in spots]
    return [[c.red(), c.green(), c.blue()] for c in colours]


@pytest.mark.parametrize("space", [SPACES.AdobeRgb, SPACES.ProPhotoRgb, SPACES.DisplayP3])
def test_a_wide_gamut_frame_has_its_colours_on_the_screen(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, space: QColorSpace.NamedColorSpace
) -> None:
    icc_profile = profile(space)
    pixels = np.repeat(np.array(PATCHES, np.uint8), SIDE_PX, axis=0)[np.newaxis]
    pixels = np.repeat(pixels, SIDE_PX, axis=0)
    for number in (1, 2):
        path = tmp_path / f"frame_{number}.png"
        Image.fromarray(pixels).save(path, icc_profile=icc_profile)
    window.open_paths(sorted(tmp_path.glob("*.png")))
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.show_view(View.SOURCE)
    expected = np.array([in_srgb(rgb, icc_profile) for rgb in PATCHES])
    assert np.abs(expected - np.array(PATCHES)).max() > 20  # the profile matters
    qtbot.waitUntil(lambda: window.viewer.picture is not window.previewer.preview.picture)  # type: ignore[union-attr]
    assert np.abs(np.array(seen(window)) - expected).max() <= 2


def test_the_system_is_told_that_windows_are_srgb(qtbot: QtBot) -> None:
    before = QSurfaceFormat.defaultFormat()
    try:
        make_application(["focusstack"])
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        assert window.windowHandle().requestedFormat().colorSpace() == QColorSpace(SPACES.SRgb)
    finally:
        QSurfaceFormat.setDefaultFormat(before)
