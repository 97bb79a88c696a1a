"""How sharp each frame is at one place of what is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from focusstack_app.core.frames import FrameSource
from focusstack_app.ui.comparing import is_of_others
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.mark import Mark
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.scrubbing import Scrubber
from focusstack_app.ui.sharpness_strip import SharpnessStrip
from focusstack_app.ui.viewer import Viewer


class Curve(QObject):
    """Draws the sharpness at the mark, under the pointer, or else in the middle.

    Args:
        viewer: Shows a picture, which is marked and pointed at.
        frames: Those of the open stack.
        scrubber: Knows how sharp they are.
        parent: Of Qt.

    Attributes:
        mark: Lies over the viewer.
        strip: Shows the curve.

    Signals:
        changed: The curve; there may be a sharpest frame now, or none.
    """

    changed = Signal()

    def __init__(
        self,
        viewer: Viewer,
        frames: FramesModel,
        scrubber: Scrubber,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewer, self._frames, self._scrubber = viewer, frames, scrubber
        self._output: Output | None = None
        self._source: FrameSource | None = None
        self._shown = True
        self._pointed: QPointF | None = None
        self.mark = Mark(viewer)
        self.strip = SharpnessStrip()
        viewer.zoom_changed.connect(lambda _: self._draw())
        viewer.pointed_at.connect(self._point)
        self.mark.moved.connect(self._draw)
        scrubber.changed.connect(self._draw)

    def update(self, output: Output | None, source: FrameSource | None, *, shown: bool) -> None:
        """Draw it for what is shown now.

        Args:
            output: That, if it is one.
            source: The current frame.
            shown: Whether there is a curve at all.
        """
        self._output, self._source, self._shown = output, source, shown
        self.mark.setVisible(shown)
        self.strip.setVisible(shown and self._frames.rowCount() > 1)
        self._draw()

    def forget(self) -> None:
        """Other frames were opened."""
        self._scrubber.forget()
        self.mark.set_place(None)

    def _point(self, place: QPointF | None) -> None:
        self._pointed = place
        self._draw()

    def _draw(self) -> None:
        picture, sources, output = self._viewer.picture, self._frames.sources(), self._output
        if output is not None and is_of_others(output, self._frames):
            sources = ()  # what is open now is something else
        if picture is None or not sources or not self._shown:
            self.strip.set_curve([], 0)
            self.changed.emit()
            return
        place = self.mark.place or self._pointed or self._viewer.centre
        placement = output.result.placement if output is not None else None
        width, height = picture.full_size_px
        if placement is not None:
            place = place + QPointF(placement.left_px, placement.top_px)
            width, height = sources[0].size_px
        curve = self._scrubber.curve(sources, place.x() / width, place.y() / height)
        current = sources.index(self._source) if self._source in sources else 0
        self.strip.set_curve(curve, current)
        self.changed.emit()
