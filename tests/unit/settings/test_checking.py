from __future__ import annotations

import json
import typing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from focusstack_app.core.fusion import Align, DeviceChoice, Method, Mode
from focusstack_app.core.output import FileFormat, Subsampling
from focusstack_app.settings.checking import from_document, to_document
from focusstack_app.settings.schema import (
    ExportSettings,
    FusionSettings,
    InterfaceSettings,
    Settings,
    Theme,
)

settings_values = st.builds(
    Settings,
    st.builds(
        FusionSettings,
        st.sampled_from(Method),
        st.sampled_from(Mode),
        st.sampled_from(Align),
        st.booleans(),
        st.floats(0, 0.5),
        st.sampled_from(typing.get_args(DeviceChoice)),
        st.text(),
        st.floats(0, 4096),
    ),
    st.builds(
        ExportSettings,
        st.sampled_from(FileFormat),
        st.sampled_from([8, 16]),
        st.booleans(),
        st.booleans(),
        st.integers(1, 100),
        st.sampled_from(Subsampling),
    ),
    st.builds(InterfaceSettings, st.sampled_from(Theme)),
)


@given(settings_values)
def test_any_settings_come_back_from_json(settings: Settings) -> None:
    document = json.loads(json.dumps(to_document(settings)))
    assert from_document(document) == (settings, ())


def test_what_is_missing_has_its_default() -> None:
    settings, problems = from_document({"version": 1, "fusion": {"overlap": 0.4}})
    assert settings == Settings(fusion=FusionSettings(overlap=0.4))
    assert problems == ()


def test_whole_numbers_are_numbers() -> None:
    settings, problems = from_document({"fusion": {"overlap": 0, "memory_gb": 8}})
    assert problems == ()
    assert isinstance(settings.fusion.memory_gb, float)


def test_all_problems_are_collected_and_the_rest_is_used() -> None:
    settings, problems = from_document(
        {
            "fusion": {"overlap": 0.9, "mode": "strickt", "metod": "pyramid", "align": "off"},
            "exports": {},
            "interface": 3,
        }
    )
    assert settings == Settings(fusion=FusionSettings(align=Align.OFF))
    assert [str(problem) for problem in problems] == [
        "fusion.overlap: 0.9 is not a number from 0 to 0.5.",
        "fusion.mode: 'strickt' is not one of faithful, strict, generative; did you mean strict?",
        "fusion.metod: There is no such setting; did you mean method?",
        "exports: There is no such page; did you mean export?",
        "interface: This is not a page of settings.",
    ]


@pytest.mark.parametrize(
    ("page", "name", "value"),
    [
        ("fusion", "overlap", True),
        ("fusion", "overlap", "0.2"),
        ("fusion", "overlap", float("nan")),
        ("fusion", "memory_gb", float("inf")),
        ("fusion", "method", None),
        ("fusion", "model", 3),
        ("export", "quality", 90.5),
        ("export", "quality", 0),
        ("export", "bits", 12),
        ("export", "bits", True),
        ("export", "compress", 1),
        ("export", "name", "{stak}"),
        ("export", "format", ["tiff"]),
    ],
)
def test_values_of_another_kind_are_refused(page: str, name: str, value: Any) -> None:
    settings, problems = from_document({page: {name: value}})
    assert settings == Settings()
    assert [(problem.page, problem.name) for problem in problems] == [(page, name)]
