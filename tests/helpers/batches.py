"""What the window of the batch shows, and running it."""

from __future__ import annotations

from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot

from focusstack_app.ui.batch_window import BatchWindow


def names(batch: BatchWindow) -> list[str]:
    return [row.stack.name for row in batch.tree.rows]


def states(batch: BatchWindow) -> list[str]:
    return [row.item.text(4) for row in batch.tree.rows]


def results(batch: BatchWindow) -> list[str]:
    return [row.item.text(3) for row in batch.tree.rows]


def run(batch: BatchWindow, qtbot: QtBot) -> None:
    batch.start_button.click()
    qtbot.waitUntil(lambda: batch.report is not None)


def child(batch: BatchWindow, row: int, number: int) -> QTreeWidgetItem:
    found = batch.tree.rows[row].item.child(number)
    assert found is not None
    return found
