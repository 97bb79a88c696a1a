"""Proxies of every frame at hand, so that going through the stack never waits for a file."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.model import FloatArray
from focusstack_app.core.progress import Progress
from focusstack_app.engine.sharpness import sharpness_at, sharpness_map
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.loading import QUICK_SIDE_PX
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services

_KEPT_BYTES = 400_000_000  # of all proxies together; long stacks get smaller ones
_PIXEL_BYTES = 4 * 4 / 3  # with the reductions


@dataclass(frozen=True, slots=True, eq=False)
class _Proxy:
    picture: DisplayPicture
    sharpness: FloatArray


class Scrubber(QObject):
    """Reads a proxy of every frame in the background, once.

    Signals:
        changed: Another frame was read, or all were forgotten.
    """

    changed = Signal()

    def __init__(self, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._latest = LatestTask()
        self._missing: deque[FrameSource] = deque()
        self._sources: tuple[FrameSource, ...] = ()
        self._proxies: dict[FrameSource, _Proxy | None] = {}  # None: it cannot be read

    def load(self, sources: Sequence[FrameSource]) -> None:
        """Want these frames; those that are read or on their way are not read again."""
        if self._sources == tuple(sources):
            return
        self._cancel()
        self._sources = tuple(sources)
        self._proxies = {s: proxy for s, proxy in self._proxies.items() if s in self._sources}
        self._missing = deque(source for source in self._sources if source not in self._proxies)
        self._next()
        self.changed.emit()

    def forget(self) -> None:
        """Want nothing."""
        self._cancel()
        self._sources, self._proxies = (), {}
        self.changed.emit()

    def picture(self, source: FrameSource) -> DisplayPicture | None:
        """The proxy of a frame, once it is read."""
        proxy = self._proxies.get(source)
        return proxy.picture if proxy is not None else None

    def curve(
        self, sources: Sequence[FrameSource], across: float, down: float
    ) -> list[float | None]:
        """Sharpness of each frame at a place; None where it is not read yet, 0 where it cannot be.

        Args:
            sources: The frames.
            across: Place as a share of the width.
            down: Place as a share of the height.
        """
        values: list[float | None] = []
        for source in sources:
            proxy = self._proxies.get(source)
            if proxy is not None:
                values.append(sharpness_at(proxy.sharpness, across, down))
            else:
                values.append(0.0 if source in self._proxies else None)
        return values

    def _next(self) -> None:
        """Read the next one; hundreds of tasks made at once would hold up the window."""
        if not self._missing:
            return
        source = self._missing.popleft()
        width, height = source.size_px
        room_px = _KEPT_BYTES / _PIXEL_BYTES / len(self._sources)
        side_px = min(QUICK_SIDE_PX, int(math.sqrt(room_px * max(width / height, height / width))))

        def work(progress: Progress) -> _Proxy:
            progress.checkpoint()
            frame = self._services.read_proxy(source, side_px)
            check = progress.checkpoint
            picture = prepare(frame.pixels, frame.icc_profile, source.size_px, check)
            return _Proxy(picture, sharpness_map(frame.pixels))

        def done(proxy: _Proxy | None) -> None:
            self._proxies[source] = proxy
            self._next()
            self.changed.emit()

        task = self._latest.replace(self._bridge.submit(Lane.PROXIES, work))
        task.succeeded.connect(done)
        task.failed.connect(lambda _: done(None))  # the filmstrip marks it and says why

    def _cancel(self) -> None:
        self._latest.cancel()
        self._missing.clear()
