"""Keeps the computer from going to sleep by itself while it works: a batch takes all night.

The screen may go dark, and who sends the computer to sleep, or closes its lid, is obeyed as far as
the system does so. Where nobody can be asked, nothing happens, and nothing is said.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any, Protocol

from PySide6.QtCore import Q_ARG, QMetaObject, QObject, Qt
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusInterface,
    QDBusMessage,
    QDBusPendingCallWatcher,
)

from focusstack_app.ui.dialogs import PROGRAM_NAME
from focusstack_app.ui.translation import tr

Bus = QDBusConnection.BusType | str

_GNOME = "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager"
_NO_SLEEP = 4  # of GNOME's flags
_POWER = (
    "org.freedesktop.PowerManagement",
    "/org/freedesktop/PowerManagement/Inhibit",
    "org.freedesktop.PowerManagement.Inhibit",
)
_LOGIN = "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
_ANSWER_MS = 2000
_CONTINUOUS, _SYSTEM_REQUIRED = 0x80000000, 0x00000001  # of Windows
_ENDS_WITHIN_S = 2.0


class Keeper(Protocol):
    """Asks a system to stay awake."""

    def hold(self) -> None:
        """Ask for it."""
        ...

    def release(self) -> None:
        """Let it sleep again."""
        ...


class Awake(QObject):
    """Awake while something works.

    Args:
        parent: The window.
        keeper: Asks the system; the one for this system by default.
    """

    def __init__(self, parent: QObject, keeper: Keeper | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper or _keeper(self)
        self._working = False

    def keep(self, working: bool) -> None:
        """Say whether something works."""
        if working != self._working:
            self._working = working
            (self._keeper.hold if working else self._keeper.release)()


def _keeper(parent: QObject) -> Keeper:
    match sys.platform:
        case "win32":
            return WindowsKeeper()
        case "darwin":
            return MacKeeper()
    return DesktopKeeper(parent)


class DesktopKeeper(QObject):
    """By D-Bus: of GNOME and its kin, else of other desktops (KDE, Xfce), else of systemd.

    Each of them forgets what was asked when who asked leaves the bus, or closes what it was given:
    so does a program that crashed.

    Args:
        parent: The window.
        session: The bus of the desktop.
        system: That of the system.
    """

    def __init__(
        self,
        parent: QObject | None = None,
        session: Bus = QDBusConnection.BusType.SessionBus,
        system: Bus = QDBusConnection.BusType.SystemBus,
    ) -> None:
        super().__init__(parent)
        self._buses = {
            f"focusstack-session-{id(self)}": session,
            f"focusstack-system-{id(self)}": system,
        }
        self._others: list[tuple[str, QDBusMessage]] = []  # that were not asked yet
        self._watcher: QDBusPendingCallWatcher | None = None
        self._held: list[Any] = []  # what systemd gave; closed when it is forgotten

    def hold(self) -> None:
        """Ask for it."""
        for name, bus in self._buses.items():
            QDBusConnection.connectToBus(bus, name)
        session, system = self._buses
        why = tr("Fusing frames")
        if _held_by_gnome(QDBusConnection(session), why):
            return
        power = QDBusMessage.createMethodCall(*_POWER, "Inhibit")
        power.setArguments([PROGRAM_NAME, why])
        login = QDBusMessage.createMethodCall(*_LOGIN, "Inhibit")
        login.setArguments(["sleep", PROGRAM_NAME, why, "block"])
        self._others = [(session, power), (system, login)]
        self._ask_next()

    def release(self) -> None:
        """Let it sleep again."""
        if self._watcher is not None:
            self._watcher.deleteLater()
        self._watcher, self._others, self._held = None, [], []
        for name in self._buses:
            QDBusConnection.disconnectFromBus(name)

    def _ask_next(self) -> None:
        """Ask who was not asked yet, as long as nobody could be."""
        while self._others:
            name, call = self._others.pop(0)
            bus = QDBusConnection(name)
            if bus.isConnected():
                call.setAutoStartService(False)
                self._watcher = QDBusPendingCallWatcher(bus.asyncCall(call, _ANSWER_MS), self)
                self._watcher.finished.connect(self._on_answer)
                return

    def _on_answer(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher is not self._watcher:
            return  # released meanwhile
        self._watcher = None
        watcher.deleteLater()
        if watcher.isError():
            self._ask_next()
        else:
            self._held, self._others = watcher.reply().arguments(), []


def _held_by_gnome(session: QDBusConnection, why: str) -> bool:
    """Ask GNOME, where it runs; Qt for Python has unsigned numbers in calls of this kind only."""
    service, path, interface = _GNOME
    services = session.interface()
    if not session.isConnected() or not services.isServiceRegistered(service).value():
        return False
    manager = QDBusInterface(service, path, interface, session)
    manager.setTimeout(_ANSWER_MS)
    who, window = Q_ARG("QString", PROGRAM_NAME), Q_ARG("uint", 0)
    reason, flags = Q_ARG("QString", why), Q_ARG("uint", _NO_SLEEP)
    direct = Qt.ConnectionType.DirectConnection
    asked = QMetaObject.invokeMethod(manager, "Inhibit", direct, who, window, reason, flags)
    return bool(asked) and not manager.lastError().isValid()


class WindowsKeeper:
    """By the state of the thread that asks.

    Args:
        kernel: Its library; that of the system by default.
    """

    def __init__(self, kernel: Any = None) -> None:
        self._kernel = kernel

    def hold(self) -> None:
        """Ask for it."""
        self._set(_CONTINUOUS | _SYSTEM_REQUIRED)

    def release(self) -> None:
        """Let it sleep again."""
        self._set(_CONTINUOUS)

    def _set(self, state: int) -> None:
        with suppress(OSError, AttributeError):  # no such library, or function
            self._kernel = self._kernel or ctypes.CDLL("kernel32")
            self._kernel.SetThreadExecutionState(ctypes.c_uint32(state))


class MacKeeper:
    """By a program of the system, which ends with this one."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        """Ask for it."""
        command = ["caffeinate", "-i", "-w", str(os.getpid())]
        with suppress(OSError):  # it is not there
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)

    def release(self) -> None:
        """Let it sleep again."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_ENDS_WITHIN_S)
