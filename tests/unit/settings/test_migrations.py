from __future__ import annotations

from typing import Any

import pytest

from focusstack_app.settings.migrations import MIGRATIONS, Document, current_version, migrated


def _renamed(document: Document) -> Document:
    fusion = dict(document["fusion"])
    fusion["overlap"] = fusion.pop("tile_overlap")
    return {**document, "fusion": fusion}


def _halved(document: Document) -> Document:
    fusion = document["fusion"]
    return {**document, "fusion": {**fusion, "overlap": fusion["overlap"] / 2}}


def test_steps_are_taken_in_order() -> None:
    old = {"version": 1, "fusion": {"tile_overlap": 0.5}}
    assert migrated(old, [_renamed, _halved]) == {"version": 3, "fusion": {"overlap": 0.25}}
    assert old == {"version": 1, "fusion": {"tile_overlap": 0.5}}


def test_steps_that_were_taken_are_not_taken_again() -> None:
    newer = {"version": 2, "fusion": {"overlap": 0.5}}
    assert migrated(newer, [_renamed, _halved])["fusion"] == {"overlap": 0.25}
    present = {"version": 3, "fusion": {"overlap": 0.25}}
    assert migrated(present, [_renamed, _halved]) == present


@pytest.mark.parametrize("version", [0, 4, "1", None, -1])
def test_other_versions_are_refused(version: Any) -> None:
    with pytest.raises(ValueError, match="not known"):
        migrated({"version": version}, [_renamed, _halved])


def test_the_first_version_is_the_present_one() -> None:
    assert current_version() == 1 + len(MIGRATIONS)
    assert migrated({"version": current_version()}) == {"version": current_version()}
