"""The interface thread stays free whatever the others do."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.opening import OpenedStack
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from tests.gui.conftest import MakeWindow
from tests.helpers.stacks import fake_stack

# The aim is 50 ms; a loaded test machine gets some grace. Converting a picture of this size on the
# interface thread would take far longer.
LONGEST_GAP_S = 0.25


class Pulse:
    """The longest time between two turns of the event loop.

    Args:
        clock: `time.thread_time` counts the work of the interface thread alone, however loaded
            the machine is.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.longest_s = 0.0
        self._clock = clock
        self._last_s = clock()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now_s = self._clock()
        self.longest_s = max(self.longest_s, now_s - self._last_s)
        self._last_s = now_s

    def stop(self) -> None:
        self._timer.stop()


def large_window(make_window: MakeWindow, width_px: int, height_px: int) -> MainWindow:
    stack = fake_stack(3, width_px=width_px, height_px=height_px)

    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        progress.report(0.5, "Fusing")
        small = request.max_side_px is not None
        shape = (600, 900, 3) if small else (height_px, width_px, 3)
        picture = np.full(shape, 30_000, np.uint16)
        return FusionResult(request, picture, None, None, {}, "CPU", "fake", 1)

    def thumbnail(source: FrameSource, max_side_px: int) -> np.ndarray:
        del source
        return np.zeros((max_side_px * 2 // 3, max_side_px, 3), np.uint8)

    window = make_window(
        Services(
            open_stack=lambda _: OpenedStack(stack, ()), fuse_stack=fuse, read_thumbnail=thumbnail
        )
    )
    window.open_paths([stack.sources[0].path])
    return window


@pytest.mark.parametrize(("width_px", "height_px"), [(5200, 3900)])
def test_a_large_output_is_shown_without_freezing(
    make_window: MakeWindow, qtbot: QtBot, width_px: int, height_px: int
) -> None:
    pulse = Pulse()
    window = large_window(make_window, width_px, height_px)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.render_stack()
    qtbot.waitUntil(lambda: bool(window.side.outputs.outputs), timeout=20_000)
    window.viewer.show_actual_pixels()
    qtbot.wait(50)
    window.show_view(View.PREVIEW)
    window.show_view(View.OUTPUT)
    qtbot.waitUntil(lambda: window.viewer.picture is not None)
    qtbot.wait(50)
    pulse.stop()
    assert pulse.longest_s < LONGEST_GAP_S
