from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import InputError
from focusstack_app.core.fusion import Align, Method, Mode, Registration
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.previewing import PREVIEW_SIDE_PX
from focusstack_app.ui.view_bar import View
from tests.helpers.windows import FakeFusion, render, toggle


def test_an_opened_stack_is_previewed_from_proxies(opened: MainWindow, fusion: FakeFusion) -> None:
    assert [request.max_side_px for request in fusion.requests] == [PREVIEW_SIDE_PX]
    assert opened.caption() == "Quick preview · VAEEDOF faithful"
    preview = opened.previewer.preview
    assert preview is not None
    assert opened.viewer.picture is preview.picture


def test_leaving_a_frame_out_cancels_the_preview_and_starts_another(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: len(fusion.previews) == 2)
    toggle(opened.frames, opened.frames.index(1))
    qtbot.waitUntil(lambda: fusion.stopped == [fusion.previews[1].request_id])
    qtbot.waitUntil(lambda: len(fusion.previews) == 3)
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    preview = opened.previewer.preview
    assert preview is not None
    assert preview.request.request_id == fusion.previews[2].request_id
    assert [source.path.name for source in preview.request.stack.sources] == ["frame_3.png"]


def test_what_a_preview_found_out_about_the_frames_is_not_asked_again(
    window: MainWindow, frames: list[Path], fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.registration = Registration(np.stack([np.eye(3)] * 3), np.ones((3, 3)), (), (64, 96))
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    render(window, qtbot)
    assert fusion.renders[0].registration is fusion.registration
    toggle(window.frames, window.frames.index(0))
    request = window.request()
    assert request is not None
    assert request.registration is None  # of other frames
    qtbot.waitUntil(lambda: not window.previewer.busy)


def test_many_changes_at_once_cost_one_preview(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    for row in (0, 1, 0, 1, 2):
        toggle(opened.frames, opened.frames.index(row))
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert len(fusion.previews) == 2


def test_other_parameters_are_previewed(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    opened.side.parameters.mode.choose(Mode.STRICT)
    opened.side.parameters.overlap.setValue(40)
    opened.side.parameters.align.setChecked(False)
    qtbot.waitUntil(lambda: not opened.previewer.busy)
    assert fusion.previews[-1].mode is Mode.STRICT
    assert fusion.previews[-1].overlap == 0.4
    assert fusion.previews[-1].align is Align.OFF
    opened.side.parameters.method.choose(Method.PYRAMID)
    assert not opened.side.parameters.mode.isEnabled()
    qtbot.waitUntil(lambda: opened.caption() == "Quick preview · Pyramid")


def test_an_old_preview_is_not_passed_off_as_the_new_one(
    opened: MainWindow, fusion: FakeFusion
) -> None:
    fusion.release.clear()
    toggle(opened.frames, opened.frames.index(0))
    assert opened.caption().startswith("Preview before the change")


def test_without_frames_there_is_nothing_to_preview_or_render(
    opened: MainWindow, fusion: FakeFusion
) -> None:
    for row in range(3):
        toggle(opened.frames, opened.frames.index(row))
    assert opened.previewer.preview is None
    assert "no frame is included" in opened.caption()
    assert not opened.side.render_panel.render_button.isEnabled()
    opened.render_stack()
    assert fusion.renders == []


def test_a_failed_preview_says_why(opened: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> None:
    fusion.error = InputError("frame_2.png cannot be read.", "Leave it out.")
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: opened.banner.message == "frame_2.png cannot be read.")
    assert "no preview" in opened.caption()


def test_frames_that_are_gone_are_left_out_by_a_button(
    opened: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    frames[1].unlink()
    fusion.error = InputError("frame_2.png does not exist.", "Was it moved or renamed?")
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.banner.message == "frame_2.png does not exist.")
    fusion.error = None
    shown = [b for b in opened.banner.findChildren(QPushButton) if b.isVisible()]
    assert [button.text() for button in shown] == ["Leave It Out"]
    shown[0].click()
    assert not opened.banner.isVisible()
    assert [source.path for source in opened.frames.included()] == [frames[0], frames[2]]
    qtbot.waitUntil(lambda: len(fusion.previews[-1].stack) == 2)
    assert opened.actions_.undo.text() == "&Undo Leave Out 1 Frame"


def test_what_was_left_out_at_first_is_said_again_once_a_frame_is_left_out(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    (frames[0].parent / "cut.png").write_bytes(b"")
    window.open_paths([frames[0].parent])
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    frames[1].unlink()
    fusion.error = InputError("frame_2.png does not exist.", "Was it moved or renamed?")
    window.render_stack()
    qtbot.waitUntil(lambda: window.banner.message == "frame_2.png does not exist.")
    fusion.error = None
    next(b for b in window.banner.findChildren(QPushButton) if b.text() == "Leave It Out").click()
    assert window.banner.message.startswith("1 file left out.")
    assert "cut.png" in window.banner.message


def test_without_any_frame_left_nothing_is_offered(
    opened: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    for frame in frames:
        frame.unlink()
    fusion.error = InputError("frame_1.png does not exist.")
    opened.render_stack()
    qtbot.waitUntil(lambda: opened.banner.message == "frame_1.png does not exist.")
    assert not [b for b in opened.banner.findChildren(QPushButton) if b.isVisible()]


def test_a_new_preview_does_not_take_the_view_from_a_source(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    opened.filmstrip.choose(1)
    toggle(opened.frames, opened.frames.index(0))
    qtbot.waitUntil(lambda: len(fusion.previews) == 2 and not opened.previewer.busy)
    assert opened.caption() == "Source 2 of 3 · frame_2.png"
    opened.show_view(View.PREVIEW)
    preview = opened.previewer.preview
    assert preview is not None
    assert opened.viewer.picture is preview.picture


def test_while_the_preview_is_made_the_first_frame_is_shown(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    fusion.release.clear()
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.viewer.picture is not None)
    qtbot.waitUntil(lambda: window.caption() == "Source 1 of 3 · frame_1.png · preview 50 %")


def test_until_there_is_a_preview_the_picture_says_that_it_is_one_frame(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    fusion.release.clear()
    window.open_paths(frames)
    qtbot.waitUntil(lambda: "preview 50 %" in window.caption())
    assert window.viewer.note == "This is one frame; the preview of all is on its way: 50 %"
    window.show_view(View.SOURCE)
    assert window.viewer.note == ""
    window.show_view(View.PREVIEW)
    fusion.release.set()
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    assert window.viewer.note == ""


def test_a_narrow_window_keeps_the_caption_and_leaves_buttons_to_the_menus(
    opened: MainWindow,
) -> None:
    bar = opened.view_bar
    for width_px, all_there in ((1400, True), (1, False), (1400, True)):
        opened.resize(width_px, 700)
        shown = {button.text() for button in bar.findChildren(QToolButton) if button.isVisible()}
        assert ({"Fit", "100 %", "Loupe"} <= shown) is all_there
        assert {"Preview", "Source", "Output", "Overlay ▾", "Compare ▾"} <= shown
        assert bar.caption.width() >= 120
    assert opened.minimumSizeHint().width() < 960  # half of a screen


def test_a_caption_goes_on_in_a_second_line_before_it_is_cut(opened: MainWindow) -> None:
    caption = opened.view_bar.caption
    caption.set_whole("Preview · zoom for full quality · strict")
    width_px = caption.fontMetrics().horizontalAdvance
    for longest, shown in (
        ("Preview · zoom for full quality · strict", caption.whole),
        ("Preview · zoom for full quality", "Preview · zoom for full quality\nstrict"),
        ("zoom for full quality · strict", "Preview\nzoom for full quality · strict"),
    ):
        caption.resize(width_px(longest) + 1, caption.height())
        assert caption.text() == shown
        assert caption.sizeHint().height() <= caption.height()
    caption.resize(width_px("zoom for full"), caption.height())
    first, second = caption.text().splitlines()
    assert first == "Preview"
    assert second.endswith("…")
