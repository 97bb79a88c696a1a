"""Take screenshots of every state: the real window, the real jobs, a stack on disk.

Run by hand, under a display or offscreen::

    python -m tests.helpers.screenshots [--out FOLDER] [--dark] [--language de] [--scale 1] [STACK]

STACK is a folder of frames, the demo stack by default; FOLDER is "screenshots" by default. The
README shows its window_dark.jpg and before-after.jpg, which are kept in resources/docs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from focusstack_app.core.assets import resources_dir
from tests.helpers.waiting import wait_for

_SIZE = (1280, 800)
_HALF_PX, _GAP_PX = 795, 6  # of before-after.jpg


def main() -> int:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stack", nargs="?", type=Path, default=resources_dir() / "demo")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language", default="en")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = str(options.scale)
    options.out.mkdir(parents=True, exist_ok=True)
    own = tempfile.TemporaryDirectory()
    os.environ["XDG_STATE_HOME"] = own.name  # leaves the window of the user where it was

    from PySide6.QtGui import QAction
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QLineEdit, QMessageBox, QWidget

    from focusstack_app.core.fusion import Mode
    from focusstack_app.settings.schema import InterfaceSettings, Language, Settings, Theme
    from focusstack_app.settings.store import SettingsStore
    from focusstack_app.ui.app import make_application
    from focusstack_app.ui.dialogs import (
        ReportDialog,
        ask_close,
        ask_recover,
        ask_save,
        error_report,
    )
    from focusstack_app.ui.help import AboutDialog, GuideDialog, ShortcutsDialog
    from focusstack_app.ui.main_window import MainWindow
    from focusstack_app.ui.overlays import Overlay
    from focusstack_app.ui.refining import Quality
    from focusstack_app.ui.translation import install_language
    from focusstack_app.ui.view_bar import View
    from focusstack_app.ui.viewer import Compare

    app = make_application(sys.argv[:1])
    app.setStyle("Fusion")
    install_language(app, Language(options.language))
    theme = Theme.DARK if options.dark else Theme.LIGHT
    store = SettingsStore(Path(own.name) / "settings.json")
    store.save(Settings(interface=InterfaceSettings(theme)))
    window = MainWindow(store=store)
    window.resize(*_SIZE)
    window.show()
    suffix = "_dark" if options.dark else ""

    def wait(until: Callable[[], bool], least_s: float = 0.3) -> None:
        wait_for(app, until, least_s)

    def shoot(name: str, shown: QWidget = window) -> None:
        wait(lambda: True)
        shown.grab().save(str(options.out / f"{name}{suffix}.png"))

    shoot("empty")
    window.empty_page.set_hot(True)
    shoot("empty_drop")
    window.empty_page.set_hot(False)
    frames = sorted(p for p in options.stack.iterdir() if p.suffix.lower() in (".jpg", ".tif"))
    window.open_paths(frames)
    wait(lambda: window.viewer.picture is not None, 0.0)
    shoot("previewing")
    wait(lambda: window.previewer.preview is not None, 1.0)
    shoot("preview")
    window.viewer.show_actual_pixels()
    wait(lambda: window.stage.refiner.quality is Quality.FULL, 1.0)
    shoot("preview_100")
    window.viewer.fit()
    window.show_view(View.SOURCE)
    wait(lambda: window.viewer.picture is not None, 1.0)
    shoot("source")
    window.actions_.loupe.trigger()
    shoot("loupe")
    window.actions_.loupe.trigger()
    window.stage.set_overlay(Overlay.PEAKING)
    wait(lambda: True, 1.0)
    shoot("peaking")
    window.stage.set_overlay(Overlay.NONE)
    window.show_view(View.PREVIEW)
    window.render_stack()
    for mode in (Mode.STRICT, Mode.GENERATIVE):
        window.side.parameters.mode.choose(mode)
        window.render_stack()
    window.side.parameters.mode.choose(Mode.FAITHFUL)
    wait(lambda: bool(window.renderer.renders[0].fraction > 0.3), 0.0)
    window.grab().save(str(options.out / f"rendering{suffix}.png"))
    window.renderer.cancel(window.renderer.open[-1])
    wait(lambda: not window.renderer.busy, 1.0)
    fused = window.side.outputs.outputs[0].result.picture
    save_before_after(frames[1], fused, options.out / "before-after.jpg")
    window.side.outputs.setCurrentRow(0)
    window.show_view(View.OUTPUT)
    shoot("output")
    window.viewer.show_actual_pixels()
    shoot("output_100")
    window.viewer.fit()
    window.actions_.wipe.trigger()
    wait(lambda: window.viewer.other is not None, 1.0)
    shoot("wipe")
    window.grab().save(str(options.out / f"window{suffix}.jpg"), quality=84)
    window.actions_.side_by_side.trigger()
    shoot("side_by_side")
    window.actions_.side_by_side.trigger()
    window.actions_.blink.trigger()
    wait(lambda: window.viewer.mode is Compare.PEEK, 0.0)
    window.grab().save(str(options.out / f"blink{suffix}.png"))
    window.actions_.blink.trigger()
    for overlay in (Overlay.PROVENANCE, Overlay.DEPTH, Overlay.WARNINGS, Overlay.TILT):
        window.stage.set_overlay(overlay)
        wait(lambda: True, 1.0)
        shoot(overlay.value)
    stereo = window.choose_stereo()
    assert stereo is not None
    shoot("stereo", stereo)
    stereo.reject()
    window.stage.set_overlay(Overlay.NONE)
    window.filmstrip.choose(3)
    window.actions_.retouch.trigger()
    wait(lambda: window.retouch.retoucher.source is not None, 1.0)
    QTest.mouseMove(window.viewer, window.viewer.rect().center())
    shoot("retouch")
    window.retouch.cancel()
    for name, help_dialog in (
        ("guide", GuideDialog(window)),
        ("shortcuts", ShortcutsDialog(window.findChildren(QAction), window)),
        ("about", AboutDialog("CPU", window)),
        ("report", ReportDialog(error_report(ValueError("an example")), window)),
    ):
        help_dialog.show()
        shoot(name, help_dialog)
        help_dialog.close()
    dialog = window.preferences.open()
    for number, name in enumerate(dialog.pages):
        dialog.tabs.setCurrentIndex(number)
        shoot(f"preferences_{name}", dialog)
    dialog.tabs.setCurrentIndex(list(dialog.pages).index("export"))
    name_line = dialog.pages["export"].editors["name"].findChild(QLineEdit)
    assert isinstance(name_line, QLineEdit)
    name_line.selectAll()
    QTest.keyClicks(name_line, "{frst}_stacked")
    shoot("preferences_problem", dialog)
    dialog.close()

    def nothing() -> None:
        pass

    asks: dict[str, Callable[[], None]] = {
        "ask_export": lambda: ask_close(window, ["Output 1", "Output 2"], nothing, nothing),
        "ask_recover": lambda: ask_recover(window, "12:30", nothing, nothing),
        "ask_save": lambda: ask_save(window, "demo.fstack", nothing, nothing, opening=False),
    }
    for name, ask in asks.items():
        ask()
        box = window.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        shoot(name, box)
        box.reject()
        wait(lambda: window.findChild(QMessageBox) is None)
    many = make_folders(Path(own.name), frames)
    batch = window.open_batch([many])
    wait(lambda: bool(batch.tree.rows))
    batch.tree.expandItem(batch.tree.rows[0].item)
    wait(lambda: not batch.tree.unread)
    shoot("batch", batch)
    batch.start_button.click()
    wait(lambda: batch.bar.value() > 300, 0.0)
    batch.grab().save(str(options.out / f"batch_running{suffix}.png"))
    wait(lambda: batch.report is not None)
    shoot("batch_report", batch)
    batch.close()
    window.open_paths([many / "twice"])
    wait(lambda: len(window.frames.included()) == 4 and not window.previewer.busy, 2.0)
    shoot("warning")
    for output in window.side.outputs.outputs:
        window.side.outputs.mark_exported(output, Path("exported.tif"))
    window.close()
    own.cleanup()
    return 0


def make_folders(folder: Path, frames: Sequence[Path]) -> Path:
    """Stacks for a batch, one of which cannot be read, and one with a frame twice."""
    for name, count in (("ant", 5), ("bee", 7), ("cricket", 4), ("twice", 3)):
        (folder / "shoot" / name).mkdir(parents=True)
        for frame in frames[:count]:
            shutil.copyfile(frame, folder / "shoot" / name / frame.name)
    whole = (folder / "shoot" / "cricket" / frames[1].name).read_bytes()
    (folder / "shoot" / "cricket" / frames[1].name).write_bytes(whole[: len(whole) // 3])
    shutil.copyfile(frames[2], folder / "shoot" / "twice" / f"{frames[2].stem}_copy.jpg")
    return folder / "shoot"


def save_before_after(frame: Path, fused: NDArray[np.uint16], path: Path) -> None:
    """A frame beside the picture that was made of all, reduced."""
    before = np.asarray(Image.open(frame).convert("RGB"))
    after = np.asarray(fused >> 8, dtype=np.uint8)
    height = round(_HALF_PX * before.shape[0] / before.shape[1])
    both = Image.new("RGB", (2 * _HALF_PX + _GAP_PX, height), "white")
    for left, pixels in ((0, before), (_HALF_PX + _GAP_PX, after)):
        small = Image.fromarray(pixels).resize((_HALF_PX, height), Image.Resampling.LANCZOS)
        both.paste(small, (left, 0))
    both.save(path, quality=86)


if __name__ == "__main__":
    sys.exit(main())
