"""Maps of an output are written from the window, beside its picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from focusstack_app.jobs.maps import MapKind, depth_map, provenance_map
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from tests.helpers.retouching import begin
from tests.helpers.windows import FakeExport, FakeFusion, child, choose_format, written

MAPS = [(MapKind.DEPTH, "export_depth"), (MapKind.PROVENANCE, "export_provenance")]


def action(window: MainWindow, name: str) -> QAction:
    found = getattr(window.actions_, name)
    assert isinstance(found, QAction)
    return found


def proposed(window: MainWindow) -> Path:
    (name,) = child(window, QFileDialog).selectedFiles()
    return Path(name)


@pytest.mark.parametrize(("kind", "name"), MAPS)
def test_a_map_is_proposed_beside_the_exported_picture(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot, kind: MapKind, name: str
) -> None:
    opened.exporter.write(output, tmp_path / "beetle.tif")
    qtbot.waitUntil(lambda: output.exported_to is not None)
    action(opened, name).trigger()
    proposal = tmp_path / f"beetle-{kind}.png"
    assert proposed(opened) == proposal
    assert not child(opened, QFileDialog).testOption(QFileDialog.Option.DontConfirmOverwrite)
    child(opened, QFileDialog).accept()
    texts = {
        MapKind.DEPTH: "The depth map of Output 1 is saved as beetle-depth.png.",
        MapKind.PROVENANCE: "The provenance map of Output 1 is saved as beetle-provenance.png.",
    }
    assert written(opened, qtbot) == texts[kind]
    pixels = np.asarray(Image.open(proposal))
    of = output.result
    assert np.array_equal(pixels, depth_map(of) if kind is MapKind.DEPTH else provenance_map(of))
    assert output.exported_to == tmp_path / "beetle.tif"
    qtbot.waitUntil(lambda: opened.findChild(QFileDialog) is None)
    action(opened, name).trigger()
    assert proposed(opened) == tmp_path / f"beetle-{kind}_2.png"


def test_its_folder_is_shown_and_the_next_file_goes_there(
    opened: MainWindow,
    output: Output,
    frames: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    opened.actions_.export_depth.trigger()
    assert proposed(opened) == frames[0].with_name("frame_1_stacked-depth.png")
    child(opened, QFileDialog).reject()
    qtbot.waitUntil(lambda: opened.findChild(QFileDialog) is None)
    (tmp_path / "maps").mkdir()
    opened.exporter.write_map(output, MapKind.DEPTH, tmp_path / "maps" / "deep.png")
    assert "Exporting Output 1 to deep.png" in opened.statusBar().currentMessage()
    assert written(opened, qtbot) == "The depth map of Output 1 is saved as deep.png."
    assert opened.statusBar().currentMessage() == ""
    button = next(b for b in opened.banner.findChildren(QPushButton) if b.isVisible())
    shown: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    button.click()
    assert [url.toLocalFile() for url in shown] == [str(tmp_path / "maps")]
    assert output.exported_to is None  # the picture lives in memory only, as before
    opened.actions_.export_provenance.trigger()
    assert proposed(opened) == tmp_path / "maps" / "frame_1_stacked-provenance.png"


def test_a_map_is_written_as_tiff_where_that_is_chosen(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    opened.actions_.export_depth.trigger()
    assert [name.split()[0] for name in child(opened, QFileDialog).nameFilters()] == ["PNG", "TIFF"]
    choose_format(child(opened, QFileDialog), "TIFF")
    assert proposed(opened).name == "frame_1_stacked-depth.tif"
    child(opened, QFileDialog).selectFile(str(tmp_path / "beetle f5.6"))
    child(opened, QFileDialog).accept()
    assert written(opened, qtbot).endswith("saved as beetle f5.6.tif.")
    depth = tifffile.imread(tmp_path / "beetle f5.6.tif")
    assert np.array_equal(depth, depth_map(output.result))


def test_only_a_file_that_was_confirmed_is_replaced_by_a_map(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    there = tmp_path / "there.png"
    there.write_bytes(b"before")
    opened.exporter.write_map(output, MapKind.DEPTH, tmp_path / "there")
    assert "already exists" in written(opened, qtbot)
    assert there.read_bytes() == b"before"
    opened.exporter.write_map(output, MapKind.DEPTH, there)
    assert "is saved as there.png" in written(opened, qtbot)
    assert there.read_bytes() != b"before"


def test_what_cannot_be_written_says_why(
    opened: MainWindow, output: Output, frames: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    exporter = opened.exporter
    exporter.write_map(output, MapKind.DEPTH, tmp_path / "depth.jpg")
    assert "has the wrong suffix" in written(opened, qtbot)
    exporter.write_map(output, MapKind.DEPTH, tmp_path / "gone" / "depth.png")
    assert "does not exist" in written(opened, qtbot)
    before = frames[0].read_bytes()
    exporter.write_map(output, MapKind.DEPTH, frames[0])
    assert "is one of the source frames" in written(opened, qtbot)
    assert frames[0].read_bytes() == before
    assert opened.actions_.export_depth.isEnabled()


def test_maps_that_are_not_to_be_had_say_why(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    deep, origin = opened.actions_.export_depth, opened.actions_.export_provenance
    assert not deep.isEnabled()
    assert not origin.isEnabled()
    assert deep.toolTip() == "There is no output yet: press Render"
    opened.render_stack()  # the fake knows no provenance, like the fusion of one frame
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 1)
    assert not deep.isEnabled()
    assert deep.toolTip() == "An output of a single frame has no maps"
    opened.choose_map(MapKind.DEPTH)
    assert opened.findChild(QFileDialog) is None
    fusion.provenance = True
    opened.frames.include([0], included=False)
    opened.render_stack()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 2)
    assert deep.isEnabled()
    assert origin.isEnabled()
    assert deep.toolTip() == "Save how deep each pixel of the selected output lies"
    begin(opened, qtbot)
    assert not deep.isEnabled()
    assert deep.toolTip() == "Finish the retouch first"
    opened.retouch.cancel()
    assert deep.isEnabled()


def test_a_map_can_be_asked_for_while_the_picture_is_written(
    opened: MainWindow, output: Output, export: FakeExport, tmp_path: Path, qtbot: QtBot
) -> None:
    export.release.clear()
    opened.exporter.write(output, tmp_path / "out.tif")
    assert not opened.actions_.export.isEnabled()
    assert opened.actions_.export_depth.isEnabled()
    opened.exporter.write_map(output, MapKind.DEPTH, tmp_path / "out-depth.png")
    assert not opened.actions_.export_depth.isEnabled()
    assert opened.actions_.export_depth.toolTip() == "It is being written"
    assert opened.actions_.export_provenance.isEnabled()
    opened.side.outputs.remove_requested.emit(output)
    assert opened.statusBar().currentMessage() == "Output 1 is still being written"
    assert opened.side.outputs.outputs == (output,)
    export.release.set()
    written(opened, qtbot)
    assert (tmp_path / "out.tif").exists()
    assert (tmp_path / "out-depth.png").exists()
    assert opened.actions_.export.isEnabled()
    assert opened.actions_.export_depth.isEnabled()


def test_the_menu_of_an_output_offers_its_maps(opened: MainWindow, output: Output) -> None:
    assert output.has_maps
    outputs = opened.side.outputs
    middle = outputs.visualItemRect(outputs.item(0)).center()
    outputs.customContextMenuRequested.emit(QPoint(middle))
    menu = child(outputs, QMenu)
    texts = [entry.text() for entry in menu.actions()]
    assert texts[:3] == ["Export…", "Export Depth Map…", "Export Provenance Map…"]
    menu.actions()[2].trigger()
    menu.close()
    assert proposed(opened).name == "frame_1_stacked-provenance.png"
