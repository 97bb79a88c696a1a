"""What was found out about a stack, as sentences for the photographer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from focusstack_app.core.frames import FrameSource, Stack
from focusstack_app.core.message import message
from focusstack_app.engine.diagnose import Finding, Trouble
from focusstack_app.engine.motion import Motion
from focusstack_app.io.faults import shown

_MOST_LINES = 3  # about one trouble


def advice(stack: Stack, findings: Sequence[Finding]) -> list[str]:
    """One sentence or two per finding: what is wrong with which frame, and what to do.

    Frames in a row at either end of the stack that show nothing sharp are told of together; so are
    more than a few that are the same as others, or exposed differently.
    """
    names = _names(stack.sources)
    unsharp = [f.frame for f in findings if f.trouble is Trouble.NOWHERE_SHARP]
    lines = [_unsharp(run, names) for run in _runs(unsharp)]
    together, single = _together(stack, findings)
    told = (_of_one(finding, names, names[stack.reference]) for finding in single)
    return [*lines, *together, *(text for text in told if text)]


def _unsharp(run: Sequence[int], names: Sequence[str]) -> str:
    """Of frames in a row in which nothing is sharp."""
    first, last = run[0], run[-1]
    frames = names[first]
    if first != last:
        frames = message("{first} to {last}", first=names[first], last=names[last])
    if first == 0 or last == len(names) - 1:
        return message(
            "{frames}: nothing is sharp, the focus lies outside the subject. Without these "
            "frames it goes faster.",
            frames=frames,
        )
    return message(
        "{frames}: nothing is sharp, perhaps shaken. Leave it out if the result is soft.",
        frames=frames,
    )


def _of_one(finding: Finding, names: Sequence[str], reference: str) -> str:
    """Of a single frame; empty of what is told elsewhere."""
    name, before = names[finding.frame], names[max(0, finding.frame - 1)]
    how = message("brighter") if finding.amount > 0 else message("darker")
    if finding.trouble is Trouble.DUPLICATE:
        return message(
            "{frame} is the same picture as {before}. Leave one of them out.",
            frame=name,
            before=before,
        )
    if finding.trouble is Trouble.EXPOSURE:
        return message(
            "{frame} is {ev:.1f} EV {how} than {reference}. It is matched; expose manually "
            "next time.",
            frame=name,
            ev=abs(finding.amount),
            how=how,
            reference=reference,
        )
    if finding.trouble is Trouble.LIGHT:
        return message(
            "{frame} is much {how} than the others, by more than can be matched: it can spoil "
            "the whole picture. Leave it out.",
            frame=name,
            how=how,
        )
    if finding.trouble is Trouble.GAP:
        return message(
            "The focus step from {before} to {frame} is much wider than the others: what lies "
            "between may be soft. Is a frame missing?",
            before=before,
            frame=name,
        )
    return ""


def doubtful_advice(stack: Stack, doubtful: Sequence[int]) -> list[str]:
    """The same about frames that could not be registered."""
    names = _names(stack.sources)
    files = [names[index] for index in doubtful]
    if len(files) > _MOST_LINES:
        text = message(
            "{count} frames could not be registered to the others and are placed like the one "
            "beside them; the first is {file}. Leave them out if edges look doubled.",
            count=len(files),
            file=files[0],
        )
        return [text]
    return [
        message(
            "{file} could not be registered to the others and is placed like the one beside it. "
            "Leave it out if edges look doubled.",
            file=file,
        )
        for file in files
    ]


def left_out_advice(stack: Stack, unlike: Mapping[int, Trouble]) -> list[str]:
    """The same about frames that cannot be matched to the others."""
    names = _names(stack.sources)
    files = [names[index] for index in unlike]
    if len(files) > _MOST_LINES:
        text = message(
            "{count} frames were left out: they are far too dark or bright, or show something else "
            "than the others. The first is {file}.",
            count=len(files),
            file=files[0],
        )
        return [text]
    return [
        message(
            "{file} was left out: it is much darker or brighter than the others, by more than can "
            "be matched.",
            file=file,
        )
        if trouble is Trouble.LIGHT
        else message("{file} was left out: it shows something else than the others.", file=file)
        for file, trouble in zip(files, unlike.values(), strict=True)
    ]


def motion_advice(sources: Sequence[FrameSource], motion: Motion | None) -> list[str]:
    """A sentence on what moved, and the frames that it is shown from."""
    if motion is None:
        return []
    names = _names(sources)
    indices = [int(index) for index in np.unique(motion.shown) if index >= 0]
    return [
        message(
            "Something moved while the frames were taken. It is shown as it is in {frames}, and "
            "what is behind it may be soft around there. Look at the result at 100 %; retouch it "
            "from another frame, or leave frames out.",
            frames=", ".join(names[index] for index in indices[:_MOST_LINES]),
        )
    ]


def _together(stack: Stack, findings: Sequence[Finding]) -> tuple[list[str], list[Finding]]:
    """A line for each trouble that many frames have, and the other findings."""
    lines: list[str] = []
    names = _names(stack.sources)
    same = [f for f in findings if f.trouble is Trouble.DUPLICATE]
    exposed = [f for f in findings if f.trouble is Trouble.EXPOSURE]
    if len(same) > _MOST_LINES:
        text = message(
            "{count} frames are the same pictures as the ones before them; the first is {frame}. "
            "Leave them out.",
            count=len(same),
            frame=names[same[0].frame],
        )
        lines.append(text)
    if len(exposed) > _MOST_LINES:
        most = max(exposed, key=lambda finding: abs(finding.amount))
        text = message(
            "{count} frames are brighter or darker than {reference}, {frame} by {ev:.1f} EV. They "
            "are matched; expose manually next time.",
            count=len(exposed),
            reference=names[stack.reference],
            frame=names[most.frame],
            ev=abs(most.amount),
        )
        lines.append(text)
    told = [finding for many in (same, exposed) if len(many) > _MOST_LINES for finding in many]
    return lines, [finding for finding in findings if finding not in told]


def _names(sources: Sequence[FrameSource]) -> list[str]:
    return [shown(source.path.name) for source in sources]


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Rising numbers split where they leave a gap."""
    groups = itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in group] for _, group in groups]
