from __future__ import annotations

import pytest

from focusstack_app.core.errors import (
    Cancelled,
    DeviceError,
    DeviceMemoryError,
    FocusStackError,
    InputError,
    ModelError,
    OutputError,
    OutputExistsError,
)


def test_text_is_message_then_hint() -> None:
    error = InputError("a.jpg is empty.", "Copy it again.")
    assert (error.message, error.hint) == ("a.jpg is empty.", "Copy it again.")
    assert str(error) == "a.jpg is empty. Copy it again."


def test_text_without_hint_has_no_trailing_space() -> None:
    assert str(OutputError("The disk is full.")) == "The disk is full."


@pytest.mark.parametrize(
    "kind", [InputError, OutputError, OutputExistsError, ModelError, DeviceError, DeviceMemoryError]
)
def test_every_kind_is_caught_as_a_focus_stack_error(kind: type[FocusStackError]) -> None:
    assert issubclass(kind, FocusStackError)


def test_existing_output_is_caught_as_an_output_error() -> None:
    assert issubclass(OutputExistsError, OutputError)


def test_cancelling_passes_through_handlers_of_exception() -> None:
    assert not issubclass(Cancelled, Exception)
