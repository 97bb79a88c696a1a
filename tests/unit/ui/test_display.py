from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColorSpace, QImage

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import Progress
from focusstack_app.ui.display import Display, every_colour
from focusstack_app.ui.picture import SRGB, is_lut, rgb_space
from tests.helpers.profiles import SPACES, lut_profile, swapped_profile
from tests.helpers.x_server import printed_under_x, running_x_server


def image_of(pixels: np.ndarray) -> QImage:
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, QImage.Format.Format_RGB32).copy()


def pixels_of(image: QImage) -> np.ndarray:
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)


def noise(height: int, width: int) -> np.ndarray:
    pixels = np.random.default_rng(7).integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


def test_without_a_window_it_is_srgb() -> None:
    display = Display()
    adobe = QColorSpace(SPACES.AdobeRgb)
    assert not display.converts(SRGB)
    assert display.converts(adobe)
    image = image_of(noise(20, 30))
    expected = image.colorTransformed(adobe.transformationToColorSpace(SRGB))
    display.convert(image, adobe)
    assert image == expected


def test_what_is_srgb_by_another_name_is_not_converted() -> None:
    other = QColorSpace(QColorSpace.Primaries.SRgb, QColorSpace.TransferFunction.SRgb)
    assert not Display().converts(other)
    image = image_of(noise(20, 30))
    assert Display().thumbnail(image) is image


def test_a_lut_profile_is_looked_up_exactly() -> None:
    space = rgb_space(lut_profile())
    assert is_lut(space)
    assert space.isValidTarget()
    transform = SRGB.transformationToColorSpace(space)
    table = every_colour(transform, lambda: None)
    pixels = noise(64, 999)
    looked_up = table[pixels.view(np.uint32)[..., 0] & 0xFFFFFF]
    expected = pixels_of(image_of(pixels).colorTransformed(transform))
    assert np.array_equal(looked_up[..., np.newaxis].view(np.uint8), expected)
    # Those tables are of Adobe RGB: of few steps, hence nearly.
    adobe = SRGB.transformationToColorSpace(QColorSpace(SPACES.AdobeRgb))
    away = expected.astype(int) - pixels_of(image_of(pixels).colorTransformed(adobe))
    assert np.median(np.abs(away)) <= 2


def test_a_table_can_be_given_up() -> None:
    progress = Progress()
    progress.cancel()
    transform = SRGB.transformationToColorSpace(QColorSpace(SPACES.AdobeRgb))
    with pytest.raises(Cancelled):
        every_colour(transform, progress.checkpoint)


ON_TWO_MONITORS = """
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow
import numpy as np
from focusstack_app.ui.display import Display
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.viewer import Viewer

app = QApplication([])
window = QMainWindow()
viewer = Viewer(Display(window))
window.setCentralWidget(viewer)
viewer.show_picture(prepare(np.full((900, 900, 3), (200, 100, 50), np.uint8)))
for left in (100, 700, 100):
    window.setGeometry(left, 100, 400, 300)
    window.show()
    QTest.qWait(500)
    corner = window.screen().geometry().topLeft()
    middle = window.geometry().center() - corner
    seen = window.screen().grabWindow(0).toImage().pixelColor(middle)
    print(window.screen().name(), seen.red(), seen.green(), seen.blue())
"""


def test_a_window_has_the_colours_of_the_monitor_that_it_is_on() -> None:
    """For real, on an X server."""
    with running_x_server() as server:
        server.set_monitors(["left", "right"], primary="left")
        server.set_property("_ICC_PROFILE_1", swapped_profile())
        plain, exchanged = "left 200 100 50", "right 100 200 50"
        assert printed_under_x(server, ON_TWO_MONITORS) == [plain, exchanged, plain]
