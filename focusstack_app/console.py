"""What is said on a terminal or in a log, and Ctrl-C that cancels instead of tearing down.

A terminal that is gone, a pipe that nobody reads and a log on a full disk cost no picture.
"""

from __future__ import annotations

import errno
import io
import math
import os
import re
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import TextIO

from focusstack_app.core.errors import FocusStackError, OutputExistsError
from focusstack_app.core.progress import Progress
from focusstack_app.io.faults import shown

DONE, FAILED, CANCELLED = 0, 1, 130  # exit codes

_BAR_CELLS = 24
_REDRAW_S = 0.1
_ESTIMATE_AFTER_S = 2.0


class ProgressDisplay:
    """A listener for `Progress`: a bar on a terminal, else a line per stage or 10 %.

    Args:
        stream: Where it is shown, usually stderr.
        clock: Seconds that only go up.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._started_s = clock()
        self._bar = stream.isatty()
        self._drawn_s = -math.inf
        self._fraction = 0.0
        self._shown_kind = ""
        self._shown_tenth = -1

    def __enter__(self) -> ProgressDisplay:
        """Start the clock of the time left."""
        self._started_s = self._clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the bar."""
        self._write(_cleared_line() if self._bar else "")

    def __call__(self, fraction: float, stage: str) -> None:
        """Show that `fraction` (0 to 1) is done and what is being done."""
        if fraction < self._fraction:  # the next piece of work
            self._started_s = self._clock()
        self._fraction = fraction
        kind = re.sub(r"\d+", "#", stage)  # "tile 3 of 60" and "tile 4 of 60" are one stage
        changed, self._shown_kind = kind != self._shown_kind, kind
        if self._bar:
            self._draw(fraction, stage, changed=changed)
        else:
            self._line(fraction, stage, changed=changed)

    def note(self, line: str) -> None:
        """Write a line of its own; the bar comes back below it with the next progress."""
        self._write(f"{_cleared_line() if self._bar else ''}{shown(line)}\n")
        self._drawn_s = -math.inf

    def _draw(self, fraction: float, stage: str, *, changed: bool) -> None:
        now_s = self._clock()
        if not changed and now_s < self._drawn_s + _REDRAW_S:
            return
        self._drawn_s = now_s
        full = round(fraction * _BAR_CELLS)
        bar = "#" * full + "-" * (_BAR_CELLS - full)
        text = f"[{bar}] {fraction * 100:3.0f} %  {stage}{self._time_left(fraction, now_s)}"
        self._write(f"{_cleared_line()}{text[: _columns()]}")

    def _line(self, fraction: float, stage: str, *, changed: bool) -> None:
        tenth = int(fraction * 10 + 1e-9)
        if not changed and tenth == self._shown_tenth:
            return
        self._shown_tenth = tenth
        self._write(f"{fraction * 100:3.0f} %  {stage}\n")

    def _time_left(self, fraction: float, now_s: float) -> str:
        elapsed_s = now_s - self._started_s
        if elapsed_s < _ESTIMATE_AFTER_S or not 0.02 < fraction < 1.0:
            return ""
        minutes, seconds = divmod(round(elapsed_s * (1.0 - fraction) / fraction), 60)
        return f"  {minutes}:{seconds:02d} left"

    def _write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)
            self._stream.flush()


def _columns() -> int:
    return shutil.get_terminal_size().columns - 1  # in the last one, some terminals begin a line


def _cleared_line() -> str:
    """To the start of an empty line; by blanks, as Windows shows escape sequences as they are."""
    return f"\r{' ' * _columns()}\r"


def open_standard_streams() -> None:
    """Make stdin, stdout and stderr usable where whoever started the program closed them.

    A file that is opened would otherwise take the number of one of them, and get what libraries
    print.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def finish_standard_streams() -> None:
    """Drop what stdout and stderr could not take; Python would end with an error for it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _silence(stream)


def _silence(stream: TextIO) -> None:
    """Let all that is written there, and was before in vain, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def say(line: str) -> None:
    """Print a line; where nobody reads any more, nothing is printed from now on."""
    try:
        sys.stdout.write(f"{shown(line)}\n")
        sys.stdout.flush()
    except OSError as error:
        _silence(sys.stdout)
        # Windows says of a pipe that nobody reads that it is an invalid argument.
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EINVAL:
            complain(f"What was to be printed is lost: {error.strerror}.")


def complain(text: str) -> None:
    """Say on stderr what went wrong."""
    with suppress(OSError):
        sys.stderr.write(f"focusstack: {shown(text)}\n")


def warn(text: str) -> None:
    """Say on stderr what should be looked at."""
    with suppress(OSError):
        sys.stderr.write(f"warning: {shown(text)}\n")


def one_line(error: FocusStackError) -> str:
    """What is wrong and what to do about it."""
    hint = error.hint
    if isinstance(error, OutputExistsError):
        hint = "Choose another name, or add --overwrite."
    return " ".join(f"{error.message} {hint}".splitlines()).strip()


@contextmanager
def cancelled_by_signals(progress: Progress) -> Iterator[None]:
    """Let Ctrl-C and a request to terminate cancel `progress`; a second one interrupts at once.

    So does a terminal that is closed, unless `nohup` told the program not to care, and Ctrl-Break
    on Windows. Outside the main thread, where no signal arrives, this does nothing.
    """

    def cancel(_signal: int, _frame: FrameType | None) -> None:
        if progress.cancelled:
            raise KeyboardInterrupt
        progress.cancel()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, cancel) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
