"""How the window writes outputs and their maps: what is offered, and what is said about it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QProgressBar, QToolButton

from focusstack_app.core.output import Stereo
from focusstack_app.jobs.maps import MapKind
from focusstack_app.settings.store import SettingsStore
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.desktop import open_outside
from focusstack_app.ui.export_all import ExportAllDialog
from focusstack_app.ui.export_stereo import StereoDialog
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.services import Services
from focusstack_app.ui.stack_window import StackWindow
from focusstack_app.ui.wording import format_text

_BAR_PX = 120


class ExportWindow(StackWindow):
    """The window as far as it writes files.

    Args:
        services: What does the slow work.
        store: Where the preferences are kept.
    """

    def __init__(self, services: Services, store: SettingsStore) -> None:
        super().__init__(services, store)
        self._close_after_export = False
        self.progress_bar = QProgressBar()
        self.progress_bar.setAccessibleName(self.tr("Progress of the export"))
        self.progress_bar.setTextVisible(False)
        self.progress_bar.setFixedWidth(_BAR_PX)
        self.stop_button = QToolButton()
        self.stop_button.setText(self.tr("Stop the Export"))
        self.stop_button.setToolTip(self.tr("Keep what is written, and write no more (Esc)"))
        self.stop_button.clicked.connect(self.stop_export)
        for place, widget in enumerate((self.progress_bar, self.stop_button)):
            widget.hide()
            self.statusBar().insertPermanentWidget(place, widget)
        actions, outputs, exporter = self.actions_, self.side.outputs, self.exporter
        self._map_actions = {
            MapKind.DEPTH: actions.export_depth,
            MapKind.PROVENANCE: actions.export_provenance,
        }
        for request in (
            actions.export.triggered,
            self.side.export_requested,
            outputs.export_requested,
        ):
            request.connect(self.choose_export)
        for kind, action in self._map_actions.items():
            action.triggered.connect(lambda _, kind=kind: self.choose_map(kind))
        outputs.map_requested.connect(self.choose_map)
        for request in (actions.export_stereo.triggered, outputs.stereo_requested):
            request.connect(self.choose_stereo)
        actions.export_all.triggered.connect(self.choose_export_all)
        exporter.started.connect(self._on_export_started)
        exporter.exported.connect(outputs.mark_exported)
        exporter.saved.connect(self._on_saved)
        exporter.stopped.connect(self._on_export_stopped)
        exporter.failed.connect(self._on_export_failed)
        exporter.over.connect(self._on_export_over)

    def _update_state(self) -> None:
        """Offer what can be written, and say why the rest cannot."""
        super()._update_state()
        actions, output = self.actions_, self.side.outputs.current
        free = not self.retouch.active
        exportable = free and output is not None and self.exporter.can_write(output)
        actions.export.setEnabled(exportable)
        self.side.export_button.setEnabled(exportable)
        export = self.preferences.settings.export
        tip = self.tr("Save the selected output to a file (Ctrl+E): {format}")
        self.side.export_button.setToolTip(
            tip.format(format=format_text(export.format, export.options))
        )
        tips = {
            MapKind.DEPTH: self.tr("Save how deep each pixel of the selected output lies"),
            MapKind.PROVENANCE: self.tr("Save where each pixel of the selected output comes from"),
        }
        for kind, action in self._map_actions.items():
            _offer(action, self._map_problem(kind), tips[kind])
        tip = self.tr("Save a view for both eyes, or one that rocks, made by the depth")
        _offer(actions.export_stereo, self._map_problem(None), tip)
        tip = self.tr("Save every output of this session into one folder")
        _offer(actions.export_all, self._all_problem(), tip)

    def _map_problem(self, kind: MapKind | None) -> str:
        """Why that map of the selected output cannot be written now; empty where it can.

        The same of its stereo views, for which there is no kind.
        """
        output = self.side.outputs.current
        if output is None:
            return self.tr("There is no output yet: press Render")
        if self.retouch.active:
            return self.tr("Finish the retouch first")
        if not output.has_maps:
            return self.tr("An output of a single frame has no maps")
        if kind is not None and not self.exporter.can_write(output, kind):
            return self.tr("It is being written")
        return ""

    def _all_problem(self) -> str:
        """Why not all outputs can be written now; empty where they can."""
        if not self.side.outputs.outputs:
            return self.tr("There is no output yet: press Render")
        if self.retouch.active:
            return self.tr("Finish the retouch first")
        if self.exporter.writes_all or not self._writable():
            return self.tr("They are being written")
        return ""

    def _writable(self) -> list[Output]:
        """The outputs whose pictures are not being written."""
        return [out for out in self.side.outputs.outputs if self.exporter.can_write(out)]

    def choose_export(self) -> None:
        """Ask where the selected output goes, and write it in the background."""
        output = self.side.outputs.current
        if output is not None and self.exporter.can_write(output):
            self.exporter.ask(output)

    def choose_map(self, kind: MapKind) -> None:
        """Ask where a map of the selected output goes, and write it in the background."""
        output = self.side.outputs.current
        if output is not None and not self._map_problem(kind):
            self.exporter.ask_map(output, kind)

    def choose_stereo(self) -> StereoDialog | None:
        """Ask how a stereo view of the selected output is to be, and where it goes."""
        output = self.side.outputs.current
        if output is None or self._map_problem(None):
            return None
        dialog = StereoDialog(output, self.exporter.last_stereo, self)
        dialog.chosen.connect(lambda stereo: self._on_stereo(output, stereo))
        dialog.open()
        return dialog

    def _on_stereo(self, output: Output, stereo: Stereo) -> None:
        if stereo.nearest_first is not None:
            output.set_nearest_first(stereo.nearest_first)
            self.stage.refresh()
        self.exporter.ask_stereo(output, stereo)

    def choose_export_all(self) -> ExportAllDialog:
        """Ask where the outputs go, of which there are some, and write them in the background."""
        outputs, export = self._writable(), self.preferences.settings.export
        written_as = format_text(export.format, export.options)
        folder = self.exporter.folder_for(outputs[0])
        dialog = ExportAllDialog(outputs, folder, written_as, self)
        dialog.chosen.connect(self.exporter.write_all)
        dialog.open()
        return dialog

    def stop_export(self) -> None:
        """Write no more; what closing waits for is over, too."""
        self._close_after_export = False
        self.exporter.stop()
        self.statusBar().clearMessage()
        self._update_stop()

    def _update_stop(self) -> None:
        """Esc also stops what is exported."""
        super()._update_stop()
        busy = self.exporter.busy
        written, count = self.exporter.done
        self.progress_bar.setRange(0, count)  # of a single file it only shows that it goes on
        self.progress_bar.setValue(written)
        for widget in (self.progress_bar, self.stop_button):
            widget.setVisible(busy)
        if busy:
            self.actions_.stop.setEnabled(True)

    def _close_after_writing(self) -> None:
        """Close once what was begun now is written."""
        self._close_after_export = self.exporter.busy

    def _on_export_started(self, text: str) -> None:
        self.statusBar().showMessage(text)
        self._update_state()

    def _on_saved(self, text: str, folder: Path) -> None:
        self.statusBar().clearMessage()
        self.banner.say(
            Tone.NOTE,
            text,
            str(folder),
            action=(self.tr("Show Its Folder"), lambda: open_outside(folder)),
        )

    def _on_export_stopped(self, text: str) -> None:
        self.banner.say(Tone.NOTE, text)

    def _on_export_failed(self, error: Exception) -> None:
        self._close_after_export = False
        self.statusBar().clearMessage()
        self._tell(error)

    def _on_export_over(self) -> None:
        self._update_state()
        if self._close_after_export and not self.exporter.busy:
            self._close_after_export = False  # what closing asks next may be cancelled
            self.close()


def _offer(action: QAction, problem: str, tip: str) -> None:
    """Let it be chosen, or say what is in the way."""
    action.setEnabled(not problem)
    action.setToolTip(problem or tip)
    action.setStatusTip(problem or tip)
