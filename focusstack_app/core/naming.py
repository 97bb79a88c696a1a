"""File names from templates: `{stack}-{frames}` becomes `beetle-23`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from focusstack_app.core.frames import FrameSource
from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.core.message import message
from focusstack_app.core.pages import bare_name, page_of
from focusstack_app.core.places import is_folder, is_there
from focusstack_app.core.slabs import Slab

TOKENS = {
    "stack": "name of the stack: its folder",
    "first": "name of the first frame",
    "last": "name of the last frame",
    "frames": "number of frames",
    "date": "day of the first frame, such as 2026-05-17",
    "method": "vaeedof or pyramid",
    "mode": "faithful, strict or generative",
}

_TOKEN = re.compile(r"\{([^{}]*)\}")
_JOINED = re.compile(r"([-_ ]*)\{([^{}]*)\}")  # and what joins it to what is before it
_LONGEST_BYTES = 200  # file systems take 255; suffixes, numbers and "-provenance" follow
# Devices of Windows, whatever follows after a dot.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?=\s*(?:\.|$))", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[/\\:*?"<>|\x00-\x1f]')  # by some file system that a disk may have


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What a template can say; one attribute per token."""

    stack: str
    first: str
    last: str
    frames: str
    date: str
    method: str
    mode: str


def natural_order(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Sort key under which "IMG_2" comes before "IMG_10"."""
    parts = re.split(r"(\d+)", name.casefold())
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part
    ], name


def name_facts(stack_name: str, request: FusionRequest) -> NameFacts:
    """The facts of one fusion.

    Args:
        stack_name: What the stack is called.
        request: What was or will be asked for.
    """
    # By their names: what is put in the order of its focus is called the same before and after.
    sources = sorted(request.stack.sources, key=lambda source: natural_order(source.path.name))
    taken = sources[0].captured_at
    return NameFacts(
        stack=stack_name,
        first=bare_name(sources[0].path),
        last=bare_name(sources[-1].path),
        frames=str(len(sources)),
        date=f"{taken:%Y-%m-%d}" if taken else "undated",
        method=str(request.method),
        mode=str(request.mode) if request.method is Method.VAEEDOF else "",
    )


def template_problem(template: str) -> str:
    """What is wrong with a template, in one sentence; empty where nothing is."""
    if not template.strip():
        return message("The name is empty.")
    for token in _TOKEN.findall(template):
        if token not in TOKENS:
            near = difflib.get_close_matches(token, TOKENS, n=1)
            word = f"{{{token}}}"
            if near:
                meant = f"{{{near[0]}}}"
                return message("{word} is not known; did you mean {meant}?", word=word, meant=meant)
            known = _token_list()
            return message("{word} is not known; there are {known}.", word=word, known=known)
    rest = _TOKEN.sub("", template)
    if "{" in rest or "}" in rest:
        return message("A brace is open; write words like {stack} with both braces.")
    forbidden = _FORBIDDEN.search(rest)
    if forbidden:
        character = forbidden.group()
        return message("A file name cannot have the character {character!r}.", character=character)
    return ""


def filled_name(template: str, facts: NameFacts) -> str:
    """The name, without a suffix.

    Args:
        template: One without a problem.
        facts: What it is filled with; characters that file systems refuse become underscores. A
            fact that is empty goes with the hyphens, blanks and underscores before it.
    """

    def value(match: re.Match[str]) -> str:
        text = _FORBIDDEN.sub("_", str(getattr(facts, match.group(2))))
        return text and match.group(1) + text

    name = _JOINED.sub(value, template)
    while len(name.encode("utf-8", "surrogatepass")) > _LONGEST_BYTES:
        name = name[:-1]
    # A leading dot hides a file, a trailing dot or blank is lost on Windows.
    name = name.strip().strip(".").strip() or "stack"
    return _RESERVED.sub(r"\g<0>_", name, count=1) if _RESERVED.match(name) else name


def stack_name(sources: Sequence[FrameSource]) -> str:
    """What a stack is called: its folder, or its first frame where that has no name.

    One that lies in a file of its own is called like that.
    """
    first = sources[0].path
    if page_of(first) is not None:
        return bare_name(first)
    return first.parent.name or bare_name(first)


def free_path(request: FusionRequest, template: str, folder: str, suffix: str) -> Path:
    """A file for a result that does not exist yet; a name that exists gets a number.

    Args:
        request: Of the result.
        template: Of the name, one without a problem.
        folder: Where to; that of the frames where it is empty or gone.
        suffix: Of the file, with its dot.
    """
    stack = request.stack
    parent = stack.sources[stack.reference].path.parent
    if folder and is_folder(Path(folder)):
        parent = Path(folder)
    stem = filled_name(template, name_facts(stack_name(stack.sources), request))
    if request.slab is not None:
        stem = slab_stem(stem, request.slab)
    return unused(parent / f"{stem}{suffix}")


def unused(path: Path) -> Path:
    """The path, with a number where it exists: "beetle_2.tif"."""
    candidate, number = path, 2
    while is_there(candidate):
        candidate = path.with_stem(f"{path.stem}_{number}")
        number += 1
    return candidate


def slab_stem(stem: str, slab: Slab) -> str:
    """What a slab is called, beside the picture of the whole stack: "beetle-slab-03"."""
    return f"{stem}-slab-{slab.number:02d}"


def _token_list() -> str:
    return ", ".join(f"{{{token}}}" for token in TOKENS)
