from __future__ import annotations

from pathlib import Path

import pytest

from focusstack_app.core.naming import natural_order
from focusstack_app.core.pages import bare_name, file_of, page_of, page_path


@pytest.mark.parametrize("name", ["a.tif", "B.TIFF", "c#2.ome.tif", "ü 1.Tif"])
@pytest.mark.parametrize("page", [1, 12, 9999])
def test_a_page_is_found_again(name: str, page: int) -> None:
    path = page_path(Path("folder") / name, page)
    assert (file_of(path), page_of(path)) == (Path("folder") / name, page)


@pytest.mark.parametrize(
    "name", ["a.tif", "a.jpg#2", "#2", "a.tif#", "a.tif#0", "a.tif#x", "tif#2"]
)
def test_other_names_are_files(name: str) -> None:
    assert file_of(Path(name)) == Path(name)
    assert page_of(Path(name)) is None


def test_pages_sort_as_people_count() -> None:
    names = [page_path(Path("a.tif"), page).name for page in range(1, 12)]
    assert sorted(names, key=natural_order) == names


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("cell.ome.tif#3", "cell"),
        ("Cell 1.OME.TIFF", "Cell 1"),
        ("beetle.tif#12", "beetle"),
        ("a.b.tif", "a.b"),
        ("x.ome.png", "x.ome"),
        (".ome.tif", ".ome"),
    ],
)
def test_bare_names(name: str, bare: str) -> None:
    assert bare_name(Path("folder") / name) == bare
