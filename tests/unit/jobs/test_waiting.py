from __future__ import annotations

from pathlib import Path

import pytest

from focusstack_app.jobs.proposal import ProposedStack
from focusstack_app.jobs.waiting import Entry, Seen, Waiting, late_text, no_room_text, waiting_text
from tests.helpers.stacks import fake_stack


def _waiting(name: str, due_s: float | None, *, late: int = 0, no_room: str = "") -> Waiting:
    stack = ProposedStack(name, Path("in"), fake_stack(3).sources)
    return Waiting(stack, due_s, frozenset(), late, Entry(stack, old=True), no_room)


def test_what_is_complete_begins_unless_there_is_no_room_for_it_or_a_folder_is_gone() -> None:
    full, due = _waiting("full", 0.0, no_room="No room"), _waiting("due", 0.0)
    waiting = (_waiting("soon", 2.0), full, due)
    seen = Seen(waiting, "", (), blocked=False)
    assert seen.due is due
    assert seen.stuck
    assert not Seen(waiting[::2], "", (), blocked=False).stuck
    blocked = Seen((due,), "", (), blocked=True)
    assert blocked.due is None
    assert blocked.stuck


@pytest.mark.parametrize(
    ("waiting", "text"),
    [
        ((), "Waiting for new stacks"),
        ((_waiting("one", None),), "Waiting for new stacks"),
        (
            (_waiting("b", 7.2), _waiting("a", 3.5), _waiting("c", 1.0, no_room="No room")),
            "a: 3 frames; begins in 4 s if nothing else comes",
        ),
        ((_waiting("c", 0.0, no_room="No room"),), "No room"),
    ],
)
def test_what_is_waited_for_in_a_few_words(waiting: tuple[Waiting, ...], text: str) -> None:
    assert waiting_text(waiting, coming=False) == text


def test_what_comes_is_waited_for_too() -> None:
    assert waiting_text([_waiting("one", None)], coming=True) == "Pictures are coming in"


def test_frames_that_came_late_are_counted() -> None:
    stack = Path("in") / "a"
    one, two = (late_text(_waiting("a", 0.0, late=count)) for count in (1, 2))
    assert one.startswith(f"1 frame came after {stack} had been")
    assert two.startswith(f"2 frames came after {stack} had been")


def test_where_room_is_needed_is_said() -> None:
    assert no_room_text(Path("out")) == "There is too little room in out; waiting for more"
