from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from focusstack_app.ui.batch_window import BatchWindow
from focusstack_app.ui.main_window import MainWindow
from focusstack_app.ui.outputs import Output
from focusstack_app.ui.services import Services
from tests.helpers.refining import PATIENCE_MS, Jobs
from tests.helpers.retouching import begin
from tests.helpers.stacks import write_stack, write_timed_stack
from tests.helpers.windows import FakeExport, FakeFusion, drop, render

MakeWindow = Callable[[Services], MainWindow]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.gui)


@pytest.fixture(autouse=True)
def in_english(english: None) -> None:
    """Every window speaks English, unless its test says otherwise."""


@pytest.fixture
def fusion() -> FakeFusion:
    return FakeFusion()


@pytest.fixture
def export() -> FakeExport:
    return FakeExport()


@pytest.fixture
def make_window(qtbot: QtBot) -> Iterator[MakeWindow]:
    made: list[MainWindow] = []

    def make(services: Services) -> MainWindow:
        window = MainWindow(services)
        window.resize(1000, 700)
        made.append(window)
        window.show()
        qtbot.waitExposed(window)
        return window

    yield make
    for window in made:
        window.renderer.cancel_all()
        while window.renderer.busy:
            qtbot.wait(5)
        for output in window.side.outputs.outputs:
            window.side.outputs.mark_exported(output, Path("thrown away"))
        window.previewer.forget()  # a preview that settles would start after the end
        window.bridge.close()
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window: MakeWindow, fusion: FakeFusion, export: FakeExport) -> MainWindow:
    """A window with real reading and fake fusion and export."""
    return make_window(Services(fuse_stack=fusion, export_result=export))


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    return write_stack(tmp_path / "bracket", 3)


@pytest.fixture
def opened(window: MainWindow, frames: list[Path], qtbot: QtBot) -> MainWindow:
    """The window with three frames and their preview."""
    window.open_paths(frames)
    qtbot.waitUntil(lambda: window.previewer.preview is not None)
    return window


@pytest.fixture
def output(opened: MainWindow, fusion: FakeFusion, qtbot: QtBot) -> Output:
    """The render of three frames; it knows where its pixels come from."""
    fusion.provenance = True
    return render(opened, qtbot)


@pytest.fixture
def retouching(opened: MainWindow, qtbot: QtBot) -> MainWindow:
    """The output of three frames, ready to be painted on from the second."""
    render(opened, qtbot)
    opened.filmstrip.mark(1)
    opened.stage.source = opened.frames.source(1)
    begin(opened, qtbot)
    opened.retouch.panel.diameter.spin.setValue(20)
    opened.retouch.panel.hardness.spin.setValue(100)
    return opened


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def previewed(make_window: MakeWindow, jobs: Jobs, tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window with the quick preview of a stack that is larger than it."""
    window = make_window(jobs.services())
    drop(window, write_stack(tmp_path / "bracket", 3, width_px=1300, height_px=800))
    qtbot.waitUntil(lambda: window.previewer.preview is not None, timeout=PATIENCE_MS)
    return window


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    """Two folders of one stack each, and one that holds two stacks and a single picture."""
    write_stack(tmp_path / "shoot" / "ant", 2)
    write_stack(tmp_path / "shoot" / "bee", 3)
    write_timed_stack(tmp_path / "shoot" / "card", [0, 1, 2, 60, 61, 300])
    return tmp_path / "shoot"


@pytest.fixture
def batch(window: MainWindow, shoot: Path, qtbot: QtBot) -> BatchWindow:
    """The batch with the proposal for the folder that was dropped on the main window."""
    drop(window, [shoot])
    qtbot.waitUntil(lambda: window.batch is not None and bool(window.batch.tree.rows))
    assert window.batch is not None
    return window.batch
