"""Texts that the window translates, marked where they stand."""

from __future__ import annotations


def message(text: str) -> str:
    """Mark a literal for translation; it stays English here.

    lupdate collects what is marked, and the window looks it up where it shows it.
    """
    return text
