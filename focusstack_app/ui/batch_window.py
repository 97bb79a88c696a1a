"""Export a folder of stacks: propose, correct, choose where to, run, report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QWidget,
)

from focusstack_app.core.errors import FocusStackError, InputError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.places import is_folder
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.batch import BatchItem, BatchReport, Outcome, plan_batch
from focusstack_app.jobs.proposal import (
    ProposedStack,
    find_stacks,
    left_alone,
    propose_stacks,
)
from focusstack_app.jobs.waiting import Seen
from focusstack_app.ui.banner import Tone
from focusstack_app.ui.batch_frame import STEPS, BatchFrame
from focusstack_app.ui.batch_runner import BatchRunner, item_text, report_text, summary_text
from focusstack_app.ui.bridge import Bridge, Lane, LatestTask
from focusstack_app.ui.desktop import files_of, open_outside
from focusstack_app.ui.dialogs import ask_folder
from focusstack_app.ui.loading import ThumbnailLoader
from focusstack_app.ui.preferences import Preferences
from focusstack_app.ui.services import Services
from focusstack_app.ui.stack_menu import show_stack_menu
from focusstack_app.ui.stack_rows import THUMBNAIL_SIDE_PX, Row
from focusstack_app.ui.translation import said
from focusstack_app.ui.wording import (
    count_text,
    whole_seconds_text,
)

RESULTS_FOLDER = "stacked"
_TONES = {Outcome.DONE: None, Outcome.SKIPPED: None, Outcome.FAILED: Tone.ERROR}


class BatchWindow(BatchFrame):
    """The batch, beside the main window; closing it lets a running batch go on.

    Args:
        bridge: Runs the work.
        services: Does the work.
        preferences: Format, name and how pictures are written.
        make_request: From a stack to what is asked for it.
        parent: The main window.

    Signals:
        news: One line about the batch, for a status bar.
    """

    news = Signal(str)

    def __init__(
        self,
        bridge: Bridge,
        services: Services,
        preferences: Preferences,
        make_request: Callable[[Stack], FusionRequest],
        parent: QWidget,
    ) -> None:
        super().__init__(preferences, services.read_profile, parent)
        self._bridge = bridge
        self._preferences = preferences
        self._make_request = make_request
        self._reading = LatestTask()
        self._thumbnails = ThumbnailLoader(bridge, services, self, side_px=THUMBNAIL_SIDE_PX)
        self._running: list[Row] = []
        self._stuck = False
        self.folder = Path.home()
        self.report: BatchReport | None = None
        self.runner = BatchRunner(bridge, services, self)
        self._connect()
        self.refresh()

    def _connect(self) -> None:
        self.add_button.clicked.connect(self._choose_folder)
        self.merge_button.clicked.connect(self.tree.merge)
        self.split_button.clicked.connect(self.tree.split)
        self.remove_button.clicked.connect(self.tree.remove_chosen)
        self.tree.changed.connect(self.refresh)
        self.tree.changed.connect(self._load_thumbnails)
        self.undo_buttons.done.connect(self.status.setText)
        self._thumbnails.loaded.connect(self.tree.set_thumbnail)
        self._thumbnails.failed.connect(lambda frame, _: self.tree.set_thumbnail(frame, None))
        self.tree.customContextMenuRequested.connect(lambda at: show_stack_menu(self.tree, at))
        self.tree.itemSelectionChanged.connect(self._update_buttons)
        self.form.changed.connect(self.refresh)
        self._preferences.changed.connect(lambda _: self.refresh())
        self.open_button.clicked.connect(lambda: open_outside(Path(self.form.folder.value)))
        self.copy_button.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(report_text(self.report))
        )
        self.pause_button.clicked.connect(self._pause)
        self.stop_button.clicked.connect(self.runner.stop)
        self.start_button.clicked.connect(self.start)
        self.runner.started.connect(
            lambda number: self._on_advanced(number, 0.0, self.tr("Starting"))
        )
        self.runner.advanced.connect(self._on_advanced)
        self.runner.ended.connect(self._on_ended)
        self.runner.seen.connect(self._on_seen)
        self.runner.put_off.connect(lambda _: self._running.pop())
        self.runner.over.connect(self._on_over)

    # --- the proposal ------------------------------------------------------------------------

    def add_folders(self, folders: Sequence[Path]) -> None:
        """Read the folders in the background and add the stacks that they hold."""
        if not folders:
            return
        if self.runner.busy:
            text = self.tr("Folders can be added once the batch is over.")
            self.banner.say(Tone.NOTE, text)
            return
        if not self.form.folder.value:
            common = folders[0] if len(folders) == 1 else folders[0].parent
            self.form.folder.show_value(str(common / RESULTS_FOLDER))
        apart = [Path(self.form.folder.value)] if self.form.folder.value else []
        captured, watches = tuple(folders), self.form.watch.value
        self.watched.add(captured)
        self.folder = folders[-1].parent

        def work(progress: Progress) -> tuple[list[ProposedStack], list[str]]:
            found, left = [], []
            for folder in captured:
                results = [*apart, folder / RESULTS_FOLDER]
                try:
                    stacks = find_stacks(folder, exclude=results)
                except InputError:
                    if not (watches and is_folder(folder)):
                        raise
                    stacks = []
                found += stacks
                left += left_alone(folder, stacks, exclude=results)
            return propose_stacks(found, progress, parents=captured), left

        self.banner.hide()
        self.status.setText(self.tr("Reading frame headers…"))
        task = self._reading.replace(self._bridge.submit(Lane.FILES, work))
        task.progressed.connect(lambda _, stage: self.status.setText(f"{stage}…"))
        task.succeeded.connect(self._on_proposed)
        task.failed.connect(self._on_failed)
        task.finished.connect(self._update_buttons)
        self._update_buttons()

    def _on_proposed(self, proposed: tuple[list[ProposedStack], list[str]]) -> None:
        stacks, left = proposed
        self.status.clear()
        self.report = None
        self.watched.propose(stacks)
        self.tree.add(stacks)
        if left:
            first, *more = left
            hint = more[0] if more else ""
            if len(more) > 1:
                hint = self.tr("{count} more folders are left out.").format(count=len(more))
            self.banner.say(Tone.NOTE, first, hint)

    def _on_failed(self, error: Exception) -> None:
        self.status.clear()
        hint = error.hint if isinstance(error, FocusStackError) else ""
        message = error.message if isinstance(error, FocusStackError) else repr(error)
        self.banner.say(Tone.ERROR, message, hint)

    def _load_thumbnails(self) -> None:
        if self.isVisible():
            self._thumbnails.load(self.tree.unread)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter in a field is the end of what is typed there, and starts no batch."""
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (enter and isinstance(self.focusWidget(), QLineEdit)):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Read the thumbnails that are not there yet."""
        super().showEvent(event)
        self._load_thumbnails()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """Read no further thumbnail for a window that is not seen."""
        super().hideEvent(event)
        self._thumbnails.load(())

    def _choose_folder(self) -> None:
        title = self.tr("Add a Folder of Stacks")
        ask_folder(self, title, self.folder, lambda folder: self.add_folders([folder]))

    # --- what will be done -------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring names, notes and buttons in line with the stacks and the choices."""
        rows, example = self.tree.rows, None
        if not self.form.problem:
            # Names depend on all stacks, so that leaving one out does not rename the others.
            tasks = plan_batch([row.stack for row in rows], self.form.target, self._make_request)
            for row, task in zip(rows, tasks, strict=True):
                self.tree.set_result(row, task.output.name)
            example = next((task for task in tasks if task.request is not None), None)
        if example is None:
            self.form.explain()
        else:
            self.form.explain(example.output.name, example.request)
        self._count()
        self._update_buttons()

    def _count(self) -> None:
        frames = sum(len(row.stack.sources) for row in self.tree.included)
        stacks = count_text(len(self.tree.included), "stack")
        self.count_label.setText(f"{stacks}, {count_text(frames, 'frame')}")

    def _update_buttons(self) -> None:
        busy = self.runner.busy
        self.add_button.setEnabled(not busy)
        self.merge_button.setEnabled(self.tree.can_merge())
        self.split_button.setEnabled(self.tree.can_split())
        self.remove_button.setEnabled(not busy and bool(self.tree.chosen))
        self.undo_buttons.setEnabled(not busy)
        self.form.setEnabled(not busy)
        some = bool(self.tree.included or (self.form.watch.value and self.watched.parents))
        ready = some and self.form.ready and self._reading.task is None  # else without what comes
        self.start_button.setEnabled(ready and not busy)
        self.pause_button.setVisible(busy)
        self.pause_button.setText(self.tr("Resume") if self.runner.paused else self.tr("Pause"))
        self.stop_button.setVisible(busy)
        self.start_button.setVisible(not busy)
        self.bar.setVisible(busy)
        self.copy_button.setVisible(self.report is not None)
        self.open_button.setVisible(self.report is not None)

    # --- running -----------------------------------------------------------------------------

    def start(self) -> None:
        """Run the stacks that are included, or watch; pictures that exist are skipped."""
        self.banner.hide()
        self.report = None
        self.start_button.setDefault(True)
        self._running = []
        try:
            if self.form.watch.value:
                self._watch()
            else:
                self._run()
        except FocusStackError as error:
            for row in self.tree.rows:
                self.tree.reset_state(row)
            self._on_failed(error)
        self.tree.set_locked(self.runner.busy)
        self._update_buttons()

    def _run(self) -> None:
        rows = self.tree.rows
        tasks = plan_batch([row.stack for row in rows], self.form.target, self._make_request)
        chosen = [(row, task) for row, task in zip(rows, tasks, strict=True) if row.included]
        self._running = [row for row, _ in chosen]
        for row in self._running:
            self.tree.set_state(row, self.tr("Waiting"))
        self.bar.setValue(0)
        self.runner.start([task for _, task in chosen])

    def _watch(self) -> None:
        self.form.keep_wait()
        wait_s = float(self.form.wait.value())
        self.runner.watch(self.watched.watch(self.form.target, self._make_request, wait_s))
        self.bar.setValue(0)
        self.status.setText(self.tr("Looking at the folders"))

    def _on_seen(self, seen: Seen) -> None:
        begun = self.watched.show(seen, self._running, self.runner.newest)
        if begun is not None:
            self._running.append(begun)
        for note in seen.notes:
            self.banner.say(Tone.NOTE, said(note), "")
        if self._stuck and not seen.stuck:
            self.banner.hide()  # what could not be reached is there again, or there is room
        self._stuck = seen.stuck
        self._count()
        if self.runner.paused:
            self.status.setText(self.tr("Paused. Resume goes on with the next stack."))
        else:
            self.bar.setValue(0)
            self.status.setText(f"{said(seen.text)}.")
            self._tell(said(seen.text))
        self._load_thumbnails()

    def _pause(self) -> None:
        if self.runner.paused:
            self.runner.resume()
        else:
            self.runner.pause()
            self.status.setText(self.tr("Waits after this stack."))
        self._update_buttons()

    def _on_advanced(self, number: int, fraction: float, stage: str) -> None:
        row, count = self._running[number], len(self._running)
        self.tree.set_state(row, f"{int(fraction * 100)} %  {stage}", Tone.NOTE)
        self.tree.scrollToItem(row.item)
        text = self.tr("Stack {number} of {count}: {name}").format(
            number=number + 1, count=count, name=row.stack.name
        )
        share = (number + fraction) / count
        if self.runner.watching:
            text, share = row.stack.name, fraction
        self.bar.setValue(int(share * STEPS))
        left_s = self.runner.left_s(fraction)
        if left_s is not None:
            left = self.tr("about {time} left").format(time=whole_seconds_text(left_s))
            text = f"{text} · {left}"
        if not self.runner.paused:
            self.status.setText(text)
        self._tell(text)

    def _on_ended(self, number: int, item: BatchItem) -> None:
        tone = Tone.WARNING if item.warnings else _TONES[item.outcome]
        self.tree.set_state(self._running[number], item_text(item), tone)
        if item.full is not None:
            hint = self.tr("Start goes on with what is missing.")
            self.banner.say(Tone.ERROR, said(item.message), hint)
        if self.runner.paused:
            self.status.setText(self.tr("Paused. Resume goes on with the next stack."))

    def _on_over(self, report: BatchReport) -> None:
        self.report = report
        done = self._running[: len(report.items)]
        left = [row for row in self.tree.included if row not in done]
        for row in left:
            self.tree.set_state(row, self.tr("Not started"))
        self.tree.set_locked(False)
        self.tree.changed.emit()  # where it watched, there are more stacks now
        text = summary_text(report, len(done) + len(left))
        self.status.setText(text)
        self._tell(text.splitlines()[0])
        self._update_buttons()
        if not report.count(Outcome.FAILED) and not left:
            self.open_button.setDefault(True)
            self.open_button.setFocus()

    def _tell(self, text: str) -> None:
        self.news.emit(self.tr("Batch: {news}").format(news=text))

    # --- dropping ----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Take folders while nothing runs."""
        if not self.runner.busy and _folders_of(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Add what was dropped."""
        event.accept()
        self.add_folders(_folders_of(event))


def _folders_of(event: QDropEvent) -> list[Path]:
    return [path for path in files_of(event.mimeData()) if is_folder(path)]
