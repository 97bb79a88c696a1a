"""What a watch waits for: stacks that were not fused yet, also in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.message import message
from focusstack_app.io.faults import shown
from focusstack_app.jobs.arrivals import Version
from focusstack_app.jobs.batch import BatchTask
from focusstack_app.jobs.proposal import ProposedStack, without_frames


@dataclass(slots=True, eq=False)
class Entry:
    """A stack that frames are not looked for any more, but come to.

    Attributes:
        stack: Its frames.
        old: Whether it may have been fused by an earlier run: it was there at the first look.
        task: What makes a picture of it; None before that begins.
        files: What it was made from.
        over: Whether it needs nothing, unless frames come, or files change if it failed.
        failed: Whether it did.
        not_before_s: When it is tried again.
        full: Whether there was too little room on disk for what it writes.
    """

    stack: ProposedStack
    old: bool
    task: BatchTask | None = None
    files: frozenset[Version] = frozenset()
    over: bool = False
    failed: bool = False
    not_before_s: float = -math.inf
    full: bool = False

    def begin_again(self) -> None:
        """Let it wait as if it had not been begun."""
        self.over = self.failed = self.full = False
        self.task, self.not_before_s = None, -math.inf
        self.stack = without_frames(self.stack, ())  # and what was wrong with it may be gone


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A stack that was not fused yet.

    Attributes:
        stack: Its frames, as far as they are there.
        due_s: After how many seconds it is complete if nothing else comes; 0 when it is; None
            where it needs another frame first.
        files: What of it was there.
        late: How many frames came after it had been fused.
        entry: What `Watch` knows of it.
        no_room: Where room is needed for what it writes, a sentence; empty where there is some.
    """

    stack: ProposedStack
    due_s: float | None
    files: frozenset[Version]
    late: int
    entry: Entry
    no_room: str = ""

    def facts(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        frames = [str(source.path) for source in self.stack.sources]
        return {"name": self.stack.name, "folder": str(self.stack.folder), "frames": frames}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a watch waits for.

    Attributes:
        waiting: The stacks that were not fused yet, in order.
        text: The same in a few words.
        notes: What was not said before, a sentence each.
        blocked: Whether nothing can be begun, as a folder cannot be reached.
    """

    waiting: tuple[Waiting, ...]
    text: str
    notes: tuple[str, ...]
    blocked: bool

    @property
    def due(self) -> Waiting | None:
        """The stack that is to be fused next."""
        if self.blocked:
            return None
        return next((w for w in self.waiting if w.due_s == 0.0 and not w.no_room), None)

    @property
    def stuck(self) -> bool:
        """Whether something has to be done before all can be fused."""
        return self.blocked or any(waiting.no_room for waiting in self.waiting)


def waiting_text(waiting: Sequence[Waiting], *, coming: bool) -> str:
    """What is waited for, in a few words.

    Args:
        waiting: The stacks that were not fused yet.
        coming: Whether files are written just now.
    """
    due = [one for one in waiting if one.due_s and not one.no_room]
    if due:
        first = min(due, key=lambda one: one.due_s or 0.0)
        return message(
            "{stack}: {count} frames; begins in {seconds} s if nothing else comes",
            stack=shown(first.stack.name),
            count=len(first.stack.sources),
            seconds=math.ceil(first.due_s or 0.0),
        )
    no_room = next((one.no_room for one in waiting if one.no_room), "")
    if no_room:
        return no_room
    return message("Pictures are coming in") if coming else message("Waiting for new stacks")


def late_text(waiting: Waiting) -> str:
    """What to say of a stack that is fused once more, with frames that came late."""
    stack = shown(waiting.stack.folder / waiting.stack.name)
    if waiting.late == 1:
        return message(
            "1 frame came after {stack} had been fused: it is fused once more, with it.",
            stack=stack,
        )
    return message(
        "{count} frames came after {stack} had been fused: it is fused once more, with them.",
        count=waiting.late,
        stack=stack,
    )


def no_room_text(folder: Path) -> str:
    """What to say where there is too little room on the disk of a folder."""
    return message("There is too little room in {folder}; waiting for more", folder=shown(folder))
