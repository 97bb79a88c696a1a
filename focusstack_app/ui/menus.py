"""Every command of the window: words, keys and menus in one place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu


@dataclass(frozen=True, slots=True)
class Actions:
    """The window's commands."""

    open_files: QAction
    open_folder: QAction
    open_demo: QAction
    save: QAction
    save_as: QAction
    batch: QAction
    render: QAction
    stop: QAction
    export: QAction
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
        if key:
            made.setShortcut(QKeySequence(key))
        made.setStatusTip(tip)
        return made

    actions = Actions(
        open_files=action("&Open…", "Ctrl+O", "Open the files of one focus bracket, or a project"),
        open_folder=action("Open &Folder…", "Ctrl+Shift+O", "Open every picture of a folder"),
        open_demo=action("Open &Demo Stack", tip="Open the frames that come with the program"),
        save=action("&Save Project", "Ctrl+S", "Keep which frames count, and how they are fused"),
        save_as=action("Save Project &As…", "Ctrl+Shift+S"),
        batch=action("&Batch…", "Ctrl+B", "Fuse many stacks, one picture each"),
        render=action("&Render", "Ctrl+R", "Fuse the included frames at full size"),
        stop=action("&Stop", "Esc", "Stop the render"),
        export=action("&Export…", "Ctrl+E", "Save the selected output to a file"),
        preferences=action("&Preferences…", "Ctrl+,", "Defaults, output format, colours"),
        quit=action("&Quit", "Ctrl+Q"),
        include_all=action("&Include All Frames", tip="Include every frame again"),
        remove=action(
            "&Remove Frame", "Delete", "Remove the selected frames from the list; files stay"
        ),
        undo=action("&Undo", "Ctrl+Z", "Take the last step back"),
        redo=action("Re&do", "Ctrl+Shift+Z", "Do it again"),
        retouch=action("&Retouch Output", "T", "Paint from the source frames into a copy of it"),
        brush_smaller=action("&Smaller Brush", "["),
        brush_larger=action("&Larger Brush", "]"),
        brush_softer=action("So&fter Brush", "{"),
        brush_harder=action("&Harder Brush", "}"),
        restore=action("R&estore the Render", "X", "The brush paints back what was there before"),
        retouch_done=action(
            "Retouch &Done", "Ctrl+Return", "Keep the retouched picture as a new output"
        ),
        retouch_cancel=action("&Cancel Retouch", tip="Throw the strokes away (Esc)"),
        wipe=action("&Wipe", "W", "Drag a line between what is shown and what it is compared with"),
        side_by_side=action("&Side by Side", "S", "Two pictures with the same zoom and place"),
        blink=action("&Blink", "B", "The two in turn"),
        fit=action("&Fit", "Ctrl+0", "Show the whole picture"),
        actual_pixels=action("100 %", "Ctrl+1", "One picture pixel per screen pixel"),
        loupe=action("&Loupe", "L", "Magnify what is under the pointer"),
        frame_before=action("Frame &Before", ",", "Show the frame before this one"),
        frame_next=action("&Next Frame", ".", "Show the frame after this one"),
        sharpest=action("Shar&pest Frame", "G", "Show the frame that is sharpest at the point"),
        full_screen=action("F&ull Screen", "F11"),
        guide=action("Quick &Guide", "F1", "The steps from frames to a picture"),
        shortcuts=action("&Shortcuts", "Ctrl+/", "Every key"),
        about=action("&About"),
        compare_menu=QMenu("&Compare", window),
        overlay_menu=QMenu("&Overlay", window),
        recent_menu=QMenu("&Recent Projects", window),
    )
    actions.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)
    actions.quit.setMenuRole(QAction.MenuRole.QuitRole)
    actions.about.setMenuRole(QAction.MenuRole.AboutRole)
    actions.full_screen.setCheckable(True)
    # Delete means a frame only where the focus is among the frames.
    actions.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    bar = window.menuBar()
    file_menu = bar.addMenu("&File")
    file_menu.addActions([actions.open_files, actions.open_folder, actions.open_demo])
    file_menu.addMenu(actions.recent_menu)
    file_menu.addSeparator()
    file_menu.addActions([actions.save, actions.save_as])
    file_menu.addSeparator()
    file_menu.addAction(actions.batch)
    file_menu.addSeparator()
    file_menu.addActions([actions.render, actions.stop])
    file_menu.addSeparator()
    file_menu.addAction(actions.export)
    file_menu.addSeparator()
    file_menu.addAction(actions.quit)
    edit_menu = bar.addMenu("&Edit")
    edit_menu.addActions([actions.undo, actions.redo])
    edit_menu.addSeparator()
    edit_menu.addActions([actions.include_all, actions.remove])
    edit_menu.addSeparator()
    edit_menu.addAction(actions.preferences)
    view_menu = bar.addMenu("&View")
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
    view_menu.addSeparator()
    view_menu.addAction(actions.full_screen)
    retouch_menu = bar.addMenu("&Retouch")
    retouch_menu.addAction(actions.retouch)
    retouch_menu.addSeparator()
    retouch_menu.addActions([actions.brush_smaller, actions.brush_larger])
    retouch_menu.addActions([actions.brush_softer, actions.brush_harder])
    actions.restore.setCheckable(True)
    retouch_menu.addAction(actions.restore)
    retouch_menu.addSeparator()
    retouch_menu.addActions([actions.retouch_done, actions.retouch_cancel])
    bar.addMenu("&Help").addActions([actions.guide, actions.shortcuts, actions.about])
    return actions
