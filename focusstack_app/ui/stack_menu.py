"""What can be done with the selected stacks of a batch, as a context menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from focusstack_app.core.places import is_there
from focusstack_app.ui.desktop import open_outside
from focusstack_app.ui.stack_tree import StackTree
from focusstack_app.ui.translation import tr


def show_stack_menu(tree: StackTree, at: QPoint) -> None:
    """Show the menu of what is under a point of the tree, which is selected."""
    item = tree.itemAt(at)
    row = next((row for row in tree.rows if item and row.item in (item, item.parent())), None)
    if row is None:
        return
    menu = QMenu(tree)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    rename = menu.addAction(tr("Rename"))
    rename.setShortcut(QKeySequence(Qt.Key.Key_F2))
    rename.setEnabled(not tree.locked and row.item is item)
    rename.triggered.connect(lambda: tree.editItem(row.item))
    merge = menu.addAction(tr("Merge"))
    merge.setEnabled(tree.can_merge())
    merge.triggered.connect(tree.merge)
    split = menu.addAction(tr("Split Here"))
    split.setEnabled(tree.can_split())
    split.triggered.connect(tree.split)
    menu.addSeparator()
    show = menu.addAction(tr("Show Its Folder"))
    show.setEnabled(is_there(row.stack.folder))
    show.triggered.connect(lambda: open_outside(row.stack.folder))
    menu.addSeparator()
    remove = menu.addAction(tr("Remove"))
    remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
    remove.setEnabled(not tree.locked and bool(tree.chosen))
    remove.triggered.connect(tree.remove_chosen)
    menu.popup(tree.viewport().mapToGlobal(at))
