"""Waiting for a real window, outside of pytest."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

_PATIENCE_S = 300.0


def wait_for(app: QCoreApplication, until: Callable[[], bool], least_s: float) -> None:
    """Let the window work until something holds, and for some time at least.

    Raises:
        TimeoutError: If it never does.
    """
    start_s = time.monotonic()
    while not until() or time.monotonic() - start_s < least_s:
        app.processEvents()
        time.sleep(0.005)
        if time.monotonic() - start_s > _PATIENCE_S:
            raise TimeoutError("the window did not get there")
