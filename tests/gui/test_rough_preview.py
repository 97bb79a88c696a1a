"""Long stacks: a few frames first."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import Mode
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.previewing import ROUGH_FRAMES, ROUGH_SIDE_PX, Preview
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion, toggle

COUNT = 55


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    return write_stack(tmp_path / "bracket", COUNT)


@pytest.fixture
def rough(window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot) -> MainWindow:
    """The window with a rough preview; that of all frames waits for `release`."""
    window.previewer.roughly_ready.connect(lambda _: fusion.release.clear())
    fusion.warnings = ("frame_3.png is the same picture as frame_2.png.",)
    window.open_paths(frames)
    qtbot.waitUntil(lambda: len(fusion.previews) == 2)
    return window


def _shown(window: MainWindow) -> Preview:
    preview = window.previewer.preview
    assert preview is not None
    assert window.viewer.picture is preview.picture
    return preview


def test_a_few_frames_of_a_long_stack_are_shown_until_there_is_the_preview_of_all(
    rough: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    few, every = fusion.previews
    sources = every.stack.sources
    assert len(few.stack) == ROUGH_FRAMES
    assert few.stack.sources == sources[::3]
    assert few.stack.sources[few.stack.reference] is sources[every.stack.reference]
    assert (few.rough, few.max_side_px, few.mode) == (True, ROUGH_SIDE_PX, Mode.STRICT)
    assert (every.rough, every.mode) == (False, Mode.FAITHFUL)
    assert _shown(rough).request is few
    qtbot.waitUntil(lambda: rough.caption() == "Rough preview: 19 of 55 frames · preview 62 %")
    assert rough.viewer.note == ""
    assert not rough.banner.isVisible()
    rough.viewer.show_actual_pixels()
    scale, centre = rough.viewer.scale, rough.viewer.centre
    fusion.release.set()
    qtbot.waitUntil(lambda: not rough.previewer.busy)
    assert _shown(rough).request is every
    assert (rough.viewer.scale, rough.viewer.centre) == (scale, centre)
    assert rough.caption().startswith(("Preview", "Quick preview"))
    assert rough.banner.message == fusion.warnings[0]
    assert len(fusion.previews) == 2


def test_a_rough_preview_is_called_so_beside_a_frame(rough: MainWindow) -> None:
    rough.filmstrip.choose(1)
    assert [other.name for other in rough.stage.others] == ["Rough preview"]


def test_a_change_stops_the_preview_of_all_and_begins_with_a_few_frames_again(
    rough: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    toggle(rough.frames, rough.frames.index(4))
    assert rough.caption().startswith("Preview before the change")
    qtbot.waitUntil(lambda: fusion.stopped == [fusion.previews[1].request_id])
    fusion.release.set()
    qtbot.waitUntil(lambda: len(fusion.previews) == 4)
    few, every = fusion.previews[2:]
    assert (few.rough, every.rough) == (True, False)
    assert set(few.stack.sources) < set(every.stack.sources)
    assert len(every.stack) == COUNT - 1
    assert _shown(rough).request is few


def test_what_else_is_read_waits_for_a_rough_preview(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    def thumbnails() -> int:
        rows = (window.frames.index(row) for row in range(COUNT))
        return sum(bool(row.data(Qt.ItemDataRole.DecorationRole)) for row in rows)

    def proxies() -> int:
        sources = [window.frames.source(row) for row in range(COUNT)]
        return sum(value is not None for value in window.stage.scrubber.curve(sources, 0.5, 0.5))

    fusion.release.clear()
    window.open_paths(frames)
    qtbot.waitUntil(lambda: thumbnails() == 16)
    qtbot.wait(100)
    assert (thumbnails(), proxies()) == (16, 0)
    fusion.release.set()
    qtbot.waitUntil(lambda: (thumbnails(), proxies()) == (COUNT, COUNT))


def test_a_change_stops_a_rough_preview(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    fusion.release.clear()
    window.open_paths(frames)
    qtbot.waitUntil(lambda: len(fusion.previews) == 1)
    toggle(window.frames, window.frames.index(0))
    qtbot.waitUntil(lambda: fusion.stopped == [fusion.previews[0].request_id])
    fusion.release.set()
    qtbot.waitUntil(lambda: window.previewer.preview is not None and not window.previewer.busy)
    assert [len(request.stack) for request in fusion.previews] == [19, 19, COUNT - 1]


def test_what_a_change_shows_is_never_rougher_than_what_is_shown(
    rough: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.set()
    qtbot.waitUntil(lambda: not rough.previewer.busy)
    toggle(rough.frames, rough.frames.index(4))
    qtbot.waitUntil(lambda: not rough.previewer.busy)
    assert [request.rough for request in fusion.previews] == [True, False, False]


def test_a_render_takes_nothing_from_a_rough_preview_which_is_not_made_again_after_it(
    rough: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    rough.render_stack()
    assert rough.previewer.held
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    assert (len(fusion.renders[0].stack), fusion.renders[0].registration) == (COUNT, None)
    fusion.release.set()
    qtbot.waitUntil(lambda: not rough.previewer.busy)
    assert [request.rough for request in fusion.previews] == [True, False, False]


def test_a_shorter_stack_has_no_rough_preview(
    window: MainWindow, fusion: FakeFusion, frames: list[Path], qtbot: QtBot
) -> None:
    window.open_paths(frames[:49])
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    assert [(len(request.stack), request.rough) for request in fusion.previews] == [(49, False)]
