"""The fast preview: fused from small proxies in the background, the latest request wins.

That of a long stack takes a while: until it is there, a rough one shows a few of its frames.
"""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, QTimer, Signal

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import (
    FusionRequest,
    FusionResult,
    Method,
    Mode,
    Registration,
)
from focusstack_app.core.progress import Progress
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask, Task
from focusstack_app.ui.picture import DisplayPicture, prepare
from focusstack_app.ui.services import Services

PREVIEW_SIDE_PX = 896  # two tiles that overlap by a quarter; four pixels more take a third one
ROUGH_SIDE_PX = 640
ROUGH_FRAMES = 19  # as many as the network can fuse at three goes
_LONG_STACK = 50  # frames, from which on there is a rough preview
_SETTLE_MS = 250


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A finished preview.

    Attributes:
        request: What it shows; `max_side_px` is set.
        asked: What is to be shown; another one where this is rough.
        picture: For the screen, standing for the full picture.
        device: Where it was computed.
        warnings: One line each; none where this is rough.
        registration: Where the frames lie; None where they were not registered, or roughly.
        found: The same request of the frames that belong together, in the order of their focus, and
            with their registration.
        result: What it is made of, at its size.
    """

    request: FusionRequest
    asked: FusionRequest
    picture: DisplayPicture
    device: str
    warnings: tuple[str, ...]
    registration: Registration | None
    found: FusionRequest
    result: FusionResult

    @property
    def rough(self) -> bool:
        """Whether it shows some of the frames only."""
        return self.request.rough

    @property
    def to_render(self) -> FusionRequest:
        """What the render would be asked."""
        return dataclasses.replace(self.found, max_side_px=None)

    @property
    def refinable(self) -> bool:
        """Whether the render could show more."""
        request = self.request
        source = request.stack.sources[request.stack.reference]
        larger = request.max_side_px is not None and max(source.size_px) > request.max_side_px
        return larger and request.method is Method.VAEEDOF and len(request.stack) > 1


def roughly(request: FusionRequest) -> FusionRequest | None:
    """What shows a long stack soon: a few of its frames, smaller; None for a short one.

    They lie as they will in the preview of all: the reference is among them, and both ends are.
    Smaller copies are sharp over more of the depth, so that fewer of them show all of it.
    """
    count = len(request.stack)
    if count < _LONG_STACK:
        return None
    steps = ROUGH_FRAMES - 1
    positions = sorted(
        {*(round(step * (count - 1) / steps) for step in range(steps + 1)), request.stack.reference}
    )
    known = request.registration
    return dataclasses.replace(
        request,
        stack=request.stack.taken(positions),
        registration=known.taken(positions) if known is not None else None,
        # Faithful mode first measures how far apart the frames are focused: far too long for this.
        mode=Mode.STRICT if request.mode is Mode.FAITHFUL else request.mode,
        max_side_px=ROUGH_SIDE_PX,
        rough=True,
    )


class Previewer(QObject):
    """Keeps one preview up to date with the latest request.

    Signals:
        changed: `preview` or `busy` are others now.
        progressed: `fraction` is another now.
        roughly_ready: A new `Preview` that is rough; the one of all frames follows.
        ready: A new `Preview` of all frames.
        failed: The error of the latest request.
    """

    changed = Signal()
    progressed = Signal()
    roughly_ready = Signal(object)
    ready = Signal(object)
    failed = Signal(object)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._latest = LatestTask()
        self._hurry: Task | None = None
        self._wanted: FusionRequest | None = None
        self._held = False
        self._fraction = 0.0
        self.preview: Preview | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether a newer preview than `preview` is on its way."""
        return self._wanted is not None

    @property
    def outdated(self) -> bool:
        """Whether `preview` shows something else than what is on its way, if anything is."""
        preview, wanted = self.preview, self._wanted
        return preview is not None and wanted is not None and preview.asked is not wanted

    @property
    def hurries(self) -> bool:
        """Whether a rough preview is being made: what else is to be read can wait for it."""
        return self._hurry is not None and self._latest.task is self._hurry

    @property
    def held(self) -> bool:
        """Whether the preview waits for a render of the same."""
        return self._held

    @property
    def fraction(self) -> float:
        """How far the preview on its way is, 0 to 1."""
        return self._fraction

    def registration_of(self, stack: Stack) -> Registration | None:
        """Where the frames of a stack lie, as far as the preview knows it."""
        preview = self.preview
        return preview.registration if preview and preview.request.stack == stack else None

    def knows(self, request: FusionRequest) -> bool:
        """Whether the preview is of the same frames, aligned or not as they."""
        preview = self.preview
        if preview is None or preview.rough:
            return False
        own = preview.request
        return (own.stack, own.align) == (request.stack, request.align)

    def informed(self, request: FusionRequest) -> FusionRequest:
        """A request with what the preview found out about its frames, if it knows them.

        It is without those that do not belong, in the order of the focus, and with where they lie.
        """
        if self.preview is None or not self.knows(request):
            return request
        found = self.preview.found
        return dataclasses.replace(request, stack=found.stack, registration=found.registration)

    def ask(self, request: FusionRequest, *, at_once: bool = False) -> None:
        """Want a preview of this; whatever was wanted before is cancelled, and nothing is held.

        Args:
            request: The full-size request.
            at_once: Do not wait for further changes.
        """
        self._latest.cancel()
        self._held = False
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
        held, self._held = self._held, False
        if held and self._wanted is not None:
            self._settle.start()
        self.changed.emit()

    def _start(self) -> None:
        wanted = self._wanted
        if wanted is None or self._held:
            return
        shown = self.preview
        begins = shown is None or (shown.rough and self.outdated)
        self._make((roughly(wanted) if begins else None) or wanted, wanted)

    def _make(self, request: FusionRequest, asked: FusionRequest) -> None:
        """Make a preview of what was asked, or a rough one."""
        rough = request.rough
        follows = self.preview is not None and self.preview.rough
        share = ROUGH_FRAMES / (ROUGH_FRAMES + len(asked.stack))
        first, last = (0.0, share) if rough else (share if follows else 0.0, 1.0)

        def work(progress: Progress) -> Preview:
            result = self._services.fuse_stack(request, progress)
            full_size_px = request.stack.sources[request.stack.reference].size_px
            picture = prepare(result.picture, result.icc_profile, full_size_px, progress.checkpoint)
            if rough:
                return Preview(request, asked, picture, result.device, (), None, request, result)
            known = result.registration_of(request.stack)
            found = dataclasses.replace(
                request, stack=result.request.stack, registration=result.registration
            )
            told = result.warnings
            return Preview(request, asked, picture, result.device, told, known, found, result)

        def tell(fraction: float, stage: str) -> None:
            del stage
            self._fraction = first + fraction * (last - first)
            self.progressed.emit()

        task = self._latest.replace(self._bridge.submit(Lane.PREVIEW, work))
        self._hurry = task if rough else None
        task.progressed.connect(tell)
        task.succeeded.connect(self._on_ready)
        task.failed.connect(self._on_failed)

    def _on_ready(self, preview: Preview) -> None:
        wanted = self._wanted
        if wanted is None or preview.asked is not wanted:
            return
        self.preview = preview
        if preview.rough:
            self.roughly_ready.emit(preview)
            self._make(wanted, wanted)
        else:
            self._wanted = None
            self.ready.emit(preview)
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self._wanted = None
        self.preview = None
        self.failed.emit(error)
        self.changed.emit()
