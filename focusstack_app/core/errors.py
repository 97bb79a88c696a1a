"""The error tree.

::

    FocusStackError            message + hint, written for the photographer
    ├── InputError             a file or stack cannot be used; a batch goes on with the next
    ├── OutputError            a result cannot be written; nothing was changed on disk
    │   ├── OutputExistsError  the target exists and overwriting was not allowed
    │   └── DiskFullError      a disk is full; a batch tries what needs less, a watch waits for room
    ├── ModelError             a model is missing, damaged or of an unknown kind
    └── DeviceError            a compute device cannot be used; "auto" takes the next
        └── DeviceMemoryError  it ran out of memory; restart with a smaller plan
    Cancelled (BaseException)  the user stopped the job

A subclass exists only where some caller acts differently on it. Any other exception is a bug.
"""

from __future__ import annotations

from pathlib import Path

from focusstack_app.core.message import joined


class FocusStackError(Exception):
    """Something the photographer can act on.

    Args:
        message: What is wrong, naming the file where there is one. One line.
        hint: What to do about it. One line, may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def said(self) -> str:
        """The message followed by the hint, on one line."""
        return joined(self.message, self.hint)

    def __str__(self) -> str:
        """The message followed by the hint, on one line."""
        return str(self.said)


class InputError(FocusStackError):
    """A source file, or the stack as a whole, cannot be used."""


class OutputError(FocusStackError):
    """A result cannot be written. What was on disk before is unchanged."""


class OutputExistsError(OutputError):
    """The target exists and overwriting was not asked for."""


class DiskFullError(OutputError):
    """There is too little room on a disk, of results or of temporary files.

    Args:
        message: As of every `FocusStackError`.
        hint: The same.
        folder: Where room is needed.
    """

    def __init__(self, message: str, hint: str, folder: Path) -> None:
        super().__init__(message, hint)
        self.folder = folder


class ModelError(FocusStackError):
    """A model is missing, damaged, or of a kind that this version does not know."""


class DeviceError(FocusStackError):
    """A compute device is not there, does not start, or gives wrong results."""


class DeviceMemoryError(DeviceError):
    """The compute device ran out of memory. The picture restarts with a smaller plan."""


class Cancelled(BaseException):
    """The user stopped the job. Not an `Exception`, so that no broad handler swallows it."""
