"""The real jobs behind the window with a model that is quick, and waiting for what they refine."""

from __future__ import annotations

import threading

from pytestqt.qtbot import QtBot

from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.model import FloatArray, Fused
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.first_look import FirstLook
from focusstack_app.jobs.fuse import fuse_stack
from focusstack_app.jobs.viewport import Viewport, open_after
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.refining import Quality
from focusstack_app.ui.services import Services
from tests.helpers.models import UnevenModel

PATIENCE_MS = 60_000


class Jobs:
    """The real jobs with a model that is quick.

    `release` holds the model up, but for what it does when opened, `may_open` the reading at full
    size.
    """

    def __init__(self) -> None:
        self.release = threading.Event()
        self.release.set()
        self.may_open = threading.Event()
        self.may_open.set()
        self.opening = False
        self.opened: list[FusionRequest] = []
        self.fused: list[FusionRequest] = []
        self.error: Exception | None = None

    def load(self, _request: FusionRequest) -> UnevenModel:
        jobs = self

        class Held(UnevenModel):
            def fuse(self, latents: FloatArray) -> Fused:
                assert jobs.opening or jobs.release.wait(20)
                return super().fuse(latents)

        return Held(tile_px=256)

    def fuse(self, request: FusionRequest, progress: Progress) -> FusionResult:
        self.fused.append(request)
        return fuse_stack(request, progress, self.load)

    def services(self) -> Services:
        """They, for a window."""
        return Services(fuse_stack=self.fuse, first_look=self.first_look, open_viewport=self.open)

    def first_look(self, request: FusionRequest, preview: FusionResult) -> FirstLook:
        return FirstLook(request, preview, self.load)

    def open(self, first: FirstLook, progress: Progress) -> Viewport:
        self.opened.append(first.request)
        while not self.may_open.wait(0.01):
            progress.checkpoint()
        if self.error is not None:
            raise self.error
        self.opening = True
        try:
            return open_after(first, progress)
        finally:
            self.opening = False


def refined(window: MainWindow, qtbot: QtBot) -> None:
    """Wait until what is looked at has full quality."""
    refiner = window.stage.refiner
    qtbot.waitUntil(lambda: refiner.quality is Quality.FULL, timeout=PATIENCE_MS)


def rendered(window: MainWindow, count: int, qtbot: QtBot) -> FusionResult:
    """The last of so many outputs."""
    outputs = window.side.outputs
    qtbot.waitUntil(lambda: len(outputs.outputs) == count, timeout=PATIENCE_MS)
    return outputs.outputs[-1].result
