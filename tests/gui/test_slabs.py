from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Method, Mode, Registration
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.services import Services
from focusstack_app.ui.slabs import SlabsDialog
from focusstack_app.ui.state import load_state, state_path
from tests.gui.conftest import MakeWindow
from tests.helpers.refining import PATIENCE_MS
from tests.helpers.stacks import defocused, make_stack, write_picture, write_stack
from tests.helpers.windows import FakeFusion

COUNT = 12


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    return write_stack(tmp_path / "bracket", COUNT)


@pytest.fixture
def registration(fusion: FakeFusion) -> Registration:
    """What every preview finds out."""
    matrices, gains = np.stack([np.eye(3)] * COUNT), np.ones((COUNT, 3))
    fusion.registration = Registration(matrices, gains, (), (64, 96))
    return fusion.registration


def asked(window: MainWindow, frames: int, overlap: int) -> SlabsDialog:
    dialog = window.choose_slabs()
    dialog.frames.setValue(frames)
    dialog.overlap.setValue(overlap)
    return dialog


def names(window: MainWindow) -> list[str]:
    return [output.name for output in window.side.outputs.outputs]


def test_slabs_become_outputs_that_say_their_frames(
    registration: Registration, opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    opened.render_stack()
    dialog = asked(opened, 5, 1)
    assert dialog.line.text().startswith("3 slabs of 5 frames; the last has 4.")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    titles = [row.title.whole for row in opened.side.render_panel.rows.values()]
    assert titles[1] == "Slab 1 (frames 1–5), VAEEDOF faithful · bracket"
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 4)
    slabs = ["Slab 1 (frames 1–5)", "Slab 2 (frames 5–9)", "Slab 3 (frames 9–12)"]
    assert names(opened) == ["Output 1", *slabs]
    whole, *of_slabs = fusion.renders
    assert whole.slab is None
    assert [list(request.positions) for request in of_slabs] == [
        [0, 1, 2, 3, 4], [4, 5, 6, 7, 8], [8, 9, 10, 11],
    ]  # fmt: skip
    assert {request.registration for request in fusion.renders} == {registration}
    assert {request.stack for request in fusion.renders} == {whole.stack}
    assert opened.side.outputs.currentItem().text().startswith("Slab 3 (frames 9–12)")
    tip = opened.side.outputs.currentItem().toolTip()
    assert "4 frames" in tip
    assert "frame_9.png – frame_12.png" in tip
    assert "Slab 3 (frames 9–12): 4 frames in " in opened.statusBar().currentMessage()
    opened.side.outputs.setCurrentRow(0)
    opened.retouch_output()
    assert [other.name for other in opened.retouch.retoucher.others] == slabs
    opened.retouch.cancel()


def test_frames_that_are_left_out_do_not_count(opened: MainWindow, qtbot: QtBot) -> None:
    opened.frames.include([0, 3], included=False)
    dialog = asked(opened, 4, 0)
    assert dialog.line.text() == "Slabs need the preview: it finds out how the frames lie."
    assert not dialog.render_button.isEnabled()
    qtbot.waitUntil(dialog.render_button.isEnabled)
    assert dialog.line.text().startswith("2 slabs of 4 frames; the last has 6.")
    dialog.render_button.click()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 2)
    (first, last) = (output.result.request for output in opened.side.outputs.outputs)
    assert [source.path.stem for source in first.sources] == [
        "frame_2", "frame_3", "frame_5", "frame_6",
    ]  # fmt: skip
    assert len(last.sources) == 6
    assert names(opened) == ["Slab 1 (frames 2–6)", "Slab 2 (frames 7–12)"]  # as the strip has them


def test_what_does_not_belong_is_in_no_slab_and_in_no_render(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    for number, frame in enumerate(make_stack(6, width_px=400, height_px=300).frames):
        light = 0 if number == 3 else 1
        write_picture(tmp_path / f"{number}.png", defocused(frame, 1.0) * np.uint16(light))
    window = make_window(Services())
    window.side.parameters.method.choose(Method.PYRAMID)
    window.open_paths([tmp_path])
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=PATIENCE_MS)
    window.render_stack()
    dialog = asked(window, 3, 1)
    assert dialog.line.text().startswith("2 slabs of 3 frames.")
    dialog.render_button.click()
    qtbot.waitUntil(lambda: len(window.side.outputs.outputs) == 3, timeout=PATIENCE_MS)
    whole, *slabs = (output.result for output in window.side.outputs.outputs)
    for result in (whole, *slabs):
        names = [source.path.stem for source in result.request.stack.sources]
        assert names == ["0", "1", "2", "4", "5"]
        assert result.registration is whole.registration
        assert result.registration_reused
        assert result.picture.shape == whole.picture.shape
    assert [len(slab.request.sources) for slab in slabs] == [3, 3]
    window.side.parameters.mode.choose(Mode.STRICT)  # asked again, all of them count again
    window.side.parameters.align.setChecked(False)
    request = window.request()
    assert request is not None
    assert len(request.stack) == 6
    qtbot.waitUntil(lambda: not window.previewer.busy, timeout=PATIENCE_MS)


def test_what_makes_no_slabs_cannot_be_rendered(opened: MainWindow) -> None:
    dialog = asked(opened, 12, 3)
    assert "the whole stack of 12 frames" in dialog.line.text()
    assert not dialog.render_button.isEnabled()
    dialog.frames.setValue(3)
    dialog.overlap.setValue(9)
    assert dialog.overlap.value() == 2
    assert dialog.line.text().startswith("10 slabs of 3 frames.")
    assert dialog.render_button.isEnabled()
    dialog.frames.setValue(2)
    assert dialog.overlap.value() == 1
    opened.frames.include(range(2, COUNT), included=False)
    assert not opened.actions_.slabs.isEnabled()


def test_the_overlap_survives_a_number_that_is_being_typed(opened: MainWindow) -> None:
    dialog = asked(opened, 10, 3)
    dialog.frames.selectAll()
    QTest.keyClicks(dialog.frames, "2")
    assert (dialog.frames.value(), dialog.overlap.value()) == (2, 1)
    QTest.keyClicks(dialog.frames, "0")
    assert (dialog.frames.value(), dialog.overlap.value()) == (20, 3)
    assert not dialog.render_button.isEnabled()
    dialog.reject()


def test_the_last_values_are_offered_again(opened: MainWindow, qtbot: QtBot) -> None:
    asked(opened, 6, 2).render_button.click()
    qtbot.waitUntil(lambda: load_state(state_path()).slabs == (6, 2))
    dialog = opened.choose_slabs()
    assert (dialog.frames.value(), dialog.overlap.value()) == (6, 2)
    dialog.reject()


def test_the_slab_that_runs_is_in_sight(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    outputs, panel = opened.side.outputs, opened.side.render_panel

    def hold_the_fifth() -> None:
        if len(outputs.outputs) == 4:
            fusion.release.clear()

    opened.renderer.rendered.connect(hold_the_fifth)
    asked(opened, 3, 1).render_button.click()
    *_, last = panel.rows.values()
    assert len(panel.rows) == 5
    assert last.visibleRegion().isEmpty()
    qtbot.waitUntil(lambda: last.visibleRegion().boundingRect() == last.rect())
    assert len(outputs.outputs) == 4
    fusion.release.set()
    qtbot.waitUntil(lambda: len(outputs.outputs) == 5)


def test_slabs_can_be_stopped_one_by_one_and_are_not_made_twice(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    asked(opened, 5, 1).render_button.click()
    asked(opened, 5, 1).render_button.click()
    assert opened.statusBar().currentMessage() == "This picture is being made already"
    first, second, _ = opened.renderer.open
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    opened.renderer.cancel(second)
    opened.renderer.cancel(first)
    fusion.release.set()
    qtbot.waitUntil(lambda: names(opened) == ["Slab 3 (frames 9–12)"])
    opened.side.outputs.remove_requested.emit(opened.side.outputs.current)
    assert names(opened) == []
    opened.actions_.undo.trigger()
    assert names(opened) == ["Slab 3 (frames 9–12)"]
