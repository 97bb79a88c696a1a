from __future__ import annotations

import pytest

from focusstack_app.core.document import parsed


def test_what_json_says() -> None:
    assert parsed(b'{"a": [1, -2.5e3, true, null, "x"]}') == {"a": [1, -2500.0, True, None, "x"]}


@pytest.mark.parametrize("text", ["\ufeff[1]", b"\xef\xbb\xbf[1]"])
def test_the_mark_that_some_editors_put_in_front_is_passed_over(text: str | bytes) -> None:
    assert parsed(text) == [1]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, "NaN", "-Infinity", "1e999", "1" * 19, "9" * 5000, b"\xff\xfe\x00"],
)
def test_what_cannot_be_counted_with_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of many kinds
        parsed(text)
