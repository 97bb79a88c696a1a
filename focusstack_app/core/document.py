"""JSON files that somebody else may have written."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn


def parsed(text: str | bytes) -> Any:
    """What a JSON text says, with numbers that can be counted with.

    The mark that editors of Windows put in front is passed over.

    Raises:
        ValueError: If it is no JSON (RFC 8259), or holds numbers or nesting beyond all reason.
    """
    if isinstance(text, str):  # of bytes it tells the coding
        text = text.removeprefix("\ufeff")
    try:
        return json.loads(text, parse_int=_integer, parse_float=_real, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _integer(text: str) -> int:
    if len(text) > 18:  # fits 64 bits
        raise ValueError(f"{text[:18]}... is too large")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value


def _refused(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")
