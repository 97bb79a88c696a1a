from __future__ import annotations

from focusstack_app.core.message import message


def test_a_marked_text_stays_as_it_is() -> None:
    assert message("Words in {braces}") == "Words in {braces}"
