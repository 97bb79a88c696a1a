"""Source frames for the screen, in the background: thumbnails, and the frame that is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionResult
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.filmstrip import THUMBNAIL_SIDE_PX
from focusstack_app.ui.overlays import Overlay, overlay_pixels, peaking_pixels
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services

QUICK_SIDE_PX = 1600
_IN_SIGHT = 16  # thumbnails that are read in any case
_SETTLE_MS = 150  # before a frame is read fully, while others may follow at once


@dataclass(frozen=True, slots=True)
class Aligned:
    """A source frame as it lies under an output.

    Attributes:
        result: The output's.
        index: Position in its stack.
    """

    result: FusionResult
    index: int


class ThumbnailLoader(QObject):
    """Reads thumbnails, one after the other.

    Args:
        bridge: Runs the work.
        services: Does the work.
        parent: Owns the loader.
        side_px: Longer side of a thumbnail.

    Signals:
        loaded: A `FrameSource` and its `QImage`.
        failed: A `FrameSource` and the error.
    """

    loaded = Signal(object, object)
    failed = Signal(object, object)

    def __init__(
        self,
        bridge: Bridge,
        services: Services,
        parent: QObject,
        *,
        side_px: int = THUMBNAIL_SIDE_PX,
    ) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._side_px = side_px
        self._latest = LatestTask()
        self._waiting: deque[FrameSource] = deque()
        self._begun = 0
        self._rests = False

    def load(self, sources: Sequence[FrameSource]) -> None:
        """Read these and forget the ones before."""
        self._latest.cancel()
        self._waiting = deque(sources)
        self._begun = 0
        self._next()

    def set_resting(self, rests: bool) -> None:
        """Leave the processor to others once those are read that are in sight, or go on."""
        self._rests = rests
        if self._latest.task is None and not self._bridge.closed:  # a preview may end with it
            self._next()

    def _next(self) -> None:
        """Read the next one; hundreds of tasks made at once would hold up the window."""
        if not self._waiting or (self._rests and self._begun >= _IN_SIGHT):
            return
        self._begun += 1
        source = self._waiting.popleft()

        def work(progress: Progress) -> DisplayPicture:
            progress.checkpoint()
            return prepare(self._services.read_thumbnail(source, self._side_px))

        def done(picture: DisplayPicture) -> None:
            self._next()
            self.loaded.emit(source, picture.levels[0].copy())

        def failed(error: Exception) -> None:
            self._next()
            self.failed.emit(source, error)

        task = self._latest.replace(self._bridge.submit(Lane.THUMBNAILS, work))
        task.succeeded.connect(done)
        task.failed.connect(failed)


class PictureLoader(QObject):
    """Prepares the picture that is looked at: a source, quickly and then fully, or an output.

    The latest call wins; what an earlier one still delivers is dropped.

    Signals:
        loaded: The key that was given and its `DisplayPicture`; twice for a large source.
        failed: The key and the error.
    """

    loaded = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._latest = LatestTask()
        self._aligned: tuple[Aligned, DisplayPicture] | None = None  # the last: peeked at often
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._read_settled)
        self._settling: FrameSource | None = None
        self._peaking = False

    def load_source(
        self, source: FrameSource, proxy: DisplayPicture | None = None, *, peaking: bool = False
    ) -> None:
        """Read a source; `loaded` comes with it as the key.

        Args:
            source: The frame.
            proxy: Its picture from a proxy, where that is at hand: it is shown at once.
            peaking: Under `Overlay.PEAKING`.
        """
        self._peaking = peaking
        if proxy is not None and not peaking:
            self.cancel()
            if proxy.is_proxy:
                self._settling = source
                self._settle.start()
            self.loaded.emit(source, proxy)
            return
        quick = max(source.size_px) > QUICK_SIDE_PX
        self._read(source, QUICK_SIDE_PX if quick else max(source.size_px), then_full=quick)

    def load_result(
        self, key: object, result: FusionResult, overlay: Overlay = Overlay.NONE
    ) -> None:
        """Prepare a result, under an overlay; `loaded` comes with the given key."""

        def work(progress: Progress) -> DisplayPicture:
            check = progress.checkpoint
            if overlay not in (Overlay.NONE, Overlay.TILT):
                return prepare(overlay_pixels(result, overlay, check), checkpoint=check)
            return prepare(result.picture, result.icc_profile, checkpoint=check)

        self._settle.stop()
        task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
        task.succeeded.connect(lambda picture: self.loaded.emit(key, picture))
        task.failed.connect(lambda error: self.failed.emit(key, error))

    def load_aligned(self, aligned: Aligned) -> None:
        """Read a source as it lies under an output; `loaded` comes with it as the key."""
        if self._aligned is not None and self._aligned[0] == aligned:
            self.cancel()
            self.loaded.emit(*self._aligned)
            return
        result = aligned.result

        def work(progress: Progress) -> DisplayPicture:
            pixels = self._services.read_source_frame(result, aligned.index, progress)
            return prepare(pixels, result.icc_profile, checkpoint=progress.checkpoint)

        self._settle.stop()
        task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
        task.succeeded.connect(lambda picture: self._on_aligned(aligned, picture))
        task.failed.connect(lambda error: self.failed.emit(aligned, error))

    def _on_aligned(self, aligned: Aligned, picture: DisplayPicture) -> None:
        self._aligned = aligned, picture
        self.loaded.emit(aligned, picture)

    def cancel(self) -> None:
        """Stop loading."""
        self._settle.stop()
        self._latest.cancel()

    def _read_settled(self) -> None:
        source = self._settling
        if source is not None:
            self._read(source, max(source.size_px), then_full=False)

    def _read(self, source: FrameSource, side_px: int, *, then_full: bool) -> None:
        peaking = self._peaking

        def work(progress: Progress) -> DisplayPicture:
            progress.checkpoint()
            frame, check = self._services.read_proxy(source, side_px), progress.checkpoint
            if peaking:
                pixels = peaking_pixels(frame.pixels, check)
                return prepare(pixels, None, source.size_px, check)
            return prepare(frame.pixels, frame.icc_profile, source.size_px, check)

        def done(picture: DisplayPicture) -> None:
            self.loaded.emit(source, picture)
            if then_full and self._latest.task is None:
                self._read(source, max(source.size_px), then_full=False)

        self._settle.stop()
        task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
        task.succeeded.connect(done)
        task.failed.connect(lambda error: self.failed.emit(source, error))
