"""Renders at full size, one after the other, each as it was asked for."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Signal

from focusstack_app.core.errors import FocusStackError
from focusstack_app.core.fusion import FusionRequest, FusionResult
from focusstack_app.core.message import message
from focusstack_app.core.progress import GIVING_WAY, RESTING, Progress
from focusstack_app.jobs.viewport import Viewport
from focusstack_app.ui.bridge import Bridge, Lane, Task
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services
from focusstack_app.ui.translation import said
from focusstack_app.ui.wording import without_folder

_FUSION_SHARE = 0.98  # of the progress; the rest prepares the picture for the screen


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A finished render.

    Attributes:
        result: The picture and its story.
        picture: The same for the screen.
        seconds: Wall clock that it took, without pauses.
    """

    result: FusionResult
    picture: DisplayPicture
    seconds: float


class RenderState(Enum):
    """Where a render stands."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True, eq=False)
class Render:
    """One render that was asked for.

    Attributes:
        request: What was asked.
        state: Where it stands.
        fraction: Share that is done, 0 to 1.
        stage: What is being done; `RESTING` while it is paused.
        news: What came of it, once it is over.
    """

    request: FusionRequest
    state: RenderState = RenderState.WAITING
    fraction: float = 0.0
    stage: str = ""
    news: str = ""
    _worked_s: float = 0.0
    _since_s: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (RenderState.DONE, RenderState.FAILED)

    @property
    def done(self) -> bool:
        """Whether there is an output of it."""
        return self.state is RenderState.DONE

    @property
    def elapsed_s(self) -> float:
        """Seconds that it worked so far, without pauses."""
        running = 0.0 if self._since_s is None else time.monotonic() - self._since_s
        return self._worked_s + running

    def advance(self, fraction: float, stage: str) -> None:
        """Take progress in; the clock stands while it rests or gives way."""
        if stage in (RESTING, said(GIVING_WAY)):
            self.stand()
        else:
            self.go()
        self.fraction, self.stage = fraction, stage

    def go(self) -> None:
        """Let the clock run."""
        if self._since_s is None:
            self._since_s = time.monotonic()

    def stand(self) -> None:
        """Stop the clock."""
        self._worked_s, self._since_s = self.elapsed_s, None

    def is_for(self, request: FusionRequest) -> bool:
        """Whether a request would give the same picture."""
        mine, other = (
            dataclasses.replace(asked, request_id="", registration=None)
            for asked in (self.request, request)
        )
        return mine == other


class Renderer(QObject):
    """Runs renders on the device in the order in which they were asked for, previews in between.

    Args:
        bridge: Runs the work.
        services: What does it.
        viewport_for: Asked as a render begins: what is at hand for it from the preview. It is
            closed on the lane of the device only, so not before the render ends.
        parent: Of Qt.

    Signals:
        changed: A render was added, moved on, ended or went, or `paused` is another.
        rendered: A `Render` and its `Rendered`.
        failed: The error of a render.
        over: No render is open any more; comes last.
    """

    changed = Signal()
    rendered = Signal(object, object)
    failed = Signal(object)
    over = Signal()

    def __init__(
        self,
        bridge: Bridge,
        services: Services,
        viewport_for: Callable[[FusionRequest], Viewport | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._viewport_for = viewport_for
        self._renders: list[Render] = []
        self._task: Task | None = None
        self.paused = False

    @property
    def renders(self) -> tuple[Render, ...]:
        """Those that are open, those of the same round that are over, and what failed in it."""
        return tuple(self._renders)

    @property
    def open(self) -> tuple[Render, ...]:
        """Those that are not over; the first of them runs, or is next."""
        return tuple(render for render in self._renders if not render.over)

    @property
    def busy(self) -> bool:
        """Whether a render is open."""
        return bool(self.open)

    @property
    def working(self) -> bool:
        """Whether renders are made, and do not rest."""
        return self.busy and not self.paused

    def add(self, request: FusionRequest) -> None:
        """Render this after those that are open; where none is, forget the last round."""
        if not self.busy:
            self._renders.clear()
        self._renders.append(Render(request))
        self._next()
        self.changed.emit()

    def pause(self) -> None:
        """Rest at the next checkpoint, and begin nothing; memory stays taken meanwhile."""
        self.paused = self.busy
        if self._task is not None:
            self._task.pause()
        self.changed.emit()

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        if self._task is not None:
            self._task.resume()
        self._next()
        self.changed.emit()

    def cancel(self, render: Render) -> None:
        """Stop it at its next checkpoint, drop it at once while it waits; nothing is kept."""
        if render.state is RenderState.RUNNING:
            render.state = RenderState.STOPPING
            if self._task is not None:
                self._task.cancel()
        elif render.state is RenderState.WAITING:
            self._renders.remove(render)
            self._end()
        self.changed.emit()

    def cancel_all(self) -> None:
        """Stop the one that runs and drop those that wait."""
        for render in reversed(self.open):
            self.cancel(render)

    def forget(self, render: Render) -> None:
        """Drop one that is over."""
        if render.over and render in self._renders:
            self._renders.remove(render)
            self.changed.emit()

    def _next(self) -> None:
        if self._task is not None or self.paused or not self.busy:
            return
        render = self.open[0]
        render.state = RenderState.RUNNING
        render.go()
        request = render.request
        viewport = self._viewport_for(request)
        fuse = self._services.fuse_stack if viewport is None else viewport.render

        def work(progress: Progress) -> tuple[FusionResult, DisplayPicture]:
            result = fuse(request, progress.sub(0.0, _FUSION_SHARE))
            progress.report(_FUSION_SHARE, message("Preparing the view"))
            picture = prepare(result.picture, result.icc_profile, checkpoint=progress.checkpoint)
            return result, picture

        task = self._task = self._bridge.submit(Lane.DEVICE, work)
        task.progressed.connect(lambda fraction, stage: self._on_progress(render, fraction, stage))
        task.succeeded.connect(lambda made: self._on_done(render, *made))
        task.failed.connect(lambda error: self._on_failed(render, error))
        task.cancelled.connect(lambda: self._renders.remove(render))
        task.finished.connect(self._on_finished)

    def _on_progress(self, render: Render, fraction: float, stage: str) -> None:
        render.advance(fraction, stage)
        self.changed.emit()

    def _on_done(self, render: Render, result: FusionResult, picture: DisplayPicture) -> None:
        render.stand()
        render.state, render.fraction = RenderState.DONE, 1.0
        self.rendered.emit(render, Rendered(result, picture, render.elapsed_s))

    def _on_failed(self, render: Render, error: Exception) -> None:
        render.state, render.news = RenderState.FAILED, self.tr("Something went wrong.")
        if isinstance(error, FocusStackError):
            folder = render.request.stack.sources[0].path.parent
            render.news = without_folder(said(error.message), folder)
        self.failed.emit(error)

    def _on_finished(self) -> None:
        self._task = None
        self._next()
        self._end()
        self.changed.emit()

    def _end(self) -> None:
        """Say that it is over, if it is; then only what failed is still to be read."""
        if not self.busy:
            self._renders = [render for render in self._renders if not render.done]
            self.paused = False
            self.over.emit()
