"""Once nothing is asked, what may be looked at is prepared before anybody looks."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.viewport import Viewport
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.refining import Quality
from tests.helpers.refining import PATIENCE_MS, Jobs, refined, rendered

pytestmark = pytest.mark.usefixtures("soon_idle")


@pytest.fixture
def soon_idle(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle work begins early, and goes on once it is let."""
    jobs.may_open.clear()
    monkeypatch.setattr("focusstack_app.ui.refining._IDLE_MS", 100)


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focusstack_app.jobs.budget.default_budget_bytes", lambda: 10**8)


def test_it_is_ready_when_somebody_looks(previewed: MainWindow, jobs: Jobs, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(jobs.opened) == 1, timeout=PATIENCE_MS)
    quick = "Quick preview · zoom in for full quality · VAEEDOF faithful"
    assert previewed.caption() == quick
    before = previewed.viewer.picture
    jobs.may_open.set()
    qtbot.waitUntil(lambda: previewed.viewer.picture is not before, timeout=PATIENCE_MS)
    assert previewed.caption() == quick
    jobs.may_open.clear()
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    assert len(jobs.opened) == 1


def test_the_rest_is_made_as_well(
    previewed: MainWindow,
    jobs: Jobs,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where nobody looks, too; a look stops it, and it goes on afterwards."""
    finish, stopped, done = Viewport.finish, threading.Event(), threading.Event()
    begun = threading.Event()

    def slowly(self: Viewport, progress: Progress) -> None:
        try:
            while not begun.is_set():
                begun.wait(0.01)
                progress.checkpoint()
        except Cancelled:
            stopped.set()
            raise
        finish(self, progress)
        done.set()

    monkeypatch.setattr(Viewport, "finish", slowly)
    jobs.may_open.set()
    refiner = previewed.stage.refiner
    before = previewed.viewer.picture
    qtbot.waitUntil(lambda: previewed.viewer.picture is not before, timeout=PATIENCE_MS)
    qtbot.wait(300)
    previewed.viewer.show_actual_pixels()
    refined(previewed, qtbot)
    assert stopped.is_set()
    begun.set()
    qtbot.waitUntil(done.is_set, timeout=PATIENCE_MS)
    assert refiner.quality is Quality.FULL
    assert len(jobs.opened) == 1
    previewed.render_stack()
    assert {"align", "encode"} <= set(rendered(previewed, 1, qtbot).reused)


def test_a_render_stops_it(previewed: MainWindow, jobs: Jobs, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(jobs.opened) == 1, timeout=PATIENCE_MS)
    previewed.render_stack()
    qtbot.waitUntil(lambda: bool(previewed.side.outputs.outputs), timeout=PATIENCE_MS)
    qtbot.wait(300)
    assert len(jobs.opened) == 1  # not again while the result is looked at


def test_what_goes_wrong_is_told_to_who_looks_only(
    previewed: MainWindow, jobs: Jobs, qtbot: QtBot
) -> None:
    jobs.error = InputError("frame_2.png is gone.", "Open the stack again.")
    jobs.may_open.set()
    qtbot.waitUntil(lambda: len(jobs.opened) == 1, timeout=PATIENCE_MS)
    qtbot.wait(400)
    assert len(jobs.opened) == 1
    assert previewed.banner.message != "frame_2.png is gone."
    previewed.viewer.show_actual_pixels()
    qtbot.waitUntil(lambda: previewed.banner.message == "frame_2.png is gone.")


@pytest.mark.usefixtures("little_memory", "previewed")
def test_a_stack_that_does_not_fit_in_memory_waits_for_the_look(jobs: Jobs, qtbot: QtBot) -> None:
    qtbot.wait(400)
    assert jobs.opened == []
