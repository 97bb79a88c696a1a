"""The interface thread stays free whatever the others do."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import Align, FusionRequest, FusionResult, Method
from focusstack_app.core.progress import Progress
from focusstack_app.jobs.opening import OpenedStack
from focusstack_app.ui.display import Display
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.parameters import Parameters
from focusstack_app.ui.picture import prepare
from focusstack_app.ui.services import Services
from focusstack_app.ui.view_bar import View
from focusstack_app.ui.viewer import Viewer
from tests.gui.conftest import MakeWindow
from tests.helpers.profiles import SPACES, profile
from tests.helpers.pulse import LONGEST_S, Pulse
from tests.helpers.stacks import fake_stack
from tests.helpers.windows import toggle


class Watched(np.ndarray):
    """Pixels that remember which threads read them."""

    readers: ClassVar[set[str]] = set()

    def __getitem__(self, place: Any) -> Any:
        self.readers.add(threading.current_thread().name)
        return super().__getitem__(place)

    def __array_function__(self, *call: Any) -> Any:
        self.readers.add(threading.current_thread().name)
        return super().__array_function__(*call)

    def __array_ufunc__(self, *call: Any, **options: Any) -> Any:
        self.readers.add(threading.current_thread().name)
        return super().__array_ufunc__(*call, **options)


def large_window(make_window: MakeWindow, width_px: int, height_px: int) -> MainWindow:
    stack = fake_stack(3, width_px=width_px, height_px=height_px)

    def fuse(request: FusionRequest, progress: Progress) -> FusionResult:
        progress.report(0.5, "Fusing")
        small = request.max_side_px is not None
        shape = (600, 900, 3) if small else (height_px, width_px, 3)
        picture = np.full(shape, 30_000, np.uint16).view(Watched)
        return FusionResult(request, picture, None, None, {}, "CPU", "fake", 1)

    def thumbnail(source: FrameSource, max_side_px: int) -> np.ndarray:
        del source
        return np.zeros((max_side_px * 2 // 3, max_side_px, 3), np.uint8)

    window = make_window(
        Services(
            open_stack=lambda _: OpenedStack(stack, ()), fuse_stack=fuse, read_thumbnail=thumbnail
        )
    )
    window.open_paths([stack.sources[0].path])
    return window


def shows_all_pixels(window: MainWindow) -> bool:
    picture = window.viewer.picture
    return picture is not None and not picture.is_proxy


def test_only_workers_read_the_pixels_of_an_output(make_window: MakeWindow, qtbot: QtBot) -> None:
    window = large_window(make_window, 2600, 1950)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    Watched.readers.clear()
    window.render_stack()
    qtbot.waitUntil(lambda: bool(window.side.outputs.outputs), timeout=20_000)
    window.viewer.show_actual_pixels()
    window.show_view(View.PREVIEW)
    window.show_view(View.OUTPUT)
    qtbot.waitUntil(lambda: shows_all_pixels(window), timeout=20_000)
    window.viewer.grab()
    assert Watched.readers
    assert threading.current_thread().name not in Watched.readers


@pytest.mark.slow
@pytest.mark.parametrize(("width_px", "height_px"), [(5200, 3900)])
def test_a_large_output_is_shown_without_freezing(
    make_window: MakeWindow, qtbot: QtBot, width_px: int, height_px: int
) -> None:
    window = large_window(make_window, width_px, height_px)
    pulse = Pulse()
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    window.render_stack()
    qtbot.waitUntil(lambda: bool(window.side.outputs.outputs), timeout=20_000)
    window.viewer.show_actual_pixels()
    qtbot.wait(50)
    window.show_view(View.PREVIEW)
    window.show_view(View.OUTPUT)
    qtbot.waitUntil(lambda: shows_all_pixels(window), timeout=20_000)
    qtbot.wait(50)
    pulse.stop()
    assert pulse.longest_work_s < LONGEST_S


@pytest.mark.slow
@pytest.mark.parametrize("scale", [None, 1.0])
def test_a_4k_view_is_painted_in_the_colours_of_the_display_without_freezing(
    qtbot: QtBot, scale: float | None
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    viewer = Viewer(Display(window, read=lambda _: profile(SPACES.DisplayP3)))
    qtbot.addWidget(viewer)
    window.show()
    viewer.resize(QSize(3840, 2160) / viewer.devicePixelRatioF())
    noise = np.random.default_rng(0).integers(0, 256, (400, 600, 3), np.uint8)
    picture = prepare(cv2.resize(noise, (6000, 4000), interpolation=cv2.INTER_CUBIC))  # type: ignore[arg-type]
    assert viewer.display.converts(picture.space)
    viewer.show_picture(picture)
    if scale is not None:
        viewer.zoom_to(scale)
    screen, took_s = QImage(3840, 2160, QImage.Format.Format_RGB32), []
    for _ in range(6):
        start_s = time.perf_counter()
        viewer.render(screen)
        took_s.append(time.perf_counter() - start_s)
    sys.stdout.write(f"a paint of 4K: {min(took_s):.3f} to {max(took_s):.3f} s\n")
    assert min(took_s) < LONGEST_S


UP = """
import sys
from PySide6.QtCore import QTimer
from focusstack_app.ui.app import main, make_application

app = make_application(sys.argv[:1])

def look():
    for window in app.topLevelWidgets():
        if window.isVisible() and window.windowHandle().isExposed():
            window.close()

timer = QTimer(interval=5)
timer.timeout.connect(look)
timer.start()
sys.exit(main([]))
"""


@pytest.mark.slow
def test_the_window_is_up_within_a_second_and_a_half() -> None:
    start_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", UP], check=True, timeout=60)
    took_s = time.perf_counter() - start_s  # its end too
    sys.stdout.write(f"up and down again: {took_s:.2f} s\n")
    assert took_s < 1.5


def write_many(folder: Path, count: int) -> list[Path]:
    """Frames of one megapixel, each sharp in a band of its own."""
    height_px, width_px = 816, 1224
    noise = np.random.default_rng(0).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    sharp = cv2.GaussianBlur(noise, (0, 0), 1.0)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3.0)
    paths = []
    for index in range(count):
        frame = blurred.copy()
        band = slice(index * width_px // count, (index + 1) * width_px // count)
        frame[:, band] = sharp[:, band]
        paths.append(folder / f"frame_{index:03d}.jpg")
        Image.fromarray(frame).save(paths[-1], quality=85)
    return paths


def write_large(folder: Path, count: int) -> list[Path]:
    """Frames of 24 megapixels, all the same file: what it takes to show them is what counts."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (4000, 6000, 3), dtype=np.uint8)
    first = folder / "frame_000.jpg"
    Image.fromarray(cv2.GaussianBlur(noise, (0, 0), 1.0)).save(first, quality=85)
    paths = [first, *(folder / f"frame_{index:03d}.jpg" for index in range(1, count))]
    for path in paths[1:]:
        path.hardlink_to(first)
    return paths


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("write", "render_for_s"), [(write_many, math.inf), (write_large, 60.0)], ids=["1MP", "24MP"]
)
def test_many_frames_are_read_previewed_and_rendered_without_freezing(
    make_window: MakeWindow,
    tmp_path: Path,
    qtbot: QtBot,
    write: Callable[[Path, int], list[Path]],
    render_for_s: float,
) -> None:
    paths, patience_ms = write(tmp_path, 100), 600_000
    window = make_window(Services())
    window.side.parameters.set_parameters(Parameters(Method.PYRAMID, align=Align.OFF))
    frames, outputs, renderer = window.frames, window.side.outputs, window.renderer
    longest: dict[str, float] = {}

    def all_read() -> bool:
        rows = range(frames.rowCount())
        thumbnails = (frames.index(row).data(Qt.ItemDataRole.DecorationRole) for row in rows)
        proxies = (window.stage.scrubber.picture(frames.source(row)) for row in rows)
        return None not in thumbnails and None not in proxies

    def rendered_enough() -> bool:
        return not renderer.busy or renderer.renders[0].elapsed_s > render_for_s

    def measured(part: str, act: Callable[[], object], done: Callable[[], bool]) -> None:
        pulse = Pulse()
        act()
        qtbot.waitUntil(done, timeout=patience_ms)
        qtbot.wait(100)
        pulse.stop()
        longest[part] = pulse.longest_s
        sys.stdout.write(
            f"{part}: {pulse.longest_s:.3f} s, work {pulse.longest_work_s:.3f} s,"
            f" while the processor was stolen {pulse.stolen_s:.3f} s\n"
        )

    measured("import", lambda: window.open_paths(paths), lambda: frames.rowCount() == 100)
    measured("preview", lambda: None, lambda: window.previewer.preview is not None)
    measured("read", lambda: None, all_read)
    measured("step", lambda: window.filmstrip.choose(50), lambda: window.viewer.picture is not None)
    measured(
        "leave out", lambda: toggle(frames, frames.index(7)), lambda: not window.previewer.busy
    )
    measured("remove", window.remove_frames, lambda: not window.previewer.busy)
    measured("undo", window.history.undo, lambda: not window.previewer.busy)
    measured("render", window.render_stack, rendered_enough)
    rendered = not renderer.busy
    measured("stop", renderer.cancel_all, lambda: not renderer.busy)
    measured("show", lambda: window.show_view(View.PREVIEW), lambda: True)
    assert len(outputs.outputs) == (1 if rendered else 0)
    sys.stdout.write(f"load average: {os.getloadavg()[0]:.1f}\n")  # pytest -rP shows it
    assert {part: s for part, s in longest.items() if s >= LONGEST_S} == {}
