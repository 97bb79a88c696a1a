"""Comparing what is shown with another picture: wipe, side by side, in turn, or Tab held."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from focusstack_app.core.frames import FrameSource
from focusstack_app.ui.bridge import Bridge
from focusstack_app.ui.captions import source_caption
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.loading import Aligned, PictureLoader
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.picture import DisplayPicture
from focusstack_app.ui.previewing import Preview
from focusstack_app.ui.services import Services
from focusstack_app.ui.viewer import Compare, Viewer

BLINK_MS = 700  # slow enough to look at, and far from what flicker may do to people


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """Something to compare with.

    Attributes:
        name: For people.
        content: Where its pixels come from; None while they are being read elsewhere.
        place: Where it lies in the picture that is shown, pixels of that; None for all of it.
    """

    name: str
    content: FrameSource | Aligned | Output | Preview | DisplayPicture | None
    place: QRectF | None = None


def lying_under(output: Output | None, source: FrameSource) -> FrameSource | Aligned:
    """A source, aligned and cropped as it was for the output where it is one of its frames."""
    if output is None or output.result.placement is None:
        return source
    sources = output.result.request.stack.sources
    return Aligned(output.result, sources.index(source)) if source in sources else source


def other_source(
    source: FrameSource | None, output: Output | None, frames: FramesModel
) -> Other | None:
    """A frame to compare with: the current one, as it lies under the output that is shown.

    An output of a stack that is not open any more is compared with its own reference.
    """
    if output is not None and is_of_others(output, frames):
        stack = output.result.request.stack
        own = stack.sources[stack.reference]
        return Other(own.path.name, lying_under(output, own))
    if source is None:
        return None
    return Other(source_caption(source, frames).split(" · ")[0], lying_under(output, source))


def is_of_others(output: Output, frames: FramesModel) -> bool:
    """Whether an output has none of the open frames."""
    return set(frames.sources()).isdisjoint(output.result.request.stack.sources)


def lying_in(source: FrameSource | None, output: Output) -> QRectF | None:
    """Where an output lies in one of its frames, pixels; None where it is not known."""
    placement = output.result.placement
    if placement is None or source not in output.result.request.stack.sources:
        return None
    return QRectF(placement.left_px, placement.top_px, *output.size_px)


class Comparison(QObject):
    """Keeps the viewer's second picture up to date while it is wanted.

    Signals:
        changed: `mode` or what is compared is another one now.
        failed: The error of a picture that could not be read.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, viewer: Viewer, bridge: Bridge, services: Services, parent: QObject) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._loader = PictureLoader(bridge, services, self)
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(lambda _, error: self.failed.emit(error))
        self._peeking = False
        self._others_turn = False
        self._blink = QTimer(self, interval=BLINK_MS)
        self._blink.timeout.connect(self._take_turns)
        self._shown_name = ""
        self._loaded: object = None
        self.mode = Compare.OFF
        self.other: Other | None = None

    def set_mode(self, mode: Compare) -> None:
        """Compare in this way; the same way again ends it."""
        self.mode = Compare.OFF if mode is self.mode else mode
        self._refresh()
        self.changed.emit()

    def set_pictures(self, shown_name: str, other: Other | None) -> None:
        """Say what is shown and what it is compared with.

        Args:
            shown_name: Of what is shown.
            other: What to compare with; None where there is nothing.
        """
        self._shown_name, self.other = shown_name, other
        self._refresh()

    def watch(self, *widgets: QWidget) -> None:
        """Peek while Tab is held in one of these widgets."""
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Take Tab; Shift+Tab still moves the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self._peek(on=False)
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            pressed = event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
            if self.other is not None and (pressed or self._peeking):
                if not event.isAutoRepeat():
                    self._peek(on=pressed)
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _peek(self, *, on: bool) -> None:
        if self._peeking != on:
            self._peeking = on
            self._refresh()

    def _take_turns(self) -> None:
        self._others_turn = not self._others_turn
        self._viewer.set_mode(self._seen)

    @property
    def _seen(self) -> Compare:
        """How the viewer shows the two at this moment."""
        others_turn = self.mode is Compare.BLINK and self._others_turn
        return Compare.PEEK if self._peeking or others_turn else self.mode

    def _refresh(self) -> None:
        wanted = self._peeking or self.mode is not Compare.OFF
        other = self.other if wanted else None
        if other is None or self.mode is not Compare.BLINK:
            self._blink.stop()
            self._others_turn = False
        elif not self._blink.isActive():
            self._blink.start()
        if other is None:
            self._loader.cancel()
            self._loaded = None
            self._viewer.set_other(None, Compare.OFF)
            return
        self._viewer.set_names(self._shown_name, other.name)
        self._viewer.set_other_place(other.place)
        if self._loaded == other.content:
            self._viewer.set_mode(self._seen)
            return
        self._loaded = other.content
        self._viewer.set_other(None, self._seen)
        if isinstance(other.content, FrameSource):
            self._loader.load_source(other.content)
        elif isinstance(other.content, Aligned):
            self._loader.load_aligned(other.content)
        elif isinstance(other.content, Output):
            self._loader.load_result(other.content, other.content.result)
        elif isinstance(other.content, Preview):
            self._on_loaded(other.content, other.content.picture)
        elif other.content is not None:
            self._on_loaded(other.content, other.content)

    def _on_loaded(self, key: object, picture: DisplayPicture) -> None:
        if key == self._loaded:
            self._viewer.set_other(picture, self._seen)
