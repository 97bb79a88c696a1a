"""How a stereo view of an output is to be looked at, asked in a small dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QWidget,
)

from focusstack_app.core.output import MOST_PARALLAX, Stereo, StereoKind
from focusstack_app.jobs.stereo import nearest_first_of
from focusstack_app.ui.dialogs import action_buttons, lay_out
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.translation import tr

_WIDTH_PX = 460
_LEAST_PERCENT = 0.5


class StereoDialog(QDialog):
    """Kind, parallax, and which end of the stack is near.

    Args:
        output: It has maps.
        last: What was chosen last.
        parent: The window.

    Signals:
        chosen: A `Stereo` whose file is still to be asked for.
    """

    chosen = Signal(object)

    def __init__(self, output: Output, last: Stereo, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export a Stereo View of {name}").format(name=output.name))
        self.setMinimumWidth(_WIDTH_PX)
        self.kind, self.nearest, self.parallax = QComboBox(), QComboBox(), QDoubleSpinBox()
        self.kind.setAccessibleName(self.tr("Kind"))
        for kind, name in stereo_names().items():
            self.kind.addItem(name, kind)
        self.kind.setCurrentIndex(self.kind.findData(last.kind))
        self.kind.setToolTip(self.tr("How it is looked at"))
        frames = output.result.request.sources  # of a slab, its own
        for text, frame in (
            (self.tr("First frame ({file})"), frames[0]),
            (self.tr("Last frame ({file})"), frames[-1]),
        ):
            self.nearest.addItem(text.format(file=frame.path.name))
        self.nearest.setCurrentIndex(0 if nearest_first_of(output.result) else 1)
        self.nearest.setAccessibleName(self.tr("Nearest"))
        self.nearest.setToolTip(
            self.tr("Which frame is focused nearest: else what is near looks far away")
        )
        self.parallax.setAccessibleName(self.tr("Parallax"))
        self.parallax.setRange(_LEAST_PERCENT, 100 * MOST_PARALLAX)
        self.parallax.setDecimals(1)
        self.parallax.setSingleStep(0.5)
        self.parallax.setSuffix(self.tr(" % of the width"))
        self.parallax.setValue(100 * last.parallax)
        self.parallax.setToolTip(
            self.tr(
                "How far near and far are moved against each other between the eyes: more looks "
                "deeper, strains the eyes and shows more of what had to be made up"
            )
        )
        self.line = QLabel()
        self.line.setWordWrap(True)
        buttons, self.export_button = action_buttons(self, self.tr("Export…"), self._accept)
        lay_out(
            self,
            self.tr(
                "Pixels are moved by the depth of the output. What comes to light behind an "
                "edge is made up from what lies beside it."
            ),
            [
                (self.tr("Kind"), self.kind),
                (self.tr("Nearest"), self.nearest),
                (self.tr("Parallax"), self.parallax),
            ],
            self.line,
            buttons,
        )
        self._describe()
        self.kind.currentIndexChanged.connect(self._describe)

    def _describe(self) -> None:
        self.line.setText(_sentences()[self.kind.currentData()])

    def _accept(self) -> None:
        self.accept()
        first = self.nearest.currentIndex() == 0
        share = self.parallax.value() / 100
        kind = StereoKind(self.kind.currentData())  # Qt makes a string of it
        self.chosen.emit(Stereo(Path(), kind, share, first))


def stereo_names() -> dict[StereoKind, str]:
    """Names of the kinds."""
    return {
        StereoKind.PARALLEL: tr("Side by side, parallel"),
        StereoKind.CROSSED: tr("Side by side, cross-eyed"),
        StereoKind.ANAGLYPH: tr("Red-cyan anaglyph"),
        StereoKind.ROCKING: tr("Rocking animation"),
    }


def _sentences() -> dict[StereoKind, str]:
    """How each is looked at."""
    return {
        StereoKind.PARALLEL: tr(
            "Both views in one picture, that of the left eye on the left: for a stereoscope, or "
            "eyes that look straight on."
        ),
        StereoKind.CROSSED: tr(
            "Both views in one picture, that of the left eye on the right: cross your eyes until "
            "a third picture is in the middle."
        ),
        StereoKind.ANAGLYPH: tr("One picture for red-cyan glasses, the red one on the left eye."),
        StereoKind.ROCKING: tr(
            "A small animation (WebP) that rocks to and fro; no glasses needed."
        ),
    }
