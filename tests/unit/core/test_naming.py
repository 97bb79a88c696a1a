from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path

import pytest

from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import FusionRequest, Method
from focusstack_app.core.naming import (
    TOKENS,
    NameFacts,
    filled_name,
    free_path,
    name_facts,
    stack_name,
    template_problem,
)
from focusstack_app.core.pages import page_path
from focusstack_app.core.slabs import Slab
from tests.helpers.stacks import fake_stack


@pytest.fixture
def facts() -> NameFacts:
    return name_facts("beetle", FusionRequest(fake_stack(3)))


def test_every_token_has_its_fact() -> None:
    assert [item.name for item in fields(NameFacts)] == list(TOKENS)


def test_tokens_are_filled_in(facts: NameFacts) -> None:
    name = filled_name("{stack} {first}-{last} {frames} {date} {method} {mode}", facts)
    assert name == "beetle frame_1-frame_3 3 undated vaeedof faithful"


def test_the_date_is_that_of_the_first_frame() -> None:
    stack = fake_stack(2)
    first = replace(stack.sources[0], captured_at=datetime(2026, 5, 17, 8))
    request = FusionRequest(Stack((first, stack.sources[1])), method=Method.PYRAMID)
    facts = name_facts("a", request)
    assert filled_name("{date}{mode}", facts) == "2026-05-17"


def test_another_order_of_the_frames_gives_the_same_name(facts: NameFacts) -> None:
    backwards = Stack(fake_stack(3).sources[::-1])
    assert name_facts("beetle", FusionRequest(backwards)) == facts


def test_values_become_fit_for_any_file_system(facts: NameFacts) -> None:
    assert filled_name("{stack}", replace(facts, stack='a/b:c"?')) == "a_b_c__"
    assert filled_name(" ..{stack}.", replace(facts, stack="a")) == "a"
    assert filled_name("{mode}", replace(facts, mode="")) == "stack"


@pytest.mark.parametrize(
    ("stack", "name"),
    [("CON", "CON_"), ("aux.2", "aux_.2"), ("Lpt1", "Lpt1_"), ("console", "console"), ("a", "a")],
)
def test_no_name_is_a_device_of_windows(facts: NameFacts, stack: str, name: str) -> None:
    assert filled_name("{stack}", replace(facts, stack=stack)) == name


def test_what_there_is_not_leaves_no_hyphen(facts: NameFacts) -> None:
    """Pyramid has no modes."""
    pyramid = replace(facts, stack="bee", method="pyramid", mode="")
    assert filled_name("{stack}-{mode}", pyramid) == "bee"
    assert filled_name("{stack}_{mode} ({method})", pyramid) == "bee (pyramid)"
    assert filled_name("{stack}-{mode}-{method}", pyramid) == "bee-pyramid"


def test_a_name_is_short_enough_for_any_disk(facts: NameFacts) -> None:
    name = filled_name("{stack}-{stack}", replace(facts, stack="ü" * 120))
    assert name == "ü" * 100
    assert filled_name("{stack}", replace(facts, stack="a\udcff")) == "a\udcff"  # bytes of no text


def test_a_name_stays_one_level_below_its_folder(facts: NameFacts) -> None:
    assert Path(filled_name("{stack}", replace(facts, stack="../up"))).name == "_up"


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{stack}-{date}", ""),
        ("plain", ""),
        ("  ", "The name is empty."),
        ("{stak}", "{stak} is not known; did you mean {stack}?"),
        ("{xyz}", "{xyz} is not known; there are {stack}, "),
        ("{stack", "A brace is open"),
        ("a/{stack}", "cannot have the character '/'"),
        ("{}", "{} is not known"),
    ],
)
def test_problems_are_said_in_words(template: str, problem: str) -> None:
    found = template_problem(template)
    assert found == "" if not problem else problem in found


def test_a_name_that_is_taken_is_never_proposed(tmp_path: Path) -> None:
    request = FusionRequest(fake_stack(folder=tmp_path))
    wanted = request, "{first}_stacked", "", ".tif"
    assert free_path(*wanted) == tmp_path / "frame_1_stacked.tif"
    (tmp_path / "frame_1_stacked.tif").touch()
    (tmp_path / "frame_1_stacked_2.tif").touch()
    assert free_path(*wanted) == tmp_path / "frame_1_stacked_3.tif"


def test_the_folder_of_the_frames_stands_in_for_one_that_is_gone(tmp_path: Path) -> None:
    request = FusionRequest(fake_stack(folder=tmp_path / "beetle"))
    wanted = request, "{stack}-{frames}"
    assert free_path(*wanted, str(tmp_path), ".jpg") == tmp_path / "beetle-3.jpg"
    gone = str(tmp_path / "gone")
    assert free_path(*wanted, gone, ".jpg") == tmp_path / "beetle" / "beetle-3.jpg"


def test_a_slab_is_named_after_the_picture_of_its_stack(tmp_path: Path) -> None:
    request = FusionRequest(fake_stack(40, folder=tmp_path), slab=Slab(3, 14, 24))
    proposed = free_path(request, "{first}_stacked", "", ".tif")
    assert proposed == tmp_path / "frame_1_stacked-slab-03.tif"


def test_a_stack_in_one_file_is_called_like_it(tmp_path: Path) -> None:
    pages = [page_path(tmp_path / "bee.ome.tif", n) for n in (1, 2, 11)]
    sources = tuple(replace(s, path=p) for s, p in zip(fake_stack(3).sources, pages, strict=True))
    assert stack_name(sources) == "bee"
    request = FusionRequest(Stack(sources))
    assert free_path(request, "{stack}-{frames}", "", ".tif") == tmp_path / "bee-3.tif"
