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

    What it waits for while the host of a virtual machine takes the processor away is no fault of
    the window and does not count. Linux tells it in hundredths of a second: with the next beat at
    the latest.

    Attributes:
        longest_s: By the clock.
        longest_work_s: Of that thread's own processor time.
        stolen_s: By the clock, of the beats that do not count: the longest.
    """

    def __init__(self) -> None:
        self.longest_s = self.longest_work_s = self.stolen_s = 0.0
        self._last_s, self._worked_s = time.perf_counter(), time.thread_time()
        self._stolen = steal()
        self._before = 0.0, 0.0  # how long the last beat lasted, and the work in it
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now_s, worked_s, stolen = time.perf_counter(), time.thread_time(), steal()
        lasted_s, work_s = self._before
        self._before = now_s - self._last_s, worked_s - self._worked_s
        if stolen == self._stolen:
            self.longest_s = max(self.longest_s, lasted_s)
            self.longest_work_s = max(self.longest_work_s, work_s)
        else:
            self.stolen_s = max(self.stolen_s, lasted_s, self._before[0])
            self._before = 0.0, 0.0
        self._last_s, self._worked_s, self._stolen = now_s, worked_s, stolen

    def stop(self) -> None:
        """End it."""
        self._timer.stop()
        self._beat()
        self._beat()  # a beat counts with the next one


def steal() -> int:
    """Hundredths of a second that were stolen since the machine started; 0 where nobody tells."""
    return int(_STAT.read_text().split(maxsplit=_STEAL + 1)[_STEAL]) if _STAT.exists() else 0
