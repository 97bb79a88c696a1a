"""What is shown: preview, source or output, under an overlay, beside something else."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from focusstack_app.core.frames import FrameSource
from focusstack_app.jobs.stereo import nearest_first_of
from focusstack_app.ui.bridge import Bridge
from focusstack_app.ui.captions import (
    output_caption,
    pixel_text,
    preview_caption,
    source_caption,
    waiting_note,
)
from focusstack_app.ui.comparing import Comparison, Other, lying_in, other_source
from focusstack_app.ui.curve import Curve
from focusstack_app.ui.display import Display
from focusstack_app.ui.frames_model import FramesModel
from focusstack_app.ui.loading import PictureLoader
from focusstack_app.ui.loupe import Loupe
from focusstack_app.ui.menus import Actions
from focusstack_app.ui.outputs import Output, OutputList
from focusstack_app.ui.overlays import (
    Overlay,
    is_offered,
    legends,
    overlay_actions,
    overlay_names,
)
from focusstack_app.ui.picture import DisplayPicture
from focusstack_app.ui.previewing import Preview, Previewer
from focusstack_app.ui.refining import Refiner
from focusstack_app.ui.scrubbing import Scrubber
from focusstack_app.ui.services import Services
from focusstack_app.ui.tilt import Tilt
from focusstack_app.ui.view_bar import View, ViewBar
from focusstack_app.ui.viewer import Compare, Viewer


class Stage(QWidget):
    """The viewer, the line above it and the curve of sharpness below.

    Args:
        actions: The window's commands; those that compare are connected here.
        frames: The frames of the open stack.
        previewer: Has the preview.
        outputs: Has the outputs.
        bridge: Runs the reading.
        services: Does the reading.
        display: What pictures are converted to.

    Signals:
        failed: The error of a picture that could not be read.
        pixel_read: Place and value of the pixel under the pointer; empty outside.
        frame_requested: Row of a frame that is to be shown.
    """

    failed = Signal(object)
    pixel_read = Signal(str)
    frame_requested = Signal(int)

    def __init__(
        self,
        actions: Actions,
        frames: FramesModel,
        previewer: Previewer,
        outputs: OutputList,
        bridge: Bridge,
        services: Services,
        display: Display,
    ) -> None:
        super().__init__()
        self._actions = actions
        self._frames = frames
        self._previewer = previewer
        self._outputs = outputs
        self._compared: object = None
        self._held = ""
        self._held_other: Other | None = None
        self.view = View.PREVIEW
        self.source: FrameSource | None = None
        self.overlay = Overlay.NONE
        self.viewer = Viewer(display)
        self.tilt = Tilt(self.viewer, bridge)
        self.view_bar = ViewBar(
            actions.fit,
            actions.actual_pixels,
            actions.loupe,
            actions.overlay_menu,
            actions.compare_menu,
        )
        actions.loupe.toggled.connect(Loupe(self.viewer, self.tilt).set_active)
        self.comparison = Comparison(self.viewer, bridge, services, self)
        self.pictures = PictureLoader(bridge, services, self)
        self.scrubber = Scrubber(bridge, services, self)
        self.refiner = Refiner(self.viewer, previewer, bridge, services, self)
        self.curve = Curve(self.viewer, frames, self.scrubber, self)
        self.mark, self.strip = self.curve.mark, self.curve.strip
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view_bar)
        column.addWidget(self.viewer, 1)
        column.addWidget(self.strip)
        self._compare_ways = len(actions.compare_menu.actions())
        self._overlay_actions = overlay_actions(actions.overlay_menu)
        self._connect()

    def _connect(self) -> None:
        actions = self._actions
        actions.wipe.triggered.connect(lambda: self.comparison.set_mode(Compare.WIPE))
        actions.side_by_side.triggered.connect(lambda: self.comparison.set_mode(Compare.SIDE))
        actions.blink.triggered.connect(lambda: self.comparison.set_mode(Compare.BLINK))
        actions.compare_menu.aboutToShow.connect(self._fill_compare_menu)
        actions.fit.triggered.connect(self.viewer.fit)
        actions.actual_pixels.triggered.connect(lambda: self.viewer.show_actual_pixels())
        for overlay, action in self._overlay_actions.items():
            action.triggered.connect(lambda _, overlay=overlay: self._turn(overlay))
        self.view_bar.view_chosen.connect(self.show_view)
        self.viewer.pointed_at.connect(self._read_pixel)
        self.viewer.zoom_changed.connect(self.view_bar.set_zoom)
        self.viewer.zoom_changed.connect(lambda _: self._show_caption())
        self._previewer.progressed.connect(self._show_caption)
        self.refiner.changed.connect(self._show_caption)
        self.refiner.failed.connect(self.failed)
        self.tilt.failed.connect(self.failed)
        self.tilt.changed.connect(self._show_caption)
        self.curve.changed.connect(
            lambda: actions.sharpest.setEnabled(self.strip.sharpest is not None)
        )
        self.strip.frame_chosen.connect(self.frame_requested)
        actions.sharpest.triggered.connect(self._show_sharpest)
        actions.swap_depth.triggered.connect(self._swap_depth)
        self._frames.modelReset.connect(self.curve.forget)
        for ready in (self._previewer.roughly_ready, self._previewer.ready):
            ready.connect(lambda _: self._read_frames())
        self.comparison.changed.connect(self.refresh)
        self.comparison.failed.connect(self.failed)
        self.pictures.loaded.connect(self._on_picture)
        self.pictures.failed.connect(lambda _, error: self.failed.emit(error))

    def show_view(self, view: View) -> None:
        """Show the preview, the current source, or the selected output."""
        output = self._outputs.current
        if view is View.OUTPUT and output is not None:
            self.show_output(output)
            return
        self.view = view
        preview = self._previewer.preview
        if view is View.PREVIEW and preview is not None:
            self.pictures.cancel()
            self.viewer.show_picture(preview.picture)
        elif self.source is not None:
            if not self._previewer.hurries:
                self._read_frames()
            proxy = self.scrubber.picture(self.source)
            self.pictures.load_source(self.source, proxy, peaking=self._peaking)
        self.refresh()

    def show_source(self, source: FrameSource) -> None:
        """Show a source and make it the current one."""
        self.source = source
        self.show_view(View.SOURCE)

    def show_output(self, output: Output) -> None:
        """Show an output, under the overlay."""
        self.view = View.OUTPUT
        self.pictures.load_result(output, output.result, self._map)
        self.refresh()

    def show_rendered(self, output: Output, picture: DisplayPicture) -> None:
        """Show a new output whose picture is at hand."""
        if self._map is not Overlay.NONE:
            self.show_output(output)
        else:
            self.view = View.OUTPUT
            self.pictures.cancel()
            self.viewer.show_picture(picture)
        self.viewer.setFocus()

    def show_preview(self, preview: Preview) -> None:
        """Show a new preview, if the preview is looked at."""
        if self.view is View.PREVIEW:
            self.pictures.cancel()
            self.viewer.show_picture(preview.picture)

    def clear(self) -> None:
        """Show nothing."""
        self.pictures.cancel()
        self.viewer.show_picture(None)

    def hold(self, caption: str) -> None:
        """Leave the picture to somebody else: no view, overlay or comparison but peeking."""
        self.pictures.cancel()
        self.refiner.give_back()
        self.view, self.overlay, self._held = View.OUTPUT, Overlay.NONE, caption
        if self.comparison.mode is not Compare.OFF:
            self.comparison.set_mode(self.comparison.mode)
        self.refresh()

    def set_held_other(self, other: Other) -> None:
        """What is peeked at meanwhile."""
        self._held_other = other
        self.refresh()

    def release(self) -> None:
        """Take the picture back; what it shows next is still to be said."""
        self._held, self._held_other = "", None
        self.refresh()

    def set_overlay(self, overlay: Overlay) -> None:
        """Lay a map over the selected output, or peaking over the frame; it is shown for that."""
        was_peaking, self.overlay = self._peaking, overlay
        output = self._outputs.current
        if overlay is Overlay.PEAKING or (was_peaking and overlay is Overlay.NONE):
            self.show_view(View.SOURCE)
        elif output is not None and (overlay is not Overlay.NONE or self.view is View.OUTPUT):
            self.show_output(output)
        self.refresh()

    def _turn(self, overlay: Overlay) -> None:
        """Lay an overlay over, or take it off where it is seen: its key does both."""
        over = self.view is (View.SOURCE if overlay is Overlay.PEAKING else View.OUTPUT)
        self.set_overlay(Overlay.NONE if over and overlay is self.overlay else overlay)

    @property
    def caption(self) -> str:
        """What the viewer shows, in words."""
        if self._held:
            return self._held
        output = self._outputs.current
        if self.view is View.OUTPUT and output is not None:
            if self._map is not Overlay.NONE:
                return f"{output.name} · {overlay_names()[self._map]}"
            return output_caption(output)
        if self.view is View.SOURCE:
            over = f" · {overlay_names()[self.overlay]}" if self._peaking else ""
            return source_caption(self.source, self._frames) + over
        return preview_caption(self._previewer, self.refiner, self.source, self._frames)

    @property
    def others(self) -> list[Other]:
        """What the picture that is shown can be compared with, the best first."""
        if self._held:
            return [self._held_other] if self._held_other is not None else []
        preview, current = self._previewer.preview, self._outputs.current
        found: list[Other] = []
        shown = current if self.view is View.OUTPUT else None
        source = other_source(self.source, shown, self._frames)
        if source is not None and (self.view is not View.SOURCE or self._peaking):
            found.append(source)
        newest_first, of_source = reversed(self._outputs.outputs), self.view is View.SOURCE
        found += [
            Other(output.name, output, lying_in(self.source, output) if of_source else None)
            for output in newest_first
            if self.view is not View.OUTPUT
            or output is not current
            or self._map is not Overlay.NONE
        ]
        if preview is not None and self.view is not View.PREVIEW:
            name = self.tr("Rough preview") if preview.rough else self.tr("Preview")
            found.append(Other(name, preview))
        return found

    def compare_with(self, other: Other) -> None:
        """Compare with this, by wipe where nothing was compared before."""
        self._compared = other.content
        if self.comparison.mode is Compare.OFF:
            self.comparison.set_mode(Compare.WIPE)
        self.refresh()

    def refresh(self) -> None:
        """Bring the line above, the second picture and the commands in line."""
        free = not self._held
        opened, output = free and self._frames.rowCount() > 0, self._outputs.current
        bar = self.view_bar
        bar.set_view(self.view)
        bar.set_available(View.PREVIEW, opened)
        bar.set_available(View.SOURCE, opened)
        bar.set_available(View.OUTPUT, free and output is not None)
        self._show_caption()
        others = self.others
        chosen = next((other for other in others if other.content == self._compared), None)
        if chosen is None and others:
            chosen = others[0]
        self.comparison.set_pictures(self.caption.split(" · ")[0], chosen)
        ways = {
            Compare.WIPE: self._actions.wipe,
            Compare.SIDE: self._actions.side_by_side,
            Compare.BLINK: self._actions.blink,
        }
        for mode, action in ways.items():
            action.setChecked(self.comparison.mode is mode)
            action.setEnabled(free and chosen is not None)
        for overlay, action in self._overlay_actions.items():
            action.setChecked(self.overlay is overlay)
            action.setEnabled(free and is_offered(overlay, opened=opened, output=output))
        tilted = free and self.view is View.OUTPUT and self._map is Overlay.TILT
        self.tilt.show_result(output.result if tilted and output is not None else None)
        self._actions.swap_depth.setEnabled(tilted)
        shown = output if self.view is View.OUTPUT else None
        self.curve.update(shown, self.source, shown=free)

    def _show_caption(self) -> None:
        """Say above the picture what is shown, and in its corner what its colours mean."""
        self.view_bar.caption.set_whole(self.caption)
        shows_map = self.view is View.OUTPUT and self._map is not Overlay.NONE
        note = legends()[self.overlay] if shows_map or self._peaking else ""
        if shows_map and self.overlay is Overlay.TILT and not self.tilt.ready:
            note = self.tr("Working out the depth…")
        waits = self.view is View.PREVIEW and not self._held
        self.viewer.set_note(waiting_note(self._previewer) if waits else note)

    def _on_picture(self, key: object, picture: DisplayPicture) -> None:
        """Take a picture from the loader, unless something else is to be seen by now."""
        wanted = self._outputs.current if self.view is View.OUTPUT else self.source
        if key is wanted and not self._held:
            self.viewer.show_picture(picture)

    @property
    def _peaking(self) -> bool:
        """Whether a frame is shown, and what is sharp in it."""
        return self.overlay is Overlay.PEAKING and self.view is View.SOURCE

    @property
    def _map(self) -> Overlay:
        """What is laid over the selected output."""
        lies = is_offered(self.overlay, opened=False, output=self._outputs.current)
        return self.overlay if lies else Overlay.NONE

    def _read_frames(self) -> None:
        """Read every frame in the background; not before somebody can make use of it."""
        if self._frames.rowCount() > 1:
            self.scrubber.load(self._frames.sources())

    def _show_sharpest(self) -> None:
        if self.strip.sharpest is not None and not self._held:
            self.frame_requested.emit(self.strip.sharpest)

    def _swap_depth(self) -> None:
        output = self._outputs.current
        if output is not None:
            output.set_nearest_first(not nearest_first_of(output.result))
            self.refresh()

    def _read_pixel(self, place: QPointF | None) -> None:
        picture, output = self.viewer.picture, self._outputs.current
        if place is None or picture is None:
            self.pixel_read.emit("")
            return
        plain = self.view is View.OUTPUT and self._map is Overlay.NONE and not self._held
        there = output is not None and output.size_px == picture.full_size_px  # else on its way
        result = output.result if plain and there and output is not None else None
        self.pixel_read.emit(pixel_text(place.x(), place.y(), picture, result))

    def _fill_compare_menu(self) -> None:
        """Below the ways, what to compare with."""
        menu = self._actions.compare_menu
        for action in menu.actions()[self._compare_ways :]:
            action.deleteLater()  # taken out only, it would keep its picture alive
            menu.removeAction(action)
        if self._held:
            return
        current = self.comparison.other
        for other in self.others:
            action = menu.addAction(self.tr("With {name}").format(name=other.name))
            action.setCheckable(True)
            action.setChecked(current is not None and current.content == other.content)
            action.triggered.connect(lambda _, other=other: self.compare_with(other))
