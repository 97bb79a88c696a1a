from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPalette, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QRadioButton,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Align, DeviceChoice, Method, Mode
from focusstack_app.core.output import Carried, ColourSpace, FileFormat, OutputOptions
from focusstack_app.settings.schema import ExportSettings, FusionSettings, Settings, Theme
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.editors import (
    CheckEditor,
    ChoiceEditor,
    FolderEditor,
    NumberEditor,
    TextEditor,
)
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.preferences import PreferencesDialog
from focusstack_app.ui.services import Services
from focusstack_app.ui.theme import is_dark
from tests.gui.conftest import MakeWindow
from tests.helpers.colours import contrast, on, strongest_contrast
from tests.helpers.windows import FakeExport, FakeFusion, child, choose_format, render


@pytest.fixture
def dialog(opened: MainWindow) -> PreferencesDialog:
    opened.actions_.preferences.trigger()
    return child(opened, PreferencesDialog)


def choose(dialog: PreferencesDialog, page: str, name: str, value: object) -> None:
    editor = dialog.pages[page].editors[name]
    if isinstance(editor, ChoiceEditor):
        editor.box.setCurrentIndex(editor.box.findData(value))
    elif isinstance(editor, CheckEditor):
        editor.box.setChecked(bool(value))
    elif isinstance(editor, NumberEditor):
        editor.box.setValue(value)  # type: ignore[arg-type]
    else:
        assert isinstance(editor, TextEditor)
        editor.line.setFocus()
        editor.line.selectAll()
        QTest.keyClicks(editor.line, str(value))


def test_overlap_and_format_take_effect_at_once(
    opened: MainWindow,
    dialog: PreferencesDialog,
    fusion: FakeFusion,
    export: FakeExport,
    qtbot: QtBot,
) -> None:
    assert opened.side.export_button.toolTip().endswith(": TIFF, 16 bits per channel")
    choose(dialog, "fusion", "overlap", 40)
    assert opened.side.parameters.parameters.overlap == 0.4
    choose(dialog, "export", "format", FileFormat.JPEG)
    choose(dialog, "export", "quality", 80)
    choose(dialog, "export", "colour_space", ColourSpace.SRGB)
    choose(dialog, "export", "metadata", Carried.NO_PLACE)
    assert opened.side.export_button.toolTip().endswith(": JPEG, quality 80")
    dialog.accept()
    render(opened, qtbot)
    assert fusion.renders[-1].overlap == 0.4
    output = opened.side.outputs.outputs[0]
    opened.choose_export()
    box = child(opened, QFileDialog)
    assert Path(box.selectedFiles()[0]).name == "frame_1_stacked.jpg"
    assert box.selectedNameFilter() == "JPEG, quality 80 (*.jpg *.jpeg)"
    box.accept()
    qtbot.waitUntil(lambda: output.exported_to is not None)
    assert export.options == [
        OutputOptions(quality=80, colour_space=ColourSpace.SRGB, metadata=Carried.NO_PLACE)
    ]
    kept = SettingsStore().load().settings
    assert kept.fusion.overlap == 0.4
    assert kept.export.format is FileFormat.JPEG


def test_the_format_is_changed_in_the_export_dialog(
    opened: MainWindow, export: FakeExport, qtbot: QtBot
) -> None:
    render(opened, qtbot)
    opened.choose_export()
    box = child(opened, QFileDialog)
    choose_format(box, "PNG")
    assert Path(box.selectedFiles()[0]).name == "frame_1_stacked.png"
    box.accept()
    qtbot.waitUntil(lambda: bool(export.calls))
    assert export.calls[0][0].suffix == ".png"


def test_a_window_starts_with_what_was_kept(
    make_window: MakeWindow,
    fusion: FakeFusion,
    frames: list[Path],
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    fusion_settings = FusionSettings(
        Method.PYRAMID, Mode.STRICT, Align.OFF, False, 0.1, "cpu", "other", 2.0, str(tmp_path)
    )
    SettingsStore().save(Settings(fusion_settings))
    window = make_window(Services(fuse_stack=fusion))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    request = fusion.previews[0]
    assert (request.method, request.mode, request.align) == (
        Method.PYRAMID,
        Mode.STRICT,
        Align.OFF,
    )
    assert (request.overlap, request.device, request.model_id, request.memory_bytes) == (
        0.1,
        "cpu",
        "other",
        2_000_000_000,
    )
    assert request.temporary_folder == tmp_path


def test_what_the_panel_says_is_kept_where_the_preferences_do_not_change(
    opened: MainWindow, dialog: PreferencesDialog
) -> None:
    opened.side.parameters.method.choose(Method.PYRAMID)
    choose(dialog, "fusion", "align", Align.OFF)
    parameters = opened.side.parameters.parameters
    assert parameters.method is Method.PYRAMID
    assert parameters.align is Align.OFF


def test_another_device_makes_a_new_preview(
    opened: MainWindow, dialog: PreferencesDialog, fusion: FakeFusion, qtbot: QtBot
) -> None:
    choose(dialog, "fusion", "device", "cpu")
    qtbot.waitUntil(lambda: len(fusion.previews) == 2 and not opened.previewer.busy)
    assert fusion.previews[1].device == "cpu"


def test_only_what_matters_for_the_format_is_shown(dialog: PreferencesDialog) -> None:
    dialog.tabs.setCurrentIndex(1)
    editors = dialog.pages["export"].editors
    shown = {name for name, editor in editors.items() if editor.isVisible()}
    always = {"format", "colour_space", "metadata", "name", "folder"}
    always |= {"batch_name", "batch_wait_s"}
    assert shown == always | {"bits", "compress"}
    choose(dialog, "export", "format", FileFormat.WEBP)
    choose(dialog, "export", "lossless", True)
    shown = {name for name, editor in editors.items() if editor.isVisible()}
    assert shown == always | {"lossless"}
    choose(dialog, "export", "format", FileFormat.DNG)  # it has its own colour space
    shown = {name for name, editor in editors.items() if editor.isVisible()}
    assert shown == always - {"colour_space"}


def test_a_name_that_cannot_be_is_explained_where_it_stands(
    opened: MainWindow, dialog: PreferencesDialog
) -> None:
    dialog.tabs.setCurrentIndex(1)
    problem = dialog.pages["export"].problem_labels["name"]
    choose(dialog, "export", "name", "{stak}")
    assert problem.isVisible()
    assert problem.text() == "{stak} is not known; did you mean {stack}?"
    assert opened.preferences.settings.export.name == "{first}_stacked"
    choose(dialog, "export", "name", "{stack}-x")
    assert not problem.isVisible()
    assert opened.preferences.settings.export.name == "{stack}-x"


def test_a_folder_that_is_not_there_is_explained(
    opened: MainWindow, dialog: PreferencesDialog, tmp_path: Path
) -> None:
    dialog.tabs.setCurrentIndex(1)
    editor = dialog.pages["export"].editors["folder"]
    assert isinstance(editor, FolderEditor)
    editor.line.setText(str(tmp_path / "gone"))
    assert "no such folder" in dialog.pages["export"].problem_labels["folder"].text()
    assert opened.preferences.settings.export.folder == ""
    editor.line.setText(str(tmp_path))
    assert opened.preferences.settings.export.folder == str(tmp_path)


def test_what_was_changed_elsewhere_is_shown_and_kept(
    opened: MainWindow, dialog: PreferencesDialog
) -> None:
    settings = opened.preferences.settings
    export = dataclasses.replace(settings.export, batch_wait_s=77)
    opened.preferences.change(dataclasses.replace(settings, export=export))
    assert dialog.pages["export"].editors["batch_wait_s"].value == 77
    choose(dialog, "fusion", "overlap", 10)
    assert opened.preferences.settings.export.batch_wait_s == 77


def test_a_page_is_reset_alone(opened: MainWindow, dialog: PreferencesDialog) -> None:
    choose(dialog, "fusion", "overlap", 10)
    choose(dialog, "export", "bits", 8)
    dialog.tabs.setCurrentIndex(1)
    dialog.reset_button.click()
    settings = opened.preferences.settings
    assert settings.export == ExportSettings()
    assert settings.fusion.overlap == 0.1
    editor = dialog.pages["export"].editors["bits"]
    assert editor.value == 16


def test_the_theme_changes_at_once(
    opened: MainWindow, dialog: PreferencesDialog, qapp: QApplication, qtbot: QtBot
) -> None:
    try:
        choose(dialog, "interface", "theme", Theme.DARK)
        qtbot.waitUntil(lambda: is_dark(opened.palette()))
        choose(dialog, "interface", "theme", Theme.LIGHT)
        qtbot.waitUntil(lambda: not is_dark(opened.palette()))
    finally:
        choose(dialog, "interface", "theme", Theme.SYSTEM)
    assert not is_dark(qapp.palette())


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_quiet_text_can_be_read_and_empty_boxes_are_seen(
    opened: MainWindow, dialog: PreferencesDialog, qtbot: QtBot, theme: Theme
) -> None:
    try:
        choose(dialog, "interface", "theme", theme)
        qtbot.waitUntil(lambda: is_dark(opened.palette()) == (theme is Theme.DARK))
        colours = opened.palette()
        window = colours.color(QPalette.ColorRole.Window)
        quiet = colours.color(QPalette.ColorRole.PlaceholderText)
        assert contrast(window, on(window, quiet)) > 4.5
        buttons = opened.side.parameters.findChildren(QRadioButton)
        empty = next(button for button in buttons if not button.isChecked())
        image = empty.grab().toImage()
        ring = [image.pixelColor(x, image.height() // 2) for x in range(14)]
        assert max(contrast(window, colour) for colour in ring) > 1.5
    finally:
        choose(dialog, "interface", "theme", Theme.SYSTEM)


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
def test_what_is_wrong_with_a_value_can_be_read(
    opened: MainWindow, dialog: PreferencesDialog, qtbot: QtBot, theme: Theme
) -> None:
    dialog.tabs.setCurrentIndex(1)
    choose(dialog, "export", "name", "{stak}")
    problem = dialog.pages["export"].problem_labels["name"]
    try:
        choose(dialog, "interface", "theme", theme)
        qtbot.waitUntil(lambda: is_dark(opened.palette()) == (theme is Theme.DARK))
        image = dialog.grab(problem.rect().translated(problem.mapTo(dialog, QPoint(0, 0))))
        assert strongest_contrast(image.toImage()) > 4.5
    finally:
        choose(dialog, "interface", "theme", Theme.SYSTEM)


def test_problems_of_the_file_are_said_and_shown_where_they_are(
    make_window: MakeWindow,
) -> None:
    path = SettingsStore().path
    path.parent.mkdir(parents=True)
    document = {"version": 1, "fusion": {"overlap": 3, "modl": "x"}, "exports": {}}
    path.write_text(json.dumps(document), encoding="utf-8")
    window = make_window(Services())
    assert window.banner.message == "Some preferences could not be used."
    dialog = window.preferences.open()
    problem = dialog.pages["fusion"].problem_labels["overlap"]
    assert problem.isVisible()
    assert "3 is not a number from 0 to 0.5" in problem.text()
    elsewhere = dialog.elsewhere.text()
    assert dialog.elsewhere.isVisible()
    assert "fusion.modl: There is no such setting; did you mean mode" in elsewhere
    assert "exports: There is no such page; did you mean export?" in elsewhere
    dialog.close()


def test_preferences_that_cannot_be_saved_hold_nevertheless(
    opened: MainWindow, dialog: PreferencesDialog
) -> None:
    path = SettingsStore().path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"version": 99}', encoding="utf-8")
    choose(dialog, "fusion", "overlap", 10)
    assert "newer version" in opened.banner.message
    assert opened.side.parameters.parameters.overlap == 0.1


def test_another_window_keeps_what_it_changed(
    dialog: PreferencesDialog, make_window: MakeWindow
) -> None:
    other = make_window(Services())
    choose(dialog, "fusion", "overlap", 10)
    settings = other.preferences.settings
    dark = dataclasses.replace(settings.interface, theme=Theme.DARK)
    other.preferences.change(dataclasses.replace(settings, interface=dark))
    kept = SettingsStore().load().settings
    assert (kept.fusion.overlap, kept.interface.theme) == (0.1, Theme.DARK)


def test_a_key_opens_the_one_dialog(opened: MainWindow, qtbot: QtBot) -> None:
    assert opened.actions_.preferences.shortcut().toString() == "Ctrl+,"
    dialog = opened.preferences.open()
    assert opened.preferences.open() is dialog
    dialog.reject()
    qtbot.waitUntil(lambda: opened.findChild(PreferencesDialog) is None)
    opened.preferences.open().close()


def test_a_device_of_another_computer_is_not_offered_and_not_lost(
    make_window: MakeWindow, fusion: FakeFusion
) -> None:
    elsewhere: DeviceChoice = "cuda" if sys.platform == "darwin" else "coreml"
    SettingsStore().save(Settings(FusionSettings(device=elsewhere)))
    window = make_window(Services(fuse_stack=fusion))
    dialog = window.preferences.open()
    editor = dialog.pages["fusion"].editors["device"]
    assert isinstance(editor, ChoiceEditor)
    assert editor.box.currentText().endswith("(not available here)")
    choose(dialog, "fusion", "overlap", 40)
    assert SettingsStore().load().settings.fusion.device == elsewhere
    dialog.close()
    SettingsStore().save(Settings())
    offered = make_window(Services(fuse_stack=fusion)).preferences.open()
    box = offered.pages["fusion"].editors["device"].findChild(QComboBox)
    assert isinstance(box, QComboBox)
    assert box.findData(elsewhere) == -1
    assert box.findData("cpu") > 0
    offered.close()


def takes_wheel(control: QWidget) -> bool:
    """Whether a control takes a turn of the wheel; else what it lies in gets it."""
    place = QPointF(control.rect().center())
    event = QWheelEvent(
        place,
        control.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(control, event)
    return event.isAccepted()


def test_the_wheel_scrolls_past_numbers_and_choices(
    opened: MainWindow, dialog: PreferencesDialog, qtbot: QtBot
) -> None:
    page, overlap = dialog.pages["fusion"], opened.side.parameters.overlap
    before, share = page.page, overlap.value()
    controls = [*page.findChildren(QComboBox), *page.findChildren(QSpinBox), overlap]
    assert len(controls) > 4
    assert not any(takes_wheel(control) for control in controls)
    assert (page.page, overlap.value()) == (before, share)
    dialog.accept()
    opened.activateWindow()
    overlap.setFocus()
    qtbot.waitUntil(overlap.hasFocus)
    assert takes_wheel(overlap)
    assert overlap.value() == share - 5
