"""A service on a private bus that keeps nothing awake, but tells what it is asked and who leaves.

Run as a program, with the address of the bus, the name of the service, and the signature of its
`Inhibit`; it writes a line for everything that happens.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusServiceWatcher,
    QDBusUnixFileDescriptor,
    QDBusVirtualObject,
)


class Service(QDBusVirtualObject):
    """Answers on all paths.

    Args:
        signature: Of what `Inhibit` takes; another one is refused.
    """

    def __init__(self, signature: str) -> None:
        super().__init__()
        self._signature = signature
        self._kept: list[object] = []

    def introspect(self, path: str) -> str:
        """What GNOME's manager says of itself."""
        del path
        arguments = "".join(f'<arg type="{kind}" direction="in"/>' for kind in self._signature)
        method = f'<method name="Inhibit">{arguments}<arg type="u" direction="out"/></method>'
        return f'<interface name="org.gnome.SessionManager">{method}</interface>'

    def handleMessage(  # noqa: N802 - Qt's name
        self, message: QDBusMessage, connection: QDBusConnection
    ) -> bool:
        """Tell what was asked."""
        if message.member() != "Inhibit":
            return False
        if message.signature() != self._signature:
            tell(f"refused {message.signature()}")
            return False
        reply = message.createReply()
        if self._signature == "ssss":  # systemd gives a file, and waits until it is closed
            mine, theirs = os.pipe()
            reply.setArguments([QDBusUnixFileDescriptor(theirs)])
            os.close(theirs)
            notifier = QSocketNotifier(mine, QSocketNotifier.Type.Read)
            notifier.activated.connect(lambda: notifier.setEnabled(False))
            notifier.activated.connect(lambda: tell("released"))
            self._kept.append(notifier)
        else:
            reply.setArguments([7])
            leaving = QDBusServiceWatcher.WatchModeFlag.WatchForUnregistration
            watcher = QDBusServiceWatcher(message.service(), connection, leaving)
            watcher.serviceUnregistered.connect(lambda _: tell("released"))
            self._kept.append(watcher)
        tell(f"{message.path()} {message.interface()} {message.arguments()}")
        connection.send(reply)
        return True


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(address: str, name: str, signature: str) -> int:
    """Serve until killed."""
    app = QCoreApplication([])
    bus = QDBusConnection.connectToBus(address, "service")
    service = Service(signature)
    whole = QDBusConnection.VirtualObjectRegisterOption.SubPath
    if not bus.registerVirtualObject("/", service, whole) or not bus.registerService(name):
        return 1
    tell("ready")
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
