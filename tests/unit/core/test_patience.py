from __future__ import annotations

import pytest

from focusstack_app.core.patience import patiently


def test_what_is_refused_for_a_moment_is_tried_again() -> None:
    tries = iter([PermissionError("busy"), PermissionError("busy"), None])

    def change() -> None:
        error = next(tries)
        if error is not None:
            raise error

    patiently(change)
    assert next(tries, "none left") == "none left"


def test_what_stays_refused_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("focusstack_app.core.patience._PATIENCE_S", 0.05)
    tried: list[None] = []

    def change() -> None:
        tried.append(None)
        raise PermissionError("busy")

    with pytest.raises(PermissionError):
        patiently(change)
    assert len(tried) > 1


def test_other_errors_do_not_wait() -> None:
    tried: list[None] = []

    def change() -> None:
        tried.append(None)
        raise FileNotFoundError

    with pytest.raises(FileNotFoundError):
        patiently(change)
    assert len(tried) == 1
