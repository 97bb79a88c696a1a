"""How long the interface thread is held up, for tests that are marked slow."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer

LONGEST_S = 0.05
_BEAT_MS = 5
_STAT = Path("/proc/stat")
_STEAL = 8  # place of the time that a virtual machine was denied the processor


class Pulse:
    """The longest time that the event loop of the interface thread did not turn.

    What it waits for while the host of a virtual machine takes the processor away, as Linux tells
    it, is no fault of the window and does not count.

    Attributes:
        longest_s: By the clock.
        longest_work_s: Of that thread's own processor time.
        stolen_s: By the clock, of the beats that do not count: the longest.
    """

    def __init__(self) -> None:
        self.longest_s = self.longest_work_s = self.stolen_s = 0.0
        self._last_s, self._worked_s = time.perf_counter(), time.thread_time()
        self._stolen = steal()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now_s, worked_s, stolen = time.perf_counter(), time.thread_time(), steal()
        if stolen == self._stolen:
            self.longest_s = max(self.longest_s, now_s - self._last_s)
            self.longest_work_s = max(self.longest_work_s, worked_s - self._worked_s)
        else:
            self.stolen_s = max(self.stolen_s, now_s - self._last_s)
        self._last_s, self._worked_s, self._stolen = now_s, worked_s, stolen

    def stop(self) -> None:
        """End it."""
        self._beat()
        self._timer.stop()


def steal() -> int:
    """Hundredths of a second that were stolen since the machine started; 0 where nobody tells."""
    return int(_STAT.read_text().split(maxsplit=_STEAL + 1)[_STEAL]) if _STAT.exists() else 0
