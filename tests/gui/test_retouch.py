from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Mode
from focusstack_app.io.read import read_frame
from focusstack_app.ui.help import ShortcutsDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.viewer import Compare
from tests.helpers.retouching import begin, paint, ready, shown
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, toggle

RENDERED = 3000  # the value of the fake fusion


def sources(window: MainWindow) -> list[NDArray[np.uint8]]:
    stack = window.side.outputs.outputs[0].result.request.stack
    return [np.asarray(read_frame(source).pixels, np.uint8) for source in stack.sources]


def test_painting_brings_the_chosen_frame_into_a_new_output(retouching: MainWindow) -> None:
    window, outputs = retouching, retouching.side.outputs
    assert window.caption() == "Retouch of Output 1"
    assert window.retouch.panel.isVisible()
    assert not window.side.isVisible()
    assert window.retouch.panel.source_label.text() == "Source 2 of 3 · frame_2.png"
    paint(window, (30, 30), (60, 30))
    second = sources(window)[1]
    inside = slice(25, 35), slice(30, 60)
    np.testing.assert_array_equal(shown(window)[inside], second[inside])
    QTest.keyClick(window.viewer, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [output.name for output in outputs.outputs] == ["Output 1", "Output 2"]
    render, painted = (output.result for output in outputs.outputs)
    assert (render.picture == RENDERED).all()
    np.testing.assert_array_equal(painted.picture[inside], second[inside] * np.uint16(257))
    assert (painted.picture[:10] == RENDERED).all()
    assert painted.provenance is not None
    assert (painted.provenance.source_index[inside] == 1).all()
    assert (painted.provenance.synthesised[inside] == 0).all()
    assert window.caption() == "Output 2 · 96 × 64 · VAEEDOF faithful, retouched"
    assert outputs.currentItem().text().startswith("Output 2 · not exported")
    assert window.side.isVisible()
    assert window.filmstrip.isVisible()
    assert not window.retouch.panel.isVisible()
    assert window.actions_.export.isEnabled()


def test_another_output_is_painted_with_its_provenance(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.provenance = True
    for mode in (Mode.STRICT, Mode.FAITHFUL):
        opened.side.parameters.set_parameters(Parameters(mode=mode))
        opened.render_stack()
        qtbot.waitUntil(lambda: not opened.renderer.busy)
    toggle(opened.frames, opened.frames.index(2))  # the third has frames 1 and 2 only
    opened.render_stack()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    outputs, retouch = opened.side.outputs, opened.retouch
    outputs.setCurrentRow(1)
    begin(opened, qtbot)
    model = retouch.strip.model()
    labels = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert labels == ["Output 1", "Output 3", "frame_1.png", "frame_2.png", "frame_3.png"]
    assert retouch.panel.source_label.text() == "Source 1 of 3 · frame_1.png"
    assert model.index(0, 0).data(Qt.ItemDataRole.DecorationRole).width() > 100
    retouch.panel.diameter.spin.setValue(20)
    retouch.panel.hardness.spin.setValue(100)
    before = shown(opened).copy()
    retouch.strip.choose(1)
    assert retouch.panel.source_label.text() == "Output 3 · VAEEDOF faithful"
    qtbot.waitUntil(lambda: retouch.retoucher.source is not None)
    paint(opened, (30, 30), (60, 30))
    third, place = outputs.outputs[2].result, (slice(25, 35), slice(30, 60))
    assert (shown(opened)[place] == round(third.picture[0, 0, 0] / 257)).all()
    QTest.keyPress(opened.viewer, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: opened.viewer.other is not None)
    assert opened.stage.others[0].name == "Output 3"
    QTest.keyRelease(opened.viewer, Qt.Key.Key_Tab)
    opened.actions_.undo.trigger()
    np.testing.assert_array_equal(shown(opened), before)
    opened.actions_.redo.trigger()
    retouch.finish()
    second, painted = outputs.outputs[1].result, outputs.outputs[3].result
    assert painted.request is second.request
    assert (painted.picture[place] == third.picture[place]).all()
    assert (painted.picture[:10] == second.picture[:10]).all()
    assert painted.provenance is not None
    assert second.provenance is not None
    assert third.provenance is not None
    for kind in ("source_index", "confidence", "synthesised"):
        new, old, other = (getattr(r.provenance, kind) for r in (painted, second, third))
        np.testing.assert_array_equal(new[place], other[place])
        np.testing.assert_array_equal(new[:10], old[:10])
        assert (new[place] != old[place]).any()


def test_an_output_of_another_scene_is_not_offered(
    retouching: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    retouching.retouch.cancel()
    retouching.open_paths(write_stack(tmp_path / "other", 2, seed=9))
    qtbot.waitUntil(lambda: retouching.frames.rowCount() == 2)
    retouching.render_stack()
    qtbot.waitUntil(lambda: not retouching.renderer.busy)
    begin(retouching, qtbot)
    assert retouching.retouch.strip.model().rowCount() == 2


def test_undo_and_redo_go_through_the_strokes(retouching: MainWindow) -> None:
    actions = retouching.actions_
    assert not actions.undo.isEnabled()
    before = shown(retouching).copy()
    paint(retouching, (30, 30))
    once = shown(retouching).copy()
    paint(retouching, (70, 30))
    twice = shown(retouching).copy()
    actions.undo.trigger()
    np.testing.assert_array_equal(shown(retouching), once)
    actions.undo.trigger()
    np.testing.assert_array_equal(shown(retouching), before)
    assert not actions.undo.isEnabled()
    actions.redo.trigger()
    actions.redo.trigger()
    np.testing.assert_array_equal(shown(retouching), twice)
    assert not actions.redo.isEnabled()


def test_the_restore_brush_gives_the_render_back(retouching: MainWindow) -> None:
    before = shown(retouching).copy()
    paint(retouching, (30, 30), (60, 30))
    assert not np.array_equal(shown(retouching), before)
    retouching.actions_.restore.trigger()
    assert retouching.retouch.panel.restoring
    retouching.retouch.panel.diameter.spin.setValue(60)
    paint(retouching, (30, 30), (60, 30))
    np.testing.assert_array_equal(shown(retouching), before)
    retouching.actions_.restore.trigger()
    assert not retouching.retouch.panel.restoring


def test_arrows_change_the_source_frame(retouching: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(retouching.viewer, Qt.Key.Key_Right)
    assert retouching.retouch.panel.source_label.text() == "Source 3 of 3 · frame_3.png"
    assert retouching.retouch.strip.chosen_rows() == [2]
    qtbot.waitUntil(lambda: ready(retouching))
    paint(retouching, (30, 30))
    inside = slice(25, 35), slice(25, 35)
    np.testing.assert_array_equal(shown(retouching)[inside], sources(retouching)[2][inside])
    QTest.keyClick(retouching.viewer, Qt.Key.Key_Left)
    assert ready(retouching)  # it was kept in memory


def test_tab_peeks_at_the_source_frame(retouching: MainWindow) -> None:
    viewer = retouching.viewer
    QTest.keyPress(viewer, Qt.Key.Key_Tab)
    assert viewer.mode is Compare.PEEK
    assert viewer.other is not None
    np.testing.assert_array_equal(viewer.other.memory[0][..., 2::-1], sources(retouching)[1])
    QTest.keyRelease(viewer, Qt.Key.Key_Tab)
    assert retouching.viewer.other is None


def test_keys_change_the_brush(retouching: MainWindow) -> None:
    actions, panel = retouching.actions_, retouching.retouch.panel
    panel.hardness.spin.setValue(50)
    actions.brush_larger.trigger()
    assert panel.brush.diameter_px == 24
    assert retouching.retouch.brush.diameter_px == 24
    actions.brush_smaller.trigger()
    assert panel.brush.diameter_px == 20
    actions.brush_harder.trigger()
    assert panel.brush.hardness == 0.6
    actions.brush_softer.trigger()
    assert panel.brush.hardness == 0.5
    panel.diameter.spin.setValue(1)
    actions.brush_larger.trigger()
    assert panel.brush.diameter_px == 2
    panel.diameter.slider.setValue(panel.diameter.slider.maximum())
    assert panel.brush.diameter_px == 1000
    retouching.actions_.shortcuts.trigger()
    dialog = child(retouching, ShortcutsDialog)
    rows = dict(dialog.rows)
    assert rows["["] == "Smaller Brush"
    assert rows["}"] == "Harder Brush"
    dialog.close()


def test_the_keys_reach_the_brush_from_the_picture(retouching: MainWindow) -> None:
    panel, viewer = retouching.retouch.panel, retouching.viewer
    panel.hardness.spin.setValue(50)
    QTest.keyClick(viewer, Qt.Key.Key_BracketRight)
    assert panel.brush.diameter_px == 24
    QTest.keyClick(viewer, Qt.Key.Key_BraceRight)  # platforms take the Shift of a "}" away
    assert panel.brush.hardness == 0.6
    QTest.keyClick(viewer, Qt.Key.Key_X)
    assert panel.restoring
    panel.diameter.spin.setFocus()
    QTest.keyClick(panel.diameter.spin, Qt.Key.Key_Return)
    assert viewer.hasFocus()
    paint(retouching, (30, 30))
    QTest.keyClick(viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not retouching.actions_.undo.isEnabled()


def test_space_and_the_middle_button_move_the_picture(retouching: MainWindow) -> None:
    viewer = retouching.viewer
    viewer.zoom_to(16.0)
    before = viewer.centre
    QTest.keyPress(viewer, Qt.Key.Key_Space)
    paint(retouching, (40, 30), (45, 32))
    QTest.keyRelease(viewer, Qt.Key.Key_Space)
    assert viewer.centre != before
    assert not retouching.actions_.undo.isEnabled()


def test_opacity_mixes(retouching: MainWindow) -> None:
    retouching.retouch.panel.opacity.spin.setValue(40)
    paint(retouching, (30, 30))
    retouching.retouch.finish()
    painted = retouching.side.outputs.outputs[1].result
    full = sources(retouching)[1][30, 30].astype(float) * 257
    np.testing.assert_allclose(painted.picture[30, 30], RENDERED + 0.4 * (full - RENDERED), atol=1)
    assert painted.provenance is not None
    assert painted.provenance.source_index[30, 30] == 0
    assert painted.provenance.confidence[30, 30] == 153
