from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import DeviceMemoryError, InputError
from focusstack_app.core.fusion import FusionRequest, FusionResult, Method
from focusstack_app.core.progress import Progress
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.dialogs import ReportDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, child, render, toggle


def test_a_render_becomes_an_output_and_is_shown(opened: MainWindow, qtbot: QtBot) -> None:
    render(opened, qtbot)
    output = opened.side.outputs.current
    assert output is not None
    assert output.result.request.max_side_px is None
    assert opened.caption() == "Output 1 · 96 × 64 · VAEEDOF faithful"
    picture = opened.viewer.picture
    assert picture is not None
    assert picture.full_size_px == (96, 64)
    message = opened.statusBar().currentMessage()
    assert message.startswith("Output 1: 3 frames in ")
    assert message.endswith(" s on CPU")
    assert not opened.side.render_panel.rows
    assert opened.isWindowModified()


def test_progress_is_shown_and_never_goes_back(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    values: list[int] = []
    panel = opened.side.render_panel
    fusion.release.clear()
    opened.render_stack()
    row = next(iter(panel.rows.values()))
    row.bar.valueChanged.connect(values.append)
    assert row.title.whole == "VAEEDOF faithful, 3 frames · bracket"
    qtbot.waitUntil(lambda: row.status.whole == "Fusing tile 11 · 49 %")
    assert row.bar.isVisible()
    fusion.release.set()
    qtbot.waitUntil(lambda: bool(opened.side.outputs.outputs))
    assert values == sorted(values)
    assert len(values) >= 1


def test_esc_stops_the_render_and_leaves_nothing(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    QTest.keyClick(opened, Qt.Key.Key_Escape)
    panel = opened.side.render_panel
    assert not panel.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: not panel.cancel_button.isVisible())
    assert fusion.stopped == [fusion.renders[0].request_id]
    assert opened.side.outputs.outputs == ()
    assert not panel.rows
    fusion.release.set()
    render(opened, qtbot)


def test_a_render_keeps_what_was_included_when_it_started(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    fusion.holds_previews = False
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert len(fusion.previews[1].stack) == 2
    assert opened.renderer.busy  # the preview did not wait for it
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    output = opened.side.outputs.current
    assert output is not None
    assert len(output.result.request.stack) == 3


def test_a_failed_render_says_why_and_leaves_nothing(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.error = DeviceMemoryError("The card has too little memory.", "Choose the CPU.")
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.banner.message == "The card has too little memory.")
    assert opened.side.outputs.outputs == ()
    (row,) = opened.side.render_panel.rows.values()
    assert row.status.whole == "The card has too little memory."
    assert opened.side.render_panel.render_button.isEnabled()


def test_a_render_whose_frame_is_gone_says_which_before_its_line_is_cut(
    opened: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    fusion.error = InputError(f"{frames[1]} does not exist.", "Was it moved or renamed?")
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.banner.message == f"{frames[1]} does not exist.")
    (row,) = opened.side.render_panel.rows.values()
    assert row.status.whole == "frame_2.png does not exist."


def test_a_bug_is_shown_with_a_report_to_copy(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    fusion.error = ZeroDivisionError("a bug")
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.banner.message != "")
    caplog.clear()
    details = child(opened.banner, QPushButton)
    details.click()
    report = child(opened, ReportDialog)
    text = child(report, QPlainTextEdit)
    assert "ZeroDivisionError: a bug" in text.toPlainText()
    report.close()


def test_warnings_of_a_render_are_seen(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.warnings = ("One frame is a stack of its own.",)
    render(opened, qtbot)
    assert opened.banner.message == "One frame is a stack of its own."


@pytest.mark.parametrize(
    ("count", "hint"),
    [
        (5, "Trouble 1. Trouble 2. Trouble 3. Trouble 4."),
        (100, "Trouble 1. Trouble 2. Trouble 3. There are 96 more warnings."),
    ],
)
def test_of_many_warnings_the_first_are_shown(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot, count: int, hint: str
) -> None:
    fusion.warnings = tuple(f"Trouble {number}." for number in range(count))
    render(opened, qtbot)
    assert opened.banner.accessibleName() == f"Trouble 0. {hint}"


def test_what_is_wrong_with_the_frames_is_said_before_the_render_and_once(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.warnings = ("Two frames are the same.",)
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: opened.banner.message == "Two frames are the same.")
    fusion.release.clear()
    opened.render_stack()
    assert opened.banner.message == "Two frames are the same."
    opened.banner.hide()
    fusion.release.set()
    qtbot.waitUntil(lambda: bool(opened.side.outputs.outputs))
    assert opened.banner.message == ""
    opened.side.parameters.method.choose(Method.PYRAMID)
    qtbot.waitUntil(lambda: len(fusion.previews) == 3 and not opened.previewer.busy)
    assert opened.banner.message == ""
    fusion.warnings = ("One frame moved.",)
    toggle(opened.frames, opened.frames.index(1))
    qtbot.waitUntil(lambda: opened.banner.message == "One frame moved.")
    fusion.warnings = ()
    toggle(opened.frames, opened.frames.index(1))
    qtbot.waitUntil(lambda: opened.banner.message == "")


def test_what_was_left_out_does_not_hide_what_is_wrong_with_the_others(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    fusion.warnings = ("Two frames are the same.",)
    (frames[0].parent / "cut.png").write_bytes(b"")
    window.open_paths([frames[0].parent])
    qtbot.waitUntil(lambda: window.banner.message == "Two frames are the same.")
    assert "1 file left out." in window.banner.accessibleName()
    assert "cut.png" in window.banner.accessibleName()


def test_what_could_not_be_said_before_the_render_is_said_after_it(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    opened.banner.say(Tone.NOTE, "Something else.")
    fusion.warnings = ("Two frames are the same.",)
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: len(fusion.previews) == 2 and not opened.previewer.busy)
    assert opened.banner.message == "Something else."
    render(opened, qtbot)
    assert opened.banner.message == "Two frames are the same."


def test_every_render_is_kept_with_its_parameters(opened: MainWindow, qtbot: QtBot) -> None:
    render(opened, qtbot)
    toggle(opened.frames, opened.frames.index(0))
    opened.side.parameters.set_parameters(Parameters(method=Method.PYRAMID))
    render(opened, qtbot)
    first, second = opened.side.outputs.outputs
    assert first.result.request.method is Method.VAEEDOF
    assert second.result.request.method is Method.PYRAMID
    assert opened.caption().startswith("Output 2")
    opened.show_view(View.PREVIEW)
    opened.side.outputs.setCurrentRow(0)
    opened.side.outputs.itemClicked.emit(opened.side.outputs.item(0))
    assert opened.caption().startswith("Output 1")

    def first_is_shown() -> bool:
        picture = opened.viewer.picture
        return picture is not None and int(picture.memory[0][0, 0, 0]) == round(3000 / 257)

    qtbot.waitUntil(first_is_shown)


def test_the_status_bar_follows_the_selected_output(
    make_window: MakeWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        result = fusion(request, progress)
        return replace(result, device=f"card {len(fusion.renders)}")

    window = make_window(Services(fuse_stack=fuse))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    render(window, qtbot)
    render(window, qtbot)
    bar, outputs = window.statusBar(), window.side.outputs
    facts = [label for label in bar.findChildren(QLabel) if "3 frames" in label.text()]
    for row in (1, 0):
        outputs.setCurrentRow(row)
        outputs.itemClicked.emit(outputs.item(row))
        assert bar.currentMessage().startswith(f"Output {row + 1}: 3 frames in ")
        assert bar.currentMessage().endswith(f" on card {row + 1}")
        assert [label.text().split(" · ")[-1].strip() for label in facts] == [f"card {row + 1}"]


def test_the_real_fusion_renders_and_the_real_export_writes(
    make_window: MakeWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make_window(Services())
    frames = write_stack(tmp_path / "real", 3, width_px=160, height_px=128)
    window.side.parameters.set_parameters(Parameters(method=Method.PYRAMID))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=20_000)
    assert window.banner.message == ""
    window.render_stack()
    qtbot.waitUntil(lambda: bool(window.side.outputs.outputs), timeout=20_000)
    output = window.side.outputs.outputs[0]
    target = tmp_path / "out.tif"
    window.exporter.write(output, target)
    qtbot.waitUntil(lambda: output.exported_to == target, timeout=20_000)
    written = tifffile.imread(target)
    assert written.dtype == np.uint16
    assert np.array_equal(written, output.result.picture)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
