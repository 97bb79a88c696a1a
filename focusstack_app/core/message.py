"""Texts for people that the window can translate, although their layer knows no Qt.

A marked text is English, as the command line and files have it. It remembers its parts: the window
looks up the sentence and fills in the values again.
"""

from __future__ import annotations

from collections.abc import Mapping


class Message(str):
    """A text and what it was made of.

    Attributes:
        template: The sentence, with the names of the values in braces where there are any.
        values: The values; they may be messages themselves.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Message:
        """Fill the values in."""
        made = super().__new__(cls, template.format_map(values) if values else template)
        made.template, made.values = template, values
        return made


def joined(first: str, second: str) -> str:
    """Two sentences as one text; an empty one adds nothing."""
    if not first or not second:
        return first or second
    return message("{first} {second}", first=first, second=second)


def message(template: str, /, **values: object) -> Message:
    """Mark a literal for translation.

    Args:
        template: The text; with values, a template of `str.format`.
        values: What is filled in, by name.
    """
    return Message(template, values)
