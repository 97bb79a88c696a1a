from __future__ import annotations

import logging
import os
import warnings

import pytest

from focusstack_app.io import quiet


def test_warnings_are_dropped_and_filters_restored() -> None:
    before = list(warnings.filters)
    with quiet.without_warnings():
        warnings.warn("odd EXIF", stacklevel=1)
    assert warnings.filters == before
    with pytest.raises(UserWarning):
        warnings.warn("an error again", stacklevel=1)


@pytest.mark.parametrize("name", ["exifread", "tifffile"])
def test_chatty_loggers_are_silent(name: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger(name).warning("an oddity")
    assert not caplog.records


def test_lines_of_libraw_are_collected_and_others_passed_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with quiet.libraw_complaints() as complaints:
        os.write(2, b"a.nef: data corrupted at 1234\nsomething else\n")
        os.write(2, b"a.nef: Unexpected end of file\n")
    assert complaints == ["a.nef: data corrupted at 1234", "a.nef: Unexpected end of file"]
    assert capfd.readouterr().err == "something else\n"


def test_stderr_is_restored_after_an_exception(capfd: pytest.CaptureFixture[str]) -> None:
    def print_and_fail() -> None:
        with quiet.libraw_complaints():
            os.write(2, b"kept\n")
            raise KeyError

    with pytest.raises(KeyError):
        print_and_fail()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "kept\nafter\n"
