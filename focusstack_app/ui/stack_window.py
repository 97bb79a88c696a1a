"""What is open as a stack: its frames, how they are fused, the preview, and undo of all that."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint

from focusstack_app.core.errors import FocusStackError, InputError
from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.pages import file_of
from focusstack_app.core.places import is_there
from focusstack_app.settings.schema import Settings
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.filmstrip import is_included
from focusstack_app.ui.frames_menu import frames_menu
from focusstack_app.ui.frames_model import PROBLEM_ROLE
from focusstack_app.ui.history import History
from focusstack_app.ui.lenient_opening import Opened
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.parameters import PARAMETER_FIELDS, Parameters
from focusstack_app.ui.preferences import changed_fields
from focusstack_app.ui.previewing import Preview
from focusstack_app.ui.project_window import ProjectWindow
from focusstack_app.ui.retouching import Retoucher
from focusstack_app.ui.services import Services
from focusstack_app.ui.translation import said
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.wording import left_out_text, others_text, removed_text, stacks_text


class StackWindow(ProjectWindow):
    """The window as far as it has a stack.

    Args:
        services: What does the slow work.
        store: Where the preferences are kept.
    """

    def __init__(self, services: Services, store: SettingsStore) -> None:
        super().__init__(services, store)
        self._advised: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self.side.parameters.set_parameters(Parameters.of(self.preferences.settings.fusion))
        self.history = History(self.frames, self.side.parameters, self)
        self._connect_stack()

    def _connect_stack(self) -> None:
        actions = self.actions_
        for request in (actions.open_files.triggered, self.empty_page.open_requested):
            request.connect(self.opener.choose_files)
        for request in (actions.open_demo.triggered, self.empty_page.demo_requested):
            request.connect(self.opener.open_demo)
        actions.open_folder.triggered.connect(self.opener.choose_folder)
        self.opener.started.connect(self._on_opening)
        self.opener.opened.connect(self._on_opened)
        self.opener.failed.connect(self._on_open_failed)
        self.opener.over.connect(lambda: self.empty_page.set_busy(""))
        actions.add_frames.triggered.connect(self.adder.choose)
        self.adder.added.connect(self._on_added)
        self.adder.refused.connect(self._on_refused)
        self.adder.news.connect(self.mention)
        actions.recent_menu.aboutToShow.connect(self._fill_recent_menu)
        actions.include_all.triggered.connect(self.frames.include_all)
        for request in (actions.remove.triggered, self.filmstrip.remove_requested):
            request.connect(self.remove_frames)
        self.filmstrip.include_requested.connect(
            lambda rows, included: self.frames.include(rows, included=included)
        )
        self.filmstrip.menu_requested.connect(self._show_frames_menu)
        self.frames.inclusion_changed.connect(self._on_request_changed)
        self.frames.reference_replaced.connect(self._on_reference_replaced)
        self.side.parameters.changed.connect(self._on_request_changed)
        self.filmstrip.frame_chosen.connect(
            lambda row: self.stage.show_source(self.frames.source(row))
        )
        self.viewer.step_requested.connect(self.step_frame)
        actions.frame_before.triggered.connect(lambda: self.step_frame(-1))
        actions.frame_next.triggered.connect(lambda: self.step_frame(1))
        self.stage.frame_requested.connect(self.filmstrip.choose)
        self.stage.failed.connect(self._tell)
        self._thumbnails.loaded.connect(self.frames.set_thumbnail)
        self._thumbnails.failed.connect(self.frames.set_problem)
        self.previewer.changed.connect(self.stage.refresh)
        self.previewer.changed.connect(lambda: self._thumbnails.set_resting(self.previewer.hurries))
        self.previewer.roughly_ready.connect(self._on_rough_preview)
        self.previewer.ready.connect(self._on_preview)
        self.previewer.failed.connect(self._tell)
        self.preferences.changed.connect(self._on_preferences_changed)
        self.preferences.failed.connect(self._tell)
        actions.undo.triggered.connect(self._undo)
        actions.redo.triggered.connect(self._redo)
        self.history.changed.connect(self._update_undo)
        self.history.restored.connect(self._on_restored)
        self.retouch.changed.connect(self._update_undo)
        self._update_undo()

    # --- opening -----------------------------------------------------------------------------

    def _on_opened(self, opened: Opened) -> None:
        if self.retouch.active:  # begun while the headers were read
            self.mention(self.tr("Finish the retouch, then open the frames again"))
            return
        self.statusBar().clearMessage()
        if self.projects.is_changed(self.project()):
            self._ask_save(lambda: self._take(opened), opening=True)
        else:
            self._take(opened)

    def _take(self, opened: Opened) -> None:
        """Show what was opened in place of what is there."""
        self._opened, self._advised = opened, ()
        if opened.kept_path is not None:  # where it cannot be opened, it is offered again
            self.autosave.adopt(opened.kept_path)
        self.remember(opened.project_path)
        self.stage.source = opened.stack.sources[0]
        self.previewer.forget()
        self._pages.setCurrentIndex(1)
        self.viewer.show_picture(None)
        left_out: list[Path] = []
        reference: Path | None = None
        if opened.project is not None:
            project = opened.project
            self.side.parameters.set_parameters(
                Parameters(project.method, project.mode, project.overlap, project.align)
            )
            taken = zip(project.frames, project.included, strict=True)
            left_out = [path for path, included in taken if not included]
            reference = project.reference
        self.frames.set_stack(opened.stack, left_out, reference)
        self.history.begin()
        self.projects.begin(opened.project_path, self.project())
        self._thumbnails.load(opened.stack.sources)
        self.filmstrip.mark(0)
        self.filmstrip.setFocus()
        self._ask_preview(at_once=True)
        self.show_view(View.PREVIEW)
        self._notes = opened.warnings
        if opened.left_out:
            bad = left_out_text(len(opened.left_out))
            good = others_text(len(opened.stack))
            self._notes = (f"{bad} {said(opened.left_out[0].message)}", good)
        elif opened.stacks > 1:
            self._notes = ()
            self.banner.say(
                Tone.NOTE,
                stacks_text(opened.stacks),
                self.tr("File, Batch (Ctrl+B) splits their folder and makes one picture of each."),
            )
        if reference is not None and self.frames.reference is None:
            lost = self.tr("The reference, {file}, is missing; the first frame takes its place.")
            self._notes = (*self._notes, lost.format(file=reference.name))
        self._say_notes()
        self._update_state()

    def _say_notes(self) -> None:
        """Say what was noticed when the stack was opened."""
        if self._notes:
            self.warn(self._notes)

    def _on_open_failed(self, error: Exception) -> None:
        self.statusBar().clearMessage()
        self._tell(error)

    def _on_added(self) -> None:
        self._thumbnails.load(self.frames.without_thumbnail())
        self._update_state()

    def _on_refused(self, errors: Sequence[InputError]) -> None:
        text = left_out_text(len(errors))
        self.banner.say(Tone.WARNING, text, said(errors[0].message))

    # --- frames and parameters ---------------------------------------------------------------

    def request(self) -> FusionRequest | None:
        """What Render would do now; None where no frame is included.

        It is of the frames that belong together, in the order of their focus, as far as the preview
        found that out: its outputs lie exactly on each other, and nothing is looked for twice.
        """
        asked = self._asked()
        return asked and self.previewer.informed(asked)

    def _asked(self) -> FusionRequest | None:
        """The same of all frames that are included."""
        stack = self.frames.stack()
        return self.request_for(stack) if stack is not None else None

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
            temporary_folder=fusion.temporary_place,
        )

    def remove_frames(self) -> None:
        """Take the selected frames out of the list; the files stay."""
        rows = self.filmstrip.chosen_rows()
        if not rows:
            return
        self.mention(removed_text(len(rows)))
        self.frames.remove(rows)  # which may say that another frame is the reference
        self._follow_frames(rows[0])

    def _on_reference_replaced(self, before: FrameSource, now: FrameSource) -> None:
        text = self.tr("{file} is the reference now, instead of {other}")
        self.mention(text.format(file=now.path.name, other=before.path.name))

    def _show_frames_menu(self, at: QPoint) -> None:
        rows = self.filmstrip.chosen_rows()
        frames_menu(self.frames, rows, self.actions_.remove, self).popup(at)

    def _remedy(self, error: FocusStackError) -> tuple[str, Callable[[], object]] | None:
        """Go on without the frames that are gone or cannot be read, where others are left."""
        frames = self.frames
        lost = [
            source
            for row, source in enumerate(frames.sources())
            if is_included(frames.index(row))
            and (frames.index(row).data(PROBLEM_ROLE) or not is_there(file_of(source.path)))
        ]
        if not isinstance(error, InputError) or not 0 < len(lost) < len(frames.included()):
            return None

        def leave_out() -> None:
            self.banner.hide()
            self._say_notes()
            rows = range(frames.rowCount())
            frames.include([n for n in rows if frames.source(n) in lost], included=False)

        one = self.tr("Leave It Out")
        return (one if len(lost) == 1 else self.tr("Leave Them Out")), leave_out

    def _follow_frames(self, row: int = 0) -> None:
        """After frames came or went: go to that row where the current frame is gone."""
        frames, count = self.frames, self.frames.rowCount()
        if count == 0:
            self._close_stack()
            return
        self._pages.setCurrentIndex(1)
        sources = [frames.source(number) for number in range(count)]
        if self.stage.source not in sources:
            self.stage.source = sources[min(row, count - 1)]
            if self.stage.view is not View.OUTPUT:
                self.show_view(self.stage.view)
        current = sources.index(self.stage.source)
        if current not in self.filmstrip.chosen_rows():  # else others may stay selected with it
            self.filmstrip.mark(current)
        self._update_state()

    def _close_stack(self) -> None:
        self.stage.source = None
        self.previewer.forget()
        if self.side.outputs.outputs:
            if self.filmstrip.hasFocus():  # which goes: arrows in a parameter would change it
                self.viewer.setFocus()
            self._show_output(self.side.outputs.current or self.side.outputs.outputs[-1])
        else:
            self.stage.clear()
            self._pages.setCurrentIndex(0)
        self._update_state()

    def _on_request_changed(self) -> None:
        if self.opened is None:
            return
        self._ask_preview(at_once=False)
        self._update_state()

    def _on_preferences_changed(self, before: Settings) -> None:
        """What changed in the preferences holds for the open stack too; the rest of it stays."""
        settings = self.preferences.settings
        if settings.interface != before.interface:
            self._apply_theme()
        self._update_state()
        changes = changed_fields(before.fusion, settings.fusion)
        if not changes:
            return
        panel = self.side.parameters
        shown = {field: changes[field] for field in PARAMETER_FIELDS if field in changes}
        panel.set_parameters(dataclasses.replace(panel.parameters, **shown))
        if len(changes) > len(shown):
            self._on_request_changed()

    def _ask_preview(self, *, at_once: bool) -> None:
        request = self._asked()
        if request is None:
            self.previewer.forget()
        else:
            self.previewer.ask(request, at_once=at_once)

    def _on_rough_preview(self, preview: Preview) -> None:
        self.stage.show_preview(preview)
        self._update_state()

    def _on_preview(self, preview: Preview) -> None:
        self.stage.show_preview(preview)
        self._advise(preview)
        self._update_state()

    def _advise(self, preview: Preview) -> None:
        """Say what is wrong with the frames before they are rendered, unless more is said.

        What was noticed when they were opened is said with it.
        """
        if preview.warnings == self._advised:
            return  # said, and perhaps closed
        if self._advises:
            self.banner.hide()
        self._advised = ()
        shown = self.banner.message
        noted = bool(self._notes) and shown == said(self._notes[0])
        if preview.warnings and (noted or not shown):
            self._advised = preview.warnings
            self.warn((*preview.warnings, *self._notes) if noted else preview.warnings)

    @property
    def _advises(self) -> bool:
        """Whether the banner shows what was wrong with the frames of the last preview."""
        return bool(self._advised) and self.banner.message == said(self._advised[0])

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

    # --- undo --------------------------------------------------------------------------------

    @property
    def _undoable(self) -> History | Retoucher:
        """What undo and redo reach: the strokes while there is a brush, else the project."""
        return self.retouch.retoucher if self.retouch.active else self.history

    def _undo(self) -> None:
        """Take a step back, and say which: it may be out of sight."""
        self._undoable.undo()
        undone = self.tr("Undone: {step}")
        self.mention(undone.format(step=self._undoable.redo_text))

    def _redo(self) -> None:
        self._undoable.redo()
        done = self.tr("Done again: {step}")
        self.mention(done.format(step=self._undoable.undo_text))

    def _update_undo(self) -> None:
        """Say in the menu what would be undone and done again."""
        undo, redo = self._undoable.undo_text, self._undoable.redo_text
        self.actions_.undo.setText(
            self.tr("&Undo {step}").format(step=undo) if undo else self.tr("&Undo")
        )
        self.actions_.redo.setText(
            self.tr("Re&do {step}").format(step=redo) if redo else self.tr("Re&do")
        )
        self.actions_.undo.setEnabled(bool(undo))
        self.actions_.redo.setEnabled(bool(redo))

    def _on_restored(self) -> None:
        self.statusBar().clearMessage()
        self._follow_frames()
