"""What can be done at the moment, and only that, is offered."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from focusstack_app.ui.main_window import MainWindow
from tests.helpers.retouching import begin
from tests.helpers.windows import FakeFusion, toggle


def offered(window: MainWindow) -> set[str]:
    actions = window.actions_
    names = ("stop", "include_all", "loupe", "frame_before", "frame_next", "add_frames", "fit")
    return {name for name in names if getattr(actions, name).isEnabled()}


def test_an_empty_window_offers_what_opens_something(window: MainWindow) -> None:
    assert offered(window) == set()
    assert window.actions_.open_files.isEnabled()


def test_frames_are_offered_where_there_are_several(opened: MainWindow) -> None:
    steps = {"frame_before", "frame_next"}
    assert offered(opened) == {"loupe", "add_frames", "fit", *steps}
    toggle(opened.frames, opened.frames.index(0))
    assert "include_all" in offered(opened)
    opened.actions_.include_all.trigger()
    assert "include_all" not in offered(opened)
    opened.filmstrip.select([0, 1])
    opened.remove_frames()
    assert offered(opened) == {"loupe", "add_frames", "fit"}


def test_stop_is_offered_while_something_can_be_left(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    assert "stop" in offered(opened)
    fusion.release.set()
    qtbot.waitUntil(lambda: "stop" not in offered(opened))
    opened.filmstrip.mark(1)
    opened.stage.source = opened.frames.source(1)
    begin(opened, qtbot)
    assert {"stop", "frame_next"} <= offered(opened)
    opened.actions_.stop.trigger()
    assert not opened.retouch.active
    assert "stop" not in offered(opened)
    opened.actions_.full_screen.setChecked(True)
    assert "stop" in offered(opened)
    opened.actions_.stop.trigger()
    assert "stop" not in offered(opened)
