"""Light or dark, whatever the desktop says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from focusstack_app.settings.schema import Theme

_SCHEMES = {
    Theme.SYSTEM: Qt.ColorScheme.Unknown,
    Theme.LIGHT: Qt.ColorScheme.Light,
    Theme.DARK: Qt.ColorScheme.Dark,
}
_QUIET = 0.6  # of the text: explanations are quiet, but can be read
_OUTLINE = QColor(239, 239, 239)


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Give the application the colours of a theme; windows redraw themselves."""
    hints = app.styleHints()
    if hasattr(hints, "setColorScheme"):  # Qt 6.8
        hints.setColorScheme(_SCHEMES[theme])
    app.setPalette(QPalette())
    if theme is not Theme.SYSTEM and is_dark(app.palette()) != (theme is Theme.DARK):
        app.setPalette(dark_palette() if theme is Theme.DARK else light_palette())
    palette = app.palette()
    quiet = palette.color(QPalette.ColorRole.Text)
    quiet.setAlphaF(_QUIET)
    palette.setColor(QPalette.ColorRole.PlaceholderText, quiet)
    group, role = QPalette.ColorGroup.Disabled, QPalette.ColorRole
    palette.setColor(group, role.PlaceholderText, palette.color(group, role.Text))
    app.setPalette(palette)
    for name in ("QCheckBox", "QRadioButton"):
        app.setPalette(outlined(QPalette()), name)  # type: ignore[arg-type]  # it takes no bytes


def outlined(palette: QPalette) -> QPalette:
    """For boxes to be checked: styles darken the window's colour for their outline.

    Of a dark window an outline is left that nobody sees, and with it an empty box.
    """
    palette.setColor(QPalette.ColorRole.Window, _OUTLINE)
    return palette


def is_dark(palette: QPalette) -> bool:
    """Whether the text is lighter than the window."""
    text = palette.color(QPalette.ColorRole.WindowText)
    return text.lightness() > palette.color(QPalette.ColorRole.Window).lightness()


def light_palette() -> QPalette:
    """For desktops that do not know how to be light."""
    palette = QPalette(QColor(239, 239, 239))
    palette.setColor(QPalette.ColorRole.Highlight, QColor(48, 140, 198))
    return palette


def dark_palette() -> QPalette:
    """For desktops that do not know how to be dark."""
    palette = QPalette(QColor(45, 45, 45))
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette.setColor(role.Base, QColor(32, 32, 32))
    palette.setColor(role.AlternateBase, QColor(45, 45, 45))
    palette.setColor(role.Highlight, QColor(48, 140, 198))
    palette.setColor(role.HighlightedText, QColor(255, 255, 255))
    palette.setColor(role.ToolTipBase, QColor(60, 60, 60))
    palette.setColor(role.ToolTipText, QColor(255, 255, 255))
    for text in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(text, QColor(235, 235, 235))
        palette.setColor(group.Disabled, text, QColor(125, 125, 125))
    palette.setColor(role.Link, QColor(88, 166, 255))
    return palette
