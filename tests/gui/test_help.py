from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from focusstack_app import __version__
from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog
from focusstack_app.ui.main_window import MainWindow


def test_shortcuts_are_those_of_the_menus(window: MainWindow) -> None:
    window.actions_.shortcuts.trigger()
    dialog = window.findChild(ShortcutsDialog)
    assert isinstance(dialog, ShortcutsDialog)
    rows = dict(dialog.rows)
    assert rows["Ctrl+R"] == "Render"
    assert rows["Ctrl+B"] == "Batch"
    assert rows["W"] == "Wipe"
    assert rows["P"] == "Where Pixels Come From"
    assert rows["Tab (hold)"] == "Peek at the source frame"
    assert len(rows) == len(dialog.rows)  # no key has two meanings
    dialog.close()


def test_about_says_versions_device_and_licences(opened: MainWindow) -> None:
    opened.actions_.about.trigger()
    dialog = opened.findChild(AboutDialog)
    assert isinstance(dialog, AboutDialog)
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


def test_the_guide_opens(window: MainWindow) -> None:
    window.actions_.guide.trigger()
    dialog = window.findChild(GuideDialog)
    assert isinstance(dialog, GuideDialog)
    assert dialog.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.close()
