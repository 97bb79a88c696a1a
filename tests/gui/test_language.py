from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from focusstack_app.core.message import message
from focusstack_app.settings.schema import InterfaceSettings, Language, Settings
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.app import main
from focusstack_app.ui.bridge import Lane
from focusstack_app.ui.dialogs import ask_stop_batch
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.translation import install_language
from focusstack_app.ui.view_bar import View
from tests.gui.test_app import when
from tests.helpers.stacks import write_stack
from tests.helpers.windows import child


@pytest.fixture
def german() -> Iterator[None]:
    SettingsStore().save(Settings(interface=InterfaceSettings(language=Language.GERMAN)))
    yield
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    install_language(app, Language.ENGLISH)


@pytest.mark.usefixtures("german")
def test_the_window_speaks_the_language_of_the_preferences(qtbot: QtBot) -> None:
    seen: dict[str, str] = {}

    def look(window: MainWindow) -> None:
        menus = window.menuBar().actions()
        seen["menus"] = " ".join(menu.text().replace("&", "") for menu in menus)
        seen["open"] = window.actions_.open_files.text()
        seen["view"] = window.view_bar.button(View.PREVIEW).text()
        seen["render"] = window.side.render_panel.render_button.text()
        dialog = window.preferences.open()
        seen["title"] = dialog.windowTitle()
        seen["setting"] = dialog.pages["interface"].editors["language"].toolTip()
        dialog.close()
        ask_stop_batch(window, lambda: None)
        box = child(window, QMessageBox)
        seen["question"] = box.text()
        ok = box.addButton(QMessageBox.StandardButton.Cancel)
        seen["of Qt"] = ok.text()
        box.reject()
        window.close()
        window.deleteLater()

    timer = when(lambda window: window.isVisible(), look)
    assert main([]) == 0
    assert seen == {
        "menus": "Datei Bearbeiten Ansicht Retusche Hilfe",
        "open": "Ö&ffnen …",
        "view": "Vorschau",
        "render": "Rendern",
        "title": "Einstellungen",
        "setting": "Eine andere Sprache erscheint nach dem nächsten Start des Programms.",
        "question": "Die Stapelverarbeitung läuft noch.",
        "of Qt": "Abbrechen",
    }
    del timer
    qtbot.wait(0)


@pytest.mark.usefixtures("german")
def test_progress_arrives_in_the_language_of_the_window(
    window: MainWindow, qapp: QApplication, qtbot: QtBot
) -> None:
    install_language(qapp, Language.GERMAN)
    seen: list[str] = []
    task = window.bridge.submit(
        Lane.FILES, lambda progress: progress.report(0.5, message("Aligning"))
    )
    task.progressed.connect(lambda _, stage: seen.append(stage))
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == ["Ausrichten"]


@pytest.mark.usefixtures("german")
def test_how_stacks_of_a_batch_ended_is_said_in_the_language_of_the_window(
    window: MainWindow, tmp_path: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    install_language(qapp, Language.GERMAN)
    write_stack(tmp_path / "shoot" / "ant", 2)
    batch = window.open_batch([tmp_path / "shoot"])
    qtbot.waitUntil(lambda: bool(batch.tree.rows))
    (tmp_path / "shoot" / "stacked").mkdir()
    (tmp_path / "shoot" / "stacked" / "ant.tif").write_bytes(b"mine")
    batch.start_button.click()
    qtbot.waitUntil(lambda: batch.report is not None)
    assert batch.tree.rows[0].item.text(4) == "Übersprungen. Das Bild gibt es schon."
