from __future__ import annotations

from focusstack_app.core.message import message


def test_a_marked_text_is_the_filled_one() -> None:
    assert (
        message("Words in {braces} stay without values.")
        == "Words in {braces} stay without values."
    )
    made = message("{file} is {size} px ({kind!r}).", file="a{b}.tif", size=7, kind="x")
    assert made == "a{b}.tif is 7 px ('x')."
    assert (made.template, dict(made.values)) == (
        "{file} is {size} px ({kind!r}).",
        {"file": "a{b}.tif", "size": 7, "kind": "x"},
    )
