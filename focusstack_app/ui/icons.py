"""Our icons, drawn in the colour of the text."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from focusstack_app.core.assets import resources_dir

_RATIO = 2.0


def drawing(name: str, size: QSize, colour: QColor) -> QPixmap:
    """Draw `resources/icons/<name>.svg` in a colour, sharp up to twice the size."""
    text = (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    text = text.replace("currentColor", colour.name())
    pixmap = QPixmap(size * _RATIO)
    pixmap.setDevicePixelRatio(_RATIO)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(
        painter, QRectF(0, 0, size.width(), size.height())
    )
    painter.end()
    return pixmap


def icon(name: str, palette: QPalette, side: int = 20) -> QIcon:
    """An icon in the colours of a palette, greyed where it is disabled."""
    made = QIcon()
    role = QPalette.ColorRole.ButtonText
    groups = {
        QIcon.Mode.Normal: QPalette.ColorGroup.Active,
        QIcon.Mode.Disabled: QPalette.ColorGroup.Disabled,
    }
    for mode, group in groups.items():
        made.addPixmap(drawing(name, QSize(side, side), palette.color(group, role)), mode)
    return made


def program_icon() -> QIcon:
    """The program's icon."""
    return QIcon(str(resources_dir() / "icons" / "focusstack.svg"))
