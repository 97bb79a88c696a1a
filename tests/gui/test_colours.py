"""Pictures look on the screen as their profile and that of the display say."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect
from PySide6.QtGui import QColorSpace, QGuiApplication, QImage, QScreen, QSurfaceFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from focusstack_app.io.icc import srgb_profile
from focusstack_app.ui.app import make_application
from focusstack_app.ui.bridge import Task
from focusstack_app.ui.display import Display
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.viewer import Compare
from tests.gui.conftest import MakeWindow
from tests.helpers.profiles import SPACES, lut_profile, profile, swapped_profile
from tests.helpers.windows import FakeFusion, child, render
from tests.unit.io.builders import save_dng

PATCHES = ((60, 180, 60), (200, 90, 40), (40, 60, 190), (120, 120, 120))
SIDE_PX = 40
NOISE = np.random.default_rng(4).integers(0, 256, (700, 1100, 3), np.uint8)
ADOBE = profile(SPACES.AdobeRgb)


def converted(
    rgb: tuple[int, int, int], icc_profile: bytes, display: bytes | None = None
) -> np.ndarray:
    """What another library makes of a colour (Little CMS), for sRGB or another display."""
    picture = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), rgb),
        io.BytesIO(icc_profile),
        io.BytesIO(display or srgb_profile()),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
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


def open_patches(window: MainWindow, folder: Path, icc_profile: bytes, qtbot: QtBot) -> None:
    pixels = np.repeat(np.array(PATCHES, np.uint8), SIDE_PX, axis=0)[np.newaxis]
    pixels = np.repeat(pixels, SIDE_PX, axis=0)
    for number in (1, 2):
        Image.fromarray(pixels).save(folder / f"frame_{number}.png", icc_profile=icc_profile)
    window.open_paths(sorted(folder.glob("*.png")))
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.show_view(View.SOURCE)
    qtbot.waitUntil(lambda: window.viewer.picture is not window.previewer.preview.picture)  # type: ignore[union-attr]


@pytest.mark.parametrize("space", [SPACES.AdobeRgb, SPACES.ProPhotoRgb, SPACES.DisplayP3])
def test_a_wide_gamut_frame_has_its_colours_on_the_screen(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, space: QColorSpace.NamedColorSpace
) -> None:
    icc_profile = profile(space)
    expected = np.array([converted(rgb, icc_profile) for rgb in PATCHES])
    assert np.abs(expected - np.array(PATCHES)).max() > 20  # the profile matters
    open_patches(window, tmp_path, icc_profile, qtbot)
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


class FakeScreens:
    """Where the profile of every screen comes from."""

    def __init__(self) -> None:
        self.profile: bytes | None = None

    def __call__(self, screen: QScreen) -> bytes | None:
        assert screen is not None
        return self.profile


@pytest.fixture
def screens() -> FakeScreens:
    return FakeScreens()


@pytest.fixture
def patches(
    make_window: MakeWindow, screens: FakeScreens, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> MainWindow:
    """A window that shows patches in Adobe RGB."""
    shown = make_window(Services(fuse_stack=fusion, read_profile=screens))
    open_patches(shown, tmp_path, ADOBE, qtbot)
    return shown


def turn_to(window: QWidget) -> None:
    """As the system tells it."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))


def channels(image: QImage) -> np.ndarray:
    """(H, W, 3), red first."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.array(image.constBits()).reshape(image.height(), image.width(), 4)
    return pixels[..., 2::-1].astype(int)


@pytest.mark.parametrize("space", [SPACES.SRgb, SPACES.DisplayP3, SPACES.AdobeRgb, None])
def test_a_picture_has_its_colours_on_the_display(
    patches: MainWindow, screens: FakeScreens, space: QColorSpace.NamedColorSpace | None
) -> None:
    """Also those that sRGB has not."""
    screens.profile = profile(space) if space is not None else swapped_profile()
    turn_to(patches)
    expected = np.array([converted(rgb, ADOBE, screens.profile) for rgb in PATCHES])
    assert np.abs(np.array(seen(patches)) - expected).max() <= 2
    if space is SPACES.AdobeRgb:
        assert np.array_equal(seen(patches), PATCHES)  # the display's own


def test_on_a_display_with_a_lut_profile_too(
    patches: MainWindow, screens: FakeScreens, qtbot: QtBot
) -> None:
    """Once every colour is known, of sRGB for the thumbnails and of the picture's space."""
    screens.profile = lut_profile()
    turn_to(patches)
    expected = np.array([converted(rgb, ADOBE, screens.profile) for rgb in PATCHES])
    qtbot.waitUntil(
        lambda: bool(np.abs(np.array(seen(patches)) - expected).max() <= 3), timeout=30_000
    )
    qtbot.waitUntil(lambda: not patches.bridge.findChildren(Task), timeout=30_000)
    with qtbot.assertNotEmitted(patches.display.changed, wait=300):
        seen(patches)


def test_the_readout_and_the_window_around_stay(patches: MainWindow, screens: FakeScreens) -> None:
    def readout() -> str:
        viewer = patches.viewer
        place = viewer.panes()[0].target.topLeft() + QPointF(0.5, 0.5) * SIDE_PX * viewer.scale
        QTest.mouseMove(viewer, QPoint(1, 1))
        QTest.mouseMove(viewer, (place / viewer.devicePixelRatioF()).toPoint())
        return patches.readout.text()

    assert readout().endswith("R 60  G 180  B 60")
    around = (patches.view_bar, patches.side.parameters)
    before = [part.grab().toImage() for part in around]
    screens.profile = swapped_profile()
    turn_to(patches)
    assert readout().endswith("R 60  G 180  B 60")
    assert [part.grab().toImage() for part in around] == before


def test_raw_has_its_colours_on_the_screen_and_in_the_readout_those_of_its_file(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    encoded = np.array(PATCHES) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    scene = np.broadcast_to(
        np.repeat(linear, SIDE_PX, axis=0), (SIDE_PX, len(PATCHES) * SIDE_PX, 3)
    )
    for number in (1, 2):
        save_dng(tmp_path / f"frame_{number}.dng", scene)
    window.open_paths(sorted(tmp_path.glob("*.dng")))
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.show_view(View.SOURCE)
    preview = window.previewer.preview
    assert preview is not None
    qtbot.waitUntil(lambda: window.viewer.picture is not preview.picture)
    assert np.abs(np.array(seen(window)) - np.array(PATCHES)).max() <= 2
    viewer = window.viewer
    for number, colour in enumerate(PATCHES):
        across = QPointF(number + 0.5, 0.5) * SIDE_PX * viewer.scale
        QTest.mouseMove(viewer, QPoint(1, 1))
        place = (viewer.panes()[0].target.topLeft() + across) / viewer.devicePixelRatioF()
        QTest.mouseMove(viewer, place.toPoint())
        numbers = window.readout.text().split()[-5::2]
        assert np.abs(np.array(numbers, int) - np.array(colour)).max() <= 2


def test_a_display_of_srgb_or_of_nothing_usable_changes_no_pixel(
    patches: MainWindow, screens: FakeScreens
) -> None:
    viewer = patches.viewer
    viewer.show_picture(prepare(NOISE))
    viewer.fit()
    before = viewer.grab().toImage()
    grey = QColorSpace(QPointF(0.3127, 0.329), QColorSpace.TransferFunction.SRgb)
    damaged = (b"damaged" * 99, b"", swapped_profile()[:300])
    for useless in (
        srgb_profile(),
        profile(SPACES.SRgb),
        bytes(grey.iccProfile().data()),
        *damaged,
    ):
        screens.profile = useless
        turn_to(patches)
        assert viewer.grab().toImage() == before
    screens.profile = swapped_profile()
    turn_to(patches)
    assert viewer.grab().toImage() != before
    screens.profile = None
    turn_to(patches)
    assert viewer.grab().toImage() == before


@pytest.mark.parametrize("scale", [None, 0.77, 1.0, 3.0])
@pytest.mark.parametrize("mode", [Compare.OFF, Compare.WIPE, Compare.SIDE])
def test_every_pixel_of_the_picture_is_converted(
    patches: MainWindow, screens: FakeScreens, mode: Compare, scale: float | None
) -> None:
    """Under the loupe too. The ground and the labels are grey: exchanged, they are the same."""
    viewer = patches.viewer
    viewer.show_picture(prepare(NOISE))
    viewer.set_other(prepare(NOISE[::-1]), mode)
    if scale is None:
        viewer.fit()
    else:
        viewer.zoom_to(scale)
    patches.actions_.loupe.trigger()
    before = channels(viewer.grab().toImage())
    screens.profile = swapped_profile()
    turn_to(patches)
    away = channels(viewer.grab().toImage()) - before[..., [1, 0, 2]]
    assert np.abs(away).max() <= 2


def test_a_part_that_is_painted_anew_fits_the_rest(
    patches: MainWindow, screens: FakeScreens
) -> None:
    viewer = patches.viewer
    viewer.show_picture(prepare(NOISE))
    viewer.zoom_to(0.77)
    screens.profile = swapped_profile()
    turn_to(patches)
    part, ratio = QRect(52, 36, 204, 100), viewer.devicePixelRatioF()
    same = QRect(part.topLeft() * ratio, part.size() * ratio)
    away = channels(viewer.grab(part).toImage()) - channels(viewer.grab().toImage().copy(same))
    assert np.abs(away).max() <= 1  # Qt's own, without a conversion too


def test_thumbnails_are_converted(patches: MainWindow, screens: FakeScreens, qtbot: QtBot) -> None:
    def strip() -> np.ndarray:
        return channels(patches.filmstrip.viewport().grab().toImage())

    def icon() -> np.ndarray:
        return channels(patches.side.outputs.item(0).icon().pixmap(60, 44).toImage())

    render(patches, qtbot)
    qtbot.waitUntil(lambda: not patches.bridge.findChildren(Task))
    before, icon_before = strip(), icon()
    screens.profile = swapped_profile()
    turn_to(patches)
    assert (strip() != before).any()
    assert np.abs(icon() - icon_before[..., [1, 0, 2]]).max() <= 2


def test_another_screen_is_followed(patches: MainWindow, screens: FakeScreens) -> None:
    before = seen(patches)
    screens.profile = swapped_profile()
    handle = patches.windowHandle()
    handle.screenChanged.emit(handle.screen())
    swapped = seen(patches)
    assert swapped != before
    screens.profile = None
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    app.primaryScreenChanged.emit(handle.screen())
    assert seen(patches) == before
    patches.hide()
    screens.profile = swapped_profile()
    patches.show()
    assert seen(patches) == swapped


def test_the_batch_has_the_colours_of_its_own_screen(
    patches: MainWindow, screens: FakeScreens, qtbot: QtBot
) -> None:
    batch = patches.open_batch()
    display = child(batch, Display)
    screens.profile = swapped_profile()
    with qtbot.waitSignal(display.changed):
        turn_to(batch)
