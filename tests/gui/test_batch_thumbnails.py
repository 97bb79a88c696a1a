"""Thumbnails in the window of the batch."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from focusstack_app.core.frames import FrameSource
from focusstack_app.io.thumbnail import read_thumbnail
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.services import Services
from tests.gui.conftest import MakeWindow
from tests.helpers.batches import child, names, states
from tests.helpers.windows import PATIENCE_S

RED, GREEN, BLUE, WHITE = "#ff0000", "#00ff00", "#0000ff", "#ffffff"


def write_coloured(folder: Path, *colours: str) -> None:
    """A frame of each colour."""
    folder.mkdir(parents=True)
    for number, colour in enumerate(colours, 1):
        Image.new("RGB", (96, 64), colour).save(folder / f"frame_{number}.png")


@pytest.fixture
def coloured(tmp_path: Path) -> Path:
    """Two stacks that are told apart by their middle frames."""
    write_coloured(tmp_path / "coloured" / "first", WHITE, RED, WHITE)
    write_coloured(tmp_path / "coloured" / "second", WHITE, WHITE, GREEN, BLUE)
    return tmp_path / "coloured"


class SlowThumbnails:
    """Reads thumbnails when `release` says so, and remembers which."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.release = threading.Event()

    def __call__(self, source: FrameSource, max_side_px: int) -> NDArray[np.uint8]:
        self.read.append(source.path.parent.name)
        assert self.release.wait(PATIENCE_S)
        return read_thumbnail(source, max_side_px)


def painted(batch: BatchWindow, row: int) -> set[str]:
    """The colours that a horizontal line through the middle of a row's name meets."""
    tree = batch.tree
    image = tree.viewport().grab(tree.visualItemRect(tree.rows[row].item)).toImage()
    right, middle = tree.columnWidth(0), image.height() // 2
    return {image.pixelColor(x, middle).name() for x in range(right)}


def is_marked(batch: BatchWindow, row: int) -> bool:
    """Whether a sign of colour stands where a thumbnail would: all else is grey."""
    return any(QColor(name).hsvSaturation() > 100 for name in painted(batch, row))


def test_a_stack_shows_its_middle_frame(window: MainWindow, coloured: Path, qtbot: QtBot) -> None:
    batch = window.open_batch([coloured])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 2)
    qtbot.waitUntil(lambda: RED in painted(batch, 0) and GREEN in painted(batch, 1))
    assert not painted(batch, 0) & {GREEN, BLUE}
    tree = batch.tree
    tree.setCurrentItem(child(batch, 1, 3))
    batch.split_button.click()
    qtbot.waitUntil(lambda: BLUE in painted(batch, 2))
    assert not painted(batch, 1) & {GREEN, BLUE}
    tree.rows[0].item.setCheckState(0, Qt.CheckState.Unchecked)
    assert RED not in painted(batch, 0)  # paler


def test_the_proposal_does_not_wait_for_thumbnails_and_a_closed_window_reads_none(
    make_window: MakeWindow, coloured: Path, qtbot: QtBot
) -> None:
    slow = SlowThumbnails()
    batch = make_window(Services(read_thumbnail=slow)).open_batch([coloured])
    qtbot.waitUntil(lambda: slow.read == ["first"])
    assert names(batch) == ["first", "second"]
    assert batch.start_button.isEnabled()
    assert not is_marked(batch, 0)
    name = batch.tree.visualItemRect(batch.tree.rows[0].item)
    batch.close()
    slow.release.set()
    qtbot.wait(100)
    assert slow.read == ["first"]
    batch.show()
    qtbot.waitUntil(lambda: RED in painted(batch, 0) and GREEN in painted(batch, 1))
    assert batch.tree.visualItemRect(batch.tree.rows[0].item) == name


def test_a_stack_whose_middle_frame_cannot_be_read_is_marked(
    window: MainWindow, coloured: Path, qtbot: QtBot
) -> None:
    broken = coloured / "first" / "frame_2.png"
    broken.write_bytes(broken.read_bytes()[:60])  # the header is there
    (coloured / "second" / "frame_1.png").write_bytes(b"")
    batch = window.open_batch([coloured])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 2)
    assert states(batch)[0] == ""
    assert "frame_1.png is empty" in states(batch)[1]
    qtbot.waitUntil(lambda: is_marked(batch, 0) and is_marked(batch, 1))
