from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Align, Method, Mode
from focusstack_app.jobs.project import Project, load_project, save_project
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.services import Services
from focusstack_app.ui.state import WindowState, change_state, load_state, state_path
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, drop, press, toggle

CHOSEN = Parameters(Method.PYRAMID, Mode.STRICT, 0.1, Align.OFF)


def save(window: MainWindow, qtbot: QtBot) -> Path:
    window.actions_.save.trigger()
    dialog = child(window, QFileDialog)
    dialog.accept()
    qtbot.waitUntil(lambda: window.projects.path is not None)
    assert window.projects.path is not None
    return window.projects.path


def test_a_project_is_saved_beside_the_frames_and_opened_again(
    opened: MainWindow, frames: list[Path], fusion: FakeFusion, qtbot: QtBot
) -> None:
    toggle(opened.frames, opened.frames.index(1))
    opened.side.parameters.set_parameters(CHOSEN)
    path = save(opened, qtbot)
    assert path == frames[0].with_name("bracket.fstack")
    assert opened.statusBar().currentMessage() == f"Project saved as {path}"
    opened.side.parameters.set_parameters(Parameters())
    opened.frames.include_all()
    drop(opened, [path])
    qtbot.waitUntil(lambda: opened.findChild(QMessageBox) is not None)
    press(child(opened, QMessageBox), "Open without Saving")
    qtbot.waitUntil(lambda: len(opened.frames.included()) == 2)
    assert [source.path for source in opened.frames.included()] == [frames[0], frames[2]]
    assert opened.side.parameters.parameters == CHOSEN
    assert opened.windowTitle().startswith("bracket")
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert len(fusion.previews[-1].stack) == 2


def test_the_title_names_the_project_and_says_that_it_changed(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    project = opened.project()
    assert project is not None
    opened.projects.write(project, tmp_path / "beetle.fstack", overwrite=False)
    qtbot.waitUntil(lambda: opened.windowTitle().startswith("beetle[*] — "))
    assert not opened.isWindowModified()
    toggle(opened.frames, opened.frames.index(1))
    assert opened.isWindowModified()
    opened.actions_.save.trigger()
    qtbot.waitUntil(lambda: not opened.isWindowModified())


def test_saving_again_writes_the_same_file(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    path = save(opened, qtbot)
    toggle(opened.frames, opened.frames.index(0))
    opened.actions_.save.trigger()
    qtbot.waitUntil(lambda: load_project(path).included == (False, True, True))
    assert load_project(path).frames == tuple(frames)


def test_a_frame_that_is_gone_is_named(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    path = save(opened, qtbot)
    frames[2].unlink()
    opened.open_paths([path])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert "frame_3.png does not exist" in opened.banner.message


def test_a_project_keeps_frames_whose_disk_is_gone(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    toggle(opened.frames, opened.frames.index(1))
    path = save(opened, qtbot)
    kept = load_project(path)
    unplugged = [(frame, frame.with_suffix(".away")) for frame in frames[:2]]
    for frame, elsewhere in unplugged:
        frame.rename(elsewhere)
    drop(opened, [path])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 1)
    assert not opened.projects.is_changed(opened.project())
    opened.side.parameters.set_parameters(CHOSEN)
    opened.actions_.save.trigger()
    qtbot.waitUntil(lambda: load_project(path).method is CHOSEN.method)
    saved = load_project(path)
    assert (saved.frames, saved.included) == (kept.frames, kept.included)
    assert saved.included == (True, False, True)
    for frame, elsewhere in unplugged:
        elsewhere.rename(frame)
    drop(opened, [path])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 3)


def test_a_damaged_project_is_named_and_what_is_open_stays(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "x.fstack").write_text("{")
    opened.open_paths([tmp_path / "x.fstack"])
    qtbot.waitUntil(lambda: "not a project" in opened.banner.message)
    assert opened.frames.rowCount() == 3


def test_a_new_stack_is_no_longer_that_project(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    save(opened, qtbot)
    opened.open_paths(frames[:2])
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert opened.projects.path is None


def test_what_is_open_is_kept_and_offered_after_a_crash(
    opened: MainWindow, frames: list[Path], make_window: MakeWindow, qtbot: QtBot
) -> None:
    toggle(opened.frames, opened.frames.index(1))
    opened.side.parameters.set_parameters(CHOSEN)
    opened.autosave.keep()
    kept = opened.autosave.path
    qtbot.waitUntil(kept.exists)
    window = make_window(Services())
    window.offer_recovery()
    assert window.findChild(QMessageBox) is None  # the other one is still running
    left = kept.with_name("left-by-a-crash.fstack")
    shutil.copyfile(kept, left)
    window.offer_recovery()
    press(child(window, QMessageBox), "Open Them Again")
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert [source.path for source in window.frames.included()] == [frames[0], frames[2]]
    assert window.side.parameters.parameters == CHOSEN
    assert window.projects.path is None
    assert window.windowTitle().startswith("bracket")
    window.close()
    assert not left.exists()
    assert kept.exists()
    opened.close()
    assert not list(kept.parent.iterdir())


def test_what_a_crash_left_stays_where_it_is_not_opened(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    left = window.autosave.path.with_name("left.fstack")
    left.parent.mkdir(parents=True)
    gone = tuple(path.with_name(f"unplugged_{path.name}") for path in frames)
    save_project(left, Project(gone, (True,) * 3, Method.PYRAMID, Mode.STRICT, Align.OFF, 0.1))
    window.offer_recovery()
    press(child(window, QMessageBox), "Not Now")
    assert window.autosave.lost() == left
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)
    window.offer_recovery()
    press(child(window, QMessageBox), "Open Them Again")
    qtbot.waitUntil(lambda: "unplugged_frame_1" in window.banner.message)
    window.close()
    assert left.exists()


def test_what_a_crash_left_can_be_forgotten(
    window: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    left = window.autosave.path.with_name("left.fstack")
    left.parent.mkdir(parents=True)
    project = Project(tuple(frames), (True,) * 3, Method.PYRAMID, Mode.STRICT, Align.OFF, 0.1)
    save_project(left, project)
    window.offer_recovery()
    press(child(window, QMessageBox), "Forget Them")
    assert not left.exists()
    assert window.frames.rowCount() == 0
    assert window.autosave.lost() is None
    qtbot.waitUntil(lambda: window.findChild(QMessageBox) is None)
    window.offer_recovery()
    assert window.findChild(QMessageBox) is None


def test_a_saved_project_is_not_kept_again(opened: MainWindow, qtbot: QtBot) -> None:
    opened.autosave.keep()
    qtbot.waitUntil(opened.autosave.path.exists)
    save(opened, qtbot)
    opened.autosave.keep()
    qtbot.waitUntil(lambda: not opened.autosave.path.exists())


def test_closing_asks_where_a_project_changed(
    opened: MainWindow, frames: list[Path], qtbot: QtBot
) -> None:
    path = save(opened, qtbot)
    toggle(opened.frames, opened.frames.index(1))
    opened.close()
    assert opened.isVisible()
    press(child(opened, QMessageBox), "Save")
    qtbot.waitUntil(lambda: not opened.isVisible())
    assert load_project(path).included == (True, False, True)
    assert len(frames) == 3


@pytest.mark.parametrize(("answer", "kept"), [("Save", False), ("Open without Saving", True)])
def test_opening_something_else_asks_where_a_project_changed(
    opened: MainWindow, tmp_path: Path, answer: str, kept: bool, qtbot: QtBot
) -> None:
    path = save(opened, qtbot)
    toggle(opened.frames, opened.frames.index(1))
    other = write_stack(tmp_path / "other", 2)
    opened.open_paths(other)
    qtbot.waitUntil(lambda: opened.findChild(QMessageBox) is not None)
    press(child(opened, QMessageBox), "Cancel")
    assert opened.frames.rowCount() == 3
    assert opened.projects.path == path
    qtbot.waitUntil(lambda: opened.findChild(QMessageBox) is None)
    opened.open_paths(other)
    qtbot.waitUntil(lambda: opened.findChild(QMessageBox) is not None)
    press(child(opened, QMessageBox), answer)
    qtbot.waitUntil(lambda: opened.frames.rowCount() == 2)
    assert opened.projects.path is None
    assert load_project(path).included == (True, kept, True)


def test_changes_can_be_thrown_away(opened: MainWindow, qtbot: QtBot) -> None:
    path = save(opened, qtbot)
    toggle(opened.frames, opened.frames.index(1))
    opened.close()
    press(child(opened, QMessageBox), "Close without Saving")
    assert not opened.isVisible()
    assert load_project(path).included == (True, True, True)


def test_closing_an_unchanged_or_new_stack_asks_nothing(opened: MainWindow) -> None:
    toggle(opened.frames, opened.frames.index(1))
    opened.close()
    assert not opened.isVisible()


def test_there_is_nothing_to_save_where_nothing_is_open(window: MainWindow) -> None:
    assert not window.actions_.save.isEnabled()
    assert window.project() is None


def test_recent_projects_and_the_last_folder_are_remembered(
    opened: MainWindow, frames: list[Path], make_window: MakeWindow, qtbot: QtBot
) -> None:
    path = save(opened, qtbot)
    opened.resize(900, 650)
    opened.close()
    window = make_window(Services())
    assert window.opener.folder == frames[0].parent
    window.actions_.recent_menu.aboutToShow.emit()
    (entry,) = window.actions_.recent_menu.actions()
    assert entry.text().startswith("bracket")
    entry.trigger()
    qtbot.waitUntil(lambda: window.frames.rowCount() == 3)
    assert window.projects.path == path


def open_saved(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    window.open_paths(write_stack(path.parent, 2))
    qtbot.waitUntil(lambda: window.project() is not None)
    project = window.project()
    assert project is not None
    window.projects.write(project, path, overwrite=False)
    qtbot.waitUntil(lambda: str(path) in load_state(state_path()).recent)


def test_two_windows_remember_what_both_opened(
    make_window: MakeWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    windows = [make_window(Services(fuse_stack=fusion)) for _ in range(2)]
    paths = [tmp_path / name / "R&D.fstack" for name in ("one", "two")]
    for window, path in zip(windows, paths, strict=True):
        open_saved(window, path, qtbot)
    windows[0].actions_.recent_menu.aboutToShow.emit()
    entries = [entry.text() for entry in windows[0].actions_.recent_menu.actions()]
    assert entries == [f"R&&D  ({path.parent})" for path in reversed(paths)]
    windows[0].close()  # knows an older folder
    kept = load_state(state_path())
    assert kept.folder == str(tmp_path / "two")
    assert kept.recent == tuple(str(path) for path in reversed(paths))


def test_a_folder_on_a_disk_that_is_gone_keeps_no_window_from_opening(
    make_window: MakeWindow,
) -> None:
    gone = "/" + "x" * 300  # the system refuses to look it up, as it does there
    before = WindowState(folder=gone, recent=(f"{gone}/a.fstack",))
    assert change_state(state_path(), lambda _: before)
    window = make_window(Services())
    assert window.opener.folder != Path(gone)
    window.actions_.recent_menu.aboutToShow.emit()
    (entry,) = window.actions_.recent_menu.actions()
    assert not entry.isEnabled()


def test_without_projects_the_menu_says_so(window: MainWindow) -> None:
    window.actions_.recent_menu.aboutToShow.emit()
    (entry,) = window.actions_.recent_menu.actions()
    assert not entry.isEnabled()
