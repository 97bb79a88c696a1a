"""Which overlays are offered, and what their keys do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.overlays import Overlay, overlay_names
from focusstack_app.ui.view_bar import View
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, render

OF_MAPS = {Overlay.PROVENANCE, Overlay.DEPTH, Overlay.TILT}


def offered(window: MainWindow) -> set[Overlay]:
    actions = {action.text(): action for action in window.actions_.overlay_menu.actions()}
    return {overlay for overlay, name in overlay_names().items() if actions[name].isEnabled()}


def test_a_single_frame_has_no_depth_to_be_shown(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    """An overlay that was chosen before waits for an output that it fits."""
    fusion.provenance = True
    render(opened, qtbot)
    assert offered(opened) == set(Overlay)
    opened.stage.set_overlay(Overlay.TILT)
    qtbot.waitUntil(opened.stage.tilt.isVisible)
    fusion.provenance = False  # as of one frame
    render(opened, qtbot)
    assert offered(opened) == set(Overlay) - OF_MAPS
    assert opened.caption() == "Output 2 · 96 × 64 · VAEEDOF faithful"
    assert not opened.viewer.note
    assert not opened.actions_.swap_depth.isEnabled()
    opened.side.outputs.setCurrentRow(0)
    opened.show_view(View.OUTPUT)
    assert opened.caption() == "Output 1 · 3D"


def test_peaking_is_of_frames(opened: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> None:
    fusion.provenance = True
    render(opened, qtbot)
    opened.filmstrip.selectAll()
    opened.remove_frames()
    assert opened.frames.rowCount() == 0
    assert offered(opened) == set(Overlay) - {Overlay.PEAKING}


def test_the_key_of_an_overlay_takes_it_off_again(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.provenance = True
    render(opened, qtbot)
    stage, viewer = opened.stage, opened.viewer
    for key, overlay in (
        (Qt.Key.Key_D, Overlay.DEPTH),
        (Qt.Key.Key_P, Overlay.PROVENANCE),
        (Qt.Key.Key_P, Overlay.NONE),
        (Qt.Key.Key_F, Overlay.PEAKING),
        (Qt.Key.Key_F, Overlay.NONE),
        (Qt.Key.Key_C, Overlay.WARNINGS),
    ):
        QTest.keyClick(viewer, key)
        assert stage.overlay is overlay
    opened.show_view(View.SOURCE)
    QTest.keyClick(viewer, Qt.Key.Key_C)  # it is not seen here, so this shows it
    assert (stage.view, stage.overlay) == (View.OUTPUT, Overlay.WARNINGS)


def test_the_curve_is_not_that_of_another_stack(
    opened: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    """Nor does a key lead to its sharpest frame."""
    render(opened, qtbot)
    strip, sharpest = opened.stage.strip, opened.actions_.sharpest
    qtbot.waitUntil(lambda: strip.text.startswith("Sharpest"))
    opened.open_paths(write_stack(tmp_path / "another", 3))
    qtbot.waitUntil(lambda: opened.stage.view is View.PREVIEW)
    qtbot.waitUntil(lambda: strip.text.startswith("Sharpest"))
    opened.show_view(View.OUTPUT)
    assert not strip.text
    assert not sharpest.isEnabled()
    opened.show_view(View.SOURCE)
    qtbot.waitUntil(sharpest.isEnabled)


@pytest.mark.parametrize("removed", [1, 2])
def test_the_curve_stays_where_some_frames_of_the_output_are_left(
    opened: MainWindow, qtbot: QtBot, removed: int
) -> None:
    render(opened, qtbot)
    for _ in range(removed):
        opened.frames.remove([0])
    opened.show_view(View.OUTPUT)
    qtbot.waitUntil(lambda: bool(opened.stage.strip.text))
