from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QTextDocumentFragment
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.ui.filmstrip import FrameDelegate, fitting_name
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.services import Services
from focusstack_app.ui.state import change_state, state_path
from focusstack_app.ui.view_bar import View
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import write_stack, write_z_stack
from tests.helpers.windows import FakeFusion, child, drop


def names(window: MainWindow) -> list[str]:
    return [window.frames.source(row).path.name for row in range(window.frames.rowCount())]


def test_an_empty_window_offers_what_works_and_nothing_else(window: MainWindow) -> None:
    assert window.empty_page.isVisible()
    assert not window.side.isVisible()
    assert not window.actions_.render.isEnabled()
    assert not window.actions_.export.isEnabled()
    assert not window.actions_.fit.isEnabled()


def test_dropped_files_become_the_filmstrip(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    drop(window, frames)
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert names(window) == ["frame_1.png", "frame_2.png", "frame_3.png"]
    assert window.filmstrip.isVisible()
    assert len(window.frames.included()) == 3
    assert window.windowTitle().startswith("bracket")
    assert window.actions_.render.isEnabled()


def test_a_dropped_folder_becomes_the_filmstrip(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    drop(window, [frames[0].parent])
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert names(window) == ["frame_1.png", "frame_2.png", "frame_3.png"]


def test_thumbnails_arrive_for_every_frame(opened: MainWindow, qtbot: QtBot) -> None:
    def all_there() -> bool:
        role = Qt.ItemDataRole.DecorationRole
        images = [opened.frames.index(row).data(role) for row in range(3)]
        return all(isinstance(image, QImage) and image.size() == QSize(96, 64) for image in images)

    qtbot.waitUntil(all_there)


def test_a_bad_file_is_named_and_the_others_are_opened(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    bad = frames[0].parent / "notes.jpg"
    bad.write_text("no picture")
    drop(window, [*frames, bad])
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert "1 file left out" in window.banner.message
    assert "notes.jpg" in window.banner.message
    assert window.banner.isVisible()


def test_a_bad_file_in_a_folder_is_named_and_the_others_are_opened(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    (frames[0].parent / "cut.png").write_bytes(b"")
    drop(window, [frames[0].parent])
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert "cut.png" in window.banner.message


def test_a_failed_opening_leaves_the_open_stack_alone(opened: MainWindow, qtbot: QtBot) -> None:
    opened.open_paths([Path("/nowhere/at_all.jpg")])
    qtbot.waitUntil(lambda: "at_all.jpg" in opened.banner.message)
    assert len(names(opened)) == 3
    assert opened.previewer.preview is not None


def test_a_picture_of_another_size_is_named_and_the_others_are_opened(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    odd = frames[0].parent / "odd.png"
    Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(odd)
    drop(window, [frames[0].parent])
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert "odd.png has 20 x 10 pixels, most frames have 96 x 64" in window.banner.message
    assert [Path(window.frames.source(row).path) for row in range(3)] == frames


def test_where_no_size_is_that_of_most_the_frames_are_refused(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    odd = [frames[0].parent / f"odd_{number}.png" for number in range(3)]
    for path in odd:
        Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(path)
    drop(window, [*frames, *odd])
    qtbot.waitUntil(lambda: "odd_0.png" in window.banner.message)
    assert window.frames.rowCount() == 0
    assert window.empty_page.isVisible()


def test_names_that_are_too_long_end_with_their_numbers(window: MainWindow) -> None:
    metrics = window.filmstrip.fontMetrics()
    shown = fitting_name(metrics, "beetle_0129.jpg", metrics.horizontalAdvance("…_0129.jpg") + 1)
    assert shown == "…_0129.jpg"


def test_opening_another_stack_replaces_the_first(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    other = write_stack(tmp_path / "other", 2)
    drop(opened, other)
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert opened.windowTitle().startswith("other")


def test_the_open_dialog_opens_what_is_chosen(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    window.actions_.open_files.trigger()
    dialog = child(window, QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(path) for path in frames])
    dialog.close()
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)


def test_a_click_on_the_box_leaves_the_frame_out_and_nothing_else(opened: MainWindow) -> None:
    strip = opened.filmstrip
    tile = strip.visualRect(opened.frames.index(1))
    box = FrameDelegate.box_rect(tile)
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    kept = [source.path.name for source in opened.frames.included()]
    assert kept == ["frame_1.png", "frame_3.png"]
    assert strip.currentIndex().row() == 0
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert len(opened.frames.included()) == 3


def test_space_leaves_the_current_frame_out(opened: MainWindow) -> None:
    opened.filmstrip.setFocus()
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Space)
    assert [source.path.name for source in opened.frames.included()] == [
        "frame_2.png",
        "frame_3.png",
    ]


def test_arrows_change_the_frame_that_is_shown(opened: MainWindow) -> None:
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Right)
    assert opened.caption() == "Source 2 of 3 · frame_2.png"
    QTest.keyClick(opened.viewer, Qt.Key.Key_Right)
    assert opened.caption() == "Source 3 of 3 · frame_3.png"
    QTest.keyClick(opened.viewer, Qt.Key.Key_Right)
    assert opened.caption() == "Source 3 of 3 · frame_3.png"
    QTest.keyClick(opened.filmstrip, Qt.Key.Key_Left)
    assert opened.caption() == "Source 2 of 3 · frame_2.png"


def test_the_source_on_the_screen_is_the_file(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    opened.filmstrip.choose(2)
    expected = np.asarray(Image.open(frames[2]))

    def shown() -> bool:
        picture = opened.viewer.picture
        return picture is not None and np.array_equal(picture.memory[0][..., 2::-1], expected)

    qtbot.waitUntil(shown)


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_takes_frames_out_and_keeps_the_files(
    opened: MainWindow, frames: list[Path], key: Qt.Key
) -> None:
    opened.filmstrip.mark(0)
    QTest.keyClick(opened.filmstrip, key)
    assert names(opened) == ["frame_2.png", "frame_3.png"]
    assert all(path.exists() for path in frames)
    for _ in range(2):
        opened.remove_frames()
    assert opened.empty_page.isVisible()


def test_a_large_source_is_shown_quickly_and_then_fully(
    make_window: MakeWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = write_stack(tmp_path / "large", 1, suffix=".jpg", width_px=1800, height_px=1200)
    window = make_window(Services(fuse_stack=fusion))
    fusion.release.clear()
    seen: list[tuple[int, bool]] = []
    window.stage.pictures.loaded.connect(
        lambda _, picture: seen.append((picture.levels[0].width(), picture.is_proxy))
    )
    window.open_paths(paths)
    qtbot.waitUntil(lambda: window.frames.rowCount() == 1)
    window.show_view(View.SOURCE)
    qtbot.waitUntil(lambda: (1800, False) in seen)
    assert (1600, True) in seen
    picture = window.viewer.picture
    assert picture is not None
    assert picture.full_size_px == (1800, 1200)


def test_names_that_look_like_html_are_shown_as_they_are(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "<i>beetle"
    frames = write_stack(folder, 2)
    named = frames[1].rename(folder / "a <b>bold.png")
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    row = [window.frames.source(n).path for n in (0, 1)].index(named)
    tip = window.frames.index(row).data(Qt.ItemDataRole.ToolTipRole)
    assert QTextDocumentFragment.fromHtml(tip).toPlainText().splitlines()[0] == str(named)
    window.filmstrip.choose(row)
    caption = window.view_bar.caption
    assert "<b>bold" in caption.text()
    assert caption.textFormat() is Qt.TextFormat.PlainText
    assert "<b>bold" in QTextDocumentFragment.fromHtml(caption.toolTip()).toPlainText()


def test_a_window_closes_while_the_preview_of_many_frames_is_made(
    window: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    fusion.release.clear()
    window.open_paths(write_stack(tmp_path / "many", 40, width_px=16, height_px=16))
    qtbot.waitUntil(lambda: bool(fusion.requests))
    qtbot.waitUntil(lambda: window.frames.index(0).data(Qt.ItemDataRole.DecorationRole) is not None)
    window.close()
    qtbot.wait(20)  # what was cancelled says so
    assert not window.isVisible()


def test_long_names_make_no_window_wider(
    window: MainWindow, tmp_path: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    folder = tmp_path / ("x" * 200)
    frames = write_stack(folder, 2)
    long = frames[1].rename(folder / f"{'y' * 200}.png")
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    narrowest = window.minimumSizeHint().width()
    window.filmstrip.choose(1)
    long.unlink()
    fusion.error = InputError(f"{long} does not exist.", f"Look into {folder}.")
    window.render_stack()
    qtbot.waitUntil(lambda: window.banner.message.startswith(str(folder)))
    assert window.minimumSizeHint().width() == narrowest
    label = window.banner.findChildren(QLabel)[1]
    assert (
        f"{'y' * 25}.png does not exist"
        in QTextDocumentFragment.fromHtml(label.text()).toPlainText()
    )
    assert str(long) in label.toolTip()
    batch = window.open_batch([tmp_path])
    qtbot.waitUntil(lambda: bool(batch.tree.rows))
    batch.status.setText(f"Stack 1 of 1: {folder.name}")
    assert batch.minimumSizeHint().width() < 720


def test_long_folders_of_recent_projects_make_no_wide_menu(
    window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / ("x" * 200) / ("y" * 200) / "beetle.fstack"
    change_state(state_path(), lambda state: state.with_recent(path))
    window.actions_.recent_menu.aboutToShow.emit()
    (entry,) = window.actions_.recent_menu.actions()
    assert entry.text().startswith("beetle  (")
    assert window.actions_.recent_menu.sizeHint().width() < 700


def test_a_dropped_file_that_holds_a_stack_becomes_the_filmstrip(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = write_z_stack(tmp_path / "shots" / "bee.tif")
    drop(window, [path])
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert names(window) == ["bee.tif#1", "bee.tif#2", "bee.tif#3"]
    assert window.windowTitle().startswith("bee")
    role = Qt.ItemDataRole.DecorationRole
    qtbot.waitUntil(lambda: isinstance(window.frames.index(2).data(role), QImage))


def test_files_that_hold_a_stack_each_are_offered_as_a_batch(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("ant", "bee"):
        write_z_stack(tmp_path / "shots" / f"{name}.tif")
    drop(window, [tmp_path / "shots"])
    qtbot.waitUntil(lambda: window.banner.message == "These frames look like 2 stacks.")
