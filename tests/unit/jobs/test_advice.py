from __future__ import annotations

from focusstack_app.engine.diagnose import Finding, Trouble
from focusstack_app.jobs.advice import advice
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


def test_a_sound_stack_gets_no_advice() -> None:
    assert advice(fake_stack(3), []) == []
