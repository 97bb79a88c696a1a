"""Further frames for the open stack."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from focusstack_app.ui.main_window import MainWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, drop, toggle


def names(window: MainWindow) -> list[str]:
    return [source.path.name for source in window.frames.sources()]


def test_frames_that_are_dropped_on_the_strip_are_added(
    opened: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    toggle(opened.frames, opened.frames.index(0))
    more = write_stack(tmp_path / "more", 2)
    second = more[1].rename(more[1].with_name("frame_2b.png"))
    last = more[0].rename(more[0].with_name("frame_10.png"))
    drop(opened.filmstrip.viewport(), [last, second])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 5)
    wanted = ["frame_1.png", "frame_2.png", "frame_2b.png", "frame_3.png", "frame_10.png"]
    assert names(opened) == wanted
    assert [source.path.name for source in opened.frames.included()] == wanted[1:]
    assert opened.filmstrip.chosen_rows() == [2, 4]
    assert opened.statusBar().currentMessage() == "2 frames added"
    qtbot.waitUntil(lambda: len(fusion.previews[-1].stack) == 4)
    qtbot.waitUntil(lambda: not opened.frames.without_thumbnail())
    assert opened.windowTitle().startswith("bracket")
    assert opened.actions_.undo.text() == "&Undo Add 2 Frames"
    opened.actions_.undo.trigger()
    assert names(opened) == ["frame_1.png", "frame_2.png", "frame_3.png"]
    opened.actions_.redo.trigger()
    assert names(opened) == wanted


def test_frames_that_are_there_are_not_added_twice(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    drop(opened.filmstrip.viewport(), frames[:2])
    qtbot.waitUntil(lambda: "already" in opened.statusBar().currentMessage())
    opened.filmstrip.mark(1)
    opened.remove_frames()
    opened.adder.add(frames)
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 3)
    assert names(opened) == ["frame_1.png", "frame_2.png", "frame_3.png"]
    for _ in range(2):
        opened.actions_.undo.trigger()
        assert len(set(names(opened))) == opened.frames.rowCount()
    assert opened.frames.rowCount() == 3


def test_what_does_not_fit_is_named_and_the_rest_is_added(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    other = write_stack(tmp_path / "other", 1, width_px=50)
    broken, fits = tmp_path / "broken.png", write_stack(tmp_path / "fits", 1)
    broken.write_bytes(b"x")
    opened.adder.add([broken, *other, *fits])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 4)
    assert opened.banner.message == "2 files left out."


def test_frames_are_added_by_the_menu_and_kept_in_a_project(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    more = write_stack(tmp_path / "more", 1)
    opened.actions_.add_frames.trigger()
    dialog = child(opened, QFileDialog)
    dialog.filesSelected.emit([str(more[0])])
    dialog.close()
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 4)
    project = opened.project()
    assert project is not None
    assert more[0] in project.frames
    opened.filmstrip.selectAll()
    opened.remove_frames()
    assert not opened.actions_.add_frames.isEnabled()
    assert opened.empty_page.open_button.isEnabled()  # nothing is being read any more


def test_a_drag_over_the_strip_says_what_a_drop_does(
    opened: MainWindow, frames: list[Path]
) -> None:
    strip = opened.filmstrip.viewport()

    def drag(urls: Sequence[QUrl]) -> bool:
        data = QMimeData()
        data.setUrls(list(urls))
        with warnings.catch_warnings():
            # Newer Qt wants a QPointF here, older Qt knows QPoint only.
            warnings.simplefilter("ignore", DeprecationWarning)
            enter = QDragEnterEvent(
                QPoint(9, 9),
                Qt.DropAction.CopyAction,
                data,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        QApplication.sendEvent(strip, enter)
        return enter.isAccepted()

    assert drag([QUrl.fromLocalFile(str(frames[0]))])
    assert opened.statusBar().currentMessage() == "Drop to add to this stack"
    QApplication.sendEvent(strip, QDragLeaveEvent())
    assert opened.statusBar().currentMessage() == ""
    assert not drag([QUrl("https://example.org/a.jpg")])


def test_a_folder_is_added_and_one_without_pictures_says_so(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "empty").mkdir()
    opened.adder.add([tmp_path / "empty"])
    qtbot.waitUntil(lambda: opened.banner.message == "1 file left out.")
    assert "holds no pictures" in opened.banner.accessibleName()
    assert opened.frames.rowCount() == 3
    write_stack(tmp_path / "more", 2)
    opened.adder.add([tmp_path / "more"])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 5)
    assert len(opened.frames.included()) == 5
