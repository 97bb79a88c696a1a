from __future__ import annotations

import errno
import io
import re
import signal
import sys
import threading

import pytest

from focusstack_app.console import ProgressDisplay, cancelled_by_signals, complain, say, warn
from focusstack_app.core.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_log_gets_a_line_per_stage_and_per_tenth() -> None:
    stream = io.StringIO()
    display = ProgressDisplay(stream)
    for percent in range(51):
        display(percent / 100, "Fusing")
    display(0.5, "Writing")
    assert stream.getvalue().splitlines() == [
        "  0 %  Fusing",
        " 10 %  Fusing",
        " 20 %  Fusing",
        " 30 %  Fusing",
        " 40 %  Fusing",
        " 50 %  Fusing",
        " 50 %  Writing",
    ]


def test_a_stage_that_counts_is_one_stage() -> None:
    stream = io.StringIO()
    display = ProgressDisplay(stream)
    for tile in range(1, 100):
        display(0.31, f"Tile {tile} of 99")
    assert stream.getvalue() == " 31 %  Tile 1 of 99\n"


def test_a_terminal_gets_a_bar_with_the_time_left() -> None:
    stream, clock = Terminal(), Clock()
    with ProgressDisplay(stream, clock) as display:
        clock.now_s += 30.0
        display(0.25, "Fusing")
    drawn = stream.getvalue()
    assert "[######------------------]  25 %  Fusing  1:30 left" in drawn
    assert re.search(r"\r +\r$", drawn)
    assert "\x1b" not in drawn  # consoles of Windows show it
    assert "\n" not in drawn


def test_a_terminal_is_not_redrawn_more_often_than_eyes_see() -> None:
    stream, clock = Terminal(), Clock()
    display = ProgressDisplay(stream, clock)
    for step in range(1000):
        clock.now_s += 0.001
        display(step / 1000, "Fusing")
    assert 5 <= stream.getvalue().count("Fusing") <= 11


def test_a_line_on_a_terminal_is_never_longer_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    ProgressDisplay(stream)(0.5, "A stage with a very long name " * 5)
    assert [len(line) for line in stream.getvalue().split("\r")] == [0, 39, 39]


def test_a_note_stands_on_its_own_line_and_the_bar_returns() -> None:
    stream = Terminal()
    display = ProgressDisplay(stream, Clock())
    display(0.5, "Fusing")
    display.note("done: a.tif")
    display(0.5, "Fusing")
    assert " \rdone: a.tif\n" in stream.getvalue()
    assert stream.getvalue().count("Fusing") == 2


def test_names_of_files_do_nothing_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    ProgressDisplay(stream).note("done: \x1b[2Ja\nb.tif")
    warn("\x1b[2Jü\nb.tif is blurred")
    complain("c\r.tif")
    say("Wrote d\x1b[2J.tif")
    assert stream.getvalue() == "done: ?[2Ja?b.tif\n"
    said = "warning: ?[2Jü?b.tif is blurred\nfocusstack: c?.tif\n"
    assert capsys.readouterr() == ("Wrote d?[2J.tif\n", said)


class FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    with ProgressDisplay(FullDisk()) as display:
        display(0.5, "Fusing")
        display.note("done: a.tif")


SIGNALS = [signal.SIGINT, signal.SIGTERM]
if sys.platform == "win32":
    SIGNALS.append(signal.SIGBREAK)
else:
    SIGNALS.append(signal.SIGHUP)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_cancels_and_handlers_come_back(number: signal.Signals) -> None:
    started_with = signal.signal(number, signal.SIG_DFL)  # the tests may run under nohup
    try:
        progress = Progress()
        with cancelled_by_signals(progress):
            signal.raise_signal(number)
            assert progress.cancelled
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, started_with)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGHUP")
def test_under_nohup_a_closed_terminal_does_not_cancel() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        progress = Progress()
        with cancelled_by_signals(progress):
            signal.raise_signal(signal.SIGHUP)
            assert not progress.cancelled
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_second_signal_interrupts() -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(KeyboardInterrupt), cancelled_by_signals(progress):
        signal.raise_signal(signal.SIGINT)


def test_other_threads_leave_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)
    seen: list[object] = []

    def work() -> None:
        with cancelled_by_signals(Progress()):
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
