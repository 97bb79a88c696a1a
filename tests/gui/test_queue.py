from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import Mode
from focusstack_app.ui import window_frame
from focusstack_app.ui.dialogs import PROGRAM_NAME
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.render_panel import RenderRow
from focusstack_app.ui.view_bar import View
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, press, toggle

MODES = (Mode.FAITHFUL, Mode.STRICT, Mode.GENERATIVE)


@pytest.fixture
def queued(opened: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> MainWindow:
    """Three renders: the first is held up in its middle, the others wait."""
    fusion.release.clear()
    for mode in MODES:
        opened.side.parameters.set_parameters(Parameters(mode=mode))
        opened.actions_.render.trigger()
    qtbot.waitUntil(lambda: rows(opened)[0].status.whole == "Fusing tile 11 · 49 %")
    return opened


def rows(window: MainWindow) -> list[RenderRow]:
    return list(window.side.render_panel.rows.values())


def status(window: MainWindow) -> list[str]:
    return [row.status.whole for row in rows(window)]


def made(window: MainWindow) -> list[Mode]:
    return [output.result.request.mode for output in window.side.outputs.outputs]


def test_renders_line_up_and_keep_what_was_asked(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    assert status(queued)[1:] == ["Waiting", "Waiting"]
    assert all(row.visibleRegion().boundingRect() == row.rect() for row in rows(queued)[:2])
    assert [row.title.whole for row in rows(queued)] == [
        "VAEEDOF faithful, 3 frames · bracket",
        "VAEEDOF strict, 3 frames · bracket",
        "VAEEDOF generative, 3 frames · bracket",
    ]
    toggle(queued.frames, queued.frames.index(0))
    queued.side.parameters.set_parameters(Parameters())
    assert len(fusion.renders) == 1
    seen: list[list[str]] = []
    queued.renderer.changed.connect(
        lambda: seen.append([text.split(",")[0] for text in status(queued)])
    )
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert made(queued) == list(MODES)
    assert [len(request.stack) for request in fusion.renders] == [3, 3, 3]
    assert any(texts[:2] == ["Output 1 is finished", "Output 2 is finished"] for texts in seen)
    assert status(queued) == []
    assert queued.caption().startswith("Output 3")
    qtbot.waitUntil(lambda: not queued.previewer.busy)
    assert len(fusion.previews[-1].stack) == 2


def test_the_same_picture_is_not_asked_for_twice(
    queued: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(window_frame, "MENTION_MS", 50)
    queued.actions_.render.trigger()
    assert len(rows(queued)) == 3
    assert "already" in queued.statusBar().currentMessage()
    qtbot.waitUntil(lambda: not queued.statusBar().currentMessage())  # it holds for a moment only


def test_one_that_waits_and_one_that_runs_are_cancelled(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    rows(queued)[1].close_button.click()
    assert len(rows(queued)) == 2
    rows(queued)[0].close_button.click()
    assert status(queued) == ["Stopping…", "Waiting"]
    qtbot.waitUntil(lambda: len(fusion.renders) == 2)
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert made(queued) == [Mode.GENERATIVE]
    assert fusion.stopped == [fusion.renders[0].request_id]


def test_esc_stops_only_the_one_that_runs(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    QTest.keyClick(queued, Qt.Key.Key_Escape)
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert made(queued) == [Mode.STRICT, Mode.GENERATIVE]


def test_cancel_all_leaves_nothing(queued: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> None:
    button = queued.side.render_panel.cancel_button
    assert button.text() == "Cancel All"
    button.click()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert rows(queued) == []
    assert made(queued) == []
    assert len(fusion.renders) == 1
    assert not button.isVisible()


def test_pause_rests_in_the_middle_and_goes_on(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    panel = queued.side.render_panel
    panel.pause_button.click()
    qtbot.waitUntil(lambda: status(queued)[0] == "Paused at 49 %")
    render = queued.renderer.renders[0]
    worked_s = render.elapsed_s
    fusion.release.set()
    qtbot.wait(150)
    assert status(queued) == ["Paused at 49 %", "Waiting", "Waiting"]
    assert render.elapsed_s == worked_s
    assert panel.pause_button.text() == "Resume"
    panel.pause_button.click()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert made(queued) == list(MODES)
    assert panel.pause_button.text() == "Pause"
    assert not queued.renderer.paused


def test_while_paused_nothing_begins(queued: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> None:
    queued.side.render_panel.pause_button.click()
    rows(queued)[0].close_button.click()
    qtbot.waitUntil(lambda: len(rows(queued)) == 2)
    fusion.release.set()
    qtbot.wait(50)
    assert status(queued) == ["Waiting", "Waiting"]
    queued.side.render_panel.pause_button.click()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert made(queued) == [Mode.STRICT, Mode.GENERATIVE]


def test_a_failure_stays_to_be_read_and_the_others_go_on(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.error = InputError("frame_2.png cannot be read.", "Leave it out.")
    fusion.release.set()
    qtbot.waitUntil(lambda: status(queued)[0] == "frame_2.png cannot be read.")
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert status(queued) == ["frame_2.png cannot be read."] * 3


def test_what_failed_is_closed_or_goes_with_the_next_round(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.error = InputError("frame_2.png cannot be read.", "Leave it out.")
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    rows(queued)[1].close_button.click()
    assert [row.title.whole.split()[1] for row in rows(queued)] == ["faithful,", "generative,"]
    fusion.error = None
    fusion.release.clear()
    queued.actions_.render.trigger()
    assert len(rows(queued)) == 1
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)


def test_what_is_looked_at_stays_while_others_follow(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    queued.filmstrip.choose(1)
    shown: list[str] = []
    queued.renderer.rendered.connect(lambda *_: shown.append(queued.caption()))
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert shown[:2] == ["Source 2 of 3 · frame_2.png"] * 2
    assert queued.caption().startswith("Output 3")


def test_a_render_that_ends_does_not_disturb_a_retouch(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    fusion.release.clear()
    queued.side.parameters.set_parameters(Parameters(overlap=0.5))
    queued.actions_.render.trigger()
    queued.side.outputs.setCurrentRow(0)
    queued.actions_.retouch.trigger()
    assert queued.caption() == "Retouch of Output 1"
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert len(queued.side.outputs.outputs) == 4
    assert queued.caption() == "Retouch of Output 1"
    queued.retouch.cancel()
    assert queued.caption().startswith("Output 1")


def test_another_stack_is_opened_meanwhile(
    queued: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    queued.open_paths(write_stack(tmp_path / "other", 2))
    qtbot.waitUntil(lambda: queued.frames.rowCount() == 2)
    queued.actions_.render.trigger()
    assert rows(queued)[3].title.whole == "VAEEDOF generative, 2 frames · other"
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert [len(request.stack) for request in fusion.renders] == [3, 3, 3, 2]


@pytest.mark.parametrize("view", [View.PREVIEW, View.SOURCE])
def test_what_is_made_of_another_stack_does_not_take_the_view(
    queued: MainWindow, fusion: FakeFusion, tmp_path: Path, view: View, qtbot: QtBot
) -> None:
    fusion.holds_previews = False
    queued.open_paths(write_stack(tmp_path / "other", 2))
    qtbot.waitUntil(lambda: queued.frames.rowCount() == 2 and not queued.previewer.busy)
    assert fusion.previews[-1].stack == queued.frames.stack()  # while the render is held up
    fusion.warnings = ("One frame moved.",)  # of the stack that is not looked at
    queued.show_view(view)
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    outputs = queued.side.outputs.outputs
    assert len(outputs) == 3
    assert queued.stage.view is view
    assert queued.banner.message == "Output 3 of bracket is finished."
    preview = queued.previewer.preview
    assert preview is not None
    shows_it = queued.viewer.picture is preview.picture
    assert shows_it == (view is View.PREVIEW)
    button = next(b for b in queued.banner.findChildren(QPushButton) if b.isVisible())
    assert button.text() == "Show It"
    button.click()
    assert queued.side.outputs.current is outputs[2]
    assert queued.caption().startswith("Output 3")
    assert queued.banner.message == ""


def test_it_is_not_announced_over_what_is_wrong_with_the_open_stack(
    queued: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    queued.open_paths(write_stack(tmp_path / "other", 2))
    qtbot.waitUntil(lambda: queued.frames.rowCount() == 2)
    queued.warn(["A frame is missing."])
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert queued.banner.message == "A frame is missing."
    assert queued.statusBar().currentMessage() == "Output 3 of bracket is finished."


def test_what_is_made_of_frames_that_were_removed_is_shown(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    queued.filmstrip.selectAll()
    queued.remove_frames()
    assert not queued.viewer.isVisible()
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    assert queued.viewer.isVisible()
    assert queued.caption().startswith("Output 3")


def test_closing_asks_before_renders_are_stopped(queued: MainWindow, qtbot: QtBot) -> None:
    assert not queued.close()
    box = child(queued, QMessageBox)
    assert box.windowTitle() == PROGRAM_NAME
    assert box.text() == "3 renders are not finished."
    press(box, "Stop and Close")
    qtbot.waitUntil(lambda: not queued.isVisible())


def test_closing_goes_on_where_renders_ended_before_the_answer(
    queued: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    queued.close()
    box = child(queued, QMessageBox)
    fusion.release.set()
    qtbot.waitUntil(lambda: not queued.renderer.busy)
    press(box, "Stop and Close")
    asked = [box.text() for box in queued.findChildren(QMessageBox)]
    assert "3 outputs are not exported yet." in asked


def test_the_focus_stays_with_the_renders_when_they_end(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    """Not with the outputs, where Delete removes one."""
    panel = opened.side.render_panel
    fusion.release.clear()
    opened.render_stack()
    opened.activateWindow()
    panel.pause_button.setFocus()
    qtbot.waitUntil(panel.pause_button.hasFocus)
    opened.renderer.cancel_all()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    assert not panel.pause_button.isVisible()
    assert panel.render_button.hasFocus()
