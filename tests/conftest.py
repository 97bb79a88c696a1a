"""Fixtures that hold for every test."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from focusstack_app.core.memory import keep_freed_memory
from tests.helpers.disk import temporary_files_in

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

# The same examples in every CI run; a developer's machine keeps looking for new ones.
# However slow the machine is, no example fails by the clock.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# No test opens a window on anybody's screen, nor speaks the language of whoever runs it.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LC_ALL"] = "C.UTF-8"
# Nor does one keep anybody's computer awake.
for bus in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
    os.environ[bus] = "unix:path=/nonexistent/bus"

_THREADS_END_WITHIN_S = 2.0

keep_freed_memory()  # as the program does, before there are threads


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test that leaves a thread behind."""
    before = set(threading.enumerate())
    yield
    deadline_s = time.monotonic() + _THREADS_END_WITHIN_S
    while leaked := [thread for thread in threading.enumerate() if _counts(thread, before)]:
        if time.monotonic() > deadline_s:
            pytest.fail(f"threads left running: {leaked}")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def english(qapp: QApplication) -> None:
    """The texts of the window with English plurals and numbers."""
    from focusstack_app.settings.schema import Language
    from focusstack_app.ui.translation import install_language

    install_language(qapp, Language.ENGLISH)


@pytest.fixture(autouse=True)
def no_preferences(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep the preferences of whoever runs the tests out of them."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
    monkeypatch.setenv("WIN_PD_OVERRIDE_LOCAL_APPDATA", str(tmp_path_factory.mktemp("local")))


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test that logs a warning; one that expects it checks it and calls `caplog.clear()`."""
    yield
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    lines = [record.getMessage() for record in records if record.levelno >= logging.WARNING]
    if lines:
        pytest.fail(f"unexpected log: {lines}")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    temporary_files_in(folder, monkeypatch)
    return folder


def _counts(thread: threading.Thread, before: set[threading.Thread]) -> bool:
    # Threads that a C++ library made and that once ran Python show up as dummies; they are its own.
    return thread not in before and not isinstance(thread, threading._DummyThread)
