"""The computer stays awake while it works: by services of a private bus, and by the window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from ctypes import c_uint32
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from pytestqt.qtbot import QtBot

from focusstack_app.ui.awake import Awake, DesktopKeeper, MacKeeper, WindowsKeeper
from focusstack_app.ui.main_window import MainWindow
from tests.helpers.stacks import write_stack
from tests.helpers.windows import FakeFusion

NOWHERE = "unix:path=/nonexistent/bus"
Serve = Callable[[str, str], "Lines"]


class Lines:
    """What a service said so far."""

    def __init__(self, process: QProcess) -> None:
        self._process = process
        self._text = ""

    def __call__(self) -> list[str]:
        self._text += bytes(self._process.readAllStandardOutput().data()).decode()
        return self._text.splitlines()


@pytest.fixture
def bus() -> Iterator[str]:
    """The address of a bus of our own."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("dbus-daemon is not installed")
    command = [daemon, "--session", "--nofork", "--print-address"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    with process:
        yield process.stdout.readline().decode().strip()
        process.kill()


@pytest.fixture
def serve(bus: str, qtbot: QtBot) -> Iterator[Serve]:
    """Starts services on that bus."""
    started: list[QProcess] = []

    def start(name: str, signature: str) -> Lines:
        process = QProcess()
        process.start(sys.executable, ["-m", "tests.helpers.sleep_service", bus, name, signature])
        started.append(process)
        lines = Lines(process)
        qtbot.waitUntil(lambda: lines() == ["ready"])
        return lines

    yield start
    for process in started:
        process.kill()
        process.waitForFinished()


@pytest.mark.parametrize(
    ("name", "signature", "session", "asked"),
    [
        (
            "org.gnome.SessionManager",
            "susu",
            True,
            "/org/gnome/SessionManager org.gnome.SessionManager "
            "['Focus Stack', 0, 'Fusing frames', 4]",
        ),
        (
            "org.freedesktop.PowerManagement",
            "ss",
            True,
            "/org/freedesktop/PowerManagement/Inhibit org.freedesktop.PowerManagement.Inhibit "
            "['Focus Stack', 'Fusing frames']",
        ),
        (
            "org.freedesktop.login1",
            "ssss",
            False,
            "/org/freedesktop/login1 org.freedesktop.login1.Manager "
            "['sleep', 'Focus Stack', 'Fusing frames', 'block']",
        ),
    ],
)
def test_a_service_is_asked_and_released(
    bus: str,
    serve: Serve,
    name: str,
    signature: str,
    session: bool,
    asked: str,
    qtbot: QtBot,
) -> None:
    lines = serve(name, signature)
    keeper = DesktopKeeper(None, *((bus, NOWHERE) if session else (NOWHERE, bus)))
    keeper.hold()
    qtbot.waitUntil(lambda: lines() == ["ready", asked])
    qtbot.wait(50)
    assert lines() == ["ready", asked]  # and it is still held
    keeper.release()
    qtbot.waitUntil(lambda: lines() == ["ready", asked, "released"])
    keeper.hold()
    qtbot.waitUntil(lambda: lines()[3:] == [asked])
    keeper.release()


@pytest.mark.parametrize("other", [None, "org.gnome.SessionManager"])
def test_systemd_is_asked_where_the_desktop_has_no_such_service(
    other: str | None, bus: str, serve: Serve, qtbot: QtBot
) -> None:
    if other is not None:
        serve(other, "s")  # of another kind
    lines = serve("org.freedesktop.login1", "ssss")
    keeper = DesktopKeeper(None, bus, bus)
    keeper.hold()
    qtbot.waitUntil(lambda: len(lines()) == 2)
    keeper.release()
    qtbot.waitUntil(lambda: lines()[2:] == ["released"])


def test_what_is_released_before_the_answer_is_not_held(
    bus: str, serve: Serve, qtbot: QtBot
) -> None:
    lines = serve("org.freedesktop.login1", "ssss")
    keeper = DesktopKeeper(None, NOWHERE, bus)
    keeper.hold()
    keeper.release()
    keeper.hold()
    qtbot.waitUntil(lambda: len(lines()) >= 2)
    qtbot.wait(50)
    keeper.release()
    qtbot.waitUntil(lambda: lines().count("released") == len(lines()) // 2)


def test_without_a_bus_nothing_happens(qtbot: QtBot) -> None:
    keeper = DesktopKeeper(None, NOWHERE, NOWHERE)
    keeper.hold()
    qtbot.wait(20)
    keeper.release()
    keeper.hold()
    keeper.release()


class FakeKernel:
    """As the library of Windows, as far as it is asked."""

    def __init__(self) -> None:
        self.states: list[int] = []

    def SetThreadExecutionState(self, state: c_uint32) -> None:  # noqa: N802 - its name
        self.states.append(state.value)


def test_windows_is_told_by_its_states() -> None:
    kernel = FakeKernel()
    keeper = WindowsKeeper(kernel)
    keeper.hold()
    keeper.release()
    assert kernel.states == [0x80000001, 0x80000000]


def test_a_library_that_is_not_there_is_no_error() -> None:
    WindowsKeeper().hold()


def test_the_program_of_macos_runs_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    keeper = MacKeeper()
    keeper.hold()  # there is none
    keeper.release()
    said, program = tmp_path / "said", tmp_path / "caffeinate"
    shell = f"#!/bin/sh\ntrap 'echo over >> {said}; exit' TERM\necho $* >> {said}\n"
    program.write_text(f"{shell}while :; do /bin/sleep 0.01; done\n")
    program.chmod(0o755)
    keeper.hold()
    told = f"-i -w {os.getpid()}\n"
    qtbot.waitUntil(lambda: said.exists() and said.read_text() == told)
    keeper.release()
    assert said.read_text() == f"{told}over\n"


class FakeKeeper:
    """Counts."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def hold(self) -> None:
        self.calls.append("hold")

    def release(self) -> None:
        self.calls.append("release")


@pytest.fixture
def keeper(opened: MainWindow) -> FakeKeeper:
    keeper = FakeKeeper()
    opened.awake = Awake(opened, keeper)
    return keeper


def test_renders_keep_awake_but_not_while_they_rest(
    opened: MainWindow, keeper: FakeKeeper, fusion: FakeFusion, qtbot: QtBot
) -> None:
    fusion.release.clear()
    opened.render_stack()
    assert keeper.calls == ["hold"]
    opened.side.render_panel.pause_requested.emit(True)
    assert keeper.calls == ["hold", "release"]
    opened.side.render_panel.pause_requested.emit(False)
    fusion.release.set()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    assert keeper.calls == ["hold", "release"] * 2
    fusion.release.clear()
    opened.render_stack()
    opened.stop_render()
    qtbot.waitUntil(lambda: not opened.renderer.busy)
    assert keeper.calls == ["hold", "release"] * 3
    fusion.release.set()


def test_a_batch_keeps_awake_until_it_is_over_or_rests(
    window: MainWindow, fusion: FakeFusion, tmp_path: Path, qtbot: QtBot
) -> None:
    keeper = FakeKeeper()
    window.awake = Awake(window, keeper)
    for name in ("ant", "bee"):
        write_stack(tmp_path / "shoot" / name, 2)
    batch = window.open_batch([tmp_path / "shoot"])
    qtbot.waitUntil(lambda: len(batch.tree.rows) == 2)
    fusion.release.clear()
    batch.start_button.click()
    qtbot.waitUntil(lambda: len(fusion.renders) == 1)
    assert keeper.calls == ["hold"]
    batch.pause_button.click()
    assert keeper.calls == ["hold"]  # the stack that has begun goes on
    fusion.release.set()
    qtbot.waitUntil(lambda: keeper.calls == ["hold", "release"])
    batch.pause_button.click()
    assert keeper.calls == ["hold", "release", "hold"]
    qtbot.waitUntil(lambda: batch.report is not None)
    assert keeper.calls == ["hold", "release"] * 2
