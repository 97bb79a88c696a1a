from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.core.frames import Frame, FrameSource
from focusstack_app.io.read import read_proxy
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.scrubbing import Scrubber
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion

LEFT = Qt.MouseButton.LeftButton
COUNT = 5
WIDTH, HEIGHT = 640, 320


@pytest.fixture
def stack_window(
    make_window: MakeWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> MainWindow:
    """Five frames, each sharp in one of five bands, and all of them read."""
    window = make_window(Services(fuse_stack=fusion))
    paths = write_stack(tmp_path / "bracket", COUNT, width_px=WIDTH, height_px=HEIGHT)
    window.open_paths(paths)
    qtbot.waitUntil(lambda: window.frames.rowCount() == COUNT)
    qtbot.waitUntil(lambda: window.stage.strip.text.startswith("Sharpest"))
    return window


def in_band(window: MainWindow, band: int) -> QPoint:
    """A widget position in a band of the picture."""
    viewer = window.viewer
    target = viewer.panes()[0].target
    place = QPointF((band + 0.5) / COUNT * WIDTH, HEIGHT / 2)
    return ((target.topLeft() + place * viewer.scale) / viewer.devicePixelRatioF()).toPoint()


@pytest.mark.parametrize("band", [0, 2, 4])
def test_the_curve_says_which_frame_is_sharp_under_the_pointer(
    stack_window: MainWindow, band: int
) -> None:
    QTest.mouseMove(stack_window.viewer, in_band(stack_window, band))
    strip = stack_window.stage.strip
    assert strip.text == f"Sharpest: frame {band + 1}"
    assert strip.accessibleDescription() == strip.text


def test_without_a_pointer_it_is_about_the_middle_of_the_view(stack_window: MainWindow) -> None:
    assert stack_window.stage.strip.sharpest == COUNT // 2


def test_a_marked_point_stays_while_the_pointer_goes_elsewhere(stack_window: MainWindow) -> None:
    viewer, strip = stack_window.viewer, stack_window.stage.strip
    QTest.mouseClick(viewer, LEFT, pos=in_band(stack_window, 1))
    QTest.mouseMove(viewer, in_band(stack_window, 3))
    assert strip.sharpest == 1
    before = viewer.grab().toImage()
    QTest.mouseClick(viewer, LEFT, pos=in_band(stack_window, 1))
    assert viewer.grab().toImage() != before  # the ring is gone
    QTest.mouseMove(viewer, in_band(stack_window, 3))
    assert strip.sharpest == 3


def test_a_drag_and_a_double_click_leave_no_mark(stack_window: MainWindow) -> None:
    viewer, at = stack_window.viewer, in_band(stack_window, 1)
    QTest.mousePress(viewer, LEFT, pos=at)
    QTest.mouseRelease(viewer, LEFT, pos=at + QPoint(30, 0))
    assert stack_window.stage.mark.place is None
    QTest.mouseClick(viewer, LEFT, pos=at)
    QTest.mouseDClick(viewer, LEFT, pos=at)
    assert stack_window.stage.mark.place is None


def test_g_shows_the_frame_that_is_sharpest_there(stack_window: MainWindow) -> None:
    QTest.mouseClick(stack_window.viewer, LEFT, pos=in_band(stack_window, 3))
    action = stack_window.actions_.sharpest
    assert action.shortcut().toString() == "G"
    action.trigger()
    assert stack_window.stage.view is View.SOURCE
    assert stack_window.caption() == "Source 4 of 5 · frame_4.png"
    assert stack_window.filmstrip.currentIndex().row() == 3


def test_a_drag_along_the_curve_goes_through_the_frames_at_once(
    stack_window: MainWindow,
) -> None:
    viewer, strip = stack_window.viewer, stack_window.stage.strip
    viewer.zoom_to(2.0)
    centre, scale = viewer.centre, viewer.scale
    QTest.mousePress(strip, LEFT, pos=strip.frame_place(1).toPoint())
    for row in (1, 2, 3, 4):
        QTest.mouseMove(strip, strip.frame_place(row).toPoint())
        source = stack_window.frames.source(row)
        assert viewer.picture is stack_window.stage.scrubber.picture(source)  # no wait for a file
        assert stack_window.stage.source is source
    QTest.mouseRelease(strip, LEFT, pos=strip.frame_place(4).toPoint())
    assert (viewer.centre, viewer.scale) == (centre, scale)


def test_comma_and_full_stop_go_through_the_frames(stack_window: MainWindow) -> None:
    stack_window.actions_.frame_next.trigger()
    stack_window.actions_.frame_next.trigger()
    stack_window.actions_.frame_before.trigger()
    assert stack_window.caption().startswith("Source 2 of 5")


def test_full_pixels_follow_the_proxy(
    make_window: MakeWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window(Services(fuse_stack=fusion))
    window.open_paths(write_stack(tmp_path / "large", 2, width_px=1700, height_px=100))
    source = window.frames.source
    qtbot.waitUntil(lambda: window.frames.rowCount() == 2)
    qtbot.waitUntil(lambda: window.stage.scrubber.picture(source(1)) is not None)
    window.filmstrip.choose(1)
    shown = window.viewer.picture
    assert shown is not None
    assert shown.is_proxy
    qtbot.waitUntil(lambda: (p := window.viewer.picture) is not None and not p.is_proxy)
    assert window.viewer.picture is not None
    assert window.viewer.picture.full_size_px == (1700, 100)


def test_no_frame_is_read_twice(stack_window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    read: list[Path] = []

    def proxy(source: FrameSource, max_side_px: int) -> Frame:
        read.append(source.path)
        return read_proxy(source, max_side_px)

    sources = [stack_window.frames.source(row) for row in range(COUNT)]
    scrubber = Scrubber(stack_window.bridge, Services(read_proxy=proxy), stack_window)
    scrubber.load(sources)
    scrubber.load(sources)
    qtbot.waitUntil(lambda: None not in scrubber.curve(sources, 0.5, 0.5))
    scrubber.load(sources[:3])
    assert scrubber.picture(sources[4]) is None
    assert sorted(read) == sorted(tmp_path.glob("bracket/*"))


def test_a_frame_that_cannot_be_read_does_not_hold_up_the_others(
    stack_window: MainWindow, qtbot: QtBot
) -> None:
    sources = [stack_window.frames.source(row) for row in range(COUNT)]
    sources[1].path.unlink()
    scrubber = stack_window.stage.scrubber
    scrubber.forget()
    assert stack_window.stage.strip.text == "Reading frames: 0 of 5"
    scrubber.load(sources)
    qtbot.waitUntil(lambda: stack_window.stage.strip.text == "Sharpest: frame 3")
    assert scrubber.curve(sources, 0.5, 0.5)[1] == 0.0
    assert scrubber.picture(sources[1]) is None


def test_peaking_shows_what_is_sharp_in_each_frame(stack_window: MainWindow, qtbot: QtBot) -> None:
    stage, viewer = stack_window.stage, stack_window.viewer
    actions = {action.text(): action for action in stack_window.actions_.overlay_menu.actions()}
    peaking = actions["Focus Peaking"]
    assert peaking.shortcut().toString() == "F"
    assert not actions["Depth"].isEnabled()

    def orange_band() -> int | None:
        """The band that is in colour; None while another picture is shown."""
        pixels = viewer.picture.memory[0][..., 2::-1].astype(int) if viewer.picture else None
        if pixels is None or pixels.shape[1] != WIDTH:
            return None
        bands = (pixels[..., 0] - pixels[..., 2] > 200).mean(axis=0).reshape(COUNT, -1).mean(axis=1)
        return int(bands.argmax()) if (bands > 0.02).sum() == 1 else None

    peaking.trigger()
    qtbot.waitUntil(lambda: orange_band() == 0)
    assert stack_window.caption() == "Source 1 of 5 · frame_1.png · Focus Peaking"
    assert stage.others[0].name == "Source 1 of 5"  # without the colour
    stack_window.filmstrip.choose(2)
    qtbot.waitUntil(lambda: orange_band() == 2)
    actions["Off"].trigger()
    qtbot.waitUntil(lambda: orange_band() is None)
    assert stack_window.caption() == "Source 3 of 5 · frame_3.png"
