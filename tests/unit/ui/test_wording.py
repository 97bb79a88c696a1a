from __future__ import annotations

from dataclasses import replace

import pytest

from focusstack_app.core.fusion import FusionRequest, Method, Mode
from focusstack_app.core.output import FileFormat, OutputOptions
from focusstack_app.settings.schema import (
    ExportSettings,
    FusionSettings,
    InterfaceSettings,
    choices_of,
    types_of,
)
from focusstack_app.ui import wording
from tests.helpers.results import fake_result
from tests.helpers.stacks import fake_stack


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.84, "0.8 s"), (12.3, "12 s"), (185, "3 min 05 s"), (4800, "1 h 20 min")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert wording.seconds_text(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(0, "1 MB"), (850e6, "850 MB"), (1.44e9, "1.4 GB")])
def test_sizes_read_well(count: float, text: str) -> None:
    assert wording.bytes_text(count) == text


def test_time_left_waits_until_there_is_a_pace() -> None:
    assert wording.time_left_s(0.01, 10.0) is None
    assert wording.time_left_s(0.5, 0.2) is None
    assert wording.time_left_s(0.25, 10.0) == pytest.approx(30.0)


def test_progress_says_percent_and_time_left() -> None:
    assert wording.progress_text(0.0, 0.0) == "0 %"
    assert wording.progress_text(0.5, 8.0) == "50 %, about 8 s left"
    assert wording.progress_text(0.5, 90.0) == "50 %, about 1 min 30 s left"
    assert wording.progress_text(0.999, 20.0) == "99 %, about 1 s left"


def test_a_request_is_named_by_what_matters_for_it() -> None:
    stack = fake_stack()
    assert wording.request_text(FusionRequest(stack)) == "VAEEDOF faithful"
    assert wording.request_text(FusionRequest(stack, mode=Mode.STRICT)) == "VAEEDOF strict"
    pyramid = FusionRequest(stack, method=Method.PYRAMID, mode=Mode.STRICT)
    assert wording.request_text(pyramid) == "Pyramid"
    result = fake_result(stack)
    assert wording.result_text(result) == "VAEEDOF faithful"
    assert wording.result_text(replace(result, retouched=True)) == "VAEEDOF faithful, retouched"


def test_every_method_and_mode_is_explained() -> None:
    assert wording.method_names().keys() == wording.method_sentences().keys() == set(Method)
    assert wording.mode_names().keys() == wording.mode_sentences().keys() == set(Mode)


@pytest.mark.usefixtures("english")
def test_counts_agree_with_their_nouns() -> None:
    assert wording.count_text(1, "frame") == "1 frame"
    assert wording.count_text(7, "frame") == "7 frames"


def test_more_frames_need_more_memory() -> None:
    few = wording.memory_estimate_bytes(fake_stack(3).sources)
    many = wording.memory_estimate_bytes(fake_stack(9).sources)
    assert many - few == 6 * 96 * 64 * 3 * 2
    assert wording.memory_estimate_bytes(()) == 0


def test_every_choice_of_a_setting_has_a_name() -> None:
    for page in (FusionSettings, ExportSettings, InterfaceSettings):
        for type_ in types_of(page).values():
            for choice in choices_of(type_):
                assert wording.choice_text(choice) != str(choice)


def test_formats_are_said_with_what_matters_for_them() -> None:
    options = OutputOptions(bits=8, quality=90)
    assert wording.format_text(FileFormat.PNG, options) == "PNG, 8 bits per channel"
    assert wording.format_text(FileFormat.JPEG, options) == "JPEG, quality 90"
    assert wording.format_text(FileFormat.DNG, options) == "DNG for raw developers"
    without_loss = OutputOptions(lossless=True)
    assert wording.format_text(FileFormat.WEBP, without_loss) == "WebP without loss"
    assert wording.format_text(FileFormat.JXL, without_loss) == "JPEG XL without loss"
