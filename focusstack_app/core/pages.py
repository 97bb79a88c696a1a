"""Frames that share a file: the path of a frame may name one page of it, as "beetle.tif#3".

Microscopes write a whole stack into one TIFF. Named like this, its pages are frames like any
others: in projects, in a saved alignment, on the command line.
"""

from __future__ import annotations

import re
from pathlib import Path

_OME_SUFFIX = re.compile(r"(?<=.)\.ome\.tiff?$", re.IGNORECASE)
_NAMED = re.compile(r"(?P<file>.+\.tiff?)#(?P<page>[1-9]\d{0,5})", re.IGNORECASE)


def page_path(path: Path, page: int) -> Path:
    """The path of a page of a file; the first one is 1."""
    return path.with_name(f"{path.name}#{page}")


def page_of(path: Path) -> int | None:
    """Which page of its file a path names; None where it names a file."""
    named = _NAMED.fullmatch(path.name)
    return int(named["page"]) if named else None


def file_of(path: Path) -> Path:
    """The file that a path, or the page that it names, lies in."""
    named = _NAMED.fullmatch(path.name)
    return path.with_name(named["file"]) if named else path


def bare_name(path: Path) -> str:
    """The name of the file of a path without its suffix, of which OME's has two parts.

    A result that is called like it would else say that it is OME, too.
    """
    file = file_of(path)
    name = _OME_SUFFIX.sub("", file.name)
    return name if name != file.name else file.stem
