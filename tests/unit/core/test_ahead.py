from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from focusstack_app.core.ahead import ahead, beside


def _noting(taken: list[int], count: int = 100) -> Iterator[int]:
    for item in range(count):
        taken.append(item)
        yield item


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_results_come_in_order(threads: int | None) -> None:
    assert list(ahead(lambda item: item * item, range(50), threads)) == [n * n for n in range(50)]
    assert list(ahead(abs, [], threads)) == []


def test_work_runs_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=10)
    assert len(list(ahead(lambda _: both.wait(), range(4), 2))) == 4


def test_no_more_is_begun_than_one_result_beyond_the_threads() -> None:
    taken: list[int] = []
    results = ahead(abs, _noting(taken), 2)
    assert next(results) == 0
    assert taken == [0, 1, 2, 3]
    results.close()


def test_an_error_comes_in_its_turn_and_ends_the_work() -> None:
    def work(item: int) -> int:
        if item >= 4:
            raise ValueError(item)
        return item

    taken: list[int] = []
    got: list[int] = []
    with pytest.raises(ValueError, match=r"^4$"):
        got.extend(ahead(work, _noting(taken), 3))
    assert got == [0, 1, 2, 3]
    assert len(taken) < 10


def test_who_leaves_the_loop_leaves_no_thread() -> None:
    before = threading.active_count()
    for _ in ahead(abs, range(100), 3):
        break
    assert threading.active_count() == before


def test_what_cannot_be_stopped_is_not_waited_for() -> None:
    going, ended = threading.Event(), threading.Event()
    checked: list[int] = []

    def work() -> str:
        going.wait(5)
        ended.set()
        return "made"

    def checkpoint() -> None:
        checked.append(1)
        if len(checked) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        beside(work, checkpoint)
    assert not ended.is_set()
    going.set()
    assert ended.wait(5)  # it goes on to its end, for nobody
    assert beside(work, lambda: None) == "made"
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 / 0, lambda: None)
