"""All outputs of the session go into one folder at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import OutputError
from focusstack_app.ui.export_all import ExportAllDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.services import Services
from tests.gui.conftest import MakeWindow
from tests.gui.test_accessible import faults
from tests.gui.test_slabs import asked as cut
from tests.helpers.commands import files_in
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeExport, FakeFusion, LateExport, child, press, render, written

NAMES = ["frame_1_stacked", *(f"frame_1_stacked-slab-0{number}" for number in (1, 2, 3))]


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    return write_stack(tmp_path / "bracket", 12)


@pytest.fixture
def outputs(opened: MainWindow, qtbot: QtBot) -> tuple[Output, ...]:
    """The render of all frames, and three slabs."""
    opened.render_stack()
    cut(opened, 5, 1).render_button.click()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 4)
    return opened.side.outputs.outputs


def test_every_output_gets_a_file_of_its_own(
    opened: MainWindow, outputs: tuple[Output, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened.choose_export_all()
    assert dialog.folder.value == str(tmp_path / "bracket")
    assert dialog.only_new.isHidden()
    assert dialog.line.text() == "4 files: TIFF, 16 bits per channel"
    dialog.folder.line.setText(str(tmp_path / "slabs"))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    message = opened.statusBar().currentMessage()
    assert message == "Exporting Output 1 to slabs… (1 of 4)"
    assert not opened.actions_.export.isEnabled()
    assert not opened.actions_.export_all.isEnabled()
    assert opened.actions_.export_all.toolTip() == "They are being written"
    assert written(opened, qtbot) == "4 outputs are saved."
    assert files_in(tmp_path / "slabs") == sorted(f"{name}.tif" for name in NAMES)
    paths = [output.exported_to for output in outputs]
    assert paths == [tmp_path / "slabs" / f"{name}.tif" for name in NAMES]
    button = next(b for b in opened.banner.findChildren(QPushButton) if b.isVisible())
    assert button.text() == "Show Its Folder"
    assert not opened.isWindowModified()
    assert opened.choose_export_all().folder.value == str(tmp_path / "slabs")


def test_names_that_exist_get_a_number_also_among_themselves(
    opened: MainWindow, outputs: tuple[Output, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "frame_1_stacked.tif").write_bytes(b"mine")
    opened.frames.include([3], included=False)  # another render with the same name
    qtbot.waitUntil(lambda: opened.previewer.preview is not None and not opened.previewer.busy)
    opened.render_stack()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 5)
    both = (outputs[0], opened.side.outputs.outputs[4])
    opened.exporter.write_all(both, tmp_path)
    assert written(opened, qtbot) == "2 outputs are saved."
    assert [output.exported_to for output in both] == [
        tmp_path / "frame_1_stacked_2.tif",
        tmp_path / "frame_1_stacked_3.tif",
    ]
    assert (tmp_path / "frame_1_stacked.tif").read_bytes() == b"mine"


def test_what_was_exported_before_is_left_out_unless_it_is_asked_for(
    opened: MainWindow, outputs: tuple[Output, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    opened.exporter.write(outputs[0], tmp_path / "whole.tif")
    written(opened, qtbot)
    dialog = opened.choose_export_all()
    assert dialog.only_new.isVisible()
    assert faults(dialog, tips=False) == []
    assert dialog.line.text().startswith("3 files")
    dialog.only_new.click()
    assert dialog.line.text().startswith("4 files")
    dialog.only_new.click()
    for nowhere in ("", "slabs"):
        dialog.folder.line.setText(nowhere)
        assert not dialog.export_button.isEnabled()
    dialog.folder.line.setText(str(tmp_path / "slabs"))
    dialog.export_button.click()
    assert written(opened, qtbot) == "3 outputs are saved."
    assert files_in(tmp_path / "slabs") == [f"{name}.tif" for name in NAMES[1:]]
    again = opened.choose_export_all()  # nothing is left: all of them
    assert again.only_new.isHidden()
    assert again.line.text().startswith("4 files")
    assert again.line.text().endswith("All are exported already, and written once more.")


def test_one_that_fails_is_named_and_the_others_are_written(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    def fail_for_the_second(text: str) -> None:
        second = "(2 of 4)" in text
        export.error = OutputError("The disk hiccups.", "Try again.") if second else None

    opened.exporter.started.connect(fail_for_the_second)
    opened.exporter.write_all(outputs, tmp_path)
    message = written(opened, qtbot)
    assert message == "Of 4 outputs these could not be saved: Slab 1 (frames 1–5)."
    assert "The disk hiccups. Try again." in opened.banner.accessibleName()
    assert [output.exported_to is None for output in outputs] == [False, True, False, False]
    assert opened.side.outputs.unexported == (outputs[1],)
    assert opened.actions_.export_all.isEnabled()


def test_where_all_fail_no_folder_is_left_that_was_not_there(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    export.error = OutputError("The disk is full.", "Choose another folder.")
    (tmp_path / "mine").mkdir()
    for folder in ("slabs", "mine"):
        opened.exporter.write_all(outputs, tmp_path / folder)
        assert "could not be saved" in written(opened, qtbot)
    assert len(export.calls) == 8
    assert not (tmp_path / "slabs").exists()
    assert files_in(tmp_path / "mine") == []


def test_a_folder_that_cannot_be_made_is_said_once(
    opened: MainWindow, outputs: tuple[Output, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    opened.exporter.write_all(outputs, tmp_path / "gone" / "slabs")
    message = written(opened, qtbot)
    assert message.startswith("Of 4 outputs these could not be saved: Output 1, Slab 1")
    assert message.endswith("and 1 more.")
    assert opened.side.outputs.unexported == outputs


def test_a_fault_of_the_program_is_reported(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(text: str) -> None:
        export.error = ValueError("a bug") if "(2 of 4)" in text else None

    opened.exporter.started.connect(broken)
    opened.exporter.write_all(outputs, tmp_path / "slabs")
    assert written(opened, qtbot) == "Something went wrong inside the program."
    caplog.clear()
    assert opened.side.outputs.unexported == (outputs[1],)


def test_it_is_offered_where_there_is_something(opened: MainWindow, qtbot: QtBot) -> None:
    action = opened.actions_.export_all
    assert not action.isEnabled()
    (menu,) = (m for m in opened.menuBar().findChildren(QMenu) if action in m.actions())
    menu.popup(QPoint(0, 0))
    at = menu.actionGeometry(action).center()
    QApplication.sendEvent(menu, QHelpEvent(QEvent.Type.ToolTip, at, menu.mapToGlobal(at)))
    assert QToolTip.text() == "There is no output yet: press Render"
    QToolTip.hideText()
    menu.close()
    render(opened, qtbot)
    assert action.isEnabled()
    action.trigger()
    opened.side.outputs.remove_requested.emit(opened.side.outputs.outputs[0])
    assert not action.isEnabled()


def test_closing_exports_all_that_would_be_lost(
    opened: MainWindow, outputs: tuple[Output, ...], tmp_path: Path, qtbot: QtBot
) -> None:
    opened.close()
    press(child(opened, QMessageBox), "Export…")
    dialog = child(opened, ExportAllDialog)
    dialog.folder.line.setText(str(tmp_path / "slabs"))
    dialog.export_button.click()
    qtbot.waitUntil(lambda: not opened.isVisible())
    assert len(files_in(tmp_path / "slabs")) == len(outputs)


def test_closing_stops_where_one_of_them_fails(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    export.error = OutputError("The disk is full.", "Choose another folder.")
    opened.close()
    press(child(opened, QMessageBox), "Export…")
    dialog = child(opened, ExportAllDialog)
    dialog.folder.line.setText(str(tmp_path))
    dialog.export_button.click()
    assert "could not be saved" in written(opened, qtbot)
    qtbot.wait(50)
    assert opened.isVisible()
    assert opened.side.outputs.unexported == outputs


def hold_from(window: MainWindow, export: FakeExport, number: int) -> None:
    """Let the writing of that output, and of those after it, wait."""

    def hold(text: str) -> None:
        if f"({number} of" in text:
            export.release.clear()

    window.exporter.started.connect(hold)


def test_it_can_be_stopped_and_what_is_written_stays(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    hold_from(opened, export, 2)
    assert not opened.stop_button.isVisible()
    opened.exporter.write_all(outputs, tmp_path / "slabs")
    qtbot.waitUntil(lambda: len(export.calls) == 2)
    assert opened.stop_button.isVisible()
    assert opened.progress_bar.isVisible()
    assert (opened.progress_bar.value(), opened.progress_bar.maximum()) == (1, 4)
    assert faults(opened.statusBar()) == []
    assert not opened.actions_.export_all.isEnabled()
    assert opened.actions_.stop.shortcut().toString() == "Esc"
    opened.actions_.stop.trigger()
    qtbot.waitUntil(lambda: not opened.exporter.busy, timeout=1000)
    assert opened.banner.message == "Stopped: 1 of 4 outputs are saved."
    assert files_in(tmp_path / "slabs") == [f"{NAMES[0]}.tif"]
    assert opened.side.outputs.unexported == outputs[1:]
    assert len(export.calls) == 2
    assert not opened.stop_button.isVisible()
    assert opened.statusBar().currentMessage() == ""
    export.release.set()
    opened.exporter.write_all(outputs[1:2], tmp_path / "slabs")
    assert written(opened, qtbot) == "1 output is saved."


def test_stopped_at_the_first_nothing_is_written(
    opened: MainWindow,
    outputs: tuple[Output, ...],
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    hold_from(opened, export, 1)
    opened.exporter.write_all(outputs, tmp_path / "slabs")
    qtbot.waitUntil(lambda: bool(export.calls))
    opened.close()  # waits for the export, and no longer than for its end
    assert opened.isVisible()
    opened.stop_button.click()
    opened.stop_button.click()
    qtbot.waitUntil(lambda: not opened.exporter.busy, timeout=1000)
    assert opened.banner.message == "Stopped: no output was saved."
    assert not (tmp_path / "slabs").exists()
    assert opened.side.outputs.unexported == outputs
    qtbot.wait(50)
    assert opened.isVisible()
    assert opened.findChild(QMessageBox) is None


def test_a_file_that_was_complete_when_it_was_stopped_counts(
    make_window: MakeWindow,
    fusion: FakeFusion,
    frames: list[Path],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    export = LateExport()
    window = make_window(Services(fuse_stack=fusion, export_result=export))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.render_stack()
    cut(window, 5, 1).render_button.click()
    qtbot.waitUntil(lambda: len(window.side.outputs.outputs) == 4)
    outputs = window.side.outputs.outputs
    window.exporter.write_all(outputs, tmp_path / "slabs")
    qtbot.waitUntil(export.there.is_set)
    window.exporter.stop()
    export.go_on.set()
    qtbot.waitUntil(lambda: not window.exporter.busy)
    assert window.banner.message == "Stopped: 1 of 4 outputs are saved."
    assert outputs[0].exported_to == tmp_path / "slabs" / f"{NAMES[0]}.tif"
    assert window.side.outputs.unexported == outputs[1:]
