from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from focusstack_app.engine.diagnose import Finding, Trouble
from focusstack_app.engine.motion import Motion
from focusstack_app.jobs.advice import advice, doubtful_advice, left_out_advice, motion_advice
from tests.helpers.stacks import fake_stack


def test_every_finding_names_its_frame_and_says_what_to_do() -> None:
    findings = [
        Finding(Trouble.DUPLICATE, 3),
        Finding(Trouble.EXPOSURE, 2, -0.52),
        Finding(Trouble.GAP, 4),
    ]
    duplicate, exposure, gap = advice(fake_stack(6), findings)
    assert duplicate.startswith("frame_4.png is the same picture as frame_3.png.")
    assert exposure.startswith("frame_3.png is 0.5 EV darker than frame_1.png.")
    assert "from frame_4.png to frame_5.png" in gap


def test_frames_before_and_behind_the_subject_are_told_of_together() -> None:
    findings = [Finding(Trouble.NOWHERE_SHARP, index) for index in (0, 1, 2, 5, 8, 9)]
    before, shaken, behind = advice(fake_stack(10), findings)
    assert before.startswith("frame_1.png to frame_3.png: nothing is sharp, the focus lies outside")
    assert shaken.startswith("frame_6.png: nothing is sharp, perhaps shaken.")
    assert behind.startswith("frame_9.png to frame_10.png")


def test_what_many_frames_have_is_told_once() -> None:
    stack = fake_stack(40)
    for count, lines in ((3, 9), (4, 3)):
        same = [Finding(Trouble.DUPLICATE, index) for index in range(5, 5 + count)]
        exposed = [Finding(Trouble.EXPOSURE, index, 0.2 * -index) for index in range(1, 1 + count)]
        doubtful = range(20, 20 + count)
        told = [*advice(stack, [*same, *exposed]), *doubtful_advice(stack, doubtful)]
        assert len(told) == lines
    assert told[0].startswith(
        "4 frames are the same pictures as the ones before them; the first is"
    )
    assert "frame_6.png" in told[0]
    assert told[1].startswith(
        "4 frames are brighter or darker than frame_1.png, frame_5.png by 0.8"
    )
    assert told[2].startswith("4 frames could not be registered")
    assert "frame_21.png" in told[2]


def test_a_sound_stack_gets_no_advice() -> None:
    assert advice(fake_stack(3), []) == []


def test_what_moved_is_told_with_the_frames_that_it_is_shown_from() -> None:
    sources = fake_stack(5).sources
    assert motion_advice(sources, None) == []
    shown = np.full((4, 6), -1, np.int32)
    shown[:2, :2], shown[3, 4:] = 3, 1
    area = np.where(shown >= 0, 255, 0).astype(np.uint8)
    (text,) = motion_advice(sources, Motion(area, shown, [area] * 5, (8.0, 8.0)))
    assert "as it is in frame_2.png, frame_4.png" in text


def test_frames_are_named_in_one_way_and_printable() -> None:
    stack = fake_stack(3)
    odd = replace(stack.sources[1], path=Path("/shoot/b\n.png"))
    stack = replace(stack, sources=(stack.sources[0], odd, stack.sources[2]))
    told = [
        *advice(stack, [Finding(Trouble.DUPLICATE, 1)]),
        *doubtful_advice(stack, [1]),
        *left_out_advice(stack, {1: Trouble.FOREIGN}),
    ]
    assert [line.split(" ")[0] for line in told] == ["b?.png"] * 3
