from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Placement
from focusstack_app.io.read import read_frame
from focusstack_app.ui.comparing import BLINK_MS
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.viewer import Compare, Viewer
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, render

RED, BLUE = QColor(200, 0, 0), QColor(0, 0, 200)


@pytest.fixture
def viewer(qtbot: QtBot) -> Viewer:
    made = Viewer()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    made.show_picture(prepare(full_view(made, (200, 0, 0))))
    return made


@pytest.fixture
def rendered(opened: MainWindow, qtbot: QtBot) -> MainWindow:
    render(opened, qtbot)
    return opened


def colour(viewer: Viewer, x: int, y: int) -> QColor:
    ratio = viewer.devicePixelRatioF()
    return viewer.grab().toImage().pixelColor(round(x * ratio), round(y * ratio))


def mode(viewer: Viewer) -> Compare:
    return viewer.mode


def full_view(viewer: Viewer, rgb: tuple[int, int, int]) -> np.ndarray:
    """A plain picture that fills the view at 100 %."""
    ratio = viewer.devicePixelRatioF()
    return np.full((round(300 * ratio), round(400 * ratio), 3), rgb, np.uint8)


def blue(viewer: Viewer) -> np.ndarray:
    return full_view(viewer, (0, 0, 200))


def test_the_wipe_shows_one_picture_on_each_side_of_a_line_that_moves(viewer: Viewer) -> None:
    viewer.set_other(prepare(blue(viewer)), Compare.WIPE)
    assert colour(viewer, 100, 50) == RED
    assert colour(viewer, 300, 50) == BLUE
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(viewer, left, pos=QPoint(200, 100))
    QTest.mouseMove(viewer, QPoint(320, 100))
    QTest.mouseRelease(viewer, left, pos=QPoint(320, 100))
    assert colour(viewer, 300, 50) == RED
    assert colour(viewer, 350, 50) == BLUE


def test_side_by_side_shares_zoom_and_place(viewer: Viewer) -> None:
    viewer.set_other(prepare(blue(viewer)), Compare.SIDE)
    assert viewer.scale == pytest.approx(0.5)
    assert colour(viewer, 100, 150) == RED
    assert colour(viewer, 300, 150) == BLUE
    viewer.show_actual_pixels()
    picture = blue(viewer)
    middle_y, middle_x = picture.shape[0] // 2, picture.shape[1] // 2
    picture[middle_y - 10 : middle_y + 10, middle_x - 10 : middle_x + 10] = 255
    viewer.set_other(prepare(picture), Compare.SIDE)
    assert colour(viewer, 300, 150) == QColor(255, 255, 255)
    assert colour(viewer, 100, 150) == RED
    viewer.set_other(None, Compare.OFF)
    assert colour(viewer, 300, 150) == RED


def test_the_place_under_the_pointer_is_the_same_in_both_halves(viewer: Viewer) -> None:
    viewer.set_other(prepare(blue(viewer)), Compare.SIDE)
    left, right = (
        viewer.picture_position(QPointF(50, 90)),
        viewer.picture_position(QPointF(250, 90)),
    )
    assert (left - right).manhattanLength() < 1e-6


@pytest.mark.parametrize("mode", [Compare.WIPE, Compare.SIDE, Compare.PEEK])
def test_a_picture_does_not_have_the_name_of_one_that_is_not_there(
    viewer: Viewer, mode: Compare
) -> None:
    viewer.set_other(None, mode)
    viewer.set_names("Output 1", "Source 6")
    seen = viewer.grab().toImage()
    viewer.set_names("Output 1", "Output 1")
    assert viewer.grab().toImage() == seen


def test_peeking_shows_the_other_picture(viewer: Viewer) -> None:
    viewer.set_other(prepare(blue(viewer)), Compare.PEEK)
    assert colour(viewer, 100, 50) == BLUE


def test_tab_peeks_at_the_source_while_it_is_held(rendered: MainWindow, qtbot: QtBot) -> None:
    viewer = rendered.viewer
    QTest.keyPress(viewer, Qt.Key.Key_Tab)
    assert mode(viewer) is Compare.PEEK
    qtbot.waitUntil(lambda: viewer.other is not None)
    QTest.keyRelease(viewer, Qt.Key.Key_Tab)
    assert mode(viewer) is Compare.OFF
    assert viewer.other is None


def test_blinking_shows_the_two_in_turn(rendered: MainWindow, qtbot: QtBot) -> None:
    viewer, blink = rendered.viewer, rendered.actions_.blink
    blink.trigger()
    assert blink.isChecked()
    assert mode(viewer) is Compare.BLINK
    qtbot.waitUntil(lambda: viewer.other is not None)
    first = viewer.panes()[0].picture
    qtbot.waitUntil(lambda: viewer.panes()[0].picture is viewer.other)
    qtbot.waitUntil(lambda: viewer.panes()[0].picture is first)
    QTest.keyPress(viewer, Qt.Key.Key_Tab)
    assert mode(viewer) is Compare.PEEK
    QTest.keyRelease(viewer, Qt.Key.Key_Tab)
    blink.trigger()
    assert not blink.isChecked()
    assert mode(viewer) is Compare.OFF
    qtbot.wait(2 * BLINK_MS)
    assert mode(viewer) is Compare.OFF


def test_keys_compare_the_output_with_the_source(
    rendered: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    viewer, actions = rendered.viewer, rendered.actions_
    actions.wipe.trigger()
    assert mode(viewer) is Compare.WIPE
    assert actions.wipe.isChecked()
    qtbot.waitUntil(lambda: viewer.other is not None)
    other = rendered.stage.comparison.other
    assert other is not None
    assert other.name == "Source 1 of 3"
    rendered.filmstrip.mark(1)
    actions.side_by_side.trigger()
    assert mode(viewer) is Compare.SIDE
    assert not actions.wipe.isChecked()
    actions.side_by_side.trigger()
    assert mode(viewer) is Compare.OFF
    assert len(frames) == 3


def test_a_source_is_compared_with_the_output_and_outputs_with_each_other(
    rendered: MainWindow, qtbot: QtBot
) -> None:
    rendered.show_view(View.SOURCE)
    assert [other.name for other in rendered.stage.others] == ["Output 1", "Preview"]
    rendered.render_stack()
    qtbot.waitUntil(lambda: len(rendered.side.outputs.outputs) == 2)
    names = [other.name for other in rendered.stage.others]
    assert names == ["Source 1 of 3", "Output 1", "Preview"]
    rendered.actions_.compare_menu.aboutToShow.emit()
    menu = rendered.actions_.compare_menu
    entries = menu.actions()[4:]
    assert [entry.text() for entry in entries] == [f"With {name}" for name in names]
    kept = len(menu.findChildren(QAction))
    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: len(menu.findChildren(QAction)) == kept)  # they hold pictures
    entries = menu.actions()[4:]
    entries[1].trigger()
    assert rendered.viewer.mode is Compare.WIPE
    chosen = rendered.stage.comparison.other
    assert chosen is not None
    assert chosen.name == "Output 1"
    qtbot.waitUntil(lambda: rendered.viewer.other is not None)


def test_overlays_show_where_pixels_come_from(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.provenance = True
    output = render(opened, qtbot)
    opened.show_view(View.PREVIEW)
    actions = {action.text(): action for action in opened.actions_.overlay_menu.actions()}
    before = opened.viewer.picture
    actions["Depth"].trigger()
    assert opened.caption() == "Output 1 · Depth"
    qtbot.waitUntil(lambda: opened.viewer.picture is not before)
    shown = opened.viewer.picture
    assert shown is not None
    grey = shown.memory[0][..., :3].mean()  # the fake fusion takes columns of all frames in turn
    assert grey == pytest.approx(127, abs=20)
    names = [other.name for other in opened.stage.others]
    assert names == ["Source 1 of 3", "Output 1", "Preview"]
    actions["Off"].trigger()
    qtbot.waitUntil(lambda: opened.viewer.picture is not shown)
    assert opened.caption() == "Output 1 · 96 × 64 · VAEEDOF faithful"
    assert output is opened.side.outputs.current


def test_the_pixel_under_the_pointer_is_read_out(rendered: MainWindow, qtbot: QtBot) -> None:
    viewer = rendered.viewer
    qtbot.waitUntil(lambda: viewer.picture is not None)
    middle = QPoint(viewer.width() // 2, viewer.height() // 2)
    QTest.mouseMove(viewer, middle)
    QTest.mouseMove(viewer, middle + QPoint(1, 0))
    assert viewer.picture is not None
    width, height = viewer.picture.full_size_px
    x, y = (int(part.split()[-1]) for part in rendered.readout.text().split("   ")[0].split(","))
    tolerance_px = 2 * viewer.devicePixelRatioF()
    assert abs(x - width / 2) <= tolerance_px
    assert abs(y - height / 2) <= tolerance_px
    assert rendered.readout.text().endswith("R 3000  G 3000  B 3000")  # 16 bits of the output
    rendered.show_view(View.PREVIEW)
    QTest.mouseMove(viewer, middle)
    assert rendered.readout.text().endswith("R 12  G 12  B 12")
    QTest.mouseMove(viewer, QPoint(1, 1))
    assert rendered.readout.text() == ""


def test_without_anything_to_compare_with_nothing_happens(window: MainWindow) -> None:
    assert not window.actions_.wipe.isEnabled()
    assert window.stage.others == []


def test_an_output_of_another_stack_is_compared_with_its_own_reference(
    rendered: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    own = rendered.side.outputs.outputs[0].result.request.stack.sources[0]
    rendered.open_paths(write_stack(tmp_path / "another", 2))
    qtbot.waitUntil(lambda: rendered.frames.rowCount() == 2)
    rendered.show_view(View.OUTPUT)
    first, *more = rendered.stage.others
    assert (first.name, first.content) == (own.path.name, own)
    assert "Source" not in " ".join(other.name for other in more)
    rendered.show_view(View.PREVIEW)
    qtbot.waitUntil(lambda: rendered.stage.others[0].name == "Source 1 of 2")


def test_another_picture_can_lie_on_a_part(viewer: Viewer) -> None:
    ratio = viewer.devicePixelRatioF()
    viewer.set_other_place(QRectF(100 * ratio, 50 * ratio, 200 * ratio, 100 * ratio))
    viewer.set_other(prepare(blue(viewer)), Compare.PEEK)
    assert colour(viewer, 99, 49) != BLUE
    assert colour(viewer, 101, 51) == BLUE
    assert colour(viewer, 299, 149) == BLUE
    assert colour(viewer, 301, 151) != BLUE


def test_a_cropped_output_and_its_source_lie_on_each_other(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    still = np.repeat(np.eye(3)[np.newaxis], 3, axis=0)
    fusion.placement = Placement(still, np.ones((3, 3)), (), top_px=10, left_px=20)
    render(opened, qtbot)
    output, viewer = opened.side.outputs.outputs[0], opened.viewer
    assert output.size_px == (76, 54)
    opened.actions_.wipe.trigger()
    qtbot.waitUntil(lambda: viewer.other is not None)
    assert viewer.other is not None
    source = np.asarray(read_frame(opened.frames.source(0)).pixels)
    np.testing.assert_array_equal(viewer.other.memory[0][..., 2::-1], source[10:, 20:])
    opened.show_view(View.SOURCE)
    (other, *_) = opened.stage.others
    assert other.content is output
    assert other.place == QRectF(20, 10, 76, 54)


def test_an_output_whose_picture_is_on_its_way_is_not_read_out(
    rendered: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    """It may be smaller than what is still shown."""
    viewer, outputs = rendered.viewer, rendered.side.outputs
    large = outputs.current
    assert large is not None
    rendered.open_paths(write_stack(tmp_path / "small", 2, width_px=30, height_px=20))
    qtbot.waitUntil(lambda: rendered.frames.rowCount() == 2 and not rendered.previewer.busy)
    rendered.render_stack()
    qtbot.waitUntil(lambda: len(outputs.outputs) == 2 and not rendered.renderer.busy)
    rendered.side.outputs.select(large)
    rendered.side.outputs.chosen.emit(large)
    qtbot.waitUntil(lambda: _width(rendered) == large.size_px[0])
    outputs.select(outputs.outputs[1])
    QTest.mouseMove(viewer, QPoint(viewer.width() // 2, viewer.height() // 2))
    QTest.mouseMove(viewer, QPoint(viewer.width() // 2 + 1, viewer.height() // 2))
    assert rendered.readout.text().endswith("R 12  G 12  B 12")  # what is seen, in 8 bits


def _width(window: MainWindow) -> int:
    picture = window.viewer.picture
    return picture.full_size_px[0] if picture is not None else 0
