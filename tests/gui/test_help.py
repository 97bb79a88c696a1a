from __future__ import annotations

from importlib.metadata import PackageMetadata, metadata

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from focusstack_app import __version__
from focusstack_app.settings.schema import Language, Theme
from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog, _packages
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.theme import apply_theme, is_dark
from focusstack_app.ui.translation import install_language
from tests.helpers.windows import child, toggle


def test_shortcuts_are_those_of_the_menus(window: MainWindow) -> None:
    window.actions_.shortcuts.trigger()
    dialog = child(window, ShortcutsDialog)
    rows = dict(dialog.rows)
    assert rows["Ctrl+R"] == "Render"
    assert rows["Ctrl+B"] == "Batch"
    assert rows["W"] == "Wipe"
    assert rows["P"] == "Where Pixels Come From"
    assert rows["Tab (hold)"] == "Peek at the source frame"
    assert rows["Shift+Tab"] == "Leave the picture or the strip, where Tab peeks"
    assert len(rows) == len(dialog.rows)  # no key has two meanings
    dialog.close()


def test_shortcuts_say_undo_whatever_it_would_undo(opened: MainWindow, qtbot: QtBot) -> None:
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: opened.actions_.undo.text() != "&Undo")
    opened.actions_.shortcuts.trigger()
    dialog = child(opened, ShortcutsDialog)
    rows = dict(dialog.rows)
    assert (rows["Ctrl+Z"], rows["Ctrl+Shift+Z"]) == ("Undo", "Redo")
    dialog.close()


def test_about_says_versions_device_and_licences(opened: MainWindow) -> None:
    opened.actions_.about.trigger()
    dialog = child(opened, AboutDialog)
    versions, licences = dict(dialog.versions), dict(dialog.licences)
    assert versions["Focus Stack"] == __version__
    assert versions["Device"] == "CPU"
    assert versions["pillow"]
    assert any("LGPL" in licence for name, licence in licences.items() if "PySide6" in name)
    assert all(licences.values())
    copy = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Copy Versions")
    copy.click()
    assert f"Focus Stack: {__version__}" in QApplication.clipboard().text()
    dialog.close()


def test_about_reads_what_each_package_says_of_itself_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(name: str) -> PackageMetadata:
        read.append(name)
        return metadata(name)

    monkeypatch.setattr("focusstack_app.ui.help.metadata", counted)
    _packages.cache_clear()
    qtbot.addWidget(AboutDialog("CPU"))
    assert read.count("pillow") == 1
    assert "pytest" not in read  # only developers need it
    read.clear()
    qtbot.addWidget(AboutDialog("CPU"))
    assert read == []


def test_the_guide_opens(window: MainWindow) -> None:
    window.actions_.guide.trigger()
    dialog = child(window, GuideDialog)
    assert dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    assert [picture.parent.name for picture in dialog.pictures] == ["en"] * 4
    default = [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault()]
    assert default == ["Close"]
    assert all(button.icon().isNull() for button in dialog.findChildren(QPushButton))
    dialog.close()


def test_the_guide_follows_the_theme_while_it_is_open(
    window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    apply_theme(qapp, Theme.LIGHT)
    dialog = GuideDialog(window)
    try:
        qtbot.waitUntil(lambda: not is_dark(dialog.palette()))
        assert dialog.pictures[0].name == "open.jpg"
        apply_theme(qapp, Theme.DARK)
        qtbot.waitUntil(lambda: dialog.pictures[0].name == "open_dark.jpg")
    finally:
        apply_theme(qapp, Theme.SYSTEM)
    dialog.close()


@pytest.mark.parametrize("theme", [Theme.LIGHT, Theme.DARK])
@pytest.mark.parametrize("language", [Language.ENGLISH, Language.GERMAN])
def test_every_step_of_the_guide_has_a_small_picture_in_the_colours_of_the_window(
    window: MainWindow, qapp: QApplication, qtbot: QtBot, language: Language, theme: Theme
) -> None:
    install_language(qapp, language)
    apply_theme(qapp, theme)
    try:
        qtbot.waitUntil(lambda: is_dark(window.palette()) == (theme is Theme.DARK))
        dialog = GuideDialog(window)
    finally:
        install_language(qapp, Language.ENGLISH)
        apply_theme(qapp, Theme.SYSTEM)
    for picture in dialog.pictures:
        assert picture.parent.name == language.value
        width = QImage(str(picture)).width()
        assert 250 <= width <= 620
        assert picture.stat().st_size < 80_000
        dense = QImage(str(picture.with_name(f"{picture.stem}@2x.jpg")))
        assert dense.width() == 2 * width
    empty_window = QImage(str(dialog.pictures[0])).pixelColor(2, 2)
    assert (empty_window.lightness() < 128) == (theme is Theme.DARK)
    dialog.close()
