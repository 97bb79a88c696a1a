"""The window: puts the parts together and says what each of them needs to know."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import (
    QAction,
    QCloseEvent,
)
from PySide6.QtWidgets import QApplication

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.settings.schema import Settings
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.captions import fact_list
from focusstack_app.ui.dialogs import (
    PROGRAM_NAME,
    ask_close,
    ask_remove,
    ask_stop_batch,
)
from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog
from focusstack_app.ui.opening import Opened
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.parameters import PARAMETER_FIELDS, Parameters
from focusstack_app.ui.preferences import changed_fields
from focusstack_app.ui.previewing import Preview
from focusstack_app.ui.project_window import ProjectWindow
from focusstack_app.ui.rendering import Rendered
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.wording import (
    count_text,
    seconds_text,
)


class MainWindow(ProjectWindow):
    """One stack at a time, and the outputs of the session.

    Args:
        services: What does the slow work; the real thing by default.
        store: Where the preferences are kept; the file of the user by default.
    """

    def __init__(
        self, services: Services | None = None, store: SettingsStore | None = None
    ) -> None:
        super().__init__(services or Services(), store or SettingsStore())
        self._opened: Opened | None = None
        self._close_after_export = False
        self.batch: BatchWindow | None = None
        self.side.parameters.set_parameters(Parameters.of(self.preferences.settings.fusion))
        self._connect()
        if self.preferences.problems:
            problems = " ".join(str(problem) for problem in self.preferences.problems)
            self.banner.say(Tone.WARNING, "Some preferences could not be used.", problems)
        self._update_state()

    def _connect(self) -> None:
        actions, panel = self.actions_, self.side.render_panel
        actions.open_files.triggered.connect(self.opener.choose_files)
        actions.open_folder.triggered.connect(self.opener.choose_folder)
        actions.open_demo.triggered.connect(self.opener.open_demo)
        actions.batch.triggered.connect(self._choose_batch)
        actions.render.triggered.connect(self.render_stack)
        actions.stop.triggered.connect(self.stop_render)
        actions.export.triggered.connect(self.choose_export)
        actions.preferences.triggered.connect(lambda: self.preferences.open())
        actions.quit.triggered.connect(self.close)
        actions.include_all.triggered.connect(self.frames.include_all)
        actions.remove.triggered.connect(self.remove_frames)
        actions.full_screen.toggled.connect(self._set_full_screen)
        actions.guide.triggered.connect(lambda: GuideDialog(self).open())
        actions.shortcuts.triggered.connect(
            lambda: ShortcutsDialog(self.findChildren(QAction), self).open()
        )
        actions.about.triggered.connect(lambda: AboutDialog(self._device(), self).open())
        self.empty_page.open_requested.connect(self.opener.choose_files)
        self.empty_page.demo_requested.connect(self.opener.open_demo)
        self.opener.started.connect(self._on_opening)
        self.opener.opened.connect(self._on_opened)
        self.opener.batch_found.connect(self._on_batch_found)
        self.opener.failed.connect(self._on_open_failed)
        actions.recent_menu.aboutToShow.connect(self._fill_recent_menu)
        self.frames.inclusion_changed.connect(self._on_request_changed)
        self.side.parameters.changed.connect(self._on_request_changed)
        self.filmstrip.frame_chosen.connect(
            lambda row: self.stage.show_source(self.frames.source(row))
        )
        self.filmstrip.remove_requested.connect(self.remove_frames)
        self.viewer.step_requested.connect(self.step_frame)
        actions.frame_before.triggered.connect(lambda: self.step_frame(-1))
        actions.frame_next.triggered.connect(lambda: self.step_frame(1))
        self.stage.frame_requested.connect(self.filmstrip.choose)
        panel.render_requested.connect(self.render_stack)
        panel.cancel_requested.connect(self.stop_render)
        self.side.export_requested.connect(self.choose_export)
        self.side.outputs.chosen.connect(self._show_output)
        self.side.outputs.export_requested.connect(self.choose_export)
        for request in (
            actions.retouch.triggered,
            self.side.retouch_requested,
            self.side.outputs.retouch_requested,
        ):
            request.connect(self.retouch_output)
        self.retouch.begun.connect(self._update_state)
        self.retouch.finished.connect(self._on_rendered)
        self.retouch.finished.connect(lambda _: self._update_state())
        self.retouch.dropped.connect(self._on_retouch_dropped)
        self.retouch.failed.connect(self._tell)
        self.retouch.news.connect(lambda text: self.statusBar().showMessage(text))
        self.side.outputs.remove_requested.connect(self._remove_output)
        self.preferences.changed.connect(self._on_preferences_changed)
        self.preferences.failed.connect(self._tell)
        self.previewer.changed.connect(self.stage.refresh)
        self.stage.failed.connect(self._tell)
        self.previewer.ready.connect(self._on_preview)
        self.previewer.failed.connect(self._tell)
        self.renderer.advanced.connect(panel.advance)
        self.renderer.rendered.connect(self._on_rendered)
        self.renderer.failed.connect(self._tell)
        self.renderer.stopped.connect(lambda: self.statusBar().showMessage("Render stopped"))
        self.renderer.over.connect(self._on_render_over)
        self.exporter.started.connect(self._on_export_started)
        self.exporter.exported.connect(self._on_exported)
        self.exporter.failed.connect(self._on_export_failed)
        self.exporter.over.connect(lambda _: self._on_export_over())
        self._thumbnails.loaded.connect(self.frames.set_thumbnail)
        self._thumbnails.failed.connect(self._on_thumbnail_failed)

    # --- opening -----------------------------------------------------------------------------

    def _choose_batch(self) -> None:
        """Show the batch; where it is empty, with the open folder that holds several stacks."""
        opened = self._opened
        empty = self.batch is None or not self.batch.tree.rows
        if empty and opened is not None and opened.stacks > 1:
            self.open_batch([opened.stack.sources[0].path.parent])
        else:
            self.open_batch()

    def open_batch(self, folders: Sequence[Path] = ()) -> BatchWindow:
        """Show the batch and add folders to it."""
        if self.batch is None:
            self.batch = BatchWindow(
                self.bridge, self._services, self.preferences, self.request_for, self
            )
            self.batch.news.connect(lambda text: self.statusBar().showMessage(text))
            self.batch.runner.over.connect(lambda _: QApplication.alert(self))
            self.side.parameters.changed.connect(self.batch.refresh)
        self.batch.show()
        self.batch.raise_()
        self.batch.add_folders(folders)
        return self.batch

    def _on_batch_found(self, folders: Sequence[Path]) -> None:
        self.empty_page.set_busy("")
        self.statusBar().clearMessage()
        self.open_batch(folders)

    def _on_opened(self, opened: Opened) -> None:
        if self.retouch.active:  # begun while the headers were read
            self.statusBar().showMessage("Finish the retouch, then open the frames again")
            return
        self.empty_page.set_busy("")
        self.statusBar().clearMessage()
        self._opened = opened
        self.remember(opened.project_path)
        self.stage.source = opened.stack.sources[0]
        self.previewer.forget()
        self._pages.setCurrentIndex(1)
        self.viewer.show_picture(None)
        left_out: list[Path] = []
        if opened.project is not None:
            project = opened.project
            self.side.parameters.set_parameters(
                Parameters(project.method, project.mode, project.overlap, project.align)
            )
            taken = zip(project.frames, project.included, strict=True)
            left_out = [path for path, included in taken if not included]
        self.frames.set_stack(opened.stack, left_out)
        self.projects.begin(opened.project_path, self.project())
        self._thumbnails.load(opened.stack.sources)
        self.filmstrip.mark(0)
        self.filmstrip.setFocus()
        self._ask_preview(at_once=True)
        self.show_view(View.PREVIEW)
        if opened.left_out:
            bad = count_text(len(opened.left_out), "file")
            good = count_text(len(opened.stack), "frame")
            message = f"{bad} left out. {opened.left_out[0].message}"
            self.banner.say(Tone.WARNING, message, f"The stack has the other {good}.")
        elif opened.stacks > 1:
            self.banner.say(
                Tone.NOTE,
                f"These frames look like {opened.stacks} stacks.",
                "File, Batch (Ctrl+B) splits their folder and makes one picture of each.",
            )
        elif opened.warnings:
            self.banner.say(Tone.WARNING, opened.warnings[0], " ".join(opened.warnings[1:]))
        self._update_state()

    def _on_open_failed(self, error: Exception) -> None:
        self.empty_page.set_busy("")
        self.statusBar().clearMessage()
        self._tell(error)

    def _on_thumbnail_failed(self, source: FrameSource, error: Exception) -> None:
        self.frames.set_problem(source, str(error))

    # --- frames and parameters ---------------------------------------------------------------

    def request(self) -> FusionRequest | None:
        """What Render would do now; None where no frame is included."""
        included = self.frames.included()
        return self.request_for(Stack(included)) if included else None

    def request_for(self, stack: Stack) -> FusionRequest:
        """What would be asked for a stack now, by the panel and the preferences."""
        chosen, fusion = self.side.parameters.parameters, self.preferences.settings.fusion
        return FusionRequest(
            stack,
            method=chosen.method,
            mode=chosen.mode,
            align=chosen.align,
            registration=self.previewer.registration_of(stack),
            crop=fusion.crop,
            overlap=chosen.overlap,
            device=fusion.device,
            model_id=fusion.model,
            memory_bytes=fusion.memory_bytes,
        )

    def remove_frames(self) -> None:
        """Take the selected frames out of the list; the files stay."""
        rows = self.filmstrip.chosen_rows()
        if not rows:
            return
        self.frames.remove(rows)
        self.statusBar().showMessage(
            f"{count_text(len(rows), 'frame')} removed from the list; nothing changed on disk"
        )
        count = self.frames.rowCount()
        if count == 0:
            self._close_stack()
            return
        row = min(rows[0], count - 1)
        self.filmstrip.mark(row)
        if self.stage.source not in [self.frames.source(number) for number in range(count)]:
            self.stage.source = self.frames.source(row)
            if self.stage.view is View.SOURCE:
                self.show_view(View.SOURCE)
        self._update_state()

    def _close_stack(self) -> None:
        self._opened = None
        self.stage.source = None
        self.previewer.forget()
        if self.side.outputs.outputs:
            self._show_output(self.side.outputs.current or self.side.outputs.outputs[-1])
        else:
            self.stage.clear()
            self._pages.setCurrentIndex(0)
        self._update_state()

    def _on_request_changed(self) -> None:
        if self._opened is None:
            return
        self._ask_preview(at_once=False)
        self._update_state()

    def _on_preferences_changed(self, before: Settings) -> None:
        """What changed in the preferences holds for the open stack too; the rest of it stays."""
        settings = self.preferences.settings
        if settings.interface != before.interface:
            self._apply_theme()
        changes = changed_fields(before.fusion, settings.fusion)
        if not changes:
            return
        panel = self.side.parameters
        shown = {field: changes[field] for field in PARAMETER_FIELDS if field in changes}
        panel.set_parameters(dataclasses.replace(panel.parameters, **shown))
        if len(changes) > len(shown):
            self._on_request_changed()

    def _ask_preview(self, *, at_once: bool) -> None:
        request = self.request()
        if request is None:
            self.previewer.forget()
        else:
            self.previewer.ask(request, at_once=at_once)

    def _on_preview(self, preview: Preview) -> None:
        self.stage.show_preview(preview)
        self._update_state()

    # --- what is shown -----------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Show the preview, the current source, or the selected output."""
        self.stage.show_view(view)

    def _show_output(self, output: Output) -> None:
        self._pages.setCurrentIndex(1)
        self.stage.show_output(output)
        self._update_state()

    def caption(self) -> str:
        """What the viewer shows, in words."""
        return self.stage.caption

    # --- rendering ---------------------------------------------------------------------------

    def render_stack(self) -> None:
        """Render what is included now; later changes do not reach it."""
        request = self.request()
        if request is None or self.renderer.busy:
            return
        self.banner.hide()
        self.statusBar().clearMessage()
        self.previewer.hold()
        self.side.render_panel.begin()
        self.renderer.start(request)
        self._update_state()

    def stop_render(self) -> None:
        """Stop the render; without one, leave the retouch or the full screen."""
        if self.renderer.busy:
            self.renderer.stop()
            self.side.render_panel.show_stopping()
        elif self.retouch.active:
            self.retouch.cancel()
        elif self.isFullScreen():
            self.actions_.full_screen.setChecked(False)

    def _on_rendered(self, rendered: Rendered) -> None:
        result, picture = rendered.result, rendered.picture
        output = self.side.outputs.add(result, rendered.seconds, picture.levels[-1])
        self.stage.show_rendered(output, picture)
        if result.retouched:
            self.statusBar().showMessage(f"{output.name}: retouched")
            return
        self.statusBar().showMessage(
            f"{output.name}: {count_text(len(result.request.stack), 'frame')} in "
            f"{seconds_text(rendered.seconds)} on {result.device}"
        )
        if result.warnings:
            self.banner.say(Tone.WARNING, result.warnings[0], " ".join(result.warnings[1:]))

    def _on_render_over(self) -> None:
        QApplication.alert(self)  # only where another window is active
        self.side.render_panel.end()
        self.previewer.resume()
        self._update_state()

    def _remove_output(self, output: Output) -> None:
        if self.exporter.writes(output):
            return
        if output.exported_to is not None:
            self._forget_output(output)
            return
        ask_remove(self, output.name, lambda: self._forget_output(output))

    def _forget_output(self, output: Output) -> None:
        self.side.outputs.remove(output)
        if self.stage.view is View.OUTPUT:
            current = self.side.outputs.current
            if current is not None:
                self._show_output(current)
            elif self._opened is not None:
                self.show_view(View.PREVIEW)
            else:
                self._close_stack()
        self._update_state()

    # --- retouching --------------------------------------------------------------------------

    def retouch_output(self) -> None:
        """Paint on a copy of the selected output."""
        output = self.side.outputs.current
        if output is None or self.renderer.busy or self.retouch.active:
            return
        self._pages.setCurrentIndex(1)
        self.banner.hide()
        self.statusBar().clearMessage()
        self.retouch.start(output, self.stage.source)

    def _on_retouch_dropped(self) -> None:
        output = self.side.outputs.current
        if output is not None:
            self._show_output(output)
        self.viewer.setFocus()

    # --- exporting ---------------------------------------------------------------------------

    def choose_export(self) -> None:
        """Ask where the selected output goes, and write it in the background."""
        output = self.side.outputs.current
        if output is not None and not self.exporter.writes(output):
            self.exporter.ask(output)

    def _on_export_started(self, output: Output, path: Path) -> None:
        self.statusBar().showMessage(f"Exporting {output.name} to {path.name}…")
        self._update_state()

    def _on_exported(self, output: Output, path: Path) -> None:
        self.side.outputs.mark_exported(output, path)
        self.statusBar().showMessage(f"{output.name} exported to {path}")

    def _on_export_failed(self, error: Exception) -> None:
        self._close_after_export = False
        self.statusBar().clearMessage()
        self._tell(error)

    def _on_export_over(self) -> None:
        self._update_state()
        if self._close_after_export and not self.exporter.busy:
            self.close()

    # --- the window --------------------------------------------------------------------------

    def _update_state(self) -> None:
        """Bring texts and buttons in line with what is open, included, rendered and exported."""
        actions, included = self.actions_, self.frames.included()
        rendering, output = self.renderer.busy, self.side.outputs.current
        free = not self.retouch.active
        ready = bool(included) and not rendering and free
        actions.render.setEnabled(ready)
        tip = "Fuse the included frames at full size (Ctrl+R)"
        self.side.render_panel.set_ready(ready, tip if included else "Include at least one frame")
        exportable = free and output is not None and not self.exporter.writes(output)
        retouchable = free and output is not None and not rendering
        actions.retouch.setEnabled(retouchable)
        self.side.retouch_button.setEnabled(retouchable)
        for action in (actions.open_files, actions.open_folder, actions.open_demo):
            action.setEnabled(free)
        actions.export.setEnabled(exportable)
        self.side.export_button.setEnabled(exportable)
        for action in (actions.save, actions.save_as):
            action.setEnabled(self.frames.rowCount() > 0)
        actions.include_all.setEnabled(free and self.frames.rowCount() > 0)
        actions.remove.setEnabled(free and self.frames.rowCount() > 0)
        shown = self._pages.currentIndex() == 1
        actions.fit.setEnabled(shown)
        actions.actual_pixels.setEnabled(shown)
        self.filmstrip.setVisible(free and self.frames.rowCount() > 0)
        self.side.setVisible(free)
        self.statusBar().setVisible(shown or bool(self.statusBar().currentMessage()))
        name = f"{self._opened.name}[*] — {PROGRAM_NAME}" if self._opened else PROGRAM_NAME
        self.setWindowTitle(name if "[*]" in name else f"{name}[*]")
        self.setWindowModified(bool(self.side.outputs.unexported))
        facts = fact_list(self.frames, included, self._device() or None)
        self._facts.setText("   ·   ".join(facts))
        self.stage.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let exports finish, ask about outputs that were never exported, then end the threads."""
        if self.batch is not None and self.batch.runner.busy:
            event.ignore()
            ask_stop_batch(self, self._stop_batch_and_close)
        elif self.retouch.has_strokes:
            event.ignore()
            self.retouch.cancel(then=self.close)
        elif self.exporter.busy:
            self._close_after_export = True
            self.statusBar().showMessage("Finishing the export before closing…")
            event.ignore()
        elif self.side.outputs.unexported:
            event.ignore()
            names = [output.name for output in self.side.outputs.unexported]
            ask_close(self, names, self._export_unexported, self._discard_and_close)
        elif self.projects.is_changed(self.project()):
            event.ignore()
            self.ask_about_changes()
        else:
            if self.batch is not None:
                self.batch.close()
            self.hide()
            self.remember(at_once=True)
            self.bridge.close()
            self.autosave.forget()
            event.accept()

    def _stop_batch_and_close(self) -> None:
        assert self.batch is not None
        self.batch.runner.over.connect(lambda _: self.close())
        self.batch.runner.stop()

    def _export_unexported(self) -> None:
        outputs = self.side.outputs
        outputs.setCurrentRow(outputs.outputs.index(outputs.unexported[0]))
        self._show_output(outputs.unexported[0])
        self.choose_export()

    def _discard_and_close(self) -> None:
        for output in self.side.outputs.unexported:
            self.side.outputs.remove(output)
        self.close()
