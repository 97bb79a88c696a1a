"""Help: the quick guide, the shortcuts, and what the program is made of."""

from __future__ import annotations

import html
import platform
import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires

from PySide6.QtCore import QEvent, Qt, qVersion
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from focusstack_app import __version__
from focusstack_app.core.assets import resources_dir
from focusstack_app.inference.manifest import installed_models
from focusstack_app.ui.dialogs import PROGRAM_NAME, close_buttons
from focusstack_app.ui.screens import begin_with
from focusstack_app.ui.theme import is_dark
from focusstack_app.ui.translation import tr

_NATIVE = QKeySequence.SequenceFormat.NativeText


class GuideDialog(QDialog):
    """The four steps, each with a picture of the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        _set_up(self, self.tr("Quick Guide"))
        begin_with(self, 750, 700)
        self._text = _long_text()
        self._show_guide()
        _finish(self, _scrolled(self._text))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Show the pictures of the other theme, if it changes meanwhile."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_guide()

    def _show_guide(self) -> None:
        folder = resources_dir() / "help" / self.tr("en", "folder of the pictures of the guide")
        suffix = "_dark" if is_dark(self.palette()) else ""
        names = ("open", "check", "render", "export")
        self.pictures = [folder / f"{name}{suffix}.jpg" for name in names]
        steps = "".join(
            f"<li><p><b>{name}</b> — {text}</p><p><img src='{picture.as_posix()}'></p></li>"
            for (name, text), picture in zip(_steps(), self.pictures, strict=True)
        )
        more = "".join(f"<p><b>{name}</b><br>{text}</p>" for name, text in _more())
        first, then = self.tr("Four steps"), self.tr("And then")
        self._text.setText(f"<h3>{first}</h3><ol>{steps}</ol><h3>{then}</h3>{more}")


class ShortcutsDialog(QDialog):
    """Every key, as the menus have them."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget) -> None:
        super().__init__(parent)
        _set_up(self, self.tr("Shortcuts"))
        keys = [
            (action.shortcut().toString(_NATIVE), action.iconText())
            for action in actions
            if not action.shortcut().isEmpty()
        ]
        self.rows = (*keys, *_gestures())
        begin_with(self, 560, 600)
        _finish(self, _scrolled(_long_text(_table(self.rows))))


class AboutDialog(QDialog):
    """Versions, device and licences.

    Args:
        device: Where the last picture was computed; empty where none was.
        parent: The window.
    """

    def __init__(self, device: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _set_up(self, self.tr("About {program}").format(program=PROGRAM_NAME))
        begin_with(self, 560, 420)
        icon = QLabel()
        if parent is not None:
            icon.setPixmap(parent.windowIcon().pixmap(64, 64))
        title = QLabel(
            f"<h3>{PROGRAM_NAME} {__version__}</h3>"
            + self.tr("Makes one picture that is sharp all over from a focus bracket.")
            + "<br>"
            + self.tr("Everything is computed on this computer.")
        )
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(icon)
        top.addWidget(title, 1)
        self.versions = version_lines(device)
        self.licences = licence_lines()
        free = self.tr("{program} is free under the Apache License 2.0. It is built on:").format(
            program=PROGRAM_NAME
        )
        tabs = QTabWidget()
        tabs.addTab(_scrolled(_long_text(_table(self.versions))), self.tr("Versions"))
        tabs.addTab(
            _scrolled(_long_text(f"<p>{free}</p>{_table(self.licences)}")),
            self.tr("Licences"),
        )
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(tabs)
        buttons = _finish(self, holder)
        copy = buttons.addButton(self.tr("Copy Versions"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setAutoDefault(False)
        copy.setToolTip(self.tr("For a report about a fault"))
        text = "\n".join(f"{name}: {value}" for name, value in self.versions)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))


def version_lines(device: str) -> list[tuple[str, str]]:
    """What a report about a fault needs to say, by name."""
    models = [f"{model.id} {model.version}" for model in installed_models()]
    return [
        (PROGRAM_NAME, __version__),
        (tr("Models"), ", ".join(models) or tr("none")),
        (tr("Device"), device or tr("not used yet")),
        (tr("System"), platform.platform()),
        ("Python", platform.python_version()),
        ("Qt", qVersion() or ""),
        *((name, version) for name, version, _ in _packages()),
    ]


def licence_lines() -> list[tuple[str, str]]:
    """Every library and model, and its licence."""
    libraries = [(name, _licence(stated)) for name, _, stated in _packages()]
    return [
        *libraries,
        *((tr("model {id}").format(id=model.id), model.licence) for model in installed_models()),
    ]


@cache
def _packages() -> list[tuple[str, str, str]]:
    """Name, version and licence of the libraries that this program asks for and that are there.

    Read once: to read what the packages say of themselves takes a moment.
    """
    found = set()
    for requirement in requires("focusstack_app") or ():
        if "extra ==" in requirement:
            continue
        try:
            facts = metadata(re.split(r"[^A-Za-z0-9._-]", requirement)[0])
        except PackageNotFoundError:
            continue  # for another platform
        stated = facts.get_all("License-Expression") or facts.get_all("License") or [""]
        found.add((facts["Name"], facts["Version"], stated[0].strip()))
    return sorted(found, key=lambda package: package[0].casefold())


def _licence(stated: str) -> str:
    return stated if stated and "\n" not in stated else tr("see its package")


def _steps() -> tuple[tuple[str, str], ...]:
    """From frames to a picture."""
    return (
        (
            tr("Open"),
            tr(
                "Drop the frames of one focus bracket on the window, or their folder, or a TIFF "
                "that holds them all."
            ),
        ),
        (
            tr("Check"),
            tr("A preview appears. Click a frame to look at it; clear its box to leave it out."),
        ),
        (
            tr("Render"),
            tr("Press Render. Compare at 100 %: hold Tab to peek at the frame, W wipes."),
        ),
        (tr("Export"), tr("Save the output; format, name and folder are in the preferences.")),
    )


def _more() -> tuple[tuple[str, str], ...]:
    """What helps where the steps do not."""
    return (
        (
            tr("A wrong spot"),
            tr("T retouches: choose the frame that has it right, and paint. X restores."),
        ),
        (
            tr("Things that cross"),
            tr(
                "Ctrl+Shift+R renders slabs, each of some frames that follow each other: retouch "
                "the render of all frames from the slab that has it right."
            ),
        ),
        (
            tr("On to a raw developer"),
            tr("Export writes DNG too: white balance and exposure can still be chosen there."),
        ),
        (
            tr("Many outputs"),
            tr("Ctrl+Shift+E exports all of them into one folder, each slab with its number."),
        ),
        (
            tr("Many stacks"),
            tr(
                "Drop a folder of folders, or press Ctrl+B: Batch makes one picture of each, also "
                "of what comes while you shoot (Watch for new stacks). The computer is asked to "
                "stay awake meanwhile."
            ),
        ),
        (
            tr("Nothing invented"),
            tr("Strict mode takes camera pixels only; P shows what was filled in."),
        ),
        (
            tr("How deep"),
            tr(
                "D shows the depth of the output; File, Export Depth Map saves it. Where no frame "
                "tells it, it is a guess."
            ),
        ),
        (
            tr("In 3D"),
            tr(
                "3 shows the output from where the pointer is. File, Export Stereo View makes "
                "pairs, anaglyphs and rocking animations. Is it inside out? View, Swap Near and "
                "Far."
            ),
        ),
        (
            tr("Another framing"),
            tr(
                "Use as Reference, in the menu of a frame: the others are fitted to its framing "
                "and exposure."
            ),
        ),
        (tr("Halos or double edges"), tr("Leave out frames that moved, and see that Align is on.")),
        (
            tr("Something moved"),
            tr(
                "It is shown from one frame, which is named. Retouch it from another one, or leave "
                "frames out."
            ),
        ),
    )


def _gestures() -> tuple[tuple[str, str], ...]:
    """What no menu shows."""
    return (
        ("← →", tr("Frame before, next frame")),
        (tr("Space"), tr("Include the frame or leave it out (in the strip)")),
        (tr("Tab (hold)"), tr("Peek at the source frame")),
        (tr("Shift+Tab"), tr("Leave the picture or the strip, where Tab peeks")),
        (tr("Space and drag"), tr("Move the picture while retouching")),
        (tr("Click"), tr("Mark a point: the curve shows how sharp it is in each frame")),
        (tr("Wheel, + −"), tr("Zoom at the pointer")),
        (tr("Drag"), tr("Move the picture (also with the middle button)")),
        (tr("Double-click"), tr("Change between fit and 100 %")),
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td style='padding:2px 18px 2px 0'><b>{html.escape(name)}</b></td>"
        f"<td style='padding:2px 0'>{html.escape(text)}</td></tr>"
        for name, text in rows
    )
    return f"<table>{cells}</table>"


def _long_text(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setMargin(10)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _scrolled(label: QLabel) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(label)
    return area


def _set_up(dialog: QDialog, title: str) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)


def _finish(dialog: QDialog, content: QWidget) -> QDialogButtonBox:
    buttons = close_buttons(dialog)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 14, 20, 16)
    column.setSpacing(14)
    column.addWidget(content)
    column.addWidget(buttons)
    return buttons
