from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focusstack_app.core.errors import Cancelled
from focusstack_app.core.progress import RESTING, Progress

FRACTIONS = st.floats(-0.5, 1.5, allow_nan=False)


@given(st.lists(st.tuples(FRACTIONS, FRACTIONS, FRACTIONS), max_size=20))
def test_progress_never_goes_back(steps: list[tuple[float, float, float]]) -> None:
    seen: list[float] = []
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    for start, end, fraction in steps:
        low, high = sorted((min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)))
        progress.sub(low, high).report(fraction, "part")
    assert seen == sorted(seen)
    assert all(0.0 <= fraction <= 1.0 for fraction in seen)


def test_a_part_of_a_part_covers_its_share() -> None:
    seen: list[tuple[float, str]] = []
    progress = Progress(lambda fraction, stage: seen.append((fraction, stage)))
    inner = progress.sub(0.5, 1.0).sub(0.0, 0.5)
    inner.report(0.0, "begin")
    inner.report(1.0, "end")
    assert seen == [(0.5, "begin"), (0.75, "end")]


def test_a_cancelled_job_stops_at_its_next_checkpoint() -> None:
    progress = Progress()
    progress.checkpoint()
    progress.cancel()
    assert progress.cancelled
    with pytest.raises(Cancelled):
        progress.checkpoint()


def test_a_cancelled_job_reports_no_more() -> None:
    seen: list[float] = []
    progress = Progress(lambda fraction, _stage: seen.append(fraction))
    progress.cancel()
    with pytest.raises(Cancelled):
        progress.report(0.5, "late")
    assert seen == []


def test_cancelling_reaches_every_part_and_comes_from_every_part() -> None:
    progress = Progress()
    first, second = progress.sub(0.0, 0.5), progress.sub(0.5, 1.0)
    first.cancel()
    assert progress.cancelled
    with pytest.raises(Cancelled):
        second.sub(0.0, 1.0).checkpoint()


def paused_job() -> tuple[Progress, list[str], threading.Thread, list[bool]]:
    """A job that rests at a checkpoint of a part; its stages so far, and how it ended."""
    rests, stages, ends = threading.Event(), [], []

    def listen(_fraction: float, stage: str) -> None:
        stages.append(stage)
        if stage == RESTING:
            rests.set()

    progress = Progress(listen)

    def work() -> None:
        part = progress.sub(0.0, 0.5)
        try:
            part.report(0.5, "Fusing")
            progress.pause()
            part.checkpoint()
            ends.append(True)
        except Cancelled:
            ends.append(False)

    thread = threading.Thread(target=work)
    thread.start()
    assert rests.wait(10.0)
    return progress, stages, thread, ends


def test_a_paused_job_rests_at_a_checkpoint_and_goes_on() -> None:
    progress, stages, thread, ends = paused_job()
    thread.join(0.05)
    assert thread.is_alive()
    progress.resume()
    thread.join(10.0)
    assert ends == [True]
    assert stages == ["Fusing", RESTING, "Fusing"]


def test_a_paused_job_can_be_cancelled() -> None:
    progress, stages, thread, ends = paused_job()
    progress.cancel()
    thread.join(10.0)
    assert ends == [False]
    assert stages == ["Fusing", RESTING]


def test_a_cancelled_job_cannot_be_paused() -> None:
    progress = Progress()
    progress.cancel()
    progress.pause()
    with pytest.raises(Cancelled):
        progress.checkpoint()
