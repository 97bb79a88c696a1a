"""The window: puts the parts together and says what each of them needs to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
)
from PySide6.QtWidgets import QApplication

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.naming import stack_name
from focusstack_app.jobs.slabs import slab_requests
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.awake import Awake
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.batch_runner import BatchRunner
from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.comparing import is_of_others
from focusstack_app.ui.dialogs import (
    ask_close,
    ask_stop_batch,
    ask_stop_renders,
)
from focusstack_app.ui.export_window import ExportWindow
from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.rendering import Render, Rendered, Renderer
from focusstack_app.ui.services import Services
from focusstack_app.ui.slabs import SlabsDialog
from focusstack_app.ui.state import load_state, state_path
from focusstack_app.ui.translation import said
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.wording import (
    count_text,
    seconds_text,
)

_ONCE = Qt.ConnectionType.SingleShotConnection


class MainWindow(ExportWindow):
    """One stack at a time, and the outputs of the session.

    Args:
        services: What does the slow work; the real thing by default.
        store: Where the preferences are kept; the file of the user by default.
    """

    def __init__(
        self, services: Services | None = None, store: SettingsStore | None = None
    ) -> None:
        super().__init__(services or Services(), store or SettingsStore())
        self.batch: BatchWindow | None = None
        self._announced = ""
        self.awake = Awake(self)
        self._connect()
        if self.preferences.problems:
            problems = " ".join(said(problem.said) for problem in self.preferences.problems)
            some = self.tr("Some preferences could not be used.")
            self.banner.say(Tone.WARNING, some, problems)
        self._update_state()

    def _connect(self) -> None:
        actions, panel = self.actions_, self.side.render_panel
        actions.batch.triggered.connect(self._choose_batch)
        actions.render.triggered.connect(self.render_stack)
        actions.slabs.triggered.connect(self.choose_slabs)
        actions.stop.triggered.connect(self.stop_render)
        actions.preferences.triggered.connect(lambda: self.preferences.open())
        actions.quit.triggered.connect(self.close)
        actions.full_screen.toggled.connect(self._set_full_screen)
        actions.guide.triggered.connect(lambda: GuideDialog(self).open())
        actions.shortcuts.triggered.connect(
            lambda: ShortcutsDialog(self.findChildren(QAction), self).open()
        )
        actions.about.triggered.connect(lambda: AboutDialog(self._device(), self).open())
        self.opener.batch_found.connect(self._on_batch_found)
        panel.render_requested.connect(self.render_stack)
        panel.pause_requested.connect(self._pause_renders)
        panel.cancel_requested.connect(self.renderer.cancel)
        panel.cancel_all_requested.connect(self.renderer.cancel_all)
        panel.forget_requested.connect(self.renderer.forget)
        self.side.outputs.chosen.connect(self._on_output_chosen)
        for request in (
            actions.retouch.triggered,
            self.side.retouch_requested,
            self.side.outputs.retouch_requested,
        ):
            request.connect(self.retouch_output)
        self.retouch.begun.connect(self._update_state)
        self.retouch.finished.connect(self._on_retouched)
        self.retouch.dropped.connect(self._on_retouch_dropped)
        self.retouch.failed.connect(self._tell)
        self.retouch.news.connect(self.mention)
        self.side.outputs.remove_requested.connect(self._remove_output)
        self.history.output_left.connect(self._on_output_left)
        self.history.output_returned.connect(self._show_output)
        self.renderer.changed.connect(self._on_renders_changed)
        self.renderer.rendered.connect(self._on_rendered)
        self.renderer.failed.connect(self._tell)
        self.renderer.over.connect(self._on_render_over)

    # --- the batch ---------------------------------------------------------------------------

    def _choose_batch(self) -> None:
        """Show the batch; where it is empty, with the open folder that holds several stacks."""
        opened = self.opened
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
            self.batch.folder = self.opener.folder
            self.batch.news.connect(lambda text: self.statusBar().showMessage(text))
            runner = self.batch.runner
            runner.over.connect(lambda _: QApplication.alert(self))
            for turn in (runner.started, runner.seen, runner.ended, runner.over):
                turn.connect(self._stay_awake)
            self.side.parameters.changed.connect(self.batch.refresh)
        self.batch.show()
        self.batch.raise_()
        self.batch.add_folders(folders)
        return self.batch

    def _on_batch_found(self, folders: Sequence[Path]) -> None:
        self.statusBar().clearMessage()
        self.open_batch(folders)

    def _stay_awake(self) -> None:
        """Keep the computer from sleeping while renders or a batch are made."""
        batch = self.batch is not None and self.batch.runner.working
        self.awake.keep(self.renderer.working or batch)

    # --- rendering ---------------------------------------------------------------------------

    def render_stack(self) -> None:
        """Render what is included now, after what was asked before; later changes do not count."""
        request = self.request()
        if request is not None and not self.retouch.active:
            self._render([request])

    def choose_slabs(self) -> SlabsDialog:
        """Ask how the stack is cut into slabs, and render them."""
        dialog = SlabsDialog(load_state(state_path()).slabs, self._known_request, self)
        self.previewer.changed.connect(dialog.refresh)
        dialog.chosen.connect(self.render_slabs)
        dialog.open()
        return dialog

    def _known_request(self) -> FusionRequest | None:
        """What Render would do now, once it is known how the frames lie."""
        asked = self._asked()
        return self.request() if asked is not None and self.previewer.knows(asked) else None

    def render_slabs(self, frames: int, overlap: int) -> None:
        """Render the slabs of what is included now, after what was asked before.

        Args:
            frames: Of a slab.
            overlap: How many of them the next slab has, too.
        """
        self.keep_in_mind(lambda state: replace(state, slabs=(frames, overlap)))
        request = self._known_request()
        if request is not None:
            self._render(slab_requests(request, frames, overlap, self.frames.sources()))

    def _render(self, requests: Sequence[FusionRequest]) -> None:
        asked = [render.request for render in self.renderer.open]
        requests = [r for r in requests if not any(Render(r).is_for(other) for other in asked)]
        if not requests:
            self.mention(self.tr("This picture is being made already"))
            return
        if not self.renderer.busy and not self._advises:
            self.banner.hide()
        self.statusBar().clearMessage()
        self.previewer.hold()
        for request in requests:
            self.renderer.add(request)
        self._update_state()

    def stop_render(self) -> None:
        """Stop the render that runs, or the export; else leave the retouch or the full screen."""
        if self.retouch.active:
            self.retouch.cancel()
        elif self.renderer.busy:
            self.renderer.cancel(self.renderer.open[0])
        elif self.exporter.busy:
            self.stop_export()
        elif self.isFullScreen():
            self.actions_.full_screen.setChecked(False)

    def _pause_renders(self, pause: bool) -> None:
        (self.renderer.pause if pause else self.renderer.resume)()

    def _on_renders_changed(self) -> None:
        self._stay_awake()
        self.side.render_panel.show_renders(self.renderer.renders, paused=self.renderer.paused)
        self._update_stop()

    def _on_rendered(self, render: Render, rendered: Rendered) -> None:
        """Keep it, and show it, unless another stack or, while others follow, more is looked at."""
        result, outputs = rendered.result, self.side.outputs
        before = outputs.current
        output = outputs.add(result, rendered.seconds, rendered.picture.smallest)
        elsewhere = self.opened is not None and is_of_others(output, self.frames)
        looking = elsewhere or (self.renderer.busy and self.stage.view is not View.PREVIEW)
        if not looking and not self.retouch.active:
            self._pages.setCurrentIndex(1)
            self.stage.show_rendered(output, rendered.picture)
        elif before is not None:
            outputs.select(before)
        render.news = self.tr("{name} is finished, after {time}").format(
            name=output.name, time=seconds_text(rendered.seconds)
        )
        news = [warning for warning in result.warnings if warning not in self._advised]
        if elsewhere:
            self._announce(output)
        else:
            self._say_how(output)
            if news:
                self.warn(news)
        self._update_state()

    def _announce(self, output: Output) -> None:
        """Say that an output of another stack is there; quietly, where this one has its message."""

        def show() -> None:
            self.banner.hide()
            if output in self.side.outputs.outputs and not self.retouch.active:
                self.side.outputs.select(output)
                self._on_output_chosen(output)

        frames, before = output.result.request.stack, self._announced
        text = self.tr("{name} of {stack} is finished.")
        self._announced = text.format(name=output.name, stack=stack_name(frames.sources))
        if self.banner.message in ("", before):
            self.banner.say(Tone.NOTE, self._announced, action=(self.tr("Show It"), show))
        else:
            self.statusBar().showMessage(self._announced)

    def _on_output_chosen(self, output: Output) -> None:
        self._show_output(output)
        self._say_how(output)

    def _say_how(self, output: Output) -> None:
        """Say in the status bar how an output was made."""
        self.statusBar().showMessage(
            self.tr("{name}: {frames} in {time} on {device}").format(
                name=output.name,
                frames=count_text(len(output.result.request.positions), "frame"),
                time=seconds_text(output.seconds),
                device=output.result.device,
            )
        )

    def _on_render_over(self) -> None:
        QApplication.alert(self)  # only where another window is active
        self.previewer.resume()
        self._update_state()

    def _remove_output(self, output: Output) -> None:
        if self.exporter.writes(output):
            self.mention(self.tr("{name} is still being written").format(name=output.name))
            return
        self.history.remove_output(self.side.outputs, output)
        self.mention(self.tr("{name} removed; Undo brings it back").format(name=output.name))

    def _on_output_left(self) -> None:
        if self.stage.view is View.OUTPUT:
            current = self.side.outputs.current
            if current is not None:
                self._show_output(current)
            elif self.opened is not None:
                self.show_view(View.PREVIEW)
            else:
                self._close_stack()
        self._update_state()

    # --- retouching --------------------------------------------------------------------------

    def retouch_output(self) -> None:
        """Paint on a copy of the selected output."""
        output = self.side.outputs.current
        if output is None or self.retouch.active:
            return
        self._pages.setCurrentIndex(1)
        self.banner.hide()
        self.statusBar().clearMessage()
        self.retouch.start(output, self.side.outputs.outputs, self.stage.source)

    def _on_retouched(self, rendered: Rendered) -> None:
        outputs, picture = self.side.outputs, rendered.picture
        output = outputs.add(rendered.result, rendered.seconds, picture.smallest)
        self.stage.show_rendered(output, picture)
        self.mention(self.tr("{name}: retouched").format(name=output.name))
        self._update_state()

    def _on_retouch_dropped(self) -> None:
        output = self.side.outputs.current
        if output is not None:
            self._show_output(output)
        self.viewer.setFocus()

    # --- the window --------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Let exports finish, ask about outputs that were never exported, then end the threads."""
        if self.batch is not None and self.batch.runner.busy:
            event.ignore()
            ask_stop_batch(self, self._stop_batch_and_close)
        elif self.renderer.busy:
            event.ignore()
            ask_stop_renders(self, len(self.renderer.open), self._stop_renders_and_close)
        elif self.retouch.has_strokes:
            event.ignore()
            self.retouch.cancel(then=self.close)
        elif self.exporter.busy:
            self._close_after_export = True
            self.statusBar().showMessage(self.tr("Finishing the export before closing…"))
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
            self.previewer.forget()
            self.stage.clear()
            self.bridge.close()
            self.autosave.forget()
            event.accept()

    def _stop_batch_and_close(self) -> None:
        assert self.batch is not None
        self._close_after(self.batch.runner)
        self.batch.runner.stop()

    def _stop_renders_and_close(self) -> None:
        self._close_after(self.renderer)
        self.renderer.cancel_all()

    def _close_after(self, work: BatchRunner | Renderer) -> None:
        """Close once it is over; at once where it was over before that was answered."""
        if work.busy:
            work.over.connect(self._close_now, _ONCE)
        else:
            self.close()

    def _close_now(self) -> None:
        self.close()

    def _export_unexported(self) -> None:
        """Export what would be lost, and close then."""
        outputs = self.side.outputs
        first, *more = outputs.unexported
        if more:
            self.choose_export_all().chosen.connect(self._close_after_writing)
            return
        outputs.select(first)
        self._show_output(first)
        self.exporter.ask(first).fileSelected.connect(self._close_after_writing)

    def _discard_and_close(self) -> None:
        for output in self.side.outputs.unexported:
            self.side.outputs.remove(output)
        self.close()
