"""Progress that never goes back, and the place where a job is cancelled or paused."""

from __future__ import annotations

import threading
from collections.abc import Callable

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.message import message
from focusstack_app.core.turns import Turns

Listener = Callable[[float, str], None]
Checkpoint = Callable[[], None]

RESTING = "Paused"
GIVING_WAY = message("Waiting for the preview")


class Progress:
    """Share of a job that is done, and the switches that cancel and pause it.

    One instance belongs to one job. `report` and `checkpoint` are called on the worker thread,
    `cancel`, `pause` and `resume` from any thread.

    Args:
        listener: Called as `listener(fraction, stage)` on the worker thread.

    Attributes:
        turns: What it gives up its turn to while it rests, and when something urgent waits; its
            stage is `GIVING_WAY` then. None where it works alone.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self.turns: Turns | None = None
        self._cancelled = threading.Event()
        self._going = threading.Event()
        self._going.set()
        self._stage = ""
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
        root._done, root._stage = max(root._done, total), stage
        if root._listener is not None:
            root._listener(root._done, stage)

    def checkpoint(self) -> None:
        """Wait here while the job is paused or gives way; stop here if it was cancelled.

        Raises:
            Cancelled: If `cancel` was called.
        """
        root = self._root
        while root._has_to_rest():
            root._rest()
        if root._cancelled.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the job to stop at its next checkpoint; one that rests stops at once."""
        self._root._cancelled.set()
        self._root._going.set()

    def pause(self) -> None:
        """Ask the job to rest at its next checkpoint; once it does, its stage is `RESTING`."""
        self._root._going.clear()
        if self.cancelled:
            self._root._going.set()

    def resume(self) -> None:
        """Let it go on."""
        self._root._going.set()

    def begin_again(self) -> None:
        """Go back to nothing: where there is always more to do, each piece of it is counted."""
        self._root._done = 0.0

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

    def _has_to_rest(self) -> bool:
        going, turns = self._going.is_set(), self.turns
        return not self.cancelled and (not going or (turns is not None and turns.wanted()))

    def _rest(self) -> None:
        listener = self._listener or (lambda _fraction, _stage: None)
        paused = not self._going.is_set()
        listener(self._done, RESTING if paused else GIVING_WAY)
        if self.turns is not None:
            self.turns.rest(lambda: not paused or self._going.is_set(), lambda: self.cancelled)
        else:
            self._going.wait()
        if not self.cancelled:
            listener(self._done, self._stage)
