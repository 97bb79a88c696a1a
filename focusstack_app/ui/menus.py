"""Every command of the window: words, keys and menus in one place."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from focusstack_app.ui.translation import tr

# On macOS, F11 shows the desktop.
_FULL_SCREEN = QKeySequence.StandardKey.FullScreen if sys.platform == "darwin" else "F11"


@dataclass(frozen=True, slots=True)
class Actions:
    """The window's commands."""

    open_files: QAction
    open_folder: QAction
    open_demo: QAction
    add_frames: QAction
    save: QAction
    save_as: QAction
    batch: QAction
    render: QAction
    slabs: QAction
    stop: QAction
    export: QAction
    export_depth: QAction
    export_provenance: QAction
    export_stereo: QAction
    export_all: QAction
    preferences: QAction
    quit: QAction
    include_all: QAction
    remove: QAction
    undo: QAction
    redo: QAction
    retouch: QAction
    brush_smaller: QAction
    brush_larger: QAction
    brush_softer: QAction
    brush_harder: QAction
    restore: QAction
    retouch_done: QAction
    retouch_cancel: QAction
    wipe: QAction
    side_by_side: QAction
    blink: QAction
    fit: QAction
    actual_pixels: QAction
    loupe: QAction
    frame_before: QAction
    frame_next: QAction
    sharpest: QAction
    swap_depth: QAction
    full_screen: QAction
    guide: QAction
    shortcuts: QAction
    about: QAction
    compare_menu: QMenu
    overlay_menu: QMenu
    recent_menu: QMenu


def make_actions(window: QMainWindow) -> Actions:
    """Make the commands of a window and put them into its menus."""

    def action(text: str, key: QKeySequence.StandardKey | str = "", tip: str = "") -> QAction:
        made = QAction(text, window)
        made.setIconText(text.replace("&", "").rstrip("…"))  # stays, also where the menu says more
        if key:
            made.setShortcut(QKeySequence(key))
        made.setStatusTip(tip)
        return made

    actions = Actions(
        open_files=action(
            tr("&Open…"), "Ctrl+O", tr("Open the files of one focus bracket, or a project")
        ),
        open_folder=action(
            tr("Open &Folder…"), "Ctrl+Shift+O", tr("Open every picture of a folder")
        ),
        open_demo=action(
            tr("Open &Demo Stack"), tip=tr("Open the frames that come with the program")
        ),
        add_frames=action(tr("Add Fra&mes…"), tip=tr("Add further frames to the open stack")),
        save=action(
            tr("&Save Project"), "Ctrl+S", tr("Keep which frames count, and how they are fused")
        ),
        save_as=action(tr("Save Project &As…"), "Ctrl+Shift+S"),
        batch=action(tr("&Batch…"), "Ctrl+B", tr("Fuse many stacks, one picture each")),
        render=action(tr("Re&nder"), "Ctrl+R", tr("Fuse the included frames at full size")),
        slabs=action(
            tr("Render S&labs…"),
            "Ctrl+Shift+R",
            tr("Fuse neighbouring frames in groups, each to an output of its own"),
        ),
        stop=action(tr("S&top"), "Esc", tr("Stop the render")),
        export=action(tr("&Export…"), "Ctrl+E", tr("Save the selected output to a file")),
        export_depth=action(tr("Export De&pth Map…")),
        export_provenance=action(tr("Export Pro&venance Map…")),
        export_stereo=action(tr("Export Stereo Vie&w…")),
        export_all=action(tr("Export All O&utputs…"), "Ctrl+Shift+E"),
        preferences=action(tr("&Preferences…"), "Ctrl+,", tr("Defaults, output format, colours")),
        quit=action(tr("&Quit"), "Ctrl+Q"),
        include_all=action(tr("&Include All Frames"), tip=tr("Include every frame again")),
        remove=action(
            tr("&Remove Frame"),
            "Delete",
            tr("Remove the selected frames from the list; files stay"),
        ),
        undo=action(tr("&Undo"), "Ctrl+Z", tr("Take the last step back")),
        redo=action(tr("Re&do"), "Ctrl+Shift+Z", tr("Do it again")),
        retouch=action(
            tr("&Retouch Output"), "T", tr("Paint from the source frames into a copy of it")
        ),
        brush_smaller=action(tr("&Smaller Brush"), "["),
        brush_larger=action(tr("&Larger Brush"), "]"),
        brush_softer=action(tr("So&fter Brush"), "{"),
        brush_harder=action(tr("&Harder Brush"), "}"),
        restore=action(
            tr("R&estore the Render"), "X", tr("The brush paints back what was there before")
        ),
        retouch_done=action(
            tr("Retouch &Done"), "Ctrl+Return", tr("Keep the retouched picture as a new output")
        ),
        retouch_cancel=action(tr("&Cancel Retouch"), tip=tr("Throw the strokes away (Esc)")),
        wipe=action(
            tr("&Wipe"), "W", tr("Drag a line between what is shown and what it is compared with")
        ),
        side_by_side=action(
            tr("&Side by Side"), "S", tr("Two pictures with the same zoom and place")
        ),
        blink=action(tr("&Blink"), "B", tr("The two in turn")),
        fit=action(tr("&Fit"), "Ctrl+0", tr("Show the whole picture")),
        actual_pixels=action("100 %", "Ctrl+1", tr("One picture pixel per screen pixel")),
        loupe=action(tr("&Loupe"), "L", tr("Magnify what is under the pointer")),
        frame_before=action(tr("Frame &Before"), ",", tr("Show the frame before this one")),
        frame_next=action(tr("&Next Frame"), ".", tr("Show the frame after this one")),
        sharpest=action(
            tr("Shar&pest Frame"), "G", tr("Show the frame that is sharpest at the point")
        ),
        swap_depth=action(
            tr("S&wap Near and Far"), tip=tr("The 3D view is inside out: take its far end for near")
        ),
        full_screen=action(tr("F&ull Screen"), _FULL_SCREEN),
        guide=action(tr("Quick &Guide"), "F1", tr("The steps from frames to a picture")),
        shortcuts=action(tr("&Shortcuts"), "Ctrl+/", tr("Every key")),
        about=action(tr("&About")),
        compare_menu=QMenu(tr("&Compare"), window),
        overlay_menu=QMenu(tr("&Overlay"), window),
        recent_menu=QMenu(tr("&Recent Projects"), window),
    )
    actions.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
    actions.quit.setMenuRole(QAction.MenuRole.QuitRole)
    actions.about.setMenuRole(QAction.MenuRole.AboutRole)
    actions.full_screen.setCheckable(True)
    # Delete means a frame only where the focus is among the frames.
    actions.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    bar = window.menuBar()
    file_menu = bar.addMenu(tr("&File"))
    file_menu.addActions([actions.open_files, actions.open_folder, actions.open_demo])
    file_menu.addMenu(actions.recent_menu)
    file_menu.addAction(actions.add_frames)
    file_menu.addSeparator()
    file_menu.addActions([actions.save, actions.save_as])
    file_menu.addSeparator()
    file_menu.addAction(actions.batch)
    file_menu.addSeparator()
    file_menu.addActions([actions.render, actions.slabs, actions.stop])
    file_menu.addSeparator()
    file_menu.addActions([actions.export, actions.export_depth, actions.export_provenance])
    file_menu.addActions([actions.export_stereo, actions.export_all])
    file_menu.setToolTipsVisible(True)  # they say why an entry is grey
    file_menu.addSeparator()
    file_menu.addAction(actions.quit)
    edit_menu = bar.addMenu(tr("&Edit"))
    edit_menu.addActions([actions.undo, actions.redo])
    edit_menu.addSeparator()
    edit_menu.addActions([actions.include_all, actions.remove])
    edit_menu.addSeparator()
    edit_menu.addAction(actions.preferences)
    view_menu = bar.addMenu(tr("&View"))
    actions.loupe.setCheckable(True)
    view_menu.addActions([actions.fit, actions.actual_pixels, actions.loupe])
    view_menu.addSeparator()
    view_menu.addActions([actions.frame_before, actions.frame_next, actions.sharpest])
    view_menu.addSeparator()
    compare_ways = [actions.wipe, actions.side_by_side, actions.blink]
    for compare in compare_ways:
        compare.setCheckable(True)
    actions.compare_menu.addActions(compare_ways)
    actions.compare_menu.addSeparator()
    view_menu.addMenu(actions.compare_menu)
    view_menu.addMenu(actions.overlay_menu)
    view_menu.addAction(actions.swap_depth)
    view_menu.addSeparator()
    view_menu.addAction(actions.full_screen)
    retouch_menu = bar.addMenu(tr("&Retouch"))
    retouch_menu.addAction(actions.retouch)
    retouch_menu.addSeparator()
    retouch_menu.addActions([actions.brush_smaller, actions.brush_larger])
    retouch_menu.addActions([actions.brush_softer, actions.brush_harder])
    actions.restore.setCheckable(True)
    retouch_menu.addAction(actions.restore)
    retouch_menu.addSeparator()
    retouch_menu.addActions([actions.retouch_done, actions.retouch_cancel])
    bar.addMenu(tr("&Help")).addActions([actions.guide, actions.shortcuts, actions.about])
    return actions


def viewer_menu(actions: Actions, parent: QMainWindow) -> QMenu:
    """What can be done with the picture that is shown, as a context menu."""
    menu = QMenu(parent)
    menu.addActions([actions.fit, actions.actual_pixels, actions.loupe, actions.sharpest])
    menu.addSeparator()
    menu.addMenu(actions.compare_menu)
    menu.addMenu(actions.overlay_menu)
    menu.addAction(actions.swap_depth)
    menu.addSeparator()
    menu.addActions([actions.retouch, actions.export])
    return menu
