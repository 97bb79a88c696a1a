"""Progress that never goes back, and the place where a job notices that it was cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable

from focusstack_app.core.errors import Cancelled

Listener = Callable[[float, str], None]


class Progress:
    """Share of a job that is done, and its cancel switch.

    One instance belongs to one job. `report` and `checkpoint` are called on the worker thread,
    `cancel` from any thread.

    Args:
        listener: Called as `listener(fraction, stage)` on the worker thread.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()
        self._start, self._span = 0.0, 1.0
        self._root = self
        self._done = 0.0

    def report(self, fraction: float, stage: str) -> None:
        """Say that `fraction` (0 to 1) of this part is done; never lets the total go back.

        Raises:
            Cancelled: If the job was cancelled.
        """
        self.checkpoint()
        total = self._start + self._span * min(max(fraction, 0.0), 1.0)
        root = self._root
        root._done = max(root._done, total)
        if root._listener is not None:
            root._listener(root._done, stage)

    def checkpoint(self) -> None:
        """Stop here if the job was cancelled.

        Raises:
            Cancelled: If `cancel` was called.
        """
        if self._root._cancelled.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the job to stop at its next checkpoint."""
        self._root._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._root._cancelled.is_set()

    def sub(self, start: float, end: float) -> Progress:
        """A part of this progress that runs from `start` to `end` (0 to 1) of it."""
        part = Progress()
        part._root = self._root
        part._start = self._start + self._span * start
        part._span = self._span * (end - start)
        return part
