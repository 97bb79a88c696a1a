from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import OutputError
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.saving import saving_folder
from focusstack_app.ui.services import Services
from tests.gui.conftest import MakeWindow
from tests.gui.test_accessible import faults
from tests.helpers.commands import files_in
from tests.helpers.windows import (
    FakeExport,
    FakeFusion,
    LateExport,
    child,
    choose_format,
    press,
    render,
)


def boxes(window: MainWindow) -> list[QMessageBox]:
    return window.findChildren(QMessageBox)


def test_export_proposes_a_name_beside_the_first_frame_and_writes_it(
    opened: MainWindow,
    output: Output,
    export: FakeExport,
    frames: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    opened.actions_.export.trigger()
    dialog = child(opened, QFileDialog)
    proposal = frames[0].with_name("frame_1_stacked.tif")
    assert [Path(name) for name in dialog.selectedFiles()] == [proposal]
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert not dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.accept()
    qtbot.waitUntil(lambda: output.exported_to == proposal)
    assert proposal.exists()
    assert export.calls == [(proposal, False)]
    assert not opened.isWindowModified()
    assert opened.banner.message == "Output 1 is saved as frame_1_stacked.tif."
    button = next(b for b in opened.banner.findChildren(QPushButton) if b.isVisible())
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    button.click()
    assert [url.toLocalFile() for url in shown] == [str(proposal.parent)]


def test_an_exported_output_can_be_dragged_to_another_program(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    outputs = opened.side.outputs
    item = outputs.item(0)
    assert outputs.mimeData([item]).urls() == []
    opened.exporter.write(output, tmp_path / "out.tif")
    qtbot.waitUntil(lambda: output.exported_to is not None)
    (url,) = outputs.mimeData([item]).urls()
    assert Path(url.toLocalFile()) == tmp_path / "out.tif"


def test_a_second_export_proposes_another_name(
    opened: MainWindow, output: Output, frames: list[Path], qtbot: QtBot
) -> None:
    opened.exporter.write(output, frames[0].with_name("frame_1_stacked.tif"))
    qtbot.waitUntil(lambda: output.exported_to is not None)
    opened.choose_export()
    dialog = child(opened, QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == "frame_1_stacked_2.tif"
    dialog.reject()


def test_what_is_made_of_the_demo_is_not_saved_in_the_program(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    window.actions_.open_demo.trigger()
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    render(window, qtbot)
    for save in (window.choose_export, window.actions_.save.trigger):
        save()
        dialog = child(window, QFileDialog)
        assert Path(dialog.directory().absolutePath()) == tmp_path
        dialog.reject()
        qtbot.waitUntil(lambda: window.findChild(QFileDialog) is None)


def test_a_locked_or_lost_folder_gives_way_to_that_of_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert saving_folder(tmp_path / "gone") == tmp_path
    (tmp_path / "Pictures").mkdir()
    assert saving_folder(tmp_path / "gone") == tmp_path / "Pictures"
    (tmp_path / "there").mkdir()
    assert saving_folder(tmp_path / "there") == tmp_path / "there"


def test_a_second_export_begins_in_the_folder_of_the_first(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "results").mkdir()
    opened.exporter.write(output, tmp_path / "results" / "picture.tif")
    qtbot.waitUntil(lambda: output.exported_to is not None)
    opened.choose_export()
    dialog = child(opened, QFileDialog)
    proposal = tmp_path / "results" / "frame_1_stacked.tif"
    assert [Path(name) for name in dialog.selectedFiles()] == [proposal]
    dialog.reject()


def test_a_name_with_a_dot_gets_the_suffix_of_the_chosen_format(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    opened.choose_export()
    dialog = child(opened, QFileDialog)
    choose_format(dialog, "JPEG")
    dialog.selectFile(str(tmp_path / "beetle f5.6"))
    dialog.accept()
    qtbot.waitUntil(lambda: output.exported_to is not None)
    assert output.exported_to == tmp_path / "beetle f5.6.jpg"


def test_only_a_file_that_was_confirmed_may_be_replaced(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "there.tif").write_bytes(b"before")
    opened.exporter.write(output, tmp_path / "there.tif")
    qtbot.waitUntil(lambda: len(export.calls) == 1 and not opened.exporter.busy)
    opened.exporter.write(output, tmp_path / "new.tif")
    qtbot.waitUntil(lambda: len(export.calls) == 2 and not opened.exporter.busy)
    # The suffix is added here, after the dialog asked about another name.
    opened.exporter.write(output, tmp_path / "there")
    qtbot.waitUntil(lambda: len(export.calls) == 3 and not opened.exporter.busy)
    assert export.calls == [
        (tmp_path / "there.tif", True),
        (tmp_path / "new.tif", False),
        (tmp_path / "there.tif", False),
    ]


def test_a_source_frame_is_never_the_target(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path
) -> None:
    source = output.result.request.stack.sources[0].path
    same = tmp_path / "link.tif"
    same.hardlink_to(source)
    opened.exporter.write(output, same)
    assert "source frame" in opened.banner.message
    assert export.calls == []


def test_a_failed_export_says_why_and_stays_unexported(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path, qtbot: QtBot
) -> None:
    export.error = OutputError("The disk is full.", "Choose another folder.")
    opened.exporter.write(output, tmp_path / "out.tif")
    qtbot.waitUntil(lambda: opened.banner.message == "The disk is full.")
    assert output.exported_to is None
    assert opened.side.export_button.isEnabled()


def test_closing_asks_about_outputs_that_were_not_exported(
    opened: MainWindow, output: Output
) -> None:
    assert not opened.close()
    box = child(opened, QMessageBox)
    assert "Output 1 is not exported yet" in box.text()
    press(box, "Cancel")
    assert opened.isVisible()
    assert opened.side.outputs.outputs == (output,)


@pytest.mark.usefixtures("output")
def test_closing_without_exporting_closes(opened: MainWindow, qtbot: QtBot) -> None:
    opened.close()
    press(child(opened, QMessageBox), "Close without Exporting")
    qtbot.waitUntil(lambda: not opened.isVisible())


def test_export_in_the_closing_question_goes_on_closing(
    opened: MainWindow, output: Output, qtbot: QtBot
) -> None:
    opened.close()
    press(child(opened, QMessageBox), "Export…")
    dialog = child(opened, QFileDialog)
    dialog.accept()
    qtbot.waitUntil(lambda: not opened.isVisible())
    assert output.exported_to is not None


def test_closing_waits_for_an_export_that_runs(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path, qtbot: QtBot
) -> None:
    export.release.clear()
    opened.exporter.write(output, tmp_path / "out.tif")
    qtbot.waitUntil(lambda: len(export.calls) == 1)
    assert not opened.close()
    assert opened.isVisible()
    export.release.set()
    qtbot.waitUntil(lambda: not opened.isVisible())
    assert (tmp_path / "out.tif").exists()


@pytest.mark.parametrize("by_key", [False, True])
def test_it_can_be_stopped_and_leaves_no_file(
    opened: MainWindow,
    output: Output,
    export: FakeExport,
    tmp_path: Path,
    qtbot: QtBot,
    *,
    by_key: bool,
) -> None:
    assert not opened.progress_bar.isVisible()
    export.release.clear()
    opened.exporter.write(output, tmp_path / "out.tif")
    qtbot.waitUntil(lambda: len(export.calls) == 1)
    assert opened.progress_bar.isVisible()
    assert opened.progress_bar.maximum() == 0  # it goes on, nobody knows how long
    assert faults(opened.statusBar()) == []
    assert not opened.close()
    if by_key:
        opened.actions_.stop.trigger()
    else:
        opened.stop_button.click()
    qtbot.waitUntil(lambda: not opened.exporter.busy, timeout=1000)
    assert opened.banner.message == "Stopped: out.tif was not saved."
    assert opened.statusBar().currentMessage() == ""
    assert files_in(tmp_path) == []
    assert opened.side.outputs.unexported == (output,)
    assert not opened.stop_button.isVisible()
    assert not opened.progress_bar.isVisible()
    assert not opened.actions_.stop.isEnabled()
    assert opened.side.export_button.isEnabled()
    qtbot.wait(50)
    assert opened.isVisible()


def test_one_that_waits_behind_another_is_stopped_with_it(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path, qtbot: QtBot
) -> None:
    opened.render_stack()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 2)
    export.release.clear()
    for number, one in enumerate((output, opened.side.outputs.outputs[1])):
        opened.exporter.write(one, tmp_path / f"{number}.tif")
    qtbot.waitUntil(lambda: len(export.calls) == 1)
    opened.stop_button.click()
    qtbot.waitUntil(lambda: not opened.exporter.busy, timeout=1000)
    assert len(export.calls) == 1
    assert files_in(tmp_path) == []


def test_a_file_that_is_complete_when_it_is_stopped_counts(
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
    output = render(window, qtbot)
    window.exporter.write(output, tmp_path / "out.tif")
    qtbot.waitUntil(export.there.is_set)
    window.stop_export()
    export.go_on.set()
    qtbot.waitUntil(lambda: not window.exporter.busy)
    assert window.banner.message == "Output 1 is saved as out.tif."
    assert output.exported_to == tmp_path / "out.tif"
