"""Retouching: painting from the source frames of an output into a copy of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Signal

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.progress import Progress
from focusstack_app.engine.retouch import Brush, Canvas, Layer, Rows
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.picture import DisplayPicture, prepare, refresh
from focusstack_app.ui.rendering import Rendered
from focusstack_app.ui.services import Services

_KEPT_BYTES = 1_500_000_000  # of source frames; the newest stays whatever its size
_PREPARE_SHARE = 0.8  # of the progress; the rest prepares the picture for the screen


@dataclass(frozen=True, slots=True, eq=False)
class AlignedFrame:
    """A source frame as it lies under the output.

    Attributes:
        index: Position in the stack.
        layer: What the brush paints.
        picture: The same for the screen.
    """

    index: int
    layer: Layer
    picture: DisplayPicture

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self.layer.pixels.nbytes + sum(level.nbytes for level in self.picture.memory)


class Retoucher(QObject):
    """One output that is being painted on.

    Signals:
        ready: The copy is there and can be painted on; carries its `DisplayPicture`.
        changed: Pixels of the picture, or what can be undone.
        reading: How far the chosen frame is read, 0 to 1.
        frame_ready: An `AlignedFrame`: the chosen one.
        failed: The error of a frame that could not be read.
        waiting: A stroke was begun but there is no frame to paint from; whether it will come.
    """

    ready = Signal(object)
    changed = Signal()
    reading = Signal(float)
    frame_ready = Signal(object)
    failed = Signal(object)
    waiting = Signal(bool)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._opening = LatestTask()
        self._latest = LatestTask()
        self._kept: list[AlignedFrame] = []
        self._chosen = 0
        self._started_at_s = 0.0
        self._render: Layer | None = None
        self._canvas: Canvas | None = None
        self._picture: DisplayPicture | None = None
        self.output: Output | None = None

    @property
    def active(self) -> bool:
        """Whether an output is being retouched."""
        return self.output is not None

    @property
    def sources(self) -> Sequence[FrameSource]:
        """The frames to paint from."""
        return self.output.result.request.stack.sources if self.output is not None else ()

    @property
    def frame(self) -> AlignedFrame | None:
        """The chosen frame, once it is read."""
        return next((frame for frame in self._kept if frame.index == self._chosen), None)

    @property
    def undo_text(self) -> str:
        """What there is to take back; empty where there is nothing."""
        return "Stroke" if self._canvas is not None and self._canvas.can_undo else ""

    @property
    def redo_text(self) -> str:
        """What there is to paint again; empty where there is nothing."""
        return "Stroke" if self._canvas is not None and self._canvas.can_redo else ""

    def start(self, output: Output) -> None:
        """Copy an output, to be painted on."""
        self.output = output
        self._started_at_s = time.monotonic()
        result = output.result
        self._render = Layer.of(result.picture, result.provenance)

        def work(progress: Progress) -> tuple[Canvas, DisplayPicture]:
            canvas = Canvas(Layer.of(result.picture, result.provenance))
            check = progress.checkpoint
            return canvas, prepare(result.picture, result.icc_profile, checkpoint=check)

        task = self._opening.replace(self._bridge.submit(Lane.VIEW, work))
        task.succeeded.connect(self._on_copied)
        task.failed.connect(self.failed)

    def choose(self, index: int) -> None:
        """Paint from this frame; it is read in the background unless it is still at hand."""
        assert self.output is not None
        self._chosen, result = index, self.output.result
        frame = self.frame
        if frame is not None:
            self._latest.cancel()
            self._kept.remove(frame)
            self._on_frame(frame)
            return

        def work(progress: Progress) -> AlignedFrame:
            part = progress.sub(0.0, _PREPARE_SHARE)
            pixels = self._services.read_source_frame(result, index, part)
            progress.report(_PREPARE_SHARE, "Preparing the view")
            picture = prepare(pixels, result.icc_profile, checkpoint=progress.checkpoint)
            return AlignedFrame(index, Layer.of_frame(pixels, index), picture)

        self.reading.emit(0.0)
        task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
        task.progressed.connect(lambda fraction, _: self.reading.emit(fraction))
        task.succeeded.connect(self._on_frame)
        task.failed.connect(self.failed)

    def begin(self, at: QPointF, brush: Brush, *, restore: bool) -> None:
        """Begin a stroke at a picture coordinate; nothing happens while its frame is not read."""
        frame = self.frame
        layer = self._render if restore else frame.layer if frame is not None else None
        if self._canvas is None or layer is None:
            self.waiting.emit(self._latest.task is not None)
            return
        self._show(self._canvas.begin(layer, brush, (at.x(), at.y())))

    def move(self, to: QPointF) -> None:
        """Go on with the stroke."""
        if self._canvas is not None:
            self._show(self._canvas.move((to.x(), to.y())))

    def end(self) -> None:
        """End the stroke."""
        if self._canvas is not None:
            self._canvas.end()
            self.changed.emit()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._canvas is not None:
            self._show(self._canvas.undo())

    def redo(self) -> None:
        """Paint it again."""
        if self._canvas is not None:
            self._show(self._canvas.redo())

    def finish(self) -> Rendered | None:
        """End retouching: the result and its picture; None where nothing was painted."""
        output, canvas, picture = self.output, self._canvas, self._picture
        if canvas is not None:
            canvas.end()
        painted = None
        if output is not None and canvas is not None and picture is not None and canvas.can_undo:
            result = dataclasses.replace(
                output.result,
                picture=canvas.layer.pixels,
                provenance=canvas.provenance,
                retouched=True,
            )
            painted = Rendered(result, picture, time.monotonic() - self._started_at_s)
        self.drop()
        return painted

    def drop(self) -> None:
        """End retouching and forget the strokes."""
        self._opening.cancel()
        self._latest.cancel()
        self._kept.clear()
        self.output = self._canvas = self._picture = self._render = None

    def _on_copied(self, copied: tuple[Canvas, DisplayPicture]) -> None:
        self._canvas, self._picture = copied
        self.ready.emit(self._picture)

    def _on_frame(self, frame: AlignedFrame) -> None:
        """Keep it, and of those before as many as memory should hold."""
        self._kept.append(frame)
        while len(self._kept) > 1 and sum(f.size_bytes for f in self._kept) > _KEPT_BYTES:
            del self._kept[0]
        self.frame_ready.emit(frame)

    def _show(self, changed: Sequence[Rows]) -> None:
        if self._canvas is None or self._picture is None or self.output is None:
            return
        profile = self.output.result.icc_profile
        for place in changed:
            refresh(self._picture, self._canvas.layer.pixels, place, profile)
        self.changed.emit()
