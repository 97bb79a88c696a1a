"""Take the pictures of the quick guide: parts of the real window with the demo stack.

Run by hand after the window changed, under a display or offscreen::

    python -m tests.helpers.help_pictures
    QT_SCALE_FACTOR=2 python -m tests.helpers.help_pictures

One picture per step, language and theme goes to resources/help. Qt shows those of the second
run, named `@2x`, on dense screens.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from focusstack_app.core.assets import resources_dir
from tests.helpers.waiting import wait_for

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from focusstack_app.settings.schema import Language, Theme

_SIZE = (900, 660)  # low and narrow: what is seen of it is small in the guide
_WIDEST_PX = 600
_QUALITY, _DENSE_QUALITY = 80, 70


def main() -> int:
    """Take them in every language."""
    own = tempfile.TemporaryDirectory()
    os.environ["XDG_STATE_HOME"] = own.name  # leaves the window of the user where it was

    from focusstack_app.settings.schema import Language, Theme
    from focusstack_app.ui.app import make_application

    app = make_application(sys.argv[:1])
    app.setStyle("Fusion")
    for language in (Language.ENGLISH, Language.GERMAN):
        for theme in (Theme.LIGHT, Theme.DARK):
            _take(app, language, theme, Path(own.name))
    own.cleanup()
    return 0


def _take(app: QApplication, language: Language, theme: Theme, own: Path) -> None:
    from PySide6.QtCore import QPoint, QRect, Qt
    from PySide6.QtWidgets import QWidget

    from focusstack_app.settings.schema import InterfaceSettings, Settings, Theme
    from focusstack_app.settings.store import SettingsStore
    from focusstack_app.ui.main_window import MainWindow
    from focusstack_app.ui.translation import install_language

    folder = resources_dir() / "help" / language.value
    suffix = "_dark" if theme is Theme.DARK else ""
    install_language(app, language)
    folder.mkdir(parents=True, exist_ok=True)
    store = SettingsStore(own / "settings.json")
    store.save(Settings(interface=InterfaceSettings(theme, language)))
    window = MainWindow(store=store)
    window.resize(*_SIZE)
    window.show()

    def wait(until: Callable[[], bool], least_s: float = 0.5) -> None:
        wait_for(app, until, least_s)

    def shoot(name: str, rectangle: QRect) -> None:
        wait(lambda: True)
        picture = window.grab(rectangle)
        dense = picture.devicePixelRatio() == 2.0
        widest = 2 * _WIDEST_PX if dense else _WIDEST_PX
        if picture.width() > widest:
            smooth = Qt.TransformationMode.SmoothTransformation
            picture = picture.scaledToWidth(widest, smooth)
        end, quality = ("@2x", _DENSE_QUALITY) if dense else ("", _QUALITY)
        picture.save(str(folder / f"{name}{suffix}{end}.jpg"), quality=quality)

    def part(widget: QWidget, width: int, height: int, *, bottom: bool = False) -> QRect:
        """The middle of a widget, or its lower left corner, in the window."""
        corner = widget.mapTo(window, QPoint(0, 0))
        left, top = (widget.width() - width) // 2, (widget.height() - height) // 2
        if bottom:
            left, top = 0, widget.height() - height
        return QRect(corner + QPoint(left, top), QRect(0, 0, width, height).size())

    page = window.empty_page
    shoot("open", part(page, 600, 270).translated(0, -25))
    window.open_paths(sorted((resources_dir() / "demo").glob("frame_*.jpg")))
    wait(lambda: window.previewer.preview is not None, 2.0)
    check = Qt.ItemDataRole.CheckStateRole
    window.frames.setData(window.frames.index(1, 0), Qt.CheckState.Unchecked, check)
    wait(lambda: not window.previewer.busy, 1.0)
    below = window.filmstrip.height() + window.stage.strip.height()
    shoot("check", part(window.filmstrip, window.stage.width(), below + 330, bottom=True))
    window.actions_.include_all.trigger()
    window.render_stack()
    wait(lambda: bool(window.side.outputs.outputs) and not window.renderer.busy, 1.0)
    window.actions_.wipe.trigger()
    wait(lambda: window.viewer.other is not None, 1.0)
    shoot("render", part(window.viewer, 600, 280))
    outputs = window.side.outputs.mapTo(window.side, QPoint(0, 0)).y()
    height = window.side.height() - outputs + 30
    shoot("export", part(window.side, window.side.width(), height, bottom=True))
    for output in window.side.outputs.outputs:
        window.side.outputs.mark_exported(output, Path("exported.tif"))
    window.close()
    window.deleteLater()


if __name__ == "__main__":
    sys.exit(main())
