"""The frame that the others are fitted to: chosen in the filmstrip, kept, undone, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Registration
from focusstack_app.jobs.project import Project, load_project, save_project
from focusstack_app.ui.filmstrip import FrameDelegate
from focusstack_app.ui.frames_menu import frames_menu
from focusstack_app.ui.frames_model import REFERENCE_ROLE, FramesModel
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.stacks import fake_stack, write_stack
from tests.helpers.windows import FakeFusion, render, toggle


def entry(window: MainWindow, *rows: int) -> QAction:
    """The entry of the context menu for these frames."""
    menu: QMenu = frames_menu(window.frames, rows, window.actions_.remove, window)
    return next(action for action in menu.actions() if action.text() == "Use as Reference")


def marked(window: MainWindow) -> list[int]:
    frames = window.frames
    rows = range(frames.rowCount())
    return [row for row in rows if frames.index(row).data(REFERENCE_ROLE)]


def settled(window: MainWindow, fusion: FakeFusion, qtbot: QtBot, previews: int) -> str:
    """The reference of the last preview, once there are so many."""
    qtbot.waitUntil(lambda: len(fusion.previews) == previews and not window.previewer.busy)
    stack = fusion.previews[-1].stack
    return stack.sources[stack.reference].path.name


def test_a_frame_is_chosen_in_its_menu_and_taken_back(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    assert marked(opened) == [0]
    assert entry(opened, 0).isChecked()
    assert not entry(opened, 0).isEnabled()
    assert not entry(opened, 0, 1).isEnabled()
    assert not entry(opened, 0, 1).isChecked()
    entry(opened, 1).trigger()
    assert marked(opened) == [1]
    index = opened.frames.index(1)
    assert "The reference" in index.data(Qt.ItemDataRole.ToolTipRole)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Frame 2, frame_2.png, included, the reference"
    assert settled(opened, fusion, qtbot, 2) == "frame_2.png"
    render(opened, qtbot)
    assert fusion.renders[0].stack.reference == 1
    assert opened.actions_.undo.text() == "&Undo Change Reference"
    opened.actions_.undo.trigger()
    assert marked(opened) == [0]
    assert settled(opened, fusion, qtbot, 3) == "frame_1.png"
    opened.actions_.redo.trigger()
    assert marked(opened) == [1]


def test_a_neighbour_takes_over_and_that_is_said(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    entry(opened, 2).trigger()
    toggle(opened.frames, opened.frames.index(2))
    assert marked(opened) == [1]
    said = opened.statusBar().currentMessage
    assert said() == "frame_2.png is the reference now, instead of frame_3.png"
    assert not entry(opened, 2).isEnabled()
    assert settled(opened, fusion, qtbot, 2) == "frame_2.png"
    toggle(opened.frames, opened.frames.index(2))
    assert marked(opened) == [2]
    assert said() == "frame_3.png is the reference now, instead of frame_2.png"
    qtbot.wait(1)  # the steps before are one
    opened.filmstrip.select([2])
    opened.remove_frames()
    assert marked(opened) == [1]
    assert said() == "frame_2.png is the reference now, instead of frame_3.png"
    toggle(opened.frames, opened.frames.index(0))
    assert marked(opened) == [1]
    qtbot.wait(1)
    opened.actions_.undo.trigger()
    assert marked(opened) == [2]


def test_the_first_frame_is_the_reference_where_none_was_chosen(opened: MainWindow) -> None:
    toggle(opened.frames, opened.frames.index(0))
    assert marked(opened) == [1]
    assert opened.statusBar().currentMessage() == ""
    opened.frames.include([1, 2], included=False)
    assert marked(opened) == []
    assert opened.request() is None


def test_the_reference_follows_its_frame(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    entry(opened, 1).trigger()
    before = frames[0].with_name("frame_0.png")
    before.write_bytes(frames[0].read_bytes())
    opened.adder.add([before])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 4)
    assert marked(opened) == [2]
    assert opened.frames.source(2).path == frames[1]


def test_slabs_lie_on_the_reference(
    window: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    still: NDArray[np.float64] = np.stack([np.eye(3)] * 7)
    fusion.registration = Registration(still, np.ones((7, 3)), (), (160, 160))
    window.open_paths(write_stack(tmp_path / "seven", 7))
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    entry(window, 4).trigger()
    qtbot.waitUntil(lambda: len(fusion.previews) == 2 and not window.previewer.busy)
    window.render_slabs(3, 1)
    qtbot.waitUntil(lambda: len(fusion.renders) == 3 and not window.renderer.busy)
    assert [render.stack.reference for render in fusion.renders] == [4, 4, 4]


def test_a_project_keeps_it(opened: MainWindow, frames: list[Path], qtbot: QtBot) -> None:
    path = frames[0].with_name("ant.fstack")
    project = opened.project()
    assert project is not None
    opened.projects.write(project, path, overwrite=False)
    qtbot.waitUntil(lambda: opened.projects.path is not None)
    entry(opened, 2).trigger()
    assert opened.isWindowModified()
    opened.actions_.save.trigger()
    qtbot.waitUntil(lambda: not opened.isWindowModified())
    assert load_project(path).reference == frames[2]
    entry(opened, 0).trigger()
    opened.projects.begin(None, None)
    opened.open_paths([path])
    qtbot.waitUntil(lambda: marked(opened) == [2])


def test_a_reference_whose_disk_is_gone_is_said_and_kept(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    project = opened.project()
    assert isinstance(project, Project)
    entry(opened, 2).trigger()
    project = opened.project()
    assert isinstance(project, Project)
    path = frames[0].with_name("ant.fstack")
    save_project(path, project)
    frames[2].unlink()
    opened.open_paths([path])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert marked(opened) == [0]
    missing = "The reference, frame_3.png, is missing; the first frame takes its place."
    assert missing in opened.banner.accessibleName()
    assert not opened.projects.is_changed(opened.project())


def test_the_mark_is_seen_on_its_tile_only(opened: MainWindow) -> None:
    def corner(row: int) -> QImage:
        strip = opened.filmstrip
        tile = strip.visualRect(opened.frames.index(row))
        box = FrameDelegate.box_rect(tile)
        place = QRect(tile.right() - (box.right() - tile.left()), box.top(), 18, 18)
        return strip.viewport().grab(place).toImage()

    plain, other = corner(1), corner(0)
    entry(opened, 1).trigger()
    assert corner(1) != plain
    assert corner(0) != other


@pytest.mark.parametrize("chosen", [None, 0, 2, 4])
@pytest.mark.parametrize("left_out", [(), (0,), (2,), (2, 3), (1, 2), (0, 1, 2, 3), range(5)])
def test_the_marked_frame_is_that_of_the_stack(chosen: int | None, left_out: Sequence[int]) -> None:
    model = FramesModel()
    model.set_stack(fake_stack(5))
    if chosen is not None:
        model.choose_reference(chosen)
    model.include(left_out, included=False)
    marked = [row for row in range(5) if model.index(row).data(REFERENCE_ROLE)]
    stack = model.stack()
    expected = [] if stack is None else [stack.sources[stack.reference]]
    assert [model.source(row) for row in marked] == expected
