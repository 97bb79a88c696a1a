from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from focusstack_app.core.errors import InputError, OutputExistsError
from focusstack_app.core.frames import Stack
from focusstack_app.core.fusion import Registration
from focusstack_app.jobs.alignment import frame_names, load_alignment, save_alignment
from tests.helpers.stacks import fake_stack

STACK = fake_stack(3)


def _registration() -> Registration:
    matrices = np.stack([np.eye(3)] * 3)
    matrices[1, :2] = [[1.01, -0.002, 3.25], [0.002, 1.01, -1 / 3]]
    matrices[2, :2] = [[1.02, -0.004, 6.5], [0.004, 1.02, -2 / 3]]
    gains = np.array([[1, 1, 1], [1.1, 1, 0.95], [1.2, 1.01, 0.9]])
    return Registration(matrices, gains, (2,), (64, 96))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "alignment.json"
    save_alignment(path, STACK, _registration())
    return path


def test_what_was_saved_comes_back_exactly(saved: Path) -> None:
    (stack, back), known = load_alignment(saved, STACK), _registration()
    assert stack == STACK
    np.testing.assert_array_equal(back.frame_from_reference, known.frame_from_reference)
    np.testing.assert_array_equal(back.gains, known.gains)
    assert (back.doubtful, back.size_px) == (known.doubtful, known.size_px)


def test_it_serves_some_of_the_frames_in_another_order_with_another_reference(saved: Path) -> None:
    some = Stack(STACK.sources[:0:-1], reference=1)
    (stack, back), known = load_alignment(saved, some), _registration()
    assert stack == some
    np.testing.assert_allclose(back.frame_from_reference[1], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(
        back.frame_from_reference[0] @ known.frame_from_reference[1], known.frame_from_reference[2]
    )
    np.testing.assert_allclose(back.gains[0] * known.gains[1], known.gains[2])
    assert back.doubtful == (0,)


def test_what_was_left_out_is_left_out_again(tmp_path: Path) -> None:
    path, given = tmp_path / "alignment.json", fake_stack(4)
    first, *others = given.sources
    save_alignment(path, Stack(tuple(others)), _registration(), left_out=[first])
    stack, back = load_alignment(path, given)
    assert stack == Stack(tuple(others), reference=0)
    np.testing.assert_array_equal(back.gains, _registration().gains)
    with pytest.raises(InputError, match=r"does not know .*frame_5\.png"):
        load_alignment(path, fake_stack(5))


def test_frames_of_another_size_are_named(saved: Path) -> None:
    with pytest.raises(InputError, match=r"96 x 64 pixels; .*frame_1\.png has 48 x 64"):
        load_alignment(saved, fake_stack(3, width_px=48))


def test_a_frame_that_it_does_not_know_is_named(saved: Path) -> None:
    with pytest.raises(InputError, match=r"alignment\.json does not know .*frame_4\.png"):
        load_alignment(saved, fake_stack(4))


def test_frames_of_one_name_are_refused() -> None:
    twice = Stack(fake_stack(1).sources + fake_stack(1, folder=Path("others")).sources)
    with pytest.raises(InputError, match="the same name"):
        frame_names(twice)


def test_a_newer_version_is_refused(saved: Path) -> None:
    document = json.loads(saved.read_text(encoding="utf-8"))
    saved.write_text(json.dumps(document | {"version": 2}), encoding="utf-8")
    with pytest.raises(InputError, match="newer version"):
        load_alignment(saved, STACK)


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe\x00", b"[]", b"{}", b'{"version": null}', b"[" * 100_000]
)
def test_what_is_no_alignment_is_named(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(text)
    with pytest.raises(InputError, match=r"other\.json is damaged, or not an alignment"):
        load_alignment(path, STACK)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("frame_from_reference", [[1, 0], [0, 1]]),
        ("frame_from_reference", [[1, 0, float("nan")], [0, 1, 0], [0, 0, 1]]),
        ("frame_from_reference", [[0, 0, 0], [0, 0, 0], [0, 0, 1]]),
        ("frame_from_reference", [[1, 0, 0], [0, 1, 0], [0.1, 0, 1]]),
        ("gains", [1, 1]),
        ("gains", [1, 0, 1]),
        ("gains", "bright"),
        ("gains", [1, 1e300, 1]),
        ("gains", [1, 10**400, 1]),
        ("frame_from_reference", [[1, 0, 1e9], [0, 1, 0], [0, 0, 1]]),
        ("frame_from_reference", [[1e300, 0, 0], [0, 1, 0], [0, 0, 1]]),
        ("frame_from_reference", [[40, 0, 0], [0, 40, 0], [0, 0, 1]]),
    ],
)
def test_values_that_cannot_be_are_refused(saved: Path, field: str, value: Any) -> None:
    document = json.loads(saved.read_text(encoding="utf-8"))
    document["frames"][1][field] = value
    saved.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=r"alignment\.json is damaged"):
        load_alignment(saved, STACK)


def test_a_file_is_not_overwritten_unasked(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(OutputExistsError):
        save_alignment(saved, STACK, _registration())
    assert saved.read_bytes() == before
