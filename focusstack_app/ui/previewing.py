"""The fast preview: fused from small proxies in the background, the latest request wins."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, QTimer, Signal

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest, Registration
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services

PREVIEW_SIDE_PX = 900
_SETTLE_MS = 250


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A finished preview.

    Attributes:
        request: What it shows; `max_side_px` is set.
        picture: For the screen, standing for the full picture.
        device: Where it was computed.
        warnings: One line each.
        registration: Where the frames lie; None where they were not registered.
    """

    request: FusionRequest
    picture: DisplayPicture
    device: str
    warnings: tuple[str, ...]
    registration: Registration | None


class Previewer(QObject):
    """Keeps one preview up to date with the latest request.

    Signals:
        changed: `preview` or `busy` are others now.
        progressed: `fraction` is another now.
        ready: A new `Preview`.
        failed: The error of the latest request.
    """

    changed = Signal()
    progressed = Signal()
    ready = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._latest = LatestTask()
        self._wanted: FusionRequest | None = None
        self._held = False
        self._fraction = 0.0
        self.preview: Preview | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether a newer preview than `preview` is on its way."""
        return self._wanted is not None

    @property
    def held(self) -> bool:
        """Whether previews wait for something more important."""
        return self._held

    @property
    def fraction(self) -> float:
        """How far the preview on its way is, 0 to 1."""
        return self._fraction

    def registration_of(self, stack: Stack) -> Registration | None:
        """Where the frames of a stack lie, as far as the preview knows it."""
        preview = self.preview
        return preview.registration if preview and preview.request.stack == stack else None

    def ask(self, request: FusionRequest, *, at_once: bool = False) -> None:
        """Want a preview of this; whatever was wanted before is cancelled.

        Args:
            request: The full-size request.
            at_once: Do not wait for further changes.
        """
        self._latest.cancel()
        self._wanted = dataclasses.replace(request, max_side_px=PREVIEW_SIDE_PX)
        self._fraction = 0.0
        if at_once:
            self._settle.stop()
            self._start()
        else:
            self._settle.start()
        self.changed.emit()

    def forget(self) -> None:
        """Want nothing and show nothing."""
        self._latest.cancel()
        self._settle.stop()
        self._wanted = None
        self.preview = None
        self.changed.emit()

    def refine(self, picture: DisplayPicture) -> None:
        """Show the preview by a picture of full size from now on, which gets better in parts."""
        if self.preview is not None:
            self.preview = dataclasses.replace(self.preview, picture=picture)
            self.changed.emit()

    def hold(self) -> None:
        """Stop computing until `resume`; what is wanted stays wanted."""
        self._held = True
        self._latest.cancel()
        self.changed.emit()

    def resume(self) -> None:
        """Go on with what is wanted."""
        self._held = False
        if self._wanted is not None:
            self._settle.start()
        self.changed.emit()

    def _start(self) -> None:
        request = self._wanted
        if request is None or self._held:
            return

        def work(progress: Progress) -> Preview:
            result = self._services.fuse_stack(request, progress)
            full_size_px = request.stack.sources[request.stack.reference].size_px
            picture = prepare(result.picture, result.icc_profile, full_size_px, progress.checkpoint)
            known = result.registration_of(request.stack)
            return Preview(request, picture, result.device, result.warnings, known)

        task = self._latest.replace(self._bridge.submit(Lane.DEVICE, work))
        task.progressed.connect(self._on_progress)
        task.succeeded.connect(self._on_ready)
        task.failed.connect(self._on_failed)

    def _on_progress(self, fraction: float, stage: str) -> None:
        del stage
        self._fraction = fraction
        self.progressed.emit()

    def _on_ready(self, preview: Preview) -> None:
        if self._wanted is None or preview.request.request_id != self._wanted.request_id:
            return
        self._wanted = None
        self.preview = preview
        self.ready.emit(preview)
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self._wanted = None
        self.preview = None
        self.failed.emit(error)
        self.changed.emit()
