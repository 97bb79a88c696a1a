"""What the pictures of stacks are called: by what a stack is, not by what lies beside it.

A number, or a name that changes with the stacks that come and go, would have the next run take one
stack for another. Where a name does not tell, the time does that a picture has of its reference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from pathlib import Path
from unicodedata import normalize

from focusstack_app.core.fusion import FusionRequest
from focusstack_app.core.naming import filled_name, name_facts
from focusstack_app.core.output import Carried
from focusstack_app.io.metadata import read_facts
from focusstack_app.jobs.proposal import ProposedStack, detailed_name, plain_name
from focusstack_app.jobs.results_folders import BatchTarget

_REMEMBERED = 4096  # results whose headers were read


class ResultPlaces:
    """Gives stacks the files of their pictures; no two get the same.

    Args:
        target: Where results go.
        taken: Files that others have.
    """

    def __init__(self, target: BatchTarget, taken: Collection[Path] = ()) -> None:
        self._target = target
        self._taken = {_key(path) for path in taken}
        try:
            self._there = {_key(path) for path in target.folder.iterdir()}
        except OSError:  # it is still to be made, or that is told when a picture is written
            self._there = set()

    def made(self, stack: ProposedStack, request: FusionRequest | None) -> Path | None:
        """The picture that was made of a stack, as far as its time tells.

        Args:
            stack: What is fused.
            request: What is asked for it; None where it cannot be fused.
        """
        if not _seconds(stack):
            return None
        names = self._names(stack, request)
        # The first stack of a folder, whose name is the shortest, may be another one now.
        names += self._names(stack, request, plain_name(stack))
        for number, path in enumerate(self._numbered(names)):
            if _key(path) not in self._there:
                if number >= len(names):
                    return None
            elif self._is_free(path) and is_made_of(path, stack):
                return self._take(path)
        return None

    def place(
        self, stack: ProposedStack, request: FusionRequest | None, *, trusting: bool = True
    ) -> Path:
        """The file for the picture of a stack: the first that no other picture has.

        Args:
            stack: What is fused.
            request: What is asked for it; None where it cannot be fused.
            trusting: Whether a picture that does not tell what it was made of is the stack's own
                by its name.
        """
        for path in self._numbered(self._names(stack, request)):
            if not self._is_free(path):
                continue
            if _key(path) in self._there:
                own = is_made_of(path, stack)
                if not (trusting if own is None else own):
                    continue
            return self._take(path)
        raise AssertionError("numbers do not end")

    def another(self, stack: ProposedStack, request: FusionRequest | None) -> Path:
        """A file that is not there, for one more picture of a stack: its name and a number.

        Args:
            stack: What is fused.
            request: What is asked for it; None where it cannot be fused.
        """
        for path in self._numbered(self._names(stack, request)[:1]):
            if self._is_free(path) and _key(path) not in self._there:
                return self._take(path)
        raise AssertionError("numbers do not end")

    def _is_free(self, path: Path) -> bool:
        return _key(path) not in self._taken

    def _take(self, path: Path) -> Path:
        self._taken.add(_key(path))
        return path

    def _numbered(self, names: Sequence[str]) -> Iterator[Path]:
        suffix = self._target.kind.suffixes[0]
        for name in names:
            yield self._target.folder / f"{name}{suffix}"
        for number in count(2):
            yield self._target.folder / f"{names[-1]}-{number}{suffix}"

    def _names(
        self, stack: ProposedStack, request: FusionRequest | None, name: str = ""
    ) -> list[str]:
        """What the picture may be called, the shortest first; all of it depends on the stack only.

        A name that does not say which stack it is of gets that of the stack, where another needs
        it or no time could tell whose it is.
        """
        name, template = name or stack.name, self._target.template
        if request is None:
            return [name, detailed_name(stack)]

        def filled(template: str, name: str) -> str:
            return filled_name(template, name_facts(name, request))

        if "{stack}" in template:
            return [filled(template, name), filled(template, detailed_name(stack))]
        longer = template + "-{stack}"
        names = [filled(longer, name), filled(longer, detailed_name(stack))]
        short = filled(template, name)
        traceable = _seconds(stack) and self._target.options.metadata is not Carried.NONE
        if traceable or name == short:
            names.insert(0, short)
        return names


def outputs_of(
    stacks: Sequence[ProposedStack],
    requests: Sequence[FusionRequest | None],
    target: BatchTarget,
) -> list[Path]:
    """The files of the pictures of a batch; the same stacks get the same ones again.

    Args:
        stacks: In order.
        requests: What is asked for each.
        target: Where results go.
    """
    places, both = ResultPlaces(target), list(zip(stacks, requests, strict=True))
    made = [places.made(stack, request) for stack, request in both]
    return [
        places.place(stack, request) if path is None else path
        for path, (stack, request) in zip(made, both, strict=True)
    ]


def _key(path: Path) -> str:
    """Under which some disk takes two names for one."""
    return normalize("NFC", path.name).casefold()


def is_made_of(picture: Path, stack: ProposedStack) -> bool | None:
    """Whether a picture was made of a stack; None where it does not tell.

    A result has the time of its reference. Fractions of a second do not count, as an editor may
    have dropped them.
    """
    try:
        status = picture.stat()
        taken_at = _time_of_result(picture, status.st_size, status.st_mtime_ns)
    except OSError:
        return None
    return None if taken_at is None else taken_at in _seconds(stack)


@lru_cache(_REMEMBERED)
def _time_of_result(picture: Path, _size_bytes: int, _written_ns: int) -> datetime | None:
    facts = read_facts(picture)
    if not facts.shows_result or facts.captured_at is None:
        return None
    return facts.captured_at.replace(microsecond=0)


def _seconds(stack: ProposedStack) -> set[datetime]:
    times = (source.captured_at for source in stack.sources)
    return {time.replace(microsecond=0) for time in times if time is not None}
