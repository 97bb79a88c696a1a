"""How long the interface thread is held up, for tests that are marked slow."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer

LONGEST_S = 0.05
_BEAT_MS = 5


class Pulse:
    """The longest time that the event loop of the interface thread did not turn.

    Attributes:
        longest_s: By the clock.
        longest_work_s: Of that thread's own processor time: what it waits for while other
            programs have the processor is no fault of the window.
    """

    def __init__(self) -> None:
        self.longest_s = self.longest_work_s = 0.0
        self._last_s, self._worked_s = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now_s, worked_s = time.perf_counter(), time.thread_time()
        self.longest_s = max(self.longest_s, now_s - self._last_s)
        self.longest_work_s = max(self.longest_work_s, worked_s - self._worked_s)
        self._last_s, self._worked_s = now_s, worked_s

    def stop(self) -> None:
        """End it."""
        self._beat()
        self._timer.stop()
