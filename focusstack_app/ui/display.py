"""What pictures are converted to when they are drawn: the colours of the window's screen.

What is drawn is converted, not what is kept. So it follows the window from screen to screen, and a
value that is read from a picture stays its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import (
    QColorSpace,
    QColorTransform,
    QGuiApplication,
    QImage,
    QScreen,
    QWindow,
)
from PySide6.QtWidgets import QWidget

from focusstack_app.core.progress import Checkpoint, Progress
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.display_profile import read_profile
from focusstack_app.ui.picture import SRGB, is_lut, rgb_space

ReadProfile = Callable[[QScreen], bytes | None]
Colours = NDArray[np.uint32]  # 0xFFRRGGBB

_ALL_COLOURS, _RGB, _OPAQUE = 1 << 24, 0xFFFFFF, 0xFF000000
_BAND_COLOURS = 1 << 17  # at a time: their conversion keeps the interpreter's lock
_BAND_PIXELS = 1 << 16  # at a time: they and their numbers stay in the processor's cache
_TABLES = 3  # of 64 MiB: for two pictures that are compared, and sRGB for thumbnails


class Display(QObject):
    """The colours of the screen that a window is on; sRGB without one.

    The profile is read when the window is shown, gets another screen or is turned to again: what
    changes a profile is another window. A conversion by a matrix and curves is quick. That to a LUT
    profile is slow: it is made once for every colour, in the background, and looked up after that.

    Args:
        window: With a frame.
        bridge: Converts every colour; without it a LUT profile is for small pictures only.
        read: The profile of a screen, where there is one.

    Signals:
        changed: What was drawn is to be drawn anew.
    """

    changed = Signal()

    def __init__(
        self,
        window: QWidget | None = None,
        bridge: Bridge | None = None,
        read: ReadProfile = read_profile,
    ) -> None:
        super().__init__(window)
        self._window, self._bridge, self._read = window, bridge, read
        self._handle: QWindow | None = None
        self._profile: bytes | None = None
        self._space = SRGB
        self._tables: list[tuple[QColorSpace, Colours]] = []
        self._making = LatestTask()
        if window is not None:
            window.installEventFilter(self)
            app = cast("QGuiApplication", QGuiApplication.instance())
            for news in (app.screenAdded, app.screenRemoved, app.primaryScreenChanged):
                news.connect(self._update)

    def converts(self, space: QColorSpace) -> bool:
        """Whether pixels of a colour space are to be converted."""
        return space != self._space and not self._transform(space).isIdentity()

    def convert(self, image: QImage, space: QColorSpace) -> None:
        """Convert an image in place; `changed` follows where that cannot be done yet.

        Args:
            image: `Format_RGB32`.
            space: Its colour space.
        """
        if not self.converts(space):
            return
        if not is_lut(self._space) or self._bridge is None:
            image.applyColorTransform(self._transform(space))
            return
        table = self._table(space, self._bridge)
        if table is None:
            return
        pixels = np.frombuffer(image.bits(), np.uint32)
        numbers = np.empty(_BAND_PIXELS, np.intp)
        for start in range(0, len(pixels), _BAND_PIXELS):
            band = pixels[start : start + _BAND_PIXELS]
            index = numbers[: len(band)]
            np.bitwise_and(band, _RGB, out=index, casting="unsafe")
            np.take(table, index, out=band, mode="wrap")  # the other modes copy or check

    def thumbnail(self, image: QImage) -> QImage:
        """A small image in sRGB as it is to be drawn."""
        if not self.converts(SRGB):
            return image
        made = image.convertToFormat(QImage.Format.Format_RGB32)
        self.convert(made, SRGB)
        return made

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at the screen when the window is shown or turned to."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.WindowActivate):
            self._update()
        return super().eventFilter(watched, event)

    def _update(self) -> None:
        """Read the profile again."""
        if self._window is None or not self._window.isVisible():
            return
        handle = self._window.windowHandle()
        if handle is not self._handle:
            handle.screenChanged.connect(self._update)
            self._handle = handle
        profile = self._read(self._window.screen())
        if profile == self._profile:
            return
        self._profile = profile
        space = rgb_space(profile)
        self._space = space if space.isValidTarget() else SRGB
        self._making.cancel()
        self._tables.clear()
        if is_lut(self._space) and self._bridge is not None:
            self._table(SRGB, self._bridge)  # it may be there before a picture is
        self.changed.emit()

    def _transform(self, space: QColorSpace) -> QColorTransform:
        return space.transformationToColorSpace(self._space)

    def _table(self, space: QColorSpace, bridge: Bridge) -> Colours | None:
        """The table for a colour space; where it is not there, it is made."""
        for known, table in self._tables:
            if known == space:
                return table
        if self._making.task is None:
            transform = self._transform(space)

            def work(progress: Progress) -> Colours:
                return every_colour(transform, progress.checkpoint)

            task = self._making.replace(bridge.submit(Lane.VIEW, work))
            task.succeeded.connect(lambda table: self._keep(space, table))
        return None

    def _keep(self, space: QColorSpace, table: Colours) -> None:
        self._tables = [*self._tables[1 - _TABLES :], (space, table)]
        self.changed.emit()


def every_colour(transform: QColorTransform, checkpoint: Checkpoint) -> Colours:
    """What becomes of 0xRRGGBB, for all of them."""
    table = np.empty(_ALL_COLOURS, np.uint32)
    for start in range(0, _ALL_COLOURS, _BAND_COLOURS):
        checkpoint()
        band = np.arange(start, start + _BAND_COLOURS, dtype=np.uint32) | np.uint32(_OPAQUE)
        image = QImage(band.data, _BAND_COLOURS, 1, 4 * _BAND_COLOURS, QImage.Format.Format_RGB32)
        after = image.colorTransformed(transform)
        table[start : start + _BAND_COLOURS] = np.frombuffer(after.constBits(), np.uint32)
    return table
