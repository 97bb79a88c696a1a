"""From what a file says to settings, with everything that is wrong with it; and back."""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from focusstack_app.core.message import joined, message
from focusstack_app.settings.schema import Option, Settings, choices_of, options_of, types_of


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that cannot be used.

    Attributes:
        page: Where it stands; empty for the file as a whole.
        name: The setting; empty for a whole page.
        message: What is wrong, in one sentence.
    """

    page: str
    name: str
    message: str

    @property
    def said(self) -> str:
        """Where it stands and what is wrong."""
        place = ".".join(part for part in (self.page, self.name) if part)
        return joined(f"{place}:" if place else "", self.message)

    def __str__(self) -> str:
        """The same in English."""
        return str(self.said)


def from_document(document: Mapping[str, Any]) -> tuple[Settings, tuple[Problem, ...]]:
    """Take what can be used of a document; the rest gets its default and a problem.

    Args:
        document: Pages by name; the key "version" is left alone.
    """
    settings, problems = Settings(), []
    pages = {item.name: getattr(settings, item.name) for item in dataclasses.fields(settings)}
    for name, values in document.items():
        if name == "version":
            continue
        if name not in pages:
            text = message("There is no such page{meant}", meant=_meant(name, pages))
            problems.append(Problem(name, "", text))
        elif not isinstance(values, Mapping):
            problems.append(Problem(name, "", message("This is not a page of settings.")))
        else:
            pages[name], found = _page(name, pages[name], values)
            problems += found
    return dataclasses.replace(settings, **pages), tuple(problems)


def to_document(settings: Settings) -> dict[str, Any]:
    """The same as values that JSON has."""
    return dataclasses.asdict(settings)


def value_problem(option: Option, type_: Any, value: Any) -> str:
    """Why a value cannot be used for a setting; empty where it can.

    Args:
        option: The setting.
        type_: Its type.
        value: As JSON gives it.
    """
    choices = choices_of(type_)
    if choices:
        if any(value == choice and type(value) is not bool for choice in choices):
            return ""
        known = ", ".join(str(choice) for choice in choices)
        meant = _meant(str(value), map(str, choices))
        return message(
            "{value!r} is not one of {known}{meant}", value=value, known=known, meant=meant
        )
    if type_ is bool:
        if isinstance(value, bool):
            return ""
        return message("{value!r} is neither true nor false.", value=value)
    if type_ in (int, float):
        number = isinstance(value, (int, type_)) and not isinstance(value, bool)
        if number and math.isfinite(value) and option.least <= value <= option.most:
            return ""
        return message(
            "{value!r} is not a number from {least:g} to {most:g}.",
            value=value,
            least=option.least,
            most=option.most,
        )
    if not isinstance(value, str):
        return message("{value!r} is not a text.", value=value)
    return option.check(value) if option.check is not None else ""


def _page(page: str, defaults: Any, values: Mapping[str, Any]) -> tuple[Any, list[Problem]]:
    options, types = options_of(type(defaults)), types_of(type(defaults))
    changed: dict[str, Any] = {}
    problems = []
    for name, value in values.items():
        if name not in options:
            text = message("There is no such setting{meant}", meant=_meant(name, options))
            problems.append(Problem(page, name, text))
            continue
        problem = value_problem(options[name], types[name], value)
        if problem:
            problems.append(Problem(page, name, problem))
        else:
            changed[name] = _typed(types[name], value)
    return dataclasses.replace(defaults, **changed), problems


def _typed(type_: Any, value: Any) -> Any:
    if isinstance(type_, type) and (issubclass(type_, StrEnum) or type_ is float):
        return type_(value)
    return value


def _meant(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about a word that is not known."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return message("; did you mean {near}?", near=near[0]) if near else "."
