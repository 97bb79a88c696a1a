from __future__ import annotations

import ctypes
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from focusstack_app.ui.display_profile import read_profile, windows_profile, x11_profile
from tests.helpers.x_server import XServer, printed_under_x, running_x_server

PROFILE = b"the profile" * 100_000


@pytest.fixture(scope="module")
def server() -> Iterator[XServer]:
    with running_x_server() as running:
        yield running


@pytest.fixture
def root(server: XServer, monkeypatch: pytest.MonkeyPatch) -> XServer:
    """The server as the one that the environment names, without profiles."""
    for number in ("", "_1", "_2"):
        server.delete_property(f"_ICC_PROFILE{number}")
    monkeypatch.setenv("DISPLAY", server.display)
    return server


def test_without_a_display_nothing_is_known(qapp: QApplication) -> None:
    assert read_profile(qapp.primaryScreen()) is None


def test_x11_without_a_profile(root: XServer) -> None:
    assert x11_profile("screen") is None
    root.set_property("_ICC_PROFILE", b"")
    assert not x11_profile("screen")


def test_x11_reads_the_property_of_the_root_window(root: XServer) -> None:
    root.set_property("_ICC_PROFILE", PROFILE)
    assert x11_profile("screen") == PROFILE
    root.set_property("_ICC_PROFILE", b"another")
    assert x11_profile("screen") == b"another"
    root.delete_property("_ICC_PROFILE")
    assert x11_profile("screen") is None


def test_x11_wants_bytes(root: XServer) -> None:
    root.set_property("_ICC_PROFILE", b"1234" * 100, bits=32)
    assert x11_profile("screen") is None


def test_x11_leaves_no_connection_behind(root: XServer) -> None:
    root.set_property("_ICC_PROFILE", PROFILE)
    for _ in range(300):  # more than a server takes clients
        assert x11_profile("screen") == PROFILE


def test_x11_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    try:
        assert x11_profile("screen") is None
    except OSError as error:
        pytest.skip(f"{error}")


def test_x11_numbers_monitors_from_the_primary_one(server: XServer) -> None:
    """By the names that Qt has for them."""
    server.set_property("_ICC_PROFILE", b"of the primary monitor")
    server.set_property("_ICC_PROFILE_1", b"of the first other monitor")
    server.set_monitors(["left", "middle", "right"], primary="middle")
    script = (
        "from PySide6.QtGui import QGuiApplication\n"
        "from focusstack_app.ui.display_profile import read_profile\n"
        "app = QGuiApplication([])\n"
        "for screen in app.screens():\n"
        "    print(screen.name(), read_profile(screen), sep=': ')\n"
    )
    assert printed_under_x(server, script)[:3] == [
        "middle: b'of the primary monitor'",
        "left: b'of the first other monitor'",
        "right: None",
    ]


class FakeWindows:
    """Windows with one monitor from (0, 0) to (100, 100), as user32 and gdi32."""

    def __init__(self, profile: Path | None) -> None:
        self.profile = profile
        self.contexts: list[str] = []

    def MonitorFromPoint(self, point: wintypes.POINT, flags: int) -> int | None:  # noqa: N802
        inside = 0 <= point.x < 100 and 0 <= point.y < 100
        return 7 if inside and flags == 0 else None

    def GetMonitorInfoW(self, monitor: int, info: Any) -> bool:  # noqa: N802
        assert info._obj.size == ctypes.sizeof(info._obj)
        info._obj.device = "\\\\.\\DISPLAY1"
        return monitor == 7

    def CreateDCW(self, driver: str, device: None, port: None, mode: None) -> int:  # noqa: N802
        assert (device, port, mode) == (None, None, None)
        self.contexts.append(driver)
        return 8

    def DeleteDC(self, context: int) -> bool:  # noqa: N802
        assert context == 8
        del self.contexts[-1]
        return True

    def GetICMProfileW(self, context: int, length: Any, path: Any) -> bool:  # noqa: N802
        assert (context, self.contexts) == (8, ["\\\\.\\DISPLAY1"])
        if self.profile is None or len(str(self.profile)) >= length._obj.value:
            return False
        path.value = str(self.profile)
        return True


def test_windows_reads_the_file_of_the_monitor(tmp_path: Path) -> None:
    path = tmp_path / "display.icc"
    path.write_bytes(PROFILE)
    windows = FakeWindows(path)
    assert windows_profile(windows, windows, 99, 0) == PROFILE
    assert windows.contexts == []
    assert windows_profile(windows, windows, 100, 0) is None
    path.unlink()
    with pytest.raises(FileNotFoundError):
        windows_profile(windows, windows, 0, 0)
    assert windows.contexts == []


def test_windows_without_a_profile() -> None:
    windows = FakeWindows(None)
    assert windows_profile(windows, windows, 0, 0) is None
    assert windows.contexts == []
