"""Retouching: painting from source frames and other outputs into a copy of an output."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Signal

from focusstack_app.core.frames import Stack
from focusstack_app.core.message import message
from focusstack_app.core.progress import Progress
from focusstack_app.engine.retouch import Brush, Canvas, Layer, Rows
from focusstack_app.jobs.joining import (
    joined_stack,
    laid_over,
    layer_of,
    lies_on,
    painted_result,
)
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.picture import DisplayPicture, prepare, refresh
from focusstack_app.ui.rendering import Rendered
from focusstack_app.ui.services import Services

_KEPT_BYTES = 1_500_000_000  # of sources; the newest stays whatever its size
_PREPARE_SHARE = 0.8  # of the progress; the rest prepares the picture for the screen


@dataclass(frozen=True, slots=True, eq=False)
class PaintSource:
    """A source frame, or another output, as it lies on the output.

    Attributes:
        of: The frame's position in the stack of the output, or the other output.
        layer: What the brush paints.
        picture: The same for the screen.
    """

    of: int | Output
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
        reading: How far the chosen source is read, 0 to 1.
        source_ready: A `PaintSource`: the chosen one.
        failed: The error of a frame that could not be read.
        waiting: A stroke was begun but there is nothing to paint from; whether it will come.
    """

    ready = Signal(object)
    changed = Signal()
    reading = Signal(float)
    source_ready = Signal(object)
    failed = Signal(object)
    waiting = Signal(bool)

    def __init__(self, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._services = services
        self._opening = LatestTask()
        self._latest = LatestTask()
        self._kept: list[PaintSource] = []
        self._chosen: int | Output = 0
        self._stack: Stack | None = None  # of the output, with the frames of others
        self.others: tuple[Output, ...] = ()
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
    def source(self) -> PaintSource | None:
        """What is chosen, once it is read."""
        return next((source for source in self._kept if source.of == self._chosen), None)

    @property
    def undo_text(self) -> str:
        """What there is to take back; empty where there is nothing."""
        return self.tr("Stroke") if self._canvas is not None and self._canvas.can_undo else ""

    @property
    def redo_text(self) -> str:
        """What there is to paint again; empty where there is nothing."""
        return self.tr("Stroke") if self._canvas is not None and self._canvas.can_redo else ""

    def start(self, output: Output, outputs: Sequence[Output]) -> None:
        """Copy an output, to be painted on from its frames and from `others`.

        Args:
            output: Stays as it is.
            outputs: All of them; those that lie on `output` become `others`.
        """
        self.output, result = output, output.result
        self._started_at_s = time.monotonic()
        self.others = tuple(o for o in outputs if o is not output and lies_on(result, o.result))
        stack = self._stack = joined_stack(result, [other.result for other in self.others])

        def work(progress: Progress) -> tuple[Layer, Canvas, DisplayPicture]:
            render, check = layer_of(result, stack), progress.checkpoint
            picture = prepare(result.picture, result.icc_profile, checkpoint=check)
            return render, Canvas(render), picture

        task = self._opening.replace(self._bridge.submit(Lane.VIEW, work))
        task.succeeded.connect(self._on_copied)
        task.failed.connect(self.failed)

    def choose(self, of: int | Output) -> None:
        """Paint from a frame, by its position, or from one of `others`.

        It is read in the background unless it is still at hand.
        """
        assert self.output is not None
        assert self._stack is not None
        self._chosen, result, stack = of, self.output.result, self._stack
        source = self.source
        if source is not None:
            self._latest.cancel()
            self._kept.remove(source)
            self._on_source(source)
            return

        def read(progress: Progress) -> Layer:
            if isinstance(of, Output):
                return laid_over(result, of.result, stack, progress)
            pixels = self._services.read_source_frame(result, of, progress)
            position = stack.sources.index(result.request.stack.sources[of])
            return Layer.of_frame(pixels, position)

        def work(progress: Progress) -> PaintSource:
            layer = read(progress.sub(0.0, _PREPARE_SHARE))
            progress.report(_PREPARE_SHARE, message("Preparing the view"))
            picture = prepare(layer.pixels, result.icc_profile, checkpoint=progress.checkpoint)
            return PaintSource(of, layer, picture)

        self.reading.emit(0.0)
        task = self._latest.replace(self._bridge.submit(Lane.VIEW, work))
        task.progressed.connect(lambda fraction, _: self.reading.emit(fraction))
        task.succeeded.connect(self._on_source)
        task.failed.connect(self.failed)

    def begin(self, at: QPointF, brush: Brush, *, restore: bool) -> None:
        """Begin a stroke at a picture coordinate; nothing happens while its source is not read."""
        source = self.source
        layer = self._render if restore else source.layer if source is not None else None
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
        output, stack, canvas, picture = self.output, self._stack, self._canvas, self._picture
        if canvas is not None:
            canvas.end()
        painted = None
        if output and stack and canvas and picture and canvas.can_undo:
            others = [other.result for other in self.others]
            result = painted_result(output.result, canvas.layer, stack, others)
            painted = Rendered(result, picture, time.monotonic() - self._started_at_s)
        self.drop()
        return painted

    def drop(self) -> None:
        """End retouching and forget the strokes."""
        self._opening.cancel()
        self._latest.cancel()
        self._kept.clear()
        self.output = self._stack = self._canvas = self._picture = self._render = None
        self.others = ()

    def _on_copied(self, copied: tuple[Layer, Canvas, DisplayPicture]) -> None:
        self._render, self._canvas, self._picture = copied
        self.ready.emit(self._picture)

    def _on_source(self, source: PaintSource) -> None:
        """Keep it, and of those before as many as memory should hold."""
        self._kept.append(source)
        while len(self._kept) > 1 and sum(s.size_bytes for s in self._kept) > _KEPT_BYTES:
            del self._kept[0]
        self.source_ready.emit(source)

    def _show(self, changed: Sequence[Rows]) -> None:
        if self._canvas is None or self._picture is None or self.output is None:
            return
        profile = self.output.result.icc_profile
        for place in changed:
            refresh(self._picture, self._canvas.layer.pixels, place, profile)
        self.changed.emit()
