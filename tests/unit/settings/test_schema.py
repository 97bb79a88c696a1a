from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.core.output import FileFormat, OutputOptions
from focusstack_app.settings.checking import value_problem
from focusstack_app.settings.schema import (
    ExportSettings,
    FusionSettings,
    Settings,
    Theme,
    choices_of,
    options_of,
    types_of,
)
from tests.helpers.stacks import fake_stack

PAGES = [getattr(Settings(), item.name) for item in dataclasses.fields(Settings)]


@pytest.mark.parametrize("page", PAGES)
def test_every_default_is_allowed_and_every_field_explained(page: Any) -> None:
    types = types_of(type(page))
    for name, option in options_of(type(page)).items():
        assert value_problem(option, types[name], getattr(page, name)) == ""
        assert option.label
        assert option.help.endswith(".")


def test_the_defaults_are_those_of_a_request_and_of_the_files() -> None:
    request, fusion = FusionRequest(fake_stack()), FusionSettings()
    assert (fusion.method, fusion.mode, fusion.align) == (
        request.method,
        request.mode,
        request.align,
    )
    assert (fusion.overlap, fusion.device, fusion.model) == (
        request.overlap,
        request.device,
        request.model_id,
    )
    assert fusion.memory_bytes == request.memory_bytes
    assert ExportSettings().options == OutputOptions()


def test_memory_is_given_in_gigabytes() -> None:
    assert FusionSettings(memory_gb=1.5).memory_bytes == 1_500_000_000


def test_options_are_used_where_they_do_something() -> None:
    export = options_of(ExportSettings)
    quality, bits = export["quality"].used, export["bits"].used
    assert quality is not None
    assert bits is not None
    assert not quality(ExportSettings())
    assert quality(ExportSettings(format=FileFormat.JPEG))
    assert quality(ExportSettings(format=FileFormat.JXL))
    assert not quality(ExportSettings(format=FileFormat.WEBP, lossless=True))
    assert not quality(ExportSettings(format=FileFormat.JXL, lossless=True))
    assert bits(ExportSettings(format=FileFormat.JXL))
    assert bits(ExportSettings(format=FileFormat.PNG))
    overlap = options_of(FusionSettings)["overlap"].used
    assert overlap is not None
    assert not overlap(FusionSettings(method=Method.PYRAMID))


def test_choices() -> None:
    assert choices_of(Theme) == (Theme.SYSTEM, Theme.LIGHT, Theme.DARK)
    assert choices_of(types_of(ExportSettings)["bits"]) == (8, 16)
    assert choices_of(float) == ()
