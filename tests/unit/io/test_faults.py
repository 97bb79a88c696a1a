from __future__ import annotations

import errno
from pathlib import Path

import pytest

from focusstack_app.core.errors import Cancelled, InputError
from focusstack_app.io.faults import reading, shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "no"), "does not exist"),
        (NotADirectoryError(20, "no"), "does not exist"),
        (IsADirectoryError(21, "no"), "is a folder"),
        (PermissionError(13, "no"), "may not be read"),
        (MemoryError(), "memory"),
        (OSError("truncated"), "damaged"),
        (OSError(22, "Invalid argument"), "damaged"),  # a place before the start, from damage
        (OSError(errno.EIO, "Input/output error"), "cannot be reached: Input/output error."),
        (OSError(errno.ENAMETOOLONG, "File name too long"), "cannot be reached"),
        (ZeroDivisionError(), "damaged"),
    ],
)
def test_every_failure_names_the_file_on_one_line(error: Exception, words: str) -> None:
    with pytest.raises(InputError) as caught, reading(Path("dir/frame.jpg")):
        raise error
    assert "frame.jpg" in caught.value.message
    assert words in caught.value.message
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is error


@pytest.mark.parametrize(
    ("system", "hint"), [("linux", "Give yourself the right"), ("win32", "Close the program")]
)
def test_a_refusal_has_another_reason_on_windows(
    monkeypatch: pytest.MonkeyPatch, system: str, hint: str
) -> None:
    monkeypatch.setattr("sys.platform", system)
    with pytest.raises(InputError) as caught, reading(Path("a.jpg")):
        raise PermissionError(errno.EACCES, "Permission denied")
    assert hint in caught.value.hint


def test_an_input_error_passes_unchanged() -> None:
    original = InputError("as it is")
    with pytest.raises(InputError) as caught, reading(Path("x")):
        raise original
    assert caught.value is original


def test_cancelling_is_no_fault_of_the_file() -> None:
    with pytest.raises(Cancelled), reading(Path("x")):
        raise Cancelled


def test_odd_names_are_printable() -> None:
    assert shown(Path("a\nb\udcff.jpg")) == "a?b?.jpg"
