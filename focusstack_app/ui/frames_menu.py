"""What can be done with the selected frames, as a context menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from focusstack_app.core.places import is_there
from focusstack_app.ui.desktop import open_outside
from focusstack_app.ui.filmstrip import is_included
from focusstack_app.ui.frames_model import REFERENCE_ROLE, FramesModel
from focusstack_app.ui.translation import tr


def frames_menu(
    frames: FramesModel, rows: Sequence[int], remove: QAction, parent: QWidget
) -> QMenu:
    """A menu for some frames.

    Args:
        frames: All of them.
        rows: Those that are selected, at least one.
        remove: Takes them out of the list.
        parent: The window.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    every = range(frames.rowCount())
    others = [row for row in every if row not in rows]
    taken = {row for row in every if is_included(frames.index(row))}
    include = menu.addAction(tr("Include"))
    include.setEnabled(not taken.issuperset(rows))
    include.triggered.connect(lambda: frames.include(rows, included=True))
    leave_out = menu.addAction(tr("Leave Out"))
    leave_out.setEnabled(not taken.isdisjoint(rows))
    leave_out.triggered.connect(lambda: frames.include(rows, included=False))

    def include_only() -> None:
        frames.include(rows, included=True)  # first: there is always something to fuse
        frames.include(others, included=False)

    only = menu.addAction(tr("Leave Out All Others"))
    only.setEnabled(taken != set(rows))
    only.triggered.connect(include_only)
    reference = menu.addAction(tr("Use as Reference"))
    reference.setCheckable(True)
    alone = len(rows) == 1
    reference.setChecked(alone and frames.index(rows[0]).data(REFERENCE_ROLE))
    reference.setEnabled(alone and rows[0] in taken and not reference.isChecked())
    reference.triggered.connect(lambda: frames.choose_reference(rows[0]))
    menu.addSeparator()
    folder = frames.source(rows[0]).path.parent
    show = menu.addAction(tr("Show Its Folder") if len(rows) == 1 else tr("Show Their Folder"))
    show.setEnabled(is_there(folder))
    show.triggered.connect(lambda: open_outside(folder))
    menu.addSeparator()
    menu.addAction(remove)
    return menu
