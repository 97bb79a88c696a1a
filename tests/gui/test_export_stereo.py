"""Stereo views of an output are written from the window, beside its picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from focusstack_app.core.output import Stereo, StereoKind
from focusstack_app.core.slabs import Slab
from focusstack_app.jobs.stereo import nearest_first_of, stereo_picture
from focusstack_app.ui.export_stereo import StereoDialog
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from tests.helpers.retouching import begin
from tests.helpers.windows import FakeFusion, child, choose_format, render, written


def dialog_of(window: MainWindow) -> StereoDialog:
    window.actions_.export_stereo.trigger()
    (dialog,) = window.findChildren(StereoDialog)
    assert isinstance(dialog, StereoDialog)
    return dialog


def choose(dialog: StereoDialog, kind: StereoKind) -> None:
    dialog.kind.setCurrentIndex(dialog.kind.findData(kind))


def test_a_pair_is_proposed_beside_the_picture(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    opened.exporter.write(output, tmp_path / "beetle.tif")
    qtbot.waitUntil(lambda: output.exported_to is not None)
    dialog = dialog_of(opened)
    assert dialog.windowTitle() == "Export a Stereo View of Output 1"
    dialog.parallax.setValue(5.0)
    dialog.export_button.click()
    (name,) = child(opened, QFileDialog).selectedFiles()
    assert Path(name) == tmp_path / "beetle-parallel.tif"
    child(opened, QFileDialog).accept()
    expected = "The stereo view of Output 1 is saved as beetle-parallel.tif."
    assert written(opened, qtbot) == expected
    pair = tifffile.imread(name)
    wanted = Stereo(Path(name), StereoKind.PARALLEL, 0.05)
    assert np.array_equal(pair, stereo_picture(output.result, wanted)[0])
    assert output.exported_to == tmp_path / "beetle.tif"


def test_what_was_chosen_is_offered_again(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    first = nearest_first_of(output.result)
    dialog = dialog_of(opened)
    assert dialog.nearest.currentIndex() == (0 if first else 1)
    assert "(frame_1.png)" in dialog.nearest.itemText(0)
    assert "(frame_3.png)" in dialog.nearest.itemText(1)
    choose(dialog, StereoKind.ANAGLYPH)
    assert "glasses" in dialog.line.text()
    dialog.nearest.setCurrentIndex(1 if first else 0)
    dialog.parallax.setValue(2.5)
    dialog.export_button.click()
    assert nearest_first_of(output.result) is not first
    choose_format(child(opened, QFileDialog), "PNG")
    child(opened, QFileDialog).selectFile(str(tmp_path / "both"))
    child(opened, QFileDialog).accept()
    assert written(opened, qtbot).endswith("saved as both.png.")
    qtbot.waitUntil(lambda: not opened.findChildren(StereoDialog))
    again = dialog_of(opened)
    assert again.kind.currentText() == "Red-cyan anaglyph"
    assert again.parallax.value() == 2.5
    assert again.nearest.currentIndex() == (1 if first else 0)
    again.reject()


@pytest.mark.parametrize(("typed", "file"), [("rock", "rock.webp"), ("rock.gif", "rock.gif")])
def test_an_animation_is_webp_or_gif(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot, typed: str, file: str
) -> None:
    noise = np.random.default_rng(4).integers(0, 65536, output.result.picture.shape, np.uint16)
    output.result = replace(output.result, picture=noise)
    dialog = dialog_of(opened)
    choose(dialog, StereoKind.ROCKING)
    dialog.export_button.click()
    assert [name.split()[0] for name in child(opened, QFileDialog).nameFilters()] == ["WebP"]
    child(opened, QFileDialog).selectFile(str(tmp_path / typed))
    child(opened, QFileDialog).accept()
    assert written(opened, qtbot).endswith(f"saved as {file}.")
    with Image.open(tmp_path / file) as image:
        assert getattr(image, "n_frames", 1) > 1


def test_a_name_that_was_not_confirmed_is_not_replaced(
    opened: MainWindow, output: Output, tmp_path: Path, qtbot: QtBot
) -> None:
    there = tmp_path / "there.tif"
    there.write_bytes(b"mine")
    stereo = Stereo(tmp_path / "there")
    opened.exporter.write_stereo(output, stereo, opened.preferences.settings.export.format)
    assert "there.tif already exists" in written(opened, qtbot)
    assert there.read_bytes() == b"mine"


def test_it_is_offered_where_it_can_be(
    opened: MainWindow, fusion: FakeFusion, qtbot: QtBot
) -> None:
    action = opened.actions_.export_stereo
    assert not action.isEnabled()
    assert action.toolTip() == "There is no output yet: press Render"
    render(opened, qtbot)
    assert action.toolTip() == "An output of a single frame has no maps"
    assert opened.choose_stereo() is None
    fusion.provenance = True
    opened.side.parameters.method.choose(opened.request().method)  # type: ignore[union-attr]
    opened.render_stack()
    qtbot.waitUntil(lambda: len(opened.side.outputs.outputs) == 2)
    qtbot.waitUntil(action.isEnabled)
    begin(opened, qtbot)
    assert action.toolTip() == "Finish the retouch first"


@pytest.mark.usefixtures("output")
def test_the_menu_of_an_output_has_it_too(opened: MainWindow) -> None:
    outputs = opened.side.outputs
    outputs.customContextMenuRequested.emit(QPoint(10, 10))
    menu = next(menu for menu in outputs.findChildren(QMenu) if menu.isVisible())
    entry = next(a for a in menu.actions() if a.text() == "Export Stereo View…")
    assert entry.isEnabled()
    entry.trigger()
    (dialog,) = opened.findChildren(StereoDialog)
    menu.close()
    dialog.reject()


def test_a_slab_names_its_own_frames(opened: MainWindow, output: Output) -> None:
    whole = output.result.request.stack
    request = replace(output.result.request, slab=Slab(1, 1, 3))
    dialog = StereoDialog(
        replace(output, result=replace(output.result, request=request)), Stereo(Path()), opened
    )
    first, last = (dialog.nearest.itemText(entry) for entry in range(2))
    assert whole.sources[1].path.name in first
    assert whole.sources[2].path.name in last
    dialog.reject()
