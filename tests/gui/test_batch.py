from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Align, Method
from focusstack_app.core.output import FileFormat
from focusstack_app.jobs.batch import Outcome
from focusstack_app.settings.schema import Theme
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.preferences import PreferencesDialog
from focusstack_app.ui.services import Services
from focusstack_app.ui.theme import apply_theme, is_dark
from tests.gui.conftest import MakeWindow
from tests.helpers.batches import names, results, run, states
from tests.helpers.colours import strongest_contrast
from tests.helpers.disk import FakeDisk
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, drop, press


def test_a_dropped_folder_becomes_a_proposal(batch: BatchWindow, shoot: Path) -> None:
    assert batch.isVisible()
    assert names(batch) == ["ant", "bee", "card", "card-IMG_0004", "card-IMG_0006"]
    assert [row.included for row in batch.tree.rows] == [True, True, True, True, False]
    assert states(batch)[4] == "One frame only"
    assert batch.count_label.text() == "4 stacks, 10 frames"
    assert batch.form.folder.value == str(shoot / "stacked")
    assert results(batch)[2] == "card.tif"
    assert batch.tree.rows[2].item.text(2) == "2026-05-17 09:00:00"


def test_it_runs_and_a_second_run_skips_what_is_done(
    batch: BatchWindow, shoot: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    run(batch, qtbot)
    out = shoot / "stacked"
    made = ["ant.tif", "bee.tif", "card-IMG_0004.tif", "card.tif"]
    assert sorted(path.name for path in out.iterdir()) == made
    assert [len(request.stack) for request in fusion.requests] == [2, 3, 3, 2]
    assert states(batch)[0].startswith("Done in ")
    assert batch.status.text() == "Finished: 4 done, 0 skipped, 0 failed."
    (out / "bee.tif").unlink()
    run(batch, qtbot)
    assert batch.status.text() == "Finished: 1 done, 3 skipped, 0 failed."
    assert states(batch)[0] == "Skipped. It exists already."


def test_the_time_that_is_left_is_told_once_a_stack_is_done(
    batch: BatchWindow, window: MainWindow, qtbot: QtBot
) -> None:
    seen: list[str] = []
    batch.runner.advanced.connect(lambda *_: seen.append(batch.status.text()))
    run(batch, qtbot)
    assert any(text.startswith("Stack 2 of 4: bee · about 1 s left") for text in seen)
    assert not any("left" in text for text in seen if text.startswith("Stack 1"))
    assert batch.open_button.isDefault()
    batch.form.preferences_button.click()
    preferences = child(window, PreferencesDialog)
    preferences.close()


def test_failures_are_reported_and_the_others_go_on(
    window: MainWindow, shoot: Path, qtbot: QtBot
) -> None:
    (shoot / "ant" / "frame_1.png").write_bytes(b"")
    batch = window.open_batch([shoot])
    qtbot.waitUntil(lambda: bool(batch.tree.rows))
    assert states(batch)[0].startswith("frame_1.png is empty")
    assert str(shoot / "ant" / "frame_1.png") in batch.tree.rows[0].item.toolTip(4)
    run(batch, qtbot)
    assert batch.report is not None
    assert batch.report.count(Outcome.FAILED) == 1
    assert "3 done, 0 skipped, 1 failed" in batch.status.text()
    assert "ant: " in batch.status.text()
    assert "frame_1.png is empty" in batch.status.text()
    assert states(batch)[0].startswith("Failed. ")
    batch.copy_button.click()
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0].startswith("failed\tant\t")
    assert len(copied) == 4


def is_dark_as(batch: BatchWindow, theme: Theme) -> Callable[[], bool]:
    return lambda: is_dark(batch.tree.palette()) == (theme is Theme.DARK)


def test_a_full_disk_is_said_once_and_start_goes_on_when_there_is_room(
    batch: BatchWindow,
    shoot: Path,
    fusion: FakeFusion,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    disk = FakeDisk(monkeypatch, 1000)
    run(batch, qtbot)
    assert fusion.requests == []
    text = (
        f"ant: There is too little room in {shoot / 'stacked'}: 0 MB are free, and the results may "
        "take 1 MB. Make room or choose another disk."
    )
    assert batch.status.text().splitlines() == [
        "Finished: 0 done, 0 skipped, 4 failed.",
        text,
        "and 3 more",
        "Start goes on with what is missing.",
    ]
    assert batch.banner.isVisible()
    disk.free_bytes = 10**9
    run(batch, qtbot)
    assert batch.status.text() == "Finished: 4 done, 0 skipped, 0 failed."
    assert not batch.banner.isVisible()


def test_how_stacks_ended_can_be_read_after_the_theme_changed(
    window: MainWindow, shoot: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    (shoot / "ant" / "frame_1.png").write_bytes(b"")
    batch = window.open_batch([shoot])
    qtbot.waitUntil(lambda: bool(batch.tree.rows))
    place = batch.tree.visualItemRect(batch.tree.rows[0].item)
    place.setLeft(batch.tree.header().sectionPosition(4))
    try:
        for theme in (Theme.DARK, Theme.LIGHT):
            apply_theme(qapp, theme)
            qtbot.waitUntil(is_dark_as(batch, theme))
            assert strongest_contrast(batch.tree.viewport().grab(place).toImage()) > 4.5
    finally:
        apply_theme(qapp, Theme.SYSTEM)


def test_name_and_format_are_chosen_with_an_example(
    batch: BatchWindow, window: MainWindow, qtbot: QtBot
) -> None:
    batch.form.name.line.setText("{stack}_{frames}")
    batch.form.format.box.setCurrentIndex(batch.form.format.box.findData(FileFormat.JPEG))
    assert batch.form.name_note.text().startswith("For example ant_2.jpg.")
    assert results(batch)[1] == "bee_3.jpg"
    written = batch.form.format_note.text()
    assert written.startswith("JPEG, quality 95; fused with VAEEDOF faithful.")
    window.side.parameters.set_parameters(Parameters(method=Method.PYRAMID, align=Align.OFF))
    assert "Pyramid" in batch.form.format_note.text()
    batch.form.name.line.setText("{stak}")
    assert "did you mean {stack}?" in batch.form.name_problem.text()
    assert batch.form.name_problem.isVisible()
    assert not batch.form.name_note.isVisible()
    assert not batch.start_button.isEnabled()
    batch.form.name.line.setText("{date} {stack}")
    run(batch, qtbot)
    with Image.open(Path(batch.form.folder.value) / "2026-05-17 card.jpg") as image:
        assert image.format == "JPEG"


def test_the_name_and_the_format_follow_the_preferences(
    batch: BatchWindow, window: MainWindow
) -> None:
    batch.form.name.line.setText("{stack}_{frames}")

    def change(**values: object) -> None:
        settings = window.preferences.settings
        window.preferences.change(replace(settings, export=replace(settings.export, **values)))  # type: ignore[arg-type]

    change(format=FileFormat.JPEG)
    assert batch.form.format.value is FileFormat.JPEG
    assert results(batch)[1] == "bee_3.jpg"  # the name was not changed there
    change(batch_name="{date} {stack}")
    assert results(batch)[2] == "2026-05-17 card.jpg"


def test_progress_is_shown_per_stack_and_stopping_leaves_what_is_done(
    batch: BatchWindow, window: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:

    def hold(number: int) -> None:
        if number == 0:
            fusion.release.clear()

    batch.runner.ended.connect(hold)
    batch.start_button.click()
    qtbot.waitUntil(lambda: states(batch)[1] == "48 %  Fusing tile 11")
    assert states(batch)[0].startswith("Done")
    assert not batch.start_button.isVisible()
    assert window.statusBar().isVisible()
    assert window.statusBar().currentMessage().startswith("Batch: Stack ")
    batch.stop_button.click()
    qtbot.waitUntil(lambda: batch.report is not None)
    assert states(batch)[1:4] == ["Not started"] * 3
    assert batch.status.text().startswith("Stopped: 1 done, 0 skipped, 0 failed.")
    assert "Start goes on" in batch.status.text()
    batch.runner.ended.disconnect(hold)
    fusion.release.set()
    run(batch, qtbot)
    assert batch.status.text() == "Finished: 3 done, 1 skipped, 0 failed."
    assert len(list(Path(batch.form.folder.value).iterdir())) == 4


def test_folders_that_come_while_it_runs_are_not_taken_and_that_is_said(
    batch: BatchWindow, window: MainWindow, shoot: Path, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    batch.start_button.click()
    before = names(batch)
    drop(window, [shoot / "ant", shoot / "bee"])
    qtbot.waitUntil(batch.banner.isVisible)
    assert batch.banner.message == "Folders can be added once the batch is over."
    fusion.release.set()
    qtbot.waitUntil(lambda: batch.report is not None)
    assert names(batch) == before


def test_pause_finishes_a_stack_and_waits(
    batch: BatchWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    batch.start_button.click()
    qtbot.waitUntil(lambda: len(fusion.requests) == 1)
    batch.pause_button.click()
    assert batch.pause_button.text() == "Resume"
    assert batch.status.text() == "Waits after this stack."
    fusion.release.set()
    qtbot.waitUntil(lambda: states(batch)[0].startswith("Done"))
    qtbot.wait(50)
    assert len(fusion.requests) == 1
    assert batch.status.text().startswith("Paused. ")
    batch.pause_button.click()
    qtbot.waitUntil(lambda: batch.report is not None)
    assert len(fusion.requests) == 4


@pytest.mark.parametrize("before_the_answer", [False, True])
def test_closing_the_window_asks_while_a_batch_runs(
    batch: BatchWindow,
    window: MainWindow,
    fusion: FakeFusion,
    qtbot: QtBot,
    before_the_answer: bool,
) -> None:
    fusion.release.clear()
    batch.start_button.click()
    qtbot.waitUntil(lambda: len(fusion.requests) == 1)
    assert not window.close()
    box = child(window, QMessageBox)
    if before_the_answer:
        fusion.release.set()
        qtbot.waitUntil(lambda: not batch.runner.busy)
    press(box, "Stop and Close")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert Path(batch.form.folder.value).exists() == before_the_answer


def test_the_batch_closes_with_the_window(batch: BatchWindow, window: MainWindow) -> None:
    assert window.close()
    assert not batch.isVisible()


def test_a_folder_that_cannot_be_used_is_said(batch: BatchWindow, tmp_path: Path) -> None:
    batch.tree.rows[4].item.setCheckState(0, Qt.CheckState.Checked)
    before = states(batch)
    batch.form.folder.line.setText(str(tmp_path / "gone" / "deep"))
    batch.start_button.click()
    assert "gone does not exist" in batch.banner.message
    assert states(batch) == before == ["", "", "", "", "One frame only"]
    assert batch.start_button.isEnabled()


def test_nothing_starts_without_a_folder_that_is_still_read(
    batch: BatchWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    assert batch.start_button.isEnabled()
    write_stack(tmp_path / "more", 2)
    batch.add_folders([tmp_path / "more"])
    assert not batch.start_button.isEnabled()
    qtbot.waitUntil(batch.start_button.isEnabled)
    assert names(batch)[-1] == "more"


def test_names_are_found_once_for_each_key(batch: BatchWindow) -> None:
    changes: list[str] = []
    for editor in (batch.form.folder, batch.form.name):
        editor.changed.connect(lambda editor=editor: changes.append(editor.value))
        QTest.keyClick(editor.line, Qt.Key.Key_X)
    assert changes == [batch.form.folder.value, batch.form.name.value]


def test_one_open_folder_with_several_stacks_is_pointed_out(
    window: MainWindow, shoot: Path, qtbot: QtBot
) -> None:
    window.open_paths([shoot / "card"])
    qtbot.waitUntil(lambda: window.banner.message == "These frames look like 3 stacks.")
    window.actions_.batch.trigger()
    batch = window.batch
    assert batch is not None
    qtbot.waitUntil(lambda: names(batch) == ["card", "card-IMG_0004", "card-IMG_0006"])


def test_several_dropped_folders_are_a_batch(
    window: MainWindow, shoot: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "empty").mkdir()
    drop(window, [shoot / "ant", shoot / "bee"])
    qtbot.waitUntil(lambda: window.batch is not None and len(window.batch.tree.rows) == 2)
    assert window.batch is not None
    assert window.batch.form.folder.value == str(shoot / "stacked")
    drop(window, [shoot / "ant", tmp_path / "empty"])
    qtbot.waitUntil(lambda: "empty holds no stacks" in window.banner.message)


def test_the_real_fusion_runs_a_batch(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    for name in ("a", "b"):
        write_stack(tmp_path / "real" / name, 3, width_px=160, height_px=128)
    window = make_window(Services())
    window.side.parameters.set_parameters(Parameters(method=Method.PYRAMID, align=Align.OFF))
    batch = window.open_batch([tmp_path / "real"])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 2)
    batch.start_button.click()
    qtbot.waitUntil(lambda: batch.report is not None, timeout=30_000)
    assert batch.status.text() == "Finished: 2 done, 0 skipped, 0 failed."
    assert tifffile.imread(tmp_path / "real" / "stacked" / "a.tif").shape == (128, 160, 3)


def test_folders_are_looked_for_where_the_last_one_was(batch: BatchWindow, shoot: Path) -> None:
    batch.add_button.click()
    dialog = child(batch, QFileDialog)
    assert Path(dialog.directory().absolutePath()) == shoot.parent
    dialog.reject()


def test_folders_are_first_looked_for_where_frames_were_opened(
    opened: MainWindow, frames: list[Path]
) -> None:
    assert opened.open_batch().folder == frames[0].parent
