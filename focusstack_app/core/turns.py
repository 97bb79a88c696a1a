"""Turns on the device: one job at a time, and what is urgent in the middle of what is not."""

from __future__ import annotations

import threading
from collections.abc import Callable

_SOON_S = 0.05  # between two looks at what nobody tells


class Turns:
    """Who of several threads works.

    What is urgent waits for no more than the next checkpoint of what is not, which goes on once
    nothing urgent is left (`Progress.turns`).
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._working: int | None = None  # a thread
        self._urgent = 0  # that work or wait

    def begin(self, *, urgent: bool, stopped: Callable[[], bool]) -> None:
        """Wait for a turn; `end` belongs to it in any case.

        Args:
            urgent: Whether it comes before what is not.
            stopped: Whether it is not wanted any more; then this ends without a turn.
        """
        with self._changed:
            self._urgent += urgent
            self._wait(lambda: bool(urgent or not self._urgent), stopped)

    def end(self, *, urgent: bool) -> None:
        """Leave the turn to the next one."""
        with self._changed:
            self._urgent -= urgent
            self._leave()

    def wanted(self) -> bool:
        """Whether something urgent waits for the turn of the thread that asks."""
        return self._urgent > 0 and self._working == threading.get_ident()

    def rest(self, ready: Callable[[], bool], stopped: Callable[[], bool]) -> None:
        """Leave the turn to others until nothing urgent is left.

        Args:
            ready: Whether it can go on as far as it is concerned.
            stopped: Whether it will not go on; then this ends without a turn.
        """
        with self._changed:
            self._leave()
            self._wait(lambda: not self._urgent and ready(), stopped)

    def _leave(self) -> None:
        if self._working == threading.get_ident():
            self._working = None
            self._changed.notify_all()

    def _wait(self, ready: Callable[[], bool], stopped: Callable[[], bool]) -> None:
        while not stopped():
            if self._working is None and ready():
                self._working = threading.get_ident()
                return
            self._changed.wait(_SOON_S)
