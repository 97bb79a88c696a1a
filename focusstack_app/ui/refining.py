"""What is looked at in the preview, at full quality: the visible parts first, and only those."""

from __future__ import annotations

import dataclasses
import math
from enum import Enum
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRectF, QTimer, Signal

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.progress import Progress
from focusstack_app.core.region import Region, bounds
from focusstack_app.jobs.budget import fits_in_memory
from focusstack_app.jobs.first_look import FirstLook
from focusstack_app.jobs.viewport import Viewport
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.picture import DisplayPicture, converted, enlarged, paste
from focusstack_app.ui.previewing import PREVIEW_SIDE_PX, Preview, Previewer
from focusstack_app.ui.services import Services
from focusstack_app.ui.viewer import Viewer
from focusstack_app.ui.visible_parts import covered, together

_SETTLE_MS = 60
_IDLE_MS = 1000


class Quality(Enum):
    """Of what is visible in the preview."""

    QUICK = "quick"
    GLIMPSING = "glimpsing"
    PREPARING = "preparing"
    REFINING = "refining"
    FULL = "full"


class _Prepared(NamedTuple):
    """What the preview can be refined with: what is read first, or all of it; and its picture."""

    first: FirstLook | None
    viewport: Viewport | None
    canvas: DisplayPicture


class Refiner(QObject):
    """Makes the parts of the preview that are looked at as the render will make them.

    Of many frames, those few that are in focus there are read and fused first. All of them are read
    then, or, where they fit in memory, once nothing has been asked for a while. They are aligned
    and encoded where somebody looks, and the rest of them in such whiles. The render takes them
    from here; what is looked at meanwhile is made in its middle.

    Attributes:
        fraction: How far what is looked at is prepared, or refined, 0 to 1.

    Signals:
        changed: The quality of what is visible, or how far it is prepared.
        failed: The error; the preview stays as it is then.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        viewer: Viewer,
        previewer: Previewer,
        bridge: Bridge,
        services: Services,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._previewer = previewer
        self._bridge = bridge
        self._services = services
        self._latest = LatestTask()
        self._first: FirstLook | None = None
        self._viewport: Viewport | None = None
        self._canvas: DisplayPicture | None = None
        self._done: set[Region] = set()
        self._glimpsed: set[Region] = set()
        self._making: list[Region] = []  # parts, at once
        self._visible = self._missing = 0  # parts
        self._glimpsing = self._blind = False
        self._failed = self._failed_idle = self._outdated = False
        self.fraction = 0.0
        self._told = (Quality.QUICK, 0, False)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._go_on)
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._idle.timeout.connect(self._work_idle)
        viewer.view_changed.connect(self._look_again)
        previewer.ready.connect(self._on_preview)
        previewer.changed.connect(self._on_previewer_changed)

    @property
    def quality(self) -> Quality:
        """Of what is looked at."""
        window = self._window
        if window is not None and self._shows(window, self._done):
            return Quality.FULL
        if self._latest.task is None or window is None:
            return Quality.QUICK
        if self._making:
            return Quality.GLIMPSING if self._glimpsing else Quality.REFINING
        return Quality.PREPARING

    @property
    def glimpsed(self) -> bool:
        """Whether all that is looked at was made of a few frames, or is at full quality."""
        window = self._window
        return window is not None and self._shows(window, self._done | self._glimpsed)

    @property
    def offers_more(self) -> bool:
        """Whether a look from nearer will be at full quality."""
        preview = self._previewer.preview
        able = preview is not None and preview.refinable and not self._failed
        return able and self._window is None

    @property
    def _window(self) -> Region | None:
        """What of the preview is looked at more closely than quick ones go, in whole pixels."""
        viewer, preview = self._viewer, self._previewer.preview
        if preview is None or viewer.picture is not preview.picture:
            return None
        if viewer.fitted and viewer.scale < 1.0:  # all of a large one: that is the render's work
            return None
        width, height = preview.picture.full_size_px
        if viewer.scale * max(width, height) <= PREVIEW_SIDE_PX:
            return None
        seen = viewer.visible.adjusted(-1, -1, 1, 1).intersected(QRectF(0, 0, width, height))
        if seen.isEmpty():
            return None
        return Region(
            math.floor(seen.top()),
            math.floor(seen.left()),
            math.ceil(seen.bottom()),
            math.ceil(seen.right()),
        )

    def viewport_for(self, request: FusionRequest) -> Viewport | None:
        """What a render that begins now can take instead of the files.

        What is of no use to it gives its memory back before.
        """
        if self._viewport is None or not self._viewport.serves(request):
            self.give_back()
        return self._viewport

    def _shows(self, window: Region, parts: set[Region]) -> bool:
        return self._canvas is not None and covered(window, parts)

    def _go_on(self) -> None:
        """Do what is to be done next for what is looked at."""
        previewer, preview, window = self._previewer, self._previewer.preview, self._window
        busy = previewer.busy or self._failed
        if preview is None or busy or not preview.refinable:
            self._stop()
        elif window is None:
            if self._making:  # a preparation goes on: reading again would take longer
                self._stop()
        elif self._shows(window, self._done):
            self._stop()
        elif self._viewport is not None or not previewer.held:
            self._make_next(preview, window)
        self._tell()

    def _make_next(self, preview: Preview, window: Region) -> None:
        source = self._viewport or self._first
        if self._canvas is not None and source is not None and source.glimpses and not self._blind:
            parts = source.parts_over(window)
            missing = [part for part in parts if part not in self._done | self._glimpsed]
            if missing:
                if not (self._glimpsing and any(part in missing for part in self._making)):
                    self._refine(parts, missing, window, source, preview, glimpsing=True)
                return
        if self._canvas is None or self._viewport is None:
            if self._latest.task is None or self._making:
                self._prepare(preview)
            return
        parts = self._viewport.parts_over(window)
        missing = [part for part in parts if part not in self._done]
        if self._glimpsing or not any(part in missing for part in self._making):
            self._refine(parts, missing, window, self._viewport, preview, glimpsing=False)

    def _tell(self) -> None:
        news = self.quality, int(self.fraction * 100), self.glimpsed
        if news != self._told:
            self._told = news
            self.changed.emit()

    def _stop(self) -> None:
        self._latest.cancel()
        self._making, self._glimpsing = [], False

    def _work_idle(self) -> None:
        """Get ready for a look from nearer, or elsewhere; whatever is asked for stops it."""
        previewer, preview = self._previewer, self._previewer.preview
        if preview is None or self._viewer.picture is not preview.picture:
            return
        busy = previewer.busy or self._latest.task or self._bridge.is_busy(Lane.DEVICE)
        refused = self._failed or self._failed_idle or not preview.refinable
        if busy or refused or not fits_in_memory(preview.to_render):
            return
        if self._viewport is None:
            self._prepare(preview)
        elif not self._viewport.complete:
            self._finish(self._viewport)

    def _finish(self, viewport: Viewport) -> None:
        """Align and encode all of the frames."""

        def work(progress: Progress) -> None:
            if not viewport.closed:
                viewport.finish(progress)

        task = self._latest.replace(self._bridge.submit(Lane.PREVIEW, work))
        task.failed.connect(self._on_failed_idle)

    def _prepare(self, preview: Preview) -> None:
        """Make the preview a picture that can be refined, and read the frames at full size.

        Not yet where parts of it can be had before.
        """
        self._stop()
        self.fraction = 0.0
        request, canvas = preview.to_render, self._canvas
        first, viewport, glances = self._first, self._viewport, canvas is None and not self._blind
        if first is not None and first.closed:  # by an opening whose end was stopped too late
            first = self._first = None

        def work(progress: Progress) -> _Prepared:
            begun, opened = first, viewport
            if opened is None:
                begun = begun or self._services.first_look(request, preview.result)
                if not (begun.glimpses and glances):
                    opened = self._services.open_viewport(begun, progress)
            source = opened or begun
            assert source is not None
            shown = canvas
            if shown is None or shown.full_size_px != source.size_px:
                shown = enlarged(preview.picture, source.size_px, progress.checkpoint)
            return _Prepared(None if opened else begun, opened, shown)

        task = self._latest.replace(self._bridge.submit(Lane.PREVIEW, work))
        task.progressed.connect(self._on_progress)
        task.succeeded.connect(self._on_prepared)
        task.failed.connect(self._on_failed)

    def _on_progress(self, fraction: float, stage: str) -> None:
        del stage
        refined = self._visible - self._missing + fraction * len(self._making)
        self.fraction = refined / self._visible if self._making else fraction
        self._tell()

    def _on_prepared(self, prepared: _Prepared) -> None:
        self._first, self._viewport, canvas = prepared
        if self._canvas is not canvas:
            self._canvas = canvas
            self._forget_parts()
            self._show(canvas)
        self._idle.start()
        self._go_on()

    def _show(self, canvas: DisplayPicture) -> None:
        """Take the canvas for the preview, also where the preview is shown."""
        before = self._previewer.preview
        assert before is not None
        self._previewer.refine(canvas)
        if self._viewer.picture is before.picture:
            self._viewer.show_picture(canvas)

    def _refine(
        self,
        parts: list[Region],
        missing: list[Region],
        window: Region,
        source: FirstLook | Viewport,
        preview: Preview,
        *,
        glimpsing: bool,
    ) -> None:
        """Make the next of the parts that are missing over a window, of all frames or of a few."""
        making, mode = together(parts, missing, window), preview.request.mode
        whole, make = bounds(making), source.glimpse_of
        if isinstance(source, Viewport) and not glimpsing:
            make = source.picture_of

        def work(progress: Progress) -> NDArray[np.uint8]:
            if source.closed:  # by the render that it was lent to
                raise Cancelled
            return converted(make(whole, mode, progress), source.icc_profile)

        self._stop()
        self._visible, self._missing = len(parts), len(missing)
        self._making, self._glimpsing = making, glimpsing
        self._on_progress(0.0, "")
        task = self._latest.replace(self._bridge.submit(Lane.PREVIEW, work))
        task.progressed.connect(self._on_progress)
        made = self._glimpsed if glimpsing else self._done
        task.succeeded.connect(lambda pixels: self._on_refined(making, pixels, made))
        task.failed.connect(self._on_blind if glimpsing else self._on_failed)

    def _on_refined(
        self, parts: list[Region], pixels: NDArray[np.uint8], made: set[Region]
    ) -> None:
        assert self._canvas is not None
        paste(self._canvas, pixels, bounds(parts).slices)
        self._viewer.update()
        made.update(parts)
        self._making = []
        self._idle.start()
        self._go_on()

    def _on_blind(self, error: Exception) -> None:
        """Nothing can be seen of a few frames: what is made of all of them will tell why."""
        del error
        self._making, self._blind = [], True
        self._go_on()

    def _forget_parts(self) -> None:
        self._done.clear()
        self._glimpsed.clear()

    def _on_failed(self, error: Exception) -> None:
        """Tell who waits for it; else it is tried again when somebody looks."""
        awaited = self._window is not None
        self._failed, self._failed_idle = awaited, True
        self.give_back()
        if awaited:
            self.failed.emit(error)
        self._tell()

    def _on_failed_idle(self, error: Exception) -> None:
        """Nobody waits for it: parts may be made all the same, and will tell."""
        del error
        self._failed_idle = True

    def _on_preview(self, preview: Preview) -> None:
        """Begin anew; what was read serves another mode too."""
        self._stop()
        self._canvas = None
        self._forget_parts()
        self._failed = self._failed_idle = self._blind = False
        source = self._viewport or self._first
        if source is not None and not source.serves(preview.to_render):
            self.give_back()
        self._look_again()

    def _on_previewer_changed(self) -> None:
        previewer = self._previewer
        viewport = self._viewport
        # A render that found other files lets what was read be looked at until it ends.
        if viewport and (viewport.closed or (viewport.stale and not previewer.held)):
            self._outdated = viewport.stale
            self.give_back()
        if self._outdated and previewer.preview is not None and not previewer.held:
            self._outdated = False
            if not previewer.busy:
                asked = dataclasses.replace(previewer.preview.asked, max_side_px=None)
                previewer.ask(asked, at_once=True)  # it shows files that are others now
                return
        if previewer.preview is None:
            self._canvas = None
            self._forget_parts()
            self.give_back()
        elif previewer.busy or (previewer.held and self._viewport is None):
            self._stop()
        self._look_again()

    def _look_again(self) -> None:
        self._idle.start()
        if not self._settle.isActive():
            self._settle.start()

    def give_back(self) -> None:
        """Give the memory back, and remove the temporary files, after what is being done."""
        self._stop()
        for held in (self._first, self._viewport):
            if held is not None:
                self._bridge.submit(Lane.DEVICE, partial(_close, held))
        self._first = self._viewport = None


def _close(held: FirstLook | Viewport, progress: Progress) -> None:
    del progress
    held.close()
