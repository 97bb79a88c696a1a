"""The render at full size: one at a time, with everything captured when it starts."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import Bridge, Lane, Task
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services

_FUSION_SHARE = 0.98  # of the progress; the rest prepares the picture for the screen


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A finished render.

    Attributes:
        result: The picture and its story.
        picture: The same for the screen.
        seconds: Wall clock from Render to here.
    """

    result: FusionResult
    picture: DisplayPicture
    seconds: float


class Renderer(QObject):
    """Runs a render on the device.

    Signals:
        advanced: Fraction, 0 to 1, and what is being done.
        rendered: A `Rendered`.
        failed: The error.
        stopped: It was cancelled.
        over: It ended, in whatever way; comes last.
    """

    advanced = Signal(float, str)
    rendered = Signal(object)
    failed = Signal(object)
    stopped = Signal()
    over = Signal()

    def __init__(self, bridge: Bridge, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._task: Task | None = None

    @property
    def busy(self) -> bool:
        """Whether a render runs, or is being stopped."""
        return self._task is not None

    def start(self, request: FusionRequest) -> None:
        """Render this.

        Raises:
            RuntimeError: If one runs already.
        """
        if self.busy:
            raise RuntimeError("a render runs already")
        started_at_s = time.monotonic()

        def work(progress: Progress) -> Rendered:
            result = self._services.fuse_stack(request, progress.sub(0.0, _FUSION_SHARE))
            progress.report(_FUSION_SHARE, "Preparing the view")
            picture = prepare(result.picture, result.icc_profile, checkpoint=progress.checkpoint)
            return Rendered(result, picture, time.monotonic() - started_at_s)

        task = self._task = self._bridge.submit(Lane.DEVICE, work)
        task.progressed.connect(self.advanced)
        task.succeeded.connect(self.rendered)
        task.failed.connect(self.failed)
        task.cancelled.connect(self.stopped)
        task.finished.connect(self._on_finished)

    def stop(self) -> None:
        """Stop at the next checkpoint; nothing is kept."""
        if self._task is not None:
            self._task.cancel()

    def _on_finished(self) -> None:
        self._task = None
        self.over.emit()
