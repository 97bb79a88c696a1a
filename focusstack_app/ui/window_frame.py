"""The parts of the window, how they lie, and what holds for it as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from focusstack_app.core.errors import FocusStackError
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.slabs import FEWEST_FRAMES
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.adding import FrameAdder
from focusstack_app.ui.banner import Banner, Tone
from focusstack_app.ui.bridge import Bridge, Lane, Task
from focusstack_app.ui.captions import fact_list
from focusstack_app.ui.desktop import files_of
from focusstack_app.ui.dialogs import PROGRAM_NAME, error_report
from focusstack_app.ui.display import Display
from focusstack_app.ui.empty_page import EmptyPage
from focusstack_app.ui.exporting import Exporter
from focusstack_app.ui.filmstrip import Filmstrip
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.icons import icon, program_icon
from focusstack_app.ui.lenient_opening import Opened
from focusstack_app.ui.loading import ThumbnailLoader
from focusstack_app.ui.menus import make_actions, viewer_menu
from focusstack_app.ui.opener import Opener
from focusstack_app.ui.preferences import Preferences
from focusstack_app.ui.previewing import Previewer
from focusstack_app.ui.projects import ProjectSaver
from focusstack_app.ui.rendering import Renderer
from focusstack_app.ui.retouch_session import RetouchSession
from focusstack_app.ui.screens import begin_with
from focusstack_app.ui.services import Services
from focusstack_app.ui.side_panel import SidePanel
from focusstack_app.ui.stage import Stage
from focusstack_app.ui.state import WindowState, change_state, load_state, state_path
from focusstack_app.ui.theme import apply_theme
from focusstack_app.ui.translation import said
from focusstack_app.ui.view_bar import ICON_SIDE_PX

MENTION_MS = 8000
_WIDEST_ENTRY_PX = 560
_MORE_WARNINGS = 3  # a hundred fill the window, and hold it up while they are laid out


class WindowFrame(QMainWindow):
    """Widgets and helpers, not yet connected.

    Args:
        services: What does the slow work.
        store: Where the preferences are kept.
    """

    def __init__(self, services: Services, store: SettingsStore) -> None:
        super().__init__()
        self._services = services
        self._opened: Opened | None = None
        self.preferences = Preferences(store, self)
        self._apply_theme()
        QApplication.styleHints().colorSchemeChanged.connect(self._apply_theme)
        self.bridge = Bridge(self)
        self.display = Display(self, self.bridge, services.read_profile)
        self.setWindowIcon(program_icon())
        self.setAcceptDrops(True)
        begin_with(self, 1280, 800)
        self.actions_ = make_actions(self)
        self.frames = FramesModel()
        self.opener = Opener(self.bridge, services, self)
        self.projects = ProjectSaver(self.bridge, self)
        self.previewer = Previewer(self.bridge, services, self)
        self.exporter = Exporter(self.bridge, services, self.preferences, self)
        self._thumbnails = ThumbnailLoader(self.bridge, services, self)
        state = load_state(state_path())
        if is_folder(Path(state.folder)) and state.folder:
            self.opener.folder = Path(state.folder)
        self._kept_folder = self.opener.folder
        self._unkept: list[Path] = []  # projects that are not remembered yet
        self._build()
        self._draw_icons()
        if state.geometry:
            self.restoreGeometry(QByteArray.fromBase64(state.geometry.encode()))

    def _build(self) -> None:
        self.empty_page = EmptyPage()
        self.banner = Banner()
        self.side = SidePanel(self.display)
        self.stage = Stage(
            self.actions_,
            self.frames,
            self.previewer,
            self.side.outputs,
            self.bridge,
            self._services,
            self.display,
        )
        lend = self.stage.refiner.viewport_for
        self.renderer = Renderer(self.bridge, self._services, lend, self)
        self.viewer, self.view_bar = self.stage.viewer, self.stage.view_bar
        self.viewer.menu_requested.connect(viewer_menu(self.actions_, self).popup)
        self.filmstrip = Filmstrip(self.frames, self.display)
        self.adder = FrameAdder(self.opener, self.frames, self.filmstrip)
        self.retouch = RetouchSession(self.actions_, self.stage, self.bridge, self._services, self)
        self.stage.comparison.watch(self.viewer, self.filmstrip, self.retouch.strip)
        self.filmstrip.addAction(self.actions_.remove)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.stage, 1)
        left.addWidget(self.filmstrip)
        left.addWidget(self.retouch.strip)
        work_page = QWidget()
        row = QHBoxLayout(work_page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.side)
        row.addWidget(self.retouch.panel)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.empty_page)
        self._pages.addWidget(work_page)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._pages, 1)
        self.setCentralWidget(centre)
        self._facts = QLabel()
        self._facts.setAccessibleName(self.tr("Frames, size, memory and device"))
        self.readout = QLabel()
        self.readout.setContentsMargins(0, 0, 16, 0)
        self.readout.setAccessibleName(self.tr("Pixel under the pointer"))
        self.stage.pixel_read.connect(self.readout.setText)
        self.statusBar().addPermanentWidget(self.readout)
        self.statusBar().addPermanentWidget(self._facts)

    def _apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, self.preferences.settings.interface.theme)

    @property
    def opened(self) -> Opened | None:
        """What is open; None where nothing is, or where all its frames were removed."""
        return self._opened if self.frames.rowCount() > 0 else None

    def _update_state(self) -> None:
        """Bring texts and buttons in line with what is open, included, rendered and exported."""
        actions, included = self.actions_, self.frames.included()
        output = self.side.outputs.current
        free = not self.retouch.active
        ready = bool(included) and free
        actions.render.setEnabled(ready)
        actions.slabs.setEnabled(ready and len(included) > FEWEST_FRAMES)
        tip = self.tr("Fuse the included frames at full size (Ctrl+R)")
        if not included:
            some = self.frames.rowCount() > 0
            tip = self.tr("Include at least one frame") if some else self.tr("Open frames first")
        self.side.render_panel.set_ready(ready, tip)
        retouchable = free and output is not None
        actions.retouch.setEnabled(retouchable)
        self.side.retouch_button.setEnabled(retouchable)
        for action in (actions.open_files, actions.open_folder, actions.open_demo):
            action.setEnabled(free)
        for action in (actions.save, actions.save_as):
            action.setEnabled(self.frames.rowCount() > 0)
        count, shown = self.frames.rowCount(), self._pages.currentIndex() == 1
        for action in (actions.add_frames, actions.remove):
            action.setEnabled(free and count > 0)
        actions.include_all.setEnabled(free and len(included) < count)
        for action in (actions.fit, actions.actual_pixels, actions.loupe):
            action.setEnabled(shown)
        for action in (actions.frame_before, actions.frame_next):
            action.setEnabled(shown and (count > 1 or not free))
        self._update_stop()
        self.filmstrip.setVisible(free and self.frames.rowCount() > 0)
        self.side.setVisible(free)
        name = f"{self.opened.name}[*] — {PROGRAM_NAME}" if self.opened else PROGRAM_NAME
        self.setWindowTitle(name if "[*]" in name else f"{name}[*]")
        self.setWindowModified(bool(self.side.outputs.unexported))
        facts = fact_list(self.frames, included, self._device() or None)
        self._facts.setText("   ·   ".join(facts))
        self.stage.refresh()

    def _update_stop(self) -> None:
        """Esc also leaves the retouch and the full screen."""
        full = self.actions_.full_screen.isChecked()
        self.actions_.stop.setEnabled(self.renderer.busy or self.retouch.active or full)

    def _device(self) -> str:
        """Where the selected output was computed, or else the preview."""
        output, preview = self.side.outputs.current, self.previewer.preview
        if output is not None:
            return output.result.device
        return preview.device if preview is not None else ""

    def _tell(self, error: BaseException) -> None:
        """Say what is wrong: the photographer's errors in words, bugs with a report."""
        if isinstance(error, FocusStackError):
            self.banner.say(Tone.ERROR, error.message, error.hint, action=self._remedy(error))
        else:
            self.banner.say(
                Tone.ERROR,
                self.tr("Something went wrong inside the program."),
                self.tr("Your files are unchanged."),
                report=error_report(error),
            )

    def _remedy(self, error: FocusStackError) -> tuple[str, Callable[[], object]] | None:
        """A button that mends what is wrong, where one can."""
        del error
        return None

    def mention(self, text: str) -> None:
        """Say in the status bar what only matters now."""
        self.statusBar().showMessage(text, MENTION_MS)

    def warn(self, warnings: Sequence[str]) -> None:
        """Show warnings, the first one large; of many only how many more there are."""
        first, *more = (said(warning) for warning in warnings)
        left = len(more) - _MORE_WARNINGS
        if left > 1:
            rest = self.tr("There are {count} more warnings.").format(count=left)
            more = [*more[:_MORE_WARNINGS], rest]
        self.banner.say(Tone.WARNING, first, " ".join(more))

    def _set_full_screen(self, on: bool) -> None:
        state = self.windowState()
        full = Qt.WindowState.WindowFullScreen
        self.setWindowState(state | full if on else state & ~full)
        self._update_stop()

    def _draw_icons(self) -> None:
        for action, name in (
            (self.actions_.open_files, "open"),
            (self.actions_.render, "render"),
            (self.actions_.export, "export"),
            (self.actions_.fit, "fit"),
        ):
            action.setIcon(icon(name, self.palette(), ICON_SIDE_PX))
        self.side.render_panel.render_button.setIcon(self.actions_.render.icon())
        self.side.export_button.setIcon(self.actions_.export.icon())
        self.empty_page.open_button.setIcon(self.actions_.open_files.icon())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Redraw the icons for another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "side"):
            self._draw_icons()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows that nobody else wanted change the frame."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step_frame(-1 if event.key() == Qt.Key.Key_Left else 1)
            return
        super().keyPressEvent(event)

    def step_frame(self, by: int) -> None:
        """Go to a neighbour of the current frame."""
        (self.retouch.strip if self.retouch.active else self.filmstrip).step(by)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take files and folders."""
        if files_of(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.empty_page.set_hot(True)
            if self.frames.rowCount() > 0:
                self.statusBar().showMessage(
                    self.tr(
                        "Drop to open as a new stack, or on the frames below to add to this one; "
                        "outputs are kept"
                    )
                )

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing will be dropped."""
        super().dragLeaveEvent(event)
        self.empty_page.set_hot(False)
        self.statusBar().clearMessage()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Open what was dropped."""
        self.empty_page.set_hot(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.open_paths(files_of(event.mimeData()))

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open files, a project or folders; what is open stays until it worked."""
        if self.retouch.active:
            self.mention(self.tr("Finish the retouch before opening other frames"))
            return
        self.opener.open_paths(paths)

    def _on_opening(self) -> None:
        self.banner.hide()
        reading = self.tr("Reading frame headers…")
        self.empty_page.set_busy(reading)
        self.statusBar().showMessage(reading)

    def remember(self, project: Path | None = None, *, at_once: bool = False) -> None:
        """Keep where the window is and what was opened.

        Args:
            project: Becomes the most recent one.
            at_once: Before the window closes; else in the background, for a disk can be slow.
        """
        if project is not None:
            self._unkept.append(project)
        geometry = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        folder, before = self.opener.folder, self._kept_folder
        path, projects = state_path(), tuple(self._unkept)

        def change(state: WindowState) -> WindowState:
            for opened in projects:
                state = state.with_recent(opened)
            if folder != before:  # else another window may know a later one
                state = replace(state, folder=str(folder))
            return replace(state, geometry=geometry)

        def kept() -> None:
            self._unkept = [opened for opened in self._unkept if opened not in projects]
            self._kept_folder = folder

        if at_once:
            change_state(path, change)
        else:
            self.keep_in_mind(change).succeeded.connect(kept)

    def keep_in_mind(self, change: Callable[[WindowState], WindowState]) -> Task:
        """Change what windows remember, in the background."""
        path = state_path()
        return self.bridge.submit(Lane.FILES, lambda _: change_state(path, change))

    def _fill_recent_menu(self) -> None:
        menu = self.actions_.recent_menu
        menu.clear()
        for name in load_state(state_path()).recent:
            path = Path(name)
            text = menu.fontMetrics().elidedText(
                f"{path.stem}  ({path.parent})", Qt.TextElideMode.ElideMiddle, _WIDEST_ENTRY_PX
            )
            action = menu.addAction(text.replace("&", "&&"))
            action.setEnabled(is_there(path))
            action.triggered.connect(lambda _, path=path: self.open_paths([path]))
        if menu.isEmpty():
            menu.addAction(self.tr("None yet")).setEnabled(False)
