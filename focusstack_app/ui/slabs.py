"""How a stack is cut into slabs, asked in a small dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QSpinBox,
    QWidget,
)

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.slabs import FEWEST_FRAMES, slabs_of
from focusstack_app.ui.dialogs import action_buttons, lay_out
from focusstack_app.ui.translation import tr
from focusstack_app.ui.wording import bytes_text, count_text, output_bytes

_WIDTH_PX = 380


class SlabsDialog(QDialog):
    """Frames per slab, overlap, and what comes of it.

    Args:
        cut: What it begins with: frames of a slab, and how many of them the next one has, too.
        known: Asked for the request of the whole stack, which is None as long as it is not known
            how its frames lie.
        parent: The window.

    Signals:
        chosen: Frames of a slab, and how many of them the next one has, too.
    """

    chosen = Signal(int, int)

    def __init__(
        self, cut: tuple[int, int], known: Callable[[], FusionRequest | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Render Slabs"))
        self.setMinimumWidth(_WIDTH_PX)
        self._known, self._overlap = known, cut[1]
        self.frames, self.overlap = QSpinBox(), QSpinBox()
        self.frames.setAccessibleName(self.tr("Frames per slab"))
        self.frames.setToolTip(self.tr("More take in more of the depth, and fewer outputs come"))
        self.overlap.setAccessibleName(self.tr("Overlap"))
        self.overlap.setToolTip(self.tr("How many of its frames the next slab has, too"))
        self.frames.setRange(FEWEST_FRAMES, 999)
        self.frames.setValue(cut[0])
        self.line = QLabel()
        self.line.setWordWrap(True)
        buttons, self.render_button = action_buttons(self, self.tr("Render"), self._accept)
        lay_out(
            self,
            self.tr(
                "Each slab, some frames that follow each other, becomes an output. They lie "
                "exactly on each other and on the render of all frames: paint a spot from the "
                "slab that has it right."
            ),
            [(self.tr("Frames per slab"), self.frames), (self.tr("Overlap"), self.overlap)],
            self.line,
            buttons,
        )
        self._on_frames()
        self.frames.valueChanged.connect(self._on_frames)
        self.overlap.valueChanged.connect(self._on_overlap)

    def refresh(self) -> None:
        """Say what would be made now."""
        request = self._known()
        if request is None:
            self.line.setText(self.tr("Slabs need the preview: it finds out how the frames lie."))
        else:
            self.line.setText(slabs_text(request, self.frames.value(), self.overlap.value()))
        self.render_button.setEnabled(request is not None and self._count(request) > 1)

    def _on_frames(self) -> None:
        """Keep the overlap below; it comes back after a smaller number that was only typed over."""
        self.overlap.blockSignals(True)
        self.overlap.setMaximum(self.frames.value() - 1)
        self.overlap.setValue(self._overlap)
        self.overlap.blockSignals(False)
        self.refresh()

    def _on_overlap(self, frames: int) -> None:
        self._overlap = frames
        self.refresh()

    def _count(self, request: FusionRequest) -> int:
        return len(slabs_of(len(request.stack), self.frames.value(), self.overlap.value()))

    def _accept(self) -> None:
        self.accept()
        self.chosen.emit(self.frames.value(), self.overlap.value())


def slabs_text(request: FusionRequest, frames: int, overlap: int) -> str:
    """What the slabs of a stack are: "9 slabs of 10 frames; the last has 7 (2.2 GB of memory)".

    Args:
        request: For all of it.
        frames: Of a slab.
        overlap: How many of them the next slab has, too.
    """
    slabs = slabs_of(len(request.stack), frames, overlap)
    if len(slabs) == 1:
        of_all = count_text(len(request.stack), "frame")
        return tr("One slab would be the whole stack of {frames}: choose fewer.").format(
            frames=of_all
        )
    text = tr("{slabs} of {frames}; the last has {last}")
    if len(slabs[-1]) == frames:
        text = tr("{slabs} of {frames}")
    memory = bytes_text(len(slabs) * output_bytes(request.stack))
    made = text.format(
        slabs=count_text(len(slabs), "slab"),
        frames=count_text(frames, "frame"),
        last=len(slabs[-1]),
    )
    return tr("{made}. They take {memory} of memory until they are removed.").format(
        made=made, memory=memory
    )
