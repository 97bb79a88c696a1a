from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from focusstack_app.core.turns import Turns

WAIT_S = 10.0


def never() -> bool:
    return False


@contextmanager
def on_a_thread(work: Callable[[], None]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(WAIT_S)
    assert not thread.is_alive()


def test_what_is_urgent_works_in_the_middle_of_what_is_not() -> None:
    turns, done = Turns(), []

    def urgent() -> None:
        turns.begin(urgent=True, stopped=never)
        done.append("urgent")
        turns.end(urgent=True)

    turns.begin(urgent=False, stopped=never)
    assert not turns.wanted()
    with on_a_thread(urgent) as thread:
        while not turns.wanted():
            thread.join(0.001)
        assert done == []
        turns.rest(ready=lambda: True, stopped=never)
        done.append("other")
        assert not turns.wanted()
    turns.end(urgent=False)
    assert done == ["urgent", "other"]


@pytest.mark.parametrize("urgent", [False, True])
def test_one_at_a_time(urgent: bool) -> None:
    turns, inside, most = Turns(), [], []

    def work() -> None:
        for _ in range(50):
            turns.begin(urgent=urgent, stopped=never)
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            turns.end(urgent=urgent)

    with on_a_thread(work), on_a_thread(work):
        pass
    assert max(most) == 1
    assert len(most) == 100


def test_who_is_stopped_does_not_wait_and_has_no_turn() -> None:
    turns, stopped = Turns(), threading.Event()
    turns.begin(urgent=False, stopped=never)

    def give_up() -> None:
        turns.begin(urgent=True, stopped=stopped.is_set)
        turns.end(urgent=True)

    with on_a_thread(give_up) as thread:
        thread.join(0.1)
        assert thread.is_alive()
        stopped.set()
    assert not turns.wanted()  # and nobody waits any more
    turns.rest(ready=never, stopped=lambda: True)
    turns.end(urgent=False)
    turns.begin(urgent=False, stopped=never)  # it is free
    turns.end(urgent=False)


def test_only_the_thread_that_works_is_asked_to_rest() -> None:
    turns, asked = Turns(), []
    turns.begin(urgent=False, stopped=never)
    turns._urgent += 1
    assert turns.wanted()
    with on_a_thread(lambda: asked.append(turns.wanted())):
        pass
    assert asked == [False]
